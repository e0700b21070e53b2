"""Verdicts by hand: HR sets a day, skips it, or leaves it to the rules again."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from attendance import permissions
from attendance.enums import DayStatus, ManualAction
from attendance.errors import (
    DayNotByHand,
    DayNotEmployed,
    DayNotOver,
    OwnDay,
)
from attendance.models import AttendanceDay, ManualVerdict
from attendance.rules import codes
from attendance.selectors import people
from attendance.services import days
from attendance.services.decisions import refuse_locked
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Employee

Halves = tuple[DayStatus, DayStatus]
# A day is never left incomplete or still open by somebody's own hand.
SETTABLE = tuple(status for status in DayStatus if status != DayStatus.INCOMPLETE)
_VERBS = {
    ManualAction.SET: "day_set_by_hand",
    ManualAction.SKIPPED: "day_skipped",
    ManualAction.RELEASED: "day_released",
}


def day_set(
    *,
    employee: Employee,
    date: dt.date,
    halves: Halves,
    worked_minutes: int,
    reason: str,
    by: Actor,
) -> ManualVerdict:
    """Set a day by hand, whatever its punches say; a verdict set before is replaced.

    `halves` are the statuses of the first and the second half, equal for a whole day.

    Raises:
        OwnDay, NotAllowed, ReasonMissing, PeriodLocked, DayNotOver, DayNotEmployed
    """
    status, code = _said(halves)
    return _write(
        ManualVerdict(
            employee=employee,
            date=date,
            action=ManualAction.SET,
            status=status,
            code=code,
            worked_minutes=worked_minutes,
            reason=reason.strip(),
        ),
        by=by,
    )


def day_skip(*, employee: Employee, date: dt.date, reason: str, by: Actor) -> ManualVerdict:
    """Let a day have no row: its punches stay, marked as not used.

    Raises:
        OwnDay, NotAllowed, ReasonMissing, PeriodLocked, DayNotOver, DayNotEmployed
    """
    row = ManualVerdict(
        employee=employee, date=date, action=ManualAction.SKIPPED, reason=reason.strip()
    )
    return _write(row, by=by)


def day_release(*, employee: Employee, date: dt.date, reason: str, by: Actor) -> ManualVerdict:
    """Leave a day that was set by hand to the rules again; its punches count as they did.

    Raises:
        OwnDay, NotAllowed, ReasonMissing, PeriodLocked, DayNotByHand
    """
    row = ManualVerdict(
        employee=employee, date=date, action=ManualAction.RELEASED, reason=reason.strip()
    )
    return _write(row, by=by)


def _said(halves: Halves) -> tuple[DayStatus, str]:
    """Return the status and the code of two halves."""
    first, second = halves
    if first == second:
        return first, ""
    pair = codes.read(first, "")[0], codes.read(second, "")[1]
    return codes.status_of(pair, is_day_off=False), codes.code_of(pair)


@transaction.atomic
def _write(row: ManualVerdict, *, by: Actor) -> ManualVerdict:
    if permissions.is_self(by, row.employee):
        raise OwnDay
    if not permissions.can_judge_by_hand(by, row.employee):
        raise NotAllowed
    if not row.reason:
        raise ReasonMissing
    employee = days.lock_person(row.employee)
    now = timezone.now()
    refuse_locked(row.date)
    last = ManualVerdict.objects.filter(
        employee=employee, date=row.date, replacement__isnull=True
    ).first()
    if row.action == ManualAction.RELEASED:
        if last is None or last.action == ManualAction.RELEASED:
            raise DayNotByHand
    else:
        _refuse_dates(employee, row.date, now)
    before = _told(employee, row.date)
    row.company, row.employee, row.replaces = employee.company, employee, last
    row.by_id, row.by_name = by.id, by.name
    row.save(force_insert=True)
    days.days_recompute(employee=employee, first=row.date, last=row.date, now=now)
    audit.record(
        by=by,
        verb=_VERBS[ManualAction(row.action)],
        subject=row,
        reason=row.reason,
        changes=audit.difference(before, _told(employee, row.date)),
    )
    return row


def _refuse_dates(employee: Employee, date: dt.date, now: dt.datetime) -> None:
    if date > people.calendar_of(employee, date, date).date_at(now):
        raise DayNotOver(date=date_format(date, "j F Y"))
    if not employee.is_employed_on(date):
        raise DayNotEmployed(name=employee.name, date=date_format(date, "j F Y"))


def _told(employee: Employee, date: dt.date) -> audit.Snapshot:
    """Return what an audit event tells of the day as it stands."""
    row = AttendanceDay.objects.filter(employee=employee, date=date, slot=0).first()
    if row is None:
        return {}
    return {
        "status": row.get_status_display(),
        "code": row.code,
        "worked_minutes": row.worked_minutes,
    }
