"""Where everybody of a team is now: by people, each in exactly one group."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from enum import StrEnum

from attendance.enums import DayException
from attendance.models import AttendanceDay, PunchState
from attendance.rules import zones
from attendance.rules.cover import cover_of
from attendance.rules.person import PersonCalendar
from attendance.rules.types import DayInput, HalfKind, Occurrence, OwnerReason
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from attendance.selectors.today import Presence, occurrences_near, presence_of
from companies.models import Company, Employee

_DAY = dt.timedelta(days=1)


class Standing(StrEnum):
    """The groups, in the order in which somebody would ask for them."""

    MISSING = "missing"
    LATE = "late"
    IN = "in"
    ON_BREAK = "on_break"
    OUTSIDE = "outside"
    NOT_YET = "not_yet"
    LEFT = "left"
    ELSEWHERE = "elsewhere"
    ON_LEAVE = "on_leave"
    DAY_OFF = "day_off"


@dataclass(frozen=True, kw_only=True)
class Member:
    """One person now. `since` belongs to the standing: came, left, began, or should have begun."""

    employee: Employee
    standing: Standing
    zone: str
    date: dt.date
    since: dt.datetime | None = None
    occurrence: Occurrence | None = None
    row: AttendanceDay | None = None
    forgot_out_on: dt.date | None = None
    is_flagged: bool = False


def team_today(
    *, company: Company, employees: Collection[Employee], now: dt.datetime
) -> list[Member]:
    """Return where the people are, in their order; five statements with the settings in memory."""
    utc = now.date()
    calendars = people.person_calendars(
        company,
        employees,
        settings=company_settings(company),
        first=utc - 2 * _DAY,
        last=utc + 2 * _DAY,
    )
    states = people.punch_states(calendars, since=now - 2 * _DAY, until=now)
    rows = people.judged_days(calendars, first=utc - 2 * _DAY, last=utc + 2 * _DAY, is_lean=True)
    return [
        _member(employee, calendars[employee.pk], states[employee.pk], rows, now)
        for employee in employees
    ]


def _member(
    employee: Employee,
    calendar: PersonCalendar,
    states: list[PunchState],
    rows: dict[tuple[int, dt.date], AttendanceDay],
    now: dt.datetime,
) -> Member:
    live = [state for state in states if state.voided_at is None]
    presence = presence_of(live, calendar, now)
    date = _date(calendar, presence, now)
    row = rows.get((employee.pk, date))
    before = rows.get((employee.pk, date - _DAY))
    standing, since = _standing(calendar, presence, row, date, now)
    forgot = before is not None and DayException.MISSING_OUT.value in before.exceptions
    return Member(
        employee=employee,
        standing=standing,
        zone=calendar.zone_on(date),
        date=date,
        since=since,
        occurrence=calendar.occurrence_on(date),
        row=row,
        forgot_out_on=date - _DAY if forgot else None,
        is_flagged=any(s.is_flagged and s.attendance_date == date for s in live),
    )


def _date(calendar: PersonCalendar, presence: Presence, now: dt.datetime) -> dt.date:
    """Return the date that the person is on: a night shift goes on after midnight."""
    if presence.open_in is not None and presence.open_in.attendance_date is not None:
        return presence.open_in.attendance_date
    near = occurrences_near(calendar, now)
    going_on = (item.date for item in near if item.opens_at <= now <= item.closes_at)
    return next(going_on, calendar.date_at(now))


def _standing(
    calendar: PersonCalendar,
    presence: Presence,
    row: AttendanceDay | None,
    date: dt.date,
    now: dt.datetime,
) -> tuple[Standing, dt.datetime | None]:
    open_in = presence.open_in
    if open_in is not None:
        if presence.on_break_since is not None:
            return Standing.ON_BREAK, presence.on_break_since
        if open_in.owner_reason == OwnerReason.OUTSIDE_SHIFT:
            return Standing.OUTSIDE, open_in.occurred_at
        is_late = row is not None and row.late_minutes > 0
        return Standing.LATE if is_late else Standing.IN, open_in.occurred_at
    if row is not None and (row.first_in_at or row.last_out_at):
        return Standing.LEFT, row.last_out_at
    return _not_here(calendar, date, now)


def _not_here(
    calendar: PersonCalendar, date: dt.date, now: dt.datetime
) -> tuple[Standing, dt.datetime | None]:
    """Return why somebody without a punch is not here, and when they should be."""
    occurrence, day_kind = calendar.occurrence_on(date), calendar.day_kind_on(date)
    day = DayInput(
        date=date,
        zone=calendar.zone_on(date),
        occurrence=occurrence,
        day_kind=day_kind,
        marks=calendar.marks_on(date),
        policy=calendar.policy_on(date).rules,
    )
    cover = cover_of(day, is_day_off=day_kind.is_off)
    kinds = {half.kind if half else None for half in cover.halves}
    if None not in kinds and kinds != {HalfKind.OFF}:
        # Two halves of different kinds: whoever works, wherever, is not on leave.
        works = HalfKind.PRESENT in kinds
        return (Standing.ELSEWHERE if works else Standing.ON_LEAVE), None
    if occurrence is None or cover.starts_at is None:
        return Standing.DAY_OFF, None
    grace = dt.timedelta(minutes=occurrence.pattern.late_grace_minutes)
    minute = zones.floor_minute(now, day.zone)
    is_missing = minute > zones.floor_minute(cover.starts_at, day.zone) + grace
    return (Standing.MISSING if is_missing else Standing.NOT_YET), cover.starts_at
