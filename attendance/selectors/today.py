"""What a person sees of today: the next action, the shift, the hours."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from attendance.enums import DayException, Direction
from attendance.models import AttendanceDay, CorrectionRequest, PunchState
from attendance.passes import PunchPass
from attendance.rules import windows, zones
from attendance.rules.person import PersonCalendar
from attendance.rules.types import DayKind, Occurrence
from attendance.selectors import corrections, people
from attendance.selectors.corrections import Question
from attendance.selectors.settings import company_settings
from companies.models import Employee

_DAY = dt.timedelta(days=1)
# How long a forgotten check-out is remembered, over days off and holidays; at least a week.
_LOOKS_BACK = dt.timedelta(days=14)
_EDGES = (Direction.IN, Direction.OUT)
# Tries that follow one another belong together this long.
_TRIES = dt.timedelta(minutes=30)


@dataclass(frozen=True)
class Presence:
    """Whether somebody is in: the check-in that is not closed yet, and the breaks since.

    The last break runs while it has no end.
    """

    open_in: PunchState | None = None
    breaks: tuple[tuple[dt.datetime, dt.datetime | None], ...] = ()

    @property
    def on_break_since(self) -> dt.datetime | None:
        return self.breaks[-1][0] if self.breaks and self.breaks[-1][1] is None else None

    def minutes(self, now: dt.datetime) -> int:
        """Return the minutes from the check-in until now, breaks left out."""
        if self.open_in is None:
            return 0
        whole = now - self.open_in.occurred_at
        away = sum(((end or now) - start for start, end in self.breaks), dt.timedelta())
        return max(0, int((whole - away).total_seconds() // 60))


@dataclass(frozen=True)
class Today:
    """One person's present: everything in their zone.

    `date` is the local date; `row` the judged row that the person is working on (yesterday's,
    when a night shift goes on). `direction` is the next action, `other` what may be done instead.
    `needs_check` says whether somebody looks at a check-in without evidence.
    `question` is what a forgotten check-out asks, `asked` what was answered and waits.
    """

    employee: Employee
    zone: str
    date: dt.date
    direction: Direction
    action_key: str
    other: Direction | None
    other_key: str
    occurrence: Occurrence | None
    day_kind: DayKind
    row: AttendanceDay | None
    presence: Presence
    last_punch: PunchState | None
    week_minutes: int
    needs_check: bool
    missing_out_on: dt.date | None
    question: Question | None
    asked: CorrectionRequest | None

    @property
    def open_in(self) -> PunchState | None:
        return self.presence.open_in

    def claim(self, *, has_consent: bool) -> PunchPass:
        """Return what the punch pass of this page states."""
        return PunchPass(
            company=str(self.employee.company.public_id),
            employee=str(self.employee.public_id),
            zone=self.zone,
            direction=self.direction,
            action_key=self.action_key,
            has_consent=has_consent,
        )


def today(*, employee: Employee, now: dt.datetime) -> Today:
    """Return the person's present; five statements with the settings in memory.

    One more where a check-out is missing.
    """
    settings = company_settings(employee.company)
    utc = now.date()
    calendar = people.person_calendars(
        employee.company, [employee], settings=settings, first=utc - 2 * _DAY, last=utc + 2 * _DAY
    )[employee.pk]
    zone, date = calendar.zone_at(now), calendar.date_at(now)
    states = people.punch_states([employee.pk], since=now - 2 * _DAY, until=now)[employee.pk]
    live = [state for state in states if state.voided_at is None]
    monday = date - dt.timedelta(days=date.weekday())
    # Tomorrow's row may be there: of a shift just after midnight that began this evening.
    rows = people.judged_days([employee.pk], first=date - _LOOKS_BACK, last=date + _DAY)
    by_date = {row_date: row for (_pk, row_date), row in rows.items()}
    presence = presence_of(live, calendar, now)
    policy = calendar.policy_on(date)
    direction, other = _actions(presence, offers_breaks=policy.offers_breaks)
    last = live[-1] if live else None
    open_in = presence.open_in
    current = open_in.attendance_date if open_in and open_in.attendance_date else date
    missing_on = _missing_out(by_date, date)
    waiting = corrections.waiting([employee.pk])
    asked = corrections.over(waiting, missing_on, missing_on) if missing_on else None
    return Today(
        employee=employee,
        zone=zone,
        date=date,
        direction=direction,
        action_key=_action_key(employee, states, date, direction),
        other=other,
        other_key=_action_key(employee, states, date, other) if other else "",
        occurrence=calendar.occurrence_on(current),
        day_kind=calendar.day_kind_on(current),
        row=by_date.get(current),
        presence=presence,
        last_punch=last,
        week_minutes=sum(
            row.worked_minutes
            for day, row in by_date.items()
            if monday <= day < monday + dt.timedelta(days=7)
        ),
        needs_check=not policy.allows_unchecked,
        missing_out_on=missing_on,
        question=corrections.question(by_date[missing_on]) if missing_on else None,
        asked=asked.first() if asked is not None else None,
    )


def _actions(presence: Presence, *, offers_breaks: bool) -> tuple[Direction, Direction | None]:
    """Return the next action, and what may be done instead; a break that runs can always end."""
    if presence.open_in is None:
        return Direction.IN, None
    if presence.on_break_since is not None:
        return Direction.BREAK_END, Direction.OUT
    return Direction.OUT, Direction.BREAK_START if offers_breaks else None


def _action_key(
    employee: Employee, states: list[PunchState], date: dt.date, direction: Direction
) -> str:
    """Name the shown action; never the same again once it is answered, voided or a day has passed.

    Voided punches count: a key that came back would bring back an answered tap.
    """
    after = states[-1].punch_public_id if states else f"{employee.public_id}:{date}"
    return f"{after}:{direction.value}"


def presence_of(live: list[PunchState], calendar: PersonCalendar, now: dt.datetime) -> Presence:
    """Return whether somebody with these punches (in order, none voided) is in."""
    open_in = _open_in(live, calendar, now)
    if open_in is None:
        return Presence()
    breaks: list[tuple[dt.datetime, dt.datetime | None]] = []
    for state in live:
        if state.occurred_at < open_in.occurred_at:
            continue
        is_running = bool(breaks) and breaks[-1][1] is None
        if state.direction == Direction.BREAK_START and not is_running:
            breaks.append((state.occurred_at, None))
        elif state.direction == Direction.BREAK_END and is_running:
            breaks[-1] = breaks[-1][0], state.occurred_at
    return Presence(open_in, tuple(breaks))


def _open_in(
    live: list[PunchState], calendar: PersonCalendar, now: dt.datetime
) -> PunchState | None:
    """Return the check-in that a check-out now would close.

    Once the window of a later shift has opened, an older check-in is a forgotten check-out, and
    what comes next is an in again.
    """
    latest = next((s for s in reversed(live) if s.direction in _EDGES), None)
    if latest is None or latest.direction == Direction.OUT:
        return None
    began_on = latest.attendance_date or zones.local_date(latest.occurred_at, latest.zone)
    hours = calendar.policy_on(began_on).rules.max_presence_hours
    if now - latest.occurred_at > dt.timedelta(hours=hours):
        return None
    is_forgotten = any(
        began_on < item.date and latest.occurred_at < item.opens_at <= now
        for item in occurrences_near(calendar, now)
    )
    return None if is_forgotten else latest


def occurrences_near(calendar: PersonCalendar, now: dt.datetime) -> tuple[Occurrence, ...]:
    """Return the occurrences around now, their windows cut where they overlap.

    Tomorrow's is among them: the window of a shift just after midnight opens this evening.
    """
    date = calendar.date_at(now)
    found = (calendar.occurrence_on(day) for day in (date - _DAY, date, date + _DAY))
    return windows.trim(item for item in found if item is not None)


def _missing_out(rows: dict[dt.date, AttendanceDay], date: dt.date) -> dt.date | None:
    """Return the last date worked before this one, where its check-out was forgotten."""
    before = [
        day for day, row in rows.items() if day < date and (row.first_in_at or row.last_out_at)
    ]
    if not before:
        return None
    latest = rows[max(before)]
    return latest.date if DayException.MISSING_OUT.value in latest.exceptions else None


def refused_lately(state: PunchState) -> int:
    """Return how many of the person's check-ins were refused in the last while, this one too."""
    since = state.occurred_at - _TRIES
    refused = PunchState.objects.filter(
        employee=state.employee_id, is_refused=True, occurred_at__range=(since, state.occurred_at)
    )
    return int(refused.count())
