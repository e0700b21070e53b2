"""What may move on at a carry date, how much of it, and for how long (rules 8)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from leave.enums import Carry
from leave.rules.amounts import ZERO
from leave.rules.years import DAY, add_months, on_day


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryRule:
    """What moves on at a carry date, how much at most, and how long that may be used.

    Carried amounts are gone at the beginning of the carry date and `valid_days` or
    `valid_months`; of `valid_until` month and day count, the last day itself, in the year that
    follows each carry date. Nothing set: for good.
    `debt_limit` is the most debt that moves on (None: all of it).
    """

    carry: Carry = Carry.ALL
    most: Decimal = ZERO
    valid_days: int | None = None
    valid_months: int | None = None
    valid_until: dt.date | None = None
    debt_limit: Decimal | None = None

    def last_day(self, carry_date: dt.date) -> dt.date | None:
        """The last day on which what is carried on `carry_date` may be used."""
        if self.valid_days is not None:
            return carry_date + (self.valid_days - 1) * DAY
        if self.valid_months is not None:
            return add_months(carry_date, self.valid_months) - DAY
        if self.valid_until is None:
            return None
        last = on_day(carry_date.year, self.valid_until.month, self.valid_until.day)
        if last >= carry_date:
            return last
        return on_day(carry_date.year + 1, self.valid_until.month, self.valid_until.day)

    def kept(self, rest: Decimal) -> Decimal:
        """How much of a rest moves on."""
        return {Carry.ALL: rest, Carry.NONE: ZERO, Carry.UP_TO: min(rest, self.most)}[self.carry]
