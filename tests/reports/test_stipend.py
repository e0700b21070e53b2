"""Stipend days as a report: of interns alone, of each basis, and of a locked month."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import DayStatus, MarkKind, PayrollSource, Portion
from attendance.models import PayrollColumn
from attendance.selectors.payable import stipend_basis
from attendance.services import closing, marks
from attendance.services.verdicts import day_set
from companies.actor import job_actor
from companies.enums import EmploymentType, StipendBasis
from companies.models import Employee, PolicyVersion
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at, make_world
from tests.reports.pages import read

MARCH = dt.date(2026, 3, 1)


@pytest.fixture
def world(db: None) -> Any:
    """Maya is an intern: present, half a day, on duty, from home, on leave of both kinds."""
    with time_machine.travel(at("2026-04-02 09:00"), tick=False):
        world = make_world()
        with company_scope(world.company):
            _intern(world.maya)
            _set_days(world)
            for n, kind, portion, code, is_paid in (
                (4, MarkKind.ON_DUTY, Portion.FULL, "", True),
                (5, MarkKind.WORK_FROM_HOME, Portion.FULL, "", True),
                (6, MarkKind.LEAVE, Portion.FULL, "CL", True),
                (9, MarkKind.LEAVE, Portion.FULL, "LOP", False),
            ):
                marks.mark_add(
                    employee=world.maya, date=dt.date(2026, 3, n), kind=kind, portion=portion,
                    code=code, is_paid=is_paid, source_ref=f"test:{n}",
                    by=job_actor("test", world.company),
                )  # fmt: skip
            closing.period_reopen(
                period=closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr),
                reason="only judged", by=world.hr,
            )  # fmt: skip
        yield world


@pytest.fixture
def hr(world: World) -> Client:
    client = Client()
    client.force_login(world.hari.user)
    return client


def _intern(*people: Employee) -> None:
    keys = [person.pk for person in people]
    Employee.objects.filter(pk__in=keys).update(employment_type=EmploymentType.INTERN)


def _set_days(world: World) -> None:
    present, absent = DayStatus.PRESENT, DayStatus.ABSENT
    for n, halves, minutes in ((2, (present, present), 480), (3, (present, absent), 240)):
        day_set(
            employee=world.maya, date=dt.date(2026, 3, n), halves=halves, worked_minutes=minutes,
            reason="paper list", by=world.hr,
        )  # fmt: skip


def _basis(world: World, basis: str) -> None:
    PolicyVersion.objects.create(
        company=world.company, starts_on=START, zone=ZONE, stipend_basis=basis
    )
    world.company.refresh_from_db()


def _rows(client: Client) -> list[dict[str, Any]]:
    answer: Any = client.post("/reports/stipend-days/file", {"month": "2026-03", "format": "json"})
    rows: list[dict[str, Any]] = json.loads(b"".join(answer.streaming_content))["rows"]
    return rows


def test_the_days_of_an_intern(world: World, hr: Client) -> None:
    (row,) = _rows(hr)
    assert row == {
        "name": "Maya", "code": "maya", "department": "", "employed": "31", "present": "3.5",
        "half_days": 1, "on_duty": "1", "work_from_home": "1", "paid_leave": "1",
        "unpaid_leave": "1", "off": "9", "absent": "16.5", "unmarked": "0", "not_due": "0",
        "worked": 720, "stipend": "3.5", "money": None,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("basis", "stipend", "says"),
    [
        ("present", "3.5", "Stipend days are the days present: half a day counts ½"),
        ("present_and_leave", "4.5", "Stipend days are the days present and those of paid leave"),
        ("payable", "13.5", "Stipend days are the payable days"),
    ],
)
def test_of_each_basis_and_a_locked_month_keeps_it(
    world: World, hr: Client, basis: str, stipend: str, says: str
) -> None:
    with company_scope(world.company):
        _basis(world, basis)
    assert [row["stipend"] for row in _rows(hr)] == [stipend]
    with company_scope(world.company):
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        _basis(world, "present" if basis == "payable" else "payable")
    assert [row["stipend"] for row in _rows(hr)] == [stipend]
    text = hr.get("/reports/stipend-days/?month=2026-03").content.decode()
    assert says in text
    assert "The month is locked" in text


def test_a_month_locked_without_interns_has_no_stipends(world: World, hr: Client) -> None:
    with company_scope(world.company):
        Employee.objects.update(employment_type=EmploymentType.EMPLOYEE)
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        _intern(world.maya)
    assert _rows(hr) == []
    with company_scope(world.company):
        assert stipend_basis(world.company, MARCH, dt.date(2026, 3, 31)) == StipendBasis.PRESENT


def test_the_payroll_file_has_the_stipends_of_interns(world: World) -> None:
    with company_scope(world.company):
        for place, source in enumerate((PayrollSource.NAME, PayrollSource.STIPEND_DAYS)):
            PayrollColumn.objects.create(
                company=world.company, heading=source.value, place=place, source=source
            )
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        file = closing.payroll.payroll_bytes(
            company=world.company, first=MARCH, layout=closing.payroll.layout_of(period),
            lines=period.lines.order_by("name"),
        )  # fmt: skip
    assert file.decode("utf-8-sig").splitlines() == [
        '"name","stipend_days"', '"Bikram",0', '"Hari",0', '"Maya",3.5',
    ]  # fmt: skip


def test_a_name_opens_the_month_and_a_page_costs_the_same_for_three(
    world: World, hr: Client
) -> None:
    counts = []
    for interns in ((world.maya,), (world.bikram, world.hari)):
        with company_scope(world.company):
            _intern(*interns)
        hr.get("/reports/stipend-days/?month=2026-03")
        with CaptureQueriesContext(connection) as queries:
            text = hr.get("/reports/stipend-days/?month=2026-03").content.decode()
        counts.append(len(queries))
    page = read(text)
    assert [row[0] for row in page.rows] == ["Bikram", "Hari", "Maya", "All"]
    assert page.links[2][0] == f"/team/{world.maya.public_id}/month/?m=2026-03"
    assert counts[0] == counts[1]
