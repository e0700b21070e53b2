"""Weighing evidence: under a lease, never losing a punch, never trying for ever."""

from __future__ import annotations

import datetime as dt
import io
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.db import connection
from django.test.utils import CaptureQueriesContext
from PIL import Image

from attendance.enums import DayException, Direction, EntryKind, FaceState
from attendance.errors import PunchNotFound
from attendance.models import AttendanceDay, Punch, PunchEntry, PunchFrame, PunchState
from attendance.services import enrolment, evidence, pictures
from companies.models import PolicyVersion, Throttle
from companies.scoping import company_scope
from integrations import faces
from integrations.errors import Misconfigured, Rejected
from integrations.faces.protocol import Outcome, Reason
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.world import START, World, at

MORNING = "2026-03-02 09:04"


def _files(folder: Path) -> list[str]:
    """Return the keys of every picture of a check-in in storage."""
    found = (path.relative_to(folder) for path in folder.rglob("*") if path.is_file())
    return sorted(str(path) for path in found if path.parts[0] != pictures.REFERENCE)


@pytest.mark.parametrize(
    ("outcome", "reason", "face", "is_flagged"),
    [
        (Outcome.VERIFIED, Reason.NONE, FaceState.VERIFIED, False),
        (Outcome.REVIEW, Reason.UNSURE, FaceState.REVIEW, True),
        (Outcome.MISMATCH, Reason.ANOTHER_FACE, FaceState.MISMATCH, True),
        (Outcome.UNVERIFIABLE, "no_face", FaceState.UNVERIFIABLE, True),
    ],
)
def test_punch_weigh_turns_the_outcome_into_state_flag_and_entry(
    world: World, enrol: Any, engine: FakeEngine,
    outcome: Outcome, reason: str, face: FaceState, is_flagged: bool,
) -> None:  # fmt: skip
    enrol(world, world.maya)
    engine.outcome, engine.reason = outcome, reason

    recorded = world.punch(world.maya, MORNING, frame=jpeg())

    with company_scope(world.company):
        state, entry = PunchState.objects.get(), PunchEntry.objects.get()
        row = AttendanceDay.objects.get()
    assert (state.face, state.face_reason, state.is_flagged) == (face, reason, is_flagged)
    assert (entry.kind, entry.key) == (EntryKind.VERIFIED, f"verified:{recorded.public_id}")
    assert entry.values == {"face": face, "reason": reason, "is_flagged": is_flagged}
    assert row.exceptions == ([DayException.FACE] if is_flagged else [])
    assert (row.is_open, row.first_in_at) == (True, at(MORNING))


def test_punch_weigh_keeps_the_picture_re_encoded_and_deletes_the_raw_one(
    world: World, enrol: Any, photos_folder: Path
) -> None:
    enrol(world, world.maya)
    stream = io.BytesIO()
    exif = Image.Exif()
    exif[0x010E] = "a secret in the picture"
    Image.new("RGB", (640, 480), (90, 90, 90)).save(stream, "JPEG", exif=exif)
    world.punch(world.maya, MORNING, frame=stream.getvalue())

    with company_scope(world.company):
        frame = PunchFrame.objects.get()
    with default_storage.open(frame.storage_key) as file:
        kept = file.read()
    assert frame.is_clean
    assert b"a secret" not in kept
    assert Image.open(io.BytesIO(kept)).size == (640, 480)
    assert frame.storage_key.startswith("frames/2026-03-02/")
    assert _files(photos_folder) == [frame.storage_key]
    assert frame.purge_on == dt.date(2026, 3, 2) + dt.timedelta(days=90)


def test_punch_weigh_after_consent_was_withdrawn_looks_at_nothing(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    world.agree(world.maya, is_given=False)
    reads = engine.reads

    with company_scope(world.company):
        evidence.punch_weigh(punch_id=recorded.public_id, now=at(MORNING))
        state = PunchState.objects.get()
        assert not PunchFrame.objects.exists()
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "no_consent")
    assert engine.reads == reads


