"""Calendars as files (RFC 5545), written by icalendar.

Whole dates are written as such (`VALUE=DATE`, the end is the day after the last), times in UTC, so
that no time zone has to be described.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

_DAY = dt.timedelta(days=1)
# Programs are asked to look so often for what is new.
_REFRESH = dt.timedelta(hours=4)


@dataclass(frozen=True, kw_only=True)
class Event:
    """One event: whole dates from `first` to `last`, or a stretch of time on one of them."""

    uid: str
    changed_at: dt.datetime
    summary: str
    first: dt.date
    last: dt.date
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    description: str = ""
    url: str = ""
    is_busy: bool = False


def calendar(name: str, events: Iterable[Event]) -> bytes:
    """Return the file of a calendar; the same events give the same file."""
    import icalendar  # noqa: PLC0415  # a quarter of a second, for feeds alone

    made = icalendar.Calendar()
    for key, value in (
        ("version", "2.0"),
        ("prodid", "-//Muster//Leave//EN"),
        ("calscale", "GREGORIAN"),
        ("method", "PUBLISH"),
        ("x-wr-calname", name),
    ):
        made.add(key, value)
    made.add("refresh-interval", _REFRESH, parameters={"VALUE": "DURATION"})
    made.add("x-published-ttl", icalendar.vDuration(_REFRESH), encode=False)
    for event in events:
        made.add_component(_event(event, icalendar.Event()))
    file: bytes = made.to_ical()
    return file


def _event(event: Event, made: Any) -> Any:
    made.add("uid", event.uid)
    made.add("dtstamp", event.changed_at.astimezone(dt.UTC))
    made.add("last-modified", event.changed_at.astimezone(dt.UTC))
    if event.starts_at is not None and event.ends_at is not None:
        made.add("dtstart", event.starts_at.astimezone(dt.UTC))
        made.add("dtend", event.ends_at.astimezone(dt.UTC))
    else:
        made.add("dtstart", event.first)
        made.add("dtend", event.last + _DAY)
    made.add("summary", plain(event.summary))
    if event.description:
        made.add("description", plain(event.description))
    if event.url:
        made.add("url", event.url)
    made.add("class", "PRIVATE")
    made.add("status", "CONFIRMED")
    made.add("transp", "OPAQUE" if event.is_busy else "TRANSPARENT")
    return made


def plain(text: str) -> str:
    """Return text without signs that no calendar may hold; line ends stay."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(sign for sign in lines if sign >= " " or sign == "\n")
