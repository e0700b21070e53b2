"""Deciding about extra and missing minutes: they count as computed, as another figure, or not."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from attendance import notifications, permissions
from attendance.enums import OvertimeOutcome, OvertimeState
from attendance.errors import (
    NothingToTakeBack,
    OvertimeDecided,
    OvertimeNothing,
    OvertimeTooMuch,
    OwnOvertime,
)
from attendance.models import AttendanceDay, OvertimeDay, OvertimeDecision
from attendance.rules.overtime.standing import NOTHING, Minutes, banked_of
from attendance.selectors import overtime
from attendance.services import days, overtime_days
from attendance.services.decisions import refuse_locked
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Company, Employee, User
from companies.selectors import in_stead_of, managers_of

# No date has more: two days of presence is the most that a row holds.
MOST_MINUTES = 48 * 60
_STATES = {
    OvertimeOutcome.APPROVED: OvertimeState.APPROVED,
    OvertimeOutcome.REFUSED: OvertimeState.REFUSED,
}


def overtime_approve(*, employee: Employee, date: dt.date, by: Actor) -> OvertimeDecision:
    """Let a date's minutes count as they were computed.

    Raises:
        OwnOvertime, NotAllowed, PeriodLocked, OvertimeNothing, OvertimeDecided
    """
    return _decide(employee, date, OvertimeOutcome.APPROVED, by=by)


def overtime_refuse(
    *, employee: Employee, date: dt.date, reason: str, by: Actor
) -> OvertimeDecision:
    """Let a date's minutes not count, approved ones too.

    Raises:
        OwnOvertime, NotAllowed, ReasonMissing, PeriodLocked, OvertimeNothing, OvertimeDecided
    """
    return _decide(employee, date, OvertimeOutcome.REFUSED, reason=reason, by=by)


def overtime_set(
    *,
    employee: Employee,
    date: dt.date,
    extra_minutes: int,
    missing_minutes: int,
    reason: str,
    by: Actor,
) -> OvertimeDecision:
    """Let another figure count; the computed one stays beside it, and judging anew keeps both.

    Raises:
        OwnOvertime, NotAllowed, ReasonMissing, PeriodLocked, OvertimeNothing, OvertimeTooMuch
    """
    figure = Minutes(extra_minutes, missing_minutes)
    return _decide(employee, date, OvertimeOutcome.SET, reason=reason, figure=figure, by=by)


@transaction.atomic
def _decide(
    employee: Employee,
    date: dt.date,
    outcome: OvertimeOutcome,
    *,
    reason: str = "",
    figure: Minutes = NOTHING,
    by: Actor,
) -> OvertimeDecision:
    by, reason = _deciding(employee, by), reason.strip()[:300]
    if outcome != OvertimeOutcome.APPROVED and not reason:
        raise ReasonMissing
    if max(figure.extra, figure.missing) > MOST_MINUTES:
        raise OvertimeTooMuch(hours=MOST_MINUTES // 60)
    employee = days.lock_person(employee)
    refuse_locked(date)
    row = _row(employee, date, outcome)
    if row.state == _STATES.get(outcome):
        raise OvertimeDecided
    counted = {
        OvertimeOutcome.APPROVED: _computed(row),
        OvertimeOutcome.SET: figure._replace(banked=_banked(row, figure.extra)),
    }.get(outcome, NOTHING)
    decision = _write(row, outcome, counted, reason=reason, by=by)
    notifications.overtime_decided(decision)
    return decision


def _deciding(employee: Employee, by: Actor) -> Actor:
    """Return who decides, in whose stead too; refuse who may not."""
    if permissions.is_self(by, employee):
        raise OwnOvertime
    today = timezone.now().date()
    if not permissions.can_decide_overtime(by, employee, today):
        raise NotAllowed
    return in_stead_of(by, employee, on=today)


def _row(employee: Employee, date: dt.date, outcome: OvertimeOutcome) -> OvertimeDay:
    """Return the date's row; for another figure one is made where a settled day has none."""
    row = overtime.overtime_on(employee, date)
    if row is not None:
        return row
    is_settled = AttendanceDay.objects.filter(
        employee=employee, date=date, settled_at__isnull=False
    ).exists()
    if outcome != OvertimeOutcome.SET or not is_settled:
        raise OvertimeNothing
    return OvertimeDay(company=employee.company, employee=employee, date=date)


