"""Everything due up to a date: credits, carry-over, lapses, in the order of their dates (rules 8).

Each line has a natural key, and what is known already is not made again: running any number of
times, after any gap, gives the same books. On one date the old rest is cut first, then what is over
moves on or lapses, then an edit takes back what was paid ahead, then the credit comes.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from leave.enums import EntryKind, Moment
from leave.rules.accrual import (
    NO_WORK,
    PLAN_EDITED,
    UNTIL_LEFT,
    Credit,
    Plan,
    Work,
    credits,
    is_of_version,
    room,
    worth_after_edit,
)
from leave.rules.amounts import ZERO
from leave.rules.books import Allocation, Books, Entry
from leave.rules.lapse import carry_over, lapses, moves
from leave.rules.leaving import dates_of, given_back, net_credit
from leave.rules.years import DAY, Dates

# One plan, several (one after the other, or versions of one that was edited), or none.
Plans = Plan | Sequence[Plan] | None


@dataclass(frozen=True, slots=True)
class Line:
    """What one event writes: its natural key, its entries, and the allocation that it opens."""

    key: str
    date: dt.date
    entries: tuple[Entry, ...]
    allocation: Allocation | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Earner:
    """Who earns: nothing is credited before joining or after leaving; `work` for plans by work."""

    joined_on: dt.date
    left_on: dt.date | None = None
    work: Work = NO_WORK


def run(
    books: Books, plan: Plans, who: Earner, *, until: dt.date, known: Collection[str] = ()
) -> tuple[Line, ...]:
    """The lines that are due up to `until` and not known yet, in order."""
    plans = all_plans(plan)
    seen = set(known)
    planned: dict[dt.date, list[tuple[Plan, Credit]]] = {}
    for each in plans:
        for credit in _credits(each, who, until):
            if credit.key not in seen:
                planned.setdefault(credit.date, []).append((each, credit))
    turning = turning_dates(books, plans, who, until)
    leaving = dates_of(books, plans, who.left_on, until)
    made: list[Line] = []
    now = books
    for date in sorted({*turning, *planned, *leaving}):
        steps = (*(STEPS if date in turning else ()), *((_left,) if date in leaving else ()))
        for step in steps:
            for line in step(now, plans, who, date, seen):
                seen.add(line.key)
                made.append(line)
                now = with_lines(now, [line])
        for each, credit in planned.get(date, ()):
            line = _credited(each, credit, now, who.left_on)
            made.append(line)
            now = with_lines(now, [line])
    return tuple(made)


def with_lines(books: Books, lines: Sequence[Line]) -> Books:
    """The books with these lines written."""
    return books.with_entries(
        (entry for line in lines for entry in line.entries),
        (line.allocation for line in lines if line.allocation is not None),
    )


def forecast(
    books: Books, plan: Plans, who: Earner, *, until: dt.date, known: Collection[str] = ()
) -> Books:
    """The books as they will stand on a date: credits and lapses due by then included."""
    return with_lines(books, run(books, plan, who, until=until, known=known))


def carry_dates(plan: Plan, who: Earner, dates: Dates) -> Iterator[dt.date]:
    """The dates among these on which the plan's rest is cut."""
    if plan.carry_on is None or not len(dates):
        return
    for year in range(dates.first.year, dates.last.year + 1):
        date = plan.carry_on.in_year(year, who.joined_on)
        if date in dates and date > plan.starts_on and date in plan.in_force:
            yield date


def all_plans(plan: Plans) -> Sequence[Plan]:
    """One plan, several or none, as several."""
    if plan is None:
        return ()
    return (plan,) if isinstance(plan, Plan) else plan


def _credits(plan: Plan, who: Earner, until: dt.date) -> tuple[Credit, ...]:
    return credits(plan, joined_on=who.joined_on, left_on=who.left_on, until=until, work=who.work)


def turning_dates(
    books: Books, plans: Sequence[Plan], who: Earner, until: dt.date
) -> frozenset[dt.date]:
    """Every date on which something may end, move on, or be edited; credits come on others too."""
    found = {each.ends_on + DAY for each in books.allocations if each.ends_on is not None}
    # What is carried from one dated allocation to the next may end before that does.
    for each in books.allocations:
        last = each.carries.last_day(each.starts_on) if each.carries else None
        found |= set() if last is None else {last + DAY}
    for plan in plans:
        for date in carry_dates(plan, who, Dates(plan.starts_on, until)):
            last = plan.level_on(date).carry.last_day(date)
            found |= {date} if last is None else {date, last + DAY}
        if plan.in_force.last < until:
            found.add(plan.in_force.last + DAY)
    return frozenset(date for date in found if date <= until)


