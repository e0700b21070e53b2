"""What stands in a calendar feed, and what the page shows on which feeds are made."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any

from django.conf import settings as project
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.rules.person import PersonCalendar
from attendance.selectors.people import person_calendars
from attendance.selectors.settings import company_settings
from companies.actor import Actor
from companies.models import Company, Employee
from leave import ics, phrases
from leave.enums import FeedKind
from leave.models import CalendarFeed, LeaveDay
from leave.selectors.feeds import feed_url
from leave.selectors.off import Stretch, is_told
from leave.selectors.scenes import span_of
from leave.terms import LeaveSettings, leave_settings


# --- the file -------------------------------------------------------------------------------------
def file_of(feed: CalendarFeed, reader: Actor, found: list[Stretch]) -> bytes:
    """Return the feed's file. The same leave gives the same file, so that it can be compared."""
    assert reader.company is not None  # noqa: S101  # who reads works somewhere
    settings = leave_settings(reader.company)
    calendars = _calendars(reader.company, found)
    events = [
        _own(each, settings, calendars)
        if each.request.employee_id == feed.employee_id
        else _of_another(each, settings, calendars)
        for each in found
    ]
    name = _("Leave") if feed.kind == FeedKind.OWN else _("Leave of my team")
    return ics.calendar(f"{name} · {reader.company.name}", events)


def _calendars(company: Company, found: Iterable[Stretch]) -> Mapping[int, PersonCalendar]:
    """Return the calendars by which hours are read; none is needed where nobody takes hours."""
    by_hour = [each for each in found if each.request.starts_at is not None]
    if not by_hour:
        return {}
    people: dict[int, Employee] = {each.request.employee_id: _person(each) for each in by_hour}
    return person_calendars(
        company, list(people.values()), settings=company_settings(company),
        first=min(each.first for each in by_hour), last=max(each.last for each in by_hour),
    )  # fmt: skip


def _person(each: Stretch) -> Employee:
    return each.days[0].employee


def _own(
    each: Stretch, settings: LeaveSettings, calendars: Mapping[int, PersonCalendar]
) -> ics.Event:
    name = settings.types[each.request.leave_type_id].name
    path = reverse("leave:request", args=[each.request.public_id])
    return _event(each, name, calendars, url=f"{project.PUBLIC_URL}{path}", is_busy=True)


def _of_another(
    each: Stretch, settings: LeaveSettings, calendars: Mapping[int, PersonCalendar]
) -> ics.Event:
    """Return somebody else's: their name; what kind of leave only where colleagues may know."""
    name = _person(each).name
    if is_told(each, settings):
        kind = settings.types[each.request.leave_type_id].name
        return _event(each, _("%(name)s: %(type)s") % {"name": name, "type": kind}, calendars)
    return _event(each, _("%(name)s is off") % {"name": name}, calendars)


def _event(
    each: Stretch,
    summary: str,
    calendars: Mapping[int, PersonCalendar],
    *,
    url: str = "",
    is_busy: bool = False,
) -> ics.Event:
    """Return the event of a stretch.

    Hours of a date are a stretch of time. A half of a date stays a whole date that says which half
    in its title: how long a half is, the books do not say. A first or last half of several dates
    stands in the description.
    """
    request = each.request
    half = phrases.half_text(each.portion)
    calendar = calendars.get(request.employee_id)
    hours = (
        span_of(request.first_on, request.starts_at, request.ends_at, calendar)
        if calendar is not None
        else None
    )
    return ics.Event(
        uid=f"{request.public_id}{f'-{each.place}' if each.place else ''}@muster",
        changed_at=request.status.since,
        summary=_("%(leave)s (%(half)s)") % {"leave": summary, "half": half} if half else summary,
        first=each.first,
        last=each.last,
        starts_at=hours.start if hours else None,
        ends_at=hours.end if hours else None,
        description="" if half else "\n".join(map(_half_line, each.halves)),
        url=url,
        # A half leaves the other half free.
        is_busy=is_busy and not half,
    )


def _half_line(day: LeaveDay) -> str:
    return _("%(date)s: %(half)s") % {
        "date": date_format(day.date, "D j F"), "half": phrases.half_text(day.portion),
    }  # fmt: skip


def changed_at(found: Iterable[Stretch], feed: CalendarFeed) -> dt.datetime:
    """Return when what stands in the feed changed last, as far as it stands there."""
    return max((each.request.status.since for each in found), default=feed.made_at)


# --- the page -------------------------------------------------------------------------------------
def feeds_context(rows: Iterable[CalendarFeed]) -> dict[str, Any]:
    """Return what leave/feeds.html shows: each kind with its address, or how to make one."""
    by_kind = {row.kind: row for row in rows}
    return {"feeds": [_feed(kind, by_kind.get(kind)) for kind in FeedKind]}


def _feed(kind: FeedKind, row: CalendarFeed | None) -> dict[str, Any]:
    url = feed_url(row) if row is not None else ""
    return {
        "kind": kind.value,
        "title": str(kind.label),
        "says": _says(kind),
        "url": url,
        "open_url": f"webcal://{url.partition('://')[2]}" if url else "",
        "end_url": reverse("leave:feed-end", args=[row.public_id]) if row is not None else "",
    }


def _says(kind: FeedKind) -> str:
    if kind == FeedKind.OWN:
        return _("Your own approved leave, with the kind of leave.")
    return _("Who of your team is off, without reasons, and your own leave.")
