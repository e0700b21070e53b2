"""Leave for work on a day off, or for banked overtime: claimed by the person, then decided."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from django.db import transaction
from django.db.models import QuerySet, Sum
from django.utils import timezone
from django.utils.formats import date_format

from attendance.enums import DayStatus
from attendance.models import AttendanceDay
from attendance.rules.types import DayType
from attendance.selectors import overtime, people
from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Employee
from companies.selectors import in_stead_of
from leave import notifications, permissions, wording
from leave.enums import ClaimOutcome, EntryKind
from leave.errors import (
    AmountUnfit,
    ClaimDecided,
    ClaimedAlready,
    NotADayOff,
    NotBankedSo,
    NothingEarned,
    NotWorkedSo,
    OwnLeave,
)
from leave.models import Allocation, CompOffClaim, CompOffDecision, LeaveType, LedgerEntry
from leave.rules.amounts import HALF, ONE
from leave.rules.earned import Denied, Earned, WorkedDay, comp_off, from_overtime
from leave.rules.years import DAY
from leave.services.books import rules_on

_OFF = (DayType.WEEKLY_OFF, DayType.HOLIDAY)


def earned_on(
    employee: Employee, date: dt.date, *, claimed: Decimal | None, valid_days: int
) -> Earned:
    """Return what the work of a date earns, and on which dates it may be used; or why nothing."""
    calendar = people.calendar_of(employee, date, date)
    row = AttendanceDay.objects.filter(employee=employee, date=date).order_by("slot").first()
    is_over = row is not None and not row.is_open
    pattern = calendar.pattern_on(date)
    worked = WorkedDay(
        date=date,
        is_off=calendar.day_kind_on(date).type in _OFF,
        minutes=row.worked_minutes if row is not None and is_over else 0,
        half_day_below=pattern.half_day_below_minutes if pattern else None,
        is_half=row is not None and row.status == DayStatus.HALF_DAY,
    )
    return comp_off(worked, claimed=claimed, valid_days=valid_days)


def _earned(claimed: Decimal, employee: Employee, leave_type: LeaveType, date: dt.date) -> Earned:
    """Return what is claimed, if the work of the date is worth it."""
    valid = rules_on(employee, leave_type, date).row.comp_off_valid_days
    if valid is None:
        raise NothingEarned
    found = earned_on(employee, date, claimed=claimed, valid_days=valid)
    if found.denied == Denied.NOT_A_DAY_OFF:
        raise NotADayOff(date=date_format(date, "j F Y"))
    if found.denied is not None:
        raise NotWorkedSo(most=wording.amount(found.amount))
    return found


@transaction.atomic
def comp_off_claim(
    *, leave_type: LeaveType, date: dt.date, amount: Decimal, by: Actor, note: str = ""
) -> CompOffClaim:
    """Say that one worked on a day off and wants it back; whoever decides is told.

    Raises:
        NotAllowed, NothingEarned, NotADayOff, NotWorkedSo, ClaimedAlready
    """
    if by.employee is None:
        raise NotAllowed
    employee = days.lock_person(by.employee)
    if amount not in (HALF, ONE):
        raise AmountUnfit
    _earned(amount, employee, leave_type, date)
    if _live(employee).filter(date=date, minutes__isnull=True).exists():
        raise ClaimedAlready
    if _is_taken(employee, date):
        raise ClaimedAlready
    return _claim(CompOffClaim(leave_type=leave_type, date=date, amount=amount), employee, note, by)


@transaction.atomic
def comp_off_claim_overtime(
    *, leave_type: LeaveType, amount: Decimal, by: Actor, note: str = ""
) -> CompOffClaim:
    """Say that one wants banked overtime back as leave; whoever decides is told.

    Raises:
        NotAllowed, AmountUnfit, NothingEarned, NotBankedSo
    """
    if by.employee is None:
        raise NotAllowed
    employee = days.lock_person(by.employee)
    if amount not in (HALF, ONE):
        raise AmountUnfit
    today = people.calendar_of(employee, *_around()).date_at(timezone.now())
    claim = CompOffClaim(leave_type=leave_type, date=today, amount=amount)
    _found, claim.minutes = _banked(claim, employee)
    return _claim(claim, employee, note, by)


def _around() -> tuple[dt.date, dt.date]:
    date = timezone.now().date()
    return date - DAY, date + DAY


def _claim(claim: CompOffClaim, employee: Employee, note: str, by: Actor) -> CompOffClaim:
    claim.company, claim.employee, claim.note = employee.company, employee, note.strip()[:300]
    claim.save(force_insert=True)
    changes = {"amount": [None, str(claim.amount)]}
    audit.record(by=by, verb="comp_off_claimed", subject=claim, changes=changes)
    notifications.comp_off_claimed(claim)
    return claim


def _live(employee: Employee) -> QuerySet[CompOffClaim]:
    """Return the person's claims that wait or were approved."""
    rows: QuerySet[CompOffClaim] = CompOffClaim.objects.filter(employee=employee)
    return rows.exclude(decision__outcome=ClaimOutcome.REFUSED)


