"""The books: signed entries, what they add up to on a date, and what a request draws on (rules 7).

An *allocation* is what an entry that gives (grant, accrual, carried, comp-off) opens, with the
dates on which it may be used; entries that take, lapse or pay out name it as their source and
share its validity. Entries without a source are debt: drawn below zero where the type allows it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TypeVar

from leave.enums import EntryKind
from leave.rules.amounts import ZERO
from leave.rules.carrying import CarryRule
from leave.rules.growing import Growing

Key = str
T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allocation:
    """Days, or hours, that may be used on dates from `starts_on` to `ends_on` (None: open).

    `order` is the place in which it was entered. Protected parts never lapse. One that `carries`
    takes over the rest of the dated one before it (`moves.py`).
    """

    key: Key
    starts_on: dt.date
    ends_on: dt.date | None = None
    is_carried: bool = False
    is_protected: bool = False
    order: int = 0
    carries: CarryRule | None = None

    def is_valid_on(self, date: dt.date) -> bool:
        return self.starts_on <= date <= (self.ends_on or dt.date.max)


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One signed line of the books, in force from `effective_on`."""

    kind: EntryKind
    amount: Decimal
    effective_on: dt.date
    source: Key | None = None
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Draw:
    """What is drawn on one date from one source; without a source it is debt."""

    date: dt.date
    source: Key | None
    amount: Decimal


@dataclass(frozen=True, slots=True)
class Drawn:
    """Where a request's amounts come from; `lacking` is what nothing covers, by date."""

    draws: tuple[Draw, ...]
    lacking: Mapping[dt.date, Decimal]

    def by_source(self) -> dict[tuple[Key | None, dt.date], Decimal]:
        """One line for each source, on the first date that draws on it."""
        first: dict[Key | None, dt.date] = {}
        sums: dict[Key | None, Decimal] = {}
        for draw in self.draws:
            first.setdefault(draw.source, draw.date)
            sums[draw.source] = sums.get(draw.source, ZERO) + draw.amount
        return {(source, first[source]): amount for source, amount in sums.items()}


def order_of_use(allocation: Allocation) -> tuple[bool, dt.date, int]:
    """Carried before new, then what expires first, then what was entered first."""
    return (not allocation.is_carried, allocation.ends_on or dt.date.max, allocation.order)


class _Tally:
    """Sums over books, kept while they grow, so that a balance at their end needs no look back."""

    def __init__(self) -> None:
        self._total = ZERO
        self._last = self._opens = dt.date.min
        self._sums: dict[Key, Decimal] = {}
        self._dated: list[Allocation] = []

    def take(self, entries: Iterable[Entry], allocations: Iterable[Allocation]) -> None:
        """Count these too."""
        for allocation in allocations:
            if allocation.ends_on is not None:
                self._dated.append(allocation)
            else:
                self._opens = max(self._opens, allocation.starts_on)
        for entry in entries:
            self._total += entry.amount
            self._last = max(self._last, entry.effective_on)
            if entry.source is not None:
                self._sums[entry.source] = self._sums.get(entry.source, ZERO) + entry.amount

    def balance_on(self, date: dt.date) -> Decimal | None:
        """The balance of a date with nothing after it; None where the lines must be asked."""
        if date < max(self._last, self._opens):
            return None
        over = (self._sums.get(each.key, ZERO) for each in self._dated
                if not each.is_valid_on(date))  # fmt: skip
        return self._total - sum(over, ZERO)


