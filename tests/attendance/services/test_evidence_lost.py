"""What goes wrong while a picture is weighed: nothing of it loses the picture or the punch."""

from __future__ import annotations

import datetime as dt
import errno
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from attendance import tasks
from attendance.enums import FaceState
from attendance.models import PunchEntry, PunchFrame, PunchState
from attendance.services import enrolment, evidence, looking, pictures
from attendance.services.face_data import face_data_delete
from attendance.services.punching import Recorded
from companies.scoping import company_scope
from integrations import faces
from integrations.errors import Unavailable
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import World, at

MORNING = "2026-03-02 09:04"


def _files(folder: Path) -> list[str]:
    """Return the keys of every picture of a check-in in storage."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.parts[0] != pictures.REFERENCE)


def _only(world: World) -> tuple[PunchState, PunchFrame]:
    with company_scope(world.company):
        return PunchState.objects.get(), PunchFrame.objects.get()


def _weigh(world: World, recorded: Recorded, when: str) -> FaceState:
    with company_scope(world.company):
        weighed = evidence.punch_weigh(punch_id=recorded.public_id, now=at(when))
    return FaceState(weighed.state.face)


# --- storage ----------------------------------------------------------------------------------
@pytest.fixture
def full_disk(monkeypatch: pytest.MonkeyPatch) -> Any:
    """A disk that takes half of what it is given, until it is mended."""

    def half(content: ContentFile, chunk_size: int | None = None) -> Iterator[bytes]:
        yield content.read(100)
        raise OSError(errno.ENOSPC, "No space left on device")

    def fill() -> None:
        monkeypatch.setattr(ContentFile, "chunks", half)

    fill.mend = monkeypatch.undo  # type: ignore[attr-defined]
    return fill


def test_a_disk_that_is_full_when_the_picture_is_made_anew_postpones_the_check(
    world: World, enrol: Any, photos_folder: Path, full_disk: Any
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    raw = _files(photos_folder)
    full_disk()

    assert _weigh(world, recorded, MORNING) == FaceState.PENDING

    state, frame = _only(world)
    assert (state.verify_attempts, state.leased_until) == (0, None)
    assert state.verify_next_at == at(MORNING) + dt.timedelta(seconds=5)
    assert raw == _files(photos_folder) == [frame.storage_key]
    full_disk.mend()

    assert _weigh(world, recorded, "2026-03-02 09:05") == FaceState.VERIFIED

    state, frame = _only(world)
    assert (frame.is_clean, frame.problem) == (True, "")
    assert _files(photos_folder) == [frame.storage_key]


def test_a_disk_that_is_full_when_the_picture_arrives_leaves_nothing_of_it(
    world: World, photos_folder: Path, full_disk: Any
) -> None:
    world.agree(world.maya)
    full_disk()
    world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)

    state, frame = _only(world)
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "storage_failed")
    assert (frame.storage_key, frame.problem) == ("", "storage_failed")
    assert _files(photos_folder) == []


def test_a_raw_picture_that_cannot_be_deleted_is_left_to_the_orphans_pass(
    world: World, enrol: Any, photos_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(world, world.maya)

    def refuse(_key: str) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "delete", refuse)
        world.punch(world.maya, MORNING, frame=jpeg())
    state, frame = _only(world)
    assert (state.face, len(_files(photos_folder))) == (FaceState.VERIFIED, 2)

    with time_machine.travel(at("2026-03-04 12:00"), tick=False):
        assert tasks.photo_retention() == 1
    assert _files(photos_folder) == [frame.storage_key]


def test_a_picture_that_cannot_be_read_now_postpones_the_check(
    world: World, enrol: Any, photos_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    raw = _files(photos_folder)

    def refuse(_key: str) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "open", refuse)
        assert _weigh(world, recorded, MORNING) == FaceState.PENDING
    assert _files(photos_folder) == raw
    assert _weigh(world, recorded, "2026-03-02 09:05") == FaceState.VERIFIED


def test_a_picture_that_was_purged_before_its_check_is_missing(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    with time_machine.travel(at("2026-06-02 09:00"), tick=False):
        assert tasks.photo_retention() == 1

    assert _weigh(world, recorded, "2026-06-02 09:00") == FaceState.UNVERIFIABLE
    with company_scope(world.company):
        assert PunchState.objects.get().face_reason == "picture_missing"


def test_a_picture_whose_row_was_purged_meanwhile_is_not_kept(
    world: World, enrol: Any, engine: FakeEngine, photos_folder: Path, during_the_look: Any
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    during_the_look(lambda: PunchFrame.objects.all().delete())

    assert _weigh(world, recorded, MORNING) == FaceState.VERIFIED
    assert _files(photos_folder) == []


# --- the engine -------------------------------------------------------------------------------
@pytest.mark.parametrize("error", [ImportError("libstdc++"), RuntimeError("no model"), OSError()])
def test_an_engine_that_cannot_even_be_made_costs_no_attempt(
    world: World, enrol: Any, monkeypatch: pytest.MonkeyPatch, error: Exception
) -> None:
    enrol(world, world.maya)

    def broken() -> None:
        raise error

    monkeypatch.setattr(faces, "engine", broken)
    world.punch(world.maya, MORNING, frame=jpeg())

    state, _frame = _only(world)
    assert (state.face, state.verify_attempts, state.leased_until) == (FaceState.PENDING, 0, None)


def _lose_leases(world: World, count: int) -> dt.datetime:
    """Let `count` processes take the punch and die over it; return when the last lease is over."""
    now = at(MORNING)
    with company_scope(world.company):
        for _n in range(count):
            assert evidence._lease(PunchState.objects.get(), now)
            now += evidence.LEASE + dt.timedelta(seconds=1)
    return now


def test_who_gives_up_keeps_the_picture_for_a_person(
    world: World, enrol: Any, engine: FakeEngine, photos_folder: Path
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    now = _lose_leases(world, evidence.MOST_LOST_LEASES)
    with company_scope(world.company):
        evidence.punch_weigh(punch_id=recorded.public_id, now=now)

    state, frame = _only(world)
    assert (state.face, state.face_reason, state.is_flagged) == (
        FaceState.UNVERIFIABLE, "gave_up", True,
    )  # fmt: skip
    assert (frame.is_clean, frame.problem) == (True, "")
    assert _files(photos_folder) == [frame.storage_key]


def test_a_picture_that_ends_whoever_decodes_it_is_decoded_four_times_only(
    world: World, enrol: Any, photos_folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    now = _lose_leases(world, evidence.MOST_LOST_LEASES + 1)
    monkeypatch.delattr(looking.photos, "sanitise")
    with company_scope(world.company):
        evidence.punch_weigh(punch_id=recorded.public_id, now=now)

    state, frame = _only(world)
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "gave_up")
    assert (frame.storage_key, frame.problem, _files(photos_folder)) == ("", "gave_up", [])


# --- two workers ------------------------------------------------------------------------------
@pytest.fixture
def during_the_look(engine: FakeEngine, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A function that makes something happen once, while the engine looks at a picture."""
    match = engine.match

    def arranged(what: Any) -> None:
        def look(*args: Any, **kwargs: Any) -> Any:
            monkeypatch.setattr(engine, "match", match)
            what()
            return match(*args, **kwargs)

        monkeypatch.setattr(engine, "match", look)

    return arranged