def test_punch_weigh_without_enrolment_is_flagged_as_such(world: World, engine: FakeEngine) -> None:
    with company_scope(world.company):
        actor = world.actor(world.maya)
        enrolment.consent_answer(by=actor, is_given=True, now=at(MORNING))
    world.punch(world.maya, MORNING, frame=jpeg())

    with company_scope(world.company):
        state = PunchState.objects.get()
    assert (state.face, state.face_reason, state.is_flagged) == (
        FaceState.UNVERIFIABLE, "not_enrolled", True,
    )  # fmt: skip


@pytest.mark.parametrize("allowed", [True, False])
def test_punch_without_a_check_is_flagged_where_the_company_does_not_allow_it(
    world: World, allowed: bool
) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START, zone="Asia/Kathmandu", allows_unchecked=allowed
        )
    world.punch(world.maya, MORNING)

    with company_scope(world.company):
        assert PunchState.objects.get().is_flagged is not allowed


def test_punch_is_weighed_by_what_was_allowed_on_its_date(world: World) -> None:
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=dt.date(2026, 3, 3), zone="Asia/Kathmandu"
        )
    recorded = world.punch(world.maya, MORNING, weigh=False)

    with company_scope(world.company):
        evidence.punch_weigh(punch_id=recorded.public_id, now=at("2026-03-03 09:00"))
        assert PunchState.objects.get().is_flagged is False


def test_punch_weigh_without_the_engine_keeps_the_punch_as_not_checked(
    world: World, enrol: Any, settings: Any
) -> None:
    enrol(world, world.maya)
    settings.MUSTER_FACE_ENGINE = "none"
    with faces.using(None):  # type: ignore[arg-type]
        world.punch(world.maya, MORNING, frame=jpeg())

    with company_scope(world.company):
        state = PunchState.objects.get()
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "face_engine_off")


