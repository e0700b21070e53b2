"""What a stranger tries at the front door: redirects, borrowed addresses, old sessions, logs."""

from __future__ import annotations

import logging
import uuid
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.test import Client

from companies import links, services
from companies.models import OutboxMessage, Throttle, User
from companies.scoping import company_scope, no_scope
from tests.attendance.world import World, make_world

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
EVIL = [
    "https://evil.example/", "//evil.example/", "///evil.example", r"\\evil.example",
    r"/\evil.example", "javascript:alert(1)", "http:evil.example", "https:/evil.example",
    " //evil.example", "/\t/evil.example", "http://testserver@evil.example/",
]  # fmt: skip


@pytest.fixture
def world() -> World:
    return make_world()


def _sign_in(client: Client, password: str = PASSWORD, **data: str) -> Any:
    return client.post("/sign-in/", {"login": "maya@kettle.example", "password": password, **data})


# --- redirects --------------------------------------------------------------------------------
@pytest.mark.parametrize("target", EVIL)
def test_nobody_is_led_to_another_host(client: Client, world: World, target: str) -> None:
    assert _sign_in(client, next=target)["Location"] == "/"
    assert client.get("/sign-in/", {"next": target})["Location"] == "/"
    assert client.post("/sign-out/", {"next": target})["Location"] == "/sign-in/"
    led = client.get("/admin/login/", {"next": target})["Location"]
    assert led.startswith("/sign-in/?next=")
    page = client.get(led)
    assert client.post(led, {"login": "maya@kettle.example", "password": PASSWORD})[
        "Location"
    ] == "/", page  # fmt: skip


def test_a_host_that_is_not_ours_is_refused(client: Client, world: World) -> None:
    assert client.get("/sign-in/", headers={"host": "evil.example"}).status_code == 400


def test_a_mail_links_to_our_own_address_whatever_host_was_asked(world: World) -> None:
    assert links.sign_in_link(world.maya.user).startswith(f"{settings.PUBLIC_URL}/set-password/")


# --- throttles --------------------------------------------------------------------------------
def test_another_forwarded_address_is_no_new_start(client: Client, world: World) -> None:
    for n in range(10):
        client.post(
            "/sign-in/", {"login": "maya@kettle.example", "password": "wrong"},
            headers={"x-forwarded-for": f"203.0.113.{n}"},
        )  # fmt: skip
    answer = _sign_in(client)
    assert "Too many wrong tries. Try again in 15 min." in answer.text
    for n in range(90):
        answer = client.post(
            "/sign-in/", {"login": f"nobody{n}@kettle.example", "password": "wrong"},
            headers={"x-forwarded-for": f"198.51.100.{n}"},
        )  # fmt: skip
    assert "Too many wrong tries. Try again in 15 min." in answer.text


def test_resets_are_counted_by_who_asks_too(client: Client, world: World) -> None:
    answers = [
        client.post(
            "/password-reset/", {"email": f"nobody{n}@kettle.example"},
            headers={"x-forwarded-for": f"203.0.113.{n}"},
        ).text
        for n in range(61)
    ]  # fmt: skip
    assert "If we know this address, a link is on its way." in answers[59]
    assert "Too many attempts. Wait a minute and try again." in answers[60]
    assert Throttle.objects.count() == 61
    with no_scope("messages under test"):
        assert not OutboxMessage.objects.exists()


def test_counts_of_failures_are_not_pushed_out_by_more_of_them() -> None:
    for n in range(400):
        cache.set(f"{n:03}", n, 300)
    assert cache.get("000") == 0


# --- sessions ---------------------------------------------------------------------------------
def test_signing_in_takes_a_new_session(client: Client, world: World) -> None:
    client.get("/sign-in/")
    session = client.session
    session["company"] = "planted"
    session.save()
    client.cookies[settings.SESSION_COOKIE_NAME] = session.session_key
    _sign_in(client)
    assert client.session.session_key != session.session_key


def test_a_new_password_ends_every_other_session(client: Client, world: World) -> None:
    thief = Client()
    for each in (client, thief):
        each.force_login(world.maya.user)
    address = links.sign_in_link(world.maya.user).removeprefix(settings.PUBLIC_URL)
    new = {"password1": "a kettle of strong tea", "password2": "a kettle of strong tea"}
    assert client.post(address, new)["Location"] == "/"
    assert client.get("/me/").status_code == 200
    assert thief.get("/me/")["Location"] == "/sign-in/?next=/me/"
    assert thief.get(address).status_code == 410


def test_signing_in_uses_up_the_links_sent_before(client: Client, world: World) -> None:
    address = links.sign_in_link(world.maya.user).removeprefix(settings.PUBLIC_URL)
    _sign_in(client)
    assert client.get(address).status_code == 410


def test_a_closed_account_has_no_session_left(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    User.objects.filter(pk=world.maya.user.pk).update(is_active=False)
    assert client.get("/me/")["Location"] == "/sign-in/?next=/me/"
    wrong, right = _sign_in(client, "wrong"), _sign_in(client)
    assert "do not fit together" in wrong.text
    assert right["Location"] == "/sign-in/"


def test_a_person_who_is_switched_off_is_out_at_once(client: Client, world: World) -> None:
    client.force_login(world.hari.user)
    assert client.get("/admin/").status_code == 200
    with company_scope(world.company):
        world.hari.is_active = False
        world.hari.save(update_fields=["is_active"])
    assert [client.get(path).status_code for path in ("/admin/", "/month/")] == [403, 404]
    assert client.get("/companies/")["Location"] == "/former/"


def test_no_flag_of_djangos_opens_anything(client: Client, world: World) -> None:
    """`is_superuser` and `is_staff` are no columns; nobody gets in by what a shell sets."""
    names = {field.name for field in User._meta.get_fields()}
    assert not names & {"is_superuser", "is_staff", "groups", "user_permissions"}
    assert world.maya.user.has_perm("companies.change_company") is False
    client.force_login(world.maya.user)
    assert client.get("/admin/").status_code == client.get("/operator/").status_code == 403


# --- logs -------------------------------------------------------------------------------------
def test_a_link_that_still_works_is_in_no_log(
    world: World, caplog: pytest.LogCaptureFixture
) -> None:
    address = links.sign_in_link(world.maya.user).removeprefix(settings.PUBLIC_URL)
    token = address.rstrip("/").rpartition("/")[2]
    handler = next(item for item in logging.root.handlers if type(item) is logging.StreamHandler)
    with caplog.at_level(logging.INFO):
        Client(enforce_csrf_checks=True).post(address, {})
        Client(raise_request_exception=False).get(address, headers={"host": "evil.example"})
    lines = [record for record in caplog.records if "/set-password/" in record.getMessage()]
    assert lines
    assert not [text for text in map(handler.format, lines) if token in text]


def test_a_message_names_no_link_before_it_is_sent(world: World) -> None:
    with company_scope(world.company):
        services.employee_invite(employee=world.maya, by=world.hr)
    with no_scope("the message under test"):
        row = OutboxMessage.objects.get()
    assert set(row.values) == {"user", "company", "by"}
    assert uuid.UUID(row.values["user"]) == world.maya.user.public_id
