"""The face engine of one machine: dlib on the processor, offline.

About 105 ms of processor time for a 640×480 picture; the embedding holds the interpreter lock
for 90 ms of it, so scale by processes. One engine may be used from several threads: it looks at
one picture at a time, because dlib's detector keeps its scratch memory in itself and lets the
interpreter's lock go meanwhile. Two threads in it at once end the process. The web processes ask
it in a process of its own (`integrations.faces.workers`).
"""

from __future__ import annotations

import math
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from integrations import photos
from integrations.errors import Misconfigured, Unavailable
from integrations.faces import dlib_parts, thresholds, vectors
from integrations.faces.gates import is_dominant
from integrations.faces.protocol import (
    Advice,
    FaceMatch,
    FacePose,
    FaceReading,
    KeptFace,
    Outcome,
    Purpose,
    Quality,
    Reason,
    Reference,
    Roster,
)

Pixels = NDArray[np.uint8]

_CHIP_SIDE: Final = 150
_CHIP_PADDING: Final = 0.25
# The middle of the aligned face, without hair and background; one pixel more on each side than
# the 90 that are measured.
_CHIP_MIDDLE: Final = slice(29, 121)
_LUMA: Final = (0.299, 0.587, 0.114)
# Seconds that a thread waits for its turn; then the engine is busy, and the picture waits instead.
_PATIENCE: Final = 15


@dataclass(frozen=True)
class _Found:
    """A detected face: its rectangle and score in the picture where it was found."""

    pixels: Pixels
    box: Any
    score: float


