"""Late arrivals of a month (rules 3.5): some are free, every k-th other is proposed as half a day.

A proposal to HR: nothing is deducted by it.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from attendance.rules.types import Policy


@dataclass(frozen=True, slots=True)
class LateArrival:
    """One late arrival: free, or the `number`-th that counts, proposed as half a day or not."""

    date: dt.date
    late_minutes: int
    number: int | None
    is_proposed: bool

    @property
    def is_free(self) -> bool:
        """Whether the company lets this one pass."""
        return self.number is None


def late_arrivals(
    rows: Iterable[tuple[dt.date, int]], policy_on: Callable[[dt.date], Policy]
) -> tuple[LateArrival, ...]:
    """The late arrivals of one person's month in order, from (date, late minutes) of each row.

    Each date goes by the settings in force on it. One of more minutes than are free uses up none
    of the free ones.
    """
    found: list[LateArrival] = []
    free = number = 0
    for date, minutes in sorted(rows):
        if minutes <= 0:
            continue
        policy = policy_on(date)
        if free < policy.late_free_count and minutes <= policy.late_free_minutes:
            free += 1
            found.append(LateArrival(date, minutes, None, is_proposed=False))
            continue
        number += 1
        every = policy.late_half_day_every
        found.append(LateArrival(date, minutes, number, is_proposed=_is_due(number, every)))
    return tuple(found)


def _is_due(number: int, every: int) -> bool:
    return every > 0 and number % every == 0