def test_a_look_that_outlasts_its_lease_gives_nobody_elses_back(
    world: World, enrol: Any, during_the_look: Any
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    later = at(MORNING) + evidence.LEASE + dt.timedelta(seconds=1)

    def another_takes_it() -> None:
        assert evidence._lease(PunchState.objects.get(), later)
        raise Unavailable("engine_down")

    during_the_look(another_takes_it)

    assert _weigh(world, recorded, MORNING) == FaceState.PENDING
    state, _frame = _only(world)
    assert (state.verify_attempts, state.leased_until) == (2, later + evidence.LEASE)


def test_of_two_looks_the_first_to_finish_counts(
    world: World, enrol: Any, photos_folder: Path, during_the_look: Any
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    later = at(MORNING) + evidence.LEASE + dt.timedelta(seconds=1)
    during_the_look(lambda: evidence.punch_weigh(punch_id=recorded.public_id, now=later))

    assert _weigh(world, recorded, MORNING) == FaceState.VERIFIED
    _state, frame = _only(world)
    with company_scope(world.company):
        assert PunchEntry.objects.count() == 1
    assert (frame.is_clean, _files(photos_folder)) == (True, [frame.storage_key])


# --- consent ----------------------------------------------------------------------------------
def _withdraw(world: World) -> None:
    enrolment.consent_answer(by=world.actor(world.maya), is_given=False, now=at(MORNING))


def test_consent_withdrawn_during_the_look_drops_what_was_found(
    world: World, enrol: Any, photos_folder: Path, during_the_look: Any
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    during_the_look(lambda: _withdraw(world))

    assert _weigh(world, recorded, MORNING) == FaceState.NOT_CHECKED
    with company_scope(world.company):
        state, entry = PunchState.objects.get(), PunchEntry.objects.get()
        assert not PunchFrame.objects.exists()
    assert (state.face_reason, state.similarity) == ("no_consent", None)
    assert entry.values == {"face": "not_checked", "reason": "no_consent", "is_flagged": False}
    assert _files(photos_folder) == []


def test_what_hr_deletes_during_the_look_leaves_no_likeness(
    world: World, enrol: Any, during_the_look: Any
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    during_the_look(
        lambda: face_data_delete(
            employee=world.maya, reason="She asked", by=world.hr, now=at(MORNING)
        )
    )
    assert _weigh(world, recorded, MORNING) == FaceState.VERIFIED
    with company_scope(world.company):
        assert PunchState.objects.get().similarity is None
        assert not PunchFrame.objects.exists()
