"""Asking for a head turn, and looking whether it is made.

A question is random, bound to one punch, good for twenty seconds and answered once. The page sends
frame after frame; each is compared with the punch's own picture by five points alone, and the one
that shows the turn is kept. Whether both show one person is weighed later (`services.evidence`).
"""

from __future__ import annotations

import datetime as dt
import hashlib
import logging
import secrets
import uuid
from dataclasses import dataclass
from typing import Final, Literal

from django.core import signing
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, QuerySet

from attendance.enums import FaceState, FrameKind, LivenessState, Turn, TurnState
from attendance.errors import PunchNotFound, TurnNotFound, TurnsUsed
from attendance.models import LivenessChallenge, Punch, PunchFrame, PunchState
from attendance.passes import PunchPass
from attendance.rules import zones
from attendance.rules.liveness import HeadPose, Seen, turn_seen
from attendance.selectors.settings import company_settings
from attendance.services import kept_faces, pictures
from companies import audit, throttle
from companies.actor import job_actor
from companies.enums import LivenessPolicy
from companies.errors import TooMany
from companies.models import Employee
from companies.scoping import company_scope, no_scope
from integrations import faces
from integrations.errors import IntegrationError, Rejected, Unavailable
from integrations.faces.protocol import Advice, FaceEngine, FacePose

log = logging.getLogger(__name__)

LIFETIME: Final = dt.timedelta(seconds=20)
# A punch waits so long after its question has ended: somebody may be about to try again.
AGAIN_WITHIN: Final = dt.timedelta(seconds=30)
MOST_TURNS: Final = 3
LOOKS_A_MINUTE: Final = 240
# Of a hosted engine, which is paid by the look and admits few: a head turns no faster.
_BETWEEN_HOSTED_LOOKS: Final = 1
# Until the policy's own retention is looked up (`services.evidence`), keep a picture this long.
RAW_DAYS: Final = 90
ENGINE_AWAY: Final = "engine_away"
REPLAYED: Final = "replayed_frame"

State = Seen | Advice | Literal["wait", "over"]


def _signer() -> signing.Signer:
    # Made when it is used: it takes the key, which no process holds before it needs it.
    return signing.Signer(salt="muster.turn")


@dataclass(frozen=True)
class Asked:
    """A question for a head turn, as the page gets it."""

    nonce: str
    turn: Turn
    seconds: int


@dataclass(frozen=True)
class Look:
    """What one frame showed: the turn or how it goes on, advice, `wait`, or that it is `over`."""

    state: State
    turn: Turn


def enrolled(employee: str) -> Exists:
    """Return the condition that the employee has reference faces in use, and hence consents."""
    return Exists(kept_faces.enrolments_in_use().filter(employee=OuterRef(employee)))


def wants_turn(employee: Employee, zone: str, at: dt.datetime, *, is_enrolled: bool) -> bool:
    """Return whether the company wants a head turn with a check-in of this person, then."""
    if not is_enrolled:
        return False
    policy = company_settings(employee.company).policy_on(zones.local_date(at, zone))
    return policy.liveness != LivenessPolicy.OFF


def ask(punch: Punch, now: dt.datetime) -> Asked:
    """Ask for a turn to a random side; inside the transaction that lets the punch wait for it."""
    challenge: LivenessChallenge = LivenessChallenge.objects.create(
        company_id=punch.company_id,
        punch=punch,
        employee_id=punch.employee_id,
        turn=secrets.choice(Turn.values),
        issued_at=now,
        expires_at=now + LIFETIME,
    )
    return _asked(challenge, now)


def waits_until(now: dt.datetime) -> dt.datetime:
    """Return when a punch that is asked now is weighed, whether or not its page comes back."""
    return now + LIFETIME + AGAIN_WITHIN


def open_question(punch: Punch, now: dt.datetime) -> Asked | None:
    """Return the punch's question if it may still be answered: its answer got lost, say."""
    open_ones = punch.challenges.filter(state=TurnState.ASKED, expires_at__gt=now, session_id="")
    challenge = open_ones.first()
    return _asked(challenge, now) if challenge else None


