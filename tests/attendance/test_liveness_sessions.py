"""A service's own look whether somebody is there: bound to one punch, answered once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client

from attendance.enums import FaceState, FrameKind, LivenessState, TurnState
from attendance.models import LivenessChallenge, PunchFrame
from attendance.services import enrolment, liveness, liveness_sessions, pictures
from companies.scoping import company_scope
from integrations import faces
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.faces.liveness import SessionResult, SessionState
from tests.attendance.doorway import TAP, frame, knock
from tests.attendance.fakes import FakeEngine, FakeSessions, HostedFake, jpeg
from tests.attendance.turning import Page, enrolled, turn_head, verbs_of
from tests.attendance.world import World, at


@pytest.fixture(autouse=True)
def morning() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def engine() -> Iterator[HostedFake]:
    fake = HostedFake()
    fake.sessions = FakeSessions()
    with faces.using(fake):
        yield fake


@pytest.fixture
def sessions(engine: HostedFake) -> FakeSessions:
    assert engine.sessions is not None
    return engine.sessions


@pytest.fixture
def checked_in(client: Client, world: World, enrol: Any) -> Page:
    """Maya's page after a check-in that asks for a proof that she is there."""
    return Page(client, enrolled(world, enrol))


def _start(page: Page) -> Any:
    return knock(page.client, page.said["session"], {"pass": page.passed})


def _result(page: Page, started: dict[str, Any], **changes: Any) -> Any:
    fields = {"pass": page.passed, "nonce": started["nonce"], **changes}
    return knock(page.client, page.said["result"], fields)


def _is_live(sessions: FakeSessions, started: dict[str, Any], picture: bytes) -> None:
    sessions.results[started["session"]] = SessionResult(SessionState.LIVE, picture)


def _last(world: World) -> LivenessChallenge:
    with company_scope(world.company):
        return LivenessChallenge.objects.latest("pk")


def test_a_person_who_is_there_is_seen_and_weighed_with_the_check_in(
    checked_in: Page, world: World, sessions: FakeSessions
) -> None:
    address = f"/punch/{checked_in.said['id']}"
    assert (checked_in.said["session"], checked_in.said["result"]) == (
        f"{address}/session", f"{address}/session-result",
    )  # fmt: skip
    started = _start(checked_in).json()
    assert started == {"session": "session-1", "nonce": started["nonce"], "seconds": 180}
    row = _last(world)
    assert (sessions.tokens, row.session_id, row.turn) == ([row.public_id.hex], "session-1", "")

    assert _result(checked_in, started).json() == {"state": "wait"}
    picture = jpeg()
    _is_live(sessions, started, picture)
    assert _result(checked_in, started).json() == {"state": "reached"}
    assert _result(checked_in, started).json() == {"state": "reached"}
    assert checked_in.state().liveness == LivenessState.PASSED
    with company_scope(world.company):
        kept = PunchFrame.objects.get(kind=FrameKind.TURNED)
        with default_storage.open(kept.storage_key) as file:
            assert file.read() == picture
    checked_in.verify()
    assert (checked_in.state().face, checked_in.state().is_flagged) == (FaceState.VERIFIED, False)


def test_a_live_face_of_somebody_else_proves_nothing(
    checked_in: Page, engine: HostedFake, sessions: FakeSessions
) -> None:
    started = _start(checked_in).json()
    _is_live(sessions, started, jpeg())
    _result(checked_in, started)
    engine.is_same_person = False
    checked_in.verify()
    state = checked_in.state()
    assert (state.liveness, state.liveness_reason, state.is_flagged) == (
        LivenessState.FAILED, "turn_of_another", True,
    )  # fmt: skip


def test_a_session_that_failed_leaves_the_head_turn(
    checked_in: Page, world: World, engine: HostedFake, sessions: FakeSessions
) -> None:
    started = _start(checked_in).json()
    assert checked_in.look().json()["state"] == "over"  # the turn's own question ended with it
    sessions.results["session-1"] = SessionResult(SessionState.FAILED)
    assert _result(checked_in, started).json() == {"state": "over"}
    assert _result(checked_in, started).json() == {"state": "over"}
    assert (_last(world).state, checked_in.state().liveness) == (
        TurnState.ENDED,
        LivenessState.ASKED,
    )
    checked_in.ask_again()
    turn_head(checked_in, engine)
    assert checked_in.state().liveness == LivenessState.PASSED


