"""Signing in by the user pool: whose account it opens, and to whom it says why not."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from typing import Any

import jwt
import pytest
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from cryptography.hazmat.primitives.asymmetric import rsa
from django.test import Client

from companies.models import AuditEvent, OutboxMessage, SignedInSession, User
from companies.scoping import no_scope
from tests import oidc_stand_in
from tests.attendance.world import World, make_world
from tests.oidc_stand_in import CLIENT, SECRET, Pool

pytestmark = pytest.mark.django_db
MAYA = "maya@kettle.example"
KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
OTHER_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def pool(settings: Any) -> Iterator[Pool]:
    with oidc_stand_in.standing() as found:
        public = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(KEY.public_key()))
        found.keys = {"keys": [public | {"kid": "1", "alg": "RS256", "use": "sig"}]}
        settings.MUSTER_COGNITO_ISSUER = found.issuer
        settings.MUSTER_COGNITO_CLIENT_ID = CLIENT
        settings.MUSTER_COGNITO_CLIENT_SECRET = SECRET
        settings.MUSTER_COGNITO_DOMAIN = found.url
        settings.PUBLIC_URL = "http://testserver"
        yield found


def _token(pool: Pool, key: Any = KEY, **claims: Any) -> str:
    now = int(time.time())
    found = {"iss": pool.issuer, "aud": CLIENT, "sub": "sub-maya", "iat": now, "exp": now + 300}
    found |= {"auth_time": now}
    found |= {"token_use": "id", "email": MAYA, "email_verified": True} | claims
    return jwt.encode(found, key, algorithm="RS256", headers={"kid": "1"})


def _sign_in(client: Client, pool: Pool, token: str = "", **posted: str) -> Any:
    """Go to the pool and come back with a code for this token; return Muster's answer."""
    there = client.post("/sign-in/pool/", posted)
    assert there.status_code == 302
    back = pool.code_for(there["Location"], token or _token(pool))
    return client.get("/sign-in/pool/callback/", back)


def _told(client: Client) -> str:
    """Return the sentence on the sign-in page, to which somebody was led back."""
    assert "_auth_user_id" not in client.session
    (message,) = [str(item) for item in client.get("/sign-in/").context["messages"]]
    return message


# --- whom it lets in ------------------------------------------------------------------------------
def test_a_confirmed_address_opens_its_account_and_is_linked_once(
    client: Client, world: World, pool: Pool
) -> None:
    answer = _sign_in(client, pool, next="/month/")
    assert (answer.status_code, answer["Location"]) == (302, "/month/")
    assert client.session["_auth_user_id"] == str(world.maya.user.pk)
    assert client.get("/").status_code == 200
    linked = SocialAccount.objects.get()
    assert (linked.user, linked.provider, linked.uid, linked.extra_data) == (
        world.maya.user, "cognito", "sub-maya", {},
    )  # fmt: skip
    assert SignedInSession.objects.filter(user=world.maya.user).count() == 1
    _sign_in(Client(), pool, _token(pool, email="maya@elsewhere.example"))
    with no_scope("test: what the audit says"):
        events = AuditEvent.objects.filter(verb="pool_linked")
        assert [(row.company, row.actor_name, row.channel) for row in events] == [
            (world.company, "Maya", "pool")
        ]
        mails = OutboxMessage.objects.filter(template="companies/email/sign_in_changed")
        assert [(row.to, row.values["verb"]) for row in mails] == [(MAYA, "pool_linked")]


def test_the_password_still_does_and_nothing_of_it_is_changed(
    client: Client, world: World, pool: Pool
) -> None:
    before = User.objects.get(pk=world.maya.user.pk).password
    _sign_in(client, pool)
    assert User.objects.get(pk=world.maya.user.pk).password == before


def test_the_address_is_compared_without_case(client: Client, world: World, pool: Pool) -> None:
    assert _sign_in(client, pool, _token(pool, email=MAYA.title()))["Location"] == "/"


