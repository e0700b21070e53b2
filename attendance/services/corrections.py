"""Corrections: a person says when they left, the manager decides, and a punch is added.

Nothing is edited in place: the request, its decision and the punch are rows of their own.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from attendance import announcements, notifications, permissions
from attendance.enums import CorrectionKind, CorrectionOutcome, Direction, Source
from attendance.errors import (
    AskedAlready,
    NothingMissing,
    OutBeforeIn,
    OutOverlaps,
    OutTooLate,
    OwnRequest,
    RequestDecided,
    TimeInFuture,
)
from attendance.models import AttendanceDay, CorrectionDecision, CorrectionRequest, PunchState
from attendance.rules import zones
from attendance.selectors import corrections
from attendance.selectors.corrections import Question
from attendance.services import days
from attendance.services.decisions import refuse_locked
from attendance.services.entries import Entered, punches_enter
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Employee
from companies.selectors import in_stead_of

_PRESENCE = (Direction.IN, Direction.OUT, Direction.UNKNOWN)


@transaction.atomic
def correction_file(
    *, date: dt.date, time: dt.time, note: str = "", by: Actor
) -> CorrectionRequest:
    """Say when one left on a date whose check-out is missing; the manager is told.

    Raises:
        NotAllowed, PeriodLocked, AskedAlready, NothingMissing, TimeInFuture, OutBeforeIn,
        OutTooLate, OutOverlaps
    """
    if by.employee is None:
        raise NotAllowed
    employee, now = days.lock_person(by.employee), timezone.now()
    refuse_locked(date)
    if corrections.waiting([employee.pk]).filter(date=date).exists():
        raise AskedAlready
    asked = _question(employee, date)
    out_at = asked.instant(time)
    _refuse_time(employee, asked, out_at, now)
    request: CorrectionRequest = CorrectionRequest.objects.create(
        company=employee.company,
        employee=employee,
        date=date,
        kind=CorrectionKind.MISSING_OUT,
        out_at=out_at,
        zone=asked.zone,
        note=note.strip()[:300],
    )
    changes = {"out_at": [None, out_at.isoformat()]}
    audit.record(by=by, verb="correction_requested", subject=request, changes=changes)
    notifications.correction_asked(request)
    return request


def _question(employee: Employee, date: dt.date) -> Question:
    """Return what the day asks for as it stands now; raise `NothingMissing` where it is nothing."""
    row = AttendanceDay.objects.filter(employee=employee, date=date).order_by("slot").first()
    asked = corrections.question(row)
    if asked is None:
        raise NothingMissing
    return asked


def _refuse_time(
    employee: Employee, asked: Question, out_at: dt.datetime, now: dt.datetime
) -> None:
    """Refuse an out that cannot be, or that makes a pair with another punch inside."""
    in_text = _clock(asked.in_at, asked.zone)
    if out_at > now:
        raise TimeInFuture(time=_clock(out_at, asked.zone))
    if out_at <= asked.in_at:
        raise OutBeforeIn(time=in_text)
    if out_at > asked.latest_at:
        hours = int((asked.latest_at - asked.in_at).total_seconds() // 3600)
        raise OutTooLate(hours=hours, time=in_text)
    inside = (
        PunchState.objects.filter(
            employee=employee, voided_at__isnull=True, direction__in=_PRESENCE,
            occurred_at__gt=asked.in_at, occurred_at__lt=out_at,
        )
        .order_by("occurred_at")
        .first()
    )  # fmt: skip
    if inside is not None:
        raise OutOverlaps(time=_clock(inside.occurred_at, asked.zone))


def _clock(instant: dt.datetime, zone: str) -> str:
    return f"{zones.local(instant, zone):%H:%M}"


def _lock(request: CorrectionRequest) -> CorrectionRequest:
    """Take the lock of the person it is about; raise `RequestDecided` if it came too late."""
    days.lock_person(request.employee)
    if CorrectionDecision.objects.filter(request=request).exists():
        raise RequestDecided
    return request


def _decide(
    request: CorrectionRequest, outcome: CorrectionOutcome, reason: str, by: Actor
) -> CorrectionDecision:
    decision: CorrectionDecision = CorrectionDecision.objects.create(
        company=request.company,
        request=request,
        outcome=outcome,
        reason=reason,
        decided_by_kind=by.kind,
        decided_by_id=by.id,
        decided_by_name=by.name,
        decided_at=timezone.now(),
    )
    audit.record(by=by, verb=f"correction_{outcome}", subject=request, reason=reason)
    return decision


@transaction.atomic
def correction_decide(
    *, request: CorrectionRequest, is_approved: bool, reason: str = "", by: Actor
) -> CorrectionDecision:
    """Approve, which adds the check-out and judges the day again, or refuse with a reason.

    Raises:
        OwnRequest, NotAllowed, ReasonMissing, RequestDecided, PeriodLocked; NothingMissing or
        OutOverlaps, if the day has changed since it was asked
    """
    reason = reason.strip()[:300]
    if permissions.is_own_request(by, request):
        raise OwnRequest
    today = timezone.now().date()
    if not permissions.can_decide_correction(by, request, today):
        raise NotAllowed
    by = in_stead_of(by, request.employee, on=today)
    if not is_approved and not reason:
        raise ReasonMissing
    _lock(request)
    if is_approved:
        refuse_locked(request.date)
        # Since it was asked, HR may have mended the day, or another punch may have come.
        asked = _question(request.employee, request.date)
        _refuse_time(request.employee, asked, request.out_at, timezone.now())
        punches_enter(
            employee=request.employee,
            entered=[Entered(request.out_at, Direction.OUT)],
            source=Source.REGULARISATION,
            reason=reason or request.note or str(CorrectionKind(request.kind).label),
            by=by,
            token=request.public_id,
        )
    outcome = CorrectionOutcome.APPROVED if is_approved else CorrectionOutcome.REFUSED
    decision = _decide(request, outcome, reason, by)
    notifications.correction_decided(decision)
    announcements.correction_decided(decision)
    return decision


@transaction.atomic
def correction_withdraw(*, request: CorrectionRequest, by: Actor) -> CorrectionDecision:
    """Take one's own request back while nobody has decided it.

    Raises:
        NotAllowed, RequestDecided
    """
    if not permissions.is_own_request(by, request):
        raise NotAllowed
    return _decide(_lock(request), CorrectionOutcome.WITHDRAWN, "", by)
