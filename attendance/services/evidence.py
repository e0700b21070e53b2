"""Weighing the evidence behind a punch, after it was recorded.

The work runs under a lease. An engine that is *unavailable* (busy, down, raising) costs no
attempt: the punch stays pending and is tried again, for as long as it takes. Only an engine lost
over the picture (`EngineLost`: a hang, a dead process), or a lease that nobody gave back, counts;
after three the punch is *unverifiable*. A page that dies leaves the rest to the sweep
(`attendance.tasks.pending_verify`).

Bad evidence flags a punch for a person to look at, or, where the company says so, *refuses* it: it
stays recorded and counts for nothing. Only who may still be there to try again is refused, and
never for what the engine could not do.
"""

from __future__ import annotations

import datetime as dt
import logging
import uuid
from dataclasses import dataclass, replace
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, FilteredRelation, OuterRef, Q, Subquery
from django.utils import timezone

from attendance.enums import EntryKind, FaceState, FrameKind, LivenessState
from attendance.errors import PunchNotFound
from attendance.models import AttendanceDay, FaceConsent, PunchFrame, PunchState
from attendance.passes import PunchPass
from attendance.rules import zones
from attendance.rules.settings import CompanyPolicy
from attendance.selectors.settings import company_settings
from attendance.selectors.today import refused_lately
from attendance.services import days, journalling, liveness, looking, pace, pictures
from attendance.services.looking import NO_CONSENT, Finding
from companies import audit
from companies.actor import job_actor
from companies.enums import LivenessPolicy, OnFailure
from companies.scoping import company_scope, no_scope
from integrations import metrics
from integrations.errors import EngineLost, Unavailable

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=60)
MOST_LOST_LEASES = 3
# A lease further ahead than that, clocks allowed for, is left from before the clock was set back.
_FARTHEST = dt.timedelta(minutes=10)
_FIRST_WAIT = dt.timedelta(seconds=5)
_LONGEST_WAIT = dt.timedelta(minutes=5)
# So long after a check-in its person may be there to try again; later it is flagged instead.
REFUSED_WITHIN = dt.timedelta(minutes=10)
# What a person can mend before the camera. What is missing or broke on our side is none of it.
_MENDABLE = frozenset(
    {
        "no_face", "several_faces", "move_closer", "more_light", "less_light", "hold_still",
        "picture_damaged", "picture_not_image", "picture_empty", "picture_too_small",
        "picture_animated",
    }
)  # fmt: skip


@dataclass(frozen=True)
class Weighed:
    """What the check of one punch came to, and the row of its day, if there is one.

    `refusals` counts the person's refused check-ins lately, where this is one of them. Where
    `is_postponed`, the engine or the storage was away.
    """

    state: PunchState
    day: AttendanceDay | None = None
    refusals: int = 0
    is_postponed: bool = False


def _load(punch_id: uuid.UUID | str, **owner: str) -> PunchState:
    """Return the punch's state with all that weighing needs of it; one statement."""
    consent = FaceConsent.objects.filter(employee=OuterRef("employee")).order_by("-id")
    frontal = Q(punch__frames__kind=FrameKind.FRONTAL)
    earlier = PunchFrame.objects.filter(
        company=OuterRef("company"),
        sha256=OuterRef("frontal__sha256"),
        id__lt=OuterRef("frontal__id"),
    )
    state: PunchState | None = (
        PunchState.objects.select_related("punch", "employee__company")
        .alias(frontal=FilteredRelation("punch__frames", condition=frontal))
        .annotate(
            consented=Subquery(consent.values("is_given")[:1]),
            frame_id=F("frontal__id"),
            frame_public_id=F("frontal__public_id"),
            frame_key=F("frontal__storage_key"),
            is_replayed=Exists(earlier),
        )
        .filter(punch__public_id=punch_id, **owner)
        .first()
    )
    if state is None:
        raise PunchNotFound
    return state