class VectorEngine:
    """Compares the vectors of the two models; needs numpy, and neither dlib nor the models."""

    name: Final = "dlib"
    # What the vectors depend on: the two models, not the package's release.
    version: Final = (
        f"resnet-v1-{dlib_parts.EMBEDDING.sha256[:8]}-5pt-{dlib_parts.LANDMARKS.sha256[:8]}"
    )
    is_hosted: Final = False
    most_a_second: Final = None

    def match(
        self,
        reading: FaceReading,
        *,
        person: str,
        roster: Roster,
        reference: Reference | None = None,
    ) -> FaceMatch:
        """Compare with the person's mean and with everybody else's; see `FaceEngine.match`."""
        if not isinstance(roster, vectors.VectorRoster):
            raise TypeError("this roster was made by another engine")
        if person not in roster:
            return FaceMatch(Outcome.UNVERIFIABLE, Reason.NOT_ENROLLED)
        if reading.template is None:
            return FaceMatch(Outcome.UNVERIFIABLE, reading.advice)
        probe = vectors.from_bytes(reading.template)
        distance, is_nearest = roster.distances(probe, person=person)
        outcome, reason = decide(distance, is_nearest=is_nearest)
        return FaceMatch(outcome, reason, similarity(distance))

    def roster(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> vectors.VectorRoster:
        """Derive each person's mean vector; see `FaceEngine.roster`."""
        return vectors.VectorRoster(entries)

    def same_person(self, first: bytes, second: bytes) -> bool:
        """Return whether two frames of one capture show one person."""
        distance = vectors.distance(vectors.from_bytes(first), vectors.from_bytes(second))
        return distance <= thresholds.SAME_PERSON_DISTANCE

    def forget(self, external_ids: Sequence[str]) -> None:
        """Do nothing: a vector is all there is of a face, and it lies in its row."""

    def kept(self, gallery: str) -> list[KeptFace]:
        """Return none: no face is kept elsewhere."""
        return []


class DlibEngine(VectorEngine):
    """HOG detector, five landmarks, residual network of 128 numbers; in this very process.

    Raises, when made:
        Misconfigured: the codes of `dlib_parts.lacking()`; `model_changed`.
    """

    def __init__(self) -> None:
        lacking = dlib_parts.lacking()
        if lacking is not None:
            raise Misconfigured(lacking)
        landmarks = dlib_parts.LANDMARKS.verified()
        embedding = dlib_parts.EMBEDDING.verified()
        # lazy: heavy, and on a processor without AVX the import ends the process
        import dlib  # noqa: PLC0415

        self._align = dlib.get_face_chip
        self._detector = dlib.get_frontal_face_detector()
        self._landmarks = dlib.shape_predictor(str(landmarks))
        self._embedding = dlib.face_recognition_model_v1(str(embedding))
        self._lock = threading.Lock()

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        """Look for the one dominant face; see `FaceEngine.read`.

        Raises:
            Unavailable: `engine_busy`, other threads have kept it so for long.
        """
        picture = photos.decode(jpeg, max_side=thresholds.DETECT_SIDE)
        with self._turn():
            return self._read(np.asarray(picture), purpose)

    @contextmanager
    def _turn(self) -> Iterator[None]:
        if not self._lock.acquire(timeout=_PATIENCE):
            raise Unavailable("engine_busy")
        try:
            yield
        finally:
            self._lock.release()

    def pose(self, jpeg: bytes) -> FacePose:
        """Say where the one dominant face points, from its five points; see `FaceEngine.pose`.

        Raises:
            Unavailable: `engine_busy`, other threads have kept it so for long.
        """
        picture = photos.decode(jpeg, max_side=thresholds.DETECT_SIDE)
        with self._turn():
            face = self._dominant(np.asarray(picture))
            if isinstance(face, Advice):
                return FacePose(face)
            if face.box.width() < thresholds.CHECK_WIDTH:
                return FacePose(Advice.MOVE_CLOSER)
            shape = self._landmarks(face.pixels, face.box)
        turn, drop = nose_place([(point.x, point.y) for point in shape.parts()])
        return FacePose(Advice.OK, turn, drop) if math.isfinite(turn) else FacePose(Advice.NO_FACE)

    def _dominant(self, pixels: Pixels) -> _Found | Advice:
        faces = self._detect(pixels)
        if not faces:
            return Advice.NO_FACE
        if not is_dominant([face.box.width() for face in faces]):
            return Advice.SEVERAL_FACES
        return max(faces, key=lambda found: found.box.width())

    def _read(self, pixels: Pixels, purpose: Purpose) -> FaceReading:
        face = self._dominant(pixels)
        if isinstance(face, Advice):
            return FaceReading(face)
        shape = self._landmarks(face.pixels, face.box)
        chip = self._align(face.pixels, shape, _CHIP_SIDE, _CHIP_PADDING)
        quality = measure(face.box.width(), face.score, chip, [(p.x, p.y) for p in shape.parts()])
        advice, usable = judge(quality, purpose)
        if not usable:
            return FaceReading(advice, quality=quality)
        template = vectors.to_bytes(self._embedding.compute_face_descriptor(chip))
        return FaceReading(advice, template, quality)

    def _detect(self, pixels: Pixels) -> list[_Found]:
        """Climb the ladder until a rung finds faces: as it is, doubled, with a border."""
        return self._at(pixels, 0) or self._at(pixels, 1) or self._at(_bordered(pixels), 0)

    def _at(self, pixels: Pixels, upsample: int) -> list[_Found]:
        boxes, scores, _detectors = self._detector.run(pixels, upsample, 0.0)
        return [_Found(pixels, box, float(score)) for box, score in zip(boxes, scores, strict=True)]


def _bordered(pixels: Pixels) -> Pixels:
    rows, columns = (round(side * thresholds.BORDER) for side in pixels.shape[:2])
    return np.pad(pixels, ((rows, rows), (columns, columns), (0, 0)), mode="edge")


def measure(
    width: int, score: float, chip: Pixels, points: Sequence[tuple[float, float]]
) -> Quality:
    """Return the figures of one face, from its aligned chip and five points in dlib's order.

    The points are the corners of the eye on the picture's right, of the one on its left, and
    the base of the nose.
    """
    luma = chip[_CHIP_MIDDLE, _CHIP_MIDDLE].astype(np.float64) @ _LUMA
    inner = luma[1:-1, 1:-1]
    edges = luma[:-2, 1:-1] + luma[2:, 1:-1] + luma[1:-1, :-2] + luma[1:-1, 2:] - 4 * inner
    turn, drop = nose_place(points)
    return Quality(
        width=width,
        score=score,
        luma=float(inner.mean()),
        sharpness=float(edges.var()),
        turn=turn,
        drop=drop,
    )


def nose_place(points: Sequence[tuple[float, float]]) -> tuple[float, float]:
    """Return where the nose stands between the eyes, along and across their line.

    In eye distances, whatever the tilt: about (0, 0.7) for a frontal face. Along it is about
    0.47 × tan(yaw); positive towards the picture's right, the person's own left.
    """
    right_x, right_y = _middle(points[0], points[1])
    left_x, left_y = _middle(points[2], points[3])
    eyes_x, eyes_y = right_x - left_x, right_y - left_y
    square = math.hypot(eyes_x, eyes_y) ** 2
    if not square:
        return math.inf, math.inf
    nose_x = points[4][0] - (left_x + right_x) / 2
    nose_y = points[4][1] - (left_y + right_y) / 2
    return (
        (nose_x * eyes_x + nose_y * eyes_y) / square,
        (nose_y * eyes_x - nose_x * eyes_y) / square,
    )


def _middle(first: tuple[float, float], second: tuple[float, float]) -> tuple[float, float]:
    return (first[0] + second[0]) / 2, (first[1] + second[1]) / 2


def judge(quality: Quality, purpose: Purpose) -> tuple[Advice, bool]:
    """Return what to advise, and whether the face serves the purpose all the same."""
    refused = _first(_hard_gates(quality, purpose))
    if refused is not None:
        return refused, False
    return _first(_soft_gates(quality)) or Advice.OK, True


def _first(gates: Iterable[tuple[bool, Advice]]) -> Advice | None:
    return next((advice for is_closed, advice in gates if is_closed), None)


def _hard_gates(quality: Quality, purpose: Purpose) -> Iterable[tuple[bool, Advice]]:
    is_enrolment = purpose == Purpose.ENROL
    least = thresholds.GOOD_WIDTH if is_enrolment else thresholds.CHECK_WIDTH
    turned = is_enrolment and abs(quality.turn) > thresholds.FRONTAL_TURN
    doubtful = is_enrolment and quality.score < thresholds.ENROL_SCORE
    return (
        (quality.width < least, Advice.MOVE_CLOSER),
        (quality.luma < thresholds.DARKEST, Advice.MORE_LIGHT),
        (quality.luma > thresholds.BRIGHTEST, Advice.LESS_LIGHT),
        (quality.sharpness < thresholds.BLURRED, Advice.HOLD_STILL),
        (turned or doubtful, Advice.LOOK_STRAIGHT),
    )


def _soft_gates(quality: Quality) -> Iterable[tuple[bool, Advice]]:
    return (
        (quality.width < thresholds.GOOD_WIDTH, Advice.MOVE_CLOSER),
        (quality.sharpness < thresholds.SHARP, Advice.HOLD_STILL),
        (abs(quality.turn) > thresholds.FRONTAL_TURN, Advice.LOOK_STRAIGHT),
    )


def decide(distance: float, *, is_nearest: bool) -> tuple[Outcome, Reason]:
    """Return the outcome of a distance to the person's mean, and why it is not better."""
    if distance > thresholds.REVIEW_DISTANCE:
        return Outcome.MISMATCH, Reason.ANOTHER_FACE
    if not is_nearest:
        return Outcome.REVIEW, Reason.NOT_NEAREST
    if distance > thresholds.ACCEPT_DISTANCE:
        return Outcome.REVIEW, Reason.UNSURE
    return Outcome.VERIFIED, Reason.NONE


def similarity(distance: float) -> float:
    """Return a percentage for people to read: 0.40 is 98, 0.48 is 92, 0.60 is 50."""
    return 100 / (1 + math.exp(20 * (distance - 0.6)))
