"""Consent to face data and the guided capture of reference faces."""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone, translation

from attendance import consent_text
from attendance.enums import EnrolmentState, ErasureReason
from attendance.errors import (
    ConsentMissing,
    EnrolmentImpossible,
    EnrolmentIncomplete,
    EnrolmentMissing,
)
from attendance.models import FaceConsent, FaceEnrolment, FaceTemplate
from attendance.services import days, kept_faces, pictures
from attendance.services.face_data import enrolment_end, face_data_erase
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Employee
from integrations import faces, photos
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.faces import vault
from integrations.faces.protocol import FaceEngine, FaceReading, Purpose

log = logging.getLogger(__name__)

FRAMES_NEEDED = 3
Claim = Callable[[FaceEnrolment], bool]
_LIVE = (EnrolmentState.CAPTURING, EnrolmentState.ACTIVE)


@dataclass(frozen=True)
class Kept:
    """What became of one captured frame: the advice code, and how many are kept now."""

    advice: str
    is_kept: bool
    count: int

    @property
    def is_done(self) -> bool:
        return self.count >= FRAMES_NEEDED


def _own(by: Actor) -> Employee:
    if by.employee is None:
        raise NotAllowed
    return by.employee


def latest_consent(employee: Employee) -> FaceConsent | None:
    """Return the person's last answer to the consent text, whatever it was."""
    answer: FaceConsent | None = FaceConsent.objects.filter(employee=employee).first()
    return answer


def is_enrolled(employee: Employee) -> bool:
    """Return whether the person's face may be compared."""
    return bool(kept_faces.enrolments_in_use().filter(employee=employee).exists())


@transaction.atomic
def consent_answer(*, by: Actor, is_given: bool, now: dt.datetime) -> FaceConsent:
    """Record the person's own answer to the present consent text.

    A refusal, also a later one, deletes all of the person's face data, with a receipt.
    """
    employee = days.lock_person(_own(by))
    consent: FaceConsent = FaceConsent.objects.create(
        company=employee.company,
        employee=employee,
        text_version=consent_text.version(),
        text_sha256=hashlib.sha256(consent_text.plain().encode()).hexdigest(),
        locale=translation.get_language() or "",
        is_given=is_given,
        decided_at=now,
    )
    verb = "face_consent_given" if is_given else "face_consent_refused"
    audit.record(by=by, verb=verb, subject=consent)
    if not is_given:
        face_data_erase(employee=employee, reason=ErasureReason.WITHDRAWN, by=by, now=now)
    return consent


def departed(now: dt.datetime) -> list[Employee]:
    """Return the scope's people who have left and whose face data is still there.

    Nobody compares their face any more, and they cannot sign in to withdraw; nor can who is
    switched off.
    """
    live = Employee.objects.filter(face_enrolments__state__in=_LIVE).distinct().order_by("pk")
    return [employee for employee in live if employee.has_left(now)]


@transaction.atomic
def enrolment_end_departed(*, employee: Employee, by: Actor, now: dt.datetime) -> None:
    """Delete the face data of somebody who has left."""
    locked = days.lock_person(employee)
    face_data_erase(employee=locked, reason=ErasureReason.LEFT, by=by, now=now)


@transaction.atomic
def enrolment_start(*, by: Actor, now: dt.datetime) -> FaceEnrolment:
    """Open a fresh capture; an unfinished one is dropped, an active one stays in use meanwhile.

    Raises:
        ConsentMissing: the person did not agree to the present text.
        EnrolmentImpossible: no face engine here.
    """
    employee = days.lock_person(_own(by))
    consent = latest_consent(employee)
    if consent is None or not consent.is_given or consent.text_version != consent_text.version():
        raise ConsentMissing
    if faces.available() is not None:
        raise EnrolmentImpossible
    for unfinished in FaceEnrolment.objects.filter(
        employee=employee, state=EnrolmentState.CAPTURING
    ):
        enrolment_end(enrolment=unfinished, by=by, now=now)
    enrolment: FaceEnrolment = FaceEnrolment.objects.create(
        company=employee.company, employee=employee, consent=consent, started_at=now
    )
    audit.record(by=by, verb="face_enrolment_started", subject=enrolment)
    return enrolment


def _capturing(employee: Employee) -> FaceEnrolment:
    found: FaceEnrolment | None = FaceEnrolment.objects.filter(
        employee=employee, state=EnrolmentState.CAPTURING
    ).first()
    if found is None:
        raise EnrolmentMissing
    return found


def frame_add(*, by: Actor, frame: bytes, claim: Claim | None = None) -> Kept:
    """Look at one frame and keep its template if it is good and shows the same person.

    The picture of the first one is kept too: the person looked straight into the camera. Work of
    the engine and of the disk happens outside the transaction; `claim` is asked inside it, and
    where it says no, nothing is kept.

    Raises:
        EnrolmentMissing, EnrolmentImpossible
    """
    employee = _own(by)
    enrolment = _capturing(employee)
    try:
        engine = faces.engine()
        photos.check(frame)
        clean = photos.sanitise(frame)
        company = employee.company
        reading = engine.read(clean, purpose=Purpose.ENROL, gallery=str(company.public_id))
        if reading.template is None:
            return Kept(reading.advice.value, False, enrolment.templates.count())
        with _stored(enrolment, clean) as picture, _kept(employee, engine, reading) as face:
            return _keep(employee, engine, face, picture, claim)
    except Rejected:
        return Kept("bad_picture", False, enrolment.templates.count())
    except Unavailable as error:
        raise EnrolmentImpossible from error
    except Misconfigured as error:
        # No engine, or no key to seal with: the operator must hear of it, the person cannot help.
        log.error("a face cannot be enrolled: %s", error)
        raise EnrolmentImpossible from error


