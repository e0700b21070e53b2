"""A person's month: its dates and its totals, with what the work calendar says of them."""

from __future__ import annotations

import datetime as dt
from dataclasses import asdict

from attendance.enums import Direction
from attendance.selectors.months import Month, month
from attendance.services.days import person_recompute
from companies.enums import CalendarKind
from companies.models import CalendarDay, Employee, Placement
from companies.scoping import company_scope
from tests.attendance.world import World, at

MARCH = dt.date(2026, 3, 1)


def _month(world: World, when: str) -> Month:
    employee = Employee.objects.select_related("company").get(pk=world.maya.pk)
    return month(employee=employee, first=MARCH, now=at(when))


def test_a_month_counts_each_date_of_employment_that_has_come_once(world: World) -> None:
    """Joined on a Monday; a Saturday, a Sunday, a holiday, a half one; worked twice, once late."""
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(joined_on=dt.date(2026, 3, 2))
        for day, kind in ((4, CalendarKind.HOLIDAY), (5, CalendarKind.HALF_HOLIDAY_PM)):
            CalendarDay.objects.create(
                company=world.company, date=dt.date(2026, 3, day), kind=kind, name="Holi"
            )
    for day, came in ((2, "09:00"), (3, "09:25")):
        world.punch(world.maya, f"2026-03-0{day} {came}")
        world.punch(world.maya, f"2026-03-0{day} 17:30", Direction.OUT)
    with company_scope(world.company):
        employee = Employee.objects.select_related("company").get(pk=world.maya.pk)
        person_recompute(
            employee=employee, first=MARCH, last=dt.date(2026, 3, 9), now=at("2026-03-09 12:00")
        )
        found = _month(world, "2026-03-09 12:00")
    assert asdict(found.totals) == {
        "present_halves": 4,
        "absent_halves": 3,  # the morning of the 5th and the 6th
        "leave_halves": 0,
        "off_halves": 7,
        "unmarked_halves": 2,  # the 9th, which is not over
        "leave_by_code": {},
        "late_count": 1,
        "late_minutes": 25,
        "early_count": 0,
        "early_minutes": 0,
        "worked_minutes": 480 + 455,
        "overtime_minutes": 0,  # told beside, of days that have any
    }
    assert [day.is_employed for day in found.days[:2]] == [False, True]


def test_a_half_holiday_that_nobody_judged_is_half_a_day_off(world: World) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(default_shift=None)
        CalendarDay.objects.create(
            company=world.company, date=MARCH, kind=CalendarKind.WORKING_DAY, name="Inventory"
        )
        CalendarDay.objects.create(
            company=world.company, date=MARCH, kind=CalendarKind.HALF_HOLIDAY_AM, name="Inventory"
        )
        totals = _month(world, "2026-03-02 12:00").totals
    assert (totals.off_halves, totals.unmarked_halves, totals.halves) == (1, 3, 4)
