"""Reads calendars as a calendar program does, by icalendar; lines are measured beside."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

import icalendar

_LONGEST = 75


@dataclass(frozen=True)
class Found:
    """One event as it was read; the end is what the file says, the day after the last."""

    uid: str
    summary: str
    start: dt.date | dt.datetime
    end: dt.date | dt.datetime
    description: str = ""
    url: str = ""
    is_busy: bool = False


def events(file: bytes) -> list[Found]:
    """Return the events of a calendar, in order; every line ends in CRLF within 75 octets."""
    assert file.endswith(b"\r\n")
    parts = file[:-2].split(b"\r\n")
    assert all(len(part) <= _LONGEST and b"\r" not in part and b"\n" not in part for part in parts)
    for part in parts:
        part.decode()  # no letter is cut in two
    calendar = icalendar.Calendar.from_ical(file)
    assert (calendar["VERSION"], calendar["METHOD"]) == ("2.0", "PUBLISH")
    found = [_event(each) for each in calendar.walk("VEVENT")]
    assert len({event.uid for event in found}) == len(found)
    return found


def _event(each: Any) -> Found:
    assert each.errors == []
    assert each.decoded("DTSTAMP").tzinfo is not None
    assert each["STATUS"] == "CONFIRMED"
    return Found(
        uid=str(each["UID"]),
        summary=str(each["SUMMARY"]),
        start=each.decoded("DTSTART"),
        end=each.decoded("DTEND"),
        description=str(each.get("DESCRIPTION", "")),
        url=str(each.get("URL", "")),
        is_busy=each["TRANSP"] == "OPAQUE",
    )
