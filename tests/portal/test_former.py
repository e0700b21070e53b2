"""Whoever no longer works somewhere: what they find, ask for, and take."""

from __future__ import annotations

import datetime as dt
import io
import json
import zipfile
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import make_password
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.models import AuditEvent, Employee, Pin, RecordsRequest, User
from companies.scoping import company_scope
from tests.attendance.world import START, World, at, make_world
from tests.http import post_once

PAGE = "/former/"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-04 12:00"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def world(db: None) -> World:
    """Maya has left."""
    world = make_world()
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=dt.date(2026, 3, 1))
    return world


def _client(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.fixture
def maya(world: World) -> Client:
    return _client(world.maya.user)


@pytest.fixture
def hari(world: World) -> Client:
    return _client(world.hari.user)


def _requests(world: World) -> list[RecordsRequest]:
    with company_scope(world.company):
        return list(RecordsRequest.objects.order_by("pk"))


def _ask(client: Client, world: World) -> Any:
    return post_once(client, f"{PAGE}{world.company.public_id}/ask", {"note": "for my taxes"})


def _answer(hari: Client, row: RecordsRequest, name: str, **data: str) -> Any:
    return post_once(hari, f"/admin/companies/recordsrequest/{row.public_id}/{name}/", data)


def test_who_has_left_sees_one_page_whatever_they_open(maya: Client) -> None:
    for path in ("/", "/me/", "/companies/", PAGE):
        page = maya.get(path, follow=True)
        assert page.status_code == 200
        assert page.request["PATH_INFO"] == PAGE
    assert "You no longer work at Kettle" in page.text
    assert "Your last day was Sun, 1 March 2026." in page.text
    assert "Ask for my records" in page.text


def test_who_has_left_and_has_no_mailbox_comes_in_by_codes_and_a_password(
    client: Client, world: World
) -> None:
    User.objects.filter(pk=world.maya.user_id).update(email=None)
    codes = {"company": "kettle", "code": "maya", "secret": "correct horse battery"}
    assert client.post("/sign-in/code/", codes)["Location"] == "/"
    assert client.get("/", follow=True).request["PATH_INFO"] == PAGE
    assert _ask(client, world)["Location"] == PAGE
    assert [row.user for row in _requests(world)] == [world.maya.user]


def test_who_has_left_and_had_nothing_but_a_pin_comes_in_by_it(
    client: Client, world: World
) -> None:
    codes = {"company": "kettle", "code": "maya", "secret": "274913"}
    with company_scope(world.company):
        Pin.objects.create(
            company=world.company, employee=world.maya, hashed=make_password("274913"),
            set_at=at("2026-03-01 09:00"),
        )  # fmt: skip
    assert "do not fit together" in client.post("/sign-in/code/", codes).text
    world.maya.user.email = None
    world.maya.user.set_unusable_password()
    world.maya.user.save()
    assert client.post("/sign-in/code/", codes)["Location"] == "/"
    assert client.get("/", follow=True).request["PATH_INFO"] == PAGE
    assert client.get("/month/").status_code == 404
    assert client.get("/team/").status_code == 403
    assert _ask(client, world)["Location"] == PAGE
    assert [row.user for row in _requests(world)] == [world.maya.user]


@pytest.mark.parametrize(
    "path", ["/month/", "/day/2026-03-02/", "/punch/pass", "/face/consent/", "/team/",
             "/team/delegation/", "/team/month/"],
)  # fmt: skip
def test_every_other_page_is_closed(maya: Client, path: str) -> None:
    assert maya.get(path).status_code == 404


def test_who_was_switched_off_has_no_last_day(world: World, maya: Client) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=None, is_active=False)
    assert "HR has switched your account off there." in maya.get(PAGE).text


def test_who_never_worked_anywhere_finds_no_company(db: None) -> None:
    client = _client(User.objects.create_user(email="n@x.example", name="N", password="x" * 12))
    assert client.get(PAGE).headers["Location"] == "/companies/"
    assert client.get("/companies/").status_code == 403


def test_asking_twice_asks_once_and_hr_sees_it(world: World, maya: Client, hari: Client) -> None:
    for _n in range(2):
        assert _ask(maya, world).headers["Location"] == PAGE
    (row,) = _requests(world)
    assert (row.user, row.note) == (world.maya.user, "for my taxes")
    text = maya.get(PAGE).text
    assert "You asked on Wed, 4 March 2026." in text
    assert "Ask for my records" not in text
    assert "former person asks for records" in hari.get("/admin/").text
    assert "for my taxes" in hari.get("/admin/companies/recordsrequest/").text


