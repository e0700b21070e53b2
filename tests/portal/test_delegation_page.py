"""The page "While you are away", HR's pages of it, and decisions in another's stead."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from attendance.enums import CorrectionKind, Direction
from attendance.models import CorrectionDecision, CorrectionRequest
from attendance.services.days import person_recompute
from companies.models import AuditEvent, Delegation, Employee, Placement, User
from companies.once import FIELD
from companies.scoping import company_scope
from tests.attendance.world import ZONE, World, at, make_person, make_world
from tests.http import post_once

PAGE = "/team/delegation/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    """Bikram is Maya's manager; Nima is a colleague."""
    world = make_world()
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(manager=world.bikram)
        make_person(world.company, "Nima", world.office, world.day_shift)
    return world


def _nima(world: World) -> Employee:
    with company_scope(world.company):
        found: Employee = Employee.objects.select_related("user").get(name="Nima")
    return found


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def _named(world: World, **changed: str) -> dict[str, str]:
    wanted = {
        "starts_on": "2026-03-04", "ends_on": "2026-03-06", "reason": "leave",
        "delegate": str(_nima(world).public_id),
    }  # fmt: skip
    return wanted | changed


def _rows(world: World) -> list[Delegation]:
    with company_scope(world.company):
        return list(Delegation.objects.select_related("delegate", "made_by"))


# --- the page -----------------------------------------------------------------------------------
def test_a_manager_names_somebody_who_then_has_the_team(world: World) -> None:
    bikram, nima = _client(world.bikram.user), _client(_nima(world).user)
    assert nima.get("/team/").status_code == 404
    assert "While you are away" in bikram.get("/team/").text
    answer = post_once(bikram, PAGE, _named(world))
    assert (answer.status_code, answer.headers["Location"]) == (302, PAGE)
    text = bikram.get(PAGE).text
    assert "Nima decides for you: Wed, 4 March 2026 to Fri, 6 March 2026." in text
    assert "leave" in text
    page = nima.get("/team/").text
    assert "You decide for Bikram until Fri, 6 March." in page
    assert "Maya" in page
    assert "For whom you decide" in nima.get(PAGE).text
    assert "Name somebody" not in nima.get(PAGE).text
    assert nima.get("/admin/").status_code == 403


def test_a_double_tap_names_once(world: World) -> None:
    bikram = _client(world.bikram.user)
    data = {FIELD: "6f1c9f5e-0c8e-4f0a-9a51-0d2a7b1c0001", **_named(world)}
    answers = [bikram.post(PAGE, data).status_code for _n in range(2)]
    assert answers == [302, 302]
    assert len(_rows(world)) == 1


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"ends_on": ""}, "Choose the last day."),
        ({"starts_on": ""}, "Choose the first day."),
        ({"delegate": ""}, "Choose who decides."),
        ({"delegate": "x"}, "Choose who decides."),
        ({"starts_on": "0001-01-01"}, "Enter a valid date."),
        ({"ends_on": "2026-03-01", "starts_on": "2026-03-01"}, "must not be before the first"),
        ({"ends_on": "2027-03-06"}, "for a year at most"),
    ],
)
def test_what_is_wrong_is_said(world: World, changed: dict[str, str], sentence: str) -> None:
    answer = post_once(_client(world.bikram.user), PAGE, _named(world, **changed))
    assert answer.status_code == 200
    assert sentence in answer.text
    assert _rows(world) == []


def test_a_stranger_is_like_nobody(world: World) -> None:
    other = make_world(code="other")
    bikram = _client(world.bikram.user)
    for public_id in (other.maya.public_id, "6f1c9f5e-0c8e-4f0a-9a51-0d2a7b1c0001"):
        answer = post_once(bikram, PAGE, _named(world, delegate=str(public_id)))
        assert answer.status_code == 404
    assert _rows(world) == []


def test_a_colleague_is_found_by_name_or_code(world: World) -> None:
    bikram = _client(world.bikram.user)
    assert [p["name"] for p in bikram.get(PAGE).context["people"]] == ["Hari", "Maya", "Nima"]
    found = [bikram.get(PAGE, {"q": q}).context["people"] for q in ("nim", "maya", "zz")]
    assert [[p["name"] for p in people] for people in found] == [["Nima"], ["Maya"], []]


@pytest.mark.parametrize("who", ["giver", "delegate"])
def test_giver_and_delegate_end_it(world: World, who: str) -> None:
    bikram, nima = _client(world.bikram.user), _client(_nima(world).user)
    post_once(bikram, PAGE, _named(world))
    (row,) = _rows(world)
    path = f"/team/delegation/{row.public_id}/end"
    assert post_once(_client(world.hari.user), path.replace("end", "ende")).status_code == 404
    client, leads_to = (bikram, PAGE) if who == "giver" else (nima, "/")
    for _n in range(2):
        answer = post_once(client, path)
        if who == "giver":
            assert (answer.status_code, answer.headers["Location"]) == (302, leads_to)
    assert nima.get("/team/").status_code == 404
    (row,) = _rows(world)
    assert row.ended_at == at("2026-03-04 12:00")


def test_who_is_not_concerned_ends_nothing(world: World) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.hari).update(manager=world.maya)
    post_once(_client(world.bikram.user), PAGE, _named(world))
    (row,) = _rows(world)
    other = make_world(code="other")
    for user in (world.maya.user, other.hari.user):
        answer = post_once(_client(user), f"/team/delegation/{row.public_id}/end")
        assert answer.status_code == 404
    assert _rows(world)[0].ended_at is None


