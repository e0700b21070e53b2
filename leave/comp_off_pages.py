"""What the page of work on days off shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from attendance.wording import minutes
from leave.enums import ClaimOutcome
from leave.models import CompOffClaim
from leave.phrases import amount_text, date_text
from leave.selectors.overview import Worked


def worked_lines(rows: Iterable[Worked], *, today: dt.date) -> list[dict[str, str]]:
    """Return the days that may be claimed, as the choices of a form."""
    return [
        {
            "value": row.date.isoformat(),
            "text": _("%(date)s, %(time)s worked")
            % {"date": date_text(row.date, today), "time": minutes(row.minutes)},
        }
        for row in rows
    ]


def claim_lines(rows: Iterable[CompOffClaim], *, today: dt.date) -> list[dict[str, Any]]:
    """Return what was claimed, and what became of it."""
    return [_claim_line(row, today) for row in rows]


def _claim_line(row: CompOffClaim, today: dt.date) -> dict[str, Any]:
    decision = getattr(row, "decision", None)
    if decision is None:
        chip = {"text": _("Waits"), "tone": "open"}
    else:
        tone = "good" if decision.outcome == ClaimOutcome.APPROVED else "bad"
        chip = {"text": str(ClaimOutcome(decision.outcome).label), "tone": tone}
    return {
        "date": date_text(row.date, today),
        "what": f"{row.leave_type.name}, {amount_text(row.amount, is_in_hours=False)}",
        "note": row.note,
        "chip": chip,
        "by": decision.decided_by_name if decision is not None else "",
        "reason": decision.reason if decision is not None else "",
    }
