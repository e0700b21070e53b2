"""What moved in some books over a stretch of dates (rules 11)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol

from leave.enums import EntryKind
from leave.rules.amounts import ZERO
from leave.rules.years import Dates

# A rest that moves on leaves and arrives on one date, or over a gap: then it is in the sums.
_ALLOCATED = (
    EntryKind.GRANT, EntryKind.ACCRUAL, EntryKind.COMP_OFF, EntryKind.ADJUSTMENT, EntryKind.CARRIED,
)  # fmt: skip
_TAKEN = (EntryKind.TAKEN, EntryKind.RETURNED, EntryKind.ENCASHED)


class Line(Protocol):
    """A signed line of the books, be it an `Entry` or one that is stored."""

    @property
    def kind(self) -> str: ...
    @property
    def amount(self) -> Decimal: ...
    @property
    def effective_on(self) -> dt.date: ...


@dataclass(frozen=True, slots=True)
class Movement:
    """What opens, comes, goes, and is left: opening + allocated − lapsed − taken = closing."""

    opening: Decimal
    allocated: Decimal
    taken: Decimal
    lapsed: Decimal
    closing: Decimal


def movement_of(entries: Iterable[Line], dates: Dates) -> Movement:
    """The movement that these lines make in a stretch of dates.

    The opening balance is that before the first day: that day's grants are movement. What only
    moves on at a carry date is neither.
    """
    lines = list(entries)
    opening = sum((line.amount for line in lines if line.effective_on < dates.first), ZERO)
    inside = [line for line in lines if line.effective_on in dates]

    def of(*kinds: str) -> Decimal:
        return sum((line.amount for line in inside if line.kind in kinds), ZERO)

    allocated, taken, lapsed = of(*_ALLOCATED), -of(*_TAKEN), -of(EntryKind.LAPSED)
    return Movement(opening, allocated, taken, lapsed, opening + allocated - taken - lapsed)
