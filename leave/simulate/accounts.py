"""One person's books of one type, run in the order of time."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from leave.enums import EntryKind
from leave.rules.accrual import Plan
from leave.rules.ahead import Ahead
from leave.rules.amounts import ONE, ZERO
from leave.rules.books import Allocation, Books, Entry
from leave.rules.lapse import CarryRule
from leave.rules.running import Earner, Line, carry_dates, run, with_lines
from leave.rules.years import Dates
from leave.simulate.people import Someone
from leave.simulate.types import LeaveType

_LOOK_AHEAD = dt.timedelta(days=800)


@dataclass(frozen=True, slots=True)
class Written:
    """A line of the books: when it was written, and for which request or allocation, if any."""

    entry: Entry
    on: dt.date
    by: str = ""


@dataclass(eq=False)
class Account:
    """The books as they stand; `written` are their lines in the order they were written."""

    someone: Someone
    type: LeaveType
    plans: Sequence[Plan]
    books: Books = field(default_factory=lambda: Books([], []))
    known: frozenset[str] = frozenset()
    written: list[Written] = field(default_factory=list)
    closed_before: dt.date = dt.date.min

    @property
    def earner(self) -> Earner:
        return self.someone.earner()

    def advance(self, date: dt.date) -> None:
        """Write everything due up to the date."""
        for line in self.due(date):
            self._close(line)
            self.known |= {line.key}
            self.write(line.entries, line.date, allocations=[line.allocation])

    def due(self, date: dt.date) -> tuple[Line, ...]:
        """What is due up to the date, and not written yet."""
        return run(self.books, self.plans, self.earner, until=date, known=self.known)

    def on(self, date: dt.date) -> Books:
        """The books as they will stand on a date, if nothing but time passes."""
        return with_lines(self.books, self.due(date))

    def then(self, date: dt.date) -> Books:
        """The books as they stood on a date that is over; as they will stand on one to come."""
        if date >= self.someone.today:
            return self.on(date)
        known = tuple(each.entry for each in self.written if each.on <= date)
        return Books(self.books.allocations, known)

    def moved_on(self, date: dt.date) -> list[Entry]:
        """What a date carries and lets lapse, be it written or still to come."""
        entries = [each.entry for each in self.written if each.on == date and not each.by]
        entries += [entry for line in self.due(date) if line.date == date for entry in line.entries]
        return [each for each in entries if each.kind in (EntryKind.CARRIED, EntryKind.LAPSED)]

    def ahead(self, factor: Decimal = ONE) -> Ahead:
        """The books as requests see them."""
        return Ahead(
            books=self.books, plans=self.plans, who=self.earner, known=self.known, factor=factor
        )

    def write(
        self,
        entries: Iterable[Entry],
        on: dt.date,
        by: str = "",
        allocations: Iterable[Allocation | None] = (),
    ) -> None:
        """Write these lines, and open these allocations."""
        entries = tuple(entries)
        self.books = self.books.with_entries(
            entries, (each for each in allocations if each is not None)
        )
        self.written += (Written(entry, on, by) for entry in entries)

    def granted_in(self, year: Dates) -> Decimal:
        """What a leave year granted, what is carried into it included."""
        kinds = (EntryKind.GRANT, EntryKind.ACCRUAL, EntryKind.COMP_OFF, EntryKind.CARRIED)
        given = (
            entry.amount
            for entry in self.books.entries
            if entry.kind in kinds and entry.amount > ZERO and entry.effective_on in year
        )
        return sum(given, ZERO)

    def cuts(self, after: dt.date) -> dict[dt.date, CarryRule]:
        """The carry dates of the plans that lie ahead, with the rule of each."""
        dates = Dates(after, after + _LOOK_AHEAD)
        return {
            date: plan.level_on(date).carry
            for plan in self.plans
            for date in carry_dates(plan, self.earner, dates)
        }

    def _close(self, line: Line) -> None:
        """A leave year is closed once its rest is carried."""
        is_cut = any(line.key.startswith(f"{plan.key}:carry:") for plan in self.plans)
        if is_cut or line.key.startswith("moved:"):
            self.closed_before = max(self.closed_before, line.date)