@dataclass
class _Picture:
    """A picture in storage; without a row that names it, it goes again."""

    key: str
    sha256: str
    is_named: bool = False


@contextmanager
def _stored(enrolment: FaceEnrolment, clean: bytes) -> Iterator[_Picture | None]:
    """Store the picture of an enrolment that has none; a disk that refuses holds nobody up."""
    picture = None
    if not enrolment.reference_key:
        with suppress(Unavailable):
            key = pictures.store(pictures.REFERENCE, clean, timezone.now())
            picture = _Picture(key, hashlib.sha256(clean).hexdigest())
    try:
        yield picture
    finally:
        if picture is not None and not picture.is_named:
            pictures.discard(picture.key)


@dataclass
class _Face:
    """A template, and whether a row names it; without one, a hosted engine forgets its face."""

    template: bytes
    external_id: str
    is_named: bool = False


@contextmanager
def _kept(employee: Employee, engine: FaceEngine, reading: FaceReading) -> Iterator[_Face]:
    face = _Face(reading.template or b"", reading.external_id)
    try:
        yield face
    finally:
        if face.external_id and not face.is_named:
            kept_faces.faces_let_go(
                company=employee.company, kept=[(engine.name, face.external_id)]
            )


def _keep(
    employee: Employee,
    engine: FaceEngine,
    face: _Face,
    picture: _Picture | None,
    claim: Claim | None,
) -> Kept:
    """Keep a face that is of the same person as the capture's others, which may have grown."""
    compared: set[int] = set()
    while True:
        rows = list(_capturing(employee).templates.order_by("id"))
        # Outside the transaction: a hosted engine is asked over the network.
        earlier = [_opened(row, employee, engine) for row in rows if row.pk not in compared]
        if not all(engine.same_person(face.template, other) for other in earlier):
            return Kept("another_person", False, len(rows))
        compared.update(row.pk for row in rows)
        kept = _keep_compared(employee, engine, face, picture, compared, claim)
        if kept is not None:
            return kept


def _opened(row: FaceTemplate, employee: Employee, engine: FaceEngine) -> bytes:
    sealed = vault.Sealed(row.key_id, bytes(row.ciphertext))
    return vault.open_sealed(
        sealed, person=str(employee.public_id), engine=engine.name, version=engine.version
    )


@transaction.atomic
def _keep_compared(
    employee: Employee,
    engine: FaceEngine,
    face: _Face,
    picture: _Picture | None,
    compared: set[int],
    claim: Claim | None,
) -> Kept | None:
    """Keep a face that was compared with these; None where there are others by now."""
    locked = days.lock_person(employee)
    enrolment = _capturing(locked)
    rows = set(enrolment.templates.values_list("pk", flat=True))
    if len(rows) >= FRAMES_NEEDED:
        return Kept("ok", False, len(rows))
    if rows - compared:
        return None
    if claim is not None and not claim(enrolment):
        return Kept("ok", False, len(rows))
    sealed = vault.seal(
        face.template, person=str(locked.public_id), engine=engine.name, version=engine.version
    )
    FaceTemplate.objects.create(
        company=locked.company,
        enrolment=enrolment,
        engine=engine.name,
        version=engine.version,
        key_id=sealed.key_id,
        ciphertext=sealed.ciphertext,
        external_id=face.external_id,
    )
    if picture is not None and not enrolment.reference_key:
        enrolment.reference_key, enrolment.reference_sha256 = picture.key, picture.sha256
        enrolment.save(update_fields=["reference_key", "reference_sha256"])
        picture.is_named = True
    face.is_named = True
    return Kept("ok", True, len(rows) + 1)


@transaction.atomic
def enrolment_finish(*, by: Actor, now: dt.datetime) -> FaceEnrolment:
    """Take the captured faces into use; the earlier enrolment ends and is deleted.

    Raises:
        EnrolmentMissing, EnrolmentIncomplete
    """
    employee = days.lock_person(_own(by))
    enrolment = _capturing(employee)
    kept = enrolment.templates.count()
    if kept < FRAMES_NEEDED:
        raise EnrolmentIncomplete(missing=FRAMES_NEEDED - kept)
    for earlier in FaceEnrolment.objects.filter(employee=employee, state=EnrolmentState.ACTIVE):
        enrolment_end(enrolment=earlier, by=by, now=now)
    enrolment.state, enrolment.activated_at = EnrolmentState.ACTIVE, now
    enrolment.save(update_fields=["state", "activated_at"])
    audit.record(by=by, verb="face_enrolled", subject=enrolment)
    return enrolment
