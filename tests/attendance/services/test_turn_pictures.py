"""Pictures that prove nothing: of a turned head, sent before, without a face, or never answered."""

from __future__ import annotations

import datetime as dt
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client

from attendance import tasks
from attendance.enums import FaceState, FrameKind, LivenessState
from attendance.models import LivenessChallenge, PunchFrame, PunchState
from attendance.services import enrolment, pictures
from companies.enums import LivenessPolicy, OnFailure
from companies.scoping import company_scope
from integrations import faces, photos
from integrations.errors import Unavailable
from integrations.faces.protocol import Advice, FacePose, FaceReading, Outcome, Purpose, Reason
from tests.attendance.doorway import frame
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.turning import STRAIGHT, Page, enrolled, turn_head, turned, verbs_of
from tests.attendance.world import World, at

MORNING = "2026-03-02 09:04"
AGAIN = "Please try again."
REFUSING = {"liveness": LivenessPolicy.REFUSE, "face_failure": OnFailure.REFUSE}


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(at(MORNING), tick=False) as traveller:
        yield traveller


@pytest.fixture
def refusing(world: World, enrol: Any) -> World:
    """The world in a company that refuses whatever fails."""
    return enrolled(world, enrol, **REFUSING)


def _sweep(morning: Any, seconds: int) -> int:
    morning.shift(dt.timedelta(seconds=seconds))
    return tasks.pending_verify()


# --- the picture of the turned head -----------------------------------------------------------
def test_a_turned_head_of_somebody_else_is_no_turn(
    client: Client, refusing: World, engine: FakeEngine
) -> None:
    page = Page(client, refusing)
    turn_head(page, engine)
    engine.is_same_person = False
    why = "the turned head is unlike the face of the check-in"
    assert page.verify().json()["text"] == f"This does not count: {why}. {AGAIN}"
    assert (page.state().liveness, page.state().liveness_reason) == (
        LivenessState.FAILED, "turn_of_another",
    )  # fmt: skip


