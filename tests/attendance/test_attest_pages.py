"""The page on which managers attest presence: who sees it, what it asks, what it answers."""

from __future__ import annotations

import datetime as dt
import re
import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.test import Client
from pytest_django import DjangoAssertNumQueries

from attendance.models import Punch
from companies.models import Employee, Placement
from companies.scoping import company_scope
from tests.attendance.world import World, at, make_person
from tests.http import post_once

ATTEST = "/team/attest/"


@pytest.fixture(autouse=True)
def _wednesday(world: World) -> Iterator[None]:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


@pytest.fixture
def manager(client: Client, world: World) -> Client:
    client.force_login(world.bikram.user)
    return client


def _said(world: World, **said: Any) -> dict[str, Any]:
    return {
        "date": "2026-03-03", "starts": "09:00", "ends": "11:00", "reason": "power cut",
        "people": [str(world.maya.public_id)],
    } | said  # fmt: skip


def _listed(page: Any) -> list[tuple[str, bool]]:
    return [(person["name"], person["is_chosen"]) for person in page.context["people"]]


def _count(world: World) -> int:
    with company_scope(world.company):
        count: int = Punch.objects.count()
    return count


def test_a_manager_sees_the_team_and_hr_everybody(
    manager: Client, world: World, other_world: World
) -> None:
    assert _listed(manager.get(ATTEST)) == [("Maya", False)]
    query = f"?person={world.maya.public_id}&person={other_world.maya.public_id}"
    assert _listed(manager.get(ATTEST + query)) == [("Maya", True)]
    manager.force_login(world.hari.user)
    assert _listed(manager.get(ATTEST)) == [("Bikram", False), ("Maya", False)]
    assert _listed(manager.get(f"{ATTEST}?q=bik")) == [("Bikram", False)]


def test_presence_is_attested_and_said_by_person(manager: Client, world: World) -> None:
    page = post_once(manager, ATTEST, _said(world))
    assert page.status_code == 200
    assert "Added for 1 of 1 person." in page.text
    assert "Tuesday, 3 March, 09:00–11:00 · power cut" in page.text
    with company_scope(world.company):
        rows = Punch.objects.order_by("occurred_at").values_list("source", "occurred_at")
        assert list(rows) == [
            ("attest", at("2026-03-03 09:00")), ("attest", at("2026-03-03 11:00")),
        ]  # fmt: skip


def test_everybody_listed_is_attested_at_once_and_nobody_else(
    manager: Client, world: World
) -> None:
    manager.force_login(world.hari.user)
    assert "All 2 listed here" in manager.get(ATTEST).text
    page = post_once(manager, ATTEST, _said(world, people=[], everybody="on"))
    assert "Added for 2 of 2 people." in page.text
    page = post_once(
        manager, f"{ATTEST}?q=bik",
        _said(world, people=[], everybody="on", starts="13:00", ends="14:00"),
    )  # fmt: skip
    assert "Added for 1 of 1 person." in page.text
    assert _count(world) == 6


def test_sent_twice_it_is_added_once(manager: Client, world: World) -> None:
    values = _said(world, once=str(uuid.uuid4()), ends="")
    pages = [manager.post(ATTEST, values) for _n in range(2)]
    assert [re.findall(r'data-tone="\w+">(.*?)<', page.text) for page in pages] == [
        ["Added"], ["Added already"],
    ]  # fmt: skip
    assert "Tuesday, 3 March, from 09:00" in pages[0].text
    assert _count(world) == 1


def test_what_is_refused_for_somebody_is_said(manager: Client, world: World) -> None:
    page = post_once(manager, ATTEST, _said(world, date="2026-03-04", starts="", ends="13:00"))
    assert "until 13:00" in page.text
    assert "13:00 (4 Mar) is still to come." in page.text
    assert "Added for 0 of 1 person." in page.text
    assert _count(world) == 0


@pytest.mark.parametrize(
    ("said", "field", "sentence"),
    [
        ({"date": ""}, "date", "Choose the date."),
        ({"date": "0001-01-01", "starts": "00:00"}, "date", "Enter a valid date."),
        ({"date": "9999-12-31", "starts": "23:00"}, "date", "Enter a valid date."),
        ({"starts": "25:00"}, "starts", "Enter a valid time."),
        ({"starts": "", "ends": ""}, "__all__", "Enter when they came, when they left, or both."),
        ({"reason": " "}, "reason", "Please give a reason."),
        ({"people": []}, "people", "Choose who was there."),
        ({"people": ["x"]}, "people", "Somebody chosen is not in your team any more."),
        (
            {"people": [str(uuid.UUID(int=1))]},
            "people",
            "Somebody chosen is not in your team any more.",
        ),
    ],
)
def test_what_is_wrong_is_said_beside_its_field(
    manager: Client, world: World, said: dict[str, Any], field: str, sentence: str
) -> None:
    page = post_once(manager, ATTEST, _said(world, **said))
    assert page.context["form"].errors == {field: [sentence]}
    assert sentence in page.text
    if "people" not in said:
        assert _listed(page) == [("Maya", True)]
    assert _count(world) == 0


def test_nobody_outside_the_team_can_be_chosen(
    manager: Client, world: World, other_world: World
) -> None:
    for person in (world.bikram, world.hari, other_world.maya):
        page = post_once(manager, ATTEST, _said(world, people=[str(person.public_id)]))
        assert list(page.context["form"].errors) == ["people"]
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 3, 1))
    assert list(post_once(manager, ATTEST, _said(world)).context["form"].errors) == ["people"]
    assert _count(world) == 0


def test_a_form_without_its_token_is_refused(manager: Client, world: World) -> None:
    assert manager.post(ATTEST, _said(world)).status_code == 400
    assert _count(world) == 0


def test_an_outsider_gets_404(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    assert client.get(ATTEST).status_code == 404
    assert post_once(client, ATTEST, _said(world)).status_code == 404
    assert _count(world) == 0


def test_more_people_cost_no_more_statements(
    client: Client, world: World, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    client.force_login(world.hari.user)
    client.get(ATTEST)
    with django_assert_num_queries(STATEMENTS):
        client.get(ATTEST)
    with company_scope(world.company):
        for name in ("Asha", "Binod", "Chandra"):
            make_person(world.company, name, world.office, world.day_shift)
    with django_assert_num_queries(STATEMENTS):
        client.get(ATTEST)


# The number that waits in the inbox, which the navigation shows, is one of them.
STATEMENTS = 7


def test_the_date_is_the_companys_today_before_it_is_utcs(manager: Client, world: World) -> None:
    with time_machine.travel(at("2026-03-05 00:30"), tick=False):
        assert 'name="date" type="date" value="2026-03-05" max="2026-03-05"' in (
            manager.get(ATTEST).text
        )
