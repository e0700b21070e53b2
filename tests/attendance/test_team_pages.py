"""The pages of whoever answers for others: who sees whom, what they say, what they cost."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance import team_pages, team_views
from attendance.enums import CorrectionKind, DayStatus, Direction
from attendance.models import CorrectionRequest
from attendance.services.days import person_recompute
from companies.enums import Role
from companies.models import (
    Employee,
    Office,
    OfficeVersion,
    Placement,
    PolicyVersion,
    RoleGrant,
    User,
)
from companies.scoping import company_scope
from tests.attendance.fakes import jpeg
from tests.attendance.test_pages import _text
from tests.attendance.world import START, ZONE, World, at, make_person

NOW = "2026-03-04 12:00"
PAGES = ("/team/", "/team/month/?m=2026-03")


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOW), tick=False) as traveller:
        yield traveller


@pytest.fixture
def team(world: World) -> World:
    """Bikram is Maya's manager."""
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
    return world


@pytest.fixture
def bikram(client: Client, team: World) -> Client:
    client.force_login(team.bikram.user)
    return client


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _of_maya(world: World) -> tuple[str, str]:
    base = f"/team/{world.maya.public_id}"
    return f"{base}/month/?m=2026-03", f"{base}/day/2026-03-02/"


def _week(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:16")
    world.punch(world.maya, "2026-03-02 17:30", Direction.OUT)
    world.punch(world.maya, "2026-03-03 09:00")
    with company_scope(world.company):
        person_recompute(
            employee=world.maya, first=dt.date(2026, 3, 1), last=dt.date(2026, 3, 4), now=at(NOW)
        )


# --- who sees whom ----------------------------------------------------------------------------
def _grant(world: World, role: Role, **columns: Any) -> User:
    with company_scope(world.company):
        person = make_person(world.company, "Xaver", world.office, world.day_shift)
        RoleGrant.objects.create(
            company=world.company, user=person.user, role=role, **{"starts_on": START, **columns}
        )
    return person.user


def _other_manager(world: World) -> User:
    """Somebody who manages, but not Maya."""
    with company_scope(world.company):
        person = make_person(world.company, "Xaver", world.office, world.day_shift)
        Placement.objects.filter(employee=world.hari).update(manager=person)
    return person.user


def _left(world: World) -> User:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(left_on=dt.date(2026, 3, 1))
    return world.bikram.user


WHO: dict[str, tuple[Any, int, int]] = {
    "the manager": (lambda w, o: w.bikram.user, 200, 200),
    "HR": (lambda w, o: w.hari.user, 200, 200),
    "a manager of the company": (lambda w, o: _grant(w, Role.MANAGER), 200, 200),
    "another manager": (lambda w, o: _other_manager(w), 200, 404),
    "an auditor": (lambda w, o: _grant(w, Role.AUDITOR), 404, 404),
    "the person": (lambda w, o: w.maya.user, 404, 404),
    "the manager after leaving": (lambda w, o: _left(w), 404, 404),
    "HR elsewhere": (lambda w, o: o.hari.user, 200, 404),
    "an outsider": (
        lambda w, o: User.objects.create_user(email="o@example.com", name="O"), 404, 404
    ),
}  # fmt: skip


@pytest.mark.parametrize("who", sorted(WHO))
def test_a_team_is_seen_by_who_answers_for_it(team: World, other_world: World, who: str) -> None:
    make, pages, person = WHO[who]
    client = _client(make(team, other_world))
    assert [client.get(path).status_code for path in PAGES] == [pages, pages]
    assert [client.get(path).status_code for path in _of_maya(team)] == [person, person]
    if pages == 200:
        assert ("Maya" in client.get("/team/").text) is (person == 200) or who == "HR elsewhere"


@pytest.mark.parametrize("who", sorted(WHO))
def test_what_waits_is_decided_by_who_answers_for_it(
    team: World, other_world: World, who: str
) -> None:
    with company_scope(team.company):
        request = CorrectionRequest.objects.create(
            company=team.company, employee=team.maya, date=dt.date(2026, 3, 3),
            kind=CorrectionKind.MISSING_OUT, out_at=at("2026-03-03 17:30"), zone=ZONE,
        )  # fmt: skip
    make, _pages, person = WHO[who]
    client = _client(make(team, other_world))
    answer = client.post(
        "/inbox/decide",
        {"item": f"correction:{request.public_id}", "answer": "refuse", "reason": "x"},
    )
    assert answer.status_code == (302 if person == 200 else 404)
    with company_scope(team.company):
        request.refresh_from_db()
        assert hasattr(request, "decision") is (person == 200)


def test_who_has_left_is_in_no_team(bikram: Client, team: World) -> None:
    with company_scope(team.company):
        Employee.objects.filter(pk=team.maya.pk).update(left_on=dt.date(2026, 3, 3))
    assert [bikram.get(path).status_code for path in _of_maya(team)] == [404, 404]
    assert "Nobody is placed below you yet." in _text(bikram.get("/team/").text)
    assert "Nobody is placed below you yet." in _text(bikram.get("/team/month/").text)


def test_the_way_to_the_team_is_shown_to_who_has_one(bikram: Client, team: World) -> None:
    assert 'href="/team/"' in bikram.get("/").text
    assert 'href="/team/"' in _client(team.hari.user).get("/").text
    assert 'href="/team/"' not in _client(team.maya.user).get("/").text


def test_a_manager_sees_no_pictures_hr_does(bikram: Client, team: World, enrol: Any) -> None:
    enrol(team, team.maya)
    team.punch(team.maya, "2026-03-02 09:00", frame=jpeg())
    path = _of_maya(team)[1]
    assert "/photos/" not in bikram.get(path).text
    assert "/photos/" in _client(team.hari.user).get(path).text


# --- now ------------------------------------------------------------------------------------
def test_the_groups_name_people_with_what_is_odd(bikram: Client, team: World) -> None:
    _week(team)
    team.punch(team.maya, "2026-03-04 09:16")
    page = bikram.get("/team/")
    (group,) = page.context["groups"]
    assert (group["title"], group["tone"], group["count"]) == ("In, came late", "warn", 1)
    (person,) = group["people"]
    assert (person["name"], person["since"], person["shift"], person["zone"]) == (
        "Maya", "since 09:16", "Day, 09:00–17:30", "",
    )  # fmt: skip
    assert person["notes"] == ["Late by 16 min", "No check-out on Tue 3 March"]
    text = _text(page.text)
    assert "1 person · As of 12:00" in text
    assert person["url"] == f"/team/{team.maya.public_id}/month/?m=2026-03"


def test_an_early_leaver_and_a_flagged_check_in_are_odd(bikram: Client, team: World) -> None:
    with company_scope(team.company):
        PolicyVersion.objects.create(
            company=team.company, starts_on=START, zone=ZONE, allows_unchecked=False
        )
    team.punch(team.maya, "2026-03-04 09:00")
    team.punch(team.maya, "2026-03-04 11:30", Direction.OUT)
    (group,) = bikram.get("/team/").context["groups"]
    assert group["title"] == "Left already"
    assert group["people"][0]["since"] == "left at 11:30"
    assert group["people"][0]["notes"] == ["Left 6 h early", "A check-in to look at"]


def _london(world: World) -> Office:
    with company_scope(world.company):
        office: Office = Office.objects.create(company=world.company, name="London")
        OfficeVersion.objects.create(company=world.company, office=office, zone="Europe/London")
        person = make_person(world.company, "Zoe", office, None)
        Placement.objects.filter(employee=person).update(manager=world.bikram)
    return office


def test_filters_narrow_both_pages_and_keep_the_rest_of_the_address(
    bikram: Client, team: World
) -> None:
    london = _london(team)
    for path in ("/team/?", "/team/month/?m=2026-03&"):
        everybody = bikram.get(path).text
        assert "Maya" in everybody and "Zoe" in everybody
        for query, found, missed in (
            (f"office={london.public_id}", "Zoe", "Maya"),
            (f"office={team.office.public_id}", "Maya", "Zoe"),
            ("q=zO", "Zoe", "Maya"),
        ):
            text = bikram.get(path + query).text
            assert found in text and missed not in text
        assert "Nobody of your team fits." in _text(bikram.get(f"{path}q=nobody").text)
    page = bikram.get(f"/team/month/?m=2026-02&q=zo&office={london.public_id}")
    assert page.context["next_url"] == f"/team/month/?m=2026-03&q=zo&office={london.public_id}"


def test_another_zone_is_named(bikram: Client, team: World) -> None:
    _london(team)
    (group,) = bikram.get("/team/?q=zoe").context["groups"]
    assert group["people"][0]["zone"] == "Europe/London"


@pytest.mark.parametrize("query", ["office=none", "office=", "q=", f"q={'x' * 3000}", "p=x"])
def test_a_filter_that_is_none_does_not_break(bikram: Client, query: str) -> None:
    assert [bikram.get(f"{path}&{query}".replace("/&", "/?")).status_code for path in PAGES] == [
        200, 200,
    ]  # fmt: skip


def test_of_a_large_group_the_rest_is_counted(
    bikram: Client, team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_pages, "MOST_OF_A_GROUP", 1)
    _people(team, 2)
    (group,) = bikram.get("/team/").context["groups"]
    assert (group["title"], group["count"], len(group["people"])) == ("Missing", 3, 1)
    assert group["more"] == "and 2 more: choose an office or search for a name"


# --- the month ------------------------------------------------------------------------------
def test_the_month_has_a_row_a_person_and_a_cell_a_day(bikram: Client, team: World) -> None:
    _week(team)
    page = bikram.get("/team/month/?m=2026-03")
    (row,) = page.context["rows"]
    cells = row["cells"]
    assert [cell["code"] for cell in cells[:8]] == ["WO", "P", "INC", "", "", "", "WO", "WO"]
    assert [cell["is_flagged"] for cell in cells[:4]] == [False, False, True, False]
    assert cells[1]["url"] == f"/team/{team.maya.public_id}/day/2026-03-02/"
    assert cells[2]["words"] == "Incomplete; Check-out is missing"
    assert (cells[4]["url"], len(cells)) == (None, 31)
    assert row["totals"] == ["1", "–", "–", "1", "7:44"]
    assert page.context["next_url"] is None
    assert page.context["previous_url"] == "/team/month/?m=2026-02"


@pytest.mark.parametrize(("count", "text"), [(0, "–"), (1, "½"), (2, "1"), (5, "2½")])
def test_halves_are_written_as_days(count: int, text: str) -> None:
    assert team_pages._halves(count) == text


@pytest.mark.parametrize("month", ["2026-13", "march", "0000-01", "9999-12"])
def test_a_month_that_is_none_is_not_found(bikram: Client, team: World, month: str) -> None:
    for path in ("/team/month/", f"/team/{team.maya.public_id}/month/"):
        assert bikram.get(f"{path}?m={month}").status_code == 404


@pytest.mark.parametrize("date", ["2026-02-30", "0001-01-01", "tomorrow"])
def test_a_day_that_is_none_is_not_found(bikram: Client, team: World, date: str) -> None:
    assert bikram.get(f"/team/{team.maya.public_id}/day/{date}/").status_code == 404


def test_many_people_stand_on_several_pages(
    bikram: Client, team: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(team_views, "PEOPLE_A_PAGE", 2)
    _people(team, 2)
    first = bikram.get("/team/month/?m=2026-03")
    assert [row["name"] for row in first.context["rows"]] == ["Maya", "P0"]
    assert "Page 1 of 2" in _text(first.text)
    assert first.context["before_url"] is None
    second = bikram.get(first.context["after_url"])
    assert [row["name"] for row in second.context["rows"]] == ["P1"]
    assert (second.context["before_url"], second.context["after_url"]) == (
        "/team/month/?m=2026-03", None,
    )  # fmt: skip


def test_a_persons_month_and_day_are_read_only_and_lead_back(bikram: Client, team: World) -> None:
    _week(team)
    month, day = _of_maya(team)
    page = bikram.get(month)
    assert "Maya" in _text(page.text)
    assert page.context["days"][1]["url"] == day
    page = bikram.get(f"/team/{team.maya.public_id}/day/2026-03-03/")
    text = _text(page.text)
    assert "A check-out is missing, so the day is incomplete." in text
    assert (page.context["ask"], page.context["wrong_url"]) == (None, "")
    assert page.context["month_url"] == month
    assert "<form" not in page.text.partition("<main")[2]


# --- statements -----------------------------------------------------------------------------
def _people(world: World, count: int) -> None:
    with company_scope(world.company):
        for number in range(count):
            person = make_person(world.company, f"P{number}", world.office, world.day_shift)
            Placement.objects.filter(employee=person).update(manager=world.bikram)


def _asks(world: World) -> None:
    with company_scope(world.company):
        for employee in Employee.objects.filter(placements__manager=world.bikram):
            CorrectionRequest.objects.create(
                company=world.company, employee=employee, date=dt.date(2026, 3, 3),
                kind=CorrectionKind.MISSING_OUT, out_at=at("2026-03-03 17:30"), zone=ZONE,
            )  # fmt: skip


@pytest.mark.parametrize("path", PAGES)
def test_input_and_steps_of_judged_days_stay_where_they_are(
    bikram: Client, team: World, path: str
) -> None:
    _week(team)
    team.punch(team.maya, "2026-03-04 09:16")
    with CaptureQueriesContext(connection) as queries:
        bikram.get(path)
    days = [q["sql"] for q in queries if 'FROM "attendance_attendanceday"' in q["sql"]]
    assert len(days) == 1
    assert '"steps"' not in days[0]


@pytest.mark.parametrize("path", PAGES)
def test_three_people_cost_as_many_statements_as_one(
    bikram: Client, team: World, path: str
) -> None:
    _week(team)
    counts = []
    for more in (0, 2):
        _people(team, more)
        _asks(team)
        bikram.get(path)
        with CaptureQueriesContext(connection) as queries:
            assert bikram.get(path).status_code == 200
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 20


def test_a_month_begins_with_the_clocks_there_before_it_does_in_utc(
    bikram: Client, team: World
) -> None:
    with time_machine.travel(at("2026-04-01 00:30"), tick=False):
        page = bikram.get("/team/month/")
        assert page.context["title"] == "April 2026"
        assert [date["number"] for date in page.context["dates"] if date["is_today"]] == [1]
        for path in ("/month/", f"/team/{team.maya.public_id}/month/"):
            assert bikram.get(path).context["title"] == "April 2026"


def test_each_letter_of_a_status_stands_in_the_legend(bikram: Client) -> None:
    legend = {item["code"] for item in bikram.get("/team/month/").context["legend"]}
    assert legend == {status.value for status in DayStatus} - {DayStatus.UNMARKED.value}
