"""An operator is let in for hours, by somebody of the company only, and every look is told."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest
import time_machine

from companies import permissions, selectors, services
from companies.actor import Actor, job_actor
from companies.enums import ActorKind, Role
from companies.errors import (
    InvalidTransition,
    MusterError,
    NoSuchOperator,
    NotAllowed,
    ReasonMissing,
    SupportTooLong,
    TooMany,
)
from companies.models import AuditEvent, OperatorGrant, OutboxMessage, SupportGrant
from companies.scoping import company_scope
from tests.attendance.world import World, at

pytestmark = pytest.mark.django_db
NOON = "2026-03-04 12:00"


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture
def otto(db: None) -> Actor:
    grant = services.operator_create(name="Otto", email="otto@m.example", by=job_actor("test"))
    return Actor(
        kind=ActorKind.PLATFORM, id=str(grant.user.public_id), name="Otto", user=grant.user
    )


@pytest.fixture
def kettle(world: World) -> Iterator[World]:
    with company_scope(world.company):
        yield world


def _ask(world: World, by: Actor, **columns: Any) -> SupportGrant:
    wanted: dict[str, Any] = {"reason": "a wrong total", "minutes": 60} | columns
    return services.support_ask(company=world.company, by=by, **wanted)


def _verbs() -> list[str]:
    events = AuditEvent.objects.filter(verb__startswith="support_").order_by("pk")
    return list(events.values_list("verb", flat=True))


def test_asking_is_told_to_hr_and_lets_nobody_in(kettle: World, otto: Actor) -> None:
    asked = _ask(kettle, otto, reason="  a wrong total ")
    assert (asked.outcome, asked.starts_at, asked.reason) == ("", None, "a wrong total")
    assert selectors.support_held(otto.user, str(asked.public_id), now=at(NOON)) is None
    event = AuditEvent.objects.get(verb="support_asked")
    assert (event.company, event.actor_kind, event.actor_name) == (
        kettle.company, "platform", "Otto",
    )  # fmt: skip
    mail = OutboxMessage.objects.get(template="companies/email/support_asked")
    assert (mail.to, mail.values["operator"]) == ("hari@kettle.example", "Otto")


def test_a_double_tap_asks_once(kettle: World, otto: Actor) -> None:
    assert _ask(kettle, otto).pk == _ask(kettle, otto, minutes=30).pk
    assert _verbs() == ["support_asked"]


def test_who_is_refused_again_and_again_is_held_off(kettle: World, otto: Actor) -> None:
    for _n in range(6):
        services.support_decide(grant=_ask(kettle, otto), is_approved=False, by=kettle.hr)
    with pytest.raises(TooMany):
        _ask(kettle, otto)


def test_approved_it_holds_for_its_time_and_ends_by_itself(
    kettle: World, otto: Actor, noon: Any
) -> None:
    asked = _ask(kettle, otto)
    noon.move_to(at("2026-03-04 13:00"))
    services.support_decide(grant=asked, is_approved=True, by=kettle.hr)
    key = str(asked.public_id)
    for when, holds in (("13:00", True), ("13:59", True), ("14:00", False), ("12:59", False)):
        held = selectors.support_held(otto.user, key, now=at(f"2026-03-04 {when}"))
        assert (held is not None) is holds, when
    assert selectors.support_now(now=at("2026-03-04 13:30")).count() == 1
    assert selectors.support_now(now=at("2026-03-04 14:30")).count() == 0
    mail = OutboxMessage.objects.get(template="companies/email/support_decided")
    assert (mail.to, mail.values["is_approved"]) == ("otto@m.example", True)


def test_it_ends_at_once_for_whoever_is_no_operator_any_more(kettle: World, otto: Actor) -> None:
    asked = _ask(kettle, otto)
    services.support_decide(grant=asked, is_approved=True, by=kettle.hr)
    OperatorGrant.objects.update(ends_on=at("2026-03-01 12:00").date())
    assert selectors.support_held(otto.user, str(asked.public_id), now=at(NOON)) is None


@pytest.mark.parametrize("key", ["x", "6f1c9f5e-0c8e-4f0a-9a51-0d2a7b1c0001"])
def test_what_was_never_asked_holds_nothing(kettle: World, otto: Actor, key: str) -> None:
    assert selectors.support_held(otto.user, key, now=at(NOON)) is None


def test_nobody_uses_anothers_access(kettle: World, otto: Actor) -> None:
    asked = _ask(kettle, otto)
    services.support_decide(grant=asked, is_approved=True, by=kettle.hr)
    grant = services.operator_create(name="Ada", email="ada@m.example", by=job_actor("test"))
    assert selectors.support_held(grant.user, str(asked.public_id), now=at(NOON)) is None


def test_refused_it_lets_nobody_in_and_is_decided_once(kettle: World, otto: Actor) -> None:
    asked = _ask(kettle, otto)
    services.support_decide(grant=asked, is_approved=False, reason=" not now ", by=kettle.hr)
    assert AuditEvent.objects.get(verb="support_refused").reason == "not now"
    for answer in (True, False):
        with pytest.raises(InvalidTransition):
            services.support_decide(grant=asked, is_approved=answer, by=kettle.hr)
    assert selectors.support_held(otto.user, str(asked.public_id), now=at(NOON)) is None


@pytest.mark.parametrize("who", ["company", "operator"])
def test_either_side_ends_it_once(kettle: World, otto: Actor, who: str) -> None:
    asked = _ask(kettle, otto)
    services.support_decide(grant=asked, is_approved=True, by=kettle.hr)
    for _n in range(2):
        services.support_end(grant=asked, by=kettle.hr if who == "company" else otto)
    assert _verbs() == ["support_asked", "support_approved", "support_ended"]
    assert selectors.support_held(otto.user, str(asked.public_id), now=at(NOON)) is None


def test_the_company_lets_in_who_did_not_ask(kettle: World, otto: Actor) -> None:
    given = services.support_give(
        email=" OTTO@m.example ", reason="a call", minutes=30, by=kettle.hr
    )
    assert selectors.support_held(otto.user, str(given.public_id), now=at(NOON)) == given
    assert given.ends_at == at("2026-03-04 12:30")
    assert _verbs() == ["support_approved"]


@pytest.mark.parametrize("email", ["nobody@m.example", "maya@kettle.example"])
def test_nobody_else_is_let_in(kettle: World, otto: Actor, email: str) -> None:
    with pytest.raises(NoSuchOperator):
        services.support_give(email=email, reason="a call", minutes=30, by=kettle.hr)


def test_hr_who_runs_the_platform_lets_nobody_in_for_themselves(kettle: World) -> None:
    services.operator_create(name="Hari", email="hari@kettle.example", by=job_actor("test"))
    hari = replace(kettle.hr, kind=ActorKind.PLATFORM, company=None, employee=None,
                   roles=frozenset())  # fmt: skip
    asked = _ask(kettle, hari)
    assert not permissions.can_decide_support(kettle.hr, asked)
    with pytest.raises(NotAllowed):
        services.support_decide(grant=asked, is_approved=True, by=kettle.hr)
    with pytest.raises(NoSuchOperator):
        services.support_give(
            email="hari@kettle.example", reason="a call", minutes=30, by=kettle.hr
        )


@pytest.mark.parametrize(
    ("columns", "error"),
    [
        ({"reason": " "}, ReasonMissing),
        ({"minutes": 0}, SupportTooLong),
        ({"minutes": 481}, SupportTooLong),
    ],
)
def test_what_cannot_be_asked(
    kettle: World, otto: Actor, columns: dict[str, Any], error: type[MusterError]
) -> None:
    with pytest.raises(error):
        _ask(kettle, otto, **columns)
    with pytest.raises(error):
        services.support_give(
            **{"email": "otto@m.example", "reason": "r", "minutes": 60, "by": kettle.hr} | columns
        )
    assert not SupportGrant.objects.exists()


def test_who_may_ask_answer_and_end(kettle: World, other: World, otto: Actor) -> None:
    asked = _ask(kettle, otto)
    actors = {
        "operator": otto,
        "HR": kettle.hr,
        "company admin": kettle.actor(kettle.hari, Role.COMPANY_ADMIN),
        "auditor": kettle.actor(kettle.bikram, Role.AUDITOR),
        "employee": kettle.actor(kettle.maya),
        "HR elsewhere": other.hr,
        "job": job_actor("sweep", kettle.company),
    }
    found = {
        name: (
            permissions.can_ask_support(actor),
            permissions.can_decide_support(actor, asked),
            permissions.can_end_support(actor, asked),
        )
        for name, actor in actors.items()
    }
    no = (False, False, False)
    assert found == {
        "operator": (True, False, True),
        "HR": (False, True, True),
        "company admin": (False, True, True),
        "auditor": no,
        "employee": no,
        "HR elsewhere": no,
        "job": no,
    }
    for name in ("auditor", "employee", "HR elsewhere", "job"):
        actor = actors[name]
        for call in (
            lambda actor=actor: _ask(kettle, actor),
            lambda actor=actor: services.support_decide(grant=asked, is_approved=True, by=actor),
            lambda actor=actor: services.support_end(grant=asked, by=actor),
        ):
            with pytest.raises(NotAllowed):
                call()
    for name in ("operator", "auditor", "employee"):
        with pytest.raises(NotAllowed):
            services.support_give(email="otto@m.example", reason="r", minutes=5, by=actors[name])


def test_a_look_is_told_once_a_page_and_minute(kettle: World, otto: Actor, noon: Any) -> None:
    asked = _ask(kettle, otto)
    for moment, page in (
        ("12:00:00", "/admin/"), ("12:00:30", "/admin/"), ("12:00:40", "/admin/x/"),
        ("12:01:05", "/admin/"),
    ):  # fmt: skip
        noon.move_to(at(f"2026-03-04 {moment}"))
        services.support_look(grant=asked, page=page, by=otto)
    looks = AuditEvent.objects.filter(verb="support_looked").order_by("pk")
    assert [event.changes["page"][1] for event in looks] == ["/admin/", "/admin/x/", "/admin/"]
    assert {event.reason for event in looks} == {"a wrong total"}
