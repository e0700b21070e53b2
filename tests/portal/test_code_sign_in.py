"""Signing in by codes: with a PIN to one's own pages, with a password to all; shared phones."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.contrib.auth.hashers import MD5PasswordHasher
from django.test import Client

from companies import services
from companies.actor import Actor, job_actor
from companies.enums import Role
from companies.models import AuditEvent, Employee, Pin, Placement, RoleGrant, Throttle, User
from companies.scoping import company_scope
from portal import sign_ins
from tests.attendance.world import START, World, at, make_world
from tests.companies.conftest import Together, together
from tests.rights.addresses import LEAVES, address
from tests.rights.conftest import stand
from tests.rights.stand import Stand

__all__ = ["stand", "together"]

PASSWORD = "correct horse battery"
PIN = "735924"
NOON = at("2026-03-02 12:00")
WRONG = "These codes, PIN or password do not fit together. Look at your card and try again."


@pytest.fixture
def world(request: pytest.FixtureRequest) -> World:
    request.getfixturevalue("transactional_db" if "together" in request.fixturenames else "db")
    return make_world()


def give_pin(world: World, employee: Employee, pin: str = PIN) -> None:
    with company_scope(world.company):
        services.pin_set(employee=employee, pin=pin, by=world.actor(employee))


def sign_in(
    client: Client, code: str = "maya", secret: str = PIN, company: str = "kettle", **more: str
) -> Any:
    form = {"company": company, "code": code, "secret": secret, **more}
    return client.post("/sign-in/code/", form)


def signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def _actor(client: Client) -> Actor:
    actor: Actor = client.get("/").context["actor"]
    return actor


# --- codes ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("company", "code"),
    [("kettle", "maya"), (" Kettle ", " MAYA ")],
    ids=["as printed", "as typed"],
)
@pytest.mark.parametrize("secret", [PIN, PASSWORD])
def test_codes_let_in(client: Client, world: World, company: str, code: str, secret: str) -> None:
    give_pin(world, world.maya)
    answer = sign_in(client, code, secret, company)
    assert (answer.status_code, answer.headers.get("Location")) == (302, "/")
    actor = _actor(client)
    assert (actor.employee, actor.is_limited) == (world.maya, secret == PIN)


def test_of_codes_that_differ_by_case_the_exact_one_counts(client: Client, world: World) -> None:
    with company_scope(world.company):
        twin = User.objects.create_user(email=None, name="Twin", password=PASSWORD)
        other = Employee.objects.create(
            company=world.company, user=twin, code="MAYA", name="Twin", joined_on=START
        )
    sign_in(client, "MAYA", PASSWORD)
    assert _actor(client).employee == other
    assert WRONG in sign_in(Client(), "Maya", PASSWORD).text


@pytest.mark.parametrize(
    ("company", "code", "secret"),
    [
        ("nowhere", "maya", PIN),
        ("kettle", "nobody", PIN),
        ("kettle", "maya", "000001"),
        ("kettle", "maya", PASSWORD.upper()),
        ("kettle", "bikram", PIN),  # who has none
        ("kettle", "new", PIN),  # who was never let in
        ("kettle", "new", PASSWORD),
        ("kettle", "hari", PIN),  # who has left
        ("nowhere", "nobody", PASSWORD),
    ],
)
def test_what_is_wrong_shows_neither_in_words_nor_in_work(
    client: Client, world: World, monkeypatch: pytest.MonkeyPatch, company: str, code: str,
    secret: str,
) -> None:  # fmt: skip
    for employee in (world.maya, world.hari):
        give_pin(world, employee)
    with company_scope(world.company):
        Employee.objects.create(company=world.company, code="new", name="New", joined_on=START)
        Employee.objects.filter(pk=world.hari.pk).update(is_active=False)
    hashed: list[str] = []
    encode = MD5PasswordHasher.encode

    def counted(self: Any, password: str, salt: str) -> str:
        hashed.append(password)
        return str(encode(self, password, salt))

    monkeypatch.setattr(MD5PasswordHasher, "encode", counted)
    page = sign_in(client, code, secret, company)
    assert page.status_code == 200
    assert page.context["form"].errors == {"__all__": [WRONG]}
    assert hashed == [secret]
    assert not signed_in(client)


def test_a_closed_account_is_told_to_who_can_prove_it_is_theirs(
    client: Client, world: World
) -> None:
    give_pin(world, world.maya)
    User.objects.filter(pk=world.maya.user.pk).update(is_active=False)
    assert sign_in(client)["Location"] == "/sign-in/"
    assert "This account is closed. Ask your HR to open it again." in client.get("/sign-in/").text
    assert not signed_in(client)


@pytest.mark.parametrize(
    ("wanted", "lands"), [("/month/", "/month/"), ("https://evil.example/", "/"), ("//evil", "/")]
)
def test_one_stays_on_this_host(client: Client, world: World, wanted: str, lands: str) -> None:
    give_pin(world, world.maya)
    assert (
        f'value="{wanted}"' in client.get("/sign-in/code/", {"next": wanted}).text or lands == "/"
    )
    assert sign_in(client, next=wanted)["Location"] == lands
    assert client.get("/sign-in/code/", {"next": wanted})["Location"] == lands


def test_a_form_that_is_not_filled_says_so(client: Client, world: World) -> None:
    page = client.post("/sign-in/code/", {"company": "kettle"})
    assert page.context["form"].errors == {
        "code": ["This field is required."], "secret": ["This field is required."],
    }  # fmt: skip


# --- limits -----------------------------------------------------------------------------------
def _tries(client: Client, count: int, **wrong: str) -> list[str]:
    return [sign_in(client, **({"secret": "000001"} | wrong)).text for _n in range(count)]


@pytest.mark.parametrize("code", ["maya", "nobody"])
@pytest.mark.parametrize(("secret", "most"), [("000001", 5), ("wrong horse battery", 10)])
def test_wrong_tries_end_alike_for_who_is_there_and_who_is_not(
    world: World, code: str, secret: str, most: int
) -> None:
    give_pin(world, world.maya)
    with time_machine.travel(NOON, tick=False):
        pages = _tries(Client(), most + 1, code=code, secret=secret)
    assert [WRONG in page for page in pages] == [True] * most + [False]
    assert "Too many wrong tries. Try again in 15 min." in pages[-1]


def test_after_a_quarter_of_an_hour_the_right_pin_lets_in_again(world: World) -> None:
    give_pin(world, world.maya)
    client = Client()
    with time_machine.travel(NOON, tick=False):
        _tries(client, 6)
        assert not signed_in(client)
    with time_machine.travel(NOON + dt.timedelta(minutes=15), tick=False):
        assert sign_in(client)["Location"] == "/"


def test_a_right_try_costs_nothing(world: World) -> None:
    give_pin(world, world.maya)
    with time_machine.travel(NOON, tick=False):
        _tries(Client(), 4)
        assert [sign_in(Client()).status_code for _n in range(9)] == [302] * 9
        assert sorted(row.count for row in Throttle.objects.all()) == [4, 4, 4]


def test_strangers_lock_nobody_out_of_their_own_browser(world: World) -> None:
    give_pin(world, world.maya)
    own, stranger = Client(), Client()
    with time_machine.travel(NOON, tick=False):
        for secret in (PIN, PASSWORD):
            sign_in(own, secret=secret)
            own.post("/sign-out/")
        _tries(stranger, 6)
        _tries(stranger, 11, secret="wrong horse battery")
        assert [sign_in(stranger, secret=item).status_code for item in (PIN, PASSWORD)] == [200] * 2
        for secret in (PIN, PASSWORD):
            assert sign_in(own, secret=secret)["Location"] == "/"
            own.post("/sign-out/")
        # And who holds such a browser has no more tries than anybody.
        assert WRONG in _tries(own, 5)[4]
        assert "Too many wrong tries." in sign_in(own).text
        stranger.cookies["muster_known"] = own.cookies["muster_known"].value[:-2] + "xx"
        assert "Too many wrong tries." in sign_in(stranger).text


def test_a_browser_is_known_for_a_mail_address_too(world: World) -> None:
    own, stranger = Client(), Client()
    form = {"login": "Maya@kettle.example", "password": PASSWORD}
    own.post("/sign-in/", form)
    own.post("/sign-out/")
    for _n in range(11):
        stranger.post("/sign-in/", form | {"password": "wrong"})
    assert stranger.post("/sign-in/", form).status_code == 200
    assert own.post("/sign-in/", form | {"login": "maya@kettle.example"}).status_code == 302


def test_one_address_tries_a_hundred_times_whoever_is_meant(world: World) -> None:
    give_pin(world, world.maya)
    with time_machine.travel(NOON, tick=False):
        for n in range(100):
            assert WRONG in sign_in(Client(), f"nobody{n}").text
        assert "Try again in 15 min." in sign_in(Client()).text
        answer = Client().post("/sign-in/", {"login": "maya@kettle.example", "password": PASSWORD})
        assert "Try again in 15 min." in answer.text
        elsewhere = Client(REMOTE_ADDR="203.0.113.9")
        assert sign_in(elsewhere)["Location"] == "/"


@pytest.mark.parametrize("way", ["mail", "code"])
def test_of_tries_at_the_same_moment_none_is_missed(
    world: World, together: Together, way: str
) -> None:
    def wrong() -> bool:
        form = (
            {"login": "maya@kettle.example", "password": "wrong"}
            if way == "mail"
            else {"company": "kettle", "code": "maya", "secret": "wrong horse"}
        )
        page = Client().post("/sign-in/" if way == "mail" else "/sign-in/code/", form)
        return "Too many wrong tries." in page.text

    answers = together(*[wrong] * 14)
    assert sorted(answers) == [False] * 10 + [True] * 4
    assert sorted(row.count for row in Throttle.objects.all()) == [14, 14]


# --- what a PIN opens ---------------------------------------------------------------------------
def test_a_pin_opens_ones_own_pages_and_nothing_else(stand: Stand) -> None:
    """Generated from the addresses: what is not named as one's own page is refused."""
    world = stand.ours.world
    with company_scope(world.company):
        for role in Role:
            RoleGrant.objects.create(
                company=world.company, user=world.maya.user, role=role, starts_on=START
            )
    services.operator_create(name="Maya", email=world.maya.user.email, by=job_actor("test"))
    give_pin(world, world.maya)
    client = Client()
    assert sign_in(client)["Location"] == "/"
    opened = set()
    for name, item in LEAVES.items():
        if not getattr(item.callback, "login_required", True):
            continue
        path = str(address(name, stand.ours, world.maya))
        answer = client.get(path)
        if answer.streaming:
            list(answer)
        if answer.status_code == 403:
            assert "You signed in with your PIN" in answer.text, name
            assert client.post(path).status_code == 403, name
        else:
            opened.add(name)
    assert opened == sign_ins.OWN_PAGES
    actor = _actor(client)
    assert (actor.roles, actor.is_limited, actor.company) == (frozenset(), True, world.company)
    assert "/team/" not in client.get("/").text
    me = client.get("/me/").text
    assert "Signed in with your PIN: your own pages only." in me
    assert "Download everything" not in me
    assert "/me/security/" not in me


