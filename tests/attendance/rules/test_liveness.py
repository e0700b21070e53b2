"""The head turn: a table of cases, and what holds for every pair of pictures."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.enums import Turn
from attendance.rules.liveness import LEAST_CHANGE, HeadPose, Seen, turn_seen

STRAIGHT = HeadPose(0.0, 0.7)
LEFT, RIGHT = Turn.LEFT, Turn.RIGHT
places = st.floats(-3, 3)
poses = st.builds(HeadPose, places, places)
turns = st.sampled_from(Turn)
OTHER = {LEFT: RIGHT, RIGHT: LEFT}


@pytest.mark.parametrize(
    ("neutral", "turned", "asked", "expected"),
    [
        (STRAIGHT, HeadPose(0.22, 0.72), LEFT, Seen.REACHED),
        (STRAIGHT, HeadPose(-0.22, 0.72), RIGHT, Seen.REACHED),
        (STRAIGHT, HeadPose(0.22, 0.72), RIGHT, Seen.WRONG_WAY),
        (STRAIGHT, HeadPose(-0.22, 0.72), LEFT, Seen.WRONG_WAY),
        # The bound itself, and a hair below it.
        (STRAIGHT, HeadPose(0.15, 0.7), LEFT, Seen.REACHED),
        (STRAIGHT, HeadPose(0.149, 0.7), LEFT, Seen.MORE),
        (STRAIGHT, HeadPose(-0.149, 0.7), LEFT, Seen.MORE),
        # A still head, with the noise of a camera.
        (STRAIGHT, STRAIGHT, LEFT, Seen.MORE),
        (STRAIGHT, HeadPose(0.02, 0.69), LEFT, Seen.MORE),
        # Who holds the head aslant turns from there: only the change counts.
        (HeadPose(-0.1, 0.7), HeadPose(0.08, 0.7), LEFT, Seen.REACHED),
        (HeadPose(0.1, 0.7), HeadPose(0.2, 0.7), LEFT, Seen.MORE),
        # A nod, and a nod with a little turning: the change across is as large as along.
        (STRAIGHT, HeadPose(0.0, 0.3), LEFT, Seen.MORE),
        (STRAIGHT, HeadPose(0.25, 0.44), LEFT, Seen.MORE),
        (STRAIGHT, HeadPose(0.26, 0.45), LEFT, Seen.REACHED),
    ],
)
def test_turn_seen(neutral: HeadPose, turned: HeadPose, asked: Turn, expected: Seen) -> None:
    assert turn_seen(neutral, turned, asked) == expected


@given(poses, poses, turns)
def test_a_mirrored_pair_turns_the_other_way(
    neutral: HeadPose, turned: HeadPose, asked: Turn
) -> None:
    mirrored = [HeadPose(-pose.turn, pose.drop) for pose in (neutral, turned)]
    assert turn_seen(*mirrored, OTHER[asked]) == turn_seen(neutral, turned, asked)


@given(poses, poses)
def test_one_pair_never_turns_both_ways(neutral: HeadPose, turned: HeadPose) -> None:
    seen = {turn_seen(neutral, turned, asked) for asked in Turn}
    assert seen in ({Seen.MORE}, {Seen.REACHED, Seen.WRONG_WAY})


@given(poses, places, turns)
def test_nodding_never_passes(neutral: HeadPose, nod: float, asked: Turn) -> None:
    nodded = HeadPose(neutral.turn, neutral.drop + nod)
    assert turn_seen(neutral, nodded, asked) == Seen.MORE


@given(poses, st.floats(-0.149, 0.149), places, turns)
def test_a_small_change_never_passes(
    neutral: HeadPose, change: float, drop: float, asked: Turn
) -> None:
    assert abs(change) < LEAST_CHANGE
    turned = HeadPose(neutral.turn + change, drop)
    assert turn_seen(neutral, turned, asked) == Seen.MORE


@given(poses, poses, turns)
def test_turning_there_and_back_is_the_other_turn(
    neutral: HeadPose, turned: HeadPose, asked: Turn
) -> None:
    assert turn_seen(turned, neutral, OTHER[asked]) == turn_seen(neutral, turned, asked)
