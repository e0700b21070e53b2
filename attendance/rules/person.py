"""What holds for one person on a date: zone, shift, kind of day, marks, employment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from attendance.rules import calendar, windows, zones
from attendance.rules.overtime.types import OvertimePolicy
from attendance.rules.settings import CompanyPolicy, CompanySettings, Key, OfficeSettings, Steps
from attendance.rules.types import CalendarEntry, DayKind, Manual, Mark, Occurrence, Pattern


@dataclass(frozen=True, slots=True, kw_only=True)
class Employment:
    """From when to when somebody works here; an inactive person does on no date.

    Before `judged_from` nobody was absent: they could not punch yet.
    """

    joined_on: dt.date
    left_on: dt.date | None = None
    is_active: bool = True
    judged_from: dt.date | None = None

    def holds_on(self, date: dt.date) -> bool:
        return self.is_active and self.joined_on <= date <= (self.left_on or dt.date.max)

    def is_judged_on(self, date: dt.date) -> bool:
        """Whether an absence on the date is one that Muster writes."""
        return self.judged_from is None or date >= self.judged_from


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a person stands from a date; what is empty is inherited."""

    office_id: Key | None = None
    default_shift_id: Key | None = None
    zone: str = ""
    weekly_off: Mapping[str, Any] | None = None
    overtime_policy_id: Key | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """A person on a shift from a date to a date, both included; without an end it stays open."""

    shift_id: Key
    starts_on: dt.date
    ends_on: dt.date | None = None

    def holds_on(self, date: dt.date) -> bool:
        return self.starts_on <= date <= (self.ends_on or dt.date.max)


@dataclass
class PersonCalendar:
    """One person's dated facts beside the company's settings; answers for any loaded date."""

    employment: Employment
    settings: CompanySettings
    places: Steps[Place]
    assignments: Sequence[Assignment] = ()
    marks: Mapping[dt.date, Sequence[Mark]] = field(default_factory=dict)
    manuals: Mapping[dt.date, Manual] = field(default_factory=dict)
    picked: frozenset[str] = frozenset()  # optional holidays, by their keys

    def _office_on(self, date: dt.date) -> tuple[Key | None, OfficeSettings | None]:
        place = self.places.on_or_first(date)
        office_id = place.office_id if place else None
        return office_id, self.settings.office_on(office_id, date)

    def policy_on(self, date: dt.date) -> CompanyPolicy:
        return self.settings.policy_on(date)

    def zone_on(self, date: dt.date) -> str:
        """The person's own zone, else their office's, else the company's."""
        place = self.places.on_or_first(date)
        _office_id, office = self._office_on(date)
        own = place.zone if place else ""
        return own or (office.zone if office else "") or self.policy_on(date).zone

    def zone_at(self, instant: dt.datetime) -> str:
        """The zone of the person's clocks at an instant: that of the date they show."""
        return self.zone_on(zones.local_date(instant, self.zone_on(instant.date())))

    def date_at(self, instant: dt.datetime) -> dt.date:
        """The date that it is for the person at an instant."""
        return zones.local_date(instant, self.zone_at(instant))

    def pattern_on(self, date: dt.date) -> Pattern | None:
        """The shift's knobs: the roster's, else the person's default shift's."""
        return self.settings.pattern_on(self._shift_on(date), date)

    def _shift_on(self, date: dt.date) -> Key | None:
        for item in self.assignments:
            if item.holds_on(date):
                return item.shift_id
        place = self.places.on_or_first(date)
        return place.default_shift_id if place else None

    def overtime_on(self, date: dt.date) -> OvertimePolicy | None:
        """The policy of extra and missing minutes: the person's own, the shift's, the company's."""
        if not self.settings.overtime:
            return None
        place = self.places.on_or_first(date)
        own = place.overtime_policy_id if place else None
        return self.settings.overtime_on(own, self._shift_on(date), date)

    def entries_on(self, date: dt.date) -> tuple[CalendarEntry, ...]:
        """What the work calendar holds of the date for this person, picked or not."""
        office_id, office = self._office_on(date)
        return self.settings.entries_on(date, office_id, office)

    def day_kind_on(self, date: dt.date) -> DayKind:
        """What the work calendar says of the date for this person."""
        place = self.places.on_or_first(date)
        _office_id, office = self._office_on(date)
        weekly_off = place.weekly_off if place else None
        if weekly_off is None and office is not None:
            weekly_off = office.weekly_off
        if weekly_off is None:
            weekly_off = self.policy_on(date).weekly_off
        return calendar.day_kind(date, weekly_off, self.entries_on(date), self.picked)

    def occurrence_on(self, date: dt.date) -> Occurrence | None:
        """The shift's occurrence on the date, its window untrimmed; none without a shift."""
        pattern = self.pattern_on(date)
        if pattern is None or not self.employment.holds_on(date):
            return None
        return windows.occurrence(date, pattern, self.zone_on(date))

    def marks_on(self, date: dt.date) -> tuple[Mark, ...]:
        return tuple(self.marks.get(date, ()))

    def manual_on(self, date: dt.date) -> Manual | None:
        """The verdict that HR set by hand on the date."""
        return self.manuals.get(date)
