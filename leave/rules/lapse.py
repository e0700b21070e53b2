"""What lapses when an allocation's days are over, and what moves on at a carry date (rules 8)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from leave.enums import Carry, EntryKind
from leave.rules.amounts import ZERO
from leave.rules.books import Allocation, Books, Entry, Key, order_of_use
from leave.rules.carrying import CarryRule
from leave.rules.years import DAY

# Why the rules wrote a line; whatever else a line says is HR's own.
REASONS = frozenset(
    {"capped", "carried", "carried_less", "debt_dropped", "debt_paid", "expired", "left",
     "moves_on", "not_carried", "plan_edited", "until_left"}
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Loss:
    """How much lapses at the beginning of a date, by allocation."""

    date: dt.date
    by_source: Mapping[Key, Decimal]

    @property
    def amount(self) -> Decimal:
        return sum(self.by_source.values(), ZERO)


@dataclass(frozen=True, slots=True)
class Carried:
    """What a carry date writes: entries that end the old rest, and the allocation that goes on."""

    entries: tuple[Entry, ...]
    allocation: Allocation | None = None


def lapses(books: Books, today: dt.date) -> tuple[Entry, ...]:
    """The entries for every allocation whose days are over; none for what is protected.

    A debt is paid first from what is about to lapse. Run again, after these are written, it
    returns nothing.
    """
    left = books.left()
    over = sorted(
        (each for each in books.allocations
         if each.ends_on is not None and each.ends_on < today
         and left[each.key] > ZERO and not each.is_protected and not successor(books, each)),
        key=lambda each: (each.ends_on, order_of_use(each)),
    )  # fmt: skip
    written: list[Entry] = []
    for each in over:
        ends_on = each.ends_on or today
        now = books.with_entries(written)
        written += now.debt_payments(ends_on)
        rest = books.with_entries(written).left()[each.key]
        if rest > ZERO:
            written.append(_entry(EntryKind.LAPSED, -rest, ends_on + DAY, each.key, "expired"))
    return tuple(written)


def successor(books: Books, allocation: Allocation) -> Allocation | None:
    """The dated allocation that takes over the rest of this one; None where it just ends.

    It is the next one that carries, also after a gap, if nothing else ended in between.
    """
    ends_on = allocation.ends_on
    if ends_on is None or allocation.is_protected:
        return None
    later = [each for each in books.allocations if each.carries and each.starts_on > ends_on]
    if not later:
        return None
    found = min(later, key=lambda each: (each.starts_on, each.order))
    last = max(
        each.ends_on
        for each in books.allocations
        if each.ends_on is not None and each.ends_on < found.starts_on and not each.is_protected
    )
    return found if last == ends_on else None


def moves(books: Books, ended_on: dt.date) -> tuple[Carried, ...]:
    """What moves from the allocations that ended on a date to the one after them.

    It leaves them at once, and arrives when the next one begins: there it is carried, and valid as
    the next one says, though no longer than that. Parts that lapsed before do not move.
    """
    by_next: dict[Key, tuple[Allocation, list[Allocation]]] = {}
    for each in books.allocations:
        found = successor(books, each) if each.ends_on == ended_on else None
        if found is not None:
            by_next.setdefault(found.key, (found, []))[1].append(each)
    made = (_moved(books, ended, found, ended_on) for found, ended in by_next.values())
    return tuple(each for each in made if each.entries)


def _moved(
    books: Books, ended: Sequence[Allocation], found: Allocation, ended_on: dt.date
) -> Carried:
    rule = found.carries or CarryRule()
    paid = books.debt_payments(ended_on)
    left = books.with_entries(paid).left()
    rest = {each.key: left[each.key] for each in ended if left[each.key] > ZERO}
    key = f"{found.key}:carried"
    # Days given back once the rest has moved follow it, within the same most.
    before = sum((each.amount for each in books.entries if each.source == key
                  and each.kind == EntryKind.CARRIED), ZERO)  # fmt: skip
    lost = _not_carried(books, rest, rule, before)
    entries = [*paid, *_leaving(rest, lost, ended_on + DAY)]
    kept = sum(rest.values(), ZERO) - sum(lost.values(), ZERO)
    if not kept:
        return Carried(tuple(entries))
    arrives = _entry(EntryKind.CARRIED, kept, found.starts_on, key, "carried")
    if before:
        return Carried((*entries, arrives))
    ends = [date for date in (rule.last_day(found.starts_on), found.ends_on) if date is not None]
    allocation = Allocation(
        key=key, starts_on=found.starts_on, ends_on=min(ends, default=None),
        is_carried=True, order=len(books.allocations),
    )  # fmt: skip
    return Carried((*entries, arrives), allocation)


def _leaving(
    rest: Mapping[Key, Decimal], lost: Mapping[Key, Decimal], date: dt.date
) -> list[Entry]:
    """The lines with which a rest ends: first what is lost of it, then what moves on."""
    entries = [
        _entry(EntryKind.LAPSED, -amount, date, source, "not_carried")
        for source, amount in lost.items()
    ]
    return entries + [
        _entry(EntryKind.CARRIED, -moved, date, source, "moves_on")
        for source, amount in rest.items()
        if (moved := amount - lost.get(source, ZERO)) > ZERO
    ]


def next_loss(
    books: Books, today: dt.date, carry_dates: Mapping[dt.date, CarryRule]
) -> Loss | None:
    """The nearest date after today on which days lapse, and how many; no day twice.

    From today's balance, without credits to come: what ended the day before, or, on a carry date,
    what does not move on of all the rest.
    """
    left = {
        each.key: amount
        for each in books.allocations
        if (amount := books.left()[each.key]) > ZERO
        and not each.is_protected and each.starts_on <= today
    }  # fmt: skip
    ends = {
        each.ends_on + DAY
        for each in books.allocations
        if each.key in left and each.ends_on is not None
    }
    for date in sorted({*ends, *carry_dates}):
        if date <= today:
            continue
        valid = {
            each.key: left[each.key]
            for each in books.allocations
            if each.key in left and each.is_valid_on(date - DAY)
        }
        rule = carry_dates.get(date)
        lost = _not_carried(books, valid, rule) if rule else _ended(books, valid, date - DAY)
        if lost:
            return Loss(date, lost)
    return None


def _ended(books: Books, rest: Mapping[Key, Decimal], on: dt.date) -> dict[Key, Decimal]:
    """What of the rest has its last day on the date, and does not move to the next allocation."""
    lost: dict[Key, Decimal] = {}
    moving: dict[Key, tuple[CarryRule, dict[Key, Decimal]]] = {}
    for each in books.allocations:
        if each.key not in rest or each.ends_on != on:
            continue
        found = successor(books, each)
        if found is None or found.carries is None:
            lost[each.key] = rest[each.key]
        else:
            moving.setdefault(found.key, (found.carries, {}))[1][each.key] = rest[each.key]
    for rule, ended in moving.values():
        lost |= _not_carried(books, ended, rule)
    return lost


def _not_carried(
    books: Books, rest: Mapping[Key, Decimal], rule: CarryRule, before: Decimal = ZERO
) -> dict[Key, Decimal]:
    """What of the rest does not move on, taken from what would have been used last.

    `before` is what moved already.
    """
    total = sum(rest.values(), ZERO)
    excess = total - max(ZERO, rule.kept(before + total) - before)
    lost: dict[Key, Decimal] = {}
    for each in sorted(books.allocations, key=order_of_use):
        part = min(excess, rest.get(each.key, ZERO))
        if part > ZERO:
            lost[each.key] = part
            excess -= part
    return lost


def carry_over(books: Books, date: dt.date, rule: CarryRule, *, key: Key, order: int) -> Carried:
    """What the carry date writes: the rest is cut, and what moves on gets its own validity.

    The rest is what is left in every allocation that is still valid the day before. A debt is
    dropped where nothing is carried, else carried down to its limit.
    """
    paid = books.debt_payments(date - DAY)
    books = books.with_entries(paid)
    left = books.left()
    rest = {
        each.key: left[each.key]
        for each in books.allocations
        if left[each.key] > ZERO and each.is_valid_on(date - DAY) and not each.is_protected
    }
    lost = _not_carried(books, rest, rule)
    entries = [*paid, *_leaving(rest, lost, date), *_debt(books.debt(date - DAY), date, rule)]
    moved = sum(rest.values(), ZERO) - sum(lost.values(), ZERO)
    if not moved:
        return Carried(tuple(entries))
    allocation = Allocation(
        key=key, starts_on=date, ends_on=rule.last_day(date), is_carried=True, order=order
    )
    entries.append(_entry(EntryKind.CARRIED, moved, date, key, "carried"))
    return Carried(tuple(entries), allocation)


def _debt(debt: Decimal, date: dt.date, rule: CarryRule) -> list[Entry]:
    if rule.carry == Carry.NONE:
        kept = ZERO
    else:
        kept = debt if rule.debt_limit is None else min(debt, rule.debt_limit)
    dropped = debt - kept
    return [_entry(EntryKind.LAPSED, dropped, date, None, "debt_dropped")] if dropped else []


def _entry(
    kind: EntryKind, amount: Decimal, date: dt.date, source: Key | None, reason: str
) -> Entry:
    return Entry(kind=kind, amount=amount, effective_on=date, source=source, reason=reason)