@dataclass(frozen=True)
class Books:
    """A person's books of one type: allocations and entries, in the order they were written."""

    allocations: Sequence[Allocation]
    entries: Sequence[Entry]

    def __post_init__(self) -> None:
        # A run adds thousands of lines one after the other: none of them copies the others.
        for name in ("allocations", "entries"):
            items = getattr(self, name)
            if not isinstance(items, Growing):
                object.__setattr__(self, name, Growing(items))
        object.__setattr__(self, "_left", None)
        object.__setattr__(self, "_tally", None)

    def balance_on(self, date: dt.date) -> Decimal:
        """The sum of what is effective on the date and valid on it.

        Debt is always valid, and so is what is drawn ahead on a credit that is still to come.
        """
        tally: _Tally | None = self._tally  # type: ignore[attr-defined]
        if tally is None:
            tally = _Tally()
            tally.take(self.entries, self.allocations)
            object.__setattr__(self, "_tally", tally)
        known = tally.balance_on(date)
        if known is not None:
            return known
        by_key = {each.key: each for each in self.allocations}
        return sum(
            (
                entry.amount
                for entry in self.entries
                if entry.effective_on <= date
                and ((source := by_key.get(entry.source or "")) is None or source.is_valid_on(date))
            ),
            ZERO,
        )

    def left(self) -> dict[Key, Decimal]:
        """What is left in each allocation once everything written is drawn, whenever it lies.

        Leave may be drawn ahead on a credit that is still to come: until it does, its source
        stands here below zero.
        """
        left: dict[Key, Decimal] | None = self._left  # type: ignore[attr-defined]
        if left is None:
            left = {each.key: ZERO for each in self.allocations}
            for entry in self.entries:
                if entry.source is not None:
                    left[entry.source] = left.get(entry.source, ZERO) + entry.amount
            object.__setattr__(self, "_left", left)
        return dict(left)

    def debt(self, by: dt.date = dt.date.max) -> Decimal:
        """What was drawn below zero by a date and not made up for yet; never negative."""
        owed = (e.amount for e in self.entries if e.source is None and e.effective_on <= by)
        return max(ZERO, -sum(owed, ZERO))

    def _standing(
        self, reserved: Iterable[Draw], dates: Sequence[dt.date]
    ) -> tuple[dict[Key, Decimal], Decimal]:
        """What is left in each allocation, and the debt that nothing valid from then on pays."""
        left, debt = self.left(), self.debt()
        for item in reserved:
            if item.source is None:
                debt += item.amount
            else:
                left[item.source] = left.get(item.source, ZERO) - item.amount
        for each in self.in_order(lambda it: (it.ends_on or dt.date.max) >= min(dates)):
            paid = min(debt, max(ZERO, left[each.key]))
            left[each.key] -= paid
            debt -= paid
        return left, debt

    def in_order(self, wanted: Callable[[Allocation], bool]) -> list[Allocation]:
        """The allocations that are wanted, in the order in which they are used."""
        return sorted(filter(wanted, self.allocations), key=order_of_use)

    def draw(
        self,
        amounts: Mapping[dt.date, Decimal],
        *,
        reserved: Iterable[Draw] = (),
        negative_limit: Decimal | None = ZERO,
    ) -> Drawn:
        """Cover the amounts, date by date, from what is valid on each.

        `reserved` is what pending requests draw already. What no allocation covers becomes debt
        down to `negative_limit` in all (None: without limit); the rest is lacking.
        """
        if not amounts:
            return Drawn((), {})
        left, debt = self._standing(reserved, sorted(amounts))
        draws: list[Draw] = []
        lacking: dict[dt.date, Decimal] = {}
        for date in sorted(amounts):
            wanted = amounts[date]
            for each in self.in_order(lambda it, on=date: it.is_valid_on(on)):  # type: ignore[misc]
                part = min(wanted, left[each.key])
                if part > ZERO:
                    draws.append(Draw(date, each.key, part))
                    left[each.key] -= part
                    wanted -= part
            room = wanted if negative_limit is None else max(ZERO, negative_limit - debt)
            if borrowed := min(wanted, room):
                draws.append(Draw(date, None, borrowed))
                debt += borrowed
                wanted -= borrowed
            if wanted:
                lacking[date] = wanted
        return Drawn(tuple(draws), lacking)

    def available(
        self,
        dates: Sequence[dt.date],
        *,
        reserved: Iterable[Draw] = (),
        negative_limit: Decimal | None = ZERO,
    ) -> Decimal | None:
        """What may still be drawn on these dates in all; None where there is no limit."""
        if negative_limit is None:
            return None
        left, debt = self._standing(reserved, dates)
        valid = (
            max(ZERO, left[each.key])
            for each in self.allocations
            if any(each.is_valid_on(date) for date in dates)
        )
        return sum(valid, ZERO) + negative_limit - debt

    def uncovered(self, more: Iterable[Draw], reserved: Iterable[Draw] = ()) -> Decimal:
        """How much of the leave that stands would lose its cover: none, where nothing is to come.

        `draw` has left out already what is taken and pending; see `ahead.Ahead` for what is not.
        """
        return ZERO

    def debt_payments(self, on: dt.date) -> tuple[Entry, ...]:
        """Lines that pay the debt of a date from what is valid on it; they change no balance then.

        Leave that is to come, and will be owed, is paid by what comes with it.
        """
        left, debt = self.left(), self.debt(on)
        lines: list[Entry] = []
        for each in self.in_order(lambda it: it.is_valid_on(on)):
            paid = min(debt, max(ZERO, left[each.key]))
            debt -= paid
            if paid:
                lines += [
                    Entry(
                        kind=EntryKind.ADJUSTMENT, amount=sign * paid, effective_on=on,
                        source=source, reason="debt_paid",
                    )
                    for source, sign in ((each.key, -1), (None, 1))
                ]  # fmt: skip
        return tuple(lines)

    def with_entries(
        self, entries: Iterable[Entry], allocations: Iterable[Allocation] = ()
    ) -> Books:
        """The books with more lines after the others."""
        new, opened = tuple(entries), tuple(allocations)
        grown = Books(_grown(self.allocations, opened), _grown(self.entries, new))
        tally: _Tally | None = self._tally  # type: ignore[attr-defined]
        if tally is not None:
            # It goes on with the longer books; these count anew if they are asked again.
            tally.take(new, opened)
            object.__setattr__(grown, "_tally", tally)
            object.__setattr__(self, "_tally", None)
        return grown


def _grown(items: Sequence[T], more: Iterable[T]) -> Growing[T]:
    return (items if isinstance(items, Growing) else Growing(items)).with_more(more)
