"""What Amazon Rekognition says of a face, in the house's terms: advice, quality, where it points.

The figures that decide are AWS's own advice where there is any; nobody has measured them here as
those of the dlib engine were (`integrations.faces.thresholds`).
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from typing import Any, Final

from integrations.faces.gates import is_dominant
from integrations.faces.protocol import Advice, Outcome, Purpose, Quality, Reason

Face = dict[str, Any]

# AWS asks for 99 where a wrong match hurts somebody. Below 90 it is another face; between the two a
# person looks. Below the threshold that is asked for, the service says nothing of a face.
ACCEPT: Final = 99.0
REVIEW: Final = 90.0
ASKED: Final = 80.0
SAME_PERSON: Final = 90.0

# 50 pixels is the least that the service compares, at up to 1920×1080.
CHECK_WIDTH: Final = 50
GOOD_WIDTH: Final = 80
# Of a hundred: only what shows nothing. The service's own filter judges the rest.
DARKEST: Final = 10.0
BRIGHTEST: Final = 98.0
BLURRED: Final = 4.0
SHARP: Final = 20.0
CONFIDENT: Final = 90.0
# Enrolment only, in degrees: a face that looks straight into the camera.
FRONTAL_YAW: Final = 15.0
FRONTAL_PITCH: Final = 20.0

# How far the base of the nose stands out from the eyes, and how far below them it is, in eye
# distances: with these, angles give the places that the dlib engine measures.
_DEPTH: Final = 0.474
_DROP: Final = 0.7
# No face is detected beyond; the tangent has no end there.
_STEEPEST: Final = 75.0

_UNINDEXED: Final = {
    "EXCEEDS_MAX_FACES": Advice.SEVERAL_FACES,
    "SMALL_BOUNDING_BOX": Advice.MOVE_CLOSER,
    "LOW_BRIGHTNESS": Advice.MORE_LIGHT,
    "LOW_SHARPNESS": Advice.HOLD_STILL,
    "EXTREME_POSE": Advice.LOOK_STRAIGHT,
    "LOW_FACE_QUALITY": Advice.HOLD_STILL,
    "LOW_CONFIDENCE": Advice.NO_FACE,
}


def nose_place(yaw: float, pitch: float) -> tuple[float, float]:
    """Return where the nose stands between the eyes, from angles in degrees.

    `yaw` > 0 is towards the person's own left, `pitch` > 0 upwards. A frontal face gives (0, 0.7);
    20 degrees to the left 0.17 along the eyes' line, 20 degrees up 0.16 less across it.
    """
    yaw, pitch = (math.radians(max(-_STEEPEST, min(_STEEPEST, x))) for x in (yaw, pitch))
    return _DEPTH * math.tan(yaw), _DROP * math.cos(pitch) - _DEPTH * math.sin(pitch)


def dominant(faces: Sequence[Face]) -> Face | Advice:
    """Return the one face that the picture is of, or what to tell the person instead."""
    sure = [face for face in faces if face["Confidence"] >= CONFIDENT]
    if not sure:
        return Advice.NO_FACE
    if not is_dominant([_width(face) for face in sure]):
        return Advice.SEVERAL_FACES
    return max(sure, key=_width)


def _width(face: Face) -> float:
    return float(face["BoundingBox"]["Width"])


def quality(face: Face, picture_width: int) -> Quality:
    """Return the figures of one face of a picture that is so many pixels wide."""
    turn, drop = nose_place(face["Pose"]["Yaw"], face["Pose"]["Pitch"])
    return Quality(
        width=round(_width(face) * picture_width),
        score=float(face["Confidence"]),
        luma=float(face["Quality"]["Brightness"]) * 2.55,
        sharpness=float(face["Quality"]["Sharpness"]),
        turn=turn,
        drop=drop,
    )


def judge(face: Face, picture_width: int, purpose: Purpose) -> tuple[Advice, bool]:
    """Return what to advise, and whether the face serves the purpose all the same."""
    width = _width(face) * picture_width
    refused = _first(_hard_gates(face, width, purpose))
    if refused is not None:
        return refused, False
    return _first(_soft_gates(face, width)) or Advice.OK, True


def _first(gates: Iterable[tuple[bool, Advice]]) -> Advice | None:
    return next((advice for is_closed, advice in gates if is_closed), None)


def _hard_gates(face: Face, width: float, purpose: Purpose) -> Iterable[tuple[bool, Advice]]:
    is_enrolment = purpose == Purpose.ENROL
    seen = face["Quality"]
    return (
        (width < (GOOD_WIDTH if is_enrolment else CHECK_WIDTH), Advice.MOVE_CLOSER),
        (seen["Brightness"] < DARKEST, Advice.MORE_LIGHT),
        (seen["Brightness"] > BRIGHTEST, Advice.LESS_LIGHT),
        (seen["Sharpness"] < BLURRED, Advice.HOLD_STILL),
        (is_enrolment and not _is_frontal(face), Advice.LOOK_STRAIGHT),
    )


def _soft_gates(face: Face, width: float) -> Iterable[tuple[bool, Advice]]:
    return (
        (width < GOOD_WIDTH, Advice.MOVE_CLOSER),
        (face["Quality"]["Sharpness"] < SHARP, Advice.HOLD_STILL),
        (not _is_frontal(face), Advice.LOOK_STRAIGHT),
    )


def _is_frontal(face: Face) -> bool:
    pose = face["Pose"]
    return bool(abs(pose["Yaw"]) <= FRONTAL_YAW and abs(pose["Pitch"]) <= FRONTAL_PITCH)


def unindexed(faces: Sequence[Face]) -> Advice:
    """Return why the service kept no face of a picture, by the reasons it gives."""
    reasons = {reason for face in faces for reason in face.get("Reasons", ())}
    return next((advice for code, advice in _UNINDEXED.items() if code in reasons), Advice.NO_FACE)


def decide(similarity: float | None, *, is_nearest: bool) -> tuple[Outcome, Reason]:
    """Return the outcome of a likeness in percent, None below what was asked for."""
    if similarity is None or similarity < REVIEW:
        return Outcome.MISMATCH, Reason.ANOTHER_FACE
    if not is_nearest:
        return Outcome.REVIEW, Reason.NOT_NEAREST
    if similarity < ACCEPT:
        return Outcome.REVIEW, Reason.UNSURE
    return Outcome.VERIFIED, Reason.NONE
