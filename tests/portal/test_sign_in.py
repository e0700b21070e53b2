"""Signing in and out, choosing a password by a link, and what is open to whom."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from companies import links, outbox, services
from companies.models import User
from companies.scoping import company_scope
from tests.attendance.world import World, make_world
from tests.http import post_once

pytestmark = pytest.mark.django_db
PASSWORD = "correct horse battery"
GOOD = "a kettle of strong tea"


@pytest.fixture
def world() -> World:
    return make_world()


def _sign_in(client: Client, email: str, password: str, **data: str) -> Any:
    return client.post("/sign-in/", {"login": email, "password": password, **data})


def _signed_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


@pytest.mark.parametrize("email", ["maya@kettle.example", "MAYA@Kettle.example "])
def test_email_and_password_let_in(client: Client, world: World, email: str) -> None:
    answer = _sign_in(client, email, PASSWORD)
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert client.get("/").status_code == 200


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("maya@kettle.example", "wrong"),
        ("nobody@kettle.example", PASSWORD),
        ("maya@kettle.example", PASSWORD.upper()),
    ],
)
def test_what_is_wrong_is_not_told_apart(
    client: Client, world: World, email: str, password: str
) -> None:
    answer = _sign_in(client, email, password)
    assert answer.status_code == 200
    assert answer.context["form"].errors["__all__"] == [
        "This address and password do not fit together. Type them again, or ask for a link below."
    ]
    assert not _signed_in(client)


def test_who_may_no_longer_sign_in_is_not_let_in(client: Client, world: World) -> None:
    User.objects.filter(pk=world.maya.user.pk).update(is_active=False)
    assert _sign_in(client, "maya@kettle.example", PASSWORD)["Location"] == "/sign-in/"
    assert not _signed_in(client)
    assert "This account is closed. Ask your HR to open it again." in client.get("/sign-in/").text


def test_guessing_is_slowed_down(client: Client, world: World) -> None:
    for _n in range(10):
        _sign_in(client, "maya@kettle.example", "wrong")
    answer = _sign_in(client, "Maya@kettle.example", PASSWORD)
    assert "Too many wrong tries. Try again in 15 min." in answer.text
    assert not _signed_in(client)


def test_signing_out_needs_a_form(client: Client, world: World) -> None:
    client.force_login(world.maya.user)
    assert client.get("/sign-out/").status_code == 405
    assert client.post("/sign-out/")["Location"] == "/sign-in/"
    assert not _signed_in(client)


@pytest.mark.parametrize(
    ("wanted", "lands"), [("/month/", "/month/"), ("https://evil.example/", "/"), ("//evil", "/")]
)
def test_after_signing_in_one_stays_on_this_host(
    client: Client, world: World, wanted: str, lands: str
) -> None:
    answer = _sign_in(client, "maya@kettle.example", PASSWORD, next=wanted)
    assert answer["Location"] == lands


def test_a_form_of_another_page_signs_nobody_in(world: World) -> None:
    client = Client(enforce_csrf_checks=True)
    answer = _sign_in(client, "maya@kettle.example", PASSWORD)
    assert answer.status_code == 403
    assert "Nothing was changed." in answer.text


# --- links ------------------------------------------------------------------------------------
def _link_in_mail() -> str:
    found = re.search(r"https?://[^/\s]+(/set-password/\S+)", mail.outbox[-1].body)
    assert found
    return found[1]


def test_an_invitation_ends_on_the_page_of_today(client: Client, world: World) -> None:
    with company_scope(world.company):
        services.employee_invite(employee=world.maya, by=world.hr)
    outbox.drain()
    address = _link_in_mail()
    page = client.get(address)
    assert page.status_code == 200
    assert "Maya" in page.text
    answer = client.post(address, {"password1": GOOD, "password2": GOOD})
    assert (answer.status_code, answer["Location"]) == (302, "/")
    assert "Your password is set. Welcome!" in client.get("/").text
    used = client.get(address)
    assert used.status_code == 410
    assert "A link works once, for seven days." in used.text


@pytest.mark.parametrize(
    ("first", "second", "sentence"),
    [
        (GOOD, "something else", "The two passwords differ. Type them again."),
        ("short", "short", "at least 10 characters"),
        ("password123", "password123", "too common"),
        ("", "", "This field is required."),
    ],
)
def test_a_bad_password_is_said_beside_its_field(
    client: Client, world: World, first: str, second: str, sentence: str
) -> None:
    address = links.sign_in_link(world.maya.user).removeprefix(settings.PUBLIC_URL)
    page = client.post(address, {"password1": first, "password2": second})
    assert page.status_code == 200
    assert sentence in page.text
    assert client.get(address).status_code == 200


def test_a_reset_says_the_same_for_everybody(client: Client, world: World) -> None:
    pages = [
        client.post("/password-reset/", {"email": email}).text
        for email in ("maya@kettle.example", "nobody@kettle.example")
    ]
    assert pages[0] == pages[1]
    assert "If we know this address, a link is on its way." in pages[0]
    assert outbox.drain() == 1
    assert client.get(_link_in_mail()).status_code == 200


def test_a_reset_asked_for_too_often_says_so(client: Client, world: World) -> None:
    for _n in range(5):
        client.post("/password-reset/", {"email": "maya@kettle.example"})
    page = client.post("/password-reset/", {"email": "maya@kettle.example"})
    assert "Too many attempts. Wait a minute and try again." in page.text


# --- what is open -----------------------------------------------------------------------------
PUBLIC = {
    "mfa_authenticate", "mfa_login_webauthn", "portal:email-change", "portal:email-change-stop",
    "account_login", "portal:password-reset", "portal:set-password",
    "portal:welcome", "portal:sign-in-code", "portal:phone", "portal:phone-forget",
    "portal:phone-person", "portal:pool-sign-in", "portal:pool-callback",
    "portal:join", "portal:join-sent", "portal:join-request",
    "portal:certificate", "portal:certificate-check",
    "portal:careers", "portal:careers-sent", "portal:careers-asked", "portal:careers-opening",
    "portal:careers-apply", "portal:application",
    "portal:slack-commands", "portal:slack-interactions", "portal:slack-events",
    "leave:calendar", "portal:styleguide", "portal:dev-mail", "portal:healthz", "portal:favicon",
    "admin:login", "operator:login",
}  # fmt: skip


def _views(patterns: Any, names: str = "") -> Any:
    for item in patterns:
        if isinstance(item, URLResolver):
            inner = f"{names}{item.namespace}:" if item.namespace else names
            yield from _views(item.url_patterns, inner)
        elif isinstance(item, URLPattern):
            yield f"{names}{item.name}", item


def test_every_other_page_asks_for_sign_in() -> None:
    open_views = {
        name
        for name, item in _views(get_resolver().url_patterns)
        if not getattr(item.callback, "login_required", True)
    }
    assert open_views == PUBLIC


# --- companies --------------------------------------------------------------------------------
def test_a_person_of_two_companies_chooses(client: Client, world: World) -> None:
    other = make_world(code="other")
    with company_scope(other.company):
        other.maya.user = world.maya.user
        other.maya.save(update_fields=["user"])
    client.force_login(world.maya.user)
    assert client.get("/")["Location"] == "/companies/"
    page = client.get("/companies/")
    assert "Kettle" in page.text
    assert "Other" in page.text
    answer = post_once(client, "/companies/", {"company": str(other.company.public_id)})
    assert answer["Location"] == "/"
    assert client.get("/").context["company"] == other.company


def test_a_company_that_is_not_ones_own_cannot_be_chosen(client: Client, world: World) -> None:
    other = make_world(code="other")
    client.force_login(world.maya.user)
    answer = post_once(client, "/companies/", {"company": str(other.company.public_id)})
    assert answer.status_code == 404
    assert client.get("/").context["company"] == world.company


def test_an_operator_without_a_company_is_led_to_the_platform(client: Client) -> None:
    from companies.actor import job_actor

    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    client.force_login(grant.user)
    assert client.get("/companies/")["Location"] == "/operator/"
    assert client.get("/operator/").status_code == 200
    assert client.get("/admin/").status_code == 403
