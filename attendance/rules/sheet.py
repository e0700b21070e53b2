"""The month sheet: where each day counts, in half days (rules 11)."""

from __future__ import annotations

import calendar
import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from typing import Protocol

from attendance.rules.codes import Halves
from attendance.rules.errors import InvalidInput
from attendance.rules.types import Half, HalfKind


class Row(Protocol):
    """What a total needs of a day; a `Verdict` is one."""

    @property
    def date(self) -> dt.date: ...
    @property
    def halves(self) -> Halves: ...
    @property
    def worked_minutes(self) -> int: ...
    @property
    def late_minutes(self) -> int: ...
    @property
    def early_minutes(self) -> int: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetRow:
    """A day for the sheet, such as one read from storage (`codes.read` gives the halves)."""

    date: dt.date
    halves: Halves
    worked_minutes: int = 0
    late_minutes: int = 0
    early_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Totals:
    """Half days by where they count, and what is counted beside.

    `leave_by_code` splits `leave_halves`; the empty code is leave of no type.
    """

    present_halves: int = 0
    absent_halves: int = 0
    leave_halves: int = 0
    off_halves: int = 0
    unmarked_halves: int = 0
    leave_by_code: dict[str, int] = field(default_factory=dict)
    late_count: int = 0
    late_minutes: int = 0
    early_count: int = 0
    early_minutes: int = 0
    worked_minutes: int = 0
    overtime_minutes: int = 0

    @property
    def halves(self) -> int:
        """All half days that were counted."""
        return (
            self.present_halves
            + self.absent_halves
            + self.leave_halves
            + self.off_halves
            + self.unmarked_halves
        )


_SUMMED = tuple(item.name for item in fields(Totals) if item.name != "leave_by_code")
_NO_HALVES: dict[HalfKind, int] = dict.fromkeys(HalfKind, 0)


def tally(rows: Iterable[Row]) -> Totals:
    """Totals of any days: those of a person, or everybody's on one date."""
    days = list(rows)
    return of_counts(
        Counter(day.halves for day in days).items(),
        late_count=sum(day.late_minutes > 0 for day in days),
        late_minutes=sum(day.late_minutes for day in days),
        early_count=sum(day.early_minutes > 0 for day in days),
        early_minutes=sum(day.early_minutes for day in days),
        worked_minutes=sum(day.worked_minutes for day in days),
    )


def of_counts(days: Iterable[tuple[tuple[Half, ...], int]], **figures: int) -> Totals:
    """Totals of days that are counted already: how many there are of each pair of halves."""
    kinds = _NO_HALVES.copy()
    leave: dict[str, int] = {}
    for halves, count in days:
        for half in halves:
            kinds[half.kind] += count
            if half.kind == HalfKind.LEAVE:
                leave[half.code] = leave.get(half.code, 0) + count
    return Totals(
        present_halves=kinds[HalfKind.PRESENT],
        absent_halves=kinds[HalfKind.ABSENT],
        leave_halves=kinds[HalfKind.LEAVE],
        off_halves=kinds[HalfKind.OFF],
        unmarked_halves=kinds[HalfKind.UNMARKED],
        leave_by_code=dict(sorted(leave.items())),
        **figures,
    )


def summed(all_of: Iterable[Totals]) -> Totals:
    """Several totals as one, such as those of everybody."""
    found: Counter[str] = Counter()
    leave: Counter[str] = Counter()
    for totals in all_of:
        leave.update(totals.leave_by_code)
        found.update({name: getattr(totals, name) for name in _SUMMED})
    return Totals(leave_by_code=dict(sorted(leave.items())), **found)


def month_totals(year: int, month: int, rows: Iterable[Row]) -> Totals:
    """Totals of one person's month; a date without a row is unmarked.

    Raises `InvalidInput`: `date_outside_month`, `duplicate_date`.
    """
    by_date: dict[dt.date, Row] = {}
    for row in rows:
        if (row.date.year, row.date.month) != (year, month):
            raise InvalidInput("date_outside_month", date=row.date.isoformat())
        if row.date in by_date:
            raise InvalidInput("duplicate_date", date=row.date.isoformat())
        by_date[row.date] = row
    unmarked = Half(HalfKind.UNMARKED)
    dates = (dt.date(year, month, day) for day in range(1, calendar.monthrange(year, month)[1] + 1))
    return tally(
        by_date.get(date) or SheetRow(date=date, halves=(unmarked, unmarked)) for date in dates
    )