def banked_minutes(employee: Employee, *, without: CompOffClaim | None = None) -> int:
    """Return the banked minutes that count and that no live claim has taken.

    The work of a day off that is claimed as such is not there a second time.
    """
    live = _live(employee)
    if without is not None and without.pk:
        live = live.exclude(pk=without.pk)
    claimed = dict(live.filter(minutes__isnull=True).values_list("date", "pk"))
    rows = overtime.banked(employee)
    there = sum(row.counted_banked for row in rows if row.date not in claimed)
    taken: int = live.aggregate(taken=Sum("minutes"))["taken"] or 0
    return there - taken


def _is_taken(employee: Employee, date: dt.date) -> bool:
    """Return whether the banked minutes of a date went, some of them, into claims of overtime."""
    of_date = sum(row.counted_banked for row in overtime.banked(employee) if row.date == date)
    return of_date > 0 and banked_minutes(employee) < of_date


def _banked(claim: CompOffClaim, employee: Employee) -> tuple[Earned, int]:
    """Return what a claim gives, and the minutes it takes, if the banked ones are worth it."""
    rules = rules_on(employee, claim.leave_type, claim.date).row
    if rules.comp_off_valid_days is None:
        raise NothingEarned
    found, minutes = from_overtime(
        claim.amount,
        banked=banked_minutes(employee, without=claim),
        hours_per_day=rules.hours_per_day,
        on=claim.date,
        valid_days=rules.comp_off_valid_days,
    )
    if found.denied is not None:
        raise NotBankedSo(most=wording.amount(found.amount))
    return found, minutes


@transaction.atomic
def comp_off_decide(
    *, claim: CompOffClaim, is_approved: bool, by: Actor, reason: str = ""
) -> CompOffDecision:
    """Approve, which gives the leave from the next day on, or refuse with a reason.

    Raises:
        OwnLeave, NotAllowed, ReasonMissing, ClaimDecided; NotADayOff, NotWorkedSo or NotBankedSo:
        the day, or what is banked, has changed since.
    """
    now = timezone.now()
    if permissions.is_self(by, claim.employee):
        raise OwnLeave
    if not permissions.can_decide_claim(by, claim.employee, now.date()):
        raise NotAllowed
    by = in_stead_of(by, claim.employee, on=now.date())
    if not is_approved and not reason.strip():
        raise ReasonMissing
    employee = days.lock_person(claim.employee)
    if CompOffDecision.objects.filter(claim=claim).exists():
        raise ClaimDecided
    outcome = ClaimOutcome.APPROVED if is_approved else ClaimOutcome.REFUSED
    decision: CompOffDecision = CompOffDecision.objects.create(
        company=claim.company, claim=claim, outcome=outcome, reason=reason.strip()[:300],
        decided_by_kind=by.kind, decided_by_id=by.id, decided_by_name=by.name,
        on_behalf_of=by.on_behalf_of, decided_at=now,
    )  # fmt: skip
    if is_approved:
        _give(claim, employee, by)
    verb = "comp_off_approved" if is_approved else "comp_off_refused"
    audit.record(by=by, verb=verb, subject=claim, reason=reason.strip())
    notifications.comp_off_decided(decision)
    return decision


def _give(claim: CompOffClaim, employee: Employee, by: Actor) -> None:
    if claim.minutes is None:
        found = _earned(claim.amount, employee, claim.leave_type, claim.date)
    else:
        found, _minutes = _banked(claim, employee)
    assert found.dates is not None  # noqa: S101  # nothing was denied
    key = f"comp_off:{claim.public_id}"
    Allocation.objects.create(
        company=employee.company, employee=employee, leave_type=claim.leave_type, key=key,
        starts_on=found.dates.first, ends_on=found.dates.last,
    )  # fmt: skip
    LedgerEntry.objects.create(
        company=employee.company, employee=employee, leave_type=claim.leave_type, key=f"{key}#0",
        kind=EntryKind.COMP_OFF, amount=claim.amount, effective_on=found.dates.first, source=key,
        reason=EntryKind.COMP_OFF, by_kind=by.kind, by_id=by.id, by_name=by.name,
    )  # fmt: skip


def decision_of(claim: CompOffClaim) -> CompOffDecision:
    """Return how a decided claim was decided."""
    decision: CompOffDecision = CompOffDecision.objects.get(claim=claim)
    return decision
