"""Corrections: a person says what is wrong with their days, and the manager decides.

Nothing is edited in place: the request, its decision and what follows are rows of their own.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from attendance import announcements, notifications, permissions
from attendance.correction_errors import DecideFirst, NotApproved
from attendance.enums import CorrectionKind, CorrectionOutcome, Direction
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
from attendance.models import (
    AttendanceDay,
    CorrectionCancellation,
    CorrectionDecision,
    CorrectionPunch,
    CorrectionRequest,
    Punch,
    PunchState,
)
from attendance.rules import corrections as rules
from attendance.rules import zones
from attendance.rules.corrections import Wanted
from attendance.selectors import corrections, people
from attendance.selectors.correction_scenes import Scene, scene_of
from attendance.selectors.corrections import Question
from attendance.services import attachments, days
from attendance.services.attachments import NewFile
from attendance.services.correction_effects import (
    dates_refuse,
    effects_apply,
    effects_undo,
    refusal_raise,
)
from attendance.services.decisions import refuse_locked
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Employee
from companies.selectors import in_stead_of

_DAY = dt.timedelta(days=1)
_PRESENCE = (Direction.IN, Direction.OUT, Direction.UNKNOWN)


@transaction.atomic
def correction_ask(
    *, wanted: Wanted, note: str, by: Actor, file: NewFile | None = None
) -> CorrectionRequest:
    """Ask for one's own days to be corrected, with a reason; the manager is told.

    Raises:
        NotAllowed, ReasonMissing, AttachmentNotKept; what `errors.CORRECTION_REFUSALS` holds;
        what `correction_effects.dates_refuse` raises
    """
    if by.employee is None:
        raise NotAllowed
    if not note.strip():
        raise ReasonMissing
    employee, now = days.lock_person(by.employee), timezone.now()
    wanted_refuse(employee=employee, wanted=wanted, now=now)
    request = _write(employee, wanted, note)
    audit.record(by=by, verb="correction_requested", subject=request, changes=_told(request))
    notifications.correction_asked(request)
    if file is not None:
        attachments.keep(request=request, file=file, by=by, now=now)
    return request


def wanted_refuse(*, employee: Employee, wanted: Wanted, now: dt.datetime) -> Scene:
    """Refuse what the person may not ask for; return what it was judged by. Nothing is written.

    Raises:
        what `correction_ask` raises of it
    """
    calendar = people.calendar_of(employee, now.date() - _DAY, now.date() + _DAY)
    today = calendar.date_at(now)
    refusal = rules.check_range(wanted, today=today) or rules.check_asked(
        wanted,
        calendar.policy_on(today).corrections,
        today=today,
        asked=corrections.waiting_dates(employee, wanted.first, wanted.last),
        in_month=corrections.asked_in_month(employee, wanted.first),
    )
    if refusal is not None:
        refusal_raise(refusal, employee)
    scene = scene_of(employee, wanted.first, wanted.last)
    dates_refuse(employee, wanted, scene, now=now)
    return scene


def _write(
    employee: Employee, wanted: Wanted, note: str, *, is_given: bool = False
) -> CorrectionRequest:
    zone = people.calendar_of(employee, wanted.first, wanted.first).zone_on(wanted.first)
    request: CorrectionRequest = CorrectionRequest.objects.create(
        company=employee.company,
        employee=employee,
        date=wanted.first,
        last_on=wanted.last if wanted.last > wanted.first else None,
        with_days_off=wanted.with_days_off,
        kind=wanted.kind,
        zone=zone,
        note=note.strip()[:300],
        is_given=is_given,
    )
    voided = Punch.objects.filter(employee=employee, public_id__in=wanted.voided)
    lines = [
        CorrectionPunch(occurred_at=punch.occurred_at, direction=punch.direction, voids=punch)
        for punch in voided.order_by("occurred_at", "id")
    ]
    lines += [CorrectionPunch(occurred_at=tap.at, direction=tap.direction) for tap in wanted.added]
    for line in lines:
        line.company, line.request = employee.company, request
    CorrectionPunch.objects.bulk_create(lines)
    return request


def _told(request: CorrectionRequest) -> dict[str, list[object]]:
    """Return what an audit event tells of a request."""
    told: dict[str, list[object]] = {"kind": [None, request.kind]}
    if request.last_on is not None:
        told["last_on"] = [None, request.last_on.isoformat()]
    lines = request.punches.select_related("voids")
    found = [(line, zones.local_iso(line.occurred_at, request.zone)) for line in lines]
    added = [f"{line.direction} {text}" for line, text in found if line.voids is None]
    voided = [f"{line.direction} {text}" for line, text in found if line.voids is not None]
    if added:
        told["added"] = [None, added]
    if voided:
        told["voided"] = [None, voided]
    return told


@transaction.atomic
def correction_give(
    *, employee: Employee, wanted: Wanted, reason: str, by: Actor
) -> CorrectionRequest:
    """Correct somebody's days directly, as HR, with a reason; the person is told.

    Raises:
        OwnRequest, NotAllowed, ReasonMissing; what `correction_ask` raises, but for the limits of
        what people may ask
    """
    if permissions.is_self(by, employee):
        raise OwnRequest
    if not permissions.can_give_correction(by, employee):
        raise NotAllowed
    reason = reason.strip()[:300]
    if not reason:
        raise ReasonMissing
    locked, now = days.lock_person(employee), timezone.now()
    near = people.calendar_of(locked, now.date() - _DAY, now.date() + _DAY)
    refusal = rules.check_range(wanted, today=near.date_at(now))
    if refusal is not None:
        refusal_raise(refusal, locked)
    if corrections.waiting_dates(locked, wanted.first, wanted.last):
        raise DecideFirst
    dates_refuse(locked, wanted, scene_of(locked, wanted.first, wanted.last), now=now)
    request = _write(locked, wanted, reason, is_given=True)
    audit.record(
        by=by, verb="correction_given", subject=request, reason=reason, changes=_told(request)
    )
    effects_apply(request=request, reason=reason, by=by)
    _finish(request, CorrectionOutcome.APPROVED, reason, by)
    return request


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
    if corrections.waiting_dates(employee, date, date):
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
    return _full(request)


def _full(request: CorrectionRequest) -> CorrectionRequest:
    """Return the request with its punches, as it stands under the lock."""
    found: CorrectionRequest = corrections.full(CorrectionRequest.objects).get(pk=request.pk)
    return found


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
    """Approve, which carries it out and judges the days again, or refuse with a reason.

    Raises:
        OwnRequest, NotAllowed, ReasonMissing, RequestDecided, PeriodLocked; NothingMissing,
        OutOverlaps, or what `correction_effects.dates_refuse` raises, if the days have changed
        since it was asked
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
    request = _lock(request)
    if is_approved:
        refuse_locked(request.date)
        if request.out_at is not None:
            # Since it was asked, HR may have mended the day, or another punch may have come.
            asked = _question(request.employee, request.date)
            _refuse_time(request.employee, asked, request.out_at, timezone.now())
        said = reason or request.note or str(CorrectionKind(request.kind).label)
        effects_apply(request=request, reason=said, by=by)
    outcome = CorrectionOutcome.APPROVED if is_approved else CorrectionOutcome.REFUSED
    return _finish(request, outcome, reason, by)


