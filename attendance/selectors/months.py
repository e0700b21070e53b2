"""A person's month: one entry a date, judged rows and the calendar's days off alike."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Q

from attendance.enums import DayStatus
from attendance.models import AttendanceDay, PunchState
from attendance.rules import codes, sheet
from attendance.rules.person import PersonCalendar
from attendance.rules.stretch import dates
from attendance.rules.types import DayKind, Manual, Occurrence
from attendance.rules.zones import local_date
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee


@dataclass(frozen=True)
class MonthDay:
    """One date of the month; `row` is None where nothing was judged."""

    date: dt.date
    row: AttendanceDay | None
    day_kind: DayKind
    occurrence: Occurrence | None
    is_employed: bool
    is_future: bool
    skipped_because: str = ""  # what HR said, where it let the date have no row


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
    """Return the month that starts on `first`; five statements with the settings in memory."""
    return months(company=employee.company, employees=[employee], first=first, now=now)[employee.pk]


def months(
    *,
    company: Company,
    employees: Collection[Employee],
    first: dt.date,
    now: dt.datetime,
    is_lean: bool = False,
) -> dict[int, Month]:
    """Return the month of each person, by primary key; as many statements as for one.

    Lean days can be listed, not explained (`people.judged_days`).
    """
    last = first.replace(day=calendar.monthrange(first.year, first.month)[1])
    calendars = people.person_calendars(
        company, employees, settings=company_settings(company), first=first, last=last
    )
    for key, manuals in people.manual_verdicts(calendars, first=first, last=last).items():
        calendars[key].manuals = manuals
    rows = people.judged_days(calendars, first=first, last=last, is_lean=is_lean)
    return {
        employee.pk: _month(employee.pk, calendars[employee.pk], rows, (first, last), now)
        for employee in employees
    }


def _month(
    key: int,
    own: PersonCalendar,
    rows: dict[tuple[int, dt.date], AttendanceDay],
    span: tuple[dt.date, dt.date],
    now: dt.datetime,
) -> Month:
    today = own.date_at(now)
    days = tuple(
        MonthDay(
            date=date,
            row=rows.get((key, date)),
            day_kind=own.day_kind_on(date),
            occurrence=own.occurrence_on(date),
            is_employed=own.employment.holds_on(date),
            is_future=date > today,
            skipped_because=_skipped_because(own.manual_on(date)),
        )
        for date in dates(*span)
    )
    return Month(first=span[0], today=today, days=days, totals=_totals(days))


def _skipped_because(manual: Manual | None) -> str:
    return manual.reason if manual is not None and manual.status is None else ""


def punches_of_day(employee: Employee, date: dt.date) -> list[PunchState]:
    """Return the punches that count for the date, voided ones too, with their pictures.

    What was refused or voided before it was judged counts for no date: it stands where it was made.
    """
    noon = dt.datetime.combine(date, dt.time(12), dt.UTC)
    around = (noon - dt.timedelta(days=2), noon + dt.timedelta(days=2))
    of_no_date = Q(attendance_date=None, voided_at__isnull=False, occurred_at__range=around)
    rows = (
        PunchState.objects.filter(Q(attendance_date=date) | of_no_date, employee=employee)
        .select_related("punch")
        .prefetch_related("punch__frames")
        .order_by("occurred_at")
    )
    return [
        state
        for state in rows
        if state.attendance_date or local_date(state.occurred_at, state.punch.zone) == date
    ]


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
