"""What the end of leave years comes to once something before it has changed (rules 10).

The cuts since a date are made again on the books as they stand, without what they wrote the first
time; what is written is the difference. Credits stay as they were paid: one that was lost to a cap
is not made up.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from leave.enums import EntryKind
from leave.rules.accrual import Plan
from leave.rules.amounts import ZERO
from leave.rules.books import Allocation, Books, Entry, Key
from leave.rules.running import (
    Earner,
    Line,
    Plans,
    all_plans,
    carry_dates,
    cut,
    over,
    turning_dates,
    with_lines,
)
from leave.rules.years import DAY, Dates

# The reason of what is owed because fewer days were carried than were used of them.
CARRIED_LESS = "carried_less"
_OF_A_CUT = frozenset({"carried", "moves_on", "not_carried", "debt_dropped", CARRIED_LESS})
_Place = tuple[dt.date, Key | None, EntryKind, str]


@dataclass(frozen=True)
class _Cuts:
    """Which cuts were made since a date: their dates, and the allocations that they opened."""

    since: dt.date
    keys: frozenset[Key]
    dates: frozenset[dt.date]

    def wrote(self, entry: Entry) -> bool:
        """Whether one of these cuts, or what followed of it, wrote the line."""
        date, reason = entry.effective_on, entry.reason
        if reason == "expired":
            return date >= self.since
        if reason == "debt_paid":
            return date >= self.since - DAY
        if reason not in _OF_A_CUT or date not in self.dates:
            return False
        return reason != "carried" or entry.source in self.keys


def anew(
    books: Books, plan: Plans, who: Earner, *, since: dt.date, until: dt.date
) -> tuple[Line, ...]:
    """The lines that lead from the cuts since a date to what they would be today; none if alike.

    Everything due up to `until` has been written.
    """
    plans = all_plans(plan)
    found = frozenset(date for date in turning_dates(books, plans, who, until) if date >= since)
    cuts = _cuts(books, plans, who, Dates(since, until))
    base = Books(
        tuple(each for each in books.allocations if each.key not in cuts.keys),
        tuple(entry for entry in books.entries if not cuts.wrote(entry)),
    )
    opened: list[Allocation] = []
    now = base
    for date in sorted(found):
        for step in (cut, over):
            for line in step(now, plans, who, date, set()):
                now = with_lines(now, [line])
                opened += [line.allocation] if line.allocation else []
                now = now.with_entries(_owed(now, line))
    before = (entry for entry in books.entries if cuts.wrote(entry))
    entries = tuple(_difference(_sums(before), _sums(now.entries[len(base.entries):])))  # fmt: skip
    new = [each for each in opened if each.key not in cuts.keys]
    return tuple(_lines(entries, new, since, len(books.entries)))


def _cuts(books: Books, plans: Sequence[Plan], who: Earner, dates: Dates) -> _Cuts:
    opened = [
        each for each in books.allocations
        if each.is_carried and each.starts_on >= dates.first and ":carry:" in each.key
    ]  # fmt: skip
    made = {each.starts_on for each in opened}
    for plan in plans:
        made |= set(carry_dates(plan, who, dates))
    return _Cuts(dates.first, frozenset(each.key for each in opened), frozenset(made))


def _owed(now: Books, line: Line) -> Iterator[Entry]:
    """What was drawn on a carried allocation beyond what it holds by now is owed."""
    lacking = -now.left().get(line.key, ZERO)
    if lacking > ZERO:
        for source, part in ((line.key, lacking), (None, -lacking)):
            yield Entry(
                kind=EntryKind.ADJUSTMENT, amount=part, effective_on=line.date, source=source,
                reason=CARRIED_LESS,
            )  # fmt: skip


def _sums(entries: Sequence[Entry] | Iterator[Entry]) -> dict[_Place, Decimal]:
    found: dict[_Place, Decimal] = {}
    for each in entries:
        place = (each.effective_on, each.source, each.kind, each.reason)
        found[place] = found.get(place, ZERO) + each.amount
    return found


def _difference(
    before: Mapping[_Place, Decimal], after: Mapping[_Place, Decimal]
) -> Iterator[Entry]:
    for place in {**before, **after}:
        change = after.get(place, ZERO) - before.get(place, ZERO)
        if change:
            date, source, kind, reason = place
            yield Entry(kind=kind, amount=change, effective_on=date, source=source, reason=reason)


def _lines(
    entries: Sequence[Entry], opened: Sequence[Allocation], since: dt.date, number: int
) -> Iterator[Line]:
    """One line of all entries, and one for each allocation that is opened."""
    if entries:
        name = f"anew:{since.isoformat()}:{number}"
        yield Line(name, since, tuple(entries))
        yield from (Line(each.key, since, (), each) for each in opened)
