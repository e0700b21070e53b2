"""What holds for a person on a date: zone, shift, day kind, marks; loaded for many at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable

from django.db.models import F, Q

from attendance.enums import DayStatus, Direction, ManualAction, MarkKind, Portion, Source
from attendance.models import (
    AttendanceDay,
    DayMark,
    ManualVerdict,
    OptionalHolidayPick,
    PunchState,
    ShiftAssignment,
)
from attendance.rules.person import Assignment, Employment, PersonCalendar, Place
from attendance.rules.settings import CompanySettings, Steps
from attendance.rules.types import Manual, Mark, Owner, OwnerReason, Tap
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee, Placement


def person_calendars(
    company: Company,
    employees: Collection[Employee],
    *,
    settings: CompanySettings,
    first: dt.date,
    last: dt.date,
) -> dict[int, PersonCalendar]:
    """Return a calendar for each person, by primary key, with marks of `first` to `last`.

    Three statements, whatever the number of people; four where holidays may be picked.
    """
    keys = [employee.pk for employee in employees]
    places = _places(company, keys)
    assignments = _assignments(keys, first, last)
    marks = _marks(keys, first, last)
    picked = _picked(keys) if settings.has_optional_holidays else {}
    return {
        employee.pk: PersonCalendar(
            employment=_employment(employee),
            settings=settings,
            places=Steps(places[employee.pk]),
            assignments=assignments[employee.pk],
            marks=marks[employee.pk],
            picked=frozenset(picked.get(employee.pk, ())),
        )
        for employee in employees
    }


def calendar_of(employee: Employee, first: dt.date, last: dt.date) -> PersonCalendar:
    """Return one person's calendar; their company must be freshly loaded."""
    company = employee.company
    calendars = person_calendars(
        company, [employee], settings=company_settings(company), first=first, last=last
    )
    return calendars[employee.pk]


def zone_of(employee: Employee, now: dt.datetime) -> str:
    """Return the zone of the person's clocks now; one statement with the settings in memory."""
    places = _places(employee.company, [employee.pk])[employee.pk]
    calendar = PersonCalendar(
        employment=_employment(employee),
        settings=company_settings(employee.company),
        places=Steps(places),
    )
    return calendar.zone_at(now)


def _employment(employee: Employee) -> Employment:
    return Employment(
        joined_on=employee.joined_on,
        left_on=employee.left_on,
        is_active=employee.is_active,
        judged_from=employee.judged_from,
    )


_PLACE = ("office_id", "default_shift_id", "zone", "weekly_off", "overtime_policy_id")


def _places(company: Company, keys: list[int]) -> dict[int, list[tuple[dt.date, Place]]]:
    found: dict[int, list[tuple[dt.date, Place]]] = {key: [] for key in keys}
    # Plain columns: of ten thousand people the rows of models would cost as much as all the rest.
    rows = Placement.objects.filter(employee__in=keys, company=company)
    for key, starts_on, *columns in rows.values_list("employee_id", "starts_on", *_PLACE):
        place = Place(**dict(zip(_PLACE, columns, strict=True)))
        found[key].append((starts_on, place))
    return found


def _assignments(keys: list[int], first: dt.date, last: dt.date) -> dict[int, list[Assignment]]:
    found: dict[int, list[Assignment]] = {key: [] for key in keys}
    rows = ShiftAssignment.objects.filter(employee__in=keys, starts_on__lte=last).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=first)
    )
    for row in rows.order_by("-starts_on"):
        item = Assignment(shift_id=row.shift_id, starts_on=row.starts_on, ends_on=row.ends_on)
        found[row.employee_id].append(item)
    return found


def _picked(keys: list[int]) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    rows = OptionalHolidayPick.objects.filter(employee__in=keys)
    for employee_id, day_id in rows.values_list("employee_id", "calendar_day__public_id"):
        found.setdefault(employee_id, set()).add(str(day_id))
    return found


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


def hand_written() -> Q:
    """Which rows of `ManualVerdict` hold now: the last of a date, unless that lets it go."""
    return Q(replacement__isnull=True) & ~Q(action=ManualAction.RELEASED)


def manual_verdicts(
    keys: Iterable[int], *, first: dt.date, last: dt.date
) -> dict[int, dict[dt.date, Manual]]:
    """Return what HR says of the people's dates by hand, as it holds now; one statement."""
    found: dict[int, dict[dt.date, Manual]] = {key: {} for key in keys}
    rows = ManualVerdict.objects.filter(
        hand_written(), employee__in=list(found), date__range=(first, last)
    )
    for row in rows:
        found[row.employee_id][row.date] = Manual(
            status=DayStatus(row.status) if row.status else None,
            reason=row.reason,
            code=row.code,
            worked_minutes=row.worked_minutes,
        )
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
    keys: Iterable[int], *, first: dt.date, last: dt.date, is_lean: bool = False
) -> dict[tuple[int, dt.date], AttendanceDay]:
    """Return the judged rows by person and date (slot 0); one statement.

    Lean ones come without input and steps, which are most of a row: lists of many show neither.
    """
    rows = AttendanceDay.objects.filter(employee__in=list(keys), date__range=(first, last), slot=0)
    if is_lean:
        rows = rows.defer("input", "steps")
    return {(row.employee_id, row.date): row for row in rows}


def tap_of(state: PunchState) -> Tap:
    """Return a punch, of `punch_states`, as the rules see it."""
    return Tap(
        key=str(state.punch_public_id),
        at=state.occurred_at,
        direction=Direction(state.direction),
        source=Source(state.source),
    )


def owner_of(state: PunchState, date: dt.date) -> Owner:
    """Return the row that owns the punch as it was judged last: that of the date."""
    reason = OwnerReason(state.owner_reason)
    return Owner(date, None if reason == OwnerReason.OUTSIDE_SHIFT else date, reason)
