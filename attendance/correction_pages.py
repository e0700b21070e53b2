"""What the pages show of corrections: the question, what was filed, what was decided."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import correction_words, wording
from attendance.answers import clock
from attendance.enums import CorrectionKind, CorrectionOutcome, DayStatus, Direction
from attendance.models import AttendanceDay, CorrectionRequest
from attendance.rules import zones
from attendance.rules.corrections import Effect, is_offered
from attendance.rules.settings import CorrectionLimits
from attendance.rules.types import Verdict
from attendance.selectors import corrections
from attendance.selectors.correction_scenes import Scene
from attendance.selectors.corrections import Question
from attendance.selectors.today import Today
from attendance.wording import short_date

KINDS: Final = (
    CorrectionKind.PUNCHES, CorrectionKind.ON_DUTY, CorrectionKind.WORK_FROM_HOME,
)  # fmt: skip
# A line of the inbox says so many days; the rest stand on the page of the month.
MOST_EFFECTS: Final = 3
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
        return {
            **shown,
            "filed": _filed_before(asked, date),
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
    said = correction_words.what(request)
    return _("Filed for your manager: %(what)s.") % {"what": said[:1].lower() + said[1:]}


def _filed_before(request: CorrectionRequest, date: dt.date) -> str:
    if request.out_at is None:
        return _("Filed for your manager: a correction of %(date)s.") % {"date": short_date(date)}
    return _("Filed for your manager: on %(date)s you left at %(time)s.") % {
        "date": short_date(date), "time": clock(request.out_at, request.zone)
    }  # fmt: skip


def when(request: CorrectionRequest) -> str:
    """Return the date or dates that it is about."""
    first = short_date(request.date)
    return first if request.last_on is None else f"{first} – {short_date(request.last_on)}"


def request_line(request: CorrectionRequest, *, is_own: bool = True) -> dict[str, Any]:
    """Return one request with what became of it, and what may be done about it still."""
    decision = getattr(request, "decision", None)
    cancellation = getattr(decision, "cancellation", None)
    line: dict[str, Any] = {
        "text": correction_words.what(request),
        "when": when(request),
        "note": request.note,
        "asked": _moment(request.created_at, request.zone),
        "url": reverse("attendance:correction-withdraw", args=[request.public_id]),
        "day_url": reverse("attendance:day", args=[request.date]),
        "cancel_url": "",
        "file": _file_line(request),
        "is_waiting": decision is None,
        "answers": [],
    }
    if decision is None:
        return {**line, "state": _("Waits for the manager"), "tone": "open"}
    outcome = CorrectionOutcome(decision.outcome)
    state, tone = str(outcome.label), _TONES[outcome]
    if outcome != CorrectionOutcome.WITHDRAWN:
        state = _("%(outcome)s by %(name)s") % {"outcome": state, "name": decision.decided_by_name}
        answer = {
            "text": state, "when": _moment(decision.decided_at, request.zone),
            "reason": decision.reason,
        }  # fmt: skip
        line["answers"].append(answer)
    if cancellation is not None:
        state, tone = _("Taken back by %(name)s") % {"name": cancellation.cancelled_by_name}, "off"
        answer = {
            "text": state, "when": _moment(cancellation.cancelled_at, request.zone),
            "reason": cancellation.reason,
        }  # fmt: skip
        line["answers"].append(answer)
    elif outcome == CorrectionOutcome.APPROVED and not is_own:
        line["cancel_url"] = reverse("attendance:correction-cancel", args=[request.public_id])
    return {**line, "state": state, "tone": tone}


def _file_line(request: CorrectionRequest) -> dict[str, Any] | None:
    """Return what came with the request, and where it lies until its date."""
    row = getattr(request, "file", None)
    if row is None:
        return None
    if row.purged_at is not None:
        gone = short_date(row.purged_at.date())
        return {"gone": _("The file was deleted on %(date)s, as files are.") % {"date": gone}}
    return {
        "url": reverse("attendance:correction-attachment", args=[request.public_id]),
        "kind": "PDF" if row.content_type == "application/pdf" else _("Picture"),
        "kilobytes": max(1, row.size // 1024),
    }


def _moment(instant: dt.datetime, zone: str) -> str:
    return f"{short_date(zones.local_date(instant, zone))}, {clock(instant, zone)}"


# --- before and after -------------------------------------------------------------------------
def effect_text(effects: Sequence[Effect], *, of_one: bool) -> str:
    """Return the days before and after: "Incomplete → Present, 8 h 5 min"; dated where several."""
    if of_one and len(effects) == 1:
        return _change_text(effects[0])
    shown = [f"{short_date(item.date)}: {_change_text(item)}" for item in effects[:MOST_EFFECTS]]
    more = len(effects) - len(shown)
    if more:
        shown.append(ngettext("and %(n)d more day", "and %(n)d more days", more) % {"n": more})
    return "; ".join(shown)


def _change_text(effect: Effect) -> str:
    before, after = day_text(effect.before), day_text(effect.after)
    if before == after:
        return _("%(day)s either way") % {"day": before}
    return f"{before} → {after}"


def effect_lines(effects: Sequence[Effect]) -> list[dict[str, Any]]:
    """Return each day as it is and as it would be."""
    return [
        {
            "date": short_date(effect.date),
            "before": day_text(effect.before),
            "after": day_text(effect.after),
            "is_change": effect.is_change,
        }
        for effect in effects
    ]


def day_text(verdict: Verdict) -> str:
    """Return a day in few words: "Present, 8 h 5 min, late by 6 min"."""
    words = [_status_text(verdict)]
    if verdict.worked_minutes:
        words.append(wording.minutes(verdict.worked_minutes))
    if verdict.late_minutes:
        words.append(_("late by %(time)s") % {"time": wording.minutes(verdict.late_minutes)})
    if verdict.early_minutes:
        words.append(_("left %(time)s early") % {"time": wording.minutes(verdict.early_minutes)})
    return ", ".join(words)


def _status_text(verdict: Verdict) -> str:
    if verdict.status is not None:
        return str(DayStatus(verdict.status).label)
    return _("Still open") if verdict.is_open else _("Nothing recorded")


# --- the page "this is wrong" -------------------------------------------------------------------
def ask_context(
    *,
    date: dt.date,
    scene: Scene | None,
    limits: CorrectionLimits,
    shown: Mapping[str, Any],
    blocked: str,
) -> dict[str, Any]:
    """Return what the page shows of a date: its punches, what may be asked, what was typed."""
    states = scene.standing_on(date) if scene is not None else []
    kinds = [kind for kind in KINDS if is_offered(kind, limits)]
    return {
        "date": date,
        "date_text": wording.long_date(date),
        "day_url": reverse("attendance:day", args=[date]),
        "blocked": blocked,
        "kinds": [{"value": kind.value, "text": str(kind.label)} for kind in kinds],
        "kind": shown.get("kind") or CorrectionKind.PUNCHES.value,
        "punches": [
            {
                "id": str(state.punch_public_id),
                "text": _("%(action)s at %(time)s")
                % {
                    "action": Direction(state.direction).label,
                    "time": clock(state.occurred_at, state.zone),
                },
            }
            for state in states
        ],
        "shown": shown,
    }
