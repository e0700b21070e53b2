"""Judging many people's stretches of days: load, judge, and write only what changed.

Loading and writing take a fixed number of statements, however many people and days there are
(SQLite takes a statement of its own for every few dozen rows). Everything between is in memory:
nothing is written before all is judged, so that a difference can be shown first.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from types import MappingProxyType
from typing import Any

from attendance.enums import DayException, PeriodState
from attendance.models import AttendanceDay, AttendancePeriod, PunchState
from attendance.rules import judge as judging
from attendance.rules import schema
from attendance.rules.judge import Judged
from attendance.rules.settings import CompanySettings
from attendance.rules.stretch import Stretch, dates
from attendance.rules.types import DayInput, Owner, Verdict
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from attendance.services import overtime_days
from attendance.services.changes import DAY_FIGURES, Change, Figures
from attendance.services.overtime_days import OvertimeWork
from companies.models import Company, Employee

_ATTRIBUTION = ("attendance_date", "slot", "owner_reason", "judged_at")
_AMENDABLE = (
    "face", "face_reason", "similarity", "liveness", "liveness_reason", "is_flagged", "is_refused",
    "decided_at", "voided_at", "verify_next_at", "leased_until",
)  # fmt: skip
# So many people are held in memory at a time.
PEOPLE_A_BATCH = 50
# One row is saved faster by itself than in bulk.
_FEW = 3
WEEK = dt.timedelta(days=7)

Amend = Callable[[PunchState], None]
Dates = tuple[dt.date, dt.date]
NOTHING: Mapping[int, Amend] = MappingProxyType({})


@dataclass
class Work:
    """One person's stretch of dates: everything loaded, then everything judged.

    `before` is the attribution of the punches as it was found, `owners` as it is now. `created`,
    `updated` and `deleted` are rows to write; `waiting` are dates whose verdict is still to come.
    `judged` is what was judged, `fresh` the dates judged by the settings in force, in
    their extra minutes alone where `is_overtime_fresh`.
    """

    employee: Employee
    stretch: Stretch
    states: list[PunchState]
    before: dict[int, tuple[Any, ...]]
    days: dict[dt.date, AttendanceDay]
    locked_months: set[dt.date]
    now: dt.datetime
    owners: dict[str, Owner] = field(default_factory=dict)
    created: list[AttendanceDay] = field(default_factory=list)
    updated: list[AttendanceDay] = field(default_factory=list)
    deleted: list[AttendanceDay] = field(default_factory=list)
    changes: list[Change] = field(default_factory=list)
    waiting: set[dt.date] = field(default_factory=set)
    judged: list[Judged] = field(default_factory=list)
    overtime: OvertimeWork = field(default_factory=OvertimeWork)
    fresh: set[dt.date] = field(default_factory=set)
    is_overtime_fresh: bool = False

    @property
    def written(self) -> list[AttendanceDay]:
        return [*self.created, *self.updated, *self.deleted]

    def live(self) -> list[PunchState]:
        return [state for state in self.states if state.voided_at is None]


@dataclass(frozen=True)
class _Order:
    """What is to be judged: `asked` dates by person; settled rows anew where `is_fresh`."""

    company: Company
    employees: Sequence[Employee]
    asked: Mapping[int, Dates]
    now: dt.datetime
    is_fresh: bool
    is_unlocked: bool
    settings: CompanySettings
    is_overtime_fresh: bool = False


def judge_people(
    company: Company,
    employees: Sequence[Employee],
    *,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    amend: Mapping[int, Amend] = NOTHING,
    is_fresh: bool = False,
    is_unlocked: bool = False,
    settings: CompanySettings | None = None,
    is_overtime_fresh: bool = False,
) -> list[Work]:
    """Judge the people's rows from `first` to `last` again, in memory; `save` writes them.

    `amend` changes punch states (by primary key) before the judging. A row outside the stretch
    is judged too where one of these punches belongs to it, or where a punch moves between it and
    the stretch: none counts twice or nowhere. A settled row keeps its shift, policy and calendar,
    only its punches may differ; with `is_fresh` those of the stretch are judged by the settings
    in force on their dates, unless HR set them by hand. A row of a locked month is left alone,
    but for `is_unlocked`: it is judged as if its month were open, to show what that would change.
    With `is_overtime_fresh` extra minutes alone are computed by the policies in force, or by those
    of `settings`, which may be a change that nobody has written yet.
    """
    asked = {employee.pk: (first, last) for employee in employees}
    settings = settings or company_settings(company)
    order = _Order(
        company, employees, asked, now, is_fresh, is_unlocked, settings, is_overtime_fresh
    )
    works = _load(order, asked, {})
    for work in works.values():
        for state in work.states:
            if state.pk in amend:
                amend[state.pk](state)
    pending = dict(works)
    while wider := _widened(pending.values(), amend.keys()):
        pending = _load(order, wider, works)
        works |= pending
    for work in works.values():
        _judge_all(work, amend.keys())
    found = list(works.values())
    overtime_days.overtime_compute(found, locked=_locked_around(order, found))
    return found


def _locked_around(order: _Order, works: Sequence[Work]) -> set[dt.date]:
    """Return the locked months that extra minutes may lie in: those of the weeks around, too."""
    if order.is_unlocked or not works or not order.settings.overtime:
        return set()
    first = min(work.stretch.first for work in works)
    last = max(work.stretch.last for work in works)
    if first.replace(day=1) == (first - WEEK).replace(day=1) and last.month == (last + WEEK).month:
        return works[0].locked_months
    return _locked_months(order.company, first - WEEK, last + WEEK)


def _widened(works: Iterable[Work], named: Collection[int]) -> dict[int, Dates]:
    """Return the wider stretch of each person whose punches concern rows outside of theirs."""
    found = {}
    for work in works:
        stretch = _touched(work, named)
        if stretch != (work.stretch.first, work.stretch.last):
            found[work.employee.pk] = stretch
    return found


def _touched(work: Work, named: Collection[int]) -> Dates:
    """Say anew which row owns each punch; return the stretch with every row that this concerns."""
    work.stretch.taps = tuple(people.tap_of(state) for state in work.live())
    work.stretch.fixed = _fixed(work)
    work.owners = work.stretch.owners()
    while held := _held(work):
        work.stretch.fixed = {**work.stretch.fixed, **held}
        work.owners = work.stretch.owners()
    first, last = work.stretch.first, work.stretch.last
    dates = [first, last]
    for state in work.states:
        owner = work.owners.get(str(state.punch_public_id))
        mine = [state.attendance_date] if state.attendance_date else []
        mine += [owner.date] if owner else []
        if state.pk in named or any(first <= date <= last for date in mine):
            dates += mine
    return min(dates), max(dates)


# --- loading --------------------------------------------------------------------------------------
def _load(order: _Order, spans: Mapping[int, Dates], seen: Mapping[int, Work]) -> dict[int, Work]:
    """Load the stretches; punches `seen` before stay the objects they are, amended."""
    company = order.company
    employees = [employee for employee in order.employees if employee.pk in spans]
    first = min(span[0] for span in spans.values())
    last = max(span[1] for span in spans.values())
    settings = order.settings
    around = overtime_days.margin(settings)
    since, until = first - around, last + around
    calendars = people.person_calendars(
        company, employees, settings=settings, first=since, last=until
    )
    for pk, manuals in people.manual_verdicts(spans, first=since, last=until).items():
        calendars[pk].manuals = manuals
    rows: dict[int, dict[dt.date, AttendanceDay]] = {pk: {} for pk in spans}
    for (pk, date), row in people.judged_days(spans, first=since, last=until).items():
        rows[pk][date] = row
    states = people.punch_states(
        spans,
        since=dt.datetime.combine(since, dt.time.min, dt.UTC),
        until=dt.datetime.combine(until, dt.time.max, dt.UTC),
    )
    locked = set() if order.is_unlocked else _locked_months(company, first, last)
    works = {}
    for employee in employees:
        pk = employee.pk
        known = {state.pk: state for state in seen[pk].states} if pk in seen else {}
        kept = {
            date: schema.from_json(row.input)
            for date, row in rows[pk].items()
            if row.settled_at is not None and not _is_anew(order, row, locked)
        }
        works[pk] = Work(
            employee=employee,
            stretch=Stretch(calendars[pk], *spans[pk], kept=kept),
            states=[known.get(state.pk, state) for state in states[pk]],
            before={state.pk: _attribution(state) for state in states[pk]},
            days=rows[pk],
            locked_months=locked,
            now=order.now,
            fresh=_fresh_dates(order, pk),
            is_overtime_fresh=order.is_overtime_fresh,
        )
    return works


def _fresh_dates(order: _Order, pk: int) -> set[dt.date]:
    is_anew = order.is_fresh or order.is_overtime_fresh
    return set(dates(*order.asked[pk])) if is_anew else set()


def _is_anew(order: _Order, row: AttendanceDay, locked: set[dt.date]) -> bool:
    """Whether a settled row is judged by the settings in force instead of those it was judged by.

    Verdicts by hand and locked months keep theirs.
    """
    first, last = order.asked[row.employee_id]
    return (
        order.is_fresh
        and first <= row.date <= last
        and row.date.replace(day=1) not in locked
        and row.input.get("manual") is None
    )


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


def _fixed(work: Work) -> dict[str, Owner]:
    """Return the owners that stand: punches of settled rows and of days set by hand or skipped."""
    fixed: dict[str, Owner] = {}
    for state in work.live():
        date = state.attendance_date
        if date is None:
            continue
        if date in work.stretch.kept or work.stretch.calendar.manual_on(date):
            fixed[str(state.punch_public_id)] = people.owner_of(state, date)
    return fixed


def _held(work: Work) -> dict[str, Owner]:
    """Return the owners of punches that would leave their row for one of a locked month.

    They stay: it would not count them, and they would count nowhere.
    """
    held: dict[str, Owner] = {}
    for state in work.live():
        date, key = state.attendance_date, str(state.punch_public_id)
        owner_date = work.owners[key].date
        if date not in (None, owner_date) and owner_date.replace(day=1) in work.locked_months:
            held[key] = people.owner_of(state, date)
    return held


# --- judging --------------------------------------------------------------------------------------
def _judge_all(work: Work, amended: Collection[int]) -> None:
    flagged = {
        str(state.punch_public_id)
        for state in work.live()
        if state.is_flagged and state.decided_at is None
    }
    for day in work.stretch.inputs(work.owners):
        _judge_one(work, day, needs_a_look=any(tap.key in flagged for tap in day.taps))
    first, last = work.stretch.first, work.stretch.last
    for state in work.states:
        owner = work.owners.get(str(state.punch_public_id))
        if owner is None or first <= owner.date <= last:
            _attribute(state, owner)
            # What came through the door is done with by its own weighing, which may flag it; until
            # then it counts, and the sweep looks for it.
            if state.verify_next_at is None or state.pk in amended:
                state.judged_at = state.judged_at or work.now


def _attribute(state: PunchState, owner: Owner | None) -> None:
    if owner is not None:
        state.attendance_date, state.owner_reason = owner.date, owner.reason.value


def _judge_one(work: Work, day: DayInput, *, needs_a_look: bool) -> None:
    if day.date.replace(day=1) in work.locked_months:
        return
    row = work.days.get(day.date)
    now = work.now
    if row is not None and row.settled_at is not None and day.date in work.stretch.kept:
        # A job's clock may stand before the moment at which another settled the row.
        now = max(now, row.settled_at)
    judged = judging.judge_whole(day, now=now)
    work.judged.append(judged)
    verdict = judged.verdict
    if verdict.is_open or (verdict.settles_at and verdict.is_row and now < verdict.settles_at):
        work.waiting.add(day.date)
    before = _figures(row) if row else None
    # A date that is still open and has no punch says nothing yet: the sweep writes it in time.
    is_blank = verdict.is_open and not day.taps
    if not verdict.is_row or (is_blank and row is None):
        if row is not None:
            work.deleted.append(row)
            work.changes.append(Change(work.employee, day.date, day.zone, before, None))
        return
    values = _columns(day, verdict, needs_a_look=needs_a_look)
    values["overtime_version"] = _uuid(overtime_days.version_for(work, day.date, row))
    if row is None:
        employee = work.employee
        row = AttendanceDay(company=employee.company, employee=employee, date=day.date)
        work.created.append(row)
    elif all(getattr(row, name) == value for name, value in values.items()):
        return
    else:
        work.updated.append(row)
    _fill(row, values, now)
    after = _figures(row)
    if after != before:
        work.changes.append(Change(work.employee, day.date, day.zone, before, after))


def _figures(row: AttendanceDay) -> Figures:
    return {name: getattr(row, name) for name in DAY_FIGURES}


def _fill(row: AttendanceDay, values: dict[str, Any], now: dt.datetime) -> None:
    for name, value in values.items():
        setattr(row, name, value)
    row.judged_at = now
    # Leave and days off have their status before the window closes: until then they stay open
    # to a change of shift, zone or calendar, and to punches.
    is_settled = not row.is_open and values["settles_at"] <= now
    row.settled_at = (row.settled_at or now) if is_settled else None


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


# All that judging may change: every column but those that say whose row it is, and of which date.
_NAMES = ("id", "public_id", "company", "employee", "date", "slot")
_COLUMNS = tuple(
    field.name for field in AttendanceDay._meta.concrete_fields if field.name not in _NAMES
)


def _uuid(text: str) -> uuid.UUID | None:
    # As the column gives it back: a row that did not change must compare equal.
    return uuid.UUID(text) if text else None


# --- writing --------------------------------------------------------------------------------------
def save(works: Collection[Work], *, amended: Collection[int] = ()) -> None:
    """Write what judging changed: rows made, changed and taken away, and whose punches moved."""
    _save_days(
        created=[row for work in works for row in work.created],
        updated=[row for work in works for row in work.updated],
        deleted=[row for work in works for row in work.deleted],
    )
    overtime_days.save(works)
    _save_states([state for work in works for state in _moved(work, amended)], amended)


def _save_days(
    *,
    created: list[AttendanceDay],
    updated: list[AttendanceDay],
    deleted: list[AttendanceDay],
) -> None:
    if len(created) + len(updated) <= _FEW:
        for row in created:
            row.save(force_insert=True)
        for row in updated:
            row.save(update_fields=_COLUMNS)
    else:
        AttendanceDay.objects.bulk_create(created)
        # An upsert that always meets its row: `bulk_update` compares every row with every column.
        AttendanceDay.objects.bulk_create(
            updated, update_conflicts=True, unique_fields=["id"], update_fields=_COLUMNS
        )
    if deleted:
        AttendanceDay.objects.filter(pk__in=[row.pk for row in deleted]).delete()


def _moved(work: Work, amended: Collection[int]) -> list[PunchState]:
    return [
        state
        for state in work.states
        if state.pk in amended or _attribution(state) != work.before[state.pk]
    ]


def _save_states(states: list[PunchState], amended: Collection[int]) -> None:
    """Write the states that changed: of most their row alone, for others may hold their lease."""
    moved = []
    for state in states:
        if state.pk in amended:
            # One as a rule: `bulk_update` of one row costs more time than judging its days.
            state.save(update_fields=_ATTRIBUTION + _AMENDABLE)
        else:
            moved.append(state)
    if moved:
        PunchState.objects.bulk_update(moved, _ATTRIBUTION)
