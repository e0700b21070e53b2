"""Overtime as a report: what counts at which rate, whose decision holds, and where days lead."""

from __future__ import annotations

import datetime as dt
import json
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.selectors.overtime import rates_counted
from attendance.services import overtime
from companies.actor import Actor
from companies.scoping import company_scope
from tests.attendance.overtime_world import (
    MONDAY,
    give_everybody,
    make_policy,
    new_version,
    rule,
    work,
)
from tests.attendance.world import START, World, at, make_world
from tests.reports.pages import read

LAST = dt.date(2026, 3, 31)
ASKED = {"from": "2026-03-01", "to": "2026-03-31"}


@pytest.fixture
def world(db: None) -> Any:
    with time_machine.travel(at("2026-04-02 09:00"), tick=False):
        yield make_world()


@pytest.fixture
def hr(world: World) -> Client:
    client = Client()
    client.force_login(world.hari.user)
    return client


def _rows(client: Client) -> list[dict[str, Any]]:
    answer: Any = client.post("/reports/overtime/file", {**ASKED, "format": "json"})
    rows: list[dict[str, Any]] = json.loads(b"".join(answer.streaming_content))["rows"]
    return rows


def _set(world: World, minutes: int, by: Actor | None = None) -> None:
    overtime.overtime_set(
        employee=world.maya, date=MONDAY, extra_minutes=minutes, missing_minutes=0,
        reason="by the paper list", by=by or world.hr,
    )  # fmt: skip


def test_minutes_by_no_rule_are_paid_at_the_plain_rate(world: World, hr: Client) -> None:
    with company_scope(world.company):
        work(world, world.maya, MONDAY, ("09:00", "17:30"))
        _set(world, 25)
    (row,) = _rows(hr)
    assert {key: value for key, value in row.items() if value} == {
        "name": "Maya", "code": "maya", "date": "2026-03-02", "shift": "Day", "set_extra": 25,
        "counted": 25, "paid_100": 25, "state": "Changed", "decided_by": "Hari",
        "reason": "by the paper list",
    }  # fmt: skip


def test_rates_are_those_that_the_days_were_computed_by(world: World, hr: Client) -> None:
    with company_scope(world.company):
        first, last = MONDAY.replace(day=1), LAST
        assert rates_counted(world.company, first=first, last=last) == []
        policy = make_policy(
            world, rule(rate_percent=130),
            rule("Banked", "clock", start="20:00", end="22:00", rate_percent=170,
                 compensation="banked"),
        )  # fmt: skip
        give_everybody(world, policy)
        work(world, world.maya, MONDAY, ("09:00", "18:30"))
        # Written over the first one: no day was computed by it.
        new_version(policy, rule(rate_percent=140), starts_on=START)
        assert rates_counted(world.company, first=first, last=last) == [100, 130]
        assert rates_counted(world.company, first=last, last=last) == []
    (row,) = _rows(hr)
    assert (row["extra"], row["counted"], row["paid_130"], row["state"]) == (60, 60, 60, "Counts")


def test_a_decision_that_holds_no_more_is_not_told(world: World, hr: Client) -> None:
    with company_scope(world.company):
        give_everybody(world, make_policy(world, rule(), approval="manager"))
        work(world, world.maya, MONDAY, ("09:00", "18:30"))
        overtime.overtime_approve(employee=world.maya, date=MONDAY, by=world.hr)
    (row,) = _rows(hr)
    assert (row["state"], row["decided_by"], row["counted"]) == ("Approved", "Hari", 60)
    with company_scope(world.company):
        overtime.overtime_take_back(employee=world.maya, date=MONDAY, by=world.hr)
    (row,) = _rows(hr)
    assert (row["state"], row["decided_by"], row["counted"]) == ("Waits", "", 0)
    with company_scope(world.company):
        overtime.overtime_approve(employee=world.maya, date=MONDAY, by=world.hr)
        work(world, world.maya, MONDAY, ("19:00", "19:30"))

    (row,) = _rows(hr)
    assert (row["extra"], row["state"], row["decided_by"]) == (90, "Waits", "")


def test_a_date_opens_its_day(world: World, hr: Client) -> None:
    with company_scope(world.company):
        work(world, world.maya, MONDAY, ("09:00", "17:30"))
        _set(world, 25)
    page = read(hr.get("/reports/overtime/", ASKED).content.decode())
    assert page.links[0][3] == f"/team/{world.maya.public_id}/day/2026-03-02/"


def test_a_page_costs_the_same_for_one_and_for_three(world: World, hr: Client) -> None:
    with company_scope(world.company):
        give_everybody(world, make_policy(world, rule()))
    counts = []
    for person in (world.maya, world.bikram, world.hari):
        with company_scope(world.company):
            work(world, person, MONDAY, ("09:00", "18:30"))
        hr.get("/reports/overtime/", ASKED)
        with CaptureQueriesContext(connection) as queries:
            text = hr.get("/reports/overtime/", ASKED).content.decode()
        counts.append(len(queries))
        assert text.count("Mon 2 Mar 2026") == len(counts)
    assert len(set(counts)) == 1, counts
