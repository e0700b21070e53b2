"""Weighing the evidence behind a punch, after it was recorded.

The work runs under a lease. An engine that is *unavailable* (busy, down, raising) costs no
attempt: the punch stays pending and is tried again, for as long as it takes. Only a lease that
nobody gave back (a hang, a dead process) counts; after three the punch is *unverifiable*. A page
that dies leaves the rest to the sweep (`attendance.tasks.pending_verify`).
"""

from __future__ import annotations

import datetime as dt
import decimal
import logging
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, OuterRef, Q, Subquery

from attendance.enums import EntryKind, FaceState
from attendance.errors import PunchNotFound
from attendance.models import AttendanceDay, FaceConsent, PunchEntry, PunchFrame, PunchState
from attendance.passes import PunchPass
from attendance.rules import zones
from attendance.rules.settings import CompanyPolicy
from attendance.selectors.settings import company_settings
from attendance.services import days, pictures
from attendance.services.face_roster import face_roster
from companies.enums import ActorKind
from companies.scoping import company_scope, no_scope
from integrations import faces, photos
from integrations.errors import IntegrationError, Misconfigured, Rejected, Unavailable
from integrations.faces.protocol import FaceEngine, Purpose

log = logging.getLogger(__name__)

LEASE = dt.timedelta(seconds=60)
MOST_LOST_LEASES = 3
_FIRST_WAIT = dt.timedelta(seconds=5)
_LONGEST_WAIT = dt.timedelta(minutes=5)


@dataclass(frozen=True)
class Weighed:
    """What the check of one punch came to, and the row of its day, if there is one."""

    state: PunchState
    day: AttendanceDay | None = None


@dataclass(frozen=True)
class _Finding:
    """The result of looking at the picture: the state, why, and the picture made safe."""

    face: FaceState
    reason: str = ""
    similarity: decimal.Decimal | None = None
    clean: bytes | None = None
    problem: str = ""
    keeps_frame: bool = True


_NO_CONSENT = _Finding(FaceState.NOT_CHECKED, "no_consent", keeps_frame=False)


def _load(punch_id: uuid.UUID | str, **owner: str) -> PunchState:
    """Return the punch's state with all that weighing needs of it; one statement."""
    consent = FaceConsent.objects.filter(employee=OuterRef("employee")).order_by("-id")
    state: PunchState | None = (
        PunchState.objects.select_related("punch", "employee__company")
        .annotate(
            consented=Subquery(consent.values("is_given")[:1]),
            frame_id=F("punch__frames__id"),
            frame_public_id=F("punch__frames__public_id"),
            frame_key=F("punch__frames__storage_key"),
        )
        .filter(punch__public_id=punch_id, **owner)
        .first()
    )
    if state is None:
        raise PunchNotFound
    return state


