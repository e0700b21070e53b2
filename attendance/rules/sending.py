"""When a report is sent by itself, and of which days it then tells."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator

from attendance.rules.zones import DAY


def due_on(
    today: dt.date,
    *,
    working_day: int | None,
    weekday: int | None,
    is_working: Callable[[dt.date], bool],
) -> dt.date | None:
    """The last date up to today on which it was due: a weekday, or the n-th working day.

    A month with fewer working days has none; none of this month and the one before is none.
    """
    if weekday is not None:
        return today - (today.weekday() - weekday) % 7 * DAY
    first = today.replace(day=1)
    for month in (first, (first - DAY).replace(day=1)):
        found = _nth(month, working_day or 1, is_working)
        if found is not None and found <= today:
            return found
    return None


def _nth(first: dt.date, n: int, is_working: Callable[[dt.date], bool]) -> dt.date | None:
    for date in _month(first):
        n -= is_working(date)
        if n == 0:
            return date
    return None


def _month(first: dt.date) -> Iterator[dt.date]:
    date = first
    while date.month == first.month:
        yield date
        date += DAY


def told_span(due: dt.date, *, is_weekly: bool, by_month: bool) -> tuple[dt.date, dt.date]:
    """The days that it tells of: the month before; weekly the seven days before.

    A report of a month tells weekly of the month of the day before.
    """
    last = due - DAY if is_weekly else due.replace(day=1) - DAY
    if is_weekly and not by_month:
        return last - 6 * DAY, last
    first = last.replace(day=1)
    return first, (first + 32 * DAY).replace(day=1) - DAY
