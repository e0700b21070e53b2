"""The tables of one's own data that tell of extra and missing minutes, and of pay."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.utils.translation import gettext_lazy

from attendance import overtime_wording, payable_wording
from attendance.rules import payable
from attendance.selectors import own_data
from portal.own_cells import (
    Cells,
    Table,
    Whose,
    instants,
    of,
    plain,
    twice,
    who,
    worded,
    words,
)


def _day(row: Any, whose: Whose) -> Cells:
    cells = plain(
        row, "public_id", "date", "extra_minutes", "missing_minutes", "banked_minutes", "parts",
        "policy_name", "policy_version", "needs_approval", "counted_extra", "counted_missing",
        "counted_banked",
    )  # fmt: skip
    cells |= words(row, "state") | {"steps": overtime_wording.sentences(row.steps)}
    return cells | instants(row, ZoneInfo(whose.zone), "waiting_since", "computed_at")


def _decision(row: Any, whose: Whose) -> Cells:
    cells = plain(
        row, "public_id", "date", "extra_minutes", "missing_minutes", "banked_minutes",
        "computed_extra", "computed_missing", "computed_banked", "reason",
    )  # fmt: skip
    cells |= words(row, "outcome")
    cells["by"] = who(row.decided_by_kind, row.decided_by_id, whose)
    cells["replaces"] = row.replaces.public_id if row.replaces else None
    return cells | instants(row, ZoneInfo(whose.zone), "decided_at")


def _paid_month(row: Any, whose: Whose) -> Cells:
    cells = plain(row, "public_id", "code", "name", "department", "office", "figures")
    cells["month"] = str(row.period)
    month = payable.from_json(row.figures, row.steps)
    cells["steps"] = [payable_wording.sentence(step.code, step.values) for step in month.steps]
    return cells


TABLES = (
    Table(
        "overtime_days",
        gettext_lazy("Your extra and missing minutes by date, why, and what of them counts."),
        ("public_id", "date", "extra_minutes", "missing_minutes", "banked_minutes", "parts",
         "steps", "policy_name", "policy_version", "needs_approval", *worded("state"),
         "counted_extra", "counted_missing", "counted_banked",
         *twice("waiting_since", "computed_at")),
        of(own_data.overtime_days), _day,
    ),
    Table(
        "overtime_decisions",
        gettext_lazy("What was decided of these minutes; the last row of a date holds."),
        ("public_id", "date", *worded("outcome"), "extra_minutes", "missing_minutes",
         "banked_minutes", "computed_extra", "computed_missing", "computed_banked", "reason", "by",
         "replaces", *twice("decided_at")),
        of(own_data.overtime_decisions), _decision,
    ),
    Table(
        "paid_months",
        gettext_lazy("What each locked month says you are paid for, in half days, and why."),
        ("public_id", "month", "code", "name", "department", "office", "figures", "steps"),
        of(own_data.paid_months), _paid_month,
    ),
)  # fmt: skip
