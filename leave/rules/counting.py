"""How many days, or hours, a request counts, and why each date counts what it does (rules 7).

From the person's own schedule in force on each date: scheduled days touched, less days off and
holidays unless the type counts them. Half a holiday leaves half.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum
from typing import Final

from attendance.enums import Portion
from attendance.rules.errors import InvalidInput
from attendance.rules.spans import Span, length, overlap
from attendance.rules.types import DayType
from leave.enums import CountsDaysOff, Taken, Unit
from leave.rules.amounts import HALF, ZERO, written
from leave.rules.years import DAY, Dates

Halves = frozenset[Portion]
NO_HALF: Final[Halves] = frozenset()
BOTH: Final[Halves] = frozenset({Portion.AM, Portion.PM})
# More days off in a row than lie between two days of leave.
_FARTHEST: Final = 62
_MINUTE = dt.timedelta(minutes=1)


class Why(StrEnum):
    """Why a date counts what it does."""

    COUNTED = "counted"
    HALF_HOLIDAY = "half_holiday"
    WEEKLY_OFF = "weekly_off"
    HOLIDAY = "holiday"
    DAY_OFF_COUNTED = "day_off_counted"
    SANDWICHED = "sandwiched"
    NO_SCHEDULE = "no_schedule"
    NOT_EMPLOYED = "not_employed"
    OUTSIDE_SCHEDULE = "outside_schedule"


@dataclass(frozen=True, slots=True, kw_only=True)
class LeaveDay:
    """What a date is to the person: `scheduled` are the stretches of work, breaks left out.

    A date without a shift has no `scheduled`; on a day off they are those that it would have.
    """

    date: dt.date
    type: DayType = DayType.WORKING
    scheduled: tuple[Span, ...] = ()
    is_employed: bool = True

    @property
    def is_off(self) -> bool:
        return self.type in (DayType.WEEKLY_OFF, DayType.HOLIDAY)

    @property
    def working_halves(self) -> Halves:
        if self.is_off:
            return NO_HALF
        by_type = {
            DayType.HALF_HOLIDAY_AM: frozenset({Portion.PM}),
            DayType.HALF_HOLIDAY_PM: frozenset({Portion.AM}),
        }
        return by_type.get(self.type, BOTH)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """What is asked for: dates with a part of the first and of the last, or some hours of one.

    `hours` is the stretch asked for; `flat_hours` is how many, where the schedule has no times.
    """

    dates: Dates
    first_part: Taken = Taken.FULL
    last_part: Taken = Taken.FULL
    hours: Span | None = None
    flat_hours: Decimal | None = None

    def __post_init__(self) -> None:
        if not len(self.dates):
            raise InvalidInput(
                "range_reversed",
                start=self.dates.first.isoformat(), end=self.dates.last.isoformat(),
            )  # fmt: skip
        is_one = len(self.dates) == 1
        if is_one and self.first_part != self.last_part:
            raise InvalidInput("two_parts_of_one_date", date=self.dates.first.isoformat())
        if (self.hours or self.flat_hours is not None) and not is_one:
            raise InvalidInput("hours_of_one_date", date=self.dates.first.isoformat())

    def part_on(self, date: dt.date) -> Taken:
        if date == self.dates.first:
            return self.first_part
        return self.last_part if date == self.dates.last else Taken.FULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Others:
    """The person's other live leave: the halves taken by date, and dates charged between them."""

    halves: Mapping[dt.date, Halves] = field(default_factory=dict)
    charged: frozenset[dt.date] = frozenset()

    @classmethod
    def of(cls, live: Iterable[tuple[Mapping[dt.date, Halves], frozenset[dt.date]]]) -> Others:
        """All of some requests, each with the halves it takes and the dates it charges between."""
        halves: dict[dt.date, Halves] = {}
        charged: frozenset[dt.date] = frozenset()
        for taken, between in live:
            for date, part in taken.items():
                halves[date] = halves.get(date, NO_HALF) | part
            charged |= between
        return cls(halves=halves, charged=charged)

    def on(self, date: dt.date) -> Halves:
        return self.halves.get(date, NO_HALF)


@dataclass(frozen=True, slots=True)
class CountedDay:
    """One date of a request: the halves it takes, what it counts, and why."""

    date: dt.date
    halves: Halves
    amount: Decimal
    why: Why


@dataclass(frozen=True, slots=True)
class Count:
    """Every date in order, those beside the request too that it charges as sandwiched."""

    days: tuple[CountedDay, ...]

    @property
    def total(self) -> Decimal:
        return sum((day.amount for day in self.days), ZERO)

    def within(self, dates: Dates) -> Decimal:
        """What is counted on these dates."""
        return sum((day.amount for day in self.days if day.date in dates), ZERO)


DayOf = Callable[[dt.date], LeaveDay]