def test_a_pin_that_was_taken_away_opens_nothing_any_more(client: Client, world: World) -> None:
    give_pin(world, world.maya)
    sign_in(client)
    assert client.get("/me/").status_code == 200
    with company_scope(world.company):
        services.pin_clear(employee=world.maya, by=world.hr)
        told = AuditEvent.objects.get(verb="pin_cleared")
    assert told.changes == {"sessions": [1, 0]}
    assert client.get("/me/")["Location"] == "/sign-in/?next=/me/"


def test_a_manager_by_name_has_no_team_with_a_pin(client: Client, world: World) -> None:
    with company_scope(world.company):
        Placement.objects.create(
            company=world.company, employee=world.bikram, starts_on=dt.date(2026, 2, 1),
            manager=world.maya,
        )  # fmt: skip
    give_pin(world, world.maya)
    sign_in(client)
    assert client.get("/").context["can_manage_team"]() is False
    assert client.get("/team/").status_code == 403
    client.post("/sign-out/")
    sign_in(client, secret=PASSWORD)
    assert client.get("/team/").status_code == 200


def test_a_pin_of_one_company_opens_no_other(client: Client, world: World) -> None:
    other = make_world(code="other")
    with company_scope(other.company):
        Employee.objects.filter(pk=other.maya.pk).update(user=world.maya.user)
    give_pin(world, world.maya)
    sign_in(client)
    session = client.session
    session["company"] = str(other.company.public_id)
    session.save()
    assert _actor(client).company == world.company


