"""Signing in with tokens that a user pool's own keys have signed.

moto signs up, confirms, and hands out tokens for a password; it has no hosted pages and fires no
trigger. `tests.oidc_stand_in` stands in for the pages and the token address, and the trigger is
handed its event as Lambda would.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.test import Client

from companies.errors import PoolNotInvited
from portal import cognito, events
from tests import oidc_stand_in
from tests.attendance.world import World, make_world
from tests.oidc_stand_in import SECRET, Pool
from tests.prove.conftest import REGION

pytestmark = pytest.mark.django_db
MAYA, PASSWORD = "maya@kettle.example", "A-kettle-of-tea-1"


@pytest.fixture
def world() -> World:
    return make_world()


@pytest.fixture
def user_pool(boto: Callable[[str], Any]) -> dict[str, str]:
    """A user pool of moto, with a client of it."""
    idp = boto("cognito-idp")
    pool = idp.create_user_pool(
        PoolName="muster-test", AutoVerifiedAttributes=["email"], UsernameAttributes=["email"]
    )["UserPool"]["Id"]
    client = idp.create_user_pool_client(
        UserPoolId=pool,
        ClientName="muster",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        # moto writes no other attributes into a token; Cognito writes both by the scope `email`.
        ReadAttributes=["email", "email_verified"],
    )["UserPoolClient"]["ClientId"]
    return {"pool": pool, "client": client}


@pytest.fixture
def pages(
    user_pool: dict[str, str], moto_url: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Pool]:
    """The pool's pages, which say that its tokens are AWS's and its keys are at moto."""
    issuer = f"https://cognito-idp.{REGION}.amazonaws.com/{user_pool['pool']}"
    keys = f"{moto_url}/{user_pool['pool']}/.well-known/jwks.json"
    monkeypatch.setattr(oidc_stand_in, "CLIENT", user_pool["client"])
    with oidc_stand_in.standing(issuer, keys) as found:
        settings.MUSTER_COGNITO_ISSUER = issuer
        settings.MUSTER_COGNITO_CLIENT_ID = user_pool["client"]
        settings.MUSTER_COGNITO_CLIENT_SECRET = SECRET
        settings.MUSTER_COGNITO_DOMAIN = found.url
        settings.PUBLIC_URL = "http://testserver"
        # Where the issuer's own address would tell the rest; AWS's is not reached from here.
        at_hand = f"{found.url}/.well-known/openid-configuration"
        monkeypatch.setattr(cognito.PoolProvider, "server_url", at_hand)
        yield found


def _signed_up(boto: Callable[[str], Any], user_pool: dict[str, str], address: str) -> None:
    """Sign up as Cognito does: its trigger is asked first, then the address is confirmed."""
    event = {
        "triggerSource": "PreSignUp_SignUp",
        "userPoolId": user_pool["pool"],
        "request": {"userAttributes": {"email": address}},
        "response": {},
    }
    events.handler_of(event)(event, None)
    idp = boto("cognito-idp")
    idp.sign_up(
        ClientId=user_pool["client"], Username=address, Password=PASSWORD,
        UserAttributes=[{"Name": "email", "Value": address}],
    )  # fmt: skip
    idp.admin_confirm_sign_up(UserPoolId=user_pool["pool"], Username=address)


def _confirm(boto: Callable[[str], Any], user_pool: dict[str, str], said: str) -> None:
    boto("cognito-idp").admin_update_user_attributes(
        UserPoolId=user_pool["pool"], Username=MAYA,
        UserAttributes=[{"Name": "email_verified", "Value": said}],
    )  # fmt: skip


def _token(boto: Callable[[str], Any], user_pool: dict[str, str]) -> str:
    """Return the identity token that the pool signs for a password."""
    answer = boto("cognito-idp").initiate_auth(
        ClientId=user_pool["client"], AuthFlow="USER_PASSWORD_AUTH",
        AuthParameters={"USERNAME": MAYA, "PASSWORD": PASSWORD},
    )  # fmt: skip
    return str(answer["AuthenticationResult"]["IdToken"])


def _come_in(client: Client, pages: Pool, token: str) -> Any:
    there = client.post("/sign-in/pool/")["Location"]
    return client.get("/sign-in/pool/callback/", pages.code_for(there, token))


def test_an_invited_person_signs_up_confirms_and_comes_in(
    world: World, boto: Callable[[str], Any], user_pool: dict[str, str], pages: Pool, client: Client
) -> None:
    _signed_up(boto, user_pool, MAYA)
    _confirm(boto, user_pool, "true")
    answer = _come_in(client, pages, _token(boto, user_pool))
    assert answer["Location"] == "/"
    assert client.session["_auth_user_id"] == str(world.maya.user.pk)
    assert SocialAccount.objects.get().user == world.maya.user


@pytest.mark.parametrize("said", ["false", None])
def test_an_address_that_the_pool_has_not_confirmed_opens_nothing(
    world: World, boto: Callable[[str], Any], user_pool: dict[str, str], pages: Pool,
    client: Client, said: str | None,
) -> None:  # fmt: skip
    _signed_up(boto, user_pool, MAYA)
    if said is not None:
        _confirm(boto, user_pool, said)
    assert _come_in(client, pages, _token(boto, user_pool))["Location"] == "/sign-in/"
    assert "_auth_user_id" not in client.session


def test_a_token_of_another_pool_opens_nothing(
    world: World, boto: Callable[[str], Any], user_pool: dict[str, str], pages: Pool, client: Client
) -> None:
    idp = boto("cognito-idp")
    other = {"pool": idp.create_user_pool(PoolName="other")["UserPool"]["Id"]}
    other["client"] = idp.create_user_pool_client(
        UserPoolId=other["pool"],
        ClientName="o",
        ExplicitAuthFlows=["ALLOW_USER_PASSWORD_AUTH"],
        ReadAttributes=["email", "email_verified"],
    )["UserPoolClient"]["ClientId"]
    _signed_up(boto, other, MAYA)
    _confirm(boto, other, "true")
    assert _come_in(client, pages, _token(boto, other))["Location"] == "/sign-in/"
    assert "_auth_user_id" not in client.session


def test_a_stranger_is_not_signed_up(
    world: World, boto: Callable[[str], Any], user_pool: dict[str, str]
) -> None:
    with pytest.raises(PoolNotInvited, match="Only invited people sign up here."):
        _signed_up(boto, user_pool, "n@x.example")
    assert boto("cognito-idp").list_users(UserPoolId=user_pool["pool"])["Users"] == []
