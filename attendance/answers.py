"""What the door says after weighing: the verdict in words, and the next action."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from zoneinfo import ZoneInfo

from django.http import HttpResponse, JsonResponse
from django.utils.translation import gettext as _

from attendance import passes, wording
from attendance.enums import Direction, FaceState
from attendance.models import PunchState
from attendance.passes import PunchPass
from attendance.rules.pairing import BREAKS
from attendance.services.evidence import Weighed

ACTIONS = {
    Direction.IN: Direction.OUT,
    Direction.OUT: Direction.IN,
    Direction.BREAK_START: Direction.BREAK_END,
    Direction.BREAK_END: Direction.OUT,
}
_RETRY_SECONDS = 2


def clock(instant: dt.datetime, zone: str) -> str:
    """Return the time of day there, 09:04."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def next_action(claim: PunchPass, state: PunchState) -> dict[str, str]:
    """Return the action after this punch, with a pass that states it and ends with the present."""
    direction = ACTIONS.get(Direction(state.direction), Direction.IN)
    action_key = f"{state.punch.public_id}:{direction.value}"
    following = replace(claim, direction=direction, action_key=action_key)
    return {
        "direction": direction.value,
        "label": wording.action(direction),
        "action_key": action_key,
        "pass": passes.issue(following),
    }


def _first_words(weighed: Weighed) -> str:
    """Return what the punch made of its day: an in is about being on time, an out about hours."""
    row = weighed.day
    if weighed.state.direction in BREAKS:
        return str(Direction(weighed.state.direction).label)
    if row is None or weighed.state.direction == Direction.IN:
        return wording.verdict(row)
    return _("Worked %(worked)s") % {"worked": wording.minutes(row.worked_minutes)}


def _tone(weighed: Weighed) -> str:
    row = weighed.day
    if weighed.state.is_flagged:
        return "warn"
    is_break = weighed.state.direction in BREAKS
    return "warn" if row is not None and row.late_minutes and not is_break else "good"


def verified(weighed: Weighed, *, claim: PunchPass) -> HttpResponse:
    """Answer 200 with the verdict, or 202 while the picture waits for its check."""
    state = weighed.state
    following = next_action(claim, state)
    if state.face == FaceState.PENDING:
        body = {
            "state": state.face,
            "text": _("Recorded; the picture will be checked shortly"),
            "tone": "info",
            "retry_after": _RETRY_SECONDS,
            "next": following,
        }
        return JsonResponse(body, status=202)
    text = f"{_first_words(weighed)} · {wording.face(state)}"
    return JsonResponse(
        {"state": state.face, "text": text, "tone": _tone(weighed), "next": following}
    )
