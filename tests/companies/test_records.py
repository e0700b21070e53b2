"""Whoever has left asks for their records: once, with a limit; HR answers; they take the file."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from companies import permissions, selectors, services
from companies.actor import Actor, job_actor
from companies.enums import Role
from companies.errors import (
    InvalidTransition,
    NotAllowed,
    ReasonMissing,
    RecordsClosed,
    TooMany,
)
from companies.models import AuditEvent, Employee, OutboxMessage, RecordsRequest, RoleGrant
from companies.scoping import company_scope
from tests.attendance.world import World, at

pytestmark = pytest.mark.django_db
NOON = "2026-03-04 12:00"
LAST_DAY = dt.date(2026, 3, 1)


@pytest.fixture(autouse=True)
def noon() -> Iterator[Any]:
    with time_machine.travel(at(NOON), tick=False) as traveller:
        yield traveller


@pytest.fixture
def kettle(world: World) -> Iterator[World]:
    """Maya has left."""
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=LAST_DAY)
        yield world


def _maya(world: World) -> Actor:
    return Actor(
        kind=world.hr.kind, id=str(world.maya.user.public_id), name="Maya", user=world.maya.user,
        company=world.company,
    )  # fmt: skip


def _ask(world: World, **columns: Any) -> RecordsRequest:
    return services.records_ask(company=world.company, **{"by": _maya(world)} | columns)


# --- where one no longer works --------------------------------------------------------------------
def test_former_companies_are_those_that_are_entered_no_more(kettle: World, other: World) -> None:
    user, now = kettle.maya.user, at(NOON)
    (found,) = selectors.former_companies(user, now=now)
    assert (found.company, found.last_day, found.latest) == (kettle.company, LAST_DAY, None)
    assert selectors.former_companies(kettle.bikram.user, now=now) == []
    with company_scope(other.company):
        Employee.objects.create(
            company=other.company, user=user, code="m", name="Maya", joined_on=LAST_DAY,
            is_active=False,
        )  # fmt: skip
    assert [(item.company.code, item.last_day) for item in selectors.former_companies(
        user, now=now)] == [("kettle", LAST_DAY), ("other", None)]  # fmt: skip


def test_who_came_back_or_audits_there_has_not_left(kettle: World) -> None:
    user, now = kettle.maya.user, at(NOON)
    RoleGrant.objects.create(
        company=kettle.company, user=user, role=Role.AUDITOR, starts_on=dt.date(2026, 3, 2)
    )
    assert selectors.former_companies(user, now=now) == []


# --- asking -----------------------------------------------------------------------------------
def test_asking_is_told_to_hr(kettle: World) -> None:
    asked = _ask(kettle, note="  for my taxes ")
    assert (asked.outcome, asked.note, asked.available_until) == ("", "for my taxes", None)
    assert AuditEvent.objects.get(verb="records_requested").actor_name == "Maya"
    mail = OutboxMessage.objects.get(template="companies/email/records_asked")
    assert (mail.to, mail.values["person"]) == ("hari@kettle.example", "Maya")


def test_a_double_tap_asks_once(kettle: World) -> None:
    assert _ask(kettle).pk == _ask(kettle).pk
    assert AuditEvent.objects.filter(verb="records_requested").count() == 1


def test_two_at_once_ask_once(world: World, together: Any) -> None:
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=LAST_DAY)
    actor = _maya(world)

    def ask() -> Any:
        return services.records_ask(company=world.company, by=actor)

    first, second = together(ask, ask)
    assert first.pk == second.pk


def test_three_a_week_are_enough(kettle: World, noon: Any) -> None:
    for _n in range(3):
        services.records_decide(request=_ask(kettle), is_approved=False, reason="no", by=kettle.hr)
    with pytest.raises(TooMany):
        _ask(kettle)
    noon.move_to(at("2026-03-12 12:00"))
    assert _ask(kettle).pk


def test_only_who_has_left_asks(kettle: World, other: World) -> None:
    actors = {
        "works here": kettle.actor(kettle.bikram),
        "a stranger": other.actor(other.maya),
        "a job": job_actor("sweep", kettle.company),
    }
    for actor in actors.values():
        with pytest.raises(NotAllowed):
            _ask(kettle, by=actor)
    assert not RecordsRequest.objects.exists()


# --- answering ----------------------------------------------------------------------------------
def test_approved_it_is_open_for_two_weeks(kettle: World, noon: Any) -> None:
    asked = services.records_decide(request=_ask(kettle), is_approved=True, by=kettle.hr)
    assert asked.available_until == at("2026-03-18 12:00")
    mail = OutboxMessage.objects.get(template="companies/email/records_decided")
    assert (mail.to, mail.values["until"]) == ("maya@kettle.example", "Wed, 18 March 2026")
    services.records_take(request=asked, by=_maya(kettle))
    assert AuditEvent.objects.get(verb="records_taken").actor_name == "Maya"
    noon.move_to(at("2026-03-18 12:00"))
    with pytest.raises(RecordsClosed):
        services.records_take(request=asked, by=_maya(kettle))


def test_a_refusal_has_a_reason_that_the_person_reads(kettle: World) -> None:
    asked = _ask(kettle)
    with pytest.raises(ReasonMissing):
        services.records_decide(request=asked, is_approved=False, reason=" ", by=kettle.hr)
    refused = services.records_decide(
        request=asked, is_approved=False, reason="you have them", by=kettle.hr
    )
    mail = OutboxMessage.objects.get(template="companies/email/records_decided")
    assert (mail.values["is_approved"], mail.values["reason"], mail.values["until"]) == (
        False, "you have them", "",
    )  # fmt: skip
    with pytest.raises(InvalidTransition):
        services.records_decide(request=refused, is_approved=True, by=kettle.hr)
    with pytest.raises(RecordsClosed):
        services.records_take(request=refused, by=_maya(kettle))


def test_who_has_no_address_is_not_mailed(kettle: World) -> None:
    kettle.maya.user.email = None
    kettle.maya.user.save(update_fields=["email"])
    services.records_decide(request=_ask(kettle), is_approved=True, by=kettle.hr)
    assert not OutboxMessage.objects.filter(template__endswith="records_decided").exists()


def test_who_may_answer(kettle: World, other: World) -> None:
    asked = _ask(kettle)
    actors = {
        "HR": (kettle.hr, True),
        "company admin": (kettle.actor(kettle.hari, Role.COMPANY_ADMIN), True),
        "auditor": (kettle.actor(kettle.bikram, Role.AUDITOR), False),
        "manager": (kettle.actor(kettle.bikram, Role.MANAGER), False),
        "the person": (_maya(kettle), False),
        "the person, HR once": (kettle.actor(kettle.maya, Role.HR), False),
        "HR elsewhere": (other.hr, False),
        "a job": (job_actor("sweep", kettle.company), False),
    }
    found = {
        name: permissions.can_decide_records(actor, asked) for name, (actor, _may) in actors.items()
    }
    assert found == {name: may for name, (_actor, may) in actors.items()}
    for actor, may in actors.values():
        if not may:
            with pytest.raises(NotAllowed):
                services.records_decide(request=asked, is_approved=True, by=actor)


def test_nobody_takes_anothers_file_and_six_an_hour_are_enough(kettle: World) -> None:
    asked = services.records_decide(request=_ask(kettle), is_approved=True, by=kettle.hr)
    for actor in (kettle.hr, job_actor("sweep")):
        with pytest.raises(NotAllowed):
            services.records_take(request=asked, by=actor)
    for _n in range(6):
        services.records_take(request=asked, by=_maya(kettle))
    with pytest.raises(TooMany):
        services.records_take(request=asked, by=_maya(kettle))
