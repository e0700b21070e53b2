"""The money of stipends in the report: of each kind, of parts of a month, and of a locked one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import DayStatus, PayrollSource
from attendance.models import PayrollColumn
from attendance.services import closing
from attendance.services.payroll import fingerprint, payroll_take
from attendance.services.verdicts import day_set
from companies.enums import EmploymentType, StipendPer
from companies.models import Employee, Placement
from companies.scoping import company_scope
from companies.services import employee_leave, internship_add, internship_shorten, internship_void
from tests.attendance.world import START, World, at, make_world

MARCH = dt.date(2026, 3, 1)
_PRESENT = (DayStatus.PRESENT, DayStatus.PRESENT)


@pytest.fixture
def world(db: None) -> Iterator[World]:
    """Maya is an intern, present on 2 to 4 March and for half of the 5th."""
    with time_machine.travel(at("2026-04-02 09:00"), tick=False):
        world = make_world()
        with company_scope(world.company):
            Employee.objects.exclude(code="hari").update(employment_type=EmploymentType.INTERN)
            for day, halves in (
                (2, _PRESENT), (3, _PRESENT), (4, _PRESENT),
                (5, (DayStatus.PRESENT, DayStatus.ABSENT)),
            ):  # fmt: skip
                day_set(
                    employee=world.maya, date=dt.date(2026, 3, day), halves=halves,
                    worked_minutes=240, reason="paper list", by=world.hr,
                )  # fmt: skip
            _close(world)
        yield world


@pytest.fixture
def hr(world: World) -> Client:
    client = Client()
    client.force_login(world.hari.user)
    return client


def _close(world: World) -> None:
    """Judge the whole month, and leave it open."""
    period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    closing.period_reopen(period=period, reason="only judged", by=world.hr)


def _intern(world: World, first: str, last: str, per: StipendPer, amount: str, **who: Any) -> Any:
    wanted = {"employee": world.maya, "mentor": world.hari, **who}
    return internship_add(
        **wanted, starts_on=dt.date.fromisoformat(first), ends_on=dt.date.fromisoformat(last),
        stipend_per=per, stipend_amount=Decimal(amount) if amount else None, by=world.hr,
    )  # fmt: skip


def _moneys(client: Client) -> dict[str, tuple[str, Any]]:
    answer: Any = client.post("/reports/stipend-days/file", {"month": "2026-03", "format": "json"})
    rows = json.loads(b"".join(answer.streaming_content))["rows"]
    return {row["name"]: (row["stipend"], row["money"]) for row in rows}


@pytest.mark.parametrize(
    ("first", "last", "per", "amount", "money"),
    [
        ("2026-03-01", "2026-03-31", StipendPer.DAY, "500", "1750"),
        ("2026-02-10", "2026-06-30", StipendPer.DAY, "500", "1750"),
        # Only what lies within the internship is paid for.
        ("2026-03-04", "2026-06-30", StipendPer.DAY, "500", "750"),
        ("2026-03-01", "2026-03-03", StipendPer.DAY, "500.01", "1000.02"),
        ("2026-03-01", "2026-03-31", StipendPer.MONTH, "15000", "15000"),
        ("2026-03-21", "2026-06-30", StipendPer.MONTH, "15000", "5322.58"),
        ("2026-03-01", "2026-03-31", StipendPer.NONE, "", None),
        ("2026-04-01", "2026-04-30", StipendPer.DAY, "500", None),
    ],
)
def test_an_internship_pays(
    world: World, hr: Client, first: str, last: str, per: StipendPer, amount: str, money: Any
) -> None:
    with company_scope(world.company):
        _intern(world, first, last, per, amount)
    assert _moneys(hr) == {"Maya": ("3.5", money), "Bikram": ("0", None)}


def test_who_joined_within_the_month_is_paid_by_the_days_of_the_month(
    world: World, hr: Client
) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(joined_on=dt.date(2026, 3, 2))
        _intern(world, "2026-03-02", "2026-05-31", StipendPer.DAY, "500")
    assert _moneys(hr)["Maya"] == ("3.5", "1750")


def test_nobody_is_paid_for_days_after_their_last_one(world: World, hr: Client) -> None:
    with company_scope(world.company):
        _intern(world, "2026-03-01", "2026-06-30", StipendPer.MONTH, "3100")
        employee_leave(employee=world.maya, last_on=dt.date(2026, 3, 10), by=world.hr)
    assert _moneys(hr)["Maya"] == ("3.5", "1000")


def test_an_internship_after_the_last_day_pays_nothing(world: World, hr: Client) -> None:
    with company_scope(world.company):
        for per, first, last in (
            (StipendPer.MONTH, "2026-03-20", "2026-03-25"),
            (StipendPer.DAY, "2026-03-26", "2026-06-30"),
        ):
            _intern(world, first, last, per, "3100")
        employee_leave(employee=world.maya, last_on=dt.date(2026, 3, 10), by=world.hr)
    assert _moneys(hr)["Maya"] == ("3.5", None)


def test_two_internships_of_a_month_add_up_and_one_taken_back_pays_nothing(
    world: World, hr: Client
) -> None:
    with company_scope(world.company):
        _intern(world, "2026-03-01", "2026-03-03", StipendPer.DAY, "500")
        long = _intern(world, "2026-03-04", "2026-03-31", StipendPer.DAY, "1000")
    assert _moneys(hr)["Maya"] == ("3.5", "2500")
    with company_scope(world.company):
        internship_shorten(
            internship=long, ends_on=dt.date(2026, 3, 4), reason="school", by=world.hr
        )
    assert _moneys(hr)["Maya"] == ("3.5", "2000")
    with company_scope(world.company):
        internship_void(internship=long, reason="typed twice", by=world.hr)
    assert _moneys(hr)["Maya"] == ("3.5", "1000")


def test_a_locked_month_comes_to_the_same(world: World, hr: Client) -> None:
    with company_scope(world.company):
        _intern(world, "2026-03-01", "2026-03-03", StipendPer.DAY, "500")
        _intern(world, "2026-02-01", "2026-03-31", StipendPer.MONTH, "3100", employee=world.bikram)
    before = _moneys(hr)
    assert before == {"Maya": ("3.5", "1000"), "Bikram": ("0", "3100")}
    with company_scope(world.company):
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    assert _moneys(hr) == before


def test_a_locked_month_keeps_what_it_came_to_and_its_payroll_file_has_it(
    world: World, hr: Client
) -> None:
    with company_scope(world.company):
        row = _intern(world, "2026-03-01", "2026-03-31", StipendPer.MONTH, "15000.50")
        for place, source in enumerate((PayrollSource.CODE, PayrollSource.STIPEND_AMOUNT)):
            PayrollColumn.objects.create(
                company=world.company, heading=source.value, place=place, source=source
            )
        period = closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
        internship_void(internship=row, reason="typed twice", by=world.hr)
        content = payroll_take(period=period, kind="csv", by=world.hr).decode("utf-8-sig")
        assert fingerprint(content.encode("utf-8-sig")) == period.fingerprint
    lines = content.splitlines()
    assert lines[0] == '"code","stipend_amount"'
    # Who has no stipend has an empty cell, and no 0 that somebody would pay out.
    assert sorted(lines[1:]) == ['"bikram",""', '"hari",""', '"maya",15000.5']
    assert _moneys(hr) == {"Maya": ("3.5", "15000.5"), "Bikram": ("0", None)}
    with company_scope(world.company):
        closing.period_reopen(period=period, reason="a letter came", by=world.hr)
    assert _moneys(hr) == {"Maya": ("3.5", None), "Bikram": ("0", None)}


def test_the_page_shows_it_with_its_sum_and_costs_the_same_for_three(
    world: World, hr: Client
) -> None:
    def page() -> tuple[int, str]:
        hr.get("/reports/stipend-days/?month=2026-03")
        with CaptureQueriesContext(connection) as queries:
            text = hr.get("/reports/stipend-days/?month=2026-03").text
        return len(queries), text

    with company_scope(world.company):
        _intern(world, "2026-03-02", "2026-03-31", StipendPer.DAY, "500")
    count, text = page()
    assert "1,750.00" in text
    with company_scope(world.company):
        third = Employee.objects.create(
            company=world.company, code="nima", name="Nima", joined_on=START,
            employment_type=EmploymentType.INTERN,
        )  # fmt: skip
        for person in (world.bikram, third):
            _intern(world, "2026-03-05", "2026-03-10", StipendPer.DAY, "500", employee=person)
        _intern(world, "2026-03-11", "2026-03-31", StipendPer.MONTH, "3100", employee=world.bikram)
    again, text = page()
    assert again == count
    assert "2,100.00" in text and "3,850.00" in text


def test_a_manager_reads_the_days_of_their_interns_and_no_money(world: World) -> None:
    with company_scope(world.company):
        _intern(world, "2026-03-01", "2026-03-31", StipendPer.DAY, "500")
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    bikram = Client()
    bikram.force_login(world.bikram.user)
    answer: Any = bikram.post("/reports/stipend-days/file", {"month": "2026-03", "format": "json"})
    found = json.loads(b"".join(answer.streaming_content))
    assert [row["stipend"] for row in found["rows"] if row["name"] == "Maya"] == ["3.5"]
    assert "money" not in [column["key"] for column in found["columns"]]
    page = bikram.get("/reports/stipend-days/", {"month": "2026-03"}).text
    assert "Stipend days" in page
    assert "1,750" not in page
    assert "amount is that of the internship" not in page
