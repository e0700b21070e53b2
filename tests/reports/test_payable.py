"""Payable days as a report: on working days, with overtime by rate, and of a locked month."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.enums import Direction, MarkKind
from attendance.models import DayMark
from attendance.selectors.leave_codes import paid_codes
from attendance.selectors.payable import rates_in
from attendance.services import closing, marks, overtime
from companies.actor import job_actor
from companies.models import Employee, PolicyVersion
from companies.scoping import company_scope
from tests.attendance.overtime_world import give_everybody, judge, make_policy, new_version, rule
from tests.attendance.world import START, ZONE, World, at, make_world

MARCH, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)


@pytest.fixture
def world(db: None) -> Any:
    with time_machine.travel(at("2026-04-02 09:00"), tick=False):
        yield make_world()


def _rows(world: World) -> dict[str, dict[str, Any]]:
    client = Client()
    client.force_login(world.hari.user)
    answer: Any = client.post("/reports/payable-days/file", {"month": "2026-03", "format": "json"})
    found = json.loads(b"".join(answer.streaming_content))
    return {row["name"]: row for row in found["rows"]}


def _set(world: World, **settings: Any) -> None:
    PolicyVersion.objects.create(company=world.company, starts_on=START, zone=ZONE, **settings)
    world.company.refresh_from_db()


def _work(world: World, *presences: tuple[str, str, str]) -> None:
    for date, start, end in presences:
        world.punch(world.maya, f"{date} {start}", weigh=False)
        world.punch(world.maya, f"{date} {end}", Direction.OUT, weigh=False)
    with time_machine.travel(at("2026-04-02 09:00"), tick=False):
        for person in Employee.objects.all():
            judge(person, MARCH, dt.date(2026, 3, 9))


def test_of_working_days(world: World) -> None:
    with company_scope(world.company):
        _set(world, payable_basis="working_days")
        Employee.objects.filter(pk=world.maya.pk).update(joined_on=dt.date(2026, 3, 16))
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    rows = _rows(world)
    # 22 working days; of Maya's month ten of them lie before she joined.
    found = rows["Maya"]
    assert [found[key] for key in ("base", "outside", "lost", "payable")] == ["22", "10", "12", "0"]
    assert (found["off"], found["absent"]) == ("4", "12")
    found = rows["Hari"]
    assert [found[key] for key in ("base", "outside", "lost", "payable")] == ["22", "0", "22", "0"]


def test_the_page_says_how_it_counts(world: World) -> None:
    client = Client()
    client.force_login(world.hari.user)
    text = client.get("/reports/payable-days/?month=2026-03").content.decode()
    assert "Payable is days to pay, less those not employed or not over, less those lost." in text


def test_overtime_by_its_rates_as_it_counts(world: World) -> None:
    with company_scope(world.company):
        policy = make_policy(
            world,
            rule("After the shift", rate_percent=150, daily_cap_minutes=60),
            rule("Banked", "clock", start="20:00", end="22:00", rate_percent=200,
                 compensation="banked"),
            rule("Days off", "days_off", rate_percent=300),
            approval="manager",
        )  # fmt: skip
        give_everybody(world, policy)
        _work(world, ("2026-03-02", "09:00", "18:00"), ("2026-03-03", "09:00", "18:10"))
        overtime.overtime_set(
            employee=world.maya, date=dt.date(2026, 3, 2), extra_minutes=20, missing_minutes=0,
            reason="the rest was chat", by=world.hr,
        )  # fmt: skip
    rows = _rows(world)
    # What waits does not count yet.
    assert {key: value for key, value in rows["Maya"].items() if key.startswith("overtime")} == {
        "overtime": 20, "overtime_100": 0, "overtime_150": 20, "overtime_300": 0,
    }  # fmt: skip
    with company_scope(world.company):
        period = closing.period_lock(
            company=world.company, starts_on=MARCH, reason="as it is", by=world.hr
        )
    assert (period.totals["overtime_minutes"], period.totals["overtime"]) == (20, {"150": 20})
    locked = _rows(world)["Maya"]
    assert (locked["overtime"], locked["overtime_150"], "overtime_300" in locked) == (20, 20, False)


def test_the_rates_of_a_month_are_those_of_the_policies_in_force(world: World) -> None:
    with company_scope(world.company):
        assert rates_in(world.company, MARCH, LAST) == []
        policy = make_policy(world, rule(rate_percent=110))
        give_everybody(world, policy)
        for starts_on, percent in (("2026-03-01", 120), ("2026-03-20", 130), ("2026-04-01", 140)):
            new_version(
                policy, rule(rate_percent=percent), starts_on=dt.date.fromisoformat(starts_on)
            )
        world.company.refresh_from_db()
        assert rates_in(world.company, MARCH, LAST) == [100, 120, 130]


def test_leave_is_paid_as_its_mark_says_and_a_locked_month_keeps_its_figures(world: World) -> None:
    with company_scope(world.company):
        for day, code, is_paid in ((2, "CL", True), (3, "LOP", False)):
            marks.mark_add(
                employee=world.maya, date=dt.date(2026, 3, day), kind=MarkKind.LEAVE, code=code,
                is_paid=is_paid, source_ref=f"test:{day}", by=job_actor("test", world.company),
            )  # fmt: skip
        assert paid_codes(world.company) == {"CL": True, "LOP": False}
        closing.period_lock(company=world.company, starts_on=MARCH, by=world.hr)
    before = _rows(world)
    assert (before["Maya"]["paid_leave"], before["Maya"]["unpaid_leave"]) == ("1", "1")
    assert (before["Maya"]["lost"], before["Maya"]["payable"]) == ("21", "10")
    with company_scope(world.company):
        _set(world, payable_basis="working_days")
        assert DayMark.objects.count() == 2
    assert _rows(world) == before
