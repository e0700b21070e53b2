"""What judging changes of a day, so that it can be shown before it is written."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from companies.models import Employee

Figures = dict[str, Any]

# What a person sees of a day; a row may also differ in the versions and steps behind it.
DAY_FIGURES = (
    "status", "code", "shift_name", "scheduled_start_at", "scheduled_end_at", "first_in_at",
    "last_out_at", "worked_minutes", "break_minutes", "late_minutes", "early_minutes",
    "exceptions",
)  # fmt: skip
OVERTIME_FIGURES = ("extra_minutes", "missing_minutes")
FIGURES = DAY_FIGURES + OVERTIME_FIGURES


@dataclass(frozen=True)
class Change:
    """A day that judging changes: its figures before and after, None where there is no row.

    Where only extra and missing minutes change, there is nothing else among the figures.
    """

    employee: Employee
    date: dt.date
    zone: str
    before: Figures | None
    after: Figures | None