def test_a_session_that_was_seen_to_fail_and_nothing_after_it(
    checked_in: Page, sessions: FakeSessions
) -> None:
    started = _start(checked_in).json()
    sessions.results["session-1"] = SessionResult(SessionState.FAILED)
    _result(checked_in, started)
    checked_in.verify()
    state = checked_in.state()
    assert (state.liveness, state.liveness_reason) == (LivenessState.FAILED, "turn_not_seen")


def test_a_session_that_the_service_does_not_know_is_over(
    checked_in: Page, sessions: FakeSessions
) -> None:
    started = _start(checked_in).json()
    sessions.error = Rejected("session_unknown")
    assert _result(checked_in, started).json() == {"state": "over"}


def test_a_service_that_is_away_is_nobodys_fault(checked_in: Page, sessions: FakeSessions) -> None:
    started = _start(checked_in).json()
    sessions.error = Unavailable("ThrottlingException")
    assert _result(checked_in, started).json() == {"state": "wait"}
    assert (checked_in.state().liveness, checked_in.state().liveness_reason) == (
        LivenessState.ASKED, liveness.ENGINE_AWAY,
    )  # fmt: skip
    sessions.error = None
    _is_live(sessions, started, jpeg())
    assert _result(checked_in, started).json() == {"state": "reached"}
    assert (checked_in.state().liveness, checked_in.state().liveness_reason) == (
        LivenessState.PASSED,
        "",
    )


def test_a_disk_that_refuses_the_picture_is_nobodys_fault(
    checked_in: Page, sessions: FakeSessions, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_args: object) -> str:
        raise Unavailable("storage_failed")

    started = _start(checked_in).json()
    _is_live(sessions, started, jpeg())
    monkeypatch.setattr(pictures, "store", full)
    assert _result(checked_in, started).json() == {"state": "wait"}


@pytest.mark.parametrize(
    "error", [Unavailable("ThrottlingException"), Misconfigured("AccessDeniedException")]
)
def test_a_session_that_cannot_begin_leaves_the_head_turn(
    checked_in: Page, world: World, engine: HostedFake, sessions: FakeSessions, error: Exception
) -> None:
    sessions.error = error
    answer = _start(checked_in)
    assert (answer.status_code, answer.json()["code"]) == (409, "session_impossible")
    assert (_last(world).state, checked_in.state().liveness) == (
        TurnState.ENDED,
        LivenessState.ASKED,
    )
    sessions.error = None
    assert checked_in.ask_again().status_code == 200
    turn_head(checked_in, engine)


def test_a_picture_that_came_before_is_no_proof(
    checked_in: Page, world: World, sessions: FakeSessions
) -> None:
    first = frame()
    again = Page(
        checked_in.client, world, tap_id="0190c0de-0000-7000-8000-0000000000aa", frame=first
    )
    first.seek(0)
    started = _start(again).json()
    _is_live(sessions, started, first.read())
    assert _result(again, started).json() == {"state": "over"}
    assert "frame_replayed" in verbs_of(world)


def test_three_sessions_a_punch(checked_in: Page, sessions: FakeSessions) -> None:
    for _n in range(3):
        assert _start(checked_in).status_code == 200
    answer = _start(checked_in)
    assert (answer.status_code, answer.json()["code"]) == (409, "turns_used")
    assert len(sessions.tokens) == 3


def test_a_punch_that_waits_for_nothing_has_no_session(
    checked_in: Page, sessions: FakeSessions
) -> None:
    checked_in.verify()
    assert _start(checked_in).json()["code"] == "turns_used"
    assert sessions.tokens == []


def test_who_withdrew_meanwhile_is_not_filmed(
    checked_in: Page, world: World, sessions: FakeSessions
) -> None:
    with company_scope(world.company):
        enrolment.consent_answer(
            by=world.actor(world.maya), is_given=False, now=at("2026-03-02 09:04")
        )
    assert _start(checked_in).json()["code"] == "turns_used"
    assert sessions.tokens == []