def test_engine_down_a_hundred_times_loses_no_punch_and_all_are_verified_after(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    engine.failures = 100
    start = at("2026-03-02 06:00")
    ids = []
    for n in range(100):
        Throttle.objects.all().delete()
        when = f"2026-03-02 {6 + n // 10:02d}:{n % 10 * 6:02d}"
        direction = Direction.OUT if n % 2 else Direction.IN
        ids.append(world.punch(world.maya, when, direction, frame=jpeg()).public_id)
    with company_scope(world.company):
        assert PunchState.objects.filter(face=FaceState.PENDING, verify_attempts=0).count() == 100

        for punch_id in ids:
            evidence.punch_weigh(punch_id=punch_id, now=start + dt.timedelta(days=1))

        assert sorted(Punch.objects.values_list("public_id", flat=True)) == sorted(ids)
        assert PunchState.objects.filter(face=FaceState.VERIFIED).count() == 100
        assert PunchEntry.objects.filter(kind=EntryKind.VERIFIED).count() == 100


def test_engine_that_raises_anything_costs_no_attempt_and_says_when_to_try_again(
    world: World, enrol: Any, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    enrol(world, world.maya)

    def broken(*_args: object, **_kwargs: object) -> None:
        raise RuntimeError("dlib fell over")

    monkeypatch.setattr(engine, "match", broken)
    world.punch(world.maya, MORNING, frame=jpeg())

    with company_scope(world.company):
        state = PunchState.objects.get()
    assert (state.face, state.verify_attempts, state.leased_until) == (FaceState.PENDING, 0, None)
    assert state.verify_next_at == at(MORNING) + dt.timedelta(seconds=5)
    assert state.attendance_date == dt.date(2026, 3, 2)


@pytest.mark.parametrize(
    ("error", "face", "reason"),
    [
        # The operator can mend a missing key: the punch waits. Nobody can mend a bad picture.
        (Misconfigured("face_key_missing"), FaceState.PENDING, ""),
        (Rejected("picture_damaged"), FaceState.UNVERIFIABLE, "picture_damaged"),
    ],
)
def test_engine_that_refuses_is_told_apart_by_who_can_mend_it(
    world: World, enrol: Any, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch,
    error: Exception, face: FaceState, reason: str,
) -> None:  # fmt: skip
    enrol(world, world.maya)

    def refuse(*_args: object, **_kwargs: object) -> None:
        raise error

    monkeypatch.setattr(engine, "read", refuse)
    world.punch(world.maya, MORNING, frame=jpeg())

    with company_scope(world.company):
        state = PunchState.objects.get()
    assert (state.face, state.face_reason) == (face, reason)


def test_lease_that_nobody_gave_back_counts_and_the_fourth_gives_up(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    now = at(MORNING)
    with company_scope(world.company):
        for _n in range(evidence.MOST_LOST_LEASES):
            state = PunchState.objects.get()
            state.verify_attempts = _n
            assert evidence._lease(state, now)
            now += evidence.LEASE + dt.timedelta(seconds=1)

        evidence.punch_weigh(punch_id=recorded.public_id, now=now)

        state = PunchState.objects.get()
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "gave_up")
    assert engine.reads == 3  # the three frames of the enrolment


def test_lease_held_by_another_process_is_left_alone(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    with company_scope(world.company):
        assert evidence._lease(PunchState.objects.get(), at(MORNING))

        weighed = evidence.punch_weigh(punch_id=recorded.public_id, now=at(MORNING))

        assert weighed.state.face == FaceState.PENDING
        assert PunchState.objects.get().verify_attempts == 1


def test_punch_weigh_twice_changes_nothing(world: World, enrol: Any) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg())
    with company_scope(world.company):
        before = (PunchState.objects.values().get(), AttendanceDay.objects.values().get())

        evidence.punch_weigh(punch_id=recorded.public_id, now=at("2026-03-02 09:30"))

        assert (PunchState.objects.values().get(), AttendanceDay.objects.values().get()) == before
        assert PunchEntry.objects.count() == 1


def test_punch_weigh_of_a_picture_that_vanished_is_unverifiable(
    world: World, enrol: Any, photos_folder: Path
) -> None:
    enrol(world, world.maya)
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)
    for path in (photos_folder / "raw").rglob("*"):
        if path.is_file():
            path.unlink()

    with company_scope(world.company):
        evidence.punch_weigh(punch_id=recorded.public_id, now=at(MORNING))
        state = PunchState.objects.get()
    assert (state.face, state.face_reason) == (FaceState.UNVERIFIABLE, "picture_missing")


def test_punch_verify_of_somebody_elses_punch_finds_none(world: World) -> None:
    recorded = world.punch(world.maya, MORNING, weigh=False)

    with pytest.raises(PunchNotFound):
        evidence.punch_verify(
            claim=world.claim(world.hari), punch_id=str(recorded.public_id), now=at(MORNING)
        )


def test_punch_verify_takes_at_most_fifteen_statements(world: World, enrol: Any) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-02-24 09:00", frame=jpeg())  # settings and roster in memory
    recorded = world.punch(world.maya, MORNING, frame=jpeg(), weigh=False)

    with CaptureQueriesContext(connection) as queries:
        evidence.punch_verify(
            claim=world.claim(world.maya), punch_id=str(recorded.public_id), now=at(MORNING)
        )

    words = [query["sql"].split()[0] for query in queries.captured_queries]
    counted = [w for w in words if w not in ("BEGIN", "COMMIT", "SAVEPOINT", "RELEASE")]
    assert counted == [
        "SELECT",  # the punch with all that weighing needs
        "UPDATE",  # the lease
        "SELECT",  # the person's lock
        "SELECT", "SELECT", "SELECT",  # placements, roster, marks
        "SELECT",  # verdicts by hand
        "SELECT", "SELECT", "SELECT",  # punches, days, locked months
        "UPDATE", "INSERT",  # the picture's row, the entry
        "INSERT", "UPDATE",  # the day, the punch's state
    ]  # fmt: skip


def test_punch_that_left_consent_behind_is_recorded_and_its_frame_dropped(
    world: World, enrol: Any
) -> None:
    enrol(world, world.maya)
    world.punch(world.maya, "2026-03-01 09:00", frame=jpeg())
    with company_scope(world.company):
        enrolment.consent_answer(
            by=world.actor(world.maya), is_given=False, now=at("2026-03-01 20:00")
        )
    recorded = world.punch(world.maya, MORNING, frame=jpeg())

    with company_scope(world.company):
        state = PunchState.objects.get(punch__public_id=recorded.public_id)
        assert not PunchFrame.objects.filter(punch__public_id=recorded.public_id).exists()
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "no_consent")