def _computed(row: OvertimeDay) -> Minutes:
    return Minutes(row.extra_minutes, row.missing_minutes, row.banked_minutes)


def _banked(row: OvertimeDay, extra: int) -> int:
    """Return how many of so many minutes become time off, by the parts of the date."""
    return banked_of(overtime.parts_of(row), extra)


def _write(
    row: OvertimeDay, outcome: OvertimeOutcome, counted: Minutes, *, reason: str, by: Actor
) -> OvertimeDecision:
    """Write the decision, what counts by it, and the audit event of both."""
    employee, now, computed = row.employee, timezone.now(), _computed(row)
    before = _told(row) if row.pk else {}
    decision: OvertimeDecision = OvertimeDecision.objects.create(
        company=employee.company,
        employee=employee,
        date=row.date,
        outcome=outcome,
        extra_minutes=counted.extra,
        missing_minutes=counted.missing,
        banked_minutes=counted.banked,
        computed_extra=computed.extra,
        computed_missing=computed.missing,
        computed_banked=computed.banked,
        reason=reason,
        decided_by_kind=by.kind,
        decided_by_id=by.id,
        decided_by_name=by.name,
        on_behalf_of=by.on_behalf_of,
        decided_at=now,
        replaces=overtime.decision_of(employee, row.date),
    )
    overtime_days.restand(row, decision, now=now)
    row.save()
    audit.record(
        by=by,
        verb=f"overtime_{outcome}",
        subject=decision,
        reason=reason,
        changes=audit.difference(before, _told(row)),
    )
    return decision


def _told(row: OvertimeDay) -> audit.Snapshot:
    return {
        "state": str(row.get_state_display()),
        "extra_minutes": row.counted_extra,
        "missing_minutes": row.counted_missing,
    }


@transaction.atomic
def overtime_take_back(*, employee: Employee, date: dt.date, by: Actor) -> OvertimeDecision:
    """Take one's own decision of this moment back; the minutes stand as if it had not been.

    Raises:
        OwnOvertime, NotAllowed, NothingToTakeBack, PeriodLocked
    """
    by = _deciding(employee, by)
    employee = days.lock_person(employee)
    refuse_locked(date)
    last, row = overtime.decision_of(employee, date), overtime.overtime_on(employee, date)
    if last is None or row is None or not overtime.can_be_taken_back(last, by, timezone.now()):
        raise NothingToTakeBack(minutes=overtime.MINUTES_TO_TAKE_BACK)
    decision = _write(row, OvertimeOutcome.TAKEN_BACK, NOTHING, reason="", by=by)
    if not row.extra_minutes and not row.missing_minutes:
        row.delete()
    return decision


def overtime_ask(*, company: Company, now: dt.datetime) -> int:
    """Tell managers what has begun to wait since yesterday, once a day at most each.

    Return how many were told.
    """
    since = now - dt.timedelta(days=1)
    rows = OvertimeDay.objects.filter(
        company=company, state=OvertimeState.WAITING, waiting_since__gt=since
    ).select_related("employee__company", "employee__user")
    names: dict[User, set[str]] = {}
    for employee in {row.employee for row in rows}:
        for user in managers_of(employee, on=now.date()):
            names.setdefault(user, set()).add(employee.name)
    return _ask(company, names.items(), now.date())


def _ask(company: Company, told: Iterable[tuple[User, set[str]]], on: dt.date) -> int:
    count = 0
    for user, names in told:
        count += notifications.overtime_asked(company, user, sorted(names), on=on)
    return count
