"""Amounts of leave: decimals, rounded half up when they are written (rules 7, 8)."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal

PRECISION = 4
ZERO = Decimal(0)
HALF = Decimal("0.5")
ONE = Decimal(1)
STEPS = (Decimal("0.25"), HALF, ONE)


def written(amount: Decimal, precision: int = PRECISION) -> Decimal:
    """The amount as the books hold it: `precision` places, an exact half away from zero."""
    return amount.quantize(Decimal(1).scaleb(-precision), ROUND_HALF_UP)


def to_step(amount: Decimal, step: Decimal | None) -> Decimal:
    """The nearest multiple of `step`, an exact half up; without a step the amount itself."""
    if step is None:
        return amount
    return (amount / step).quantize(ONE, ROUND_HALF_UP) * step


def converted(amount: Decimal, *, to_hours: bool, hours_per_day: Decimal) -> Decimal:
    """Days as hours, or hours as days; not rounded."""
    return amount * hours_per_day if to_hours else amount / hours_per_day
