"""Photos sent for an enrolment where no camera works: asked for, sent once, looked at once.

On one machine they come to Muster itself; with a bucket the browser posts them there, and the
bucket tells (`portal.events.uploads`). What is done with them is the same. Check-ins never take a
file: a photo of a photo would do.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import dataclass, replace
from functools import partial
from typing import Final

from django.core.files.storage import default_storage
from django.utils import timezone

from attendance.enums import EnrolmentState, UploadState
from attendance.errors import (
    EnrolmentImpossible,
    EnrolmentMissing,
    UploadNotAPhoto,
    UploadNotHere,
    UploadNotReadable,
    UploadTooLarge,
)
from attendance.models import FaceEnrolment, FaceUpload
from attendance.services import pictures
from attendance.services.enrolment import FRAMES_NEEDED, Kept, frame_add
from companies import throttle
from companies.actor import Actor, job_actor
from companies.errors import NotAllowed, TooMany
from companies.models import Company
from companies.scoping import company_scope, no_scope
from integrations import photos, storage
from integrations.errors import Rejected

log = logging.getLogger(__name__)

FOLDER: Final = "uploads"
UPLOADS_AN_HOUR: Final = 30
TYPES: Final = ("image/jpeg", "image/png", "image/webp")
_UNREADABLE: Final = ("image/heic", "image/heif", "image/heic-sequence", "image/heif-sequence")
_LASTS: Final = dt.timedelta(seconds=storage.FORM_SECONDS + 60)
# How long rows and files of photos that never came, or were looked at, are left lying.
_LEFT_LYING: Final = dt.timedelta(hours=1)


@dataclass(frozen=True)
class Asked:
    """A photo that may be sent now: its row, and the bucket's form where it goes to a bucket."""

    upload: FaceUpload
    form: storage.SignedForm | None


