"""What the template of a year shows: twelve small months, their leave in words, and totals."""

from __future__ import annotations

import datetime as dt
from calendar import Calendar
from collections.abc import Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance.enums import Portion
from attendance.rules.types import DayKind, DayType
from leave import phrases
from leave.enums import RequestState
from leave.models import LeaveDay
from leave.rules.amounts import ZERO
from leave.rules.years import DAY
from leave.selectors.years import PersonYear
from leave.terms import LeaveSettings

Cell = dict[str, Any]
_HOLIDAYS = (DayType.HOLIDAY, DayType.HALF_HOLIDAY_AM, DayType.HALF_HOLIDAY_PM)
_MONDAY = dt.date(2026, 11, 23)


def has_page(year: int) -> bool:
    """Return whether there is a page of the year: one with a year before and after it."""
    return dt.MINYEAR < year < dt.MAXYEAR


def context(found: PersonYear, settings: LeaveSettings, *, today: dt.date) -> dict[str, Any]:
    """Return the context of leave/year.html."""
    year = found.dates.first.year
    return {
        "year": str(year),
        "before_url": _url(year - 1),
        "after_url": _url(year + 1),
        "weekdays": [_weekday(_MONDAY + n * DAY) for n in range(7)],
        "months": [_month(found, settings, year, month, today) for month in range(1, 13)],
        "totals": _totals(found.rows, settings),
    }


def _url(year: int) -> str | None:
    return reverse("leave:year", args=[year]) if has_page(year) else None


def _weekday(date: dt.date) -> dict[str, str]:
    return {"short": date_format(date, "D")[:2], "long": date_format(date, "l")}


def _is_approved(day: LeaveDay) -> bool:
    return day.request.status.state in RequestState.granted


# --- a month --------------------------------------------------------------------------------------
def _month(
    found: PersonYear, settings: LeaveSettings, year: int, month: int, today: dt.date
) -> dict[str, Any]:
    first = dt.date(year, month, 1)
    # Not `monthdatescalendar`: the year 1 has no December before it.
    weeks = [
        [_cell(found, settings, first.replace(day=day), today) if day else None for day in week]
        for week in Calendar().monthdayscalendar(year, month)
    ]
    dates = [first.replace(day=cell["number"]) for week in weeks for cell in week if cell]
    return {
        "title": date_format(first, "F"),
        "weeks": weeks,
        "lines": [*_leave_lines(found, settings, dates, today), *_holidays(found, dates, today)],
    }


def _cell(found: PersonYear, settings: LeaveSettings, date: dt.date, today: dt.date) -> Cell:
    kind, leave = found.calendar.day_kind_on(date), found.leave.get(date, [])
    cell: Cell = {"number": date.day, "is_today": date == today, "words": "", "tone": "none"}
    if leave:
        return cell | _leave_cell(leave, settings, date)
    if kind.type in _HOLIDAYS:
        return cell | {"tone": "warn", "sign": _("H"), "words": _holiday(kind)}
    if kind.type == DayType.WEEKLY_OFF:
        return cell | {"tone": "off", "words": _("weekly off")}
    return cell


def _leave_cell(leave: list[LeaveDay], settings: LeaveSettings, date: dt.date) -> Cell:
    is_approved = all(_is_approved(day) for day in leave)
    is_half = len(leave) == 1 and leave[0].portion in (Portion.AM, Portion.PM)
    codes = "·".join(settings.types[day.request.leave_type_id].code for day in leave)
    words = ", ".join(_words(day, settings) for day in leave)
    return {
        "tone": "info" if is_approved else "open",
        "sign": f"½{codes}" if is_half else codes,
        "words": words,
        "url": reverse("leave:request", args=[leave[0].request.public_id]),
    }


def _words(day: LeaveDay, settings: LeaveSettings) -> str:
    name = settings.types[day.request.leave_type_id].name
    half = phrases.half_text(day.portion)
    said = f"{name} ({half})" if half else name
    return said if _is_approved(day) else _("%(leave)s, asked for") % {"leave": said}


def _holiday(kind: DayKind) -> str:
    if kind.type == DayType.HOLIDAY:
        return kind.name or _("holiday")
    return _("%(name)s (half a day)") % {"name": kind.name or _("holiday")}


def _leave_lines(
    found: PersonYear, settings: LeaveSettings, dates: list[dt.date], today: dt.date
) -> Iterator[Cell]:
    """Yield the leave of a month in words, one line a request."""
    days = [day for date in dates for day in found.leave.get(date, [])]
    days.sort(key=lambda day: (day.request_id, day.date))
    lines = [list(group) for _key, group in groupby(days, key=lambda day: day.request_id)]
    for group in sorted(lines, key=lambda each: each[0].date):
        request = group[0].request
        is_in_hours = settings.by_version[request.version_id].is_in_hours
        amount = sum((day.amount for day in group), ZERO)
        yield {
            "url": reverse("leave:request", args=[request.public_id]),
            "dates": phrases.span_text(group[0].date, group[-1].date, dates[0]),
            "what": settings.types[request.leave_type_id].name,
            "amount": phrases.amount_text(amount, is_in_hours=is_in_hours),
            "chip": None if _is_approved(group[0]) else phrases.chip(request.status.state),
        }


def _holidays(found: PersonYear, dates: list[dt.date], today: dt.date) -> Iterator[Cell]:
    for date in dates:
        kind = found.calendar.day_kind_on(date)
        if kind.type in _HOLIDAYS:
            yield {"dates": phrases.date_text(date, date), "what": _holiday(kind)}


# --- totals ---------------------------------------------------------------------------------------
def _totals(rows: list[LeaveDay], settings: LeaveSettings) -> list[dict[str, str]]:
    """Return what each type comes to in the year: approved, and asked for."""
    sums: dict[tuple[int, bool], Decimal] = {}
    hours: dict[int, bool] = {}
    for day in rows:
        kind = day.request.leave_type_id
        hours[kind] = settings.by_version[day.request.version_id].is_in_hours
        key = (kind, _is_approved(day))
        sums[key] = sums.get(key, ZERO) + day.amount
    return [
        {
            "name": settings.types[kind].name,
            "colour": settings.types[kind].colour,
            "approved": phrases.amount_text(sums.get((kind, True), ZERO), is_in_hours=hours[kind]),
            "asked": phrases.amount_text(sums[kind, False], is_in_hours=hours[kind])
            if (kind, False) in sums
            else "",
        }
        for kind in sorted(hours, key=lambda pk: settings.types[pk].name)
    ]
