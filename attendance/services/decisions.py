"""Decisions about punches; managers decide too, never about their own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from attendance import announcements, notifications, permissions
from attendance.enums import EntryKind, PeriodState
from attendance.errors import (
    AlreadyDecided,
    NothingToTakeBack,
    OwnPunch,
    PeriodLocked,
)
from attendance.models import AttendancePeriod, Punch, PunchState
from attendance.selectors import flagged, punch_entries
from attendance.services import days, journalling
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.permissions import can_manage_hr
from companies.selectors import in_stead_of

_VERBS = {
    EntryKind.DECIDED: "punch_accepted",
    EntryKind.VOIDED: "punch_voided",
    EntryKind.REOPENED: "punch_decision_taken_back",
}


def month_name(starts_on: dt.date) -> str:
    """Return the month as a reader says it, in the active language."""
    return date_format(starts_on, "F Y")


def _deciding(punch: Punch, by: Actor) -> Actor:
    """Return who decides, in whose stead too; refuse who may not."""
    if permissions.is_own_punch(by, punch):
        raise OwnPunch
    if not permissions.can_decide_punch(by, punch):
        raise NotAllowed
    return in_stead_of(by, punch.employee, on=timezone.now().date())


def _decide(
    *, punch: Punch, reason: str, by: Actor, kind: EntryKind, now: dt.datetime, if_flagged: bool
) -> None:
    """Write the decision's entry and audit event, and judge the days again, under the lock."""
    was_flagged: list[bool] = []

    def amend(state: PunchState) -> None:
        if not _may_be_decided(state, kind, if_flagged=if_flagged):
            raise AlreadyDecided
        was_flagged.append(state.is_flagged)
        state.is_flagged, state.is_refused, state.decided_at = False, False, now
        state.voided_at = now if kind == EntryKind.VOIDED else None

    with transaction.atomic():
        _judge_again(punch, amend, now)
        _write_entry(
            punch=punch, kind=kind, reason=reason.strip(), by=by, now=now,
            values={"was_flagged": was_flagged[0]},
        )  # fmt: skip
        if flagged.needs_new_reference(punch.employee):
            notifications.new_reference_proposed(punch.employee)


def _may_be_decided(state: PunchState, kind: EntryKind, *, if_flagged: bool) -> bool:
    """Return whether a person still decides: what the check refused, somebody may accept."""
    if kind == EntryKind.DECIDED:
        return state.is_flagged or state.is_refused
    return state.voided_at is None and (state.is_flagged or not if_flagged)


def _judge_again(punch: Punch, amend: Callable[[PunchState], None], now: dt.datetime) -> None:
    """Change the punch's state under the person's lock, unless its month is locked.

    What the check refused belongs to no day before it counts: the judging says to which.
    """
    found: list[PunchState] = []

    def change(state: PunchState) -> None:
        amend(state)
        if state.attendance_date is not None:
            refuse_locked(state.attendance_date)
        found.append(state)

    employee = days.lock_person(punch.employee)
    first, last = days.around(punch.zone, punch.occurred_at)
    days.days_recompute(
        employee=employee, first=first, last=last, now=now, amend={punch.state.pk: change}
    )
    if found[0].attendance_date is not None:
        refuse_locked(found[0].attendance_date)


def _write_entry(
    *,
    punch: Punch,
    kind: EntryKind,
    reason: str,
    by: Actor,
    now: dt.datetime,
    values: dict[str, bool],
) -> None:
    entry = journalling.entry_write(
        punch=punch,
        employee=punch.employee,
        kind=kind,
        key=f"{kind}:{punch.public_id}:{now.timestamp()}",
        now=now,
        author=journalling.Author(by.kind, by.id, by.name),
        values=values,
        reason=reason,
    )
    audit.record(by=by, verb=_VERBS[kind], subject=punch, reason=reason)
    announcements.punch_decided(punch, entry)


def refuse_locked(date: dt.date) -> None:
    """Raise `PeriodLocked` where the month of the date is locked."""
    starts_on = date.replace(day=1)
    if AttendancePeriod.objects.filter(starts_on=starts_on, state=PeriodState.LOCKED).exists():
        raise PeriodLocked(month=month_name(starts_on))


def punch_accept(*, punch: Punch, reason: str = "", by: Actor) -> None:
    """Accept a punch that is flagged, or that the check refused: a person looked and it counts.

    A reason may be given.

    Raises:
        OwnPunch, NotAllowed, AlreadyDecided, PeriodLocked
    """
    by = _deciding(punch, by)
    kind, now = EntryKind.DECIDED, timezone.now()
    _decide(punch=punch, reason=reason, by=by, kind=kind, now=now, if_flagged=True)


def punch_void(*, punch: Punch, reason: str, by: Actor, if_flagged: bool = False) -> None:
    """Take a punch out of every count; the punch itself stays as it was recorded.

    HR may void any, unless asked to do so only `if_flagged`; others only what is flagged.

    Raises:
        OwnPunch, NotAllowed, ReasonMissing, AlreadyDecided, PeriodLocked
    """
    by = _deciding(punch, by)
    if not reason.strip():
        raise ReasonMissing
    kind, now = EntryKind.VOIDED, timezone.now()
    is_bound = if_flagged or not can_manage_hr(by)
    _decide(punch=punch, reason=reason, by=by, kind=kind, now=now, if_flagged=is_bound)


def punch_take_back(*, punch: Punch, by: Actor) -> None:
    """Take one's own decision about a flagged punch back; it waits again, as before.

    Raises:
        OwnPunch, NotAllowed, NothingToTakeBack, PeriodLocked
    """
    by = _deciding(punch, by)
    now = timezone.now()

    def amend(state: PunchState) -> None:
        entry = punch_entries.last_decision(punch)
        if entry is None or not punch_entries.can_be_taken_back(entry, by, now):
            raise NothingToTakeBack(minutes=punch_entries.MINUTES_TO_TAKE_BACK)
        state.is_flagged, state.decided_at, state.voided_at = True, None, None

    with transaction.atomic():
        _judge_again(punch, amend, now)
        _write_entry(punch=punch, kind=EntryKind.REOPENED, reason="", by=by, now=now, values={})


def punch_correct(*, punch: Punch, counts: bool, reason: str, by: Actor, now: dt.datetime) -> None:
    """Take a punch out of every count, or let it count again, as a correction says.

    The caller has decided that it may, inside a transaction. A doubt that nobody has decided waits
    again, once the punch counts again.

    Raises:
        AlreadyDecided: it stands so already; PeriodLocked
    """
    last = punch_entries.last_decision(punch) if counts else None
    waits = last is not None and last.values.get("was_waiting") is True
    # Nothing of this is a decision about a doubt, which its author might take back.
    values = {"was_flagged": False}

    def amend(state: PunchState) -> None:
        if (state.voided_at is None) == counts:
            raise AlreadyDecided
        if state.is_flagged:
            values["was_waiting"] = True
        state.is_flagged, state.is_refused, state.decided_at = waits, False, None if waits else now
        state.voided_at = None if counts else now

    _judge_again(punch, amend, now)
    kind = EntryKind.VOIDED
    if counts:
        kind = EntryKind.REOPENED if waits else EntryKind.DECIDED
    _write_entry(punch=punch, kind=kind, reason=reason, by=by, now=now, values=values)


def month_of(date: dt.date) -> tuple[dt.date, dt.date]:
    """Return the first and the last day of the month in which the date lies."""
    first = date.replace(day=1)
    following = (first + dt.timedelta(days=32)).replace(day=1)
    return first, following - dt.timedelta(days=1)
