"""Judging days again: from all punches, under the person's lock, writing only what changed."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from types import MappingProxyType
from typing import Any

from django.db import transaction

from attendance.enums import DayException, Direction, PeriodState, Source
from attendance.models import AttendanceDay, AttendancePeriod, PunchState
from attendance.rules import judge as judging
from attendance.rules import schema, windows, zones
from attendance.rules.types import (
    DayInput,
    Occurrence,
    Owner,
    OwnerReason,
    Policy,
    Tap,
    Verdict,
)
from attendance.selectors import people
from attendance.selectors.people import PersonCalendar
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee

# How far from a date the punches lie that decide its row: a presence of two days, a shift and a
# window of a day each, a day between zones, and one more to know who was in when all that began.
_REACH = dt.timedelta(days=6)
_ATTRIBUTION = ("attendance_date", "slot", "owner_reason", "judged_at")
_AMENDABLE = (
    "face", "face_reason", "similarity", "is_flagged", "decided_at", "voided_at",
    "verify_next_at", "leased_until",
)  # fmt: skip

Amend = Callable[[PunchState], None]
NOTHING: Mapping[int, Amend] = MappingProxyType({})


@dataclass
class _Work:
    """One person's stretch of dates, everything loaded.

    `before` is the attribution of the punches as it was found, `owners` as it is now.
    """

    first: dt.date
    last: dt.date
    calendar: PersonCalendar
    states: list[PunchState]
    before: dict[int, tuple[Any, ...]]
    days: dict[dt.date, AttendanceDay]
    kept: dict[dt.date, DayInput]  # what the settled rows were judged by
    locked_months: set[dt.date]
    now: dt.datetime
    owners: dict[str, Owner] = field(default_factory=dict)
    written: list[AttendanceDay] = field(default_factory=list)
    waiting: set[dt.date] = field(default_factory=set)  # dates whose verdict is still to come

    def live(self) -> list[PunchState]:
        return [state for state in self.states if state.voided_at is None]

    def policy_on(self, date: dt.date) -> Policy:
        """Return the settings in force for the row of a date; a settled one keeps its own."""
        kept = self.kept.get(date)
        return kept.policy if kept else self.calendar.policy_on(date).rules


def lock_person(employee: Employee) -> Employee:
    """Take the person's lock: whatever changes their days or books goes through it, one by one.

    Rows that only name the person are let in meanwhile (`no_key`): a punch is recorded first,
    however long a judging takes.
    """
    locked: Employee = (
        Employee.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .get(pk=employee.pk)
    )
    return locked


def days_recompute(
    *,
    employee: Employee,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    amend: Mapping[int, Amend] = NOTHING,
) -> list[AttendanceDay]:
    """Judge the person's rows from `first` to `last` again and return those that changed.

    Inside a transaction, with the person locked (`lock_person`). `amend` changes punch states (by
    primary key) as they stand under the lock, before the judging; they are saved with the rest.
    A row outside the stretch is judged too where one of these punches belongs to it, or where a
    punch moves between it and the stretch: none counts twice or nowhere.
    A settled row keeps its shift, policy and calendar; only its punches may differ. A row of a
    locked month is left alone.
    """
    return _recompute(employee, first, last, now, amend).written


def days_finish(*, employee: Employee, first: dt.date, last: dt.date, now: dt.datetime) -> int:
    """Judge as `days_recompute` does; return how many of the dates still wait for their verdict."""
    work = _recompute(employee, first, last, now, NOTHING)
    return sum(first <= date <= last for date in work.waiting)


def _recompute(
    employee: Employee, first: dt.date, last: dt.date, now: dt.datetime, amend: Mapping[int, Amend]
) -> _Work:
    work = _load(employee, first, last, now)
    for state in work.states:
        if state.pk in amend:
            amend[state.pk](state)
    while (stretch := _touched(work, amend.keys())) != (work.first, work.last):
        work = _load(employee, *stretch, now, seen=work)
    _judge_all(work)
    _save_states(work, amended=amend.keys())
    return work


def _load(
    employee: Employee, first: dt.date, last: dt.date, now: dt.datetime, seen: _Work | None = None
) -> _Work:
    """Load a stretch; the punches of one `seen` before stay the objects they are, amended."""
    company = employee.company
    since, until = first - _REACH, last + _REACH
    calendars = people.person_calendars(
        company, [employee], settings=company_settings(company), first=since, last=until
    )
    rows = people.judged_days([employee.pk], first=since, last=until)
    days = {date: row for (_pk, date), row in rows.items()}
    states = people.punch_states(
        [employee.pk],
        since=dt.datetime.combine(since, dt.time.min, dt.UTC),
        until=dt.datetime.combine(until, dt.time.max, dt.UTC),
    )[employee.pk]
    known = {state.pk: state for state in seen.states} if seen else {}
    return _Work(
        first=first,
        last=last,
        calendar=calendars[employee.pk],
        states=[known.get(state.pk, state) for state in states],
        before={state.pk: _attribution(state) for state in states},
        days=days,
        kept={
            date: schema.from_json(row.input)
            for date, row in days.items()
            if row.settled_at is not None
        },
        locked_months=_locked_months(company, first, last),
        now=now,
    )


def _touched(work: _Work, named: Collection[int]) -> tuple[dt.date, dt.date]:
    """Say anew which row owns each punch; return the stretch with every row that this concerns."""
    work.owners = _owners(work)
    dates = [work.first, work.last]
    for state in work.states:
        owner = work.owners.get(str(state.punch_public_id))
        mine = [state.attendance_date] if state.attendance_date else []
        mine += [owner.date] if owner else []
        if state.pk in named or any(work.first <= date <= work.last for date in mine):
            dates += mine
    return min(dates), max(dates)


def _locked_months(company: Company, first: dt.date, last: dt.date) -> set[dt.date]:
    return set(
        AttendancePeriod.objects.filter(
            company=company,
            state=PeriodState.LOCKED,
            starts_on__range=(first.replace(day=1), last),
        ).values_list("starts_on", flat=True)
    )


def _attribution(state: PunchState) -> tuple[Any, ...]:
    return state.attendance_date, state.slot, state.owner_reason, state.judged_at is None


def tap_of(state: PunchState) -> Tap:
    """Return a punch as the rules see it."""
    return Tap(
        key=str(state.punch_public_id),
        at=state.occurred_at,
        direction=Direction(state.direction),
        source=Source(state.source),
    )


def _owners(work: _Work) -> dict[str, Owner]:
    """Return the row of each live punch, by its key."""
    return windows.attribute(
        [tap_of(state) for state in work.live()],
        _untrimmed(work),
        zone_of=work.calendar.zone_at,
        policy_on=work.policy_on,
        fixed=_fixed(work),
    )


def _judge_all(work: _Work) -> None:
    occurrences = {item.date: item for item in windows.trim(_untrimmed(work))}
    taps = [tap_of(state) for state in work.live()]
    flagged = {
        str(state.punch_public_id)
        for state in work.live()
        if state.is_flagged and state.decided_at is None
    }
    for date in _dates(work.first, work.last):
        owned, outside = windows.taps_of(date, taps, work.owners)
        day = _input(work, date, occurrences.get(date), owned, outside)
        _judge_one(work, day, needs_a_look=any(tap.key in flagged for tap in owned))
    for state in work.states:
        owner = work.owners.get(str(state.punch_public_id))
        if owner is None or work.first <= owner.date <= work.last:
            _attribute(state, owner, work.now)


def _dates(first: dt.date, last: dt.date) -> Iterable[dt.date]:
    return (first + dt.timedelta(days=n) for n in range((last - first).days + 1))


def _untrimmed(work: _Work) -> list[Occurrence]:
    """Return the occurrences of the dates and their neighbours, their windows whole.

    A settled row keeps its shift and zone. Its stored window was cut by its neighbours already:
    cut once more it would lose another minute.
    """
    found: list[Occurrence | None] = []
    for date in _dates(work.first - _REACH, work.last + _REACH):
        kept = work.kept.get(date)
        if kept is None:
            found.append(work.calendar.occurrence_on(date))
        elif kept.occurrence is not None:
            found.append(windows.occurrence(date, kept.occurrence.pattern, kept.occurrence.zone))
    return [item for item in found if item is not None]


def _fixed(work: _Work) -> dict[str, Owner]:
    """Return the owners that stand: punches of settled rows stay where they are."""
    fixed: dict[str, Owner] = {}
    for state in work.live():
        date = state.attendance_date
        if date is not None and date in work.kept:
            reason = OwnerReason(state.owner_reason)
            is_outside = reason == OwnerReason.OUTSIDE_SHIFT
            fixed[str(state.punch_public_id)] = Owner(date, None if is_outside else date, reason)
    return fixed


def _attribute(state: PunchState, owner: Owner | None, now: dt.datetime) -> None:
    if owner is not None:
        state.attendance_date, state.owner_reason = owner.date, owner.reason.value
    state.judged_at = state.judged_at or now


def _input(
    work: _Work,
    date: dt.date,
    occurrence: Occurrence | None,
    taps: tuple[Tap, ...],
    outside: tuple[str, ...],
) -> DayInput:
    calendar = work.calendar
    marks = calendar.marks_on(date)
    kept = work.kept.get(date)
    if kept is not None:
        return replace(kept, taps=taps, outside_keys=outside, marks=marks)
    return DayInput(
        date=date,
        zone=calendar.zone_on(date),
        occurrence=occurrence,
        taps=taps,
        outside_keys=outside,
        day_kind=calendar.day_kind_on(date),
        marks=marks,
        employed=calendar.employee.is_employed_on(date),
        policy=calendar.policy_on(date).rules,
        calendar_revision=calendar.settings.revision,
    )


def _judge_one(work: _Work, day: DayInput, *, needs_a_look: bool) -> None:
    if day.date.replace(day=1) in work.locked_months:
        return
    verdict = judging.judge(day, now=work.now)
    if verdict.is_open or (verdict.settles_at and verdict.is_row and work.now < verdict.settles_at):
        work.waiting.add(day.date)
    row = work.days.get(day.date)
    # A date that is still open and has no punch says nothing yet: the sweep writes it in time.
    is_blank = verdict.is_open and not day.taps
    if not verdict.is_row or (is_blank and row is None):
        if row is not None:
            row.delete()
            work.written.append(row)
        return
    values = _columns(day, verdict, needs_a_look=needs_a_look)
    if row is None:
        employee = work.calendar.employee
        row = AttendanceDay(company=employee.company, employee=employee, date=day.date)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return
    _write(row, values, work.now)
    work.written.append(row)


def _write(row: AttendanceDay, values: dict[str, Any], now: dt.datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.judged_at = now
    # Leave and days off have their status before the window closes: until then they stay open
    # to a change of shift, zone or calendar, and to punches.
    if row.settled_at is None and not row.is_open and values["settles_at"] <= now:
        row.settled_at = now
    if row.pk is None:
        row.save(force_insert=True)
    else:
        row.save(update_fields=[*values, "judged_at", "settled_at"])


def _columns(day: DayInput, verdict: Verdict, *, needs_a_look: bool) -> dict[str, Any]:
    """Return the columns of the row that the verdict fills."""
    exceptions = [item.value for item in verdict.exceptions]
    if needs_a_look:
        exceptions.append(DayException.FACE.value)
    occurrence = day.occurrence
    pattern = occurrence.pattern if occurrence else None
    return {
        "status": verdict.status.value if verdict.status else "",
        "code": verdict.code,
        "is_open": verdict.is_open,
        "settles_at": verdict.settles_at,
        "next_at": verdict.next_at,
        "shift_name": pattern.name if pattern else "",
        "scheduled_start_at": occurrence.starts_at if occurrence else None,
        "scheduled_end_at": occurrence.ends_at if occurrence else None,
        "first_in_at": verdict.first_in_at,
        "last_out_at": verdict.last_out_at,
        "zone": day.zone,
        "worked_minutes": verdict.worked_minutes,
        "break_minutes": verdict.break_minutes,
        "late_minutes": verdict.late_minutes,
        "early_minutes": verdict.early_minutes,
        "exceptions": exceptions,
        "steps": [{"code": step.code, "values": dict(step.values)} for step in verdict.steps],
        "input": schema.to_json(day),
        "policy_version": _uuid(day.policy.version_id),
        "shift_version": _uuid(pattern.version_id if pattern else ""),
        "calendar_revision": day.calendar_revision,
    }


def _uuid(text: str) -> uuid.UUID | None:
    # As the column gives it back: a row that did not change must compare equal.
    return uuid.UUID(text) if text else None


def _save_states(work: _Work, *, amended: Collection[int]) -> None:
    """Write the states that changed: of most their row alone, for others may hold their lease."""
    changed = [state for state in work.states if state.pk in amended]
    moved = [
        state
        for state in work.states
        if state.pk not in amended and _attribution(state) != work.before[state.pk]
    ]
    for state in changed:
        # One as a rule: `bulk_update` of one row costs more time than judging its days.
        state.save(update_fields=_ATTRIBUTION + _AMENDABLE)
    if moved:
        PunchState.objects.bulk_update(moved, _ATTRIBUTION)


def around(calendar_zone: str, instant: dt.datetime) -> tuple[dt.date, dt.date]:
    """Return the dates whose rows a punch at this instant may touch."""
    date = zones.local_date(instant, calendar_zone)
    return date - dt.timedelta(days=1), date + dt.timedelta(days=1)


@transaction.atomic
def person_recompute(
    *, employee: Employee, first: dt.date, last: dt.date, now: dt.datetime
) -> list[AttendanceDay]:
    """Judge one person's stretch of dates again, in a transaction of its own."""
    locked = lock_person(employee)
    return days_recompute(employee=locked, first=first, last=last, now=now)
