"""Opening + allocated − lapsed − taken = closing, over any stretch of dates."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

from leave.enums import EntryKind
from leave.rules.books import Entry
from leave.rules.movement import Movement, movement_of
from leave.rules.years import Dates

K = EntryKind


def _entries(*lines: tuple[EntryKind, str, str]) -> list[Entry]:
    return [
        Entry(kind=kind, amount=Decimal(amount), effective_on=dt.date.fromisoformat(f"2026-{on}"))
        for kind, amount, on in lines
    ]


ENTRIES = _entries(
    (K.GRANT, "10", "01-01"), (K.TAKEN, "-2", "01-31"),
    (K.GRANT, "1", "02-01"), (K.ACCRUAL, "1.5", "02-01"), (K.COMP_OFF, "0.5", "02-02"),
    (K.ADJUSTMENT, "-0.25", "02-03"), (K.TAKEN, "-3", "02-04"), (K.RETURNED, "1", "02-05"),
    (K.ENCASHED, "-1", "02-06"), (K.LAPSED, "-2", "02-07"),
    (K.CARRIED, "-4", "02-08"), (K.CARRIED, "4", "02-08"), (K.TAKEN, "-1", "03-01"),
)  # fmt: skip


def test_the_grants_of_the_first_day_are_movement() -> None:
    found = movement_of(ENTRIES, Dates(dt.date(2026, 2, 1), dt.date(2026, 2, 28)))
    assert found == Movement(
        opening=Decimal(8), allocated=Decimal("2.75"), taken=Decimal(3), lapsed=Decimal(2),
        closing=Decimal("5.75"),
    )  # fmt: skip


def test_without_lines_nothing_moves() -> None:
    zero = Decimal(0)
    dates = Dates(dt.date(2026, 2, 1), dt.date(2026, 2, 28))
    assert movement_of([], dates) == Movement(zero, zero, zero, zero, zero)