def test_a_turned_picture_that_is_not_clear_proves_nothing(
    client: Client, refusing: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(client, refusing)
    turn_head(page, engine)
    read, pictures_read = engine.read, iter([False, True])

    def once_clear(jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        is_blurred = next(pictures_read)
        return FaceReading(Advice.HOLD_STILL) if is_blurred else read(jpeg, purpose=purpose)

    monkeypatch.setattr(engine, "read", once_clear)
    page.verify()
    assert page.state().liveness_reason == "turn_unclear"
    with company_scope(refusing.company):
        assert PunchFrame.objects.filter(is_clean=True).count() == 2


@pytest.mark.parametrize(
    ("bytes_there", "reason", "problem"),
    [
        (None, "picture_missing", "picture_missing"),
        (b"junk", "picture_not_image", "picture_not_image"),
    ],
)
def test_a_turned_picture_that_is_gone_or_none_proves_nothing(
    client: Client, refusing: World, engine: FakeEngine, photos_folder: Path,
    bytes_there: bytes | None, reason: str, problem: str,
) -> None:  # fmt: skip
    page = Page(client, refusing)
    turn_head(page, engine)
    with company_scope(refusing.company):
        path = photos_folder / PunchFrame.objects.get(kind=FrameKind.TURNED).storage_key
    path.unlink() if bytes_there is None else path.write_bytes(bytes_there)
    page.verify()
    with company_scope(refusing.company):
        frame = PunchFrame.objects.get(kind=FrameKind.TURNED)
    assert (page.state().liveness_reason, frame.problem, frame.storage_key) == (reason, problem, "")


def test_a_turned_picture_whose_row_is_gone_leaves_the_turn_as_seen(
    client: Client, refusing: World, engine: FakeEngine
) -> None:
    page = Page(client, refusing)
    turn_head(page, engine)
    with company_scope(refusing.company):
        PunchFrame.objects.filter(kind=FrameKind.TURNED).delete()
    assert page.verify().json()["state"] == "verified"


def test_a_disk_that_takes_one_picture_only_keeps_neither(
    client: Client, refusing: World, engine: FakeEngine, photos_folder: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    page = Page(client, refusing)
    turn_head(page, engine)
    before = sorted(path.name for path in photos_folder.rglob("*") if path.is_file())
    store, room = pictures.store, iter([True, False])

    def nearly_full(folder: str, data: bytes, now: dt.datetime) -> str:
        if next(room):
            return store(folder, data, now)
        raise Unavailable("storage_failed")

    with monkeypatch.context() as patched:
        patched.setattr(pictures, "store", nearly_full)
        assert page.verify().status_code == 202
    assert sorted(path.name for path in photos_folder.rglob("*") if path.is_file()) == before
    assert page.verify().json()["state"] == "verified"


def test_consent_withdrawn_after_the_turn_takes_both_pictures_away(
    client: Client, refusing: World, engine: FakeEngine, photos_folder: Path
) -> None:
    page = Page(client, refusing)
    turn_head(page, engine)
    # Withdrawn in a way that leaves the rows: another process had them open.
    with company_scope(refusing.company):
        actor = refusing.actor(refusing.maya)
        frames = list(PunchFrame.objects.all())
        enrolment.consent_answer(by=actor, is_given=False, now=at(MORNING))
        PunchFrame.objects.bulk_create(frames)
    page.verify()
    with company_scope(refusing.company):
        assert not PunchFrame.objects.exists()
    left = {path.relative_to(photos_folder).parts[0] for path in photos_folder.rglob("*/*/*")}
    assert left <= {"reference"}


# --- pictures that came before -----------------------------------------------------------------
@pytest.mark.parametrize(
    ("face_failure", "is_refused"), [(OnFailure.FLAG, False), (OnFailure.REFUSE, True)]
)
def test_a_picture_that_came_before_is_noticed(
    world: World, enrol: Any, face_failure: OnFailure, is_refused: bool
) -> None:
    enrolled(world, enrol, liveness=LivenessPolicy.OFF, face_failure=face_failure)
    kept = jpeg()
    world.punch(world.maya, "2026-03-01 09:00", frame=kept)
    world.punch(world.maya, MORNING, frame=kept)
    with company_scope(world.company):
        first, second = PunchState.objects.order_by("occurred_at")
    assert (first.face, first.face_reason) == (FaceState.VERIFIED, "")
    assert (second.face, second.face_reason, second.is_flagged, second.is_refused) == (
        FaceState.REVIEW, "replayed_frame", not is_refused, is_refused,
    )  # fmt: skip
    assert verbs_of(world) == ["frame_replayed", *(["punch_refused"] if is_refused else [])]


def test_a_colleagues_picture_is_noticed_too_another_companys_is_not(
    world: World, other_world: World, enrol: Any
) -> None:
    kept = jpeg()
    for whose, person in (
        (other_world, other_world.maya), (world, world.bikram), (world, world.maya),
    ):  # fmt: skip
        enrol(whose, person)
        whose.punch(person, MORNING, frame=kept)
    found = {}
    for whose in (world, other_world):
        with company_scope(whose.company):
            found |= {state.employee: state.face_reason for state in PunchState.objects.all()}
    assert found == {other_world.maya: "", world.bikram: "", world.maya: "replayed_frame"}


def test_another_face_stays_another_face_though_it_came_before(
    world: World, enrol: Any, engine: FakeEngine
) -> None:
    enrol(world, world.maya)
    kept = jpeg()
    world.punch(world.maya, "2026-03-01 09:00", frame=kept)
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    world.punch(world.maya, MORNING, frame=kept)
    with company_scope(world.company):
        state = PunchState.objects.latest("occurred_at")
    assert (state.face, state.face_reason) == (FaceState.MISMATCH, "another_face")


def test_a_turned_frame_that_came_before_is_no_turn(
    client: Client, refusing: World, engine: FakeEngine
) -> None:
    kept = jpeg()
    refusing.punch(refusing.maya, "2026-03-01 09:00", frame=kept)
    page = Page(client, refusing)
    engine.poses = [STRAIGHT, turned(page.question["turn"])]
    assert page.look(frame=frame(kept)).json()["state"] == "over"
    assert (page.state().liveness, page.state().liveness_reason) == (
        LivenessState.FAILED, "replayed_frame",
    )  # fmt: skip
    assert page.ask_again().json()["code"] == "turns_used"
    why = "the picture of the turned head was sent before"
    assert page.verify().json()["text"] == f"This does not count: {why}. {AGAIN}"
    assert verbs_of(refusing) == ["frame_replayed", "punch_refused"]


# --- pages that closed, and pictures without a face ----------------------------------------------
def test_a_page_that_closed_is_weighed_when_the_question_is_over(
    client: Client, world: World, enrol: Any, morning: Any
) -> None:
    enrolled(world, enrol)
    page = Page(client, world)
    assert _sweep(morning, 25) == 1  # judged without the picture
    state = page.state()
    assert (state.face, state.judged_at) == (FaceState.PENDING, at(MORNING) + dt.timedelta(0, 25))
    assert _sweep(morning, 24) == 0
    assert _sweep(morning, 1) == 1
    state = page.state()
    assert (state.face, state.liveness, state.liveness_reason, state.is_flagged) == (
        FaceState.VERIFIED, LivenessState.NOT_DONE, "page_closed", True,
    )  # fmt: skip
    with company_scope(world.company):
        assert LivenessChallenge.objects.get().state == "ended"


def test_a_page_that_closed_after_the_turn_is_weighed_all_the_same(
    client: Client, world: World, enrol: Any, engine: FakeEngine, morning: Any
) -> None:
    enrolled(world, enrol)
    page = Page(client, world)
    turn_head(page, engine)
    assert _sweep(morning, 50) == 1
    assert (page.state().face, page.state().liveness) == (FaceState.VERIFIED, LivenessState.PASSED)


class _Strict(FakeEngine):
    def pose(self, jpeg: bytes) -> FacePose:
        photos.check(jpeg)
        return super().pose(jpeg)


@pytest.mark.parametrize("what", ["no face", "file gone", "row gone", "no picture"])
def test_a_first_picture_without_a_face_cannot_turn(
    client: Client, world: World, enrol: Any, photos_folder: Path, what: str
) -> None:
    enrolled(world, enrol)
    page = Page(client, world)
    with company_scope(world.company):
        path = photos_folder / PunchFrame.objects.get().storage_key
        if what == "row gone":
            PunchFrame.objects.all().delete()
    if what == "file gone":
        path.unlink()
    if what == "no picture":
        path.write_bytes(b"junk")
    strict = _Strict()
    strict.poses = [FacePose(Advice.NO_FACE)]
    with faces.using(strict):
        assert page.look().json()["state"] == "over"
    assert page.state().liveness_reason == "no_neutral"


def test_a_first_picture_that_cannot_be_read_now_is_no_ones_fault(
    client: Client, refusing: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(client, refusing)

    def refuse(_key: str) -> None:
        raise PermissionError

    with monkeypatch.context() as patched:
        patched.setattr(default_storage, "open", refuse)
        assert page.look().json()["state"] == "wait"
    assert page.state().liveness_reason == "engine_away"
    turn_head(page, engine)
    assert (page.state().liveness, page.state().liveness_reason) == (LivenessState.PASSED, "")


@pytest.mark.parametrize(("meanwhile", "said"), [("reached", "reached"), ("weighed", "over")])
def test_of_two_frames_at_once_one_is_kept(
    client: Client, refusing: World, engine: FakeEngine, photos_folder: Path,
    monkeypatch: pytest.MonkeyPatch, meanwhile: str, said: str,
) -> None:  # fmt: skip
    page = Page(client, refusing)
    store = pictures.store

    def while_storing(folder: str, data: bytes, now: dt.datetime) -> str:
        monkeypatch.setattr(pictures, "store", store)
        if meanwhile == "reached":
            assert page.look().json()["state"] == "reached"
        else:
            assert page.verify().json()["state"] == "refused"
        return store(folder, data, now)

    engine.poses = [STRAIGHT, *[turned(page.question["turn"])] * 2]
    monkeypatch.setattr(pictures, "store", while_storing)
    assert page.look().json()["state"] == said
    with company_scope(refusing.company):
        keys = {frame.storage_key for frame in PunchFrame.objects.all()}
    stored = {str(path.relative_to(photos_folder)) for path in photos_folder.glob("[rf]*/*/*")}
    assert keys == {name for name in stored if not name.startswith("reference/")}
    assert len(keys) == (2 if meanwhile == "reached" else 1)
