"""What may be drawn on dates that lie ahead: with credits, lapses and cuts due by then (rules 7).

A request over a carry date draws on the old rest before it, and on what moved on after it. What is
pending is taken as if it were written, so that nothing is carried that somebody asks for.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from leave.enums import EntryKind
from leave.rules.amounts import ONE, ZERO, written
from leave.rules.books import Books, Draw, Drawn, Entry, Key
from leave.rules.running import Earner, Plans, run, with_lines


def taken(draws: Iterable[Draw]) -> list[Entry]:
    """The draws as lines of the books."""
    return [
        Entry(kind=EntryKind.TAKEN, amount=-each.amount, effective_on=each.date, source=each.source)
        for each in draws
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Ahead:
    """Books as they stand today, and what makes them grow; `known` are keys of written lines.

    `factor` is what one unit of the type that asks is worth in these books.
    """

    books: Books
    plans: Plans
    who: Earner
    known: frozenset[str] = frozenset()
    factor: Decimal = ONE

    def on(self, date: dt.date, reserved: Iterable[Draw] = ()) -> Books:
        """The books of a date, once what is pending is taken."""
        return self._with(taken(reserved))._until(date).books

    def draw(
        self,
        amounts: Mapping[dt.date, Decimal],
        *,
        reserved: Iterable[Draw] = (),
        negative_limit: Decimal | None = ZERO,
    ) -> Drawn:
        """Cover the amounts date by date, each from the books of its date; as `Books.draw`."""
        now = self._with(taken(reserved))
        draws: list[Draw] = []
        lacking: dict[dt.date, Decimal] = {}
        for date in sorted(amounts):
            now = now._until(date)
            one = {date: written(amounts[date] * self.factor)}
            drawn = now.books.draw(one, negative_limit=negative_limit)
            draws += drawn.draws
            lacking |= drawn.lacking
            now = now._with(taken(drawn.draws))
        return Drawn(tuple(draws), lacking)

    def available(
        self,
        dates: Sequence[dt.date],
        *,
        reserved: Iterable[Draw] = (),
        negative_limit: Decimal | None = ZERO,
    ) -> Decimal | None:
        """What may still be drawn on these dates in all; None where there is no limit."""
        return self.on(max(dates), reserved).available(dates, negative_limit=negative_limit)

    def uncovered(self, more: Iterable[Draw], reserved: Iterable[Draw] = ()) -> Decimal:
        """How much of the leave that stands would lose its cover by drawing more as well."""
        standing = self._with(taken(reserved))
        before = standing._missing()
        return max(ZERO, standing._with(taken(more))._missing() - before)

    def _missing(self) -> Decimal:
        """What leave draws on sources that will not hold so much once it comes."""
        ahead = [e.effective_on for e in self.books.entries if e.kind == EntryKind.TAKEN]
        if not ahead:
            return ZERO
        left = self._until(max(ahead)).books.left()
        return -sum((amount for amount in left.values() if amount < ZERO), ZERO)

    def _with(self, entries: Iterable[Entry]) -> Ahead:
        return replace(self, books=self.books.with_entries(entries))

    def _until(self, date: dt.date) -> Ahead:
        lines = run(self.books, self.plans, self.who, until=date, known=self.known)
        if not lines:
            return self
        known = self.known | {line.key for line in lines}
        return replace(self, books=with_lines(self.books, lines), known=known)


def sources(draws: Iterable[Draw]) -> dict[tuple[Key | None, dt.date], Decimal]:
    """One line for each source, on the first date that draws on it: what leave writes."""
    return Drawn(tuple(draws), {}).by_source()
