"""The head turn over HTTP: asked for at random, looked at frame by frame, answered once."""

from __future__ import annotations

import datetime as dt
import secrets
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.test import Client

from attendance import passes, receipts
from attendance.door import MOST_BYTES
from attendance.enums import FaceState, FrameKind, LivenessState
from attendance.models import FaceErasure, LivenessChallenge, PunchEntry, PunchFrame
from attendance.services import enrolment, liveness
from companies.models import AuditEvent
from companies.scoping import company_scope
from integrations import faces, photos
from integrations.faces.protocol import Advice, FacePose
from tests.attendance.doorway import TAP, body, frame, knock, statements
from tests.attendance.fakes import FakeEngine, jpeg
from tests.attendance.turning import STRAIGHT, Page, asks_for_turn, turned
from tests.attendance.world import World, at

WORDS = {"left": "Turn your head to your left.", "right": "Turn your head to your right."}
OTHER_WAY = {
    "left": "The other way, please: to your left.",
    "right": "The other way, please: to your right.",
}
OTHER = {"left": "right", "right": "left"}
ON_TIME = "On time (shift 09:00, grace 10 min)"
TO_HR = "recorded, your manager or HR will look at the picture"


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


@pytest.fixture
def asking(world: World, enrol: Any) -> World:
    """The world with Maya enrolled, in a company that asks for a head turn."""
    enrol(world, world.maya)
    asks_for_turn(world)
    return world


def _challenge(world: World) -> LivenessChallenge:
    with company_scope(world.company):
        found: LivenessChallenge = LivenessChallenge.objects.get()
    return found


# --- the main path ----------------------------------------------------------------------------
def test_a_head_that_turns_is_seen_and_the_check_in_verified(
    client: Client, asking: World, engine: FakeEngine, photos_folder: Path
) -> None:
    page = Page(client, asking)
    side = page.question["turn"]
    assert page.question == {
        "nonce": page.question["nonce"], "turn": side, "seconds": 20, "text": WORDS[side],
    }  # fmt: skip
    assert (page.said["turn"], page.said["ask"]) == tuple(
        f"/punch/{page.said['id']}/{what}" for what in ("turn", "ask")
    )
    assert page.state().liveness == LivenessState.ASKED
    engine.poses = [STRAIGHT, turned(side, 0.05), turned(OTHER[side]), turned(side)]
    assert [page.look().json() for _n in range(3)] == [
        {"state": "more", "text": WORDS[side]},
        {"state": "wrong_way", "text": OTHER_WAY[side]},
        {"state": "reached", "text": "Thank you. Look straight again."},
    ]
    assert page.state().liveness == LivenessState.PASSED
    assert page.verify().json()["text"] == f"{ON_TIME} · face verified"
    state = page.state()
    assert (state.face, state.liveness, state.liveness_reason, state.is_flagged) == (
        FaceState.VERIFIED, LivenessState.PASSED, "", False,
    )  # fmt: skip
    with company_scope(asking.company):
        frames = list(PunchFrame.objects.all())
        entry = PunchEntry.objects.get()
    assert [(item.kind, item.is_clean, item.purge_on) for item in frames] == [
        (FrameKind.FRONTAL, True, dt.date(2026, 5, 31)),
        (FrameKind.TURNED, True, dt.date(2026, 5, 31)),
    ]
    stored = {str(path.relative_to(photos_folder)) for path in photos_folder.glob("[rf]*/*/*")}
    assert {item.storage_key for item in frames} == {
        name for name in stored if not name.startswith("reference/")
    }
    assert entry.values == {
        "face": "verified", "reason": "", "is_flagged": False,
        "liveness": "passed", "liveness_reason": "",
    }  # fmt: skip
    challenge = _challenge(asking)
    assert (challenge.state, challenge.neutral_turn, challenge.neutral_drop) == (
        "passed", None, None,
    )  # fmt: skip


def test_a_still_picture_is_not_seen_to_turn_and_hr_looks(
    client: Client, asking: World, engine: FakeEngine, morning: Any
) -> None:
    page = Page(client, asking)
    for _n in range(5):
        assert page.look().json()["state"] == "more"
    morning.shift(dt.timedelta(seconds=21))
    assert page.look().json() == {"state": "over", "text": "We have not seen the head turn."}
    answer = page.verify().json()
    assert (answer["text"], answer["tone"]) == (
        f"{ON_TIME} · {TO_HR} (the head turn was not seen)", "warn",
    )  # fmt: skip
    state = page.state()
    assert (state.face, state.liveness, state.liveness_reason, state.is_flagged) == (
        FaceState.VERIFIED, LivenessState.FAILED, "turn_not_seen", True,
    )  # fmt: skip