def punch_verify(*, claim: PunchPass, punch_id: str, now: dt.datetime) -> Weighed:
    """Weigh one punch for the person whose pass it is, and judge the days it touches.

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
        return _weigh(state, now)


def punch_weigh(*, punch_id: uuid.UUID | str, now: dt.datetime) -> Weighed:
    """Weigh one punch of the open scope; again, or while another holds it, changes nothing."""
    return _weigh(_load(punch_id), now)


def _weigh(state: PunchState, now: dt.datetime) -> Weighed:
    if state.face != FaceState.PENDING:
        return _as_it_stands(state) if state.judged_at else _settle(state, None, now)
    if not _lease(state, now):
        return _as_it_stands(state)
    try:
        finding = _look(state)
        key = pictures.store(pictures.CLEAN, finding.clean, now) if finding.clean else ""
    except Unavailable as error:
        return _give_back(state, error, now)
    return _settle(state, finding, now, key=key)


def _lease(state: PunchState, now: dt.datetime) -> bool:
    """Take the lease if nobody holds it; one statement decides between two workers."""
    free = Q(leased_until__isnull=True) | Q(leased_until__lt=now)
    until = now + LEASE
    taken = (
        PunchState.objects.filter(free, pk=state.pk, face=FaceState.PENDING)
        .update(leased_until=until, verify_attempts=F("verify_attempts") + 1)
    )  # fmt: skip
    if taken:
        state.leased_until = until
        state.verify_attempts += 1
    return bool(taken)


def _look(state: PunchState) -> _Finding:
    """Look at the picture with the engine.

    Three times; the fourth makes it anew for a person to look at, without the engine. If even
    that ended the process, it is the picture, and nobody decodes it again.

    Raises:
        Unavailable: the engine or the storage cannot answer now.
    """
    if state.verify_attempts > MOST_LOST_LEASES + 1:
        return _Finding(FaceState.UNVERIFIABLE, "gave_up", problem="gave_up")
    if not state.consented:
        return _NO_CONSENT
    if not state.frame_key:
        return _Finding(FaceState.UNVERIFIABLE, "picture_missing")
    try:
        with default_storage.open(state.frame_key) as file:
            clean = photos.sanitise(file.read())
    except FileNotFoundError:
        return _Finding(FaceState.UNVERIFIABLE, "picture_missing", problem="picture_missing")
    except OSError as error:
        raise Unavailable("storage_failed") from error
    except Rejected as error:
        return _Finding(FaceState.UNVERIFIABLE, error.code, problem=error.code)
    if state.verify_attempts > MOST_LOST_LEASES:
        return _Finding(FaceState.UNVERIFIABLE, "gave_up", clean=clean)
    return _compare(state, clean)


@contextmanager
def _contained() -> Iterator[None]:
    """Whatever else an engine raises must not lose a punch: it is tried again."""
    try:
        yield
    except IntegrationError:
        raise
    except Exception as error:
        log.exception("the face engine raised")
        raise Unavailable("engine_raised") from error


def _compare(state: PunchState, clean: bytes) -> _Finding:
    try:
        with _contained():
            engine = faces.engine()
    except Misconfigured as error:
        return _Finding(FaceState.NOT_CHECKED, error.code, clean=clean)
    try:
        with _contained():
            return _matched(state, clean, engine)
    except Rejected as error:
        return _Finding(FaceState.UNVERIFIABLE, error.code, clean=clean)
    except Misconfigured as error:
        # A key of the templates is missing, say: the punch waits until the operator mends it.
        log.error("the face check is misconfigured: %s", error)
        raise Unavailable(error.code) from error


def _matched(state: PunchState, clean: bytes, engine: FaceEngine) -> _Finding:
    roster = face_roster(state.employee.company, engine)
    reading = engine.read(clean, purpose=Purpose.CHECK)
    match = engine.match(reading, person=str(state.employee.public_id), roster=roster)
    similarity = None if match.similarity is None else decimal.Decimal(f"{match.similarity:.2f}")
    return _Finding(FaceState(match.outcome), match.reason, similarity, clean)


def _give_back(state: PunchState, error: Unavailable, now: dt.datetime) -> Weighed:
    """End the lease without having spent an attempt, and say when to try again.

    A lease that ran out meanwhile counts as lost, and whoever took the next one keeps it.
    """
    log.warning("face check of a punch postponed: %s", error.code)
    wait = min(max(_FIRST_WAIT, (now - state.occurred_at) / 2), _LONGEST_WAIT)
    own = Q(pk=state.pk, face=FaceState.PENDING, leased_until=state.leased_until)
    PunchState.objects.filter(own).update(
        leased_until=None, verify_attempts=F("verify_attempts") - 1, verify_next_at=now + wait
    )
    return _as_it_stands(state) if state.judged_at else _settle(state, None, now)


def _as_it_stands(state: PunchState) -> Weighed:
    row = AttendanceDay.objects.filter(
        employee=state.employee_id, date=state.attendance_date, slot=state.slot
    ).first()
    return Weighed(state, row)


def _settle(
    state: PunchState, finding: _Finding | None, now: dt.datetime, *, key: str = ""
) -> Weighed:
    """Write what was found and judge the days again; files move outside the transaction.

    `key` names the picture made anew. Once a row does, the raw one goes; else the new one does.
    """
    recorded_on = zones.local_date(state.occurred_at, state.punch.zone)
    policy = company_settings(state.employee.company).policy_on(recorded_on)
    weighed: list[PunchState] = []
    unnamed: list[str] = []

    def amend(current: PunchState) -> None:
        current.punch, current.employee = state.punch, state.employee
        if finding is not None and current.face == FaceState.PENDING:
            is_named = _save_frame(state, finding, key, policy)
            is_withdrawn = not is_named and not _still_consents(state)
            _apply(current, _NO_CONSENT if is_withdrawn else finding, policy, now)
            unnamed.extend([state.frame_key or "", "" if is_named else key])
        else:
            unnamed.append(key)
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
    for row in written:
        if (row.date, row.slot) == (settled.attendance_date, settled.slot):
            return Weighed(settled, row)
    return _as_it_stands(settled)


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
    return state.face in FaceState.for_a_human


def _apply(state: PunchState, finding: _Finding, policy: CompanyPolicy, now: dt.datetime) -> None:
    state.face, state.face_reason = finding.face, finding.reason
    state.similarity = finding.similarity
    state.leased_until = state.verify_next_at = None
    state.is_flagged = _flags(state, policy)
    PunchEntry.objects.create(
        company=state.employee.company,
        key=f"verified:{state.punch.public_id}",
        employee=state.employee,
        tap_id=state.punch.tap_id,
        kind=EntryKind.VERIFIED,
        values={"face": finding.face, "reason": finding.reason, "is_flagged": state.is_flagged},
        by_kind=ActorKind.JOB,
        by_name="face check",
        occurred_at=now,
    )


def _save_frame(state: PunchState, finding: _Finding, key: str, policy: CompanyPolicy) -> bool:
    """Name the new picture in the row of the old one; return whether there is such a row."""
    frame = PunchFrame.objects.filter(pk=state.frame_id)
    if not finding.keeps_frame:
        frame.delete()
        return False
    changed = frame.update(
        storage_key=key,
        is_clean=bool(key),
        problem=finding.problem,
        purge_on=state.occurred_at.date() + dt.timedelta(days=policy.photo_retention_days),
    )
    return bool(changed)
