"""Sign-in and security: the pages, who must have a second step, and where one is signed in."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterator
from urllib.parse import urlencode

import pytest
import time_machine
from allauth.account.internal.flows.login import AUTHENTICATION_METHODS_SESSION_KEY
from allauth.mfa.models import Authenticator
from django.core import mail
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from companies import outbox, services
from companies.actor import job_actor
from companies.enums import Role, SecondFactor
from companies.models import Company, EmailChange, PolicyVersion, RoleGrant, SignedInSession, User
from companies.once import FIELD
from companies.scoping import company_scope
from companies.selectors import second_factor_is_asked, second_factors
from portal.sessions import device_words
from tests.attendance.world import START, World, at, make_world
from tests.http import post_once
from tests.portal.test_second_step import code_of, set_up_app, sign_in

NOON = "2026-03-04 12:00"
PASSWORD = "a good long password"
HOME = "/me/security/"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with time_machine.travel(at(NOON), tick=False):
        made = make_world()
        for person in (made.maya, made.bikram, made.hari):
            person.user.set_password(PASSWORD)
            person.user.save()
        yield made


def ask_of(world: World, whom: SecondFactor, *, since: dt.date = START) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=since, zone="Asia/Kathmandu", second_factor=whom
        )


def give(world: World, role: Role) -> None:
    with company_scope(world.company):
        RoleGrant.objects.create(
            company=world.company, user=world.bikram.user, role=role, starts_on=START
        )


# --- of whom it is asked ----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("whom", "roles", "is_asked"),
    [
        (SecondFactor.NOBODY, {Role.COMPANY_ADMIN}, False),
        (SecondFactor.HR, {Role.MANAGER, Role.AUDITOR}, False),
        (SecondFactor.HR, {Role.HR}, True),
        (SecondFactor.HR, {Role.COMPANY_ADMIN}, True),
        (SecondFactor.ROLES, set(), False),
        (SecondFactor.ROLES, {Role.AUDITOR}, True),
        (SecondFactor.EVERYBODY, set(), True),
    ],
)
def test_of_whom_a_company_asks_it(
    world: World, whom: SecondFactor, roles: set[Role], is_asked: bool
) -> None:
    ask_of(world, whom)
    company = Company.objects.get(pk=world.company.pk)
    assert second_factor_is_asked(company, roles=frozenset(roles)) is is_asked
    with CaptureQueriesContext(connection) as queries:
        second_factor_is_asked(company, roles=frozenset(roles))
    assert len(queries) == 0


def test_a_policy_asks_from_its_date_on_and_a_company_without_one_asks_nobody(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(second_factors, "_MOST_COMPANIES", 1)
    ask_of(world, SecondFactor.EVERYBODY, since=dt.date(2026, 3, 5))
    company = Company.objects.get(pk=world.company.pk)
    assert not second_factor_is_asked(company, roles=frozenset())
    assert second_factor_is_asked(company, roles=frozenset(), now=at("2026-03-05 12:00"))
    bare = Company.objects.create(name="Bare", code="bare")
    assert not second_factor_is_asked(bare, roles=frozenset({Role.HR}))


def test_who_must_have_one_is_led_to_it_and_nothing_else_opens(
    client: Client, world: World
) -> None:
    ask_of(world, SecondFactor.HR)
    give(world, Role.HR)
    sign_in(client, "bikram@kettle.example")
    for path in ("/", "/month/", "/admin/", "/me/", "/team/"):
        assert client.get(path)["Location"] == HOME, path
    assert post_once(client, "/me/data")["Location"] == HOME
    page = client.get(HOME).text
    assert "You are asked to have one." in page
    assert "You need a second step to sign in here." in page
    set_up_app(client)
    assert client.get("/admin/").status_code == 200


def test_who_need_not_have_one_is_let_be(client: Client, world: World) -> None:
    ask_of(world, SecondFactor.ROLES)
    sign_in(client)
    assert client.get("/month/").status_code == 200


def test_a_session_from_before_shows_the_second_step(client: Client, world: World) -> None:
    older = Client()
    sign_in(older)
    sign_in(client)
    secret = set_up_app(client)
    ask_of(world, SecondFactor.EVERYBODY)
    with time_machine.travel(at("2026-03-04 12:10"), tick=False):
        answer = older.get("/month/?year=2026")
        assert answer["Location"] == "/me/again/code/?next=%2Fmonth%2F%3Fyear%3D2026"
        assert older.post("/me/data")["Location"] == "/me/again/code/?next=%2F"
        again = older.post("/me/again/code/", {"code": code_of(secret), "next": "/month/"})
        assert again["Location"] == "/month/"
        assert older.get("/month/").status_code == 200


@pytest.mark.parametrize("page", ["passkey/", "app/", "app/remove/", "codes/", "codes/new/"])
def test_a_session_from_before_changes_no_second_step_by_the_password_alone(
    client: Client, world: World, page: str
) -> None:
    older = Client()
    sign_in(older)
    sign_in(client)
    set_up_app(client)
    ask_of(world, SecondFactor.EVERYBODY)
    there = f"{HOME}{page}"
    lead = f"/me/again/code/?{urlencode({'next': there})}"
    assert older.get(there)["Location"] == lead
    assert older.post(there)["Location"] == "/me/again/code/?next=%2F"


def test_whoever_runs_the_platform_adds_none_by_the_password_alone(
    client: Client, world: World, settings: Settings
) -> None:
    settings.MUSTER_OPERATOR_SECOND_FACTOR = True
    grant = services.operator_create(name="Otto", email="o@m.example", by=job_actor("test"))
    grant.user.set_password(PASSWORD)
    grant.user.save()
    older = Client()
    sign_in(older, "o@m.example")
    sign_in(client, "o@m.example")
    set_up_app(client)
    there = f"{HOME}passkey/"
    assert older.get(there)["Location"] == f"/me/again/code/?{urlencode({'next': there})}"
    assert client.get(there).status_code == 200


def test_the_last_second_step_of_who_must_have_one_stays(client: Client, world: World) -> None:
    ask_of(world, SecondFactor.EVERYBODY)
    sign_in(client)
    set_up_app(client)
    page = client.post("/me/security/app/remove/")
    assert "Your company asks you for a second step. Add another one first." in page.text
    assert client.get(HOME).context["app"] is not None


def test_the_last_passkey_of_who_must_have_one_stays(client: Client, world: World) -> None:
    key = Authenticator.objects.create(
        user=world.maya.user, type="webauthn", data={"name": "Phone", "credential": {}}
    )
    ask_of(world, SecondFactor.EVERYBODY)
    client.force_login(world.maya.user)
    client.post("/me/again/", {"password": PASSWORD})
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][0]["method"] = "mfa"
    session.save()
    assert client.post(f"{HOME}passkey/{key.pk}/remove/")["Location"] == HOME
    assert "Add another one first." in client.get(HOME).text
    assert Authenticator.objects.filter(pk=key.pk).exists()


def test_a_pin_alone_sets_up_nothing(client: Client, world: World) -> None:
    ask_of(world, SecondFactor.EVERYBODY)
    sign_in(client)
    session = client.session
    session[AUTHENTICATION_METHODS_SESSION_KEY][0] |= {
        "method": "pin", "employee": str(world.maya.public_id),
    }  # fmt: skip
    session.save()
    page = client.get("/month/")
    assert page.status_code == 403
    assert "Sign in with your password first" in page.text


def test_whoever_runs_the_platform_must_have_one(
    client: Client, world: World, settings: Settings
) -> None:
    settings.MUSTER_OPERATOR_SECOND_FACTOR = True
    grant = services.operator_create(name="Otto", email="o@m.example", by=job_actor("test"))
    grant.user.set_password(PASSWORD)
    grant.user.save()
    sign_in(client, "o@m.example")
    assert client.get("/operator/")["Location"] == HOME
    set_up_app(client)
    assert client.get("/operator/").status_code == 200
    assert "Add another one first." in client.post("/me/security/app/remove/").text


def test_who_runs_nothing_is_refused_as_ever(
    client: Client, world: World, settings: Settings
) -> None:
    settings.MUSTER_OPERATOR_SECOND_FACTOR = True
    sign_in(client)
    assert client.get("/operator/").status_code == 403


# --- where one is signed in -------------------------------------------------------------------
@pytest.mark.parametrize(
    ("agent", "words"),
    [
        ("Mozilla/5.0 (Linux; Android 14) Chrome/140.0 Mobile Safari/537.36", "Chrome on Android"),
        ("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0) Version/18.0 Safari/605", "Safari on iPhone"),
        ("Mozilla/5.0 (Windows NT 10.0) Chrome/140.0 Safari/537 Edg/140.0", "Edge on Windows"),
        ("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Firefox/140.0", "Firefox on Linux"),
        ("Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15)", "Mac"),
        ("curl/8", ""),
        ("", ""),
    ],
)
def test_a_device_in_words(agent: str, words: str) -> None:
    assert device_words(agent) == words


def test_the_page_shows_this_device_first_and_ends_others(client: Client, world: World) -> None:
    others = [Client(HTTP_USER_AGENT="Firefox/140.0 (Windows)") for _n in range(2)]
    sign_in(client)
    for other in others:
        sign_in(other)
    page = client.get(HOME)
    assert [place.is_here for place in page.context["sessions"]] == [True, False, False]
    assert "Firefox on Windows" in page.text
    other_id = page.context["sessions"][1].row.public_id
    assert post_once(client, f"{HOME}sessions/{other_id}/")["Location"] == HOME
    assert post_once(client, f"{HOME}sessions/{uuid.uuid4()}/").status_code == 404
    assert len(client.get(HOME).context["sessions"]) == 2
    post_once(client, f"{HOME}sessions/")
    assert len(client.get(HOME).context["sessions"]) == 1
    assert [c.get("/month/").status_code for c in (client, *others)] == [200, 302, 302]


def test_a_session_of_somebody_else_is_as_if_there_were_none(client: Client, world: World) -> None:
    sign_in(Client(), "bikram@kettle.example")
    theirs = SignedInSession.objects.get()
    sign_in(client)
    assert post_once(client, f"{HOME}sessions/{theirs.public_id}/").status_code == 404
    assert SignedInSession.objects.filter(pk=theirs.pk).exists()


def test_a_double_tap_ends_a_session_once(client: Client, world: World) -> None:
    sign_in(Client())
    sign_in(client)
    there = client.get(HOME).context["sessions"][1].row.public_id
    sent = {FIELD: str(uuid.uuid4())}
    for _n in range(2):
        assert client.post(f"{HOME}sessions/{there}/", sent)["Location"] == HOME


def test_last_used_is_written_every_five_minutes_at_most(client: Client, world: World) -> None:
    sign_in(client)
    for minute, seen in ((4, 0), (5, 5), (9, 5), (10, 10)):
        moment = at(NOON) + dt.timedelta(minutes=minute)
        with time_machine.travel(moment, tick=False):
            client.get("/month/")
        assert SignedInSession.objects.get().seen_at == at(NOON) + dt.timedelta(minutes=seen)


def test_the_page_costs_the_same_with_one_session_and_three(client: Client, world: World) -> None:
    sign_in(client)
    counts = []
    for _n in range(2):
        client.get(HOME)
        with CaptureQueriesContext(connection) as queries:
            client.get(HOME)
        counts.append(len(queries))
        sign_in(Client()), sign_in(Client())
    assert counts[0] == counts[1]


# --- password and address ---------------------------------------------------------------------
def test_the_password_is_changed_and_other_sessions_end(client: Client, world: World) -> None:
    other = Client()
    sign_in(other), sign_in(client)
    path = f"{HOME}password/"
    new = {"password1": "a pot of green tea", "password2": "a pot of green tea"}
    assert "This is not your password." in client.post(path, {"password": "no", **new}).text
    weak = {"password": PASSWORD, "password1": "short", "password2": "short"}
    assert "at least 10 characters" in client.post(path, weak).text
    assert client.get(path).status_code == 200
    assert client.post(path, {"password": PASSWORD, **new})["Location"] == HOME
    assert "Your password is changed." in client.get(HOME).text
    assert other.get("/month/").status_code == 302
    assert len(client.get(HOME).context["sessions"]) == 1


def test_the_address_is_changed_by_a_link_to_the_new_one(client: Client, world: World) -> None:
    sign_in(client)
    path = f"{HOME}email/"
    assert "maya@kettle.example" in client.get(path).text
    wrong = client.post(path, {"email": "m@new.example", "password": "no"})
    assert "This is not your password." in wrong.text
    same = client.post(path, {"email": "maya@kettle.example", "password": PASSWORD})
    assert "You sign in with this address already." in same.text
    done = client.post(path, {"email": "m@new.example", "password": PASSWORD})
    assert done["Location"] == HOME
    taken = client.post(path, {"email": "bikram@kettle.example", "password": PASSWORD})
    assert taken["Location"] == HOME
    client.post(path, {"email": "m@new.example", "password": PASSWORD})
    outbox.drain()
    told = {message.to[0]: str(message.body) for message in mail.outbox}
    link = told["m@new.example"].split("127.0.0.1:8000")[1].split()[0]
    stop = told["maya@kettle.example"].split("127.0.0.1:8000")[1].split()[0]

    reader = Client()
    assert "Sign in with this address?" in reader.get(link).text
    assert User.objects.get(pk=world.maya.user_id).email == "maya@kettle.example"
    assert "Your address is changed" in reader.post(link).text
    assert User.objects.get(pk=world.maya.user_id).email == "m@new.example"
    assert reader.get(link).status_code == reader.post(link).status_code == 410

    assert "Was it not you?" in reader.get(stop).text
    assert "Stopped" in reader.post(stop).text
    assert User.objects.get(pk=world.maya.user_id).email == "maya@kettle.example"
    assert client.get("/month/").status_code == 302
    assert reader.get(stop).status_code == 410
    assert EmailChange.objects.latest("pk").state == "stopped"


def test_who_has_no_address_shows_the_password_again(client: Client, world: World) -> None:
    User.objects.filter(pk=world.maya.user_id).update(email=None)
    client.force_login(User.objects.get(pk=world.maya.user_id))
    assert client.get(f"{HOME}app/")["Location"].startswith("/me/again/")
    assert "This is not your password." in client.post("/me/again/", {"password": "no"}).text
    answer = client.post("/me/again/", {"password": PASSWORD, "next": f"{HOME}app/"})
    assert answer["Location"] == f"{HOME}app/"
    assert client.get(f"{HOME}app/").status_code == 200
    for _n in range(10):
        client.post("/me/again/", {"password": "no"})
    assert "Too many" in client.post("/me/again/", {"password": PASSWORD}).text
