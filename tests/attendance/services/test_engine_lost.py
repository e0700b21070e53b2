"""The engine is lost over a picture: its process hangs or dies, and the web process goes on."""

from __future__ import annotations

import datetime as dt
import os
import signal
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client

from attendance.enums import EntryKind, FaceState
from attendance.models import PunchEntry, PunchFrame, PunchState
from attendance.services import enrolment, evidence, looking
from companies.scoping import company_scope
from integrations import faces
from integrations.faces import workers
from integrations.faces.workers import WorkerEngine
from tests.attendance.doorway import body, frame, knock
from tests.attendance.fakes import jpeg
from tests.attendance.world import World, at

MORNING = at("2026-03-02 09:04")


@pytest.fixture
def consenting(world: World) -> World:
    with company_scope(world.company):
        enrolment.consent_answer(by=world.actor(world.maya), is_given=True, now=MORNING)
    return world


@pytest.fixture
def odd() -> Iterator[WorkerEngine]:
    """The engine in a process of its own, which does what the test bids: hang, crash."""
    engine = WorkerEngine(count=1, seconds=1, module="tests.integrations.faces.odd_worker")
    with faces.using(engine):
        yield engine
    engine.close()


def _weigh(world: World, punch_id: Any, minutes: int) -> PunchState:
    with company_scope(world.company):
        now = MORNING + dt.timedelta(minutes=minutes)
        return evidence.punch_weigh(punch_id=punch_id, now=now).state


@pytest.mark.parametrize("word", ["hang", "crash", "garble"])
def test_three_losses_make_a_punch_that_a_person_looks_at(
    consenting: World, odd: WorkerEngine, monkeypatch: pytest.MonkeyPatch, word: str
) -> None:
    world = consenting
    recorded = world.punch(world.maya, "2026-03-02 09:04", frame=jpeg(), weigh=False)
    monkeypatch.setattr(looking.photos, "sanitise", lambda _data: word.encode())
    for number in (1, 2, 3):
        state = _weigh(world, recorded.public_id, 10 * number)
        assert (state.face, state.attendance_date) == (FaceState.PENDING, MORNING.date())
        with company_scope(world.company):
            kept = PunchState.objects.get()
        assert (kept.verify_attempts, kept.leased_until) == (number, None)
        assert kept.verify_next_at is not None
    monkeypatch.undo()

    state = _weigh(world, recorded.public_id, 60)

    assert (state.face, state.face_reason, state.is_flagged) == (
        FaceState.UNVERIFIABLE, "gave_up", True,
    )  # fmt: skip
    assert odd.pids == []
    with company_scope(world.company):
        assert PunchEntry.objects.get().kind == EntryKind.VERIFIED
        assert PunchFrame.objects.get().is_clean is True
    assert _weigh(world, recorded.public_id, 90).verify_attempts == 4


@pytest.mark.parametrize("number", [signal.SIGSTOP, signal.SIGSEGV, signal.SIGKILL])
def test_the_door_answers_while_the_engine_does_not(
    client: Client, consenting: World, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """The real engine, stopped or ended from outside in the middle of a picture."""
    world, engine = consenting, WorkerEngine(count=1, seconds=5)
    ask = looking.faces.engine
    with faces.using(engine):
        recorded: Any = knock(client, "/punch", body(world, frame=frame())).json()
        _strike(engine, number, monkeypatch)
        answer: Any = knock(client, recorded["verify"], {"pass": world.pass_of(world.maya)})
        assert (answer.status_code, answer.json()["state"]) == (202, "pending")
        monkeypatch.undo()
        assert ask() is engine
        with company_scope(world.company):
            punch_id = PunchState.objects.get().punch.public_id
        assert _weigh(world, punch_id, 10**6).face == FaceState.UNVERIFIABLE
    engine.close()
    with company_scope(world.company):
        state = PunchState.objects.get()
    assert (state.face_reason, state.verify_attempts) == ("not_enrolled", 2)


def _strike(engine: WorkerEngine, number: signal.Signals, monkeypatch: pytest.MonkeyPatch) -> None:
    """Send the worker a signal between the picture and its answer."""
    from integrations.faces import wire

    send = wire.send

    def struck(*args: Any, **kwargs: Any) -> None:
        os.kill(engine.pids[0], signal.SIGSTOP)
        send(*args, **kwargs)
        os.kill(engine.pids[0], number)

    monkeypatch.setattr(wire, "send", struck)
    monkeypatch.setattr(engine, "_seconds", 1)


def test_a_look_ends_before_its_lease_does() -> None:
    longest = workers._PATIENCE + workers._START_SECONDS + workers.MOST_SECONDS
    assert longest < evidence.LEASE.total_seconds()
    with faces.using(WorkerEngine(count=0, seconds=3600)) as _nothing:
        assert faces.engine()._seconds == workers.MOST_SECONDS  # type: ignore[attr-defined]
