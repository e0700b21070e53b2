"""What a date is to a person: a working day, a weekly off, a holiday, half a holiday."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any, Literal

from attendance.rules.errors import InvalidInput
from attendance.rules.types import WEEKDAYS, CalendarEntry, DayKind, DayType
from attendance.rules.zones import DAY
from companies.enums import CalendarKind

MOST_WEEKS = 5  # a weekday comes at most five times a month

WeeklyOff = Mapping[str, Literal["all"] | Sequence[int]]

# More days off in a row than any calendar has: nobody works again.
_MOST_DAYS_OFF = 3660

_WHOLE = (CalendarKind.HOLIDAY, CalendarKind.COMPANY_DAY, CalendarKind.OPTIONAL_HOLIDAY)
_HALVES = (CalendarKind.HALF_HOLIDAY_AM, CalendarKind.HALF_HOLIDAY_PM)


def check_weekly_off(value: Any) -> WeeklyOff:
    """`value` itself, if it is like `{"sat": [2, 4], "sun": "all"}`.

    Raises `InvalidInput`: `weekly_off_shape`, `unknown_weekday` or `bad_weeks`.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput("weekly_off_shape", value=str(value))
    for weekday, weeks in value.items():
        if weekday not in WEEKDAYS:
            raise InvalidInput("unknown_weekday", value=str(weekday))
        if weeks != "all" and not _are_weeks(weeks):
            raise InvalidInput("bad_weeks", weekday=weekday, value=str(weeks))
    return value


def _are_weeks(weeks: Any) -> bool:
    return (
        isinstance(weeks, list | tuple)
        and bool(weeks)
        and all(type(week) is int and 1 <= week <= MOST_WEEKS for week in weeks)
        and len(set(weeks)) == len(weeks)
    )


def is_weekly_off(date: dt.date, weekly_off: WeeklyOff) -> bool:
    """Whether the pattern makes the date a day off; `[2, 4]` are the 2nd and 4th of the month."""
    weeks = weekly_off.get(WEEKDAYS[date.weekday()], ())
    return weeks == "all" or (date.day - 1) // 7 + 1 in weeks


def day_kind(
    date: dt.date,
    weekly_off: WeeklyOff,
    entries: Iterable[CalendarEntry],
    picked: Collection[str] = (),
) -> DayKind:
    """What the date is; of `entries` only those of this date count.

    An optional holiday is a holiday to who `picked` its key, and nothing to others. An extra
    working day beats weekly offs and whole holidays, a holiday beats a weekly off, and half a
    holiday only stands on a day that is worked. Two opposite halves make a whole.
    """
    mine = sorted(
        (entry for entry in entries if entry.date == date and _counts(entry, picked)),
        key=lambda entry: (entry.kind.value, entry.name),
    )
    kinds = {entry.kind for entry in mine}
    halves = [entry for entry in mine if entry.kind in _HALVES]
    if CalendarKind.WORKING_DAY not in kinds:
        for entry in mine:
            if entry.kind in _WHOLE:
                return DayKind(DayType.HOLIDAY, entry.name)
        if is_weekly_off(date, weekly_off):
            return DayKind(DayType.WEEKLY_OFF)
    if kinds.issuperset(_HALVES):
        return DayKind(DayType.HOLIDAY, halves[0].name)
    if halves:
        return DayKind(DayType(halves[0].kind.value), halves[0].name)
    extra = next((entry for entry in mine if entry.kind == CalendarKind.WORKING_DAY), None)
    return DayKind(DayType.WORKING, extra.name if extra else "")


def _counts(entry: CalendarEntry, picked: Collection[str]) -> bool:
    return entry.kind != CalendarKind.OPTIONAL_HOLIDAY or entry.key in picked


def working_days_between(
    one: dt.date,
    other: dt.date,
    is_working: Callable[[dt.date], bool],
    *,
    counts_first: bool = False,
) -> int:
    """The working days from one date to another, the same either way round.

    The earlier date is not counted, unless set; the later one is.
    """
    first, last = sorted((one, other))
    dates = (first + n * DAY for n in range(0 if counts_first else 1, (last - first).days + 1))
    return sum(map(is_working, dates))


def working_days_on(date: dt.date, n: int, is_working: Callable[[dt.date], bool]) -> dt.date:
    """The `n`-th working day after the date, or before it if negative; 0 is the date itself.

    Raises `InvalidInput` ("no_working_day") where no day is worked any more.
    """
    step, left, days_off = (DAY if n > 0 else -DAY), abs(n), 0
    while left:
        date += step
        if is_working(date):
            left, days_off = left - 1, 0
            continue
        days_off += 1
        if days_off > _MOST_DAYS_OFF:
            raise InvalidInput("no_working_day", date=date.isoformat())
    return date
