"""The late arrivals of a company's month, and which are proposed as half a day."""

from __future__ import annotations

import calendar as months
import datetime as dt
from dataclasses import dataclass

from attendance.models import AttendanceDay
from attendance.rules.late_arrivals import LateArrival, late_arrivals
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee


@dataclass(frozen=True)
class LateMonth:
    """One person's late arrivals in order, each with its day."""

    employee: Employee
    arrivals: tuple[tuple[LateArrival, AttendanceDay], ...]

    @property
    def proposals(self) -> int:
        return sum(arrival.is_proposed for arrival, _row in self.arrivals)


def late_months(*, company: Company, first: dt.date) -> list[LateMonth]:
    """Return who was late in the month that starts on `first`, by name; one statement."""
    last = first.replace(day=months.monthrange(first.year, first.month)[1])
    settings = company_settings(company)
    rows = (
        AttendanceDay.objects.filter(company=company, date__range=(first, last), late_minutes__gt=0)
        .select_related("employee")
        .defer("input", "steps")
        .order_by("employee__name", "employee_id", "date", "slot")
    )
    people: dict[int, list[AttendanceDay]] = {}
    for row in rows:
        people.setdefault(row.employee_id, []).append(row)
    return [
        LateMonth(
            employee=mine[0].employee,
            arrivals=tuple(
                zip(
                    late_arrivals(
                        [(row.date, row.late_minutes) for row in mine],
                        lambda date: settings.policy_on(date).rules,
                    ),
                    mine,
                    strict=True,
                )
            ),
        )
        for mine in people.values()
    ]
