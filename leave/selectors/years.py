"""A calendar year of a person: what each date is to them, and the leave on it."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from attendance.rules.person import PersonCalendar
from attendance.selectors import people
from companies.models import Employee
from leave.enums import RequestState
from leave.models import LeaveDay
from leave.rules.years import Dates


@dataclass(frozen=True)
class PersonYear:
    """The days of a calendar year; `leave` holds what is approved or waits, by date."""

    dates: Dates
    calendar: PersonCalendar
    leave: dict[dt.date, list[LeaveDay]]
    rows: list[LeaveDay]


def year_of(employee: Employee, year: int) -> PersonYear:
    """Return a person's year; one statement beside those of the calendar."""
    dates = Dates(dt.date(year, 1, 1), dt.date(year, 12, 31))
    rows = LeaveDay.objects.filter(
        Q(is_held=True) | Q(request__status__state__in=RequestState.reserving),
        employee=employee, date__range=(dates.first, dates.last), amount__gt=0,
    )  # fmt: skip
    found = list(rows.select_related("request__status").order_by("date", "id"))
    leave: dict[dt.date, list[LeaveDay]] = {}
    for row in found:
        leave.setdefault(row.date, []).append(row)
    calendar = people.calendar_of(employee, dates.first, dates.last)
    return PersonYear(dates, calendar, leave, found)