def _finish(
    request: CorrectionRequest, outcome: CorrectionOutcome, reason: str, by: Actor
) -> CorrectionDecision:
    decision = _decide(request, outcome, reason, by)
    notifications.correction_decided(decision)
    announcements.correction_decided(decision)
    return decision


@transaction.atomic
def correction_cancel(
    *, request: CorrectionRequest, reason: str, by: Actor
) -> CorrectionCancellation:
    """Take an approved correction back with a reason: the days are judged as they were recorded.

    Raises:
        OwnRequest, NotAllowed, ReasonMissing, NotApproved, PeriodLocked
    """
    reason = reason.strip()[:300]
    if permissions.is_own_request(by, request):
        raise OwnRequest
    today = timezone.now().date()
    if not permissions.can_cancel_correction(by, request, today):
        raise NotAllowed
    by = in_stead_of(by, request.employee, on=today)
    if not reason:
        raise ReasonMissing
    days.lock_person(request.employee)
    decision = CorrectionDecision.objects.filter(
        request=request, outcome=CorrectionOutcome.APPROVED, cancellation__isnull=True
    ).first()
    if decision is None:
        raise NotApproved
    for month in sorted({request.date.replace(day=1), request.until.replace(day=1)}):
        refuse_locked(month)
    effects_undo(request=_full(request), reason=reason, by=by)
    cancellation: CorrectionCancellation = CorrectionCancellation.objects.create(
        company=request.company,
        decision=decision,
        reason=reason,
        cancelled_by_kind=by.kind,
        cancelled_by_id=by.id,
        cancelled_by_name=by.name,
        cancelled_at=timezone.now(),
    )
    audit.record(by=by, verb="correction_cancelled", subject=request, reason=reason)
    notifications.correction_cancelled(cancellation)
    announcements.correction_cancelled(cancellation)
    return cancellation


@transaction.atomic
def correction_withdraw(*, request: CorrectionRequest, by: Actor) -> CorrectionDecision:
    """Take one's own request back while nobody has decided it.

    Raises:
        NotAllowed, RequestDecided
    """
    if not permissions.is_own_request(by, request):
        raise NotAllowed
    return _decide(_lock(request), CorrectionOutcome.WITHDRAWN, "", by)
