"""Milestones of a plan as plain data, the way they are stored; what is wrong is named."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from attendance.rules.errors import InvalidInput
from leave.enums import Carry
from leave.rules.accrual import After, Milestone
from leave.rules.amounts import STEPS, ZERO
from leave.rules.carrying import CarryRule
from leave.rules.periods import Rhythm
from leave.rules.years import Dates

_AFTER: Final = ("after_days", "after_months", "after_years")
_AMOUNTS: Final = ("amount", "yearly", "balance_cap", "yearly_cap", "round_to")
_CARRY: Final = (
    "carry", "carry_most", "carry_valid_days", "carry_valid_months", "carry_valid_until",
    "carry_debt_limit",
)  # fmt: skip
# A leap year and the three after it.
_EVERY_START: Final = Dates(dt.date(2000, 1, 1), dt.date(2003, 12, 31))
KEYS: Final = frozenset({*_AFTER, *_AMOUNTS, *_CARRY})


def milestones_of(value: Any) -> tuple[Milestone, ...]:
    """The milestones of `[{"after_years": 1, "amount": "1.5", "carry": "up_to", …}]`.

    Amounts are strings; whatever is left out takes the rules' own default.

    Raises `InvalidInput`: `milestones_shape`, `unknown_key`, `bad_amount`, `bad_number`,
    `bad_choice`, `bad_date`, `amount_or_yearly` or `milestones_out_of_order`.
    """
    if not isinstance(value, list) or not value:
        raise InvalidInput("milestones_shape")
    found = tuple(_milestone(item) for item in value)
    reached = [item.after.from_(dt.date(2001, 1, 1)) for item in found]
    if sorted(set(reached)) != reached:
        raise InvalidInput("milestones_out_of_order")
    return found


def check_plan(rhythm: Rhythm, milestones: Sequence[Milestone]) -> None:
    """Look at what no milestone shows alone: the rhythm fits, and their order, for every start.

    A year of days and a year are one date for some people and two for others.

    Raises `InvalidInput`: `yearly_by_work` or `milestones_out_of_order`.
    """
    for level in milestones:
        level.each(rhythm)
    for start in _EVERY_START if len(milestones) > 1 else ():
        reached = [level.after.from_(start) for level in milestones]
        if sorted(set(reached)) != reached:
            raise InvalidInput("milestones_out_of_order")


def _milestone(item: Any) -> Milestone:
    if not isinstance(item, Mapping):
        raise InvalidInput("milestones_shape")
    for key in item:
        if key not in KEYS:
            raise InvalidInput("unknown_key", value=str(key))
    step = _amount(item, "round_to")
    if step is not None and step not in STEPS:
        raise InvalidInput("bad_choice", key="round_to", value=str(step))
    return Milestone(
        after=After(**{name.removeprefix("after_"): _number(item, name) or 0 for name in _AFTER}),
        amount=_amount(item, "amount"),
        yearly=_amount(item, "yearly"),
        balance_cap=_amount(item, "balance_cap"),
        yearly_cap=_amount(item, "yearly_cap"),
        step=step,
        carry=_carry_rule(item),
    )


def carry_of(value: Any) -> CarryRule:
    """What an allocation takes over from the one before, as `{"carry": "up_to", …}`.

    Raises `InvalidInput` as `milestones_of` does.
    """
    if not isinstance(value, Mapping):
        raise InvalidInput("milestones_shape")
    for key in value:
        if key not in _CARRY:
            raise InvalidInput("unknown_key", value=str(key))
    return _carry_rule(value)


def _carry_rule(item: Mapping[str, Any]) -> CarryRule:
    return CarryRule(
        carry=_carry(item),
        most=_amount(item, "carry_most") or ZERO,
        valid_days=_number(item, "carry_valid_days"),
        valid_months=_number(item, "carry_valid_months"),
        valid_until=_date(item, "carry_valid_until"),
        debt_limit=_amount(item, "carry_debt_limit"),
    )


def _carry(item: Mapping[str, Any]) -> Carry:
    value = item.get("carry", Carry.ALL)
    if value not in Carry.values:
        raise InvalidInput("bad_choice", key="carry", value=str(value))
    return Carry(value)


def _amount(item: Mapping[str, Any], key: str) -> Decimal | None:
    value = item.get(key)
    if value is None:
        return None
    try:
        amount = Decimal(value) if isinstance(value, str) else None
    except InvalidOperation:
        amount = None
    if amount is None or not amount.is_finite() or amount < 0:
        raise InvalidInput("bad_amount", key=key, value=str(value))
    return amount


def _number(item: Mapping[str, Any], key: str) -> int | None:
    value = item.get(key)
    if value is not None and (type(value) is not int or not 0 <= value <= 36600):
        raise InvalidInput("bad_number", key=key, value=str(value))
    return value


def _date(item: Mapping[str, Any], key: str) -> dt.date | None:
    value = item.get(key)
    if value is None:
        return None
    try:
        return dt.date.fromisoformat(value)
    except (TypeError, ValueError):
        raise InvalidInput("bad_date", key=key, value=str(value)) from None


def days_of(value: Any) -> tuple[int, ...]:
    """Boundary days of the month, such as `[1]` or `[1, 16]`.

    Raises `InvalidInput` ("boundary_days").
    """
    fits = isinstance(value, Sequence) and not isinstance(value, str) and bool(value)
    if not fits or not all(type(day) is int and 1 <= day <= 31 for day in value):
        raise InvalidInput("boundary_days", value=str(value))
    return tuple(value)
