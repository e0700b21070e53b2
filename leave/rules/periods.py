"""The boundary days of a frequency, and the periods between them (rules 8).

A period runs from one boundary to the day before the next. A boundary day that a month lacks means
that month's last.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from attendance.rules.errors import InvalidInput
from leave.enums import Frequency
from leave.rules.years import DAY, Dates, on_day

_MONTHS = {
    Frequency.TWICE_MONTHLY: 1,
    Frequency.MONTHLY: 1,
    Frequency.QUARTERLY: 3,
    Frequency.TWICE_YEARLY: 6,
    Frequency.YEARLY: 12,
}
_A_YEAR = {
    Frequency.DAILY: 365,
    Frequency.WEEKLY: 52,
    Frequency.TWICE_MONTHLY: 24,
    Frequency.MONTHLY: 12,
    Frequency.QUARTERLY: 4,
    Frequency.TWICE_YEARLY: 2,
    Frequency.YEARLY: 1,
}
# What is earned by work is credited date by date.
BY_WORK = frozenset({Frequency.HOUR_WORKED, Frequency.HOUR_SCHEDULED, Frequency.DAY_WORKED})


@dataclass(frozen=True, slots=True, kw_only=True)
class Rhythm:
    """A frequency with its boundary days.

    `weekday` (0 is Monday) is for weekly; `days` of the month for monthly and longer (31 is the
    last), two of them for twice a month; `month` is one in which a quarter, half or year begins.
    """

    frequency: Frequency
    weekday: int = 0
    days: tuple[int, ...] = (1,)
    month: int = 1

    def __post_init__(self) -> None:
        wanted = 2 if self.frequency == Frequency.TWICE_MONTHLY else 1
        if len(set(self.days)) != wanted or not all(1 <= day <= 31 for day in self.days):
            raise InvalidInput("boundary_days", value=", ".join(map(str, self.days)))

    @property
    def a_year(self) -> int:
        """How many periods a yearly amount is spread over.

        Raises `InvalidInput` (`yearly_by_work`): work knows no number of periods.
        """
        if self.is_by_work:
            raise InvalidInput("yearly_by_work", value=self.frequency.value)
        return _A_YEAR[self.frequency]

    @property
    def is_by_work(self) -> bool:
        """Whether each date earns by the hours, or the day, that were worked or scheduled."""
        return self.frequency in BY_WORK

    def is_boundary(self, date: dt.date) -> bool:
        """Whether a period opens on the date."""
        if self.frequency == Frequency.DAILY or self.is_by_work:
            return True
        if self.frequency == Frequency.WEEKLY:
            return date.weekday() == self.weekday
        if (date.month - self.month) % _MONTHS[self.frequency]:
            return False
        return any(date == on_day(date.year, date.month, day) for day in self.days)

    def of(self, date: dt.date) -> Dates:
        """The period in which the date lies."""
        return _period(self, date)

    def boundaries(self, date: dt.date, step: int) -> Iterator[dt.date]:
        """The boundary days from the month of the date on, or back from it, without end."""
        month = date.year * 12 + date.month - 1
        while True:
            year, number = divmod(month, 12)
            if (number + 1 - self.month) % _MONTHS[self.frequency] == 0:
                days = sorted({on_day(year, number + 1, day) for day in self.days})
                yield from days[::step]
            month += step

    def within(self, dates: Dates) -> Iterator[Dates]:
        """Every period that touches the dates, whole, in order."""
        if not len(dates):
            return
        period = self.of(dates.first)
        while period.first <= dates.last:
            yield period
            period = self.of(period.last + DAY)


# The same periods are looked for again for everybody who is on a plan.
@lru_cache(maxsize=8192)
def _period(rhythm: Rhythm, date: dt.date) -> Dates:
    if rhythm.frequency == Frequency.DAILY or rhythm.is_by_work:
        return Dates(date, date)
    if rhythm.frequency == Frequency.WEEKLY:
        first = date - ((date.weekday() - rhythm.weekday) % 7) * DAY
        return Dates(first, first + 6 * DAY)
    before = (day for day in rhythm.boundaries(date, -1) if day <= date)
    after = (day for day in rhythm.boundaries(date, 1) if day > date)
    return Dates(next(before), next(after) - DAY)