def test_a_session_ends_after_three_minutes_and_is_waited_for(
    checked_in: Page, world: World, sessions: FakeSessions, morning: Any
) -> None:
    started = _start(checked_in).json()
    now = at("2026-03-02 09:04")
    assert checked_in.state().verify_next_at == now + dt.timedelta(seconds=210)
    _is_live(sessions, started, jpeg())
    morning.move_to(now + dt.timedelta(seconds=181))
    assert _result(checked_in, started).json() == {"state": "over"}


def test_a_session_is_of_one_punch_and_its_use_for_another_is_told(
    checked_in: Page, world: World, sessions: FakeSessions
) -> None:
    started = _start(checked_in).json()
    other = Page(checked_in.client, world, tap_id="0190c0de-0000-7000-8000-0000000000bb")
    _is_live(sessions, started, jpeg())
    answer = _result(other, started)
    assert (answer.status_code, answer.json()["code"]) == (404, "turn_not_found")
    assert "turn_nonce_reused" in verbs_of(world)
    assert (other.state().liveness, other.state().liveness_reason) == (
        LivenessState.FAILED, "nonce_reused",
    )  # fmt: skip


def test_neither_question_is_answered_by_the_others_nonce(
    checked_in: Page, world: World, sessions: FakeSessions
) -> None:
    answer = _result(checked_in, {"nonce": checked_in.question["nonce"]})
    assert (answer.status_code, answer.json()["code"]) == (404, "turn_not_found")
    started = _start(checked_in).json()
    answer = checked_in.look(nonce=started["nonce"])
    assert (answer.status_code, answer.json()["code"]) == (404, "turn_not_found")


def test_a_session_is_of_one_person(
    checked_in: Page, world: World, other_world: World, sessions: FakeSessions
) -> None:
    started = _start(checked_in).json()
    for stranger in (world.pass_of(world.hari), other_world.pass_of(other_world.maya)):
        answer = knock(checked_in.client, checked_in.said["session"], {"pass": stranger})
        assert (answer.status_code, answer.json()["code"]) == (404, "punch_not_found")
        answer = _result(checked_in, started, **{"pass": stranger})
        assert (answer.status_code, answer.json()["code"]) == (404, "turn_not_found")


def test_more_than_the_page_asks_is_refused(
    checked_in: Page, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness_sessions, "ASKS_A_MINUTE", 2)
    started = _start(checked_in).json()
    assert [_result(checked_in, started).status_code for _n in range(2)] == [200, 429]


def test_without_such_a_service_nothing_is_offered(
    client: Client, world: World, enrol: Any
) -> None:
    with faces.using(FakeEngine()):
        page = Page(client, enrolled(world, enrol))
        assert not {"session", "result"} & set(page.said)
        address = f"/punch/{page.said['id']}/session"
        answer = knock(client, address, {"pass": page.passed})
    assert (answer.status_code, answer.json()["code"]) == (409, "session_impossible")


def test_a_service_that_was_switched_off_meanwhile_is_nobodys_fault(
    checked_in: Page, engine: HostedFake
) -> None:
    started = _start(checked_in).json()
    engine.sessions = None
    assert _result(checked_in, started).json() == {"state": "wait"}


# --- the head turn by a hosted engine ---------------------------------------------------------
def test_a_hosted_engine_looks_at_one_frame_a_second(
    checked_in: Page, engine: HostedFake, morning: Any
) -> None:
    engine.poses = [  # the first picture's, and two of the turning head
        *(liveness.FacePose(liveness.Advice.OK, turn, 0.7) for turn in (0.0, 0.01, 0.02)),
    ]
    assert checked_in.look().json()["state"] == "more"
    assert len(engine.poses) == 1
    assert [checked_in.look().json()["state"] for _n in range(3)] == ["more"] * 3
    assert len(engine.poses) == 1
    morning.shift(1)
    checked_in.look()
    assert engine.poses == []


def test_nobody_who_enrolled_elsewhere_is_asked_to_turn(
    client: Client, world: World, enrol: Any, engine: HostedFake
) -> None:
    with faces.using(FakeEngine()):
        enrolled(world, enrol)
    page = Page(client, world, tap_id=TAP)
    assert page.question == {}
