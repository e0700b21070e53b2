"""What the door says after weighing: the first words, the tone, and the action that follows."""

from __future__ import annotations

import json
from typing import Any

import pytest
import time_machine

from attendance import answers, passes
from attendance.enums import Direction, FaceState
from attendance.models import AttendanceDay, Punch, PunchState
from attendance.services.evidence import Weighed
from tests.attendance.world import World, at


@pytest.fixture(autouse=True)
def morning() -> Any:
    with time_machine.travel(at("2026-03-02 09:04"), tick=False) as traveller:
        yield traveller


def _state(direction: Direction = Direction.IN, **columns: Any) -> PunchState:
    """Return a state that stands in no table; `answers` asks nothing of the database."""
    fields = {"face": FaceState.VERIFIED, **columns}
    return PunchState(punch=Punch(direction=direction), direction=direction, **fields)


def _answer(world: World, state: PunchState, row: AttendanceDay | None) -> tuple[int, Any]:
    answer = answers.verified(Weighed(state, row), claim=world.claim(world.maya))
    return answer.status_code, json.loads(answer.content)


@pytest.mark.parametrize(
    ("zone", "said"),
    [
        ("Asia/Kathmandu", "09:04"),
        ("UTC", "03:19"),
        ("America/New_York", "22:19"),
        ("Pacific/Kiritimati", "17:19"),
    ],
)
def test_the_clock_is_that_of_the_place(zone: str, said: str) -> None:
    assert answers.clock(at("2026-03-02 09:04"), zone) == said


FOLLOWING = {
    Direction.IN: ("out", "Check out"),
    Direction.OUT: ("in", "Check in"),
    Direction.BREAK_START: ("break_end", "End break"),
    Direction.BREAK_END: ("out", "Check out"),
    Direction.UNKNOWN: ("in", "Check in"),
}


@pytest.mark.parametrize("direction", list(Direction))
def test_the_action_that_follows_comes_with_a_pass_of_its_own(
    world: World, direction: Direction
) -> None:
    state = _state(direction)
    said = answers.next_action(world.claim(world.maya), state)
    following, label = FOLLOWING[direction]
    assert (said["direction"], said["label"]) == (following, label)
    assert said["action_key"] == f"{state.punch.public_id}:{following}"
    claim = passes.read(said["pass"])
    expected = world.claim(world.maya, Direction(following))
    assert (claim.company, claim.employee, claim.zone) == (
        expected.company, expected.employee, expected.zone,
    )  # fmt: skip
    assert (claim.direction, claim.action_key) == (Direction(following), said["action_key"])


def _late(count: int) -> AttendanceDay:
    values = {"first_in": "2026-03-02T09:16:00+05:45", "shift_start": "2026-03-02T09:00:00+05:45"}
    step = {"code": "late", "values": {**values, "grace": 10, "late": count}}
    return AttendanceDay(late_minutes=count, steps=[step], worked_minutes=0)


def test_no_row_is_only_recorded(world: World) -> None:
    status, said = _answer(world, _state(), None)
    assert (status, said["text"], said["tone"]) == (200, "Recorded · face verified", "good")


def test_an_in_is_about_being_on_time(world: World) -> None:
    _status, said = _answer(world, _state(), _late(16))
    assert said["text"] == "Late by 16 min (shift 09:00, grace 10 min) · face verified"
    assert said["tone"] == "warn"


def test_an_out_is_about_the_hours(world: World) -> None:
    row = AttendanceDay(worked_minutes=464, steps=[])
    _status, said = _answer(world, _state(Direction.OUT), row)
    assert (said["text"], said["tone"]) == ("Worked 7 h 44 min · face verified", "good")


@pytest.mark.parametrize(
    ("direction", "words"),
    [(Direction.BREAK_START, "Break starts"), (Direction.BREAK_END, "Break ends")],
)
def test_a_break_is_about_itself(world: World, direction: Direction, words: str) -> None:
    _status, said = _answer(world, _state(direction), _late(16))
    assert (said["text"], said["tone"]) == (f"{words} · face verified", "good")


@pytest.mark.parametrize("row", [None, AttendanceDay(late_minutes=0, steps=[])])
def test_what_a_person_will_look_at_warns(world: World, row: AttendanceDay | None) -> None:
    state = _state(face=FaceState.MISMATCH, face_reason="another_face", is_flagged=True)
    status, said = _answer(world, state, row)
    assert (status, said["state"], said["tone"]) == (200, "mismatch", "warn")
    words = (
        "recorded, your manager or HR will look at the picture (the face is unlike the reference)"
    )
    assert said["text"] == f"Recorded · {words}"


def test_what_waits_is_asked_for_again(world: World) -> None:
    status, said = _answer(world, _state(face=FaceState.PENDING), _late(16))
    assert (status, said["retry_after"], said["tone"]) == (202, 2, "info")
    assert said["text"] == "Recorded; the picture will be checked shortly"
    assert set(said) == {"state", "text", "tone", "retry_after", "next"}


def test_no_number_of_the_engine_is_said(world: World) -> None:
    _status, said = _answer(world, _state(similarity="93.50"), None)
    assert "93" not in said["text"]
    assert set(said) == {"state", "text", "tone", "next"}
