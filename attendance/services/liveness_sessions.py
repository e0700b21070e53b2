"""A service's own look whether somebody is there, in place of the head turn.

A session is a question like a head turn: bound to one punch, good for three minutes, answered once,
three a punch in all. The picture that the service took is kept like that of a turned head, and
weighed with it: it must show the person of the check-in (`services.looking`).
"""

from __future__ import annotations

import datetime as dt
import logging
from dataclasses import dataclass
from typing import Final, Literal

from django.db import transaction

from attendance.enums import LivenessState, TurnState
from attendance.errors import SessionImpossible, TurnNotFound, TurnsUsed
from attendance.models import LivenessChallenge, Punch, PunchState
from attendance.passes import PunchPass
from attendance.rules.liveness import Seen
from attendance.services import kept_faces, liveness
from companies import throttle
from companies.errors import TooMany
from companies.scoping import company_scope
from integrations import faces
from integrations.errors import IntegrationError, Rejected
from integrations.faces.liveness import SECONDS, Sessions, SessionState

log = logging.getLogger(__name__)

LIFETIME: Final = dt.timedelta(seconds=SECONDS)
# Each costs a call of the service; the page asks once it is told that the person is done.
ASKS_A_MINUTE: Final = 30

Answer = Literal["reached", "wait", "over"]


@dataclass(frozen=True)
class Started:
    """A session as the page gets it; `nonce` is asked back with the result."""

    session_id: str
    nonce: str
    seconds: int


def _sessions() -> Sessions:
    found = faces.sessions()
    if found is None:
        raise SessionImpossible
    return found


def _throttled(claim: PunchPass, now: dt.datetime) -> None:
    key = f"session:{claim.employee}"
    if not throttle.hit(key, limit=ASKS_A_MINUTE, seconds=60, now=now):
        raise TooMany


def session_start(*, claim: PunchPass, punch_id: str, now: dt.datetime) -> Started:
    """Begin a session for a punch that waits for a proof that somebody is there.

    Raises:
        SessionImpossible: no such service is used here, or it does not answer now.
        PunchNotFound: no such punch of this person.
        TurnsUsed: it was asked three times, or is not waiting any more.
        TooMany
    """
    _throttled(claim, now)
    sessions = _sessions()
    punch = liveness.punch_of(claim, punch_id)
    with company_scope(punch.company):
        challenge = _asked(punch, now)
        try:
            session_id = sessions.start(challenge.public_id.hex)
        except IntegrationError as error:
            liveness.excuse(challenge, error.code)
            liveness.close(liveness.still_asked(challenge), TurnState.ENDED, now)
            raise SessionImpossible from error
        liveness.still_asked(challenge).update(session_id=session_id)
    return Started(session_id, liveness.nonce_of(challenge), SECONDS)


@transaction.atomic
def _asked(punch: Punch, now: dt.datetime) -> LivenessChallenge:
    """Write the question; one that is open ends with it."""
    state = PunchState.objects.select_for_update().get(punch=punch)
    agrees = kept_faces.enrolments_in_use().filter(employee=punch.employee_id).exists()
    if not agrees or not liveness.waits(state):
        raise TurnsUsed
    if punch.challenges.exclude(session_id="").count() >= liveness.MOST_TURNS:
        raise TurnsUsed
    liveness.close(punch.challenges.filter(state=TurnState.ASKED), TurnState.ENDED, now)
    state.verify_next_at = now + LIFETIME + liveness.AGAIN_WITHIN
    state.save(update_fields=["verify_next_at"])
    challenge: LivenessChallenge = LivenessChallenge.objects.create(
        company_id=punch.company_id,
        punch=punch,
        employee_id=punch.employee_id,
        # No id of the service looks like this: until it gave one, nobody asks for a result.
        session_id="-",
        issued_at=now,
        expires_at=now + LIFETIME,
    )
    return challenge


def session_result(*, claim: PunchPass, punch_id: str, nonce: str, now: dt.datetime) -> Answer:
    """Ask the service what came of a session, and end it with the answer.

    Raises:
        TurnNotFound: this nonce is of no session of this person's punch.
        TooMany
    """
    _throttled(claim, now)
    challenge = liveness.question_of(claim, nonce)
    with company_scope(challenge.employee.company):
        if not challenge.session_id:
            raise TurnNotFound
        if str(challenge.punch.public_id) != punch_id:
            liveness.notice_reuse(challenge, punch_id, now)
            raise TurnNotFound
        if challenge.state == TurnState.PASSED:
            return "reached"
        if not liveness.is_open(challenge, now):
            return "over"
        return _result(challenge, now)


def _result(challenge: LivenessChallenge, now: dt.datetime) -> Answer:
    try:
        found = _sessions().result(challenge.session_id)
    except Rejected:
        return _failed(challenge, now)
    except (IntegrationError, SessionImpossible) as error:
        liveness.excuse(challenge, error.code)
        return "wait"
    if found.state == SessionState.OPEN:
        return "wait"
    if found.picture is None:
        return _failed(challenge, now)
    if challenge.excuse:
        liveness.say(challenge.punch_id, LivenessState.ASKED)
    seen = liveness.reach(challenge, found.picture, now)
    return "reached" if seen == Seen.REACHED else "wait" if seen == "wait" else "over"


def _failed(challenge: LivenessChallenge, now: dt.datetime) -> Answer:
    """End the session; another one, or the head turn, may still be made."""
    with transaction.atomic():
        liveness.still_asked(challenge).update(was_looked_at=True)
        liveness.close(liveness.still_asked(challenge), TurnState.ENDED, now)
    return "over"
