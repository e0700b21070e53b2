"""What the end of a leave year does to one person's books, and what is paid instead of lapsing."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from companies.models import Employee
from leave.enums import EntryKind
from leave.rules.accrual import Work
from leave.rules.amounts import ZERO
from leave.rules.anew import anew
from leave.rules.books import Books, Entry
from leave.rules.running import Line, run, with_lines
from leave.rules.years import DAY
from leave.selectors.books import Loaded, earner_of
from leave.selectors.paying import paid_in
from leave.terms import LeaveSettings, TypeOn

_LOST = ("not_carried", "expired")


@dataclass(frozen=True)
class PersonYear:
    """What the end of a leave year does to one person's books: the rest, and what becomes of it."""

    employee: Employee
    before: Decimal
    carried: Decimal
    lapsed: Decimal
    after: Decimal
    encashed: Decimal = ZERO


@dataclass(frozen=True)
class Ending:
    """A person's year as it ends, and the lines that make it so."""

    year: PersonYear
    lines: tuple[Line, ...]


@dataclass(frozen=True, kw_only=True)
class Close:
    """Which leave year ends; whether what would lapse is paid; up to when books are written."""

    rules: TypeOn | None
    closed_to: dt.date
    until: dt.date
    pays: bool = False

    @property
    def opens(self) -> dt.date:
        return self.closed_to + DAY


def ending(
    employee: Employee,
    loaded: Loaded,
    settings: LeaveSettings,
    close: Close,
    works: Mapping[int, Work],
) -> Ending:
    """Return what a person's year comes to; nothing is written."""
    lines, after = _ended(employee, loaded, settings, close, works)
    paid = _paid(after, loaded, close) if close.pays else ()
    if not paid:
        return Ending(_year(employee, after, close, ZERO), lines)
    key = f"encash:{close.closed_to.isoformat()}:{len(loaded.books.entries)}"
    paying = Line(key, close.closed_to, paid)
    instead = Loaded(
        books=with_lines(loaded.books, [paying]), known=loaded.known,
        assignments=loaded.assignments,
    )  # fmt: skip
    lines, after = _ended(employee, instead, settings, close, works)
    total = -sum((entry.amount for entry in paid), ZERO)
    return Ending(_year(employee, after, close, total), (paying, *lines))


def _ended(
    employee: Employee,
    loaded: Loaded,
    settings: LeaveSettings,
    close: Close,
    works: Mapping[int, Work],
) -> tuple[tuple[Line, ...], Books]:
    """Return what is due, and what the cuts since the end of the year would be by now."""
    plans = loaded.plans(employee, settings)
    who = earner_of(employee, plans, works)
    due = run(loaded.books, plans, who, until=close.until, known=loaded.known)
    books = with_lines(loaded.books, due)
    mended = anew(books, plans, who, since=close.opens, until=close.until)
    return (*due, *mended), with_lines(books, mended)


def _paid(after: Books, loaded: Loaded, close: Close) -> tuple[Entry, ...]:
    """Return what is paid of that which would lapse: above the floor, up to the year's most."""
    most = close.rules.row.encash_most if close.rules else None
    if close.rules is None or most is None:
        return ()
    paid = paid_in(loaded.books, close.rules.leave_year.of(close.closed_to))
    above = after.balance_on(close.closed_to) - close.rules.row.encash_keep
    room = min(most - paid, above)
    waiting: dict[str | None, Decimal] = {}
    for draw in loaded.reserved:
        waiting[draw.source] = waiting.get(draw.source, ZERO) + draw.amount
    lost: dict[str, Decimal] = {}
    for entry in after.entries:
        if entry.effective_on == close.opens and entry.reason in _LOST and entry.source:
            lost[entry.source] = lost.get(entry.source, ZERO) - entry.amount
    entries: list[Entry] = []
    for source, amount in lost.items():
        part = min(room, amount - waiting.get(source, ZERO))
        if part > ZERO:
            entries.append(
                Entry(
                    kind=EntryKind.ENCASHED, amount=-part, effective_on=close.closed_to,
                    source=source, reason="paid_out",
                )
            )  # fmt: skip
            room -= part
    return tuple(entries)


def _year(employee: Employee, books: Books, close: Close, paid: Decimal) -> PersonYear:
    """Return what moved on and lapsed on the day after, and the balance on both sides of it."""
    moved = [entry for entry in books.entries if entry.effective_on == close.opens]
    return PersonYear(
        employee=employee,
        before=books.balance_on(close.closed_to) + paid,
        carried=sum((e.amount for e in moved if e.reason == "carried"), ZERO),
        lapsed=sum((e.amount for e in moved if e.kind == EntryKind.LAPSED), ZERO),
        after=books.balance_on(close.opens),
        encashed=paid,
    )
