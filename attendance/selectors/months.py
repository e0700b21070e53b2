"""A person's month: one entry a date, judged rows and the calendar's days off alike."""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass

from attendance.enums import DayStatus
from attendance.models import AttendanceDay
from attendance.rules import codes, sheet
from attendance.rules.types import DayKind, Occurrence
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from companies.models import Employee


@dataclass(frozen=True)
class MonthDay:
    """One date of the month; `row` is None where nothing was judged."""

    date: dt.date
    row: AttendanceDay | None
    day_kind: DayKind
    occurrence: Occurrence | None
    is_employed: bool
    is_future: bool


@dataclass(frozen=True)
class Month:
    """A month of one person, in order of its dates."""

    first: dt.date
    today: dt.date
    days: tuple[MonthDay, ...]
    totals: sheet.Totals

    @property
    def previous(self) -> dt.date:
        return (self.first - dt.timedelta(days=1)).replace(day=1)

    @property
    def following(self) -> dt.date:
        return (self.first + dt.timedelta(days=32)).replace(day=1)


def month(*, employee: Employee, first: dt.date, now: dt.datetime) -> Month:
    """Return the month that starts on `first`; four statements with the settings in memory."""
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    settings = company_settings(employee.company)
    own = people.person_calendars(
        employee.company, [employee], settings=settings, first=first, last=last
    )[employee.pk]
    rows = people.judged_days([employee.pk], first=first, last=last)
    today = own.date_at(now)
    days = tuple(
        MonthDay(
            date=date,
            row=rows.get((employee.pk, date)),
            day_kind=own.day_kind_on(date),
            occurrence=own.occurrence_on(date),
            is_employed=employee.is_employed_on(date),
            is_future=date > today,
        )
        for date in (first + dt.timedelta(days=n) for n in range(last.day))
    )
    return Month(first=first, today=today, days=days, totals=_totals(days))


def _halves(day: MonthDay) -> codes.Halves:
    """Return where the date counts; a day off without punches is one without a row."""
    if day.row is None:
        return codes.without_row(day.day_kind)
    return codes.read(DayStatus(day.row.status) if day.row.status else None, day.row.code)


def _totals(days: tuple[MonthDay, ...]) -> sheet.Totals:
    """Return the totals of the dates that have come."""
    return sheet.tally(
        sheet.SheetRow(
            date=day.date,
            halves=_halves(day),
            worked_minutes=day.row.worked_minutes if day.row else 0,
            late_minutes=day.row.late_minutes if day.row else 0,
            early_minutes=day.row.early_minutes if day.row else 0,
        )
        for day in days
        if not day.is_future and day.is_employed
    )