def ask_late(punch: Punch, now: dt.datetime) -> Asked | None:
    """Ask for the turn of a punch that the journal's stream brought here before its own request.

    What came by the stream says that nobody looked; its page is still there.
    """
    if now - punch.occurred_at >= LIFETIME or faces.available() is not None:
        return None
    passed_by = PunchState.objects.filter(
        punch=punch, face=FaceState.PENDING, liveness=LivenessState.NOT_DONE,
        liveness_reason=ENGINE_AWAY, verify_attempts=0,
    )  # fmt: skip
    waits = {"liveness_reason": "", "verify_next_at": waits_until(now)}
    with transaction.atomic():
        if not passed_by.update(liveness=LivenessState.ASKED, **waits):
            return None
        return ask(punch, now)


def _asked(challenge: LivenessChallenge, now: dt.datetime) -> Asked:
    seconds = int((challenge.expires_at - now).total_seconds())
    return Asked(nonce_of(challenge), Turn(challenge.turn), seconds)


def nonce_of(challenge: LivenessChallenge) -> str:
    """Return what the page answers a question with."""
    return _signer().sign(challenge.public_id.hex)


# --- looking ----------------------------------------------------------------------------------
def turn_look(
    *, claim: PunchPass, punch_id: str, nonce: str, frame: bytes, now: dt.datetime
) -> Look:
    """Look at one frame of the head that was asked to turn; two statements while it goes on.

    Raises:
        TurnNotFound: this nonce asks nothing of this person's punch.
        TooMany: more frames in a minute than the page sends.
    """
    if not throttle.hit(f"turn:{claim.employee}", limit=LOOKS_A_MINUTE, seconds=60, now=now):
        raise TooMany
    challenge = question_of(claim, nonce)
    with company_scope(challenge.employee.company):
        if challenge.session_id:
            raise TurnNotFound
        if str(challenge.punch.public_id) != punch_id:
            notice_reuse(challenge, punch_id, now)
            raise TurnNotFound
        turn = Turn(challenge.turn)
        if challenge.state == TurnState.PASSED:
            return Look(Seen.REACHED, turn)
        if not is_open(challenge, now):
            return Look("over", turn)
        if faces.is_hosted() and not throttle.hit(
            f"pose:{claim.employee}", limit=1, seconds=_BETWEEN_HOSTED_LOOKS, now=now
        ):
            return Look(Seen.MORE, turn)
        return Look(_look(challenge, frame, now), turn)


def question_of(claim: PunchPass, nonce: str) -> LivenessChallenge:
    """Return the question with all that looking needs of it; one statement."""
    try:
        public_id = uuid.UUID(_signer().unsign(nonce))
    except (signing.BadSignature, ValueError) as error:
        raise TurnNotFound from error
    with no_scope("punch door: the pass says who and where"):
        challenge: LivenessChallenge | None = (
            LivenessChallenge.objects.select_related("punch", "employee__company")
            .alias(
                frontal=FilteredRelation(
                    "punch__frames", condition=Q(punch__frames__kind=FrameKind.FRONTAL)
                )
            )
            .annotate(
                is_enrolled=enrolled("employee"),
                face=F("punch__state__face"),
                excuse=F("punch__state__liveness_reason"),
                frame_key=F("frontal__storage_key"),
            )
            .filter(
                public_id=public_id,
                employee__public_id=claim.employee,
                employee__company__public_id=claim.company,
            )
            .first()
        )
    if challenge is None:
        raise TurnNotFound
    return challenge


def is_open(challenge: LivenessChallenge, now: dt.datetime) -> bool:
    """Return whether it may still be answered: in time, not weighed, nothing withdrawn."""
    return (
        challenge.state == TurnState.ASKED
        and now <= challenge.expires_at
        and challenge.is_enrolled
        and challenge.face == FaceState.PENDING
    )


