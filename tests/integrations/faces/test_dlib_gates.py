"""The engine's arithmetic, with made-up figures: gates, pose, dominance, decisions."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest

from integrations.faces import dlib_engine, thresholds, vectors
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import (
    Advice,
    FaceMatch,
    FaceReading,
    Outcome,
    Purpose,
    Quality,
    Reason,
)

GOOD = Quality(width=120, score=1.5, luma=128, sharpness=300, turn=0.02, drop=0.7)
ENROL, CHECK = Purpose.ENROL, Purpose.CHECK


def test_thresholds_are_the_measured_ones() -> None:
    assert (thresholds.ACCEPT_DISTANCE, thresholds.REVIEW_DISTANCE) == (0.48, 0.55)
    assert thresholds.SAME_PERSON_DISTANCE == 0.55
    assert (thresholds.GOOD_WIDTH, thresholds.CHECK_WIDTH) == (80, 50)
    assert (thresholds.DARKEST, thresholds.BRIGHTEST) == (40, 220)
    assert (thresholds.SHARP, thresholds.BLURRED) == (30, 15)
    assert (thresholds.FRONTAL_TURN, thresholds.ENROL_SCORE) == (0.12, 0.3)


@pytest.mark.parametrize(
    ("changed", "enrol", "check"),
    [
        ({}, (Advice.OK, True), (Advice.OK, True)),
        ({"width": 80}, (Advice.OK, True), (Advice.OK, True)),
        ({"width": 79}, (Advice.MOVE_CLOSER, False), (Advice.MOVE_CLOSER, True)),
        ({"width": 50}, (Advice.MOVE_CLOSER, False), (Advice.MOVE_CLOSER, True)),
        ({"width": 49}, (Advice.MOVE_CLOSER, False), (Advice.MOVE_CLOSER, False)),
        ({"luma": 40}, (Advice.OK, True), (Advice.OK, True)),
        ({"luma": 39.9}, (Advice.MORE_LIGHT, False), (Advice.MORE_LIGHT, False)),
        ({"luma": 220}, (Advice.OK, True), (Advice.OK, True)),
        ({"luma": 220.1}, (Advice.LESS_LIGHT, False), (Advice.LESS_LIGHT, False)),
        ({"sharpness": 30}, (Advice.OK, True), (Advice.OK, True)),
        ({"sharpness": 29.9}, (Advice.HOLD_STILL, True), (Advice.HOLD_STILL, True)),
        ({"sharpness": 15}, (Advice.HOLD_STILL, True), (Advice.HOLD_STILL, True)),
        ({"sharpness": 14.9}, (Advice.HOLD_STILL, False), (Advice.HOLD_STILL, False)),
        ({"turn": 0.12}, (Advice.OK, True), (Advice.OK, True)),
        ({"turn": 0.121}, (Advice.LOOK_STRAIGHT, False), (Advice.LOOK_STRAIGHT, True)),
        ({"turn": -0.121}, (Advice.LOOK_STRAIGHT, False), (Advice.LOOK_STRAIGHT, True)),
        ({"score": 0.3}, (Advice.OK, True), (Advice.OK, True)),
        ({"score": 0.29}, (Advice.LOOK_STRAIGHT, False), (Advice.OK, True)),
        ({"width": 30, "luma": 5}, (Advice.MOVE_CLOSER, False), (Advice.MOVE_CLOSER, False)),
        ({"luma": 5, "sharpness": 2}, (Advice.MORE_LIGHT, False), (Advice.MORE_LIGHT, False)),
        ({"width": 60, "luma": 5}, (Advice.MOVE_CLOSER, False), (Advice.MORE_LIGHT, False)),
    ],
)
def test_gates(
    changed: dict[str, float], enrol: tuple[Advice, bool], check: tuple[Advice, bool]
) -> None:
    quality = dataclasses.replace(GOOD, **changed)  # type: ignore[arg-type]

    assert dlib_engine.judge(quality, ENROL) == enrol
    assert dlib_engine.judge(quality, CHECK) == check


@pytest.mark.parametrize(
    ("widths", "expected"),
    [
        ([100], True),
        ([49, 100], True),
        ([50, 100], False),
        ([100, 100], False),
        ([20, 90, 40], True),
    ],
)
def test_one_face_must_dominate(widths: list[int], expected: bool) -> None:
    assert dlib_engine.is_dominant(widths) is expected


def points(turn: float, tilt: float) -> list[tuple[float, float]]:
    """Return five points of a face whose eyes are 100 apart, the head tilted by `tilt` radians."""
    upright = [(160, 50), (140, 50), (40, 50), (60, 50), (100 + 100 * turn, 120)]
    cos, sin = math.cos(tilt), math.sin(tilt)
    return [(x * cos - y * sin + 300, x * sin + y * cos + 200) for x, y in upright]


@pytest.mark.parametrize("turn", [-0.3, 0.0, 0.12, 0.25])
@pytest.mark.parametrize("tilt", [-0.6, 0.0, 0.4, math.pi / 2])
def test_place_of_the_nose_does_not_depend_on_tilt(turn: float, tilt: float) -> None:
    assert dlib_engine.nose_place(points(turn, tilt)) == pytest.approx((turn, 0.7))


def test_eyes_in_one_point_are_no_frontal_face() -> None:
    assert dlib_engine.nose_place([(5.0, 5.0)] * 5) == (math.inf, math.inf)


def test_figures_of_a_flat_chip() -> None:
    chip = np.full((150, 150, 3), (10, 20, 30), dtype=np.uint8)

    quality = dlib_engine.measure(99, 1.25, chip, points(0.1, 0.0))

    assert (quality.width, quality.score) == (99, 1.25)
    assert quality.luma == pytest.approx(0.299 * 10 + 0.587 * 20 + 0.114 * 30)
    assert quality.sharpness == pytest.approx(0, abs=1e-9)


def test_figures_of_a_chessboard_look_only_at_the_middle() -> None:
    rows, columns = np.indices((150, 150))
    board = ((rows + columns) % 2 * 100).astype(np.uint8)
    board[:29], board[121:], board[:, :29], board[:, 121:] = 255, 255, 255, 255
    chip = np.repeat(board[:, :, None], 3, axis=2)

    quality = dlib_engine.measure(99, 1.0, chip, points(0.0, 0.0))

    assert quality.luma == pytest.approx(50)
    assert quality.sharpness == pytest.approx(400**2)


@pytest.mark.parametrize(
    ("distance", "is_nearest", "expected"),
    [
        (0.0, True, (Outcome.VERIFIED, Reason.NONE)),
        (0.48, True, (Outcome.VERIFIED, Reason.NONE)),
        (0.4801, True, (Outcome.REVIEW, Reason.UNSURE)),
        (0.55, True, (Outcome.REVIEW, Reason.UNSURE)),
        (0.5501, True, (Outcome.MISMATCH, Reason.ANOTHER_FACE)),
        (0.30, False, (Outcome.REVIEW, Reason.NOT_NEAREST)),
        (0.50, False, (Outcome.REVIEW, Reason.NOT_NEAREST)),
        (0.56, False, (Outcome.MISMATCH, Reason.ANOTHER_FACE)),
    ],
)
def test_decision(distance: float, is_nearest: bool, expected: tuple[Outcome, Reason]) -> None:
    assert dlib_engine.decide(distance, is_nearest=is_nearest) == expected


@pytest.mark.parametrize(
    ("distance", "percent"), [(0.40, 98), (0.45, 95), (0.48, 92), (0.50, 88), (0.55, 73), (0.6, 50)]
)
def test_similarity_for_people(distance: float, percent: int) -> None:
    assert round(dlib_engine.similarity(distance)) == percent


# --- the whole of match(), with vectors at exact places -----------------------------------------


def at(place: float) -> bytes:
    vector = np.zeros(vectors.LENGTH, dtype=np.float32)
    vector[0] = place
    return vectors.to_bytes(vector)


def probe(place: float) -> FaceReading:
    return FaceReading(Advice.OK, at(place))


@pytest.mark.parametrize(
    ("place", "person", "expected"),
    [
        (0.25, "asha", (Outcome.VERIFIED, "")),
        (-0.46875, "asha", (Outcome.VERIFIED, "")),
        (-0.5, "asha", (Outcome.REVIEW, "unsure")),
        (-0.5625, "asha", (Outcome.MISMATCH, "another_face")),
        (0.4375, "asha", (Outcome.REVIEW, "not_nearest")),
        (0.4375, "ravi", (Outcome.VERIFIED, "")),
        (0.75, "asha", (Outcome.MISMATCH, "another_face")),
        (0.25, "mina", (Outcome.UNVERIFIABLE, "not_enrolled")),
    ],
)
def test_match_against_the_roster(
    dlib_engine: DlibEngine, place: float, person: str, expected: tuple[Outcome, str]
) -> None:
    # Asha's mean lies at 0, Ravi's at 0.75.
    roster = dlib_engine.roster([("asha", [at(-0.25), at(0.25)]), ("ravi", [at(0.75)])])

    match = dlib_engine.match(probe(place), person=person, roster=roster)

    assert (match.outcome, match.reason) == expected
    assert (match.similarity is None) is (person == "mina")


@pytest.mark.parametrize("advice", [Advice.NO_FACE, Advice.SEVERAL_FACES, Advice.MORE_LIGHT])
def test_match_of_an_unusable_reading_says_why(dlib_engine: DlibEngine, advice: Advice) -> None:
    roster = dlib_engine.roster([("asha", [at(0)])])

    match = dlib_engine.match(FaceReading(advice), person="asha", roster=roster)

    assert match == FaceMatch(Outcome.UNVERIFIABLE, advice.value, None)


def test_match_says_not_enrolled_before_anything_of_the_picture(dlib_engine: DlibEngine) -> None:
    match = dlib_engine.match(
        FaceReading(Advice.NO_FACE), person="asha", roster=dlib_engine.roster([])
    )

    assert match == FaceMatch(Outcome.UNVERIFIABLE, "not_enrolled", None)


def test_match_refuses_a_roster_of_another_engine(dlib_engine: DlibEngine) -> None:
    with pytest.raises(TypeError, match="another engine"):
        dlib_engine.match(probe(0), person="asha", roster={"asha": 1})


@pytest.mark.parametrize(("place", "expected"), [(0.0, True), (0.546875, True), (0.5625, False)])
def test_same_person_bound(dlib_engine: DlibEngine, place: float, expected: bool) -> None:
    assert dlib_engine.same_person(at(0), at(place)) is expected
