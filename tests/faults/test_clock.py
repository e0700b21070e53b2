"""A clock five minutes off, forwards or back, between processes or within one: all settles."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance import tasks
from attendance.enums import Direction, FaceState
from attendance.models import AttendanceDay, Punch, PunchEntry, PunchState
from attendance.services import enrolment, evidence
from companies.models import JobRun
from companies.scoping import company_scope
from portal import jobs
from tests.attendance.doorway import knock
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at
from tests.faults.conftest import check_in

NOON = at("2026-03-02 12:00")
OFF = [dt.timedelta(minutes=-5), dt.timedelta(minutes=5)]


@pytest.fixture
def clock() -> Any:
    with time_machine.travel(NOON, tick=False) as traveller:
        yield traveller


@pytest.fixture
def waiting(world: World, engine: FakeEngine) -> World:
    """Maya has checked in at noon; nobody has looked at the picture yet."""
    with company_scope(world.company):
        enrolment.consent_answer(by=world.actor(world.maya), is_given=True, now=NOON)
    world.punch(world.maya, "2026-03-02 12:00", frame=jpeg(), weigh=False)
    return world


def _state(world: World) -> PunchState:
    with company_scope(world.company):
        found: PunchState = PunchState.objects.select_related("employee").get()
    return found


def _lease(world: World, now: dt.datetime) -> bool:
    with company_scope(world.company):
        return evidence._lease(PunchState.objects.get(), now)


def test_the_servers_clock_counts_and_the_devices_is_kept_beside(
    client: Client, world: World, clock: Any
) -> None:
    for off in (*OFF, dt.timedelta(days=400)):
        said = (NOON + off).isoformat()
        form = check_in(world, world.maya, uuid.uuid4(), device_at=said)
        assert knock(client, "/punch", form).status_code == 201
        with company_scope(world.company):
            punch = Punch.objects.get(tap_id=form["tap_id"])
        assert (punch.occurred_at, punch.device_at) == (NOON, NOON + off)


@pytest.mark.parametrize("off", OFF)
def test_a_pass_of_a_process_whose_clock_is_off_is_taken(
    client: Client, world: World, clock: Any, off: dt.timedelta
) -> None:
    clock.move_to(NOON + off)
    form = check_in(world, world.maya, uuid.uuid4())
    clock.move_to(NOON)
    assert knock(client, "/punch", form).status_code == 201


def test_a_lease_of_a_clock_that_is_ahead_is_not_taken_twice_and_ends(waiting: World) -> None:
    assert _lease(waiting, NOON + OFF[1])
    for seconds in (0, 30, 300):
        assert not _lease(waiting, NOON + dt.timedelta(seconds=seconds))
    # Its holder died: six minutes later at most, another looks.
    assert _lease(waiting, NOON + dt.timedelta(minutes=6, seconds=1))


def test_a_lease_of_a_clock_that_is_behind_is_looked_at_twice_and_weighed_once(
    waiting: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    read = engine.read

    def meanwhile(*args: Any, **kwargs: Any) -> Any:
        monkeypatch.setattr(engine, "read", read)
        with company_scope(waiting.company):
            punch = Punch.objects.get()
            assert evidence.punch_weigh(punch_id=punch.public_id, now=NOON).state.is_flagged
        return read(*args, **kwargs)

    monkeypatch.setattr(engine, "read", meanwhile)
    with company_scope(waiting.company):
        evidence.punch_weigh(punch_id=Punch.objects.get().public_id, now=NOON + OFF[0])
        assert PunchEntry.objects.count() == 1
    state = _state(waiting)
    assert (state.face, state.verify_attempts, engine.reads) == (FaceState.UNVERIFIABLE, 2, 2)


def test_a_lease_and_a_wait_of_a_day_ahead_hold_nothing_up(
    waiting: World, engine: FakeEngine, clock: Any
) -> None:
    """Somebody set the clock a day ahead for a moment, and the process died over a picture."""
    tomorrow = NOON + dt.timedelta(days=1)
    assert _lease(waiting, tomorrow)
    with company_scope(waiting.company):
        PunchState.objects.update(verify_next_at=tomorrow, judged_at=NOON)
    clock.move_to(NOON + dt.timedelta(minutes=1))
    assert tasks.pending_verify() == 1
    assert _state(waiting).face == FaceState.UNVERIFIABLE
    assert engine.reads == 1


def test_a_way_out_before_the_way_in_settles(world: World, engine: FakeEngine, clock: Any) -> None:
    """The clock was ahead in the morning and was put right at noon."""
    world.punch(world.maya, "2026-03-02 12:05")
    world.punch(world.maya, "2026-03-02 12:01", Direction.OUT)
    clock.move_to(at("2026-03-04 09:00"))
    tasks.pending_verify()
    tasks.settle_open()
    with company_scope(world.company):
        assert not PunchState.objects.filter(judged_at=None).exists()
        row = AttendanceDay.objects.get(employee=world.maya, date=NOON.date())
        assert row.exceptions != []
        assert row.next_at is None


@pytest.mark.parametrize("ahead", [dt.timedelta(minutes=5), dt.timedelta(days=400)])
def test_a_success_that_is_yet_to_come_hides_no_absence(
    world: World, clock: Any, ahead: dt.timedelta
) -> None:
    JobRun.objects.create(name="absence_sweep", started_at=NOON, succeeded_at=NOON + ahead)
    clock.move_to(at("2026-03-06 09:00"))
    assert jobs.run(jobs.by_name("absence_sweep"))
    with company_scope(world.company):
        assert AttendanceDay.objects.filter(employee=world.maya, date=NOON.date()).exists()
