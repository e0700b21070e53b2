"""The register's selector: the same as a person's month, by as many statements for 200 as for 1."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.models import AttendanceDay
from attendance.rules.roll import DayState
from attendance.selectors import overtime
from attendance.selectors.leave_codes import leave_codes
from attendance.selectors.months import _halves, months
from attendance.selectors.roll import roll
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import Company, Department, Employee, Placement
from companies.reports import Filters
from companies.scoping import company_scope
from companies.selectors import placed_in_chunks
from leave.terms import leave_settings
from portal.reports import asked_of, narrowed, reports
from tests.attendance.world import make_person
from tests.reports.golden import LAST, MARCH, NOW, OF_LEAVE, Golden


def _fresh(golden: Golden) -> tuple[Company, list[Employee]]:
    company = Company.objects.get(pk=golden.company.pk)
    return company, list(Employee.objects.select_related("company").order_by("pk"))


def test_a_row_of_the_register_is_the_persons_month(golden: Golden) -> None:
    with company_scope(golden.company):
        company, people = _fresh(golden)
        found = months(company=company, employees=people, first=MARCH, now=NOW)
        rows = roll(company=company, people=people, first=MARCH, last=LAST, now=NOW)
        for person, row in zip(people, rows, strict=True):
            month = found[person.pk]
            # A person's month tells of overtime beside its totals.
            assert replace(row.totals, overtime_minutes=0) == month.totals, person
            extra = overtime.totals(overtime.of_month(person, MARCH, LAST).values())
            assert row.totals.overtime_minutes == extra.counted_extra, person
            for day, mine in zip(month.days, row.days, strict=True):
                if day.is_employed:
                    assert mine.halves == _halves(day), (person, day.date)
                    assert mine.code == (day.row.code or day.row.status if day.row else mine.code)


def test_days_without_a_record_say_why(golden: Golden) -> None:
    now = dt.datetime(2026, 3, 20, 16, tzinfo=dt.UTC)
    with company_scope(golden.company):
        company, people = _fresh(golden)
        AttendanceDay.objects.filter(date__gte=dt.date(2026, 3, 19)).delete()
        Employee.objects.filter(pk=golden.people["joe"].pk).update(judged_from=dt.date(2026, 3, 18))
        AttendanceDay.objects.filter(employee=golden.people["joe"]).delete()
        company, people = _fresh(golden)
        found = roll(company=company, people=people, first=MARCH, last=LAST, now=now)
        rows = {person.name: row for person, row in zip(people, found, strict=True)}
    states = {name: [day.state for day in row.days] for name, row in rows.items()}
    joe = states["Joe"]
    assert joe[:15] == [DayState.NOT_EMPLOYED] * 15
    assert joe[15:17] == [DayState.NOT_DUE] * 2  # before the first judged day
    assert joe[17:19] == [DayState.NOTHING] * 2
    assert joe[19] == DayState.OPEN  # today
    assert joe[20:23] == [DayState.OFF, DayState.OFF, DayState.TO_COME]
    assert states["Ada"][17] == DayState.SKIPPED
    assert states["Una"][1] == DayState.NOT_DUE  # no shift
    assert states["Lee"][11:] == [DayState.NOT_EMPLOYED] * 20
    assert (rows["Joe"].problems, rows["Joe"].totals.halves) == (2, 10)
    assert (rows["Una"].problems, rows["Ada"].problems) == (0, 2)


def test_whoever_was_switched_off_counts_for_nothing_and_keeps_the_past(golden: Golden) -> None:
    with company_scope(golden.company):
        Employee.objects.filter(pk=golden.people["ada"].pk).update(is_active=False)
        company, people = _fresh(golden)
        ada = next(person for person in people if person.name == "Ada")
        (row,) = roll(company=company, people=[ada], first=MARCH, last=LAST, now=NOW)
    assert (row.totals.halves, row.problems) == (0, 0)
    assert row.days[1].code == "P"
    assert row.days[0].state == DayState.NOT_EMPLOYED


def test_a_move_within_the_month_changes_the_days_off(golden: Golden) -> None:
    with company_scope(golden.company):
        una = golden.people["una"]
        Placement.objects.create(
            company=golden.company, employee=una, starts_on=dt.date(2026, 3, 16),
            office=golden.world.office, weekly_off={"wed": "all"},
        )  # fmt: skip
        company, people = _fresh(golden)
        mine = [person for person in people if person.name == "Una"]
        (row,) = roll(company=company, people=mine, first=MARCH, last=LAST, now=NOW)
    off = [n + 1 for n, day in enumerate(row.days) if day.state == DayState.OFF]
    assert off == [1, 7, 8, 13, 14, 15, 18, 25]


def test_leave_codes_are_those_of_marks_and_of_hr(golden: Golden) -> None:
    with company_scope(golden.company):
        assert leave_codes(golden.company, MARCH, LAST) == ["CL", "SL"]
        assert leave_codes(golden.company, MARCH, dt.date(2026, 3, 10)) == ["CL"]
        assert leave_codes(golden.company, dt.date(2026, 1, 1), dt.date(2026, 1, 31)) == []


def _crowd(golden: Golden, count: int) -> None:
    """Let so many more people have a day."""
    company = golden.company
    with company_scope(company):
        begin = Employee.objects.count()
        people = Employee.objects.bulk_create(
            Employee(company=company, code=f"x{n}", name=f"Crowd {n:04}", joined_on=MARCH)
            for n in range(begin, begin + count)
        )
        Placement.objects.bulk_create(
            Placement(
                company=company, employee=person, starts_on=MARCH, office=golden.world.office,
                default_shift=golden.world.day_shift, department=golden.design,
            )
            for person in people
        )  # fmt: skip
        AttendanceDay.objects.bulk_create(
            AttendanceDay(
                company=company, employee=person, date=dt.date(2026, 3, 2), status="INC",
                is_open=False, zone="America/New_York", judged_at=NOW, late_minutes=5,
                exceptions=["missing_out"], first_in_at=NOW, scheduled_start_at=NOW,
            )
            for person in people
        )  # fmt: skip


def _hr(golden: Golden) -> Actor:
    company = Company.objects.get(pk=golden.company.pk)
    return Actor(
        kind=ActorKind.PERSON, id="hr", name="Hari", company=company, user=golden.world.hari.user,
        employee=golden.world.hari, roles=frozenset({Role.HR}),
    )  # fmt: skip


OF_ATTENDANCE = sorted(slug for slug in reports() if slug not in OF_LEAVE)


@pytest.mark.parametrize("slug", OF_ATTENDANCE)
def test_statements_do_not_grow_with_people(golden: Golden, slug: str) -> None:
    report, counts = reports()[slug], []
    # A process reads the settings of leave once for all of its reports.
    with company_scope(golden.company):
        leave_settings(Company.objects.get(pk=golden.company.pk))
    filters = Filters(first=MARCH, last=LAST, only_problems=True)
    for more in (1, 19, 180):
        _crowd(golden, more)
        with company_scope(golden.company):
            hr = _hr(golden)
            assert hr.company is not None
            with CaptureQueriesContext(connection) as queries:
                asked = narrowed(report, asked_of(hr, hr.company, filters, now=NOW))
                lines = list(report.table(asked).lines())
            counts.append(len(queries))
            assert lines
    assert len(set(counts)) == 1, counts
    assert counts[0] <= 20


def test_more_people_than_a_chunk_come_in_order(golden: Golden) -> None:
    _crowd(golden, 40)
    with company_scope(golden.company):
        hr = _hr(golden)
        assert hr.company is not None
        asked = asked_of(hr, hr.company, Filters(first=MARCH, last=LAST), now=NOW)
        chunks = list(placed_in_chunks(asked.people, asked.keys, size=7))
        names = [placed.employee.name for chunk in chunks for placed in chunk]
        gone = Employee.objects.get(name="Una").pk
        assert all(placed.employee.pk != gone for placed in list(
            placed_in_chunks(asked.people.exclude(pk=gone), asked.keys)
        )[0])  # fmt: skip
    assert names == sorted(names)
    assert [len(chunk) for chunk in chunks] == [7] * 6 + [3]


def test_a_department_holds_its_parts(golden: Golden) -> None:
    with company_scope(golden.company):
        part = Department.objects.create(company=golden.company, name="Icons", parent=golden.design)
        person = make_person(golden.company, "Ivo", golden.world.office, None)
        Placement.objects.filter(employee=person).update(department=part)
        hr = _hr(golden)
        assert hr.company is not None
        filters = Filters(first=MARCH, last=LAST, department=str(golden.design.public_id))
        asked = asked_of(hr, hr.company, filters, now=NOW)
        names = set(Employee.objects.filter(pk__in=asked.keys).values_list("name", flat=True))
    assert names == {"Ada", "Joe", "Ivo"}
