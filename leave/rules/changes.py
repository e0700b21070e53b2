"""What changes of leave that stands: the difference is written, nothing is edited (rules 7)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal

from leave.enums import EntryKind
from leave.rules.ahead import sources
from leave.rules.amounts import ZERO
from leave.rules.books import Draw, Entry
from leave.rules.counting import Count, CountedDay, LeaveDay, Others


def kept_draws(draws: Iterable[Draw], amounts: Mapping[dt.date, Decimal]) -> tuple[Draw, ...]:
    """Of the draws those that the dates still count; what was drawn last goes first."""
    left = dict(amounts)
    kept: list[Draw] = []
    for each in draws:
        part = min(each.amount, left.get(each.date, ZERO))
        if part > ZERO:
            kept.append(Draw(each.date, each.source, part))
            left[each.date] -= part
    return tuple(kept)


def difference(old: Iterable[Draw], new: Iterable[Draw]) -> tuple[Entry, ...]:
    """The lines that lead from the draws that are written to the new ones; none if they agree.

    Each is in force from the date of the line it mends, so that every balance is as if the new
    ones alone had been written.
    """
    before, after = sources(old), sources(new)
    lines: list[Entry] = []
    for source, date in {**before, **after}:
        change = before.get((source, date), ZERO) - after.get((source, date), ZERO)
        if change:
            kind = EntryKind.RETURNED if change > ZERO else EntryKind.TAKEN
            lines.append(Entry(kind=kind, amount=change, effective_on=date, source=source))
    return tuple(lines)


def without(count: Count, dates: Collection[dt.date]) -> Count:
    """The count with these dates given back: another request takes them over."""
    return Count(tuple(day for day in count.days if day.date not in dates))


def beyond(count: Count, others: Others, day_of: Mapping[dt.date, LeaveDay]) -> Count:
    """Of a company's closure what somebody is charged who is off for a part of it already.

    Leave that stands keeps its halves; the rest of the date is the closure's.
    """
    return Count(tuple(_beyond(day, others, day_of[day.date]) for day in count.days))


def _beyond(day: CountedDay, others: Others, what: LeaveDay) -> CountedDay:
    free = day.halves - others.on(day.date)
    if free == day.halves or not day.amount:
        return day
    worked = (what.working_halves or day.halves) & day.halves
    share = Decimal(len(free & worked)) / len(worked)
    return CountedDay(day.date, free, day.amount * share, day.why)
