"""What holds for a person on a date: zone, shift, day kind, marks; loaded for many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, field

from django.db.models import F, Q

from attendance.enums import MarkKind, Portion
from attendance.models import AttendanceDay, DayMark, PunchState, ShiftAssignment
from attendance.rules import calendar, windows, zones
from attendance.rules.types import DayKind, Mark, Occurrence, Pattern
from attendance.selectors.settings import CompanyPolicy, CompanySettings, OfficeSettings, Steps
from companies.models import Company, Employee, Placement


@dataclass
class PersonCalendar:
    """One person's dated facts beside the company's settings; answers for any loaded date."""

    employee: Employee
    settings: CompanySettings
    placements: Steps[Placement]
    assignments: list[ShiftAssignment]
    marks: dict[dt.date, list[Mark]] = field(default_factory=dict)

    def placement_on(self, date: dt.date) -> Placement | None:
        return self.placements.on_or_first(date)

    def _office_on(self, date: dt.date) -> tuple[int | None, OfficeSettings | None]:
        placement = self.placement_on(date)
        office_id = placement.office_id if placement else None
        return office_id, self.settings.office_on(office_id, date)

    def policy_on(self, date: dt.date) -> CompanyPolicy:
        return self.settings.policy_on(date)

    def zone_on(self, date: dt.date) -> str:
        """Return the person's own zone, else their office's, else the company's."""
        placement = self.placement_on(date)
        _office_id, office = self._office_on(date)
        own = placement.zone if placement else ""
        return own or (office.zone if office else "") or self.policy_on(date).zone

    def zone_at(self, instant: dt.datetime) -> str:
        """Return the zone of the person's clocks at an instant: that of the date they show."""
        return self.zone_on(zones.local_date(instant, self.zone_on(instant.date())))

    def date_at(self, instant: dt.datetime) -> dt.date:
        """Return the date that it is for the person at an instant."""
        return zones.local_date(instant, self.zone_at(instant))

    def pattern_on(self, date: dt.date) -> Pattern | None:
        """Return the shift's knobs: the roster's, else the person's default shift's."""
        for row in self.assignments:
            if row.starts_on <= date and (row.ends_on is None or date <= row.ends_on):
                return self.settings.pattern_on(row.shift_id, date)
        placement = self.placement_on(date)
        return self.settings.pattern_on(placement.default_shift_id if placement else None, date)

    def day_kind_on(self, date: dt.date) -> DayKind:
        """Return what the work calendar says of the date for this person."""
        placement = self.placement_on(date)
        office_id, office = self._office_on(date)
        weekly_off = placement.weekly_off if placement else None
        if weekly_off is None and office is not None:
            weekly_off = office.weekly_off
        if weekly_off is None:
            weekly_off = self.policy_on(date).weekly_off
        return calendar.day_kind(
            date, weekly_off, self.settings.entries_on(date, office_id, office)
        )

    def occurrence_on(self, date: dt.date) -> Occurrence | None:
        """Return the shift's occurrence on the date, its window untrimmed; none without a shift."""
        pattern = self.pattern_on(date)
        if pattern is None or not self.employee.is_employed_on(date):
            return None
        return windows.occurrence(date, pattern, self.zone_on(date))

    def marks_on(self, date: dt.date) -> tuple[Mark, ...]:
        return tuple(self.marks.get(date, ()))


def person_calendars(
    company: Company,
    employees: Collection[Employee],
    *,
    settings: CompanySettings,
    first: dt.date,
    last: dt.date,
) -> dict[int, PersonCalendar]:
    """Return a calendar for each person, by primary key, with marks of `first` to `last`.

    Three statements, whatever the number of people.
    """
    keys = [employee.pk for employee in employees]
    placements: dict[int, list[tuple[dt.date, Placement]]] = {key: [] for key in keys}
    for placement in Placement.objects.filter(employee__in=keys, company=company):
        placements[placement.employee_id].append((placement.starts_on, placement))
    assignments: dict[int, list[ShiftAssignment]] = {key: [] for key in keys}
    rows = ShiftAssignment.objects.filter(employee__in=keys, starts_on__lte=last).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first)
    )
    for assignment in rows.order_by("-starts_on"):
        assignments[assignment.employee_id].append(assignment)
    marks = _marks(keys, first, last)
    return {
        employee.pk: PersonCalendar(
            employee=employee,
            settings=settings,
            placements=Steps(placements[employee.pk]),
            assignments=assignments[employee.pk],
            marks=marks[employee.pk],
        )
        for employee in employees
    }


def _marks(keys: list[int], first: dt.date, last: dt.date) -> dict[int, dict[dt.date, list[Mark]]]:
    found: dict[int, dict[dt.date, list[Mark]]] = {key: {} for key in keys}
    rows = DayMark.objects.filter(
        employee__in=keys,
        date__range=(first, last),
        withdraws__isnull=True,
        withdrawal__isnull=True,
    ).order_by("id")
    for row in rows:
        mark = Mark(
            key=str(row.public_id),
            date=row.date,
            kind=MarkKind(row.kind),
            portion=Portion(row.portion),
            start=row.starts_at,
            end=row.ends_at,
            code=row.code,
            paid=row.is_paid,
        )
        found[row.employee_id].setdefault(row.date, []).append(mark)
    return found


def punch_states(
    keys: Iterable[int], *, since: dt.datetime, until: dt.datetime
) -> dict[int, list[PunchState]]:
    """Return the people's punches of a stretch of time, voided ones too, in order."""
    found: dict[int, list[PunchState]] = {key: [] for key in keys}
    rows = (
        PunchState.objects.filter(employee__in=list(found), occurred_at__range=(since, until))
        .annotate(
            punch_public_id=F("punch__public_id"), source=F("punch__source"), zone=F("punch__zone")
        )
        .order_by("occurred_at", "id")
    )
    for row in rows:
        found[row.employee_id].append(row)
    return found


def judged_days(
    keys: Iterable[int], *, first: dt.date, last: dt.date
) -> dict[tuple[int, dt.date], AttendanceDay]:
    """Return the judged rows by person and date (slot 0); one statement."""
    rows = AttendanceDay.objects.filter(employee__in=list(keys), date__range=(first, last), slot=0)
    return {(row.employee_id, row.date): row for row in rows}
