"""HR enters the public holidays of the offices' places: seen first, added once, never doubled."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.enums import CalendarKind
from companies.errors import NotAllowed
from companies.models import AuditEvent, CalendarDay, Office, OfficeVersion
from companies.once import FIELD
from companies.scoping import company_scope
from companies.selectors.holidays import HolidayPlace
from companies.services import public_holidays_add
from tests.attendance.world import START, ZONE, World, at, make_world

PATH = "/admin/companies/calendarday/public/"
PRITHVI, SANKRANTI = dt.date(2026, 1, 11), dt.date(2026, 1, 15)
NEPAL = HolidayPlace("NP", "")


@pytest.fixture(autouse=True)
def noon() -> Iterator[None]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        yield


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def hr(client: Client, world: World) -> Client:
    client.force_login(world.hari.user)
    return client


def _entered(world: World) -> list[tuple[dt.date, str, str, str]]:
    with company_scope(world.company):
        rows = CalendarDay.objects.order_by("date", "id")
        return list(rows.values_list("date", "name", "country", "kind"))


def test_they_are_seen_first_and_nothing_is_written(hr: Client, world: World) -> None:
    page = hr.get(PATH).text

    assert "Public holidays 2026" in page
    assert "✓ NP" in page and "Kathmandu" in page
    assert 'value="2026-01-11" checked' in page and "Prithvi Jayanti" in page
    assert "?place=NP&amp;year=2027" in page
    assert _entered(world) == []


def test_what_is_ticked_is_added_once(hr: Client, world: World) -> None:
    form = {FIELD: str(uuid.uuid4()), "dates": ["2026-01-11", "2026-01-15"]}

    for _tap in range(2):
        answer = hr.post(PATH, form)
        assert (answer.status_code, answer["Location"]) == (302, "/admin/companies/calendarday/")

    assert _entered(world) == [
        (PRITHVI, "Prithvi Jayanti", "NP", "holiday"),
        (SANKRANTI, "Maghe Sankranti", "NP", "holiday"),
    ]
    with company_scope(world.company):
        events = AuditEvent.objects.filter(verb="calendar_day_added")
        assert {event.actor_name for event in events} == {"Hari"}
        assert [event.changes["name"] for event in events.order_by("id")] == [
            [None, "Prithvi Jayanti"], [None, "Maghe Sankranti"],
        ]  # fmt: skip
    page = hr.get(PATH).text
    assert "In the calendar already, as Prithvi Jayanti." in page
    assert 'value="2026-01-11"' not in page


def test_what_stands_there_is_left_as_it_is(world: World) -> None:
    with company_scope(world.company):
        CalendarDay.objects.create(
            company=world.company, date=PRITHVI, kind=CalendarKind.OPTIONAL_HOLIDAY, name="Ours"
        )
        added = public_holidays_add(
            company=world.company, place=NEPAL, year=2026, dates=[PRITHVI, SANKRANTI], by=world.hr
        )
    assert [row.date for row in added] == [SANKRANTI]
    assert [row[1] for row in _entered(world)] == ["Ours", "Maghe Sankranti"]


def test_another_countrys_days_stand_in_nobodys_way(world: World) -> None:
    with company_scope(world.company):
        CalendarDay.objects.create(
            company=world.company, date=PRITHVI, kind=CalendarKind.HOLIDAY, name="Theirs",
            country="IN",
        )  # fmt: skip
        public_holidays_add(
            company=world.company, place=NEPAL, year=2026, dates=[PRITHVI], by=world.hr
        )
    assert [row[1:3] for row in _entered(world)] == [("Theirs", "IN"), ("Prithvi Jayanti", "NP")]


@pytest.mark.parametrize("dates", [[], ["2026-02-30"], ["2026-01-12"], ["soon"]])
def test_what_is_no_holiday_is_refused(hr: Client, world: World, dates: list[str]) -> None:
    answer = hr.post(PATH, {FIELD: str(uuid.uuid4()), "dates": dates})
    assert answer.status_code == 200
    assert "Tick at least one of the holidays below." in answer.text
    assert _entered(world) == []


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ("?year=1066", "Public holidays 2000"),
        ("?year=9999", "Public holidays 2099"),
        ("?year=soon", "Public holidays 2026"),
        ("?place=XX", "✓ NP"),
    ],
)
def test_what_is_asked_wrongly_shows_something_right(hr: Client, asked: str, words: str) -> None:
    assert words in hr.get(f"{PATH}{asked}").text


def test_a_region_that_is_unknown_has_its_countrys(hr: Client, world: World) -> None:
    with company_scope(world.company):
        OfficeVersion.objects.update(country="IN", region="ZZ")
    page = hr.get(PATH).text
    assert "The region ZZ is not known; these are the holidays of IN." in page
    assert "Republic Day" in page


def test_where_nothing_is_known_it_says_what_to_do(hr: Client, world: World) -> None:
    with company_scope(world.company):
        OfficeVersion.objects.update(country="XX")
    assert "Muster knows no public holidays of this country." in hr.get(PATH).text
    with company_scope(world.company):
        OfficeVersion.objects.update(country="")
    assert "Say at an office which country it is in" in hr.get(PATH).text
    assert hr.post(PATH, {FIELD: str(uuid.uuid4()), "dates": ["2026-01-11"]}).status_code == 200


def test_who_may_not(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    assert client.get(PATH).status_code == 403
    other = make_world("other")
    with company_scope(world.company), pytest.raises(NotAllowed):
        public_holidays_add(
            company=world.company, place=NEPAL, year=2026, dates=[PRITHVI], by=other.hr
        )


def test_it_costs_the_same_with_more_offices(hr: Client, world: World) -> None:
    counts = []
    for size in (1, 3):
        with company_scope(world.company):
            while Office.objects.count() < size:
                office = Office.objects.create(
                    company=world.company, name=f"Office {Office.objects.count()}"
                )
                OfficeVersion.objects.create(
                    company=world.company, office=office, zone=ZONE, country="IN",
                    starts_on=START,
                )  # fmt: skip
        hr.get(PATH)
        with CaptureQueriesContext(
            connection,
        ) as asked:
            hr.get(PATH)
        counts.append(len(asked))
    assert counts[0] == counts[1]
