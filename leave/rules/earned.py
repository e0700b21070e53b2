"""Days earned by work on a day off, and days paid out (rules 8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import ROUND_CEILING, ROUND_FLOOR, Decimal
from enum import StrEnum

from leave.enums import Carry
from leave.rules.amounts import HALF, ONE, ZERO, written
from leave.rules.carrying import CarryRule
from leave.rules.years import DAY, Dates

MINUTES_AN_HOUR = 60


class Denied(StrEnum):
    """The rule that refuses what HR enters."""

    NOT_WORKED = "not_worked"
    NOT_A_DAY_OFF = "not_a_day_off"
    MORE_THAN_EARNED = "more_than_earned"
    EARNED_ALREADY = "earned_already"
    BELOW_FLOOR = "below_floor"
    MOST_ENCASHED = "most_encashed"
    MOST_GRANTED = "most_granted"
    YEAR_CAP = "year_cap"
    LEAVES_UNCOVERED = "leaves_uncovered"
    BELOW_LIMIT = "below_limit"
    NOT_VALID_THEN = "not_valid_then"


@dataclass(frozen=True, slots=True, kw_only=True)
class WorkedDay:
    """An approved day: what was worked on it, and from when on that is a whole day."""

    date: dt.date
    is_off: bool
    minutes: int
    half_day_below: int | None = None
    is_half: bool = False


@dataclass(frozen=True, slots=True)
class Earned:
    """How many days, and on which dates they may be used; or why not."""

    amount: Decimal
    dates: Dates | None = None
    denied: Denied | None = None


def comp_off(
    day: WorkedDay, *, claimed: Decimal | None = None, valid_days: int | None = None
) -> Earned:
    """What work on a day off earns: half where it is below half a day, or judged so; else whole.

    Less may be claimed, more is refused. It may be used from the next day on; `valid_days` later it
    is gone (None: it stays).
    """
    if not day.is_off:
        return Earned(ZERO, denied=Denied.NOT_A_DAY_OFF)
    if day.minutes <= 0:
        return Earned(ZERO, denied=Denied.NOT_WORKED)
    is_short = day.half_day_below is not None and day.minutes < day.half_day_below
    amount = HALF if is_short or day.is_half else ONE
    if claimed is not None and claimed > amount:
        return Earned(amount, denied=Denied.MORE_THAN_EARNED)
    first = day.date + DAY
    last = dt.date.max if valid_days is None else first + (valid_days - 1) * DAY
    return Earned(amount if claimed is None else claimed, Dates(first, last))


def minutes_for(amount: Decimal, *, hours_per_day: Decimal) -> int:
    """Return how many banked minutes so many days take."""
    exact = amount * hours_per_day * MINUTES_AN_HOUR
    return int(exact.to_integral_value(ROUND_CEILING))


def from_overtime(
    claimed: Decimal, *, banked: int, hours_per_day: Decimal, on: dt.date, valid_days: int
) -> tuple[Earned, int]:
    """What banked minutes of overtime are worth as leave, and how many of them are used.

    More than they are worth is refused, saying the most in whole halves. It may be used from the
    next day on, and for as long as other days that were earned.
    """
    needed = minutes_for(claimed, hours_per_day=hours_per_day)
    if needed > banked:
        a_day = hours_per_day * MINUTES_AN_HOUR
        most = max(ZERO, (banked / a_day / HALF).to_integral_value(ROUND_FLOOR) * HALF)
        return Earned(most, denied=Denied.MORE_THAN_EARNED), 0
    first = on + DAY
    return Earned(claimed, Dates(first, first + (valid_days - 1) * DAY)), needed


def encash(
    amount: Decimal, *, available: Decimal, keeps: Decimal = ZERO, most: Decimal | None = None
) -> Denied | None:
    """Why so many days may not be paid out; None where they may.

    What is left is at least what the type keeps, and no more is paid than its most.
    """
    if most is not None and amount > most:
        return Denied.MOST_ENCASHED
    return Denied.BELOW_FLOOR if available - amount < keeps else None


def most_encashable(
    available: Decimal, *, keeps: Decimal = ZERO, most: Decimal | None = None
) -> Decimal:
    """The most days that may be paid out."""
    rest = max(ZERO, available - keeps)
    return rest if most is None else min(rest, most)


def pay(amount: Decimal, rate: Decimal) -> Decimal:
    """What so many days are paid: days × rate, to the hundredth."""
    return written(amount * rate, 2)


def carried_within(rule: CarryRule, rest: Decimal) -> CarryRule:
    """What moves on where new days come before carried ones: what the year's most leaves of it."""
    if rule.carry == Carry.NONE:
        return rule
    most = min(rest, rule.most) if rule.carry == Carry.UP_TO else rest
    return replace(rule, carry=Carry.UP_TO, most=max(ZERO, most))


def over_most(granted: Decimal, new: Decimal, most: Decimal | None) -> bool:
    """Whether a grant brings a leave year over its most; `granted` has what is carried."""
    return most is not None and granted + new > most