def test_who_left_has_nothing_by_a_pin(client: Client, world: World) -> None:
    give_pin(world, world.maya)
    sign_in(client)
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(is_active=False)
    assert client.get("/month/").status_code == 404


def test_a_pin_session_ends_after_twelve_hours(world: World) -> None:
    give_pin(world, world.maya)
    client = Client()
    with time_machine.travel(NOON, tick=False):
        sign_in(client)
    with time_machine.travel(NOON + dt.timedelta(hours=11, minutes=59), tick=False):
        assert client.get("/").status_code == 200
        # What the session's own age would have ended is ended by the sign-in's time too.
        session = client.session
        session.set_expiry(30 * 24 * 3600)
        session.save()
    with time_machine.travel(NOON + dt.timedelta(hours=12), tick=False):
        answer = client.get("/")
        assert answer["Location"] == "/sign-in/code/?ended=1"
        assert "Sign in again." in client.get(answer["Location"]).text
        assert not signed_in(client)


def test_a_password_opens_all_where_a_pin_was_tried_first(client: Client, world: World) -> None:
    give_pin(world, world.hari)
    sign_in(client, "hari", PASSWORD)
    assert client.get("/admin/").status_code == 200
    client.post("/sign-out/")
    sign_in(client, "hari")
    assert client.get("/admin/").status_code == 403


