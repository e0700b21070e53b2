"""HR's list of a month's late arrivals."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.models import AttendanceDay
from companies.models import Employee, PolicyVersion
from companies.scoping import company_scope
from tests.attendance.world import ZONE, World, at

PATH = "/admin/attendance/attendanceday/late-arrivals/"
APRIL = dt.date(2026, 4, 1)


def _late(world: World, who: Employee, *days: tuple[int, int]) -> None:
    with company_scope(world.company):
        for day, minutes in days:
            AttendanceDay.objects.create(
                company=world.company, employee=who, date=APRIL.replace(day=day),
                late_minutes=minutes, judged_at=at("2026-05-01 09:00"), zone=ZONE,
            )  # fmt: skip


@pytest.fixture
def rule(world: World) -> None:
    """One late arrival of ten minutes is free; every second other proposes half a day."""
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=APRIL, zone=ZONE, late_free_count=1,
            late_free_minutes=10, late_half_day_every=2,
        )  # fmt: skip


def _people(client: Client, month: str = "2026-04") -> dict[str, list[str]]:
    page = client.get(f"{PATH}?m={month}")
    assert page.status_code == 200
    return {
        person["name"]: [f"{day['on']}, {day['late']}: {day['words']}" for day in person["days"]]
        for person in page.context["people"]
    }


def test_hr_sees_each_late_arrival_and_what_is_proposed(
    hr: Client, world: World, rule: None
) -> None:
    _late(world, world.maya, (1, 5), (2, 20), (3, 0), (7, 65), (8, 3))
    _late(world, world.bikram, (2, 1))
    assert _people(hr) == {
        "Bikram": ["Thu 2 Apr, 1 min: free"],
        "Maya": [
            "Wed 1 Apr, 5 min: free",
            "Thu 2 Apr, 20 min: no. 1",
            "Tue 7 Apr, 1 h 5 min: no. 2: half a day proposed",
            "Wed 8 Apr, 3 min: no. 3",
        ],
    }
    with company_scope(world.company):
        row = AttendanceDay.objects.get(employee=world.maya, date=APRIL)
    page = hr.get(f"{PATH}?m=2026-04")
    assert f"/admin/attendance/attendanceday/{row.public_id}/" in page.text
    assert "1 half day proposed" in page.text
    assert (page.context["earlier"], page.context["later"]) == ("?m=2026-03", "?m=2026-05")


@pytest.mark.parametrize("month", ["2026-05", "nonsense", "0001-01", "9999-12"])
def test_a_month_without_any(hr: Client, world: World, rule: None, month: str) -> None:
    _late(world, world.maya, (1, 5))
    assert _people(hr, month) == {}
    assert "Nobody was late" in hr.get(f"{PATH}?m={month}").text


def test_another_companys_late_arrivals_are_not_shown(
    hr: Client, world: World, other: World
) -> None:
    _late(other, other.maya, (1, 5))
    assert _people(hr) == {}


def test_the_list_links_to_it(hr: Client, world: World) -> None:
    assert PATH in hr.get("/admin/attendance/attendanceday/").text


def test_as_many_statements_for_three_people_as_for_one(hr: Client, world: World) -> None:
    counts = []
    hr.get(f"{PATH}?m=2026-04")  # the settings are in memory
    for person in (world.maya, world.bikram, world.hari):
        _late(world, person, (1, 5), (2, 5))
        with CaptureQueriesContext(connection) as queries:
            hr.get(f"{PATH}?m=2026-04")
        counts.append(len(queries))
    assert counts == [counts[0]] * 3


def test_the_month_is_the_companys_before_it_is_utcs(hr: Client, world: World) -> None:
    with time_machine.travel(at("2026-05-01 00:30"), tick=False):
        hr.force_login(world.hari.user)
        assert hr.get(PATH).context["title"] == "Late arrivals in May 2026"