def _look(challenge: LivenessChallenge, frame: bytes, now: dt.datetime) -> State:
    try:
        engine = faces.engine()
        neutral = _neutral(challenge, engine)
        if neutral is None:
            return _end(challenge, "no_neutral", now)
        pose = engine.pose(frame)
    except Rejected:
        return Advice.NO_FACE
    except IntegrationError as error:
        return excuse(challenge, error.code)
    except Exception:
        log.exception("the face engine raised")
        return excuse(challenge, "engine_raised")
    if challenge.excuse:
        # It looks again: what is not seen from now on was not made.
        say(challenge.punch_id, LivenessState.ASKED)
    if pose.advice != Advice.OK:
        return pose.advice
    seen = turn_seen(neutral, HeadPose(pose.turn, pose.drop), Turn(challenge.turn))
    return reach(challenge, frame, now) if seen == Seen.REACHED else seen


def _neutral(challenge: LivenessChallenge, engine: FaceEngine) -> HeadPose | None:
    """Return where the head of the punch's picture points; looked at once for all frames.

    Raises:
        Unavailable: the engine or the storage cannot answer now.
    """
    if challenge.neutral_turn is not None and challenge.neutral_drop is not None:
        return HeadPose(challenge.neutral_turn, challenge.neutral_drop)
    pose = _pose_of(challenge.frame_key, engine)
    if pose.advice != Advice.OK:
        return None
    still_asked(challenge).update(
        neutral_turn=pose.turn, neutral_drop=pose.drop, was_looked_at=True
    )
    return HeadPose(pose.turn, pose.drop)


def _pose_of(key: str | None, engine: FaceEngine) -> FacePose:
    if not key:
        return FacePose(Advice.NO_FACE)
    try:
        with default_storage.open(key) as file:
            return engine.pose(file.read())
    except FileNotFoundError:
        return FacePose(Advice.NO_FACE)
    except OSError as error:
        raise Unavailable("storage_failed") from error
    except Rejected:
        return FacePose(Advice.NO_FACE)


def still_asked(challenge: LivenessChallenge) -> QuerySet[LivenessChallenge]:
    questions: QuerySet[LivenessChallenge] = LivenessChallenge.objects.filter(
        pk=challenge.pk, state=TurnState.ASKED
    )
    return questions


def reach(challenge: LivenessChallenge, frame: bytes, now: dt.datetime) -> State:
    """Keep the frame that shows the turn, and end the question; once, whoever asks twice."""
    digest = hashlib.sha256(frame).hexdigest()
    # The same frame of this very turn may arrive twice; whoever is second keeps none.
    of_this_turn = Q(punch=challenge.punch, kind=FrameKind.TURNED)
    if PunchFrame.objects.filter(sha256=digest).exclude(of_this_turn).exists():
        tell_replay(challenge.punch)
        return _end(challenge, REPLAYED, now)
    try:
        key = pictures.store(pictures.RAW, frame, now)
    except Unavailable as error:
        return excuse(challenge, error.code)
    with transaction.atomic():
        if close(still_asked(challenge), TurnState.PASSED, now):
            PunchFrame.objects.create(
                company_id=challenge.company_id,
                punch=challenge.punch,
                kind=FrameKind.TURNED,
                storage_key=key,
                sha256=digest,
                size=len(frame),
                purge_on=now.date() + dt.timedelta(days=RAW_DAYS),
            )
            say(challenge.punch_id, LivenessState.PASSED)
            return Seen.REACHED
    pictures.discard(key)
    challenge.refresh_from_db(fields=["state"])
    return Seen.REACHED if challenge.state == TurnState.PASSED else "over"


def close(questions: QuerySet[LivenessChallenge], state: TurnState, now: dt.datetime) -> bool:
    """End a question that is still open; return whether it was."""
    return bool(
        questions.update(state=state, finished_at=now, neutral_turn=None, neutral_drop=None)
    )


def say(punch_id: int, state: LivenessState, reason: str = "") -> bool:
    """Say what came of the turn, unless that is known or the punch is weighed."""
    waiting = PunchState.objects.filter(
        punch=punch_id, face=FaceState.PENDING, liveness=LivenessState.ASKED
    )
    return bool(waiting.update(liveness=state, liveness_reason=reason))