def count(
    ask: Ask,
    day_of: DayOf,
    *,
    unit: Unit,
    counts_days_off: CountsDaysOff = CountsDaysOff.NO,
    others: Others | None = None,
) -> Count:
    """Count a request; amounts are in days, or in hours where the unit is hours.

    Raises `InvalidInput` (`half_not_allowed`, `hours_not_allowed`).
    """
    taken = others or Others()
    _check_parts(ask, unit)
    days = {date: _counted(ask, day_of(date), taken, unit, counts_days_off) for date in ask.dates}
    if counts_days_off == CountsDaysOff.SANDWICH:
        days |= _sandwiched(days, day_of, taken, unit)
    return Count(tuple(days[date] for date in sorted(days)))


def _check_parts(ask: Ask, unit: Unit) -> None:
    is_partial = {ask.first_part, ask.last_part} != {Taken.FULL}
    if unit == Unit.DAY and is_partial:
        raise InvalidInput("half_not_allowed")
    if unit != Unit.HOUR and (ask.hours or ask.flat_hours is not None):
        raise InvalidInput("hours_not_allowed")


def _halves(part: Taken, day: LeaveDay, taken: Halves) -> Halves:
    """The halves that a part means; half a day is the free one that is worked, else a free one."""
    if part == Taken.FULL:
        return BOTH
    if part != Taken.HALF:
        return frozenset({Portion(part.value)})
    order = (Portion.AM, Portion.PM)
    free = [half for half in order if half not in taken]
    worked = [half for half in free if half in day.working_halves]
    return frozenset((worked or free or order)[:1])


def _counted(
    ask: Ask, day: LeaveDay, others: Others, unit: Unit, counts_days_off: CountsDaysOff
) -> CountedDay:
    halves = _halves(ask.part_on(day.date), day, others.on(day.date))
    nothing = _nothing(day, counts_days_off)
    if nothing is not None:
        return CountedDay(day.date, halves, ZERO, nothing)
    counts_off = counts_days_off == CountsDaysOff.YES
    counted = halves if counts_off else halves & day.working_halves
    if ask.hours is not None or ask.flat_hours is not None:
        amount = _asked_hours(ask, day)
        why = Why.COUNTED if amount else Why.OUTSIDE_SCHEDULE
        return CountedDay(day.date, halves, amount, why)
    return CountedDay(day.date, halves, _amount(counted, day, unit), _why(day, halves, counted))


def _nothing(day: LeaveDay, counts_days_off: CountsDaysOff) -> Why | None:
    """Why the whole date counts nothing, if it does."""
    if not day.is_employed:
        return Why.NOT_EMPLOYED
    if day.is_off and counts_days_off != CountsDaysOff.YES:
        return Why(day.type.value)
    return None if day.scheduled else Why.NO_SCHEDULE


def _why(day: LeaveDay, halves: Halves, counted: Halves) -> Why:
    if day.is_off:
        return Why.DAY_OFF_COUNTED
    return Why.COUNTED if counted == halves else Why.HALF_HOLIDAY


def _amount(halves: Halves, day: LeaveDay, unit: Unit) -> Decimal:
    share = HALF * len(halves)
    return written(share * _hours(day.scheduled)) if unit == Unit.HOUR else share


def _hours(spans: tuple[Span, ...]) -> Decimal:
    return Decimal(length(spans) // _MINUTE) / 60


def _asked_hours(ask: Ask, day: LeaveDay) -> Decimal:
    if ask.flat_hours is not None:
        return written(ask.flat_hours)
    asked = (ask.hours,) if ask.hours else ()
    return written(_hours(overlap(day.scheduled, asked)))


# --- days off between leave -------------------------------------------------------------------
def _sandwiched(
    days: Mapping[dt.date, CountedDay], day_of: DayOf, others: Others, unit: Unit
) -> dict[dt.date, CountedDay]:
    """The days off that have leave on both sides, this request's on one of them at least."""
    leave = {date: day.halves for date, day in days.items() if day.amount}
    found: dict[dt.date, CountedDay] = {}
    for date, halves in leave.items():
        for step, edge in ((-DAY, Portion.AM), (DAY, Portion.PM)):
            if edge not in halves:
                continue
            for off in _gap(date, step, day_of, leave, others):
                if off not in others.charged:
                    day = day_of(off)
                    amount = _amount(BOTH, day, unit)
                    found[off] = CountedDay(off, BOTH, amount, Why.SANDWICHED)
    return found


def _gap(
    date: dt.date,
    step: dt.timedelta,
    day_of: DayOf,
    leave: Mapping[dt.date, Halves],
    others: Others,
) -> list[dt.date]:
    """The days off from the date on, if they end at a day of leave; none otherwise."""
    facing = Portion.AM if step > dt.timedelta() else Portion.PM
    gap: list[dt.date] = []
    for number in range(1, _FARTHEST):
        near = date + number * step
        if facing in leave.get(near, NO_HALF) | others.on(near):
            return gap
        day = day_of(near)
        if not (day.is_off and day.is_employed):
            return []
        if day.scheduled:
            gap.append(near)
    return []
