"""What a credit is worth once its person leaves: days after the last one are not earned (rules 8).

A last day that is known beforehand makes the credits smaller. One that is written later, even after
its date, takes back what was paid ahead, on the day after it or on that of the credit; one that
changes or goes again mends what was taken back.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

from leave.enums import UNDONE, EntryKind
from leave.rules.accrual import LEFT, PLAN_EDITED, UNTIL_LEFT, Plan, Work, credits
from leave.rules.amounts import ZERO
from leave.rules.books import Books, Entry, Key
from leave.rules.years import DAY


def dates_of(
    books: Books, plans: Sequence[Plan], left_on: dt.date | None, until: dt.date
) -> frozenset[dt.date]:
    """The dates on which leaving takes back, or gives again, what was credited."""
    dates = {e.effective_on for e in books.entries if e.reason in (LEFT, UNTIL_LEFT)}
    if left_on is not None and plans:
        last = left_on + DAY
        dates.add(last)
        dates |= {entry.effective_on for entry in _credits_of(books, plans)
                  if entry.effective_on > last}  # fmt: skip
    return frozenset(date for date in dates if date <= until)


def _credits_of(books: Books, plans: Sequence[Plan]) -> Iterator[Entry]:
    """What was credited under these plans, whichever version paid it."""
    prefixes = tuple({f"{plan.key}:" for plan in plans})
    for entry in books.entries:
        if entry.kind == EntryKind.ACCRUAL and (entry.source or "").startswith(prefixes):
            yield entry


def given_back(
    books: Books,
    plans: Sequence[Plan],
    joined_on: dt.date,
    left_on: dt.date | None,
    work: Work,
    date: dt.date,
) -> tuple[Entry, ...]:
    """The lines of a date that lead from what leaving took back by it to what it takes now.

    What of it was used already becomes debt.
    """
    if not plans:
        return ()
    stands: dict[Key | None, Decimal] = {}
    for entry in books.entries:
        if entry.reason == LEFT and entry.effective_on == date:
            stands[entry.source] = stands.get(entry.source, ZERO) - entry.amount
    wanted = _unearned(books, plans, joined_on, left_on, work, date)
    lacking = {
        source: wanted.get(source, ZERO) - stands.get(source, ZERO)
        for source in (*wanted, *(each for each in stands if each not in wanted))
        if source is not None
    }
    change = sum(wanted.values(), ZERO) - sum(stands.values(), ZERO)
    if change > ZERO:
        return tuple(_taking(books, lacking, change, date))
    return tuple(_giving(lacking, stands.get(None, ZERO), -change, date))


def _unearned(
    books: Books,
    plans: Sequence[Plan],
    joined_on: dt.date,
    left_on: dt.date | None,
    work: Work,
    date: dt.date,
) -> dict[Key, Decimal]:
    """How much of each credit is not earned, of those that a date takes back.

    Below zero it was credited by an earlier last day than now.
    """
    last = left_on or dt.date.max
    worth: dict[Key, Decimal] = {}
    whole: dict[Key, Decimal] = {}
    for plan in plans:
        for credit in credits(plan, joined_on=joined_on, left_on=left_on, until=date, work=work):
            if credit.dates.last >= last <= plan.in_force.last:
                worth[credit.key] = credit.amount
            if credit.dates.last <= plan.in_force.last:
                whole[credit.key] = credit.amount
    found: dict[Key, Decimal] = {}
    for entry in _credits_of(books, plans):
        source = entry.source or ""
        now = (whole if entry.reason == UNTIL_LEFT else worth).get(source)
        # A credit of days before is none of these: only days after leaving are not earned.
        if now is None and entry.effective_on <= last:
            continue
        goes = net_credit(books, source) - (now or ZERO)
        on = entry.effective_on if goes < ZERO else max(_after(last), entry.effective_on)
        if on == date and (goes > ZERO or entry.reason == UNTIL_LEFT):
            found[source] = goes
    return found


def _after(last: dt.date) -> dt.date:
    return last if last == dt.date.max else last + DAY


def net_credit(books: Books, source: Key) -> Decimal:
    """What a credit gave, less what an edit, or HR, has taken back of it."""
    return sum(
        (
            entry.amount
            for entry in books.entries
            if entry.source == source
            and (
                entry.kind == EntryKind.ACCRUAL
                or entry.reason == PLAN_EDITED
                or entry.reason.startswith(UNDONE)
            )
        ),
        ZERO,
    )


def _taking(
    books: Books, lacking: Mapping[Key, Decimal], change: Decimal, date: dt.date
) -> Iterator[Entry]:
    left = books.left()
    for source, amount in lacking.items():
        part = min(change, amount, left.get(source, ZERO))
        if part > ZERO:
            yield _entry(-part, date, source)
            change -= part
    if change:
        yield _entry(-change, date, None)


def _giving(
    lacking: Mapping[Key, Decimal], owed: Decimal, change: Decimal, date: dt.date
) -> Iterator[Entry]:
    """Give again what was taken back: what is owed for it first."""
    giving: dict[Key | None, Decimal] = {None: owed}
    giving |= {source: -amount for source, amount in lacking.items()}
    for source, amount in giving.items():
        part = min(change, amount)
        if part > ZERO:
            yield _entry(part, date, source)
            change -= part


def _entry(amount: Decimal, date: dt.date, source: Key | None) -> Entry:
    return Entry(
        kind=EntryKind.ADJUSTMENT, amount=amount, effective_on=date, source=source, reason=LEFT
    )