def upload_ask(*, by: Actor, content_type: str, size: int, now: dt.datetime) -> Asked:
    """Let the person send one photo for the enrolment that they have begun.

    Raises:
        NotAllowed, TooMany, EnrolmentMissing, EnrolmentImpossible, UploadNotReadable,
        UploadNotAPhoto, UploadTooLarge
    """
    employee = by.employee
    if employee is None:
        raise NotAllowed
    key = f"face-upload:{employee.public_id}"
    if not throttle.hit(key, limit=UPLOADS_AN_HOUR, seconds=3600, now=now):
        raise TooMany
    if content_type in _UNREADABLE:
        raise UploadNotReadable
    if content_type not in TYPES or size < 1:
        raise UploadNotAPhoto
    if size > photos.MOST_BYTES_OF_ORIGINAL:
        raise UploadTooLarge(megabytes=photos.MOST_BYTES_OF_ORIGINAL // 1024**2)
    enrolment = FaceEnrolment.objects.filter(
        employee=employee, state=EnrolmentState.CAPTURING
    ).first()
    if enrolment is None:
        raise EnrolmentMissing
    name = f"{FOLDER}/{employee.company.public_id}/{uuid.uuid4().hex}"
    form = _form(name, content_type)
    upload: FaceUpload = FaceUpload.objects.create(
        company=employee.company,
        enrolment=enrolment,
        storage_key=name if form else "",
        content_type=content_type,
        asked_at=now,
        expires_at=now + _LASTS,
    )
    return Asked(upload, form)


def _form(key: str, content_type: str) -> storage.SignedForm | None:
    try:
        return storage.signed_form(
            key, content_type=content_type, most_bytes=photos.MOST_BYTES_OF_ORIGINAL
        )
    except OSError as error:
        log.exception("the bucket of pictures takes no uploads")
        raise EnrolmentImpossible from error


def upload_receive(*, upload: FaceUpload, data: bytes, by: Actor, now: dt.datetime) -> FaceUpload:
    """Take a photo that was sent to Muster itself, and look at it.

    Raises:
        NotAllowed: it is somebody else's.
        UploadNotHere: it goes to a bucket, or came already, or too late.
        EnrolmentImpossible: nobody can look at it now; the person sends it again.
    """
    if by.employee is None or upload.enrolment.employee_id != by.employee.pk:
        raise NotAllowed
    is_open = upload.state == UploadState.WAITING and now < upload.expires_at
    if upload.storage_key or not is_open:
        raise UploadNotHere
    _look(upload, data)
    return upload


def upload_arrived(*, key: str) -> bool:
    """Look at a photo that now lies in the bucket, then delete it; return whether it was kept.

    The same news twice is one look. A file that no row asks for goes at once: its person withdrew
    consent meanwhile, or Muster never gave its key away.

    Raises:
        OSError, EnrolmentImpossible: not now; the news comes again.
    """
    with no_scope("uploads: whose photo this is"):
        upload = (
            FaceUpload.objects.select_related("company", "enrolment__employee__company")
            .filter(storage_key=key)
            .first()
        )
    if upload is None:
        default_storage.delete(key)
        return False
    with company_scope(upload.company):
        if upload.state == UploadState.WAITING:
            try:
                _look(upload, _checked_file(upload))
            except FileNotFoundError:
                # Deleted since: what was looked at, or what came back after its time.
                return False
            except Rejected as error:
                _answer(upload, UploadState.REFUSED, error.code)
        default_storage.delete(key)
    return bool(upload.state == UploadState.KEPT)


def _checked_file(upload: FaceUpload) -> bytes:
    """Return what lies in the bucket, if it is what the form was given for.

    The form's signature says so too; whoever holds another key to the bucket needs no form.

    Raises:
        Rejected, OSError
    """
    length, content_type = storage.length_and_type(upload.storage_key)
    if content_type != upload.content_type:
        raise Rejected("picture_not_image")
    if length > photos.MOST_BYTES_OF_ORIGINAL:
        raise Rejected("picture_too_large")
    with default_storage.open(upload.storage_key) as file:
        data: bytes = file.read()
    return data


def _look(upload: FaceUpload, data: bytes) -> None:
    """Convert the photo and add it to the enrolment that it was sent for, once.

    Raises:
        EnrolmentImpossible: the engine cannot answer now.
    """
    enrolment = upload.enrolment
    try:
        picture = photos.from_original(data)
        kept = frame_add(
            by=replace(job_actor("face_uploads", upload.company), employee=enrolment.employee),
            frame=picture,
            claim=partial(_claim, upload, enrolment),
        )
    except Rejected as error:
        _answer(upload, UploadState.REFUSED, error.code)
    except EnrolmentMissing:
        _answer(upload, UploadState.REFUSED, "upload_too_late")
    else:
        if not kept.is_kept:
            _answer(upload, UploadState.REFUSED, _advice(kept))
        upload.refresh_from_db(fields=["state", "advice"])


def _advice(kept: Kept) -> str:
    """Return why a photo was not kept; one that a twin of this call has kept says so itself."""
    return "upload_too_late" if kept.advice == "ok" and not kept.is_done else kept.advice


def _claim(upload: FaceUpload, enrolment: FaceEnrolment, into: FaceEnrolment) -> bool:
    """Take the photo for this one look, in the transaction that keeps what was seen."""
    if into.pk != enrolment.pk:
        return False
    waiting = FaceUpload.objects.filter(pk=upload.pk, state=UploadState.WAITING)
    return bool(waiting.update(state=UploadState.KEPT, advice="ok"))


def _answer(upload: FaceUpload, state: UploadState, advice: str) -> None:
    """Write what became of the photo, unless that is written already."""
    waiting = FaceUpload.objects.filter(pk=upload.pk, state=UploadState.WAITING)
    waiting.update(state=state, advice=advice)
    upload.refresh_from_db(fields=["state", "advice"])


def kept_so_far(upload: FaceUpload) -> Kept:
    """Return how the enrolment of a photo stands, as the capture is told after a frame."""
    count = upload.enrolment.templates.count()
    is_kept = upload.state == UploadState.KEPT
    return Kept(upload.advice, is_kept, min(count, FRAMES_NEEDED))


def uploads_expire(*, company: Company, now: dt.datetime) -> int:
    """Delete photos that were looked at or never came, with their rows; return how many."""
    gone = 0
    for upload in FaceUpload.objects.filter(company=company, expires_at__lte=now - _LEFT_LYING):
        if not upload.storage_key or pictures.discard(upload.storage_key):
            upload.delete()
            gone += 1
    return gone


def is_over(upload: FaceUpload) -> bool:
    """Return whether the photo was asked for and did not come in time."""
    return upload.state == UploadState.WAITING and timezone.now() >= upload.expires_at
