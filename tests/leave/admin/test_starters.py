"""HR's page that shows what is usual in a country, and adds it once HR says so."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.enums import Role
from companies.models import OfficeVersion, PolicyVersion, RoleGrant
from companies.once import FIELD
from companies.scoping import company_scope
from leave.models import LeaveType
from leave.starters import COUNTRIES, starter_of
from tests.attendance.world import START, World, at, make_world

PATH = "/admin/leave/leavetype/starter/"
LIST = "/admin/leave/leavetype/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


@pytest.fixture
def world(db: None) -> World:
    """A company with an office in Nepal, where Saturday and Sunday are off so far."""
    made = make_world()
    with company_scope(made.company):
        OfficeVersion.objects.update(country="NP", weekly_off=None)
        PolicyVersion.objects.create(
            company=made.company, starts_on=START, weekly_off={"sat": "all", "sun": "all"}
        )
    return made


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client


def _send(client: Client, path: str = PATH, token: uuid.UUID | None = None, **form: Any) -> Any:
    return client.post(path, {FIELD: str(token or uuid.uuid4()), **form})


def _codes(world: World) -> list[str]:
    with company_scope(world.company):
        return sorted(LeaveType.objects.values_list("code", flat=True))


def test_the_offices_country_is_shown_and_nothing_is_written(hr: Client, world: World) -> None:
    page = hr.get(PATH)

    text = page.content.decode()
    assert page.context["starter"] == starter_of("NP")
    for words in (
        "A starting point, not advice.", "✓ Nepal", "Every month: 1.5; up to 90 move on.",
        "For every day worked: 0.05; up to 90 move on.", "Labour Act, 2074, s. 43",
        "what is above 90 may be paid out", "without pay · needs no balance · asked for 3 days",
        "HR too above 5", "earned by work on a day off, for 21 days", "Sat, from today on.",
        "a letter above 3", "with a letter", "13 paid public holidays",
    ):  # fmt: skip
        assert words in text, words
    assert _codes(world) == []


@pytest.mark.parametrize("country", COUNTRIES)
def test_another_country_is_shown_when_it_is_chosen(hr: Client, country: str) -> None:
    page = hr.get(f"{PATH}?country={country}")
    starter = starter_of(country)
    assert starter is not None
    assert [each["spec"].code for each in page.context["types"]] == [
        each.code for each in starter.types
    ]
    for source in starter.sources:
        assert source.url in page.content.decode()
    assert page.context["offices"] == (["Kathmandu"] if country == "NP" else [])


def test_other_levels_and_units_are_said(hr: Client) -> None:
    american, british = (
        hr.get(f"{PATH}?country={country}").content.decode() for country in ("US", "GB")
    )
    assert "Twice a month: 11 a year, 15 a year after 5 years, 18 a year after 10 years" in american
    assert "in hours · at most 40 a year · after 89 days of employment" in american
    assert "HR decides" in american
    assert "up to 8 move on for 3 months" in british
    assert "nothing moves on into the next year" in hr.get(f"{PATH}?country=IN").content.decode()


def test_what_is_chosen_is_added_once(hr: Client, world: World) -> None:
    token = uuid.uuid4()
    form = {"types": ["HL", "UL"], "days_off": "on"}
    for _again in range(2):
        assert _send(hr, token=token, **form)["Location"] == LIST
    assert _codes(world) == ["HL", "UL"]
    said = hr.get(LIST).content.decode()
    assert "Added: Home leave, Unpaid leave, Kathmandu. Now put people on their plans." in said
    with company_scope(world.company):
        latest = OfficeVersion.objects.latest("starts_on")
    assert (latest.starts_on.isoformat(), latest.weekly_off) == ("2026-03-04", {"sat": "all"})

    again = hr.get(PATH).content.decode()
    assert "There already, as Home leave: left as it is." in again
    assert "from today on" not in again
    assert _send(hr, types=["HL"])["Location"] == LIST
    assert "Nothing was added: all of it is there already." in hr.get(LIST).content.decode()


def test_where_all_is_there_nothing_is_asked(hr: Client) -> None:
    starter = starter_of("NP")
    assert starter is not None
    _send(hr, types=[each.code for each in starter.types], days_off="on")
    assert "Add these" not in hr.get(PATH).content.decode()


def test_what_no_starter_knows_is_refused(hr: Client, world: World) -> None:
    page = hr.get(f"{PATH}?country=FR")
    assert "Muster knows no usual leave of this country." in page.content.decode()
    assert _send(hr, f"{PATH}?country=FR", types=["HL"]).status_code == 200
    for nothing in (["XX"], []):
        refused = _send(hr, types=nothing)
        assert "Choose among the lines below." in refused.content.decode()
    assert _codes(world) == []


def test_who_reads_only_is_not_asked(client: Client, world: World) -> None:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.bikram.user, role=Role.AUDITOR, starts_on=START
        )
    client.force_login(world.bikram.user)
    assert (client.get(LIST).status_code, client.get(PATH).status_code) == (200, 403)
    assert _send(client, types=["HL"]).status_code == 403
    client.force_login(world.maya.user)
    assert client.get(PATH).status_code == 403
    assert _codes(world) == []


def test_the_page_asks_the_same_whatever_is_there(hr: Client, world: World) -> None:
    counts = []
    for codes in ((), ("HL",), ("SL", "MO", "SUB")):
        _send(hr, types=list(codes), days_off="on")
        hr.get(LIST)  # says what was added
        with CaptureQueriesContext(connection) as queries:
            assert hr.get(PATH).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] == counts[2]
