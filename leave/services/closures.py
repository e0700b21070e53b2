"""The company is closed: leave is booked for everyone concerned, once, and never on leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import MusterError, NotAllowed
from companies.models import Department, Employee, Placement
from leave import permissions
from leave.models import Closure, LeaveRequest
from leave.rules.asking import Refusal
from leave.rules.years import Dates
from leave.selectors.closures import stretches
from leave.selectors.scenes import Asked, live_days, others_of
from leave.services import decisions, requests
from leave.terms import leave_settings


@dataclass(frozen=True)
class Booked:
    """What a closure booked for one person on one stretch of dates, or why it could not."""

    employee: Employee
    dates: Dates
    request: LeaveRequest | None = None
    error: MusterError | None = None


def concerned(closure: Closure) -> QuerySet[Employee]:
    """Return whom a closure concerns: who works here then, in its office and department."""
    people = Employee.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=closure.first_on),
        is_active=True, joined_on__lte=closure.last_on,
    )  # fmt: skip
    place = Placement.objects.filter(
        employee=OuterRef("pk"), starts_on__lte=closure.last_on
    ).order_by("-starts_on")
    if closure.office_id is not None:
        people = people.annotate(there=Subquery(place.values("office")[:1]))
        people = people.filter(there=closure.office_id)
    if closure.department_id is not None:
        below = _with_those_below(closure.department_id)
        people = people.annotate(part=Subquery(place.values("department")[:1]))
        people = people.filter(part__in=below)
    found: QuerySet[Employee] = people.select_related("company").order_by("pk")
    return found


def _with_those_below(department: int) -> set[int]:
    parents = dict(Department.objects.values_list("pk", "parent"))
    found = {department}
    while more := {pk for pk, parent in parents.items() if parent in found} - found:
        found |= more
    return found


def closure_book(*, closure: Closure, by: Actor, now: dt.datetime | None = None) -> list[Booked]:
    """Book the closure for everyone concerned; each person in a transaction of their own.

    Dates on which somebody is off already are left out, so that booking again books only what is
    new. What a rule refuses is returned with its reason, and books nothing.

    Raises:
        NotAllowed
    """
    if not permissions.can_manage_leave(by, closure):
        raise NotAllowed
    moment = now or timezone.now()
    booked: list[Booked] = []
    for employee in concerned(closure):
        booked += _book(closure, employee, by, moment)
    closure.booked_at = moment
    closure.save(update_fields=["booked_at"])
    count = sum(item.request is not None for item in booked)
    audit.record(
        by=by, verb="leave_closure_booked", subject=closure, changes={"requests": [0, count]}
    )
    return booked


def _book(closure: Closure, employee: Employee, by: Actor, now: dt.datetime) -> list[Booked]:
    found = []
    with transaction.atomic():
        locked = days.lock_person(employee)
        for asked in _free(closure, locked):
            try:
                with transaction.atomic():
                    request = _one(locked, asked, by, now)
            except MusterError as error:
                if not _is_nothing(error):
                    found.append(Booked(employee, asked.dates, error=error))
            else:
                found.append(Booked(employee, asked.dates, request))
    return found


def _is_nothing(error: MusterError) -> bool:
    """Return whether nothing was to be booked: the person does not work on these dates anyhow."""
    return getattr(error, "rule", "") == Refusal.NOTHING_COUNTED


def _one(employee: Employee, asked: Asked, by: Actor, now: dt.datetime) -> LeaveRequest:
    look = requests.looked(employee, asked, now=now, is_approving=True)
    return decisions.book(look, employee, by=by, now=now)


def _free(closure: Closure, employee: Employee) -> Iterator[Asked]:
    """Yield what is left to book: whole stretches, and halves beside half a day of leave."""
    days = live_days(employee, closure.first_on, closure.last_on)
    return stretches(closure, others_of(days).halves, leave_settings(employee.company))
