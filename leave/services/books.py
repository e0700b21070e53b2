"""Writing the books: grants, adjustments, what is paid out, and the lines that rules make.

Every line has a natural key; nothing here changes one that stands.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils import timezone

from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, OwnRecord, ReasonMissing
from companies.ids import uuid7
from companies.models import Company, Employee
from companies.permissions import can_manage_records
from leave import permissions, wording
from leave.enums import Carry, EntryKind
from leave.errors import (
    AmountUnfit,
    BelowLimit,
    LeaveUncovered,
    NoSuchAllocation,
    NothingToAdjust,
    OverMost,
    PaidTooMuch,
    YearClosed,
)
from leave.models import Allocation, LeaveType, LedgerEntry, PlanAssignment
from leave.rules.accrual import room_of_year
from leave.rules.ahead import taken
from leave.rules.amounts import ZERO, written
from leave.rules.books import Books, Entry
from leave.rules.earned import carried_within, over_most, pay
from leave.rules.plan_form import carry_of
from leave.rules.running import Line
from leave.selectors.books import Loaded, loaded_of
from leave.selectors.paying import payable_of
from leave.selectors.scenes import closed_to
from leave.services.requests import today_of
from leave.terms import TypeOn, leave_settings
from leave.validators import validate_carry

_GIVEN = (EntryKind.GRANT, EntryKind.ACCRUAL, EntryKind.COMP_OFF, EntryKind.CARRIED)


@dataclass(frozen=True)
class Written:
    """A line that is to be written, and into whose books of which type; paid out at a `rate`."""

    employee: Employee
    leave_type: int
    line: Line
    rate: Decimal | None = None


def lines_write(*, company: Company, items: Iterable[Written], by: Actor) -> int:
    """Write lines and the allocations that they open, in two statements; return how many entries.

    The caller has locked the people and loaded their books after that.
    """
    allocations: list[Allocation] = []
    entries: list[LedgerEntry] = []
    for item in items:
        opened = item.line.allocation
        if opened is not None:
            allocations.append(
                Allocation(
                    company=company, employee=item.employee, leave_type_id=item.leave_type,
                    key=opened.key, starts_on=opened.starts_on, ends_on=opened.ends_on,
                    is_carried=opened.is_carried, is_protected=opened.is_protected,
                )
            )  # fmt: skip
        entries += [
            _row(
                company,
                item.employee,
                item.leave_type,
                f"{item.line.key}#{place}",
                entry,
                by,
                rate=item.rate if entry.kind == EntryKind.ENCASHED else None,
            )
            for place, entry in enumerate(item.line.entries)
        ]
    Allocation.objects.bulk_create(allocations, batch_size=500)
    LedgerEntry.objects.bulk_create(entries, batch_size=500)
    return len(entries)


def _row(
    company: Company, employee: Employee, leave_type: int, key: str, entry: Entry, by: Actor,
    **more: Any,
) -> LedgerEntry:  # fmt: skip
    return LedgerEntry(
        company=company, employee=employee, leave_type_id=leave_type, key=key, kind=entry.kind,
        amount=entry.amount, effective_on=entry.effective_on, source=entry.source or "",
        reason=entry.reason[:300], by_kind=by.kind, by_id=by.id, by_name=by.name, **more,
    )  # fmt: skip


def rules_on(employee: Employee, leave_type: LeaveType, date: dt.date) -> TypeOn:
    """Return the rules of a type on a date.

    Raises:
        NotAllowed: the type has none yet.
    """
    found = leave_settings(employee.company).type_on(leave_type.pk, date)
    if found is None:
        raise NotAllowed
    return found


def refuse_right(by: Actor, employee: Employee) -> None:
    """Refuse who may not write in these books; nobody writes in their own.

    Raises:
        NotAllowed, OwnRecord
    """
    if not can_manage_records(by, employee):
        raise NotAllowed
    if not permissions.can_manage_books(by, employee):
        raise OwnRecord


def refuse_closed(leave_type: int, date: dt.date) -> None:
    """Refuse what would change a closed leave year.

    Raises:
        YearClosed
    """
    until = closed_to(leave_type)
    if until is not None and date <= until:
        raise YearClosed(date=until.isoformat())


def refuse_amount(amount: Decimal) -> None:
    """Refuse nothing, what is no number, and more places than the books hold.

    Raises:
        AmountUnfit
    """
    if not amount.is_finite() or not amount or amount != written(amount):
        raise AmountUnfit


def refuse_over_most(loaded: Loaded, rules: TypeOn, date: dt.date, more: Decimal) -> None:
    """Refuse to grant more in a leave year than the type allows, with what is carried.

    Raises:
        OverMost
    """
    most = rules.rules.most_granted
    if most is None or more <= ZERO:
        return
    if over_most(given_in(loaded, rules, date), more, most):
        raise OverMost(most=wording.amount(most))


def given_in(loaded: Loaded, rules: TypeOn, date: dt.date) -> Decimal:
    """Return what the leave year of a date was granted, what is carried into it included."""
    year = rules.leave_year.of(date)
    given = (
        entry.amount
        for entry in loaded.books.entries
        if entry.effective_on in year and _is_given(entry)
    )
    return sum(given, ZERO)


def refuse_uncovered(books: Books, rules: TypeOn, entries: Sequence[Entry]) -> Books:
    """Return the books with what HR takes; refuse to take what approved leave draws on.

    Raises:
        LeaveUncovered, BelowLimit
    """
    after = books.with_entries(entries)
    left = after.left()
    touched = {entry.source for entry in entries if entry.source and entry.amount < ZERO}
    lacking = -sum((min(left.get(source, ZERO), ZERO) for source in touched), ZERO)
    if lacking:
        raise LeaveUncovered(amount=wording.amount(lacking))
    limit = rules.rules.negative_limit
    owes = any(entry.source is None and entry.amount < ZERO for entry in entries)
    if owes and limit is not None and after.debt() > limit:
        raise BelowLimit(amount=wording.amount(after.debt() - limit))
    return after


def spread(
    books: Books, rules: TypeOn, amount: Decimal, date: dt.date, reason: str
) -> list[Entry]:  # fmt: skip
    """Return the lines of an adjustment that names no allocation.

    What is taken goes in the order of use, and beyond that is owed where the type allows it; what
    is given pays a debt first, and then stands with what was granted last.

    Raises:
        NothingToAdjust: nothing that was granted is valid on the date.
    """
    parts: list[tuple[str | None, Decimal]] = []
    if amount < ZERO:
        drawn = books.draw({date: -amount}, negative_limit=rules.rules.negative_limit)
        sums = {source: paid for (source, _first), paid in drawn.by_source().items()}
        rest = sum(drawn.lacking.values(), ZERO)
        if rest:
            raise LeaveUncovered(amount=wording.amount(rest))
        parts = [(source, -paid) for source, paid in sums.items()]
    else:
        owed = min(amount, books.debt(date))
        valid = [each for each in books.allocations if each.is_valid_on(date)]
        granted = [each for each in valid if not each.is_carried] or valid
        if owed < amount and not granted:
            raise NothingToAdjust
        parts = [(None, owed)] if owed else []
        parts += [(granted[-1].key, amount - owed)] if owed < amount else []
    return [
        Entry(
            kind=EntryKind.ADJUSTMENT, amount=part, effective_on=date, source=source, reason=reason
        )
        for source, part in parts
    ]  # fmt: skip


def _is_given(entry: Entry) -> bool:
    """Return whether a line grants: what a rest loses by moving on is none."""
    return entry.kind in _GIVEN and entry.amount > ZERO or entry.kind == EntryKind.ADJUSTMENT


@transaction.atomic
def grant_give(
    *,
    employee: Employee,
    leave_type: LeaveType,
    amount: Decimal,
    starts_on: dt.date,
    ends_on: dt.date | None = None,
    reason: str,
    by: Actor,
    kind: EntryKind = EntryKind.GRANT,
    key: str = "",
    is_protected: bool = False,
    carries: dict[str, Any] | None = None,
    under: PlanAssignment | None = None,
) -> Allocation:
    """Give leave that may be used from a date to a date, or for good.

    A `key` makes it natural: given again, the same stands (imports). `under` a plan it counts to
    the plan's caps of the year. `carries` says what it takes over from the dated one before it.

    Raises:
        NotAllowed, OwnRecord, ReasonMissing, AmountUnfit, YearClosed, OverMost; ValidationError
    """
    refuse_right(by, employee)
    if not reason.strip():
        raise ReasonMissing
    refuse_amount(amount)
    if amount < ZERO:
        raise AmountUnfit
    locked = days.lock_person(employee)
    refuse_closed(leave_type.pk, starts_on)
    rules = rules_on(locked, leave_type, starts_on)
    loaded = loaded_of(locked, leave_type.pk)
    name = key or f"{kind}:{uuid7()}"
    name = f"plan:{under.public_id}:{name}" if under is not None else name
    if name in loaded.known:
        stands: Allocation = Allocation.objects.get(
            employee=locked, leave_type=leave_type, key=name
        )
        return stands
    refuse_over_most(loaded, rules, starts_on, amount)
    carries = _carried_within(carries, loaded, rules, starts_on, amount)
    _refuse_beyond_plan(loaded, locked, under, starts_on, amount)
    row = Allocation(
        company=locked.company, employee=locked, leave_type=leave_type, key=name,
        starts_on=starts_on, ends_on=ends_on, is_protected=is_protected, carries=carries,
        is_carried=kind == EntryKind.CARRIED,
    )  # fmt: skip
    row.full_clean()
    row.save()
    entry = Entry(
        kind=kind, amount=amount, effective_on=starts_on, source=name, reason=reason.strip()
    )
    line = _row(locked.company, locked, leave_type.pk, f"{name}#0", entry, by)
    line.save()
    _tell(line, "leave_granted", by)
    return row


def _carried_within(
    carries: dict[str, Any] | None,
    loaded: Loaded,
    rules: TypeOn,
    date: dt.date,
    amount: Decimal,
) -> dict[str, Any] | None:
    """Return what a grant takes over, new days before carried ones: what the year's most leaves."""
    most = rules.rules.most_granted
    if carries is None or most is None:
        return carries
    validate_carry(carries)
    rest = most - given_in(loaded, rules, date) - amount
    within = carried_within(carry_of(carries), rest)
    if within.carry == Carry.NONE:
        return carries
    return {**carries, "carry": within.carry.value, "carry_most": str(within.most)}