def punch_verify(*, claim: PunchPass, punch_id: str, now: dt.datetime) -> Weighed:
    """Weigh one punch for the person whose pass it is, and judge the days it touches.

    The page asks when it has done with the head turn, seen or not: no question stays open.

    Raises:
        PunchNotFound: no such punch of this person.
    """
    with no_scope("punch door: the pass says who and where"):
        state = _load(
            punch_id,
            employee__public_id=claim.employee,
            employee__company__public_id=claim.company,
        )
    with company_scope(state.employee.company):
        return _weigh(state, now, is_page=True)


def punch_weigh(*, punch_id: uuid.UUID | str, now: dt.datetime, may_look: bool = True) -> Weighed:
    """Weigh one punch of the open scope; again, or while another holds it, changes nothing.

    Without `may_look` its day is judged and the picture goes on waiting.
    """
    return _weigh(_load(punch_id), now, may_look=may_look)


def _weigh(
    state: PunchState, now: dt.datetime, *, is_page: bool = False, may_look: bool = True
) -> Weighed:
    waits = not is_page and (not may_look or _waits_for_turn(state, now))
    if state.face != FaceState.PENDING or waits:
        return as_it_stands(state) if state.judged_at else _settle(state, None, now)
    if not _lease(state, now):
        return as_it_stands(state)
    if is_page:
        pace.look_counted()
    try:
        liveness.turn_end(state, now)
        finding = _look(state)
        keys = _store(finding, now)
    except Unavailable as error:
        return _give_back(state, error, now)
    return _settle(state, finding, now, *keys)


def _waits_for_turn(state: PunchState, now: dt.datetime) -> bool:
    """Return whether the page may still be busy with the head turn: the sweep lets it be."""
    is_early = state.verify_next_at is not None and now < state.verify_next_at
    return is_early and state.liveness == LivenessState.ASKED


def _store(finding: Finding, now: dt.datetime) -> tuple[str, str]:
    """Store both pictures made anew, of the check-in and of the turned head; return their keys.

    Raises:
        Unavailable: the storage does not take one; neither is left there.
    """
    turned = finding.turned.clean if finding.turned else None
    key = pictures.store(pictures.CLEAN, finding.clean, now) if finding.clean else ""
    try:
        return key, pictures.store(pictures.CLEAN, turned, now) if turned else ""
    except Unavailable:
        pictures.discard(key)
        raise


def _lease(state: PunchState, now: dt.datetime) -> bool:
    """Take the lease if nobody holds it; one statement decides between two workers."""
    over = Q(leased_until__lt=now) | Q(leased_until__gt=now + _FARTHEST)
    free = Q(leased_until__isnull=True) | over
    until = now + LEASE
    taken = (
        PunchState.objects.filter(free, pk=state.pk, face=FaceState.PENDING)
        .update(leased_until=until, verify_attempts=F("verify_attempts") + 1)
    )  # fmt: skip
    if taken:
        state.leased_until = until
        state.verify_attempts += 1
    return bool(taken)


def _look(state: PunchState) -> Finding:
    """Look at the pictures: three times; the fourth makes them anew for a person to look at.

    If even that ended the process, it is the picture, and nobody decodes it again.
    """
    if state.verify_attempts > MOST_LOST_LEASES + 1:
        return Finding(FaceState.UNVERIFIABLE, "gave_up", problem="gave_up")
    return looking.look(state, is_last=state.verify_attempts > MOST_LOST_LEASES)


def _give_back(state: PunchState, error: Unavailable, now: dt.datetime) -> Weighed:
    """End the lease and say when to try again; an attempt is spent on a lost engine only.

    A lease that ran out meanwhile counts as lost, and whoever took the next one keeps it.
    """
    log.warning("face check of a punch postponed: %s", error.code)
    wait = min(max(_FIRST_WAIT, (now - state.occurred_at) / 2), _LONGEST_WAIT)
    own = Q(pk=state.pk, face=FaceState.PENDING, leased_until=state.leased_until)
    returned = 0 if isinstance(error, EngineLost) else 1
    PunchState.objects.filter(own).update(
        leased_until=None, verify_attempts=F("verify_attempts") - returned,
        verify_next_at=now + wait,
    )  # fmt: skip
    weighed = as_it_stands(state) if state.judged_at else _settle(state, None, now)
    return replace(weighed, is_postponed=True)