# --- choosing a PIN -----------------------------------------------------------------------------
def _choose(client: Client, secret: str, first: str = "604913", second: str = "604913") -> Any:
    return client.post("/me/pin/", {"secret": secret, "pin1": first, "pin2": second})


def test_a_pin_is_chosen_by_who_knows_the_password(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    assert "Your password" in client.get("/me/pin/").text
    assert _choose(client, PASSWORD)["Location"] == "/me/"
    assert "Your PIN is set." in client.get("/me/").text
    assert "Present PIN or password" in client.get("/me/pin/").text
    assert _choose(client, "604913", "813046", "813046")["Location"] == "/me/"
    assert sign_in(Client(), secret="813046").status_code == 302
    with company_scope(world.company):
        assert AuditEvent.objects.filter(verb="pin_set").count() == 2


@pytest.mark.parametrize(
    ("secret", "first", "second", "field", "sentence"),
    [
        ("wrong", "604913", "604913", "secret", "That is not your present PIN or password."),
        (PASSWORD, "604913", "604914", "pin2", "The two PINs differ. Type them again."),
        (PASSWORD, "123456", "123456", "pin1", "Choose six digits that nobody guesses:"),
        (PASSWORD, "60491", "60491", "pin1", "Choose six digits that nobody guesses:"),
    ],
)
def test_a_pin_that_is_not_taken_says_why(
    client: Client, world: World, secret: str, first: str, second: str, field: str, sentence: str
) -> None:
    client.force_login(world.maya.user)
    page = _choose(client, secret, first, second)
    assert sentence in page.context["form"].errors[field][0]
    with company_scope(world.company):
        assert not Pin.objects.exists()
