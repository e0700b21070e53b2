"""What the page of work on days off, and of banked overtime, shows."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _

from attendance.wording import minutes
from leave.enums import ClaimOutcome
from leave.models import CompOffClaim, LeaveType
from leave.phrases import amount_text, date_text
from leave.rules.amounts import HALF, ONE
from leave.rules.earned import minutes_for
from leave.selectors.overview import Worked
from leave.terms import LeaveSettings


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


def banked_context(
    banked: int, types: Iterable[LeaveType], settings: LeaveSettings, *, today: dt.date
) -> dict[str, Any]:
    """Return what is banked, and what may be had for it, each with the time that it takes."""
    choices, prices = [], []
    for kind in types:
        rules = settings.type_on(kind.pk, today)
        if rules is None:
            continue
        a_day = rules.row.hours_per_day
        for word, amount in (("whole", ONE), ("half", HALF)):
            needed = minutes_for(amount, hours_per_day=a_day)
            said = _("%(amount)s of %(type)s takes %(time)s") % {
                "amount": amount_text(amount, is_in_hours=False), "type": kind.name,
                "time": minutes(needed),
            }  # fmt: skip
            prices.append(said)
            if needed <= banked:
                choices.append({"value": f"{kind.public_id}:{word}", "text": said})
    return {"text": minutes(banked), "choices": choices, "prices": prices}


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
    date = date_text(row.date, today)
    if row.minutes is not None:
        date = _("%(time)s of overtime, claimed %(date)s") % {
            "time": minutes(row.minutes), "date": date,
        }  # fmt: skip
    return {
        "date": date,
        "what": f"{row.leave_type.name}, {amount_text(row.amount, is_in_hours=False)}",
        "note": row.note,
        "chip": chip,
        "by": decision.decided_by_name if decision is not None else "",
        "reason": decision.reason if decision is not None else "",
    }