def as_it_stands(state: PunchState) -> Weighed:
    """Return the punch with the row of its day, changing nothing."""
    row = AttendanceDay.objects.filter(
        employee=state.employee_id, date=state.attendance_date, slot=state.slot
    ).first()
    return _weighed(state, row)


def _weighed(state: PunchState, row: AttendanceDay | None) -> Weighed:
    refusals = refused_lately(state) if state.is_refused else 0
    return Weighed(state, row, refusals)


def _settle(
    state: PunchState,
    finding: Finding | None,
    now: dt.datetime,
    key: str = "",
    turned_key: str = "",
) -> Weighed:
    """Write what was found and judge the days again; files move outside the transaction.

    The keys name the pictures made anew. Once a row does, the raw one goes; else the new one does.
    """
    recorded_on = zones.local_date(state.occurred_at, state.punch.zone)
    policy = company_settings(state.employee.company).policy_on(recorded_on)
    weighed: list[PunchState] = []
    unnamed: list[str] = []

    def amend(current: PunchState) -> None:
        current.punch, current.employee = state.punch, state.employee
        if finding is not None and current.face == FaceState.PENDING:
            is_named = _save_frame(state, finding, key, policy)
            unnamed.extend([state.frame_key or "", "" if is_named else key])
            unnamed.extend(_save_turned(state, finding, turned_key, policy))
            _apply(current, finding if is_named else _without_picture(state, finding), policy, now)
        else:
            unnamed.extend([key, turned_key])
            if current.judged_at is None:
                current.is_flagged = _flags(current, policy)
        weighed.append(current)

    with transaction.atomic():
        employee = days.lock_person(state.employee)
        first, last = days.around(state.punch.zone, state.occurred_at)
        written = days.days_recompute(
            employee=employee, first=first, last=last, now=now, amend={state.pk: amend}
        )
    for name in filter(None, unnamed):
        pictures.discard(name)
    settled = weighed[0]
    if finding is not None:
        _measure(settled)
    for row in written:
        if (row.date, row.slot) == (settled.attendance_date, settled.slot):
            return _weighed(settled, row)
    return as_it_stands(settled)


def _measure(state: PunchState) -> None:
    """Tell how long the verdict took since the punch, and whether it is another's face."""
    waited = (timezone.now() - state.punch.created_at).total_seconds()
    metrics.count("verification_latency", max(0.0, waited * 1000))
    if state.face == FaceState.MISMATCH:
        metrics.count("punches_mismatched")


def _without_picture(state: PunchState, finding: Finding) -> Finding:
    """Return what is kept of a look whose picture was deleted meanwhile: never how alike it was."""
    return replace(finding, similarity=None) if _still_consents(state) else NO_CONSENT


def _still_consents(state: PunchState) -> bool:
    """Return whether the person agrees now; withdrawing takes the row of the picture away."""
    answer = FaceConsent.objects.filter(employee=state.employee).order_by("-id").first()
    return answer is not None and answer.is_given


def _flags(state: PunchState, policy: CompanyPolicy) -> bool:
    """Return whether a person must look: bad evidence always, none where it is not allowed.

    A check-in of somebody who no longer works here makes no day: without a flag, nobody saw it.
    """
    date = zones.local_date(state.occurred_at, state.punch.zone)
    if not state.employee.is_employed_on(date):
        return True
    if state.face == FaceState.NOT_CHECKED:
        return not policy.allows_unchecked
    return state.face in FaceState.for_a_human or state.liveness in LivenessState.missing


