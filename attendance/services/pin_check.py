"""Confirming a punch by PIN: equal to the face check, for whoever has no picture or wants none.

The punch stands already. A right PIN is its evidence: nobody has to look at it, whatever the
company says of check-ins without a face check. What a face check found is never overruled.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction

from attendance.enums import EntryKind, FaceState, Source
from attendance.errors import PinNotNeeded, PinTooLate, PinWrong, PunchNotFound
from attendance.models import PunchState
from attendance.passes import PunchPass
from attendance.rules import zones
from attendance.services import days, journalling
from attendance.services.evidence import Weighed, as_it_stands
from companies.enums import ActorKind
from companies.scoping import company_scope, no_scope
from companies.services import pin_matches

BY_PIN = "pin"
# A PIN says who stood there; long afterwards it says it no more.
LONGEST = dt.timedelta(minutes=15)


def _load(claim: PunchPass, punch_id: str) -> PunchState:
    with no_scope("punch door: the pass says who and where"):
        state: PunchState | None = (
            PunchState.objects.select_related("punch", "employee__company", "employee__user")
            .filter(
                punch__public_id=punch_id,
                employee__public_id=claim.employee,
                employee__company__public_id=claim.company,
            )
            .first()
        )
    if state is None:
        raise PunchNotFound
    return state


def takes_pin(state: PunchState) -> bool:
    """Return whether a PIN would say anything new: a live punch without a picture, not decided."""
    return (
        state.face == FaceState.NOT_CHECKED
        and state.face_reason != BY_PIN
        and state.punch.source == Source.WEB
        and state.voided_at is None
        and state.decided_at is None
    )


def punch_confirm(*, claim: PunchPass, punch_id: str, pin: str, now: dt.datetime) -> Weighed:
    """Take the PIN for one punch of the person whose pass it is, and judge the days it touches.

    Again, after it was taken, changes nothing.

    Raises:
        PunchNotFound: no such punch of this person.
        PinNotNeeded, PinTooLate, PinWrong
        PinMissing, TooManyTries: as `companies.services.pin_matches` says.
    """
    state = _load(claim, punch_id)
    with company_scope(state.employee.company):
        if state.face_reason == BY_PIN:
            return as_it_stands(state)
        if not takes_pin(state):
            raise PinNotNeeded
        if now - state.occurred_at > LONGEST:
            raise PinTooLate
        if not pin_matches(employee=state.employee, pin=pin, now=now):
            raise PinWrong
        return _confirm(state, now)


def _confirm(state: PunchState, now: dt.datetime) -> Weighed:
    found: list[PunchState] = []

    def amend(current: PunchState) -> None:
        current.punch, current.employee = state.punch, state.employee
        if takes_pin(current):
            _apply(current, now)
        found.append(current)

    with transaction.atomic():
        employee = days.lock_person(state.employee)
        first, last = days.around(state.punch.zone, state.occurred_at)
        days.days_recompute(
            employee=employee, first=first, last=last, now=now, amend={state.pk: amend}
        )
    return as_it_stands(found[0])


def _apply(state: PunchState, now: dt.datetime) -> None:
    """Note the PIN; a check-in of somebody who no longer works here is looked at all the same."""
    date = zones.local_date(state.occurred_at, state.punch.zone)
    state.face_reason = BY_PIN
    state.is_flagged = not state.employee.is_employed_on(date)
    user = state.employee.user
    user_id = str(user.public_id) if user else ""
    journalling.entry_write(
        punch=state.punch,
        employee=state.employee,
        kind=EntryKind.VERIFIED,
        key=f"pin:{state.punch.public_id}",
        now=now,
        author=journalling.Author(ActorKind.PERSON, user_id, state.employee.name),
        values={"face": state.face, "reason": BY_PIN, "is_flagged": state.is_flagged},
    )
