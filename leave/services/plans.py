"""Who earns by which plan, from when to when."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.formats import date_format

from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import Employee
from leave.errors import PlanBeforeJoining, PlanOverlaps
from leave.models import LeavePlan, PlanAssignment
from leave.services.books import refuse_closed, refuse_right


def _refuse_overlap(row: PlanAssignment, employee: Employee) -> None:
    """Refuse a second plan of the same type on any date."""
    others = PlanAssignment.objects.filter(
        employee=employee, plan__leave_type=row.plan.leave_type_id
    ).exclude(pk=row.pk)
    for other in others.select_related("plan").order_by("starts_on"):
        ends, others_end = row.ends_on or dt.date.max, other.ends_on or dt.date.max
        if other.starts_on <= ends and row.starts_on <= others_end:
            raise PlanOverlaps(
                plan=other.plan.name,
                first=date_format(other.starts_on, "j F Y"),
                last=date_format(other.ends_on, "j F Y") if other.ends_on else "…",
            )


@transaction.atomic
def plan_assign(
    *,
    employee: Employee,
    plan: LeavePlan,
    by: Actor,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> PlanAssignment:
    """Let a person earn by a plan, from joining unless said otherwise; `books_run` credits.

    A start in the past credits history with the next run.

    Raises:
        NotAllowed, OwnRecord, PlanBeforeJoining, PlanOverlaps, YearClosed; ValidationError
    """
    refuse_right(by, employee)
    locked = days.lock_person(employee)
    row = PlanAssignment(
        company=locked.company, employee=locked, plan=plan,
        starts_on=starts_on or locked.joined_on, ends_on=ends_on,
    )  # fmt: skip
    last = locked.left_on or dt.date.max
    if not locked.joined_on <= row.starts_on <= last:
        raise PlanBeforeJoining(date=date_format(locked.joined_on, "j F Y"))
    refuse_closed(plan.leave_type_id, row.starts_on)
    _refuse_overlap(row, locked)
    row.full_clean()
    row.save()
    changes = audit.difference({}, audit.snapshot(row))
    audit.record(by=by, verb="leave_plan_assigned", subject=row, changes=changes)
    return row


@dataclass(frozen=True)
class Assigned:
    """A person who was put on a plan, or what was said why not."""

    employee: Employee
    assignment: PlanAssignment | None = None
    said: str = ""


def plan_assign_many(
    *,
    people: Iterable[Employee],
    plan: LeavePlan,
    by: Actor,
    starts_on: dt.date | None = None,
    ends_on: dt.date | None = None,
) -> list[Assigned]:
    """Put people on a plan, each in a transaction of their own; who joined later begins then."""
    found = []
    for employee in people:
        first = max(starts_on, employee.joined_on) if starts_on else None
        try:
            made = plan_assign(
                employee=employee, plan=plan, by=by, starts_on=first, ends_on=ends_on
            )
        except MusterError as error:
            found.append(Assigned(employee, said=str(error)))
        except ValidationError as error:
            found.append(Assigned(employee, said=" ".join(error.messages)))
        else:
            found.append(Assigned(employee, made))
    return found


@transaction.atomic
def plan_end(*, assignment: PlanAssignment, ends_on: dt.date | None, by: Actor) -> PlanAssignment:
    """Change the last day of an assignment; what was credited ahead is taken back by `books_run`.

    Raises:
        NotAllowed, OwnRecord, PlanOverlaps, YearClosed; ValidationError
    """
    refuse_right(by, assignment.employee)
    locked = days.lock_person(assignment.employee)
    row: PlanAssignment = PlanAssignment.objects.select_related("plan").get(pk=assignment.pk)
    before = audit.snapshot(row)
    row.ends_on = ends_on
    if ends_on is not None:
        refuse_closed(row.plan.leave_type_id, ends_on)
    _refuse_overlap(row, locked)
    row.full_clean()
    row.save(update_fields=["ends_on"])
    changes = audit.difference(before, audit.snapshot(row))
    audit.record(by=by, verb="leave_plan_ended", subject=row, changes=changes)
    return row
