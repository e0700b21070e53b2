"""Flag or refuse: what bad evidence does to a check-in, by the company's policy."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance.enums import EntryKind, FaceState, LivenessState, PeriodState
from attendance.errors import AlreadyDecided, PeriodLocked
from attendance.models import AttendanceDay, AttendancePeriod, PunchEntry
from attendance.services import evidence, pictures
from attendance.services.decisions import punch_accept, punch_void
from companies.enums import LivenessPolicy, OnFailure
from companies.scoping import company_scope
from integrations import faces
from integrations.errors import Unavailable
from integrations.faces.protocol import FacePose, Outcome, Reason
from tests.attendance.fakes import FakeEngine
from tests.attendance.test_pages import _text
from tests.attendance.turning import STRAIGHT, Page, enrolled, turn_head, turned, verbs_of
from tests.attendance.world import World, at

MORNING = "2026-03-02 09:04"
TO_HR = "recorded, your manager or HR will look at the picture"
AGAIN = "Please try again."
OTHER_WAY = "Go on without a picture: your PIN or your manager confirms it."
REFUSING = {"liveness": LivenessPolicy.REFUSE, "face_failure": OnFailure.REFUSE}


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(at(MORNING), tick=False) as traveller:
        yield traveller


@pytest.fixture
def refusing(world: World, enrol: Any) -> World:
    """The world in a company that refuses whatever fails."""
    return enrolled(world, enrol, **REFUSING)


# --- refusing ---------------------------------------------------------------------------------
def test_another_face_is_refused_stays_recorded_and_counts_for_nothing(
    client: Client, refusing: World, engine: FakeEngine
) -> None:
    engine.outcome, engine.reason = Outcome.MISMATCH, Reason.ANOTHER_FACE
    page = Page(client, refusing)
    turn_head(page, engine)
    answer = page.verify()
    said = answer.json()
    assert (answer.status_code, said["state"], said["tone"]) == (200, "refused", "warn")
    assert said["text"] == f"This does not count: the face is unlike the reference. {AGAIN}"
    assert (said["next"]["direction"], said["next"]["action_key"]) == (
        "in", f"{page.said['id']}:in",
    )  # fmt: skip
    state = page.state()
    assert (state.is_refused, state.is_flagged, state.voided_at) == (True, False, at(MORNING))
    with company_scope(refusing.company):
        verified, voided = PunchEntry.objects.order_by("id")
        assert not AttendanceDay.objects.filter(first_in_at__isnull=False).exists()
    assert (verified.kind, verified.values["is_flagged"]) == (EntryKind.VERIFIED, False)
    assert (voided.kind, voided.values, voided.by_kind, voided.by_name) == (
        EntryKind.VOIDED, {"reason": "another_face"}, "job", "face check",
    )  # fmt: skip
    assert verbs_of(refusing) == ["punch_refused"]
    assert page.verify().json()["text"] == said["text"]
    assert verbs_of(refusing) == ["punch_refused"]


def test_what_was_refused_stands_on_its_day_for_the_person_to_read(
    client: Client, refusing: World, morning: Any
) -> None:
    page = Page(client, refusing)
    page.verify()
    assert page.state().attendance_date is None
    morning.shift(dt.timedelta(days=1))
    assert refusing.maya.user is not None
    client.force_login(refusing.maya.user)
    found = {
        date: _text(client.get(f"/day/{date}/").text).count("Taken out by the face check")
        for date in ("2026-03-01", "2026-03-02", "2026-03-03")
    }
    assert found == {"2026-03-01": 0, "2026-03-02": 1, "2026-03-03": 0}


def test_after_two_refusals_the_page_names_the_other_ways(
    client: Client, refusing: World, morning: Any
) -> None:
    why = "This does not count: the head turn was not made."
    said = []
    for n in range(3):
        tap = f"00000000-0000-4000-8000-00000000000{n}"
        said.append(Page(client, refusing, tap_id=tap).verify().json()["text"])
        morning.shift(dt.timedelta(minutes=1))
    assert said == [f"{why} {AGAIN}", f"{why} {OTHER_WAY}", f"{why} {OTHER_WAY}"]


def test_the_next_try_counts(client: Client, refusing: World, engine: FakeEngine) -> None:
    Page(client, refusing).verify()
    again = Page(client, refusing, tap_id="00000000-0000-4000-8000-000000000009")
    turn_head(again, engine)
    assert again.verify().json()["state"] == "verified"
    with company_scope(refusing.company):
        assert AttendanceDay.objects.get().first_in_at == at(MORNING)


@pytest.mark.parametrize(
    ("outcome", "reason", "is_refused"),
    [
        (Outcome.VERIFIED, "", False),
        # A face that is only unsure is for a person to look at.
        (Outcome.REVIEW, "unsure", False),
        (Outcome.REVIEW, "not_nearest", False),
        (Outcome.MISMATCH, "another_face", True),
        (Outcome.UNVERIFIABLE, "no_face", True),
        (Outcome.UNVERIFIABLE, "more_light", True),
        # Nobody in front of the camera can mend that.
        (Outcome.UNVERIFIABLE, "not_enrolled", False),
    ],
)
def test_what_is_refused_of_a_face(
    client: Client, refusing: World, engine: FakeEngine, outcome: Outcome,
    reason: str, is_refused: bool,
) -> None:  # fmt: skip
    engine.outcome, engine.reason = outcome, reason
    page = Page(client, refusing)
    turn_head(page, engine)
    page.verify()
    assert page.state().is_refused is is_refused
    assert page.state().is_flagged is (not is_refused and outcome != Outcome.VERIFIED)


@pytest.mark.parametrize(
    ("policy", "turns", "outcome", "is_refused"),
    [
        # Each knob refuses its own failure only.
        ({"liveness": "refuse"}, False, Outcome.VERIFIED, True),
        ({"liveness": "refuse"}, True, Outcome.MISMATCH, False),
        ({"liveness": "flag", "face_failure": "refuse"}, False, Outcome.VERIFIED, False),
        ({"liveness": "flag", "face_failure": "refuse"}, True, Outcome.MISMATCH, True),
        ({"liveness": "flag"}, False, Outcome.MISMATCH, False),
    ],
)
def test_each_knob_refuses_its_own(
    client: Client, world: World, enrol: Any, engine: FakeEngine, policy: dict[str, str],
    turns: bool, outcome: Outcome, is_refused: bool,
) -> None:  # fmt: skip
    enrolled(world, enrol, **policy)
    engine.outcome = outcome
    page = Page(client, world)
    if turns:
        turn_head(page, engine)
    page.verify()
    state = page.state()
    assert (state.is_refused, state.is_flagged) == (is_refused, not is_refused)


def test_who_may_have_gone_is_flagged_not_refused(
    client: Client, refusing: World, engine: FakeEngine, morning: Any
) -> None:
    engine.outcome = Outcome.MISMATCH
    page = Page(client, refusing)
    turn_head(page, engine)
    morning.shift(evidence.REFUSED_WITHIN + dt.timedelta(seconds=1))
    page.verify()
    assert (page.state().is_refused, page.state().is_flagged) == (False, True)


def test_an_engine_that_is_away_refuses_nothing(
    client: Client, refusing: World, engine: FakeEngine, caplog: pytest.LogCaptureFixture
) -> None:
    page = Page(client, refusing)
    engine.failures = 3
    assert page.look().json() == {"state": "wait", "text": "One moment, please …"}
    assert page.look().json()["state"] == "wait"
    assert "could not be looked at" in caplog.text
    answer = page.verify()
    assert (answer.status_code, page.state().face) == (202, FaceState.PENDING)
    assert page.verify().json()["text"].endswith(f"{TO_HR} (the head turn could not be looked at)")
    state = page.state()
    assert (state.liveness, state.is_refused, state.is_flagged) == (
        LivenessState.NOT_DONE, False, True,
    )  # fmt: skip


def test_an_engine_that_breaks_down_is_no_ones_fault_either(
    client: Client, refusing: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    page = Page(client, refusing)

    def broken(_jpeg: bytes) -> FacePose:
        raise RuntimeError("dlib fell over")

    caplog.set_level(logging.ERROR)
    with monkeypatch.context() as patched:
        patched.setattr(engine, "pose", broken)
        assert page.look().json()["state"] == "wait"
    assert "the face engine raised" in caplog.text
    # Once it works again the turn can still be made.
    turn_head(page, engine)
    assert page.verify().json()["state"] == "verified"


def test_a_full_disk_lets_the_page_go_on_sending(
    client: Client, refusing: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page = Page(client, refusing)

    def full(*_args: object) -> str:
        raise Unavailable("storage_failed")

    engine.poses = [STRAIGHT, turned(page.question["turn"])]
    with monkeypatch.context() as patched:
        patched.setattr(pictures, "store", full)
        assert page.look().json()["state"] == "wait"
    engine.poses = [turned(page.question["turn"])]
    assert page.look().json()["state"] == "reached"


# --- what a person decides ------------------------------------------------------------------------
def test_hr_accepts_what_was_refused_once(client: Client, refusing: World) -> None:
    page = Page(client, refusing)
    page.verify()
    with company_scope(refusing.company):
        punch = page.state().punch
        with pytest.raises(AlreadyDecided):
            punch_void(punch=punch, reason="again", by=refusing.hr)
        punch_accept(punch=punch, reason="It was Maya", by=refusing.hr)
        state = page.state()
        assert (state.is_refused, state.voided_at, state.decided_at) == (False, None, at(MORNING))
        assert AttendanceDay.objects.get().first_in_at == at(MORNING)
        with pytest.raises(AlreadyDecided):
            punch_accept(punch=punch, reason="again", by=refusing.hr)


def test_what_hr_voided_is_not_accepted_again(client: Client, refusing: World) -> None:
    page = Page(client, refusing)
    page.verify()
    with company_scope(refusing.company):
        punch = page.state().punch
        punch_accept(punch=punch, reason="It was Maya", by=refusing.hr)
        punch_void(punch=punch, reason="No, it was not", by=refusing.hr)
        with pytest.raises(AlreadyDecided):
            punch_accept(punch=punch, reason="Or was it", by=refusing.hr)


def test_without_an_engine_a_turn_that_was_seen_stays_seen(
    client: Client, world: World, enrol: Any, engine: FakeEngine, settings: Any
) -> None:
    enrolled(world, enrol)
    page = Page(client, world)
    turn_head(page, engine)
    settings.MUSTER_FACE_ENGINE = "none"
    with faces.using(None):  # type: ignore[arg-type]
        page.verify()
    assert (page.state().face, page.state().liveness) == (
        FaceState.NOT_CHECKED, LivenessState.PASSED,
    )  # fmt: skip


# --- what is never refused --------------------------------------------------------------------
def test_who_withdraws_during_the_turn_is_not_refused_for_it(
    client: Client, refusing: World, engine: FakeEngine
) -> None:
    page = Page(client, refusing)
    assert page.look().json()["state"] == "more"
    refusing.agree(refusing.maya, is_given=False)
    page.verify()
    state = page.state()
    assert (state.face, state.face_reason) == (FaceState.NOT_CHECKED, "no_consent")
    assert (state.is_refused, state.is_flagged, state.voided_at) == (False, False, None)
    with company_scope(refusing.company):
        assert AttendanceDay.objects.get().first_in_at == at(MORNING)


def test_an_engine_lost_in_the_middle_of_the_turn_refuses_nothing(
    client: Client, refusing: World, engine: FakeEngine, morning: Any
) -> None:
    page = Page(client, refusing)
    assert page.look().json()["state"] == "more"
    engine.failures = 2
    assert [page.look().json()["state"] for _n in range(2)] == ["wait", "wait"]
    morning.shift(dt.timedelta(seconds=21))
    page.verify()
    state = page.state()
    assert (state.liveness, state.liveness_reason) == (LivenessState.NOT_DONE, "engine_away")
    assert (state.is_refused, state.is_flagged) == (False, True)


def test_an_engine_that_came_back_excuses_nobody(
    client: Client, refusing: World, engine: FakeEngine, morning: Any
) -> None:
    page = Page(client, refusing)
    engine.failures = 1
    assert [page.look().json()["state"] for _n in range(3)] == ["wait", "more", "more"]
    morning.shift(dt.timedelta(seconds=21))
    page.verify()
    state = page.state()
    assert (state.liveness, state.liveness_reason) == (LivenessState.FAILED, "turn_not_seen")
    assert (state.is_refused, state.is_flagged) == (True, False)


# --- a person first, the check later ----------------------------------------------------------
def test_what_hr_voided_before_the_check_stays_theirs(
    client: Client, refusing: World, engine: FakeEngine
) -> None:
    engine.outcome = Outcome.MISMATCH
    page = Page(client, refusing)
    with company_scope(refusing.company):
        punch_void(punch=page.state().punch, reason="Typed by mistake", by=refusing.hr)
    page.verify()
    state = page.state()
    assert (state.face, state.is_refused, state.is_flagged) == (FaceState.MISMATCH, False, False)
    with company_scope(refusing.company):
        assert [entry.by_kind for entry in PunchEntry.objects.filter(kind=EntryKind.VOIDED)] == [
            "person"
        ]
        with pytest.raises(AlreadyDecided):
            punch_accept(punch=state.punch, reason="", by=refusing.hr)


def test_what_a_person_accepted_before_the_check_is_doubted_never_refused(
    client: Client, refusing: World, engine: FakeEngine
) -> None:
    engine.outcome = Outcome.MISMATCH
    page = Page(client, refusing)
    engine.failures = 1
    assert page.verify().status_code == 202
    assert page.state().is_flagged is True
    with company_scope(refusing.company):
        punch_accept(punch=page.state().punch, reason="I saw Maya", by=refusing.hr)
    page.verify()
    state = page.state()
    assert (state.face, state.is_refused, state.is_flagged) == (FaceState.MISMATCH, False, True)
    with company_scope(refusing.company):
        day = AttendanceDay.objects.get()
    assert (day.first_in_at, "face" in day.exceptions) == (at(MORNING), True)


# --- a locked month ---------------------------------------------------------------------------
def test_what_was_refused_is_not_accepted_into_a_locked_month(
    client: Client, refusing: World
) -> None:
    page = Page(client, refusing)
    page.verify()
    with company_scope(refusing.company):
        AttendancePeriod.objects.create(
            company=refusing.company,
            starts_on=dt.date(2026, 3, 1),
            state=PeriodState.LOCKED,
            locked_at=at(MORNING),
            locked_by=refusing.hari.user,
        )
        with pytest.raises(PeriodLocked):
            punch_accept(punch=page.state().punch, reason="It was Maya", by=refusing.hr)
        assert not PunchEntry.objects.filter(kind=EntryKind.DECIDED).exists()
    state = page.state()
    assert (state.is_refused, state.attendance_date, state.decided_at) == (True, None, None)
