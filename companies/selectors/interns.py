"""Internships as they stand: their end after all that was decided, and their state on a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from companies.enums import InternshipState, InternshipStep
from companies.models import Employee, Internship, InternshipEvent

# From so many days before its end on, an internship ends soon.
SOON_DAYS = 14


def internships() -> QuerySet[Any]:
    """Return the internships of the open company scope with their people, the latest first.

    Each knows the last day that holds (`ends_on`), whose mentor it is now (`mentor_now`, a primary
    key, and `mentor_name`), `is_completed` and `is_void`.
    """
    events = InternshipEvent.objects.filter(internship=OuterRef("pk")).order_by("-number")
    moved = events.filter(ends_on__isnull=False)
    another = events.filter(mentor__isnull=False)
    rows: QuerySet[Any] = Internship.objects.select_related("employee")
    rows = rows.annotate(
        ends_on=Coalesce(Subquery(moved.values("ends_on")[:1]), "agreed_until"),
        mentor_now=Coalesce(
            Subquery(another.values("mentor")[:1]), "mentor", output_field=BigIntegerField()
        ),
        mentor_name=Coalesce(Subquery(another.values("mentor__name")[:1]), "mentor__name"),
        is_completed=Exists(events.filter(step=InternshipStep.COMPLETED)),
        is_void=Exists(events.filter(step=InternshipStep.VOID)),
    )
    return rows.order_by("-starts_on", "-id")


def internship_state(row: Any, today: dt.date) -> InternshipState:
    """Return how one of `internships()` stands."""
    if row.is_void:
        return InternshipState.VOID
    if row.is_completed:
        return InternshipState.COMPLETED
    if row.starts_on > today:
        return InternshipState.TO_COME
    left = (row.ends_on - today).days
    if left < 0:
        return InternshipState.OVER
    return InternshipState.ENDS_SOON if left <= SOON_DAYS else InternshipState.RUNNING


def internships_in(rows: QuerySet[Any], state: InternshipState, today: dt.date) -> QuerySet[Any]:
    """Return those of `internships()` that stand so; the same answer as `internship_state`."""
    soon = today + dt.timedelta(days=SOON_DAYS)
    begun = Q(is_void=False, is_completed=False, starts_on__lte=today)
    return rows.filter(
        {
            InternshipState.VOID: Q(is_void=True),
            InternshipState.COMPLETED: Q(is_completed=True),
            InternshipState.TO_COME: Q(is_void=False, is_completed=False, starts_on__gt=today),
            InternshipState.OVER: begun & Q(ends_on__lt=today),
            InternshipState.ENDS_SOON: begun & Q(ends_on__gte=today, ends_on__lte=soon),
            InternshipState.RUNNING: begun & Q(ends_on__gt=soon),
        }[state]
    )


def internships_of(employee: Employee) -> QuerySet[Any]:
    """Return a person's own internships, the latest first; what was taken back is none."""
    return internships().filter(employee=employee, is_void=False)


def internships_between(people: Iterable[int], first: dt.date, last: dt.date) -> QuerySet[Any]:
    """Return the internships of these people that have a day in the stretch, the first one first.

    `people` are primary keys.
    """
    rows = internships().filter(employee__in=list(people), is_void=False)
    return rows.filter(starts_on__lte=last, ends_on__gte=first).order_by("starts_on", "id")


def mentored_by(mentor: Employee) -> QuerySet[Any]:
    """Return the internships of whom the person mentors now, the one that ends last first."""
    return internships().filter(mentor_now=mentor.pk, is_void=False).order_by("-ends_on", "-id")


def is_mentor(mentor: Employee) -> bool:
    """Return whether the person is anybody's mentor."""
    return mentored_by(mentor).exists()


def mentor_of(row: Any) -> Employee:
    """Return the mentor of one of `internships()` as of now, with the account."""
    found: Employee = Employee.objects.select_related("user").get(pk=row.mentor_now)
    return found


def internship_events(row: Internship) -> QuerySet[InternshipEvent]:
    """Return what was decided of an internship, in order."""
    events: QuerySet[InternshipEvent] = InternshipEvent.objects.filter(internship=row)
    return events.order_by("number")


def ending_internships(today: dt.date) -> QuerySet[Any]:
    """Return the internships of the open company scope that end soon and are not completed."""
    return internships_in(internships(), InternshipState.ENDS_SOON, today).select_related(
        "company", "employee"
    )
