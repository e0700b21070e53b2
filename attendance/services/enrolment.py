"""Consent to face data and the guided capture of reference faces."""

from __future__ import annotations

import datetime as dt
import functools
import hashlib
import logging
from dataclasses import dataclass

from django.db import transaction
from django.utils import translation

from attendance import consent_text
from attendance.enums import EnrolmentState
from attendance.errors import (
    ConsentMissing,
    EnrolmentImpossible,
    EnrolmentIncomplete,
    EnrolmentMissing,
)
from attendance.models import FaceConsent, FaceEnrolment, FaceTemplate, PunchFrame
from attendance.services import days, pictures
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Employee
from integrations import faces, photos
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.faces import vault
from integrations.faces.protocol import FaceEngine, Purpose

log = logging.getLogger(__name__)

FRAMES_NEEDED = 3
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
    return bool(
        FaceEnrolment.objects.filter(employee=employee, state=EnrolmentState.ACTIVE).exists()
    )


@transaction.atomic
def consent_answer(*, by: Actor, is_given: bool, now: dt.datetime) -> FaceConsent:
    """Record the person's own answer to the present consent text.

    A refusal, also a later one, ends every enrolment and deletes its templates, and the pictures
    that nobody has looked into yet.
    """
    employee = days.lock_person(_own(by))
    consent: FaceConsent = FaceConsent.objects.create(
        company=employee.company,
        employee=employee,
        text_version=consent_text.VERSION,
        text_sha256=hashlib.sha256(consent_text.plain().encode()).hexdigest(),
        locale=translation.get_language() or "",
        is_given=is_given,
        decided_at=now,
    )
    verb = "face_consent_given" if is_given else "face_consent_refused"
    audit.record(by=by, verb=verb, subject=consent)
    if not is_given:
        _end_all(employee, by=by, now=now)
        _drop_unseen(employee)
    return consent


def _drop_unseen(employee: Employee) -> None:
    frames = PunchFrame.objects.filter(punch__employee=employee, is_clean=False)
    keys = [key for key in frames.values_list("storage_key", flat=True) if key]
    frames.delete()
    for key in keys:
        transaction.on_commit(functools.partial(pictures.discard, key))


def _end_all(employee: Employee, *, by: Actor, now: dt.datetime) -> None:
    live = FaceEnrolment.objects.filter(employee=employee, state__in=_LIVE)
    for enrolment in live:
        _end(enrolment, by=by, now=now)


def _end(enrolment: FaceEnrolment, *, by: Actor, now: dt.datetime) -> None:
    """Take an enrolment out of use and delete its templates."""
    FaceTemplate.objects.filter(enrolment=enrolment).delete()
    enrolment.state, enrolment.ended_at = EnrolmentState.ENDED, now
    enrolment.save(update_fields=["state", "ended_at"])
    audit.record(by=by, verb="face_enrolment_ended", subject=enrolment)


def enrolments_end_departed(*, by: Actor, now: dt.datetime) -> int:
    """Delete the face data of the scope's people who have left; return of how many.

    Nobody compares their face any more, and they cannot sign in to withdraw; nor can who is
    switched off.
    """
    live = Employee.objects.filter(face_enrolments__state__in=_LIVE).distinct().order_by("pk")
    departed = [employee for employee in live if employee.has_left(now)]
    for employee in departed:
        with transaction.atomic():
            _end_all(days.lock_person(employee), by=by, now=now)
    return len(departed)


@transaction.atomic
def enrolment_start(*, by: Actor, now: dt.datetime) -> FaceEnrolment:
    """Open a fresh capture; an unfinished one is dropped, an active one stays in use meanwhile.

    Raises:
        ConsentMissing: the person did not agree to the present text.
        EnrolmentImpossible: no face engine here.
    """
    employee = days.lock_person(_own(by))
    consent = latest_consent(employee)
    if consent is None or not consent.is_given or consent.text_version != consent_text.VERSION:
        raise ConsentMissing
    if faces.available() is not None:
        raise EnrolmentImpossible
    for unfinished in FaceEnrolment.objects.filter(
        employee=employee, state=EnrolmentState.CAPTURING
    ):
        _end(unfinished, by=by, now=now)
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


def frame_add(*, by: Actor, frame: bytes) -> Kept:
    """Look at one frame and keep its template if it is good and shows the same person.

    The picture itself is not kept. Engine work happens outside the transaction.

    Raises:
        EnrolmentMissing, EnrolmentImpossible
    """
    employee = _own(by)
    enrolment = _capturing(employee)
    try:
        engine = faces.engine()
        photos.check(frame)
        reading = engine.read(photos.sanitise(frame), purpose=Purpose.ENROL)
        if reading.template is None:
            return Kept(reading.advice.value, False, enrolment.templates.count())
        return _keep(employee, engine, reading.template)
    except Rejected:
        return Kept("bad_picture", False, enrolment.templates.count())
    except Unavailable as error:
        raise EnrolmentImpossible from error
    except Misconfigured as error:
        # No engine, or no key to seal with: the operator must hear of it, the person cannot help.
        log.error("a face cannot be enrolled: %s", error)
        raise EnrolmentImpossible from error


@transaction.atomic
def _keep(employee: Employee, engine: FaceEngine, template: bytes) -> Kept:
    locked = days.lock_person(employee)
    enrolment = _capturing(locked)
    rows = list(enrolment.templates.order_by("id"))
    if len(rows) >= FRAMES_NEEDED:
        return Kept("ok", False, len(rows))
    person = str(locked.public_id)
    bound = {"person": person, "engine": engine.name, "version": engine.version}
    earlier = [
        vault.open_sealed(vault.Sealed(row.key_id, bytes(row.ciphertext)), **bound) for row in rows
    ]
    if not all(engine.same_person(template, other) for other in earlier):
        return Kept("another_person", False, len(rows))
    sealed = vault.seal(template, **bound)
    FaceTemplate.objects.create(
        company=locked.company,
        enrolment=enrolment,
        engine=engine.name,
        version=engine.version,
        key_id=sealed.key_id,
        ciphertext=sealed.ciphertext,
    )
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
        _end(earlier, by=by, now=now)
    enrolment.state, enrolment.activated_at = EnrolmentState.ACTIVE, now
    enrolment.save(update_fields=["state", "activated_at"])
    audit.record(by=by, verb="face_enrolled", subject=enrolment)
    return enrolment