def _refuses(state: PunchState, policy: CompanyPolicy, now: dt.datetime) -> bool:
    """Return whether the company's policy takes a check-in with this evidence out of every count.

    A face that is only unsure is for a person to look at, whatever the policy. A turn is asked of
    whoever is compared: who withdrew consent meanwhile is free of it.
    """
    if now - state.occurred_at > REFUSED_WITHIN or state.face == FaceState.NOT_CHECKED:
        return False
    is_another = state.face == FaceState.MISMATCH or state.face_reason == liveness.REPLAYED
    is_unseen = state.face == FaceState.UNVERIFIABLE and state.face_reason in _MENDABLE
    is_excused = state.liveness_reason == liveness.ENGINE_AWAY
    is_unturned = state.liveness in LivenessState.missing and not is_excused
    return (policy.face_failure == OnFailure.REFUSE and (is_another or is_unseen)) or (
        policy.liveness == LivenessPolicy.REFUSE and is_unturned
    )


def _apply(state: PunchState, finding: Finding, policy: CompanyPolicy, now: dt.datetime) -> None:
    state.face, state.face_reason = finding.face, finding.reason
    state.similarity = finding.similarity
    if finding.turned is not None and finding.turned.reason:
        state.liveness, state.liveness_reason = LivenessState.FAILED, finding.turned.reason
    state.leased_until = state.verify_next_at = None
    is_refused = state.decided_at is None and _refuses(state, policy, now)
    is_void = is_refused or state.voided_at is not None
    state.is_flagged = _flags(state, policy) and not is_void
    if state.is_flagged:
        # Who accepted it before had not seen this: it waits for a person once more.
        state.decided_at = None
    values = {"face": finding.face, "reason": finding.reason, "is_flagged": state.is_flagged}
    if state.liveness != LivenessState.NOT_ASKED:
        values |= {"liveness": state.liveness, "liveness_reason": state.liveness_reason}
    _write_entry(state, EntryKind.VERIFIED, values, now)
    if finding.reason == liveness.REPLAYED:
        liveness.tell_replay(state.punch)
    if is_refused:
        _refuse(state, now)


def _refuse(state: PunchState, now: dt.datetime) -> None:
    """Void the punch by the check itself; it stays recorded, and HR can accept it all the same."""
    state.is_refused, state.voided_at = True, now
    is_turn = state.liveness in LivenessState.missing
    reason = state.liveness_reason if is_turn else state.face_reason
    _write_entry(state, EntryKind.VOIDED, {"reason": reason}, now)
    by = job_actor("face_check", state.employee.company)
    audit.record(by=by, verb="punch_refused", subject=state.punch)


def _write_entry(
    state: PunchState, kind: EntryKind, values: dict[str, Any], now: dt.datetime
) -> None:
    journalling.entry_write(
        punch=state.punch,
        employee=state.employee,
        kind=kind,
        key=f"{kind}:{state.punch.public_id}",
        now=now,
        author=journalling.FACE_CHECK,
        values=values,
    )


def _save_frame(state: PunchState, finding: Finding, key: str, policy: CompanyPolicy) -> bool:
    """Name the new picture in the row of the old one; return whether there is such a row."""
    frame = PunchFrame.objects.filter(pk=state.frame_id)
    if not finding.keeps_frame:
        frame.delete()
        return False
    changed = frame.update(
        storage_key=key,
        is_clean=bool(key),
        problem=finding.problem,
        purge_on=_purge_on(state, policy),
    )
    return bool(changed)


def _save_turned(
    state: PunchState, finding: Finding, key: str, policy: CompanyPolicy
) -> tuple[str, ...]:
    """Name the turned head's new picture likewise; return the keys that nothing names now."""
    if not finding.keeps_frame and state.liveness != LivenessState.NOT_ASKED:
        turned = PunchFrame.objects.filter(punch=state.punch, kind=FrameKind.TURNED)
        keys = tuple(turned.values_list("storage_key", flat=True))
        turned.delete()
        return keys
    if finding.turned is None:
        return ()
    changed = PunchFrame.objects.filter(pk=finding.turned.frame_id).update(
        storage_key=key,
        is_clean=bool(key),
        problem=finding.turned.reason if not key else "",
        purge_on=_purge_on(state, policy),
    )
    return (finding.turned.raw_key,) if changed else (finding.turned.raw_key, key)


def _purge_on(state: PunchState, policy: CompanyPolicy) -> dt.date:
    return state.occurred_at.date() + dt.timedelta(days=policy.photo_retention_days)
