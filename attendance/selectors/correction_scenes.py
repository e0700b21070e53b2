"""What corrections are judged by: people's days and all that decides about them, loaded at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass, replace

from attendance.enums import CorrectionKind, Direction, Source
from attendance.models import CorrectionRequest, PunchState
from attendance.rules import corrections as rules
from attendance.rules import schema
from attendance.rules.corrections import Effect, Refusal, Wanted
from attendance.rules.person import PersonCalendar
from attendance.rules.stretch import REACH, Stretch
from attendance.rules.types import Owner, Tap
from attendance.rules.zones import DAY
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee


@dataclass(frozen=True)
class Scene:
    """One person's days, and the punches around them, voided ones too."""

    stretch: Stretch
    states: tuple[PunchState, ...]

    @property
    def calendar(self) -> PersonCalendar:
        return self.stretch.calendar

    def standing_on(self, date: dt.date) -> list[PunchState]:
        """Return the punches that count for the date, in order."""
        return [
            state for state in self.states
            if state.attendance_date == date and state.voided_at is None
        ]  # fmt: skip

    def concerned(self, wanted: Wanted) -> tuple[dt.date, ...] | Refusal:
        """Return the dates that the request concerns, or why there is none."""
        found = rules.concerned(self.stretch, wanted)
        return found if isinstance(found, Refusal) else found.dates

    def effects(self, wanted: Wanted, *, now: dt.datetime) -> tuple[Effect, ...]:
        """Return the days as they are and as they would be; none where nothing may be asked."""
        dates = self.concerned(wanted)
        if isinstance(dates, Refusal):
            return ()
        return rules.effects(self.stretch, wanted, dates, now=now)


def scenes(
    company: Company, employees: Collection[Employee], *, first: dt.date, last: dt.date
) -> dict[int, Scene]:
    """Return each person's scene of these dates, by primary key; six statements for everybody.

    With the settings in memory; one more where holidays may be picked.
    """
    since, until = first - REACH - DAY, last + REACH + DAY
    calendars = people.person_calendars(
        company, employees, settings=company_settings(company), first=since, last=until
    )
    for key, manuals in people.manual_verdicts(calendars, first=since, last=until).items():
        calendars[key].manuals = manuals
    rows = people.judged_days(calendars, first=since, last=until)
    states = people.punch_states(
        calendars,
        since=dt.datetime.combine(since, dt.time.min, dt.UTC),
        until=dt.datetime.combine(until, dt.time.max, dt.UTC),
    )
    found = {}
    for key, calendar in calendars.items():
        kept = {
            date: schema.from_json(row.input)
            for (owner, date), row in rows.items()
            if owner == key and row.settled_at is not None
        }
        stretch = Stretch(calendar, first, last, kept=kept)
        found[key] = _scene(stretch, states[key])
    return found


def _scene(stretch: Stretch, states: list[PunchState]) -> Scene:
    live = [state for state in states if state.voided_at is None]
    taps = tuple(people.tap_of(state) for state in live)
    return Scene(replace(stretch, taps=taps, fixed=_fixed(stretch, live)), tuple(states))


def _fixed(stretch: Stretch, live: list[PunchState]) -> dict[str, Owner]:
    """Return the owners that stand: of settled days, and of days set by hand."""
    return {
        str(state.punch_public_id): people.owner_of(state, date)
        for state in live
        if (date := state.attendance_date) is not None
        and (date in stretch.kept or stretch.calendar.manual_on(date))
    }


def scene_of(employee: Employee, first: dt.date, last: dt.date) -> Scene:
    """Return one person's scene."""
    return scenes(employee.company, [employee], first=first, last=last)[employee.pk]


def wanted_of(request: CorrectionRequest) -> Wanted:
    """Return what a request asks for, as the rules see it; its punches are loaded along."""
    taps, voided = [], set()
    if request.out_at is not None:
        taps.append(_tap(0, request.out_at, Direction.OUT))
    for number, line in enumerate(request.punches.all(), start=1):
        if line.voids is not None:
            voided.add(str(line.voids.public_id))
        else:
            taps.append(_tap(number, line.occurred_at, Direction(line.direction)))
    return Wanted(
        kind=CorrectionKind(request.kind),
        first=request.date,
        last=request.until,
        with_days_off=request.with_days_off,
        added=tuple(taps),
        voided=frozenset(voided),
    )


def _tap(number: int, at: dt.datetime, direction: Direction) -> Tap:
    return Tap(f"correction:{number}", at, direction, Source.REGULARISATION)


def effects_of(
    requests: Collection[CorrectionRequest], *, now: dt.datetime
) -> dict[int, tuple[Effect, ...]]:
    """Return what each request would change, by its primary key; as many statements as for one.

    They are of one company, with the person and their punches loaded along.
    """
    if not requests:
        return {}
    people_of = {request.employee_id: request.employee for request in requests}
    found = scenes(
        next(iter(people_of.values())).company,
        list(people_of.values()),
        first=min(request.date for request in requests),
        last=max(request.until for request in requests),
    )
    return {
        request.pk: found[request.employee_id].effects(wanted_of(request), now=now)
        for request in requests
    }
