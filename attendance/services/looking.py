"""Looking at the pictures of one punch: what the engine finds, and the pictures made anew."""

from __future__ import annotations

import decimal
import functools
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.core.files.storage import default_storage

from attendance.enums import FaceState, FrameKind, LivenessState
from attendance.models import PunchFrame, PunchState
from attendance.services import kept_faces, liveness
from attendance.services.face_roster import face_roster
from integrations import faces, photos
from integrations.errors import IntegrationError, Misconfigured, Rejected, Unavailable
from integrations.faces.protocol import FaceEngine, FaceReading, Purpose, Reason

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Turned:
    """The picture of the turned head, made safe, and why it does not prove the turn, if so."""

    frame_id: int
    raw_key: str
    clean: bytes | None = None
    reason: str = ""


@dataclass(frozen=True)
class Finding:
    """The result of looking at the picture: the state, why, and the picture made safe."""

    face: FaceState
    reason: str = ""
    similarity: decimal.Decimal | None = None
    clean: bytes | None = None
    problem: str = ""
    keeps_frame: bool = True
    turned: Turned | None = None


NO_CONSENT = Finding(FaceState.NOT_CHECKED, "no_consent", keeps_frame=False)


def look(state: PunchState, *, is_last: bool) -> Finding:
    """Look at the pictures of a punch; the last time without the engine, for a person to see.

    Raises:
        Unavailable: the engine or the storage cannot answer now.
    """
    if not state.consented:
        return NO_CONSENT
    if not state.frame_key:
        return Finding(FaceState.UNVERIFIABLE, "picture_missing")
    try:
        clean = _sanitised(state.frame_key)
    except Rejected as error:
        return Finding(FaceState.UNVERIFIABLE, error.code, problem=error.code)
    turned = _turned_picture(state)
    if is_last:
        return Finding(FaceState.UNVERIFIABLE, "gave_up", clean=clean, turned=turned)
    finding = _compare(state, clean, turned)
    if state.is_replayed and finding.face != FaceState.MISMATCH:
        return replace(finding, face=FaceState.REVIEW, reason=liveness.REPLAYED)
    return finding


def _sanitised(key: str) -> bytes:
    """Return a stored picture made anew.

    Raises:
        Rejected: it is missing, or no picture.
        Unavailable: the storage cannot answer now.
    """
    try:
        with default_storage.open(key) as file:
            return photos.sanitise(file.read())
    except FileNotFoundError as error:
        raise Rejected("picture_missing") from error
    except OSError as error:
        raise Unavailable("storage_failed") from error


def _turned_picture(state: PunchState) -> Turned | None:
    """Return the picture that showed the turn; one statement, only where a turn was seen."""
    if state.liveness != LivenessState.PASSED:
        return None
    frame = PunchFrame.objects.filter(punch=state.punch, kind=FrameKind.TURNED).first()
    if frame is None:
        return None
    try:
        return Turned(frame.pk, frame.storage_key, _sanitised(frame.storage_key))
    except Rejected as error:
        return Turned(frame.pk, frame.storage_key, reason=error.code)


@contextmanager
def _contained() -> Iterator[None]:
    """Whatever else an engine raises must not lose a punch: it is tried again."""
    try:
        yield
    except IntegrationError:
        raise
    except Exception as error:
        log.exception("the face engine raised")
        raise Unavailable("engine_raised") from error


def _compare(state: PunchState, clean: bytes, turned: Turned | None) -> Finding:
    try:
        with _contained():
            engine = faces.engine()
    except Misconfigured as error:
        return Finding(FaceState.NOT_CHECKED, error.code, clean=clean, turned=turned)
    try:
        with _contained():
            return _matched(state, clean, turned, engine)
    except Rejected as error:
        return Finding(FaceState.UNVERIFIABLE, error.code, clean=clean, turned=turned)
    except Misconfigured as error:
        # A key of the templates is missing, say: the punch waits until the operator mends it.
        log.error("the face check is misconfigured: %s", error)
        raise Unavailable(error.code) from error


def _matched(state: PunchState, clean: bytes, turned: Turned | None, engine: FaceEngine) -> Finding:
    roster = face_roster(state.employee.company, engine)
    person = str(state.employee.public_id)
    if engine.is_hosted and person not in roster:
        # Whoever never agreed to the service, or is forgotten there: no picture is sent.
        return Finding(FaceState.UNVERIFIABLE, Reason.NOT_ENROLLED, clean=clean, turned=turned)
    reading = engine.read(clean, purpose=Purpose.CHECK)
    reference = functools.partial(_reference, state.employee_id)
    match = engine.match(reading, person=person, roster=roster, reference=reference)
    similarity = None if match.similarity is None else decimal.Decimal(f"{match.similarity:.2f}")
    if turned is not None and turned.clean is not None:
        turned = replace(turned, reason=_not_the_same(reading, turned.clean, engine))
    return Finding(FaceState(match.outcome), match.reason, similarity, clean, turned=turned)


def _reference(employee_id: int) -> bytes | None:
    """Return the picture that the person's enrolment keeps, None where it keeps none.

    Raises:
        Unavailable: the storage cannot answer now.
    """
    enrolled = kept_faces.enrolments_in_use().filter(employee=employee_id)
    key = enrolled.values_list("reference_key", flat=True).first()
    if not key:
        return None
    try:
        with default_storage.open(key) as file:
            return bytes(file.read())
    except FileNotFoundError:
        return None
    except OSError as error:
        raise Unavailable("storage_failed") from error


def _not_the_same(reading: FaceReading, turned: bytes, engine: FaceEngine) -> str:
    """Return why the turned head does not belong to the face that was compared; empty if it does.

    A picture that shows nobody clearly proves nothing, whichever of the two it is.
    """
    other = engine.read(turned, purpose=Purpose.CHECK)
    if reading.template is None or other.template is None:
        return "turn_unclear"
    return "" if engine.same_person(reading.template, other.template) else "turn_of_another"