def cut(
    now: Books, plans: Sequence[Plan], who: Earner, date: dt.date, known: set[str]
) -> Iterator[Line]:
    """The old rest is cut, once, where the date is a carry date of a plan."""
    cutting = [plan for plan in plans if any(carry_dates(plan, who, Dates(date, date)))]
    keys = [f"{plan.key}:carry:{date.isoformat()}" for plan in cutting]
    if cutting and known.isdisjoint(keys):
        rule = cutting[0].level_on(date).carry
        moved = carry_over(now, date, rule, key=keys[0], order=len(now.allocations))
        yield Line(keys[0], date, moved.entries, moved.allocation)


def _moved(
    now: Books, plans: Sequence[Plan], who: Earner, date: dt.date, known: set[str]
) -> Iterator[Line]:
    """The rest of the dated allocations that are over moves to the next ones."""
    for each in moves(now, date - DAY):
        key = f"moved:{date.isoformat()}:{len(now.entries)}"
        yield Line(key, date, each.entries, each.allocation)


def over(
    now: Books, plans: Sequence[Plan], who: Earner, date: dt.date, known: set[str]
) -> Iterator[Line]:
    """What is over lapses; entries written already leave nothing to do."""
    if entries := lapses(now, date):
        yield Line(f"lapse:{date.isoformat()}:{len(now.entries)}", date, entries)


def _edited(
    now: Books, plans: Sequence[Plan], who: Earner, date: dt.date, known: set[str]
) -> Iterator[Line]:
    """An edit takes back what was paid for days that are another version's.

    One that is written late takes back whole credits too, on their dates. What of it was used
    already becomes debt, which the next credits pay.
    """
    for plan in plans:
        key = f"{plan.key}:edit:{date.isoformat()}"
        if key in known or plan.in_force.last == dt.date.max or plan.in_force.last + DAY != date:
            continue
        # Whoever has left by then earned nothing on the days that the edit is about (`_left`).
        if who.left_on is not None and who.left_on < date:
            continue
        if entries := tuple(_taken_back(now, plan, who, date)):
            yield Line(key, date, entries)


def _taken_back(now: Books, plan: Plan, who: Earner, date: dt.date) -> Iterator[Entry]:
    left = now.left()
    worth = worth_after_edit(plan, joined_on=who.joined_on, left_on=who.left_on, work=who.work)
    # On the day after the last one in force a period that credits when it closes pays for it.
    earned = date if plan.moment == Moment.END else plan.in_force.last
    for entry in now.entries:
        source = entry.source or ""
        if entry.kind != EntryKind.ACCRUAL or not is_of_version(plan, source):
            continue
        if source not in worth and entry.effective_on <= earned:
            continue
        goes = max(ZERO, net_credit(now, source) - worth.get(source, ZERO))
        unused = max(ZERO, min(goes, left.get(source, ZERO)))
        for of, part in ((source, unused), (None, goes - unused)):
            if part:
                yield Entry(
                    kind=EntryKind.ADJUSTMENT, amount=-part, source=of, reason=PLAN_EDITED,
                    effective_on=max(date, entry.effective_on),
                )  # fmt: skip


def _left(
    now: Books, plans: Sequence[Plan], who: Earner, date: dt.date, known: set[str]
) -> Iterator[Line]:
    """Whoever leaves gives back what was paid ahead for days after that; or gets it again.

    A last day may be written late, changed, or taken out: what it took by then is mended to what it
    takes now.
    """
    if entries := given_back(now, plans, who.joined_on, who.left_on, who.work, date):
        yield Line(f"left:{date.isoformat()}:{len(now.entries)}", date, entries)


STEPS = (cut, _moved, over, _edited)


def _credited(plan: Plan, credit: Credit, now: Books, left_on: dt.date | None) -> Line:
    amount = min(credit.amount, room(plan, credit, now))
    is_cut = plan.moment == Moment.START and credit.dates.last == left_on
    why = UNTIL_LEFT if is_cut else ""
    entry = Entry(
        kind=EntryKind.ACCRUAL, amount=amount, effective_on=credit.date, source=credit.key,
        reason="capped" if amount < credit.amount else why,
    )  # fmt: skip
    allocation = Allocation(key=credit.key, starts_on=credit.date, order=len(now.allocations))
    return Line(credit.key, credit.date, (entry,), allocation)
