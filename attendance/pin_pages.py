"""What the pages say of a PIN: on its own page, and on Today once it was taken."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils.translation import gettext as _

from attendance import passes
from attendance.answers import clock, said
from attendance.enums import Direction
from attendance.errors import PinWrong
from attendance.models import PunchState
from attendance.passes import PunchPass
from attendance.selectors.today import Today
from attendance.services.evidence import Weighed
from attendance.services.pin_check import BY_PIN
from companies.errors import TooManyTries
from companies.models import Employee
from companies.selectors import has_pin


def _recorded(occurred_at: dt.datetime, zone: str) -> str:
    return _("Recorded %(time)s") % {"time": clock(occurred_at, zone)}


def taken(present: Today) -> dict[str, str] | None:
    """Return what the last punch came to where its PIN was taken, else nothing."""
    state = present.last_punch
    if state is None or state.face_reason != BY_PIN:
        return None
    is_of_row = present.row is not None and present.row.date == state.attendance_date
    text, tone = said(Weighed(state, present.row if is_of_row else None))
    return {"first": _recorded(state.occurred_at, state.zone), "second": text, "tone": tone}


def _problem(code: str) -> str:
    """Return what to do about an answer that the door did not take."""
    if code == PinWrong.code:
        return str(PinWrong())
    if code == TooManyTries.code:
        return _(
            "Too many wrong tries. What you recorded stays. Wait 15 minutes, or ask your manager "
            "to attest it."
        )
    return ""


def pin_context(employee: Employee, state: PunchState, problem: str) -> dict[str, Any]:
    """Return the context of attendance/pin.html: whose punch it is stands in the pass."""
    punch = state.punch
    claim = PunchPass(
        company=str(employee.company.public_id),
        employee=str(employee.public_id),
        zone=punch.zone,
        direction=Direction(punch.direction),
        action_key=str(punch.public_id),
    )
    return {
        "recorded": _recorded(punch.occurred_at, punch.zone),
        "direction": punch.get_direction_display(),
        "has_pin": has_pin(employee),
        "pass_text": passes.issue(claim),
        "confirm_url": f"/punch/{punch.public_id}/pin",
        "problem": _problem(problem),
    }