def test_approved_they_take_their_file_until_its_date(
    world: World, maya: Client, hari: Client, noon: Any
) -> None:
    world.punch(world.maya, "2026-02-27 09:00")
    _ask(maya, world)
    (row,) = _requests(world)
    take = f"{PAGE}{row.public_id}/records"
    assert maya.post(take, follow=True).text.count("These records are not open to you") == 1
    assert _answer(hari, row, "approve").status_code == 302
    assert "Your records are open to you until Wed, 18 March 2026." in maya.get(PAGE).text
    answer = maya.post(take)
    body = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    with zipfile.ZipFile(io.BytesIO(body)) as archive:
        tables = json.loads(archive.read("export.json"))["tables"]
    assert [line["name"] for line in tables["engagements"]] == ["Maya"]
    assert len(tables["punches"]) == 1
    assert [line["outcome"] for line in tables["records_requests"]] == ["approved"]
    assert "Hari" not in json.dumps(tables)
    with company_scope(world.company):
        assert AuditEvent.objects.filter(verb="records_taken").count() == 1
    noon.move_to(at("2026-03-18 12:00"))
    closed = maya.post(take, follow=True)
    assert "These records are not open to you, or not any more." in closed.text
    assert "Ask for my records" in closed.text


def test_refused_they_read_why_and_may_ask_again(world: World, maya: Client, hari: Client) -> None:
    _ask(maya, world)
    (row,) = _requests(world)
    assert "Please give a reason." in _answer(hari, row, "refuse").text
    assert _answer(hari, row, "refuse", reason="you have them").status_code == 302
    assert "They refused: “you have them”" in maya.get(PAGE).text
    assert "This was already decided." in _answer(hari, row, "approve").text
    _ask(maya, world)
    assert [item.outcome for item in _requests(world)] == ["refused", ""]


def test_a_limit_is_said(world: World, maya: Client, hari: Client) -> None:
    for _n in range(3):
        _ask(maya, world)
        assert _answer(hari, _requests(world)[-1], "refuse", reason="no").status_code == 302
    _ask(maya, world)
    assert "Too many attempts." in maya.get(PAGE).text
    assert len(_requests(world)) == 3


def test_nobody_asks_or_takes_for_another(world: World, maya: Client, hari: Client) -> None:
    other = make_world(code="other")
    _ask(maya, world)
    (row,) = _requests(world)
    _answer(hari, row, "approve")
    for user in (world.bikram.user, other.maya.user, world.hari.user):
        client = _client(user)
        assert _ask(client, world).status_code == 404
        assert client.post(f"{PAGE}{row.public_id}/records").status_code == 404
    assert _ask(maya, other).status_code == 404


def test_who_works_elsewhere_reaches_it_from_me(world: World, maya: Client) -> None:
    assert "Former companies" not in _client(world.bikram.user).get("/me/").text
    other = make_world(code="other")
    with company_scope(other.company):
        Employee.objects.create(
            company=other.company, user=world.maya.user, code="m2", name="Maya", joined_on=START
        )
    assert "Former companies" in maya.get("/me/").text
    page = maya.get(PAGE)
    assert "You no longer work at Kettle" in page.text
    assert "Other" not in page.text
    assert _ask(maya, world).status_code == 302
    assert len(_requests(world)) == 1


def test_several_former_companies_stand_side_by_side(world: World, maya: Client) -> None:
    counts = []
    for code in ("", "two", "three"):
        if code:
            other = make_world(code=code)
            with company_scope(other.company):
                Employee.objects.create(
                    company=other.company, user=world.maya.user, code="m2", name="Maya",
                    joined_on=START, left_on=dt.date(2026, 2, 1),
                )  # fmt: skip
        maya.get(PAGE)
        with CaptureQueriesContext(connection) as queries:
            page = maya.get(PAGE)
        counts.append(len(queries))
    assert [item["name"] for item in page.context["formers"]] == ["Kettle", "Three", "Two"]
    assert counts[0] == counts[2]


def test_a_person_without_an_address_asks_too(world: World, maya: Client, hari: Client) -> None:
    world.maya.user.email = None
    world.maya.user.save(update_fields=["email"])
    _ask(maya, world)
    _answer(hari, _requests(world)[0], "approve")
    assert "Your records are open to you" in maya.get(PAGE).text


def test_hr_does_not_answer_for_themselves(world: World, hari: Client) -> None:
    with company_scope(world.company):
        row = RecordsRequest.objects.create(
            company=world.company, user=world.hari.user, asked_at=at("2026-03-04 11:00")
        )
    page = hari.get(f"/admin/companies/recordsrequest/{row.public_id}/change/").text
    assert "Open to them" not in page
    assert "You may not do this." in _answer(hari, row, "approve").text