def test_who_answers_for_nobody_or_has_left_finds_no_page(world: World) -> None:
    assert _client(_nima(world).user).get(PAGE).status_code == 404
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(is_active=False)
    assert _client(world.bikram.user).get(PAGE).status_code == 404


def test_the_page_costs_the_same_with_one_row_and_three(world: World) -> None:
    bikram = _client(world.bikram.user)
    counts = []
    for first, last in (("04", "04"), ("05", "05"), ("06", "06")):
        post_once(bikram, PAGE, _named(world, starts_on=f"2026-03-{first}",
                                       ends_on=f"2026-03-{last}"))  # fmt: skip
        bikram.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            bikram.get(PAGE)
        counts.append(len(queries))
    assert len(_rows(world)) == 3
    assert counts[0] == counts[2]


# --- deciding in another's stead ----------------------------------------------------------------
def _forgot(world: World) -> CorrectionRequest:
    world.punch(world.maya, "2026-03-02 09:00", Direction.IN)
    day = dt.date(2026, 3, 2)
    with company_scope(world.company):
        person_recompute(employee=world.maya, first=day, last=day, now=at("2026-03-04 12:00"))
        request: CorrectionRequest = CorrectionRequest.objects.create(
            company=world.company, employee=world.maya, date=day,
            kind=CorrectionKind.MISSING_OUT, out_at=at("2026-03-02 17:30"), zone=ZONE,
        )  # fmt: skip
    return request


def test_a_delegate_decides_a_correction_and_the_audit_says_for_whom(world: World) -> None:
    request = _forgot(world)
    post_once(_client(world.bikram.user), PAGE, _named(world))
    nima = _client(_nima(world).user)
    line = {"item": f"correction:{request.public_id}", "answer": "approve"}
    assert nima.post("/inbox/decide", line).status_code == 302
    with company_scope(world.company):
        assert CorrectionDecision.objects.get().decided_by_name == "Nima"
        event = AuditEvent.objects.get(verb="correction_approved")
    assert (event.actor_name, event.on_behalf_of) == ("Nima", "Bikram")
    shown = _client(world.hari.user).get("/admin/companies/auditevent/").text
    assert "Nima, on behalf of Bikram" in shown


def test_a_delegate_attests_on_behalf_of_the_giver(world: World) -> None:
    post_once(_client(world.bikram.user), PAGE, _named(world))
    answer = post_once(
        _client(_nima(world).user), "/team/attest/",
        {"date": "2026-03-04", "starts": "09:00", "reason": "a power cut",
         "people": str(world.maya.public_id)},
    )  # fmt: skip
    assert "Added for 1 of 1 person." in answer.text
    with company_scope(world.company):
        event = AuditEvent.objects.get(verb="punch_entered")
    assert (event.actor_name, event.on_behalf_of) == ("Nima", "Bikram")


def test_the_file_of_ones_own_data_tells_it_without_the_other(world: World) -> None:
    post_once(_client(world.bikram.user), PAGE, _named(world))
    for user, is_mine in ((world.bikram.user, False), (_nima(world).user, True)):
        answer = _client(user).post("/me/data")
        body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
        with zipfile.ZipFile(io.BytesIO(body)) as archive:
            tables = json.loads(archive.read("export.json"))["tables"]
        (line,) = tables["delegations"]
        assert (line["is_mine_to_decide"], line["ends_on"]) == (is_mine, "2026-03-06")
        (event,) = [item for item in tables["events"] if item["verb"] == "delegation_made"]
        assert event["record"] == "Delegation"
        other = "Nima" if user == world.bikram.user else "Bikram"
        assert other not in json.dumps(tables)


# --- HR's pages ---------------------------------------------------------------------------------
def test_hr_names_and_ends_a_stand_in(world: World) -> None:
    hari = _client(world.hari.user)
    add = "/admin/companies/delegation/add/"
    data = _named(world, giver=str(world.bikram.public_id))
    answer = post_once(hari, add, data)
    assert answer.status_code == 302
    (row,) = _rows(world)
    assert (row.delegate.name, row.made_by) == ("Nima", world.hari.user)
    refused = post_once(hari, add, data)
    assert "Nima stands in from 4 March 2026 to 6 March 2026 already." in refused.text
    page = f"/admin/companies/delegation/{row.public_id}/change/"
    assert "End now" in hari.get(page).text
    end = f"/admin/companies/delegation/{row.public_id}/end/"
    assert hari.get(end).status_code == 200
    assert post_once(hari, end).status_code == 302
    assert _rows(world)[0].ended_at is not None
    assert "End now" not in hari.get(page).text


@pytest.mark.parametrize(
    ("first", "last", "said"),
    [("2026-03-01", "2026-03-02", "Over"), ("2026-03-04", "2026-03-04", "Now"),
     ("2026-03-05", "2026-03-06", "To come")],
)  # fmt: skip
def test_the_list_says_how_it_stands(world: World, first: str, last: str, said: str) -> None:
    with company_scope(world.company):
        Delegation.objects.create(
            company=world.company, giver=world.bikram, delegate=_nima(world), starts_on=first,
            ends_on=last, made_by=world.hari.user,
        )  # fmt: skip
    assert said in _client(world.hari.user).get("/admin/companies/delegation/").text
