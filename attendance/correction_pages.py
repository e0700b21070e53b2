"""What the pages show of corrections: the question, what was filed, what was decided."""

from __future__ import annotations

from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from attendance import wording
from attendance.answers import clock
from attendance.enums import CorrectionOutcome, DayStatus
from attendance.models import AttendanceDay, CorrectionRequest
from attendance.selectors import corrections
from attendance.selectors.corrections import Question
from attendance.selectors.today import Today
from attendance.wording import short_date

_TONES = {
    CorrectionOutcome.APPROVED: "good",
    CorrectionOutcome.REFUSED: "bad",
    CorrectionOutcome.WITHDRAWN: "off",
}


def missing_out(present: Today) -> dict[str, Any] | None:
    """Return what the page asks, or says, of a check-out that was forgotten."""
    if present.missing_out_on is None:
        return None
    date, asked, question = present.missing_out_on, present.asked, present.question
    shown = {"date": short_date(date), "day_url": reverse("attendance:day", args=[date])}
    if asked is not None:
        time = clock(asked.out_at, asked.zone)
        return {
            **shown,
            "filed": _("Filed for your manager: on %(date)s you left at %(time)s.")
            % {"date": short_date(date), "time": time},
            "withdraw_url": reverse("attendance:correction-withdraw", args=[asked.public_id]),
        }
    if question is None:
        return {**shown, "filed": _("The check-out of %(date)s is missing.") % shown}
    return {**shown, **correction_form(question)}


def correction_form(question: Question) -> dict[str, Any]:
    """Return what the form "when did you leave?" shows."""
    suggested = question.suggested_at
    return {
        "question": _("When did you leave on %(date)s?") % {"date": short_date(question.date)},
        "hint": _("You checked in at %(time)s, and the check-out is missing.")
        % {"time": clock(question.in_at, question.zone)},
        "file_url": reverse("attendance:correction-file", args=[question.date]),
        "time": clock(suggested, question.zone) if suggested else "",
    }


def day_question(
    row: AttendanceDay | None, asked: list[CorrectionRequest]
) -> dict[str, Any] | None:
    """Return the form of the day's page; none while an answer waits."""
    question = corrections.question(row)
    is_waiting = any(not hasattr(item, "decision") for item in asked)
    return None if question is None or is_waiting else correction_form(question)


def filed_text(request: CorrectionRequest) -> str:
    """Return what was filed: "Filed for your manager: left at 18:05"."""
    return _("Filed for your manager: left at %(time)s.") % {
        "time": clock(request.out_at, request.zone)
    }


def left_text(request: CorrectionRequest) -> str:
    """Return what is asked for: "Left at 18:05"."""
    return _("Left at %(time)s") % {"time": clock(request.out_at, request.zone)}


def request_line(request: CorrectionRequest) -> dict[str, Any]:
    """Return one request with what became of it."""
    decision = getattr(request, "decision", None)
    line = {
        "text": left_text(request),
        "note": request.note,
        "url": reverse("attendance:correction-withdraw", args=[request.public_id]),
    }
    if decision is None:
        return {**line, "state": _("Waits for the manager"), "tone": "open", "is_waiting": True}
    state = str(CorrectionOutcome(decision.outcome).label)
    if decision.outcome != CorrectionOutcome.WITHDRAWN:
        state = _("%(outcome)s by %(name)s") % {
            "outcome": state, "name": decision.decided_by_name
        }  # fmt: skip
    return {
        **line,
        "state": state,
        "tone": _TONES[CorrectionOutcome(decision.outcome)],
        "reason": decision.reason,
        "is_waiting": False,
    }


def effect_text(request: CorrectionRequest, row: AttendanceDay | None) -> str:
    """Return the day before and after, with its hours: "Incomplete → Present, 8 h 5 min"."""
    if row is None:
        return ""
    after = corrections.effect(row, request.out_at, now=timezone.now())
    words = _status_text(after.status), wording.minutes(after.worked_minutes)
    return f"{_status_text(row.status)} → {', '.join(filter(None, words))}"


def _status_text(status: str | None) -> str:
    return str(DayStatus(status).label) if status else _("Still open")