def test_a_second_step_is_asked_for_whatever_the_pool_asked(
    client: Client, world: World, pool: Pool
) -> None:
    Authenticator.objects.create(
        user=world.maya.user, type=Authenticator.Type.TOTP, data={"secret": "x"}
    )
    assert _sign_in(client, pool)["Location"] == "/sign-in/second-step/"
    assert "_auth_user_id" not in client.session


# --- whom it does not -----------------------------------------------------------------------------
@pytest.mark.parametrize("said", [False, "false", None, 0, "yes"])
def test_nobody_takes_an_account_over_by_an_address_that_is_not_confirmed(
    client: Client, world: World, pool: Pool, said: Any
) -> None:
    answer = _sign_in(client, pool, _token(pool, email_verified=said))
    assert answer["Location"] == "/sign-in/"
    assert _told(client) == (
        "Your address is not confirmed at the sign-in service yet. Confirm it there, then sign in "
        "again."
    )
    assert not SocialAccount.objects.exists()


# PostgreSQL takes the first for a small I, the second for a small S, as many a database does.
@pytest.mark.parametrize("address", ["ma\u0131a@kettle.example", "ita@kettle.te\u017ft"])
def test_nobody_takes_an_account_over_by_an_address_that_only_looks_alike(
    client: Client, world: World, pool: Pool, address: str
) -> None:
    user = world.maya.user
    user.email = address.replace("\u0131", "i").replace("\u017f", "s")
    user.save(update_fields=["email"])
    _sign_in(client, pool, _token(pool, email=address))
    assert _told(client) == f"You are not in any company yet. Ask your HR to invite {address}."
    assert not SocialAccount.objects.exists()


def test_an_address_of_other_letters_opens_its_own_account(
    client: Client, world: World, pool: Pool
) -> None:
    user = world.maya.user
    user.email = "ma\u0131a@kettle.example"
    user.save(update_fields=["email"])
    assert _sign_in(client, pool, _token(pool, email=user.email))["Location"] == "/"


def test_an_unknown_address_is_told_whom_to_ask(client: Client, world: World, pool: Pool) -> None:
    _sign_in(client, pool, _token(pool, email="n@x.example"))
    assert _told(client) == "You are not in any company yet. Ask your HR to invite n@x.example."
    assert not User.objects.filter(email="n@x.example").exists()


def test_an_account_that_was_switched_off_stays_so(
    client: Client, world: World, pool: Pool
) -> None:
    _sign_in(client, pool)
    User.objects.filter(pk=world.maya.user.pk).update(is_active=False)
    another = Client()
    _sign_in(another, pool)
    assert _told(another) == "This account is closed. Ask your HR to open it again."


def test_another_account_of_the_pool_does_not_open_it_too(
    client: Client, world: World, pool: Pool
) -> None:
    _sign_in(client, pool)
    another = Client()
    _sign_in(another, pool, _token(pool, sub="sub-somebody"))
    assert _told(another) == (
        "Another account of the sign-in service belongs to this address already. Ask your HR to "
        "reset your sign-in."
    )


@pytest.mark.parametrize(
    "claims",
    [{"key": OTHER_KEY}, {"aud": "another-client"}, {"iss": "https://x.example"}, {"exp": 1}],
)
def test_a_token_that_is_not_the_pools_for_muster_opens_nothing(
    client: Client, world: World, pool: Pool, claims: dict[str, Any]
) -> None:
    _sign_in(client, pool, _token(pool, **claims))
    assert _told(client) == "The sign-in service did not let you in. Try it once more."
    assert not SocialAccount.objects.exists()


@pytest.mark.parametrize("query", [{}, {"code": "code-0"}, {"state": "made-up", "code": "code-0"}])
def test_an_answer_that_nobody_asked_for_opens_nothing(
    client: Client, world: World, pool: Pool, query: dict[str, str]
) -> None:
    client.get("/sign-in/pool/callback/", query)
    assert _told(client) == "The sign-in service did not let you in. Try it once more."


