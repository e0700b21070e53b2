"""Recording a punch: first, fast, and whatever the rest of the house is doing.

Nothing here weighs evidence: the row stands before any face work (`services.evidence`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import IntegrityError, transaction

from attendance.enums import Direction, FaceState, Source
from attendance.errors import PassInvalid
from attendance.models import Punch, PunchFrame, PunchState
from attendance.passes import PunchPass
from attendance.services import pictures
from companies import throttle
from companies.errors import TooMany
from companies.ids import uuid7
from companies.models import Employee
from companies.scoping import company_scope, no_scope
from integrations import photos
from integrations.errors import Rejected, Unavailable

PUNCHES_A_MINUTE = 20
# Until the policy's own retention is looked up (`services.evidence`), keep a picture this long.
_RAW_DAYS = 90


@dataclass(frozen=True)
class Tap:
    """What one arrival at the door says, already of the right types.

    `device_at` is the device's clock; `no_frame` says why no picture came along.
    """

    tap_id: uuid.UUID
    direction: Direction
    device_at: dt.datetime | None
    no_frame: str
    frame: bytes | None


@dataclass(frozen=True)
class Recorded:
    """The punch that now stands; `is_repeat` when this tap had been recorded before."""

    public_id: uuid.UUID
    occurred_at: dt.datetime
    zone: str
    direction: Direction
    is_repeat: bool


@dataclass(frozen=True)
class _Kept:
    """A frame in storage, or why there is none."""

    key: str
    sha256: str
    size: int
    problem: str


def _engagement(claim: PunchPass) -> Employee:
    with no_scope("punch door: the pass says who, before any session"):
        employee: Employee | None = (
            Employee.objects.select_related("company")
            .filter(public_id=claim.employee, company__public_id=claim.company)
            .first()
        )
    if employee is None:
        raise PassInvalid
    return employee


def _keep(frame: bytes, now: dt.datetime) -> _Kept:
    """Store the frame's bytes unseen; whatever goes wrong is noted, never raised."""
    digest = hashlib.sha256(frame).hexdigest()
    try:
        photos.check(frame)
        key = pictures.store(pictures.RAW, frame, now)
    except (Rejected, Unavailable) as error:
        return _Kept("", digest, len(frame), error.code)
    return _Kept(key, digest, len(frame), "")


def _first_face(tap: Tap, kept: _Kept | None) -> tuple[FaceState, str]:
    if kept is None:
        return FaceState.NOT_CHECKED, tap.no_frame or "no_picture"
    if kept.problem:
        return FaceState.UNVERIFIABLE, kept.problem
    return FaceState.PENDING, ""


def _write(employee: Employee, tap: Tap, zone: str, kept: _Kept | None, now: dt.datetime) -> Punch:
    offset = now.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
    face, reason = _first_face(tap, kept)
    company = employee.company
    with transaction.atomic():
        punch: Punch = Punch.objects.create(
            public_id=uuid7(),
            company=company,
            employee=employee,
            tap_id=tap.tap_id,
            occurred_at=now,
            zone=zone,
            utc_offset_minutes=int(offset.total_seconds() // 60),
            device_at=tap.device_at,
            direction=tap.direction,
            source=Source.WEB,
            no_frame="" if kept else (tap.no_frame or "no_picture"),
        )
        PunchState.objects.create(
            company=company,
            punch=punch,
            employee=employee,
            occurred_at=now,
            direction=tap.direction,
            face=face,
            face_reason=reason,
            verify_next_at=now,
        )
        if kept:
            PunchFrame.objects.create(
                company=company,
                punch=punch,
                storage_key=kept.key,
                sha256=kept.sha256,
                size=kept.size,
                problem=kept.problem,
                purge_on=now.date() + dt.timedelta(days=_RAW_DAYS),
            )
    return punch


def _recorded(punch: Punch, *, is_repeat: bool) -> Recorded:
    return Recorded(
        public_id=punch.public_id,
        occurred_at=punch.occurred_at,
        zone=punch.zone,
        direction=Direction(punch.direction),
        is_repeat=is_repeat,
    )


def punch_record(*, claim: PunchPass, tap: Tap, now: dt.datetime) -> Recorded:
    """Record one tap, once: a second arrival of the same tap gets the first one's answer.

    Five statements: throttle, engagement, punch, state, frame.

    Raises:
        PassInvalid: the pass names nobody.
        TooMany: more punches in a minute than a person makes.
    """
    if not throttle.hit(f"punch:{claim.employee}", limit=PUNCHES_A_MINUTE, seconds=60):
        raise TooMany
    employee = _engagement(claim)
    kept = _keep(tap.frame, now) if tap.frame else None
    with company_scope(employee.company):
        try:
            punch = _write(employee, tap, claim.zone, kept, now)
        except IntegrityError:
            # The only rule of these rows that a tap can break is "one punch a tap".
            first = Punch.objects.filter(employee=employee, tap_id=tap.tap_id).first()
            if first is None:
                raise
            if kept and kept.key:
                pictures.discard(kept.key)
            return _recorded(first, is_repeat=True)
    return _recorded(punch, is_repeat=False)
