"""What HR decides about punches and months; never about their own."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Sum
from django.utils import timezone
from django.utils.formats import date_format

from attendance import permissions
from attendance.enums import EntryKind, PeriodState
from attendance.errors import (
    AlreadyDecided,
    OwnPunch,
    PeriodHasOpenDays,
    PeriodLocked,
    PeriodNotLocked,
)
from attendance.models import AttendanceDay, AttendancePeriod, Punch, PunchEntry, PunchState
from attendance.services import days, judging
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Company, Employee


def month_name(starts_on: dt.date) -> str:
    """Return the month as a reader says it, in the active language."""
    return date_format(starts_on, "F Y")


def _decide(*, punch: Punch, reason: str, by: Actor, kind: EntryKind, now: dt.datetime) -> None:
    """Write the decision's entry and audit event, and judge the days again, under the lock."""
    if permissions.is_own_punch(by, punch):
        raise OwnPunch
    if not permissions.can_decide_punch(by, punch):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing

    def amend(state: PunchState) -> None:
        if state.voided_at is not None or (kind == EntryKind.DECIDED and not state.is_flagged):
            raise AlreadyDecided
        if state.attendance_date is not None:
            refuse_locked(state.attendance_date)
        state.is_flagged, state.decided_at = False, now
        if kind == EntryKind.VOIDED:
            state.voided_at = now

    with transaction.atomic():
        employee = days.lock_person(punch.employee)
        first, last = days.around(punch.zone, punch.occurred_at)
        days.days_recompute(
            employee=employee, first=first, last=last, now=now, amend={punch.state.pk: amend}
        )
        _write_decision(punch=punch, kind=kind, reason=reason.strip(), by=by, now=now)


def _write_decision(
    *, punch: Punch, kind: EntryKind, reason: str, by: Actor, now: dt.datetime
) -> None:
    PunchEntry.objects.create(
        company=punch.company,
        key=f"{kind}:{punch.public_id}:{now.timestamp()}",
        employee=punch.employee,
        tap_id=punch.tap_id,
        kind=kind,
        values={},
        reason=reason,
        by_kind=by.kind,
        by_id=by.id,
        by_name=by.name,
        occurred_at=now,
    )
    verb = "punch_voided" if kind == EntryKind.VOIDED else "punch_accepted"
    audit.record(by=by, verb=verb, subject=punch, reason=reason)


def refuse_locked(date: dt.date) -> None:
    """Raise `PeriodLocked` where the month of the date is locked."""
    starts_on = date.replace(day=1)
    if AttendancePeriod.objects.filter(starts_on=starts_on, state=PeriodState.LOCKED).exists():
        raise PeriodLocked(month=month_name(starts_on))


def punch_accept(*, punch: Punch, reason: str, by: Actor) -> None:
    """Accept a flagged punch: a person looked and it counts.

    Raises:
        OwnPunch, NotAllowed, ReasonMissing, AlreadyDecided, PeriodLocked
    """
    _decide(punch=punch, reason=reason, by=by, kind=EntryKind.DECIDED, now=timezone.now())


def punch_void(*, punch: Punch, reason: str, by: Actor) -> None:
    """Take a punch out of every count; the punch itself stays as it was recorded.

    Raises:
        OwnPunch, NotAllowed, ReasonMissing, AlreadyDecided, PeriodLocked
    """
    _decide(punch=punch, reason=reason, by=by, kind=EntryKind.VOIDED, now=timezone.now())


def month_of(date: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the month in which the date lies."""
    first = date.replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return first, following - dt.timedelta(days=1)


def _lock_everybody(company: Company, until: dt.date) -> list[Employee]:
    """Wait for every judging under way, and hold new ones until the transaction ends."""
    everybody = days.lock_people(Employee.objects.filter(company=company))
    return [employee for employee in everybody if employee.joined_on <= until]


def _finish(
    company: Company, people: list[Employee], first: dt.date, last: dt.date, now: dt.datetime
) -> int:
    """Judge everybody's month as it stands now; return how many days still wait."""
    waiting = 0
    for start in range(0, len(people), judging.PEOPLE_A_BATCH):
        batch = people[start : start + judging.PEOPLE_A_BATCH]
        works = judging.judge_people(company, batch, first=first, last=last, now=now)
        judging.save(works)
        waiting += sum(first <= date <= last for work in works for date in work.waiting)
    return waiting


def _totals(first: dt.date, last: dt.date) -> dict[str, int]:
    rows = AttendanceDay.objects.filter(date__range=(first, last))
    sums = rows.aggregate(worked=Sum("worked_minutes"), late=Sum("late_minutes"))
    return {
        "days": rows.count(),
        "worked_minutes": sums["worked"] or 0,
        "late_minutes": sums["late"] or 0,
    }


@transaction.atomic
def period_lock(*, company: Company, starts_on: dt.date, by: Actor) -> AttendancePeriod:
    """Lock a month: its days stand as they are until HR reopens it.

    What is due by now is judged first, for nothing reaches the rows any more; a day that still
    waits (a night that goes on, an absence not written yet) holds the month open.

    Raises:
        NotAllowed, PeriodLocked, PeriodHasOpenDays
    """
    if not permissions.can_close_month(by, company):
        raise NotAllowed
    now = timezone.now()
    first, last = month_of(starts_on)
    people = _lock_everybody(company, last)
    period: AttendancePeriod
    period, _made = AttendancePeriod.objects.get_or_create(company=company, starts_on=first)
    if period.state == PeriodState.LOCKED:
        raise PeriodLocked(month=month_name(first))
    still_open = _finish(company, people, first, last, now)
    if still_open or last >= now.date():
        raise PeriodHasOpenDays(month=month_name(first), count=still_open)
    period.state, period.locked_at, period.locked_by = PeriodState.LOCKED, now, by.user
    period.totals = _totals(first, last)
    period.save(update_fields=["state", "locked_at", "locked_by", "totals"])
    audit.record(
        by=by, verb="month_locked", subject=period, changes={"totals": [{}, period.totals]}
    )
    return period


@transaction.atomic
def period_reopen(*, period: AttendancePeriod, reason: str, by: Actor) -> AttendancePeriod:
    """Open a locked month again, with a reason; what came meanwhile is judged at once.

    Raises:
        NotAllowed, ReasonMissing, PeriodNotLocked
    """
    if not permissions.can_close_month(by, period.company):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    first, last = month_of(period.starts_on)
    people = _lock_everybody(period.company, last)
    locked: AttendancePeriod = AttendancePeriod.objects.select_for_update(of=("self",)).get(
        pk=period.pk
    )
    if locked.state != PeriodState.LOCKED:
        raise PeriodNotLocked(month=month_name(locked.starts_on))
    locked.state, locked.locked_at, locked.locked_by = PeriodState.OPEN, None, None
    locked.save(update_fields=["state", "locked_at", "locked_by"])
    audit.record(by=by, verb="month_reopened", subject=locked, reason=reason.strip())
    _finish(period.company, people, first, last, timezone.now())
    return locked
