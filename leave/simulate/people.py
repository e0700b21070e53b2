"""People as leave asks about them: what a date is to them, as it was known on another date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from attendance.enums import DayStatus
from attendance.rules.calendar import working_days_between
from attendance.rules.hours import fixed_breaks
from attendance.rules.person import PersonCalendar
from attendance.rules.settings import CompanySettings
from attendance.rules.spans import Span, length, subtract
from attendance.rules.types import Verdict
from attendance.simulate.build import World
from attendance.simulate.forms import Row, meant
from attendance.simulate.judging import judged
from attendance.simulate.people import Person
from leave.rules import asking
from leave.rules.accrual import Work
from leave.rules.amounts import HALF, ONE, ZERO
from leave.rules.counting import DayOf, LeaveDay
from leave.rules.running import Earner

_HOUR = dt.timedelta(hours=1)


@dataclass(eq=False)
class Someone:
    """One person; `added` is when each later day of a calendar became known, by its key."""

    person: Person
    world: World
    employment_type: str
    departments: frozenset[str]  # the person's own, and those above it
    added: Mapping[str, dt.date]
    _calendars: dict[frozenset[str], PersonCalendar] = field(default_factory=dict)
    _days: dict[tuple[frozenset[str], dt.date], LeaveDay] = field(default_factory=dict)
    _verdicts: dict[dt.date, Verdict] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return self.person.name

    @property
    def joined_on(self) -> dt.date:
        return self.person.calendar.employment.joined_on

    @property
    def left_on(self) -> dt.date | None:
        return self.person.calendar.employment.left_on

    @property
    def today(self) -> dt.date:
        """The date that it is for the person."""
        return self.person.calendar.date_at(self.world.now)

    def earner(self) -> Earner:
        """The person as the plans know them."""
        work = Work(
            hours_worked=self._hours_worked,
            hours_scheduled=self._hours_scheduled,
            days_worked=self._days_worked,
        )
        return Earner(joined_on=self.joined_on, left_on=self.left_on, work=work)

    def day_of(self, known_on: dt.date) -> DayOf:
        """What each date is, by the calendars as they were known on a date."""
        hidden = frozenset(key for key, on in self.added.items() if on > known_on)

        def day_of(date: dt.date) -> LeaveDay:
            if (hidden, date) not in self._days:
                self._days[hidden, date] = _leave_day(self._calendar(hidden), date)
            return self._days[hidden, date]

        return day_of

    def asking(self, known_on: dt.date) -> asking.Person:
        """The person as a request knows them."""
        day_of = self.day_of(known_on)
        return asking.Person(
            joined_on=self.joined_on,
            employment_type=self.employment_type,
            day_of=day_of,
            working_days_since_joining=lambda date: working_days_between(
                self.joined_on, date, lambda day: not day_of(day).is_off
            ),
        )

    def verdict_on(self, date: dt.date) -> Verdict:
        """How the date was judged."""
        if date not in self._verdicts:
            first = date.replace(day=1)
            last = (first + dt.timedelta(days=31)).replace(day=1) - dt.timedelta(days=1)
            for _person, day, verdict, _owners in judged(self.world, [self.person], first, last):
                self._verdicts[day.date] = verdict
        return self._verdicts[date]

    def _calendar(self, hidden: frozenset[str]) -> PersonCalendar:
        if hidden not in self._calendars:
            mine = self.person.calendar
            self._calendars[hidden] = replace(mine, settings=_without(mine.settings, hidden))
        return self._calendars[hidden]

    def _hours_worked(self, date: dt.date) -> Decimal:
        if date > self.today:
            return ZERO
        return Decimal(self.verdict_on(date).worked_minutes) / 60

    def _hours_scheduled(self, date: dt.date) -> Decimal:
        day = self.day_of(dt.date.max)(date)
        if day.is_off or not day.is_employed:
            return ZERO
        return HALF * len(day.working_halves) * Decimal(length(day.scheduled) / _HOUR)

    def _days_worked(self, date: dt.date) -> Decimal:
        if date > self.today:
            return ZERO
        status = self.verdict_on(date).status
        if status == DayStatus.HALF_DAY:
            return HALF
        return ONE if status in DayStatus.present else ZERO


def someones(scenario: Row, world: World) -> dict[str, Someone]:
    """Everybody by name; a department that nobody knows, or under itself, is told."""
    added = {
        row.get("key", row.spot.place): row["added_on"]
        for calendar in scenario["calendars"].values()
        for row in calendar["days"]
        if "added_on" in row
    }
    above = _above(scenario["departments"])
    found: dict[str, Someone] = {}
    for name, row in scenario["people"].items():
        mine = row["department"]
        if mine is not None and mine not in above:
            row.wrong("department", f"there is no {mine}{meant(mine, above)}")
        found[name] = Someone(
            world.people[name],
            world,
            row["employment_type"],
            above.get(mine or "", frozenset()),
            added,
        )
    return found


def _above(departments: Mapping[str, Row]) -> dict[str, frozenset[str]]:
    """Each department with those above it."""
    found: dict[str, frozenset[str]] = {}
    for name, row in departments.items():
        up, mine = row["under"], [name]
        if up is not None and up not in departments:
            row.wrong("under", f"there is no {up}{meant(up, departments)}")
        while up in departments:
            if up in mine:
                row.wrong("under", f"{name} stands under itself")
                break
            mine.append(up)
            up = departments[up]["under"]
        found[name] = frozenset(mine)
    return found


def _without(settings: CompanySettings, hidden: Iterable[str]) -> CompanySettings:
    keys = {*hidden}
    return replace(
        settings,
        calendar={
            date: tuple(row for row in rows if row.entry.key not in keys)
            for date, rows in settings.calendar.items()
        },
    )


def _leave_day(calendar: PersonCalendar, date: dt.date) -> LeaveDay:
    occurrence = calendar.occurrence_on(date)
    scheduled: tuple[Span, ...] = ()
    if occurrence is not None:
        whole = Span(occurrence.starts_at, occurrence.ends_at)
        scheduled = subtract([whole], fixed_breaks(occurrence))
    return LeaveDay(
        date=date,
        type=calendar.day_kind_on(date).type,
        scheduled=scheduled,
        is_employed=calendar.employment.holds_on(date),
    )
