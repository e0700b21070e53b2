"""Angles as places of the nose, so that one rule of the head turn serves every engine."""

from __future__ import annotations

import pytest

from attendance.enums import Turn
from attendance.rules.liveness import HeadPose, Seen, turn_seen
from integrations.faces import rekognition_looks as looks
from integrations.faces.protocol import Outcome, Reason


@pytest.mark.parametrize(
    ("yaw", "pitch", "turn", "drop"),
    [
        (0, 0, 0.0, 0.7),
        (10, 0, 0.084, 0.7),
        (20, 0, 0.173, 0.7),
        (25, 0, 0.221, 0.7),
        (-25, 0, -0.221, 0.7),
        (45, 0, 0.474, 0.7),
        (0, 20, 0.0, 0.496),
        (0, -20, 0.0, 0.82),
        (0, 40, 0.0, 0.232),
        (90, 0, 1.769, 0.7),
        (180, -180, 1.769, 0.639),
    ],
)
def test_where_the_nose_stands(yaw: float, pitch: float, turn: float, drop: float) -> None:
    assert looks.nose_place(yaw, pitch) == (
        pytest.approx(turn, abs=5e-4),
        pytest.approx(drop, abs=5e-4),
    )


@pytest.mark.parametrize(
    ("neutral", "turned", "asked", "seen"),
    [
        ((0, 0), (18, 0), Turn.LEFT, Seen.REACHED),
        ((0, 0), (17, 0), Turn.LEFT, Seen.MORE),
        ((0, 0), (-18, 0), Turn.RIGHT, Seen.REACHED),
        ((0, 0), (-18, 0), Turn.LEFT, Seen.WRONG_WAY),
        ((-8, 0), (11, 0), Turn.LEFT, Seen.REACHED),
        ((0, 0), (20, 10), Turn.LEFT, Seen.REACHED),
        # A nod, or a photograph that is tilted about its lower edge.
        ((0, 0), (2, 30), Turn.LEFT, Seen.MORE),
        ((0, 0), (20, 30), Turn.LEFT, Seen.MORE),
    ],
)
def test_the_head_turn_holds_for_angles(
    neutral: tuple[float, float], turned: tuple[float, float], asked: Turn, seen: Seen
) -> None:
    first, second = HeadPose(*looks.nose_place(*neutral)), HeadPose(*looks.nose_place(*turned))
    assert turn_seen(first, second, asked) == seen


def test_the_thresholds_are_those_that_aws_advises() -> None:
    assert (looks.ACCEPT, looks.REVIEW, looks.ASKED) == (99.0, 90.0, 80.0)


def test_another_persons_likeness_decides_nothing_below_review() -> None:
    assert looks.decide(85.0, is_nearest=False) == (Outcome.MISMATCH, Reason.ANOTHER_FACE)
    assert looks.decide(99.9, is_nearest=False) == (Outcome.REVIEW, Reason.NOT_NEAREST)
