"""Decisions about punches and months: with a reason, once, never about one's own."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine

from attendance.enums import EntryKind
from attendance.errors import (
    AlreadyDecided,
    OwnPunch,
)
from attendance.models import (
    AttendanceDay,
    Punch,
    PunchEntry,
    PunchState,
)
from attendance.services import decisions
from companies.enums import Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, Employee
from companies.scoping import company_scope
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

DAY = dt.date(2026, 3, 2)
MARCH = dt.date(2026, 3, 1)


def _flagged(world: World, enrol: Any, engine: FakeEngine, employee: Employee) -> Punch:
    enrol(world, employee)
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    recorded = world.punch(employee, "2026-03-02 09:04", frame=jpeg())
    with company_scope(world.company):
        return Punch.objects.select_related("employee").get(public_id=recorded.public_id)


@pytest.fixture
def at_noon() -> Any:
    with time_machine.travel(at("2026-03-02 12:00"), tick=False) as traveller:
        yield traveller


def test_an_accepted_punch_is_no_longer_flagged(
    world: World, enrol: Any, engine: FakeEngine, at_noon: Any
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company):
        assert AttendanceDay.objects.get().exceptions == ["face"]
        decisions.punch_accept(punch=punch, reason=" a new haircut ", by=world.hr)
        state = PunchState.objects.get()
        assert (state.is_flagged, state.voided_at) == (False, None)
        assert state.decided_at is not None
        assert AttendanceDay.objects.get().exceptions == []
        entry = PunchEntry.objects.get(kind=EntryKind.DECIDED)
        assert (entry.reason, entry.by_name) == ("a new haircut", "Hari")
        event = AuditEvent.objects.get(verb="punch_accepted")
        assert (event.reason, event.actor_name, event.subject_id) == (
            "a new haircut", "Hari", str(punch.public_id),
        )  # fmt: skip


def test_a_voided_punch_stays_recorded_and_counts_for_nothing(
    world: World, enrol: Any, engine: FakeEngine, at_noon: Any
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company):
        decisions.punch_void(punch=punch, reason="not Maya", by=world.hr)
        assert Punch.objects.get() == punch
        state = PunchState.objects.get()
        assert (state.is_flagged, state.voided_at is not None) == (False, True)
        assert AttendanceDay.objects.get().first_in_at is None
        assert AuditEvent.objects.get(verb="punch_voided").reason == "not Maya"


def test_a_punch_is_decided_once(world: World, enrol: Any, engine: FakeEngine) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company):
        decisions.punch_accept(punch=punch, reason="fine", by=world.hr)
        with pytest.raises(AlreadyDecided):
            decisions.punch_accept(punch=punch, reason="fine", by=world.hr)
        decisions.punch_void(punch=punch, reason="on second thoughts", by=world.hr)
        with pytest.raises(AlreadyDecided):
            decisions.punch_void(punch=punch, reason="again", by=world.hr)
        assert PunchEntry.objects.exclude(kind=EntryKind.VERIFIED).count() == 2
        assert AuditEvent.objects.filter(verb__startswith="punch_").count() == 2


def test_who_may_not_decide(
    world: World, enrol: Any, engine: FakeEngine, other_world: World
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    refused = {
        "a colleague": (world.actor(world.bikram), NotAllowed),
        "a manager": (world.actor(world.bikram, Role.MANAGER), NotAllowed),
        "an auditor": (world.actor(world.bikram, Role.AUDITOR), NotAllowed),
        "the person": (world.actor(world.maya), OwnPunch),
        "the person as HR": (world.actor(world.maya, Role.HR), OwnPunch),
        "HR elsewhere": (other_world.hr, NotAllowed),
    }
    with company_scope(world.company):
        for who, (actor, error) in refused.items():
            for decide in (decisions.punch_accept, decisions.punch_void):
                with pytest.raises(error):
                    decide(punch=punch, reason=who, by=actor)
        assert PunchState.objects.get().is_flagged is True
        assert not PunchEntry.objects.exclude(kind=EntryKind.VERIFIED).exists()


@pytest.mark.parametrize("reason", ["", "   "])
def test_a_decision_needs_a_reason(
    world: World, enrol: Any, engine: FakeEngine, reason: str
) -> None:
    punch = _flagged(world, enrol, engine, world.maya)
    with company_scope(world.company), pytest.raises(ReasonMissing):
        decisions.punch_void(punch=punch, reason=reason, by=world.hr)


@pytest.mark.parametrize("decide", [decisions.punch_accept, decisions.punch_void])
def test_a_punch_that_is_not_judged_yet_may_be_decided(
    world: World, at_noon: Any, decide: Any
) -> None:
    """A page that died leaves a punch without a date: no month can be locked around it."""
    recorded = world.punch(world.maya, "2026-03-02 09:04", weigh=False)
    with company_scope(world.company):
        PunchState.objects.update(is_flagged=True)
        punch = Punch.objects.select_related("employee").get(public_id=recorded.public_id)
        decide(punch=punch, reason="seen at the door", by=world.hr)
        state = PunchState.objects.get()
        is_voided = decide is decisions.punch_void
        assert state.attendance_date == (None if is_voided else DAY)
        assert (state.decided_at is not None, state.voided_at is not None) == (True, is_voided)


def test_what_counts_already_is_not_let_count_again(world: World, at_noon: Any) -> None:
    recorded = world.punch(world.maya, "2026-03-02 09:04")
    now = at("2026-03-02 12:00")
    with company_scope(world.company):
        punch = Punch.objects.get(public_id=recorded.public_id)
        with pytest.raises(AlreadyDecided):
            decisions.punch_correct(punch=punch, counts=True, reason="x", by=world.hr, now=now)
        assert not PunchEntry.objects.exists()
