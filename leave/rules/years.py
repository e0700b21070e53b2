"""The leave year: it may start on any day, and which year a date lies in is computed (rules 8)."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Dates:
    """From a date to a date, both included."""

    first: dt.date
    last: dt.date

    def __contains__(self, date: dt.date) -> bool:
        return self.first <= date <= self.last

    def __iter__(self) -> Iterator[dt.date]:
        return (self.first + n * DAY for n in range(len(self)))

    def __len__(self) -> int:
        return max(0, (self.last - self.first).days + 1)


def on_day(year: int, month: int, day: int) -> dt.date:
    """The date; a day that the month lacks means its last."""
    return dt.date(year, month, min(day, monthrange(year, month)[1]))


def add_months(date: dt.date, months: int, *, day: int | None = None) -> dt.date:
    """The date so many months on, on the same day of the month, or on `day`."""
    years, month = divmod(date.year * 12 + date.month - 1 + months, 12)
    return on_day(years, month + 1, day or date.day)


@dataclass(frozen=True, slots=True)
class LeaveYear:
    """The day on which every leave year starts."""

    month: int = 1
    day: int = 1

    def of(self, date: dt.date) -> Dates:
        """The leave year in which the date lies."""
        start = on_day(date.year, self.month, self.day)
        if start > date:
            start = on_day(date.year - 1, self.month, self.day)
        return Dates(start, on_day(start.year + 1, self.month, self.day) - DAY)
