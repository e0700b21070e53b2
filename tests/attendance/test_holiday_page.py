"""The card of optional holidays on one's month, and what picking there does."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from attendance.models import OptionalHolidayPick
from companies.enums import CalendarKind
from companies.models import CalendarDay, PolicyVersion
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at

MARCH = dt.date(2026, 3, 1)


@pytest.fixture(autouse=True)
def noon() -> Any:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def maya(client: Client, world: World) -> Client:
    client.force_login(world.maya.user)
    return client


def _offer(world: World, date: dt.date, name: str) -> CalendarDay:
    with company_scope(world.company):
        day: CalendarDay = CalendarDay.objects.create(
            company=world.company, date=date, name=name, kind=CalendarKind.OPTIONAL_HOLIDAY
        )
    return day


@pytest.fixture
def quota(world: World) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone=ZONE, optional_holiday_quota=1
        )


def _url(day: CalendarDay) -> str:
    return reverse("attendance:holiday", args=[day.public_id])


def _picked(world: World) -> list[str]:
    with company_scope(world.company):
        picks = OptionalHolidayPick.objects.order_by("id")
        return list(picks.values_list("calendar_day__name", flat=True))


def test_the_card_offers_what_may_be_picked(maya: Client, world: World, quota: None) -> None:
    _offer(world, MARCH.replace(day=3), "Over")
    losar = _offer(world, MARCH.replace(day=20), "Losar")
    _offer(world, dt.date(2027, 1, 1), "New year")
    years = maya.get("/month/").context["holiday_years"]
    assert [(year["year"], year["picked"], year["quota"]) for year in years] == [
        (2026, 0, 1), (2027, 0, 1),
    ]  # fmt: skip
    over, offered = years[0]["offers"]
    assert (over["can_pick"], over["can_give_back"]) == (False, False)
    assert (offered["can_pick"], offered["url"]) == (True, _url(losar))
    (past,) = maya.get("/month/?m=2027-01").context["holiday_years"]
    assert past["year"] == 2027


def test_picking_and_giving_back(maya: Client, world: World, quota: None) -> None:
    losar = _offer(world, MARCH.replace(day=20), "Losar")
    ghode = _offer(world, MARCH.replace(day=18), "Ghode Jatra")
    for _n in range(2):  # a double tap
        answer = maya.post(_url(losar))
        assert (answer.status_code, answer.url) == (302, "/month/#holidays")
    assert _picked(world) == ["Losar"]
    page = maya.get("/month/")
    first, second = page.context["holiday_years"][0]["offers"]
    assert (first["can_pick"], second["can_give_back"]) == (False, True)
    assert "1 of 1 picked" in page.text
    page = maya.post(_url(ghode), follow=True)
    assert "All optional holidays of 2026 are picked." in page.text
    assert _picked(world) == ["Losar"]
    maya.post(_url(losar), {"give_back": "1"})
    assert _picked(world) == []


def test_another_companys_holiday_is_none(
    maya: Client, world: World, other_world: World, quota: None
) -> None:
    theirs = _offer(other_world, MARCH.replace(day=20), "Theirs")
    assert maya.post(_url(theirs)).status_code == 404
    assert maya.get(_url(theirs)).status_code == 405
    assert maya.get("/month/").context["holiday_years"] == []


def test_as_many_statements_for_three_as_for_one(maya: Client, world: World, quota: None) -> None:
    counts = []
    for n in (20, 21, 22):
        _offer(world, MARCH.replace(day=n), f"Day {n}")
        maya.get("/month/")  # the settings are read anew once
        with CaptureQueriesContext(connection) as queries:
            maya.get("/month/")
        counts.append(len(queries))
    assert counts[0] == counts[2]
