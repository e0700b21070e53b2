"""The roster: who works which shift from when to when; nothing overlaps."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import Max, Min
from django.utils import timezone
from django.utils.formats import date_format

from attendance.errors import AssignmentOverlaps
from attendance.models import AttendanceDay, ShiftAssignment
from attendance.rules import windows
from attendance.rules.person import Assignment
from attendance.rules.roster import clash
from attendance.rules.types import Occurrence
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, OwnRecord
from companies.models import Employee, Shift
from companies.permissions import can_manage_person, can_manage_records


def _refuse_overlap(row: ShiftAssignment, employee: Employee) -> None:
    """Refuse dates that are taken, and shifts that meet over midnight; touching is no overlap."""
    rows = ShiftAssignment.objects.filter(employee=employee).select_related("shift")
    others = {_assignment(other): other for other in rows.exclude(pk=row.pk)}

    settings = company_settings(employee.company)

    def occurrence_of(item: Assignment, date: dt.date) -> Occurrence | None:
        pattern = settings.pattern_on(item.shift_id, date)
        if pattern is None:
            return None
        zone = people.calendar_of(employee, date, date).zone_on(date)
        return windows.occurrence(date, pattern, zone)

    found = clash(_assignment(row), others, occurrence_of)
    if found is not None:
        other = others[found]
        raise AssignmentOverlaps(
            shift=other.shift.name,
            starts_on=date_format(other.starts_on, "j F Y"),
            ends_on=date_format(other.ends_on, "j F Y") if other.ends_on else "…",
        )


def _assignment(row: ShiftAssignment) -> Assignment:
    return Assignment(shift_id=row.shift_id, starts_on=row.starts_on, ends_on=row.ends_on)


@transaction.atomic
def assignment_save(
    *,
    employee: Employee,
    shift: Shift,
    starts_on: dt.date,
    ends_on: dt.date | None,
    by: Actor,
    assignment: ShiftAssignment | None = None,
) -> ShiftAssignment:
    """Put a person on a shift, or change such a row; open days are judged again.

    A row may go to another person: then the days of both are.

    Raises:
        NotAllowed, OwnRecord, AssignmentOverlaps; ValidationError for a range that ends before it
        starts.
    """
    _refuse_right(by, employee, *([assignment.employee] if assignment else []))
    both = _lock(employee, *([assignment.employee] if assignment else []))
    locked = both[employee.pk]
    row = assignment or ShiftAssignment(company=locked.company)
    before = audit.snapshot(assignment) if assignment else {}
    since = min(starts_on, assignment.starts_on) if assignment else starts_on
    row.employee, row.shift, row.starts_on, row.ends_on = locked, shift, starts_on, ends_on
    # The clash is named first: the table's own rule of one start a date could not name it.
    if ends_on is None or starts_on <= ends_on:
        _refuse_overlap(row, locked)
    row.full_clean(exclude=["company"])
    row.save()
    audit.record(
        by=by,
        verb="roster_changed" if assignment else "roster_added",
        subject=row,
        changes=audit.difference(before, audit.snapshot(row)),
    )
    for person in both.values():
        _rejudge_open(person, since)
    return row


@transaction.atomic
def assignment_delete(*, assignment: ShiftAssignment, by: Actor) -> None:
    """Take a person off a shift; open days are judged again.

    Raises:
        NotAllowed, OwnRecord
    """
    _refuse_right(by, assignment.employee)
    locked = days.lock_person(assignment.employee)
    starts_on = assignment.starts_on
    audit.record(
        by=by,
        verb="roster_removed",
        subject=assignment,
        changes=audit.difference(audit.snapshot(assignment), {}),
    )
    ShiftAssignment.objects.filter(pk=assignment.pk).delete()
    _rejudge_open(locked, starts_on)


def _refuse_right(by: Actor, *people: Employee) -> None:
    for person in people:
        if not can_manage_records(by, person):
            raise NotAllowed
        if not can_manage_person(by, person):
            raise OwnRecord


def _lock(*employees: Employee) -> dict[int, Employee]:
    """Take several people's locks, always in one order: two changes cannot hold up each other."""
    distinct = {employee.pk: employee for employee in employees}
    return {pk: days.lock_person(distinct[pk]) for pk in sorted(distinct)}


def _rejudge_open(employee: Employee, since: dt.date) -> None:
    """Judge the open rows again, of leave booked ahead too; settled ones keep what they have."""
    now = timezone.now()
    today, a_day = now.date(), dt.timedelta(days=1)
    rows = AttendanceDay.objects.filter(
        employee=employee, settled_at__isnull=True, date__gte=since - a_day
    )
    found = rows.aggregate(first=Min("date"), last=Max("date"))
    first = min(found["first"] or today, max(since, today - 2 * a_day) - a_day)
    last = max(found["last"] or today, today + a_day)
    days.days_recompute(employee=employee, first=first, last=last, now=now)
