"""Extra and missing minutes on pages: of a day with why, of a month in sums."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Mapping
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from attendance import overtime_wording, wording
from attendance.answers import clock
from attendance.enums import OvertimeOutcome, OvertimeState
from attendance.models import OvertimeDay, OvertimeDecision
from attendance.selectors import overtime
from attendance.wording import short_date
from companies.models import Employee

_TONES = {
    OvertimeState.WAITING: "open",
    OvertimeState.COUNTED: "good",
    OvertimeState.APPROVED: "good",
    OvertimeState.SET: "info",
    OvertimeState.REFUSED: "bad",
}
_H_MM = re.compile(r"(\d{1,2})[:.](\d{2})\Z")


def minutes_read(text: str) -> int | None:
    """Return the minutes somebody wrote as 1:20 or 80; none where it is neither."""
    text = text.strip()
    found = _H_MM.match(text)
    if found:
        hours, rest = int(found[1]), int(found[2])
        return 60 * hours + rest if rest < 60 else None
    return int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else None


def minutes_written(count: int) -> str:
    """Return minutes as a field holds them: 1:20."""
    return f"{count // 60}:{count % 60:02}"


def figures_text(row: OvertimeDay) -> str:
    """Return what was computed of a date: "1 h 20 min beyond the shift"."""
    words = []
    if row.extra_minutes:
        words.append(_("%(minutes)s extra") % {"minutes": wording.minutes(row.extra_minutes)})
    if row.missing_minutes:
        words.append(_("%(minutes)s missing") % {"minutes": wording.minutes(row.missing_minutes)})
    return ", ".join(words) or _("nothing computed")


def counted_text(row: OvertimeDay) -> str:
    """Return what counts of a date after decisions."""
    return overtime_wording.figures(row.counted_extra, row.counted_missing)


def rules_text(row: OvertimeDay) -> str:
    """Return by which rules: "After the shift 1 h, Late evening 20 min as time off"."""
    words = []
    for part in row.parts:
        text = f"{part['rule']} {wording.minutes(part['minutes'])}"
        words.append(f"{text} {_('as time off')}" if part["is_banked"] else text)
    return ", ".join(words)


# --- a day ------------------------------------------------------------------------------------
def day_card(
    row: OvertimeDay | None,
    decisions: list[OvertimeDecision],
    *,
    date: dt.date,
    zone: str,
    person: Employee | None,
    can_decide: bool,
) -> dict[str, Any] | None:
    """Return what the day's page shows; none where nothing was computed, decided or can be."""
    if row is None and not decisions:
        return None
    card: dict[str, Any] = {
        "decisions": [_decision_line(item, zone) for item in decisions],
        "decide_url": "",
    }
    if person is not None and can_decide:
        card["decide_url"] = reverse("attendance:overtime-decide", args=[person.public_id, date])
    if row is None:
        return card
    state = OvertimeState(row.state)
    return {
        **card,
        "headline": figures_text(row),
        "state": str(state.label),
        "tone": _TONES[state],
        "counted": counted_text(row),
        "is_waiting": state == OvertimeState.WAITING,
        "can_approve": state not in (OvertimeState.APPROVED, OvertimeState.COUNTED)
        and bool(row.extra_minutes or row.missing_minutes),
        "can_refuse": state != OvertimeState.REFUSED,
        "parts": [_part_line(item) for item in row.parts],
        "steps": overtime_wording.sentences(row.steps),
        "extra_field": minutes_written(
            row.counted_extra if state in OvertimeState.counting else row.extra_minutes
        ),
        "missing_field": minutes_written(
            row.counted_missing if state in OvertimeState.counting else row.missing_minutes
        ),
    }


def _part_line(part: Mapping[str, Any]) -> dict[str, str]:
    times = ", ".join(
        f"{wording.clock(start)}–{wording.clock(end)}" for start, end in part["spans"]
    )
    return {
        "label": part["rule"],
        "value": _("%(minutes)s at %(rate)s %%, %(kind)s")
        % {
            "minutes": wording.minutes(part["minutes"]),
            "rate": part["rate_percent"],
            "kind": overtime_wording.compensation(is_banked=part["is_banked"]),
        },
        "times": times,
    }


def decided_by(decision: OvertimeDecision) -> str:
    """Return who decided, and in whose stead."""
    name: str = decision.decided_by_name
    if not decision.on_behalf_of:
        return name
    return _("%(name)s in place of %(other)s") % {"name": name, "other": decision.on_behalf_of}


def _decision_line(decision: OvertimeDecision, zone: str) -> dict[str, str]:
    name = decided_by(decision)
    form = {
        OvertimeOutcome.APPROVED: _("%(name)s approved %(figures)s"),
        OvertimeOutcome.SET: _("%(name)s let %(figures)s count"),
        OvertimeOutcome.REFUSED: _("%(name)s refused"),
        OvertimeOutcome.TAKEN_BACK: _("%(name)s took the decision back"),
    }[OvertimeOutcome(decision.outcome)]
    figures = overtime_wording.figures(decision.extra_minutes, decision.missing_minutes)
    local = clock(decision.decided_at, zone)
    return {
        "text": form % {"name": name, "figures": figures},
        "when": f"{short_date(decision.decided_at.date())}, {local}",
        "reason": decision.reason,
    }


# --- a month ----------------------------------------------------------------------------------
def day_note(row: OvertimeDay | None) -> str:
    """Return the line of a date in a month: "1 h 20 min extra, waits"."""
    if row is None:
        return ""
    if row.state == OvertimeState.WAITING:
        return _("%(figures)s, waits") % {"figures": figures_text(row)}
    if row.state == OvertimeState.REFUSED:
        return _("%(figures)s, refused") % {"figures": figures_text(row)}
    return counted_text(row)


def total_lines(rows: Iterable[OvertimeDay]) -> list[dict[str, str]]:
    """Return the sums of a month: computed, counting, waiting; none where there is nothing."""
    sums = overtime.totals(rows)
    if sums.is_nothing:
        return []
    lines = [
        (_("Extra"), wording.minutes(sums.extra)),
        (_("Extra that counts"), wording.minutes(sums.counted_extra)),
    ]
    if sums.counted_banked:
        lines.append((_("Of it as time off"), wording.minutes(sums.counted_banked)))
    if sums.missing or sums.counted_missing:
        lines.append((_("Missing"), wording.minutes(sums.missing)))
        lines.append((_("Missing that counts"), wording.minutes(sums.counted_missing)))
    if sums.waiting:
        days = ngettext("%(n)d day", "%(n)d days", sums.waiting) % {"n": sums.waiting}
        lines.append((_("Waits for approval"), days))
    return [{"label": label, "value": value} for label, value in lines]


def team_total(rows: Iterable[OvertimeDay]) -> str:
    """Return a person's extra minutes that count, with a mark where some wait: 3:20 …"""
    sums = overtime.totals(rows)
    text = minutes_written(sums.counted_extra) if sums.counted_extra else "–"
    return f"{text} …" if sums.waiting else text