def _end(challenge: LivenessChallenge, reason: str, now: dt.datetime) -> State:
    """End the question for good: trying again would not mend it."""
    with transaction.atomic():
        if close(still_asked(challenge), TurnState.ENDED, now):
            say(challenge.punch_id, LivenessState.FAILED, reason)
    return "over"


def excuse(challenge: LivenessChallenge, code: str) -> State:
    """Note that nobody looked, which is not the person's doing; the page goes on sending."""
    log.warning("a head turn could not be looked at: %s", code)
    say(challenge.punch_id, LivenessState.ASKED, ENGINE_AWAY)
    return "wait"


def notice_reuse(challenge: LivenessChallenge, punch_id: str, now: dt.datetime) -> None:
    """Hold a nonce of one punch against the other punch that it was sent for; both one person's."""
    other = Punch.objects.filter(public_id=punch_id, employee=challenge.employee_id).first()
    if other is None:
        return
    with transaction.atomic():
        # Its own question ends too: a picture of that turn would be looked at by nobody.
        close(other.challenges.filter(state=TurnState.ASKED), TurnState.ENDED, now)
        if say(other.pk, LivenessState.FAILED, "nonce_reused"):
            by = job_actor("face_check", challenge.employee.company)
            audit.record(by=by, verb="turn_nonce_reused", subject=other)


def tell_replay(punch: Punch) -> None:
    """Tell the audit that a picture came a second time."""
    by = job_actor("face_check", punch.company)
    audit.record(by=by, verb="frame_replayed", subject=punch)


# --- again, and the end -------------------------------------------------------------------------
def turn_again(*, claim: PunchPass, punch_id: str, now: dt.datetime) -> Asked:
    """Ask once more for a punch that still waits; the question that is open, where there is one.

    Raises:
        PunchNotFound: no such punch of this person.
        TurnsUsed: it was asked three times, or is not waiting any more.
        TooMany
    """
    if not throttle.hit(f"turn:{claim.employee}", limit=LOOKS_A_MINUTE, seconds=60, now=now):
        raise TooMany
    punch = punch_of(claim, punch_id)
    with company_scope(punch.company), transaction.atomic():
        return _again(punch, now)


def punch_of(claim: PunchPass, punch_id: str) -> Punch:
    """Return the punch of the person whose pass it is.

    Raises:
        PunchNotFound: no such punch of this person.
    """
    with no_scope("punch door: the pass says who and where"):
        punch: Punch | None = (
            Punch.objects.select_related("company")
            .filter(
                public_id=punch_id,
                employee__public_id=claim.employee,
                company__public_id=claim.company,
            )
            .first()
        )
    if punch is None:
        raise PunchNotFound
    return punch


def waits(state: PunchState) -> bool:
    """Return whether the punch still waits for a proof that somebody is there."""
    return state.face == FaceState.PENDING and state.liveness == LivenessState.ASKED


def _again(punch: Punch, now: dt.datetime) -> Asked:
    state = PunchState.objects.select_for_update().get(punch=punch)
    if not waits(state):
        raise TurnsUsed
    asked = open_question(punch, now)
    if asked is not None:
        return asked
    if punch.challenges.filter(session_id="").count() >= MOST_TURNS:
        raise TurnsUsed
    close(punch.challenges.filter(state=TurnState.ASKED), TurnState.ENDED, now)
    state.verify_next_at = waits_until(now)
    state.save(update_fields=["verify_next_at"])
    return ask(punch, now)


def turn_end(state: PunchState, now: dt.datetime) -> None:
    """End the question of a punch that is being weighed, and say on its state what came of it."""
    if state.liveness != LivenessState.ASKED:
        return
    with transaction.atomic():
        close(state.punch.challenges.filter(state=TurnState.ASKED), TurnState.ENDED, now)
        last = state.punch.challenges.last()
        say(state.punch_id, *_outcome(last, state.liveness_reason))
    state.refresh_from_db(fields=["liveness", "liveness_reason"])


def _outcome(last: LivenessChallenge | None, reason: str) -> tuple[LivenessState, str]:
    if last is not None and last.was_looked_at and reason != ENGINE_AWAY:
        return LivenessState.FAILED, "turn_not_seen"
    return LivenessState.NOT_DONE, reason or "page_closed"