def _refuse_beyond_plan(
    loaded: Loaded, employee: Employee, under: PlanAssignment | None, date: dt.date,
    amount: Decimal,
) -> None:  # fmt: skip
    """HR's extra credits under a plan are refused beyond its caps of the year."""
    if under is None:
        return
    for plan in loaded.plans(employee, leave_settings(employee.company)):
        if plan.key == f"plan:{under.public_id}" and date in plan.in_force:
            room = room_of_year(plan, plan.level_on(date), date, loaded.books)
            if amount > room:
                raise OverMost(most=wording.amount(room))


def _tell(line: LedgerEntry, verb: str, by: Actor) -> None:
    changes = {"amount": [None, str(line.amount)], "effective_on": [None, str(line.effective_on)]}
    audit.record(by=by, verb=verb, subject=line, reason=line.reason, changes=changes)


@transaction.atomic
def adjustment_add(
    *,
    employee: Employee,
    leave_type: LeaveType,
    amount: Decimal,
    reason: str,
    by: Actor,
    allocation: str = "",
    effective_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> LedgerEntry:
    """Correct the books by a signed amount, of an allocation whose validity it shares.

    Without an allocation it is a debt, or pays one.

    Raises:
        NotAllowed, OwnRecord, ReasonMissing, AmountUnfit, NoSuchAllocation, YearClosed, OverMost
        LeaveUncovered: approved leave would lose what it draws on.
        BelowLimit: the debt would be beyond what the type allows.
    """
    refuse_right(by, employee)
    if not reason.strip():
        raise ReasonMissing
    refuse_amount(amount)
    moment, locked = now or timezone.now(), days.lock_person(employee)
    date = effective_on or today_of(locked, moment)
    refuse_closed(leave_type.pk, date)
    rules = rules_on(locked, leave_type, date)
    loaded = loaded_of(locked, leave_type.pk)
    if allocation and allocation not in {each.key for each in loaded.books.allocations}:
        raise NoSuchAllocation
    refuse_over_most(loaded, rules, date, amount)
    entry = Entry(
        kind=EntryKind.ADJUSTMENT, amount=amount, effective_on=date, source=allocation or None,
        reason=reason.strip(),
    )  # fmt: skip
    refuse_uncovered(loaded.books, rules, [entry])
    key = f"adjustment:{uuid7()}#0"
    row = _row(locked.company, locked, leave_type.pk, key, entry, by)
    row.save()
    _tell(row, "leave_adjusted", by)
    return row


@transaction.atomic
def adjustment_spread(
    *,
    employee: Employee,
    leave_type: LeaveType,
    amount: Decimal,
    reason: str,
    by: Actor,
    effective_on: dt.date | None = None,
    now: dt.datetime | None = None,
) -> list[LedgerEntry]:
    """Correct the books by a signed amount, wherever it lies: see `spread`.

    Raises:
        NotAllowed, OwnRecord, ReasonMissing, AmountUnfit, NothingToAdjust, YearClosed, OverMost,
        LeaveUncovered, BelowLimit
    """
    refuse_right(by, employee)
    if not reason.strip():
        raise ReasonMissing
    refuse_amount(amount)
    moment, locked = now or timezone.now(), days.lock_person(employee)
    date = effective_on or today_of(locked, moment)
    refuse_closed(leave_type.pk, date)
    rules, loaded = rules_on(locked, leave_type, date), loaded_of(locked, leave_type.pk)
    refuse_over_most(loaded, rules, date, amount)
    entries = spread(without_reserved(loaded), rules, amount, date, reason.strip())
    refuse_uncovered(loaded.books, rules, entries)
    name = f"adjustment:{uuid7()}"
    rows = [
        _row(locked.company, locked, leave_type.pk, f"{name}#{place}", entry, by)
        for place, entry in enumerate(entries)
    ]
    LedgerEntry.objects.bulk_create(rows)
    for row in rows:
        _tell(row, "leave_adjusted", by)
    return rows


def without_reserved(loaded: Loaded) -> Books:
    """Return the books as if what waits were taken: nobody takes it from under a request."""
    return loaded.books.with_entries(taken(loaded.reserved))


@transaction.atomic
def encash(
    *,
    employee: Employee,
    leave_type: LeaveType,
    amount: Decimal,
    rate: Decimal,
    by: Actor,
    now: dt.datetime | None = None,
) -> list[LedgerEntry]:
    """Pay leave out at a rate: the floor of the type stays, and a year's most is kept to.

    Raises:
        NotAllowed, OwnRecord, AmountUnfit, YearClosed, PaidTooMuch
    """
    refuse_right(by, employee)
    refuse_amount(amount)
    if amount < ZERO or rate < ZERO:
        raise AmountUnfit
    moment, locked = now or timezone.now(), days.lock_person(employee)
    today = today_of(locked, moment)
    refuse_closed(leave_type.pk, today)
    rules, loaded = rules_on(locked, leave_type, today), loaded_of(locked, leave_type.pk)
    most = payable_of(leave_type, loaded, rules, today).most
    if amount > most:
        raise PaidTooMuch(most=wording.amount(most))
    drawn = loaded.books.draw({today: amount}, reserved=loaded.reserved)
    name = f"encash:{uuid7()}"
    rows = [
        _row(
            locked.company, locked, leave_type.pk, f"{name}#{place}",
            Entry(kind=EntryKind.ENCASHED, amount=-paid, effective_on=today, source=source,
                  reason="paid_out"),
            by, rate=rate,
        )
        for place, ((source, _first), paid) in enumerate(drawn.by_source().items())
    ]  # fmt: skip
    LedgerEntry.objects.bulk_create(rows)
    changes = {"amount": [None, str(amount)], "rate": [None, str(rate)],
               "paid": [None, str(pay(amount, rate))]}  # fmt: skip
    audit.record(by=by, verb="leave_paid_out", subject=rows[0], changes=changes)
    return rows