@pytest.mark.parametrize("side", ["left", "right"])
def test_chance_says_which_side(
    client: Client, asking: World, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    offered: list[list[str]] = []

    def choice(sides: list[str]) -> str:
        offered.append(sides)
        return side

    monkeypatch.setattr(secrets, "choice", choice)
    assert Page(client, asking).question["turn"] == side
    assert offered == [["left", "right"]]


# --- who is asked -----------------------------------------------------------------------------
def test_nobody_is_asked_where_the_company_does_not_want_it(
    client: Client, world: World, enrol: Any
) -> None:
    enrol(world, world.maya)
    assert "question" not in Page(client, world).said


def test_who_is_not_enrolled_is_not_asked(client: Client, world: World, engine: Any) -> None:
    asks_for_turn(world)
    page = Page(client, world)
    assert ("question" in page.said, page.state().liveness) == (False, LivenessState.NOT_ASKED)


@pytest.mark.parametrize("sent", [None, b"not a picture"])
def test_without_a_picture_nobody_is_asked(
    client: Client, asking: World, sent: bytes | None
) -> None:
    page = Page(client, asking, frame="" if sent is None else frame(sent))
    assert "question" not in page.said


def test_without_an_engine_nobody_is_asked(client: Client, asking: World, settings: Any) -> None:
    settings.MUSTER_FACE_ENGINE = "none"
    with faces.using(None):  # type: ignore[arg-type]
        assert "question" not in Page(client, asking).said


def test_the_question_of_a_repeated_tap_is_the_same_while_it_is_open(
    client: Client, asking: World, morning: Any
) -> None:
    first = Page(client, asking)
    morning.shift(dt.timedelta(seconds=5))
    again = Page(client, asking)
    assert again.said["id"] == first.said["id"]
    assert {**first.question, "seconds": 15} == again.question
    morning.shift(dt.timedelta(seconds=16))
    assert Page(client, asking).question == {}


# --- one answer, one punch, one person ------------------------------------------------------------
def test_what_was_reached_stays_reached_and_is_not_looked_at_again(
    client: Client, asking: World, engine: FakeEngine
) -> None:
    page = Page(client, asking)
    engine.poses = [STRAIGHT, turned(page.question["turn"])]
    assert page.look().json()["state"] == "reached"
    engine.poses = [turned(OTHER[page.question["turn"]])]
    assert page.look().json()["state"] == "reached"
    assert len(engine.poses) == 1
    with company_scope(asking.company):
        assert PunchFrame.objects.filter(kind=FrameKind.TURNED).count() == 1


def test_one_frame_that_arrives_twice_at_once_is_no_replay(
    client: Client, asking: World, engine: FakeEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    page, data, pose = Page(client, asking), jpeg(), engine.pose

    def while_looking(picture: bytes) -> FacePose:
        if picture == data:
            monkeypatch.setattr(engine, "pose", pose)
            assert page.look(frame=frame(data)).json()["state"] == "reached"
        return pose(picture)

    engine.poses = [STRAIGHT, *[turned(page.question["turn"])] * 2]
    monkeypatch.setattr(engine, "pose", while_looking)
    assert page.look(frame=frame(data)).json()["state"] == "reached"
    with company_scope(asking.company):
        assert PunchFrame.objects.filter(kind=FrameKind.TURNED).count() == 1
        assert not AuditEvent.objects.filter(verb="frame_replayed").exists()


def test_a_nonce_of_another_punch_is_noticed(
    client: Client, asking: World, engine: FakeEngine
) -> None:
    earlier, page = Page(client, asking), Page(client, asking, tap_id=str(uuid.uuid4()))
    engine.poses = [STRAIGHT, turned(earlier.question["turn"])]
    answer = page.look(nonce=earlier.question["nonce"])
    assert (answer.status_code, answer.json()["code"]) == (404, "turn_not_found")
    assert page.verify().json()["text"].endswith("(the head turn belongs to another check-in)")
    state = page.state()
    assert (state.liveness, state.liveness_reason, state.is_flagged) == (
        LivenessState.FAILED, "nonce_reused", True,
    )  # fmt: skip
    with company_scope(asking.company):
        assert AuditEvent.objects.filter(verb="turn_nonce_reused").count() == 1
    assert earlier.state().liveness == LivenessState.ASKED


def test_after_a_nonce_of_another_punch_no_picture_of_a_turn_is_kept(
    client: Client, asking: World, engine: FakeEngine
) -> None:
    earlier, page = Page(client, asking), Page(client, asking, tap_id=str(uuid.uuid4()))
    engine.poses = [STRAIGHT, STRAIGHT, turned(page.question["turn"])]
    assert page.look().json()["state"] == "more"
    assert page.look(nonce=earlier.question["nonce"]).status_code == 404
    assert page.look().json()["state"] == "over"
    page.verify()
    with company_scope(asking.company):
        assert not PunchFrame.objects.filter(kind=FrameKind.TURNED).exists()
        own = LivenessChallenge.objects.get(punch__public_id=page.said["id"])
    assert (own.state, own.neutral_turn, own.neutral_drop) == ("ended", None, None)


def test_a_nonce_sent_for_a_punch_that_never_was_changes_nothing(
    client: Client, asking: World
) -> None:
    page = Page(client, asking)
    page.said["turn"] = f"/punch/{uuid.uuid4()}/turn"
    assert page.look().status_code == 404
    assert page.state().liveness == LivenessState.ASKED
    with company_scope(asking.company):
        assert not AuditEvent.objects.filter(verb="turn_nonce_reused").exists()


WHO: dict[str, Callable[[World, World], str]] = {
    "a colleague": lambda world, other: world.pass_of(world.bikram),
    "a stranger": lambda world, other: other.pass_of(other.maya),
}


@pytest.mark.parametrize("who", sorted(WHO))
def test_nobody_else_answers_or_asks_again(
    client: Client, asking: World, other_world: World, who: str
) -> None:
    page = Page(client, asking)
    page.passed = WHO[who](asking, other_world)
    answers = page.look(), page.ask_again()
    assert [(item.status_code, item.json()["code"]) for item in answers] == [
        (404, "turn_not_found"), (404, "punch_not_found"),
    ]  # fmt: skip
    assert page.state().liveness == LivenessState.ASKED


@pytest.mark.parametrize("nonce", ["", "made-up", "é:ü", f"{uuid.UUID(int=7).hex}:forged"])
def test_a_nonce_that_was_made_up_is_not_found(client: Client, asking: World, nonce: str) -> None:
    answer = Page(client, asking).look(nonce=nonce)
    assert (answer.status_code, answer.json()["code"]) == (404, "turn_not_found")


def test_a_nonce_that_is_signed_but_names_nothing_is_not_found(
    client: Client, asking: World
) -> None:
    signed = [liveness._signer().sign(text) for text in (uuid.uuid4().hex, "no id")]
    page = Page(client, asking)
    assert {page.look(nonce=nonce).json()["code"] for nonce in signed} == {"turn_not_found"}


# --- bad input --------------------------------------------------------------------------------
def test_a_look_needs_a_pass_and_a_frame(client: Client, asking: World, morning: Any) -> None:
    page = Page(client, asking)
    answers = {
        "pass_invalid": page.look(**{"pass": ""}),
        "punch_malformed": page.look(frame=""),
        "punch_too_large": page.look(frame=frame(jpeg() + bytes(MOST_BYTES))),
    }
    assert {code: item.json()["code"] for code, item in answers.items()} == {
        code: code for code in answers
    }
    morning.shift(passes.LIFETIME + dt.timedelta(seconds=1))
    assert page.look().json()["code"] == page.ask_again().json()["code"] == "pass_expired"
    assert client.get(page.said["turn"]).status_code == 405


def test_a_frame_that_is_no_picture_gets_advice(client: Client, asking: World) -> None:
    class Strict(FakeEngine):
        def pose(self, jpeg: bytes) -> FacePose:
            photos.check(jpeg)
            return super().pose(jpeg)

    page = Page(client, asking)
    with faces.using(Strict()):
        assert page.look(frame=frame(b"junk")).json()["state"] == "no_face"


@pytest.mark.parametrize(
    ("advice", "words"),
    [
        (Advice.NO_FACE, "We cannot see your face. Turn a little less."),
        (Advice.SEVERAL_FACES, "Only one person please."),
        (Advice.MOVE_CLOSER, "Move closer."),
    ],
)
def test_advice_comes_while_no_face_can_be_seen(
    client: Client, asking: World, engine: FakeEngine, advice: Advice, words: str
) -> None:
    page = Page(client, asking)
    engine.poses = [STRAIGHT, FacePose(advice)]
    assert page.look().json() == {"state": advice.value, "text": words}


def test_more_frames_than_a_page_sends_are_refused(
    client: Client, asking: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(liveness, "LOOKS_A_MINUTE", 2)
    page = Page(client, asking)
    assert [page.look().status_code for _n in range(3)] == [200, 200, 429]
    assert page.ask_again().status_code == 429


# --- again ------------------------------------------------------------------------------------
def test_trying_again_gives_one_new_question_three_in_all(
    client: Client, asking: World, engine: FakeEngine, morning: Any
) -> None:
    page = Page(client, asking)
    nonces = {page.question["nonce"]}
    for _n in range(2):
        morning.shift(dt.timedelta(seconds=21))
        assert page.ask_again().status_code == 200
        once = page.question
        assert page.ask_again().json()["question"] == once
        nonces.add(once["nonce"])
    assert len(nonces) == liveness.MOST_TURNS == 3
    morning.shift(dt.timedelta(seconds=21))
    answer = page.ask_again()
    assert (answer.status_code, answer.json()["code"]) == (409, "turns_used")
    assert page.verify().status_code == 200
    with company_scope(asking.company):
        assert LivenessChallenge.objects.filter(state="ended").count() == 3


def test_the_question_after_the_first_can_be_answered(
    client: Client, asking: World, engine: FakeEngine, morning: Any
) -> None:
    page = Page(client, asking)
    stale = page.question["nonce"]
    morning.shift(dt.timedelta(seconds=21))
    page.ask_again()
    side = page.question["turn"]
    engine.poses = [STRAIGHT, turned(side)]
    assert page.look(nonce=stale).json()["state"] == "over"
    assert page.look().json()["state"] == "reached"
    assert page.verify().json()["state"] == "verified"


def test_what_is_weighed_is_not_asked_again(client: Client, asking: World) -> None:
    page = Page(client, asking)
    page.verify()
    assert page.ask_again().json()["code"] == "turns_used"
    assert page.look().json()["state"] == "over"


def test_going_on_without_turning_ends_the_question(client: Client, asking: World) -> None:
    page = Page(client, asking)
    assert page.verify().json()["text"] == f"{ON_TIME} · {TO_HR} (the head turn was not made)"
    assert page.state().liveness == LivenessState.NOT_DONE


def test_consent_withdrawn_meanwhile_takes_no_more_frames(
    client: Client, asking: World, engine: FakeEngine
) -> None:
    page = Page(client, asking)
    assert page.look().json()["state"] == "more"
    assert _challenge(asking).neutral_drop == 0.7
    with company_scope(asking.company):
        actor = asking.actor(asking.maya)
        enrolment.consent_answer(by=actor, is_given=False, now=at("2026-03-02 09:04"))
        counts = FaceErasure.objects.get().counts
    assert "1 figure of where a head pointed" in receipts.counts_words(counts)
    assert (_challenge(asking).neutral_turn, _challenge(asking).neutral_drop) == (None, None)
    engine.poses = [STRAIGHT, turned(page.question["turn"])]
    assert page.look().json()["state"] == "over"
    assert page.verify().json()["text"].endswith("face not checked (no consent to the face check)")
    with company_scope(asking.company):
        assert not PunchFrame.objects.exists()


# --- cost -------------------------------------------------------------------------------------
def test_asking_costs_one_statement_more_and_a_look_two(
    client: Client, asking: World, engine: FakeEngine
) -> None:
    Page(client, asking, tap_id=str(uuid.uuid4()))
    with statements() as recording:
        answer: Any = knock(client, "/punch", body(asking, frame=frame()))
    page = Page(client, asking, tap_id=TAP)
    with statements() as first:
        page.look()
    with statements() as look:
        page.look()
    engine.poses = [turned(page.question["turn"])]
    with statements() as reached:
        assert page.look().json()["state"] == "reached"
    assert answer.status_code == 201
    assert [len(counted) for counted in (recording, first, look, reached)] == [6, 3, 2, 6]
