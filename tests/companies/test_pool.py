"""Who may sign up at the user pool, and whose mail domain is whose."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest
from allauth.socialaccount.models import SocialAccount
from django.core.exceptions import ValidationError

from companies import selectors, services
from companies.actor import Actor, job_actor
from companies.enums import ActorKind
from companies.errors import (
    DomainTaken,
    InvalidTransition,
    MusterError,
    NotAllowed,
    PoolCannotLook,
    PoolNobody,
    PoolNotInvited,
)
from companies.models import CompanyDomain, Employee, OutboxMessage, User
from companies.scoping import company_scope, no_scope
from companies.services.pool import pool_forget
from portal import events
from tests.attendance.world import World, at, make_world
from tests.journal import records_away

NOW = at("2026-03-02 09:00")
PLATFORM = Actor(kind=ActorKind.PLATFORM, id="operator", name="Olga")


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def _domain(world: World, name: str = "kettle.example", *, is_confirmed: bool = True) -> Any:
    with company_scope(world.company):
        row = services.domain_ask(domain=name, by=world.hr, now=NOW)
        if is_confirmed:
            services.domain_confirm(row=row, by=PLATFORM, now=NOW)
        return CompanyDomain.objects.get(pk=row.pk)


def _admits(address: str) -> bool:
    try:
        services.pool_admit(address=address, now=NOW)
    except PoolNotInvited:
        return False
    return True


# --- domains --------------------------------------------------------------------------------------
def test_a_domain_counts_once_the_operator_has_seen_its_record(world: World) -> None:
    row = _domain(world, " Kettle.Example ", is_confirmed=False)
    assert (row.domain, row.record_name, row.record_value) == (
        "kettle.example", "_muster.kettle.example", f"muster-domain={row.token}",
    )  # fmt: skip
    assert len(row.token) == 32
    assert selectors.company_of_domain("new@kettle.example") is None
    with company_scope(world.company):
        services.domain_confirm(row=row, by=PLATFORM, now=NOW)
        with pytest.raises(InvalidTransition):
            services.domain_confirm(row=row, by=PLATFORM, now=NOW)
    assert selectors.company_of_domain("New@KETTLE.example") == world.company
    assert selectors.company_of_domain("new@sub.kettle.example") is None


@pytest.mark.parametrize(
    "name", ["", "kettle", "kettle.example.", "@kettle.example", "a b.example", "käse.example",
             "-a.example", f"{'a' * 64}.example", f"{'a.' * 130}example"],
)  # fmt: skip
def test_what_is_no_domain_is_refused(world: World, name: str) -> None:
    with company_scope(world.company), pytest.raises(ValidationError) as refused:
        services.domain_ask(domain=name, by=world.hr, now=NOW)
    assert list(refused.value.message_dict) == ["domain"]


def test_a_domain_is_named_once_by_a_company(world: World) -> None:
    _domain(world)
    with pytest.raises(ValidationError, match="stands there already"):
        _domain(world)


def test_a_domain_belongs_to_one_company_alone(world: World) -> None:
    _domain(world)
    other = make_world(code="other")
    with pytest.raises(DomainTaken):
        _domain(other)


def test_only_hr_names_and_removes_and_only_the_platform_confirms(world: World) -> None:
    row = _domain(world, is_confirmed=False)
    nobody = replace(world.hr, roles=frozenset())
    with company_scope(world.company):
        with pytest.raises(NotAllowed):
            services.domain_ask(domain="b.example", by=nobody, now=NOW)
        with pytest.raises(NotAllowed):
            services.domain_ask(domain="b.example", by=job_actor("x"), now=NOW)
        with pytest.raises(NotAllowed):
            services.domain_confirm(row=row, by=world.hr, now=NOW)
        with pytest.raises(NotAllowed):
            services.domain_remove(row=row, by=nobody)
        services.domain_remove(row=row, by=world.hr)
        assert not CompanyDomain.objects.exists()


# --- signing up -----------------------------------------------------------------------------------
def test_who_has_an_account_or_works_here_may_sign_up(world: World) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(user=None, email="b@home.example")
    assert _admits("maya@kettle.example")
    assert _admits(" Maya@Kettle.EXAMPLE ")
    assert _admits("B@home.example")


def test_strangers_and_who_has_left_or_is_switched_off_may_not(world: World) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.bikram.pk).update(
            user=None, email="b@home.example", left_on=NOW.date() - dt.timedelta(days=3)
        )
    User.objects.filter(pk=world.maya.user.pk).update(is_active=False)
    addresses = ("n@x.example", "b@home.example", "maya@kettle.example", "kettle.example", "", "@")
    assert [_admits(address) for address in addresses] == [False] * 6


def test_an_address_of_a_confirmed_domain_may_sign_up(world: World) -> None:
    _domain(world, is_confirmed=False)
    _domain(world, "loom.example")
    assert [_admits(a) for a in ("n@kettle.example", "n@loom.example", "n@not-loom.example")] == [
        False,
        True,
        False,
    ]


# --- signing in -----------------------------------------------------------------------------------
def _sign_in(address: str, subject: str = "sub-1") -> User:
    return services.pool_sign_in(subject=subject, address=address, is_confirmed=True, now=NOW)


def test_who_signed_up_by_a_domain_is_nobody_yet_and_hr_is_told_once(world: World) -> None:
    _domain(world)
    for _n in range(2):
        with pytest.raises(PoolNobody):
            _sign_in("New.One@kettle.example")
    with pytest.raises(PoolNobody):
        _sign_in("n@x.example", "sub-2")
    assert not SocialAccount.objects.exists()
    with no_scope("test: whom a mail went to"):
        mails = OutboxMessage.objects.filter(template="companies/email/pool_newcomer")
        assert [(mail.company, mail.to, mail.values["address"]) for mail in mails] == [
            (world.company, world.hari.user.email, "New.One@kettle.example")
        ]


def test_hr_without_an_address_is_told_nothing(world: World) -> None:
    _domain(world)
    User.objects.filter(pk=world.hari.user.pk).update(email=None)
    with pytest.raises(PoolNobody):
        _sign_in("new@kettle.example")
    with no_scope("test: whom a mail went to"):
        assert not OutboxMessage.objects.filter(template="companies/email/pool_newcomer").exists()


def test_a_link_is_taken_back_with_the_address_or_by_a_reset(world: World) -> None:
    user = _sign_in("maya@kettle.example")
    assert (user, selectors.has_pool_account(user)) == (world.maya.user, True)
    pool_forget(user)
    assert not selectors.has_pool_account(user)
    assert _sign_in("maya@kettle.example", "sub-2") == world.maya.user


# --- the trigger ----------------------------------------------------------------------------------
def _event(source: str, **attributes: str) -> dict[str, Any]:
    return {
        "version": "1", "triggerSource": source, "region": "eu-central-1",
        "userPoolId": "eu-central-1_x", "userName": "maya",
        "callerContext": {"awsSdkVersion": "1", "clientId": "c"},
        "request": {"userAttributes": attributes, "validationData": None},
        "response": {"autoConfirmUser": False, "autoVerifyEmail": False,
                     "autoVerifyPhone": False},
    }  # fmt: skip


SOURCES = ["PreSignUp_SignUp", "PreSignUp_ExternalProvider", "PreSignUp_AdminCreateUser"]


@pytest.mark.parametrize("source", SOURCES)
def test_the_trigger_returns_the_event_as_it_came(world: World, source: str) -> None:
    event = _event(source, email="maya@kettle.example")
    assert events.handler_of(event)(event, None) == _event(source, email="maya@kettle.example")


@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("attributes", [{"email": "n@x.example"}, {"name": "Maya"}])
def test_the_trigger_says_why_it_admits_somebody_not(
    world: World, source: str, attributes: dict[str, str]
) -> None:
    """Cognito shows the error's text to whoever signs up."""
    event = _event(source, **attributes)
    with pytest.raises(MusterError) as refused:
        events.handler_of(event)(event, None)
    assert str(refused.value) == (
        "Only invited people sign up here. Ask your HR to invite this address, then try again."
    )


def test_the_trigger_tells_strangers_nothing_of_our_machines(world: World) -> None:
    event = _event("PreSignUp_SignUp", email="maya@kettle.example")
    with records_away(), pytest.raises(PoolCannotLook) as refused:
        events.handler_of(event)(event, None)
    assert str(refused.value) == ("We cannot look up your address just now. Try again in a moment.")
    assert (refused.value.__cause__, refused.value.__suppress_context__) == (None, True)


def test_a_trigger_that_nobody_takes_is_an_error() -> None:
    with pytest.raises(events.Unroutable, match="PostConfirmation"):
        events.handler_of(_event("PostConfirmation_ConfirmSignUp"))