def test_a_code_works_once_and_for_who_asked(client: Client, world: World, pool: Pool) -> None:
    there = client.post("/sign-in/pool/")["Location"]
    back = pool.code_for(there, _token(pool))
    thief = Client()
    thief.get("/sign-in/pool/callback/", back)
    assert "_auth_user_id" not in thief.session
    assert client.get("/sign-in/pool/callback/", back)["Location"] == "/"


def test_whoever_turns_back_at_the_pool_is_led_to_the_sign_in_page(
    client: Client, world: World, pool: Pool
) -> None:
    there = client.post("/sign-in/pool/")["Location"]
    state = pool.code_for(there, "x")["state"]
    answer = client.get("/sign-in/pool/callback/", {"error": "access_denied", "state": state})
    assert answer["Location"] == "/sign-in/"


def test_a_pool_that_does_not_answer_is_told(client: Client, world: World, pool: Pool) -> None:
    pool.is_down = True
    assert client.post("/sign-in/pool/")["Location"] == "/sign-in/"
    assert _told(client) == (
        "The sign-in service does not answer. Try again, or sign in with your password."
    )


def test_the_way_back_leads_nowhere_else(client: Client, world: World, pool: Pool) -> None:
    assert _sign_in(client, pool, next="https://evil.example/")["Location"] == "/"


# --- showing once more who one is -----------------------------------------------------------------
def test_who_has_no_password_shows_it_by_the_pool(client: Client, world: World, pool: Pool) -> None:
    user = world.maya.user
    user.set_unusable_password()
    user.save(update_fields=["password"])
    _sign_in(client, pool)
    assert client.get("/me/security/app/").status_code == 200
    session = client.session
    for record in session["account_authentication_methods"]:
        record["at"] -= 301
    session.save()
    answer = client.get("/me/security/app/")
    assert answer["Location"] == "/me/again/pool/?next=%2Fme%2Fsecurity%2Fapp%2F"
    page = client.get(answer["Location"])
    assert "Sign in once more with your company account" in page.text
    there = client.post("/sign-in/pool/", {"again": "1", "next": "/me/security/app/"})["Location"]
    assert "prompt=login" in there
    back = client.get("/sign-in/pool/callback/", pool.code_for(there, _token(pool)))
    assert back["Location"] == "/me/security/app/"
    assert client.get("/me/security/app/").status_code == 200


@pytest.mark.parametrize("said", [{"auth_time": 0}, {"auth_time": "x"}, {"auth_time": None}])
def test_a_pool_that_asked_for_nothing_shows_nobody_anew(
    client: Client, world: World, pool: Pool, said: dict[str, Any]
) -> None:
    user = world.maya.user
    user.set_unusable_password()
    user.save(update_fields=["password"])
    # Who finds a browser open comes back from there without a password: it knows them still.
    assert _sign_in(client, pool, _token(pool, **said))["Location"] == "/"
    assert client.get("/").status_code == 200
    answer = client.get("/me/security/app/")
    assert answer["Location"] == "/me/again/pool/?next=%2Fme%2Fsecurity%2Fapp%2F"


# --- where there is no pool -----------------------------------------------------------------------
def test_without_a_pool_there_is_no_button_and_no_such_page(client: Client, world: World) -> None:
    assert "company account" not in client.get("/sign-in/").text
    assert client.post("/sign-in/pool/").status_code == 404
    assert client.get("/sign-in/pool/callback/").status_code == 404
    client.force_login(world.maya.user)
    assert client.get("/me/again/pool/").status_code == 404


def test_with_a_pool_there_is_a_button(client: Client, world: World, pool: Pool) -> None:
    page = client.get("/sign-in/?next=/month/").text
    assert "Sign in with your company account" in page
