"""Second steps: set up, asked for at sign-in, taken away; each told to the audit and by mail."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from django.core import mail
from django.http import HttpResponse
from django.test import Client

from companies import links, outbox
from companies.models import AuditEvent, Throttle
from companies.scoping import company_scope
from portal.mfa_forms import TRIES
from tests.attendance.world import World, at, make_world

PASSWORD = "a good long password"
NOON = "2026-03-04 12:00"
APP = "/me/security/app/"


@pytest.fixture
def world(db: None) -> Iterator[World]:
    with time_machine.travel(at(NOON), tick=False):
        made = make_world()
        for person in (made.maya, made.bikram, made.hari):
            person.user.set_password(PASSWORD)
            person.user.save()
        yield made


def code_of(secret: str, *, ahead: int = 0) -> str:
    """Return what an app would show now, or some steps of half a minute later."""
    counter = int(time.time()) // 30 + ahead
    return format_hotp_value(hotp_value(secret.replace(" ", ""), counter))


def sign_in(client: Client, email: str = "maya@kettle.example", **more: str) -> HttpResponse:
    answer: HttpResponse = client.post(  # type: ignore[assignment]
        "/sign-in/", {"login": email, "password": PASSWORD, **more}
    )
    return answer


def set_up_app(client: Client) -> str:
    """Set up an app for who is signed in; returns its secret."""
    page = client.get(APP)
    secret: str = page.context["secret"]
    answer = client.post(APP, {"code": code_of(secret)})
    assert answer["Location"] == "/me/security/codes/"
    return secret


def codes_shown(client: Client) -> list[str]:
    page = client.get("/me/security/codes/").text
    return [a + b for a, b in re.findall(r"<li>(\d{4}) (\d{4})</li>", page)]


def verbs(world: World, like: str) -> list[str]:
    with company_scope(world.company):
        return list(
            AuditEvent.objects.filter(verb__contains=like).order_by("pk")
            .values_list("verb", flat=True)
        )  # fmt: skip


def is_in(client: Client) -> bool:
    return "_auth_user_id" in client.session


def test_an_app_is_set_up_and_asked_for(client: Client, world: World) -> None:
    sign_in(client)
    page = client.get(APP).text
    assert "data:image/svg+xml" in page
    assert re.search(r'id="secret">([A-Z2-7]{4} ){7}[A-Z2-7]{4}<', page)
    secret = set_up_app(client)
    client.post("/sign-out/")

    with time_machine.travel(at("2026-03-04 13:00"), tick=False):
        answer = sign_in(client, next="/month/")
        assert answer["Location"] == "/sign-in/second-step/"
        assert not is_in(client)
        assert client.get("/month/")["Location"].startswith("/sign-in/")
        answer = client.post("/sign-in/second-step/", {"code": code_of(secret)})
        assert answer["Location"] == "/month/"
        assert is_in(client)
    assert verbs(world, "second_factor") == ["second_factor_added"]
    outbox.drain()
    assert [m.subject for m in mail.outbox] == ["A second step was added to your sign-in"]


def test_a_wrong_code_lets_nobody_in(client: Client, world: World) -> None:
    sign_in(client)
    set_up_app(client)
    client.post("/sign-out/")
    sign_in(client)
    page = client.post("/sign-in/second-step/", {"code": "000000"})
    assert "This code does not fit. Try the newest one." in page.text
    assert not is_in(client)


def test_codes_are_guessed_ten_times_at_most(client: Client, world: World) -> None:
    sign_in(client)
    secret = set_up_app(client)
    client.post("/sign-out/")
    Throttle.objects.all().delete()
    sign_in(client)
    for _n in range(TRIES):
        client.post("/sign-in/second-step/", {"code": "000000"})
    with time_machine.travel(at("2026-03-04 12:10"), tick=False):
        page = client.post("/sign-in/second-step/", {"code": code_of(secret)})
        assert "Too many attempts." in page.text
        assert not is_in(client)


def test_secrets_are_sealed_in_the_database(client: Client, world: World) -> None:
    sign_in(client)
    secret = set_up_app(client).replace(" ", "")
    for row in Authenticator.objects.all():
        kept = row.data.get("secret") or row.data["seed"]
        assert kept.startswith("test-1:")
        assert secret not in kept


def test_recovery_codes_are_shown_once_and_work_once(client: Client, world: World) -> None:
    sign_in(client)
    set_up_app(client)
    codes = codes_shown(client)
    assert len(codes) == 10
    assert codes_shown(client) == []
    assert "10 codes are left." in client.get("/me/security/codes/").text
    client.post("/sign-out/")

    sign_in(client)
    assert client.post("/sign-in/second-step/", {"code": codes[0]})["Location"] == "/"
    assert "9 codes are left" in client.get("/me/security/").text
    client.post("/sign-out/")
    sign_in(client)
    client.post("/sign-in/second-step/", {"code": codes[0]})
    assert not is_in(client)
    assert verbs(world, "recovery") == ["recovery_code_used"]


def test_new_recovery_codes_end_the_old_ones(client: Client, world: World) -> None:
    sign_in(client)
    set_up_app(client)
    old = codes_shown(client)
    answer = client.post("/me/security/codes/new/")
    assert answer["Location"] == "/me/security/codes/"
    new = codes_shown(client)
    assert len(new) == 10
    assert not set(old) & set(new)
    assert verbs(world, "recovery") == ["recovery_codes_made"]


def test_removing_the_app_needs_a_fresh_proof(client: Client, world: World) -> None:
    sign_in(client)
    set_up_app(client)
    with time_machine.travel(at("2026-03-04 12:06"), tick=False):
        assert client.get("/me/security/app/remove/")["Location"].startswith("/me/again/")
        answer = client.post("/me/security/app/remove/")
        assert answer["Location"].startswith("/me/again/")
        assert Authenticator.objects.filter(type="totp").exists()
        again = client.post(
            "/me/again/", {"password": PASSWORD, "next": "/me/security/app/remove/"}
        )
        assert again.status_code == 302
        client.post("/me/security/app/remove/")
    assert not Authenticator.objects.exists()
    assert verbs(world, "second_factor") == ["second_factor_added", "second_factor_removed"]


def test_who_has_just_signed_in_is_not_asked_again(client: Client, world: World) -> None:
    sign_in(client)
    assert client.get(APP).status_code == 200
    with time_machine.travel(at("2026-03-04 12:06"), tick=False):
        assert client.get(APP)["Location"] == "/me/again/?next=%2Fme%2Fsecurity%2Fapp%2F"


def test_the_link_of_a_forgotten_password_asks_for_the_second_step(
    client: Client, world: World
) -> None:
    sign_in(client)
    secret = set_up_app(client)
    client.post("/sign-out/")
    address = links.sign_in_link(type(world.maya.user).objects.get(pk=world.maya.user.pk))
    path = address.removeprefix("http://127.0.0.1:8000")
    answer = client.post(path, {"password1": "another long one", "password2": "another long one"})
    assert answer["Location"] == "/sign-in/second-step/"
    assert not is_in(client)
    with time_machine.travel(at("2026-03-04 12:10"), tick=False):
        client.post("/sign-in/second-step/", {"code": code_of(secret)})
        assert is_in(client)


def test_whoever_began_to_sign_in_may_leave_it(client: Client, world: World) -> None:
    sign_in(client)
    set_up_app(client)
    client.post("/sign-out/")
    sign_in(client)
    assert client.get("/sign-in/")["Location"] == "/sign-in/second-step/"
    assert client.post("/sign-in/second-step/", {"leave": "1"})["Location"] == "/sign-in/"
    assert client.get("/sign-in/").status_code == 200


def test_a_passkey_that_never_was_signs_nobody_in(client: Client, world: World) -> None:
    options = client.get("/sign-in/passkey/", headers={"Accept": "application/json"}).json()
    assert options["request_options"]["publicKey"]["userVerification"] == "required"
    for credential in ("{}", "[]", "nothing", '{"id": "x", "response": {"userHandle": "eA"}}'):
        answer = client.post("/sign-in/passkey/", {"credential": credential})
        assert answer["Location"] == "/sign-in/"
        assert not is_in(client)


def test_what_is_no_key_is_not_added(client: Client, world: World) -> None:
    sign_in(client)
    for credential in ("{}", '{"rawId": "eA", "response": {}}', "[]"):
        page = client.post("/me/security/passkey/", {"name": "Key", "credential": credential})
        assert page.status_code == 200
    assert not Authenticator.objects.exists()


def _passkey(world: World) -> Authenticator:
    return Authenticator.objects.create(
        user=world.maya.user, type="webauthn", data={"name": "Phone", "credential": {}}
    )


def test_a_passkey_is_renamed_and_removed_by_its_owner_only(client: Client, world: World) -> None:
    key = _passkey(world)
    sign_in(client, "bikram@kettle.example")
    for page in ("name", "remove"):
        assert client.get(f"/me/security/passkey/{key.pk}/{page}/").status_code == 404
        assert client.post(f"/me/security/passkey/{key.pk}/{page}/").status_code == 404
    client.force_login(world.maya.user)
    for path, sent in (("name/", {"name": "Blue"}), ("remove/", {})):
        assert (
            "/me/again/" in client.post(f"/me/security/passkey/{key.pk}/{path}", sent)["Location"]
        )
    client.post("/me/again/", {"password": PASSWORD})
    client.post(f"/me/security/passkey/{key.pk}/name/", {"name": "Blue"})
    assert "Blue" in client.get("/me/security/").text
    assert "Remove the passkey “Blue”?" in client.get(f"/me/security/passkey/{key.pk}/remove/").text
    client.post(f"/me/security/passkey/{key.pk}/remove/")
    assert not Authenticator.objects.exists()
    assert verbs(world, "second_factor") == ["second_factor_removed"]


def test_who_has_no_second_step_reads_what_comes_before_codes(client: Client, world: World) -> None:
    sign_in(client)
    page = client.get("/me/security/codes/new/")
    assert "None is left." in page.text
    answer = client.post("/me/security/codes/new/")
    assert "Set up an app or a passkey first; the codes come with it." in answer.text
