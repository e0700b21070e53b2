"""What the door says after weighing: the verdict in words, and the next action."""

from __future__ import annotations

import datetime as dt
import uuid
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
from attendance.services.liveness import Asked, Look
from attendance.services.punching import Recorded

ACTIONS = {
    Direction.IN: Direction.OUT,
    Direction.OUT: Direction.IN,
    Direction.BREAK_START: Direction.BREAK_END,
    Direction.BREAK_END: Direction.OUT,
}
_RETRY_SECONDS = 2
# Refused so often, one more try would not help: there are other ways.
MOST_REFUSALS = 2


def clock(instant: dt.datetime, zone: str) -> str:
    """Return the time of day there, 09:04."""
    return f"{instant.astimezone(ZoneInfo(zone)):%H:%M}"


def next_action(claim: PunchPass, state: PunchState) -> dict[str, str]:
    """Return the action after this punch, with a pass that states it and ends with the present.

    After one that was refused it is the same again.
    """
    done = Direction(state.direction)
    direction = done if state.is_refused else ACTIONS.get(done, Direction.IN)
    return _action(claim, direction, state.punch.public_id)


def waiting(claim: PunchPass, recorded: Recorded) -> tuple[str, dict[str, str]]:
    """Return what is said of a punch while the records are away, and the action after it.

    The same that Today shows once they are back.
    """
    text = _("Recorded %(time)s; your sheet will show it shortly") % {
        "time": clock(recorded.occurred_at, recorded.zone)
    }
    direction = ACTIONS.get(recorded.direction, Direction.IN)
    return text, _action(claim, direction, recorded.public_id)


def _action(claim: PunchPass, direction: Direction, after: uuid.UUID) -> dict[str, str]:
    action_key = f"{after}:{direction.value}"
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
    if state.is_refused:
        body = {"state": "refused", "text": refused(weighed), "tone": "warn", "next": following}
        return JsonResponse(body | ({"way": True} if _needs_way(weighed) else {}))
    text, tone = said(weighed)
    return JsonResponse({"state": state.face, "text": text, "tone": tone, "next": following})


def said(weighed: Weighed) -> tuple[str, str]:
    """Return what a punch came to, in one line, and its tone."""
    return f"{_first_words(weighed)} · {wording.face(weighed.state)}", _tone(weighed)


def _needs_way(weighed: Weighed) -> bool:
    return weighed.refusals >= MOST_REFUSALS


def refused(weighed: Weighed) -> str:
    """Return why a check-in does not count, and what to do: try again, or go another way."""
    why = wording.refused(weighed.state)
    if _needs_way(weighed):
        return _("%(why)s Go on without a picture: your PIN or your manager confirms it.") % {
            "why": why
        }
    return _("%(why)s Please try again.") % {"why": why}


def asked(question: Asked) -> dict[str, str | int]:
    """Return the question for a head turn as the page gets it."""
    return {
        "nonce": question.nonce,
        "turn": question.turn.value,
        "seconds": question.seconds,
        "text": wording.turn_asked(question.turn),
    }


def looked(look: Look) -> HttpResponse:
    """Answer what one frame showed, and what to do now."""
    return JsonResponse(
        {"state": str(look.state), "text": wording.turn_seen(look.state, look.turn)}
    )
