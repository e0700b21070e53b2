"""Leave types and plans: a name, and rules from a date on; a change is a new version."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import transaction

from attendance.rules.errors import InvalidInput
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Company
from leave import permissions, wording
from leave.enums import Unit
from leave.errors import ChainUnfit, PlanUnfit, UnitChanged
from leave.models import (
    LeaveApprovalStep,
    LeavePlan,
    LeavePlanVersion,
    LeaveType,
    LeaveTypeVersion,
    PlanAssignment,
)
from leave.models.types import FROM_THE_START
from leave.rules.plan_form import check_plan, milestones_of
from leave.services.books import refuse_closed
from leave.terms import Link, rhythm_of


def _audit_new(row: Any, verb: str, by: Actor) -> None:
    changes = audit.difference({}, audit.snapshot(row))
    audit.record(by=by, verb=verb, subject=row, changes=changes)


@transaction.atomic
def type_add(
    *,
    company: Company,
    name: str,
    code: str,
    by: Actor,
    colour: str = "#3b6ea5",
    basis: str = "",
) -> LeaveType:
    """Add a leave type; it is offered once it has rules (`type_version_set`).

    Raises:
        NotAllowed; ValidationError: a name or code that is taken, or names a day in the sheet.
    """
    if not permissions.can_manage_leave(by) or by.company != company:
        raise NotAllowed
    row = LeaveType(
        company=company, name=name.strip(), code=code.strip(), colour=colour, basis=basis.strip()
    )
    row.full_clean()
    row.save()
    _audit_new(row, "leave_type_added", by)
    return row


@transaction.atomic
def type_version_set(
    *,
    leave_type: LeaveType,
    by: Actor,
    starts_on: dt.date = FROM_THE_START,
    chain: Sequence[Link] = (),
    **knobs: Any,
) -> LeaveTypeVersion:
    """Write a type's rules from a date on; what was asked before keeps what it stands under.

    `chain` says who decides, place by place; empty, whoever answers for the person does.

    Raises:
        NotAllowed, UnitChanged, ChainUnfit; ValidationError: knobs that do not fit.
    """
    if not permissions.can_manage_leave(by, leave_type):
        raise NotAllowed
    places = sorted({link.place for link in chain})
    if places != list(range(1, len(places) + 1)):
        raise ChainUnfit
    LeaveType.objects.select_for_update(of=("self",)).get(pk=leave_type.pk)
    row = LeaveTypeVersion(
        company=leave_type.company, leave_type=leave_type, starts_on=starts_on, **knobs
    )
    before = LeaveTypeVersion.objects.filter(leave_type=leave_type).order_by("id").first()
    if before is not None and (before.unit == Unit.HOUR) != (row.unit == Unit.HOUR):
        raise UnitChanged
    row.full_clean()
    row.save()
    for link in chain:
        step = LeaveApprovalStep(
            company=leave_type.company, version=row, place=link.place, decider=link.decider,
            person_id=link.person_id, above=link.above,
        )  # fmt: skip
        step.full_clean()
        step.save()
    _audit_new(row, "leave_rules_set", by)
    return row


@transaction.atomic
def plan_add(*, leave_type: LeaveType, name: str, by: Actor) -> LeavePlan:
    """Add a plan by which people earn a type; it earns once it has rules (`plan_version_set`).

    Raises:
        NotAllowed; ValidationError: a name that is taken.
    """
    if not permissions.can_manage_leave(by, leave_type):
        raise NotAllowed
    row = LeavePlan(company=leave_type.company, leave_type=leave_type, name=name.strip())
    row.full_clean()
    row.save()
    _audit_new(row, "leave_plan_added", by)
    return row


@transaction.atomic
def plan_version_set(
    *, plan: LeavePlan, by: Actor, starts_on: dt.date = FROM_THE_START, **knobs: Any
) -> LeavePlanVersion:
    """Write a plan's rules from a date on; days until then were earned by the ones before.

    Nothing accrues twice: what was credited ahead for days after the date is taken back.

    Raises:
        NotAllowed, PlanUnfit; ValidationError: knobs that do not fit.
        YearClosed: people earn by it, and what they had then is carried already.
    """
    if not permissions.can_manage_leave(by, plan):
        raise NotAllowed
    row = LeavePlanVersion(company=plan.company, plan=plan, starts_on=starts_on, **knobs)
    row.full_clean()
    try:
        rhythm = rhythm_of(row.frequency, row.weekday, row.days, row.month)
        check_plan(rhythm, milestones_of(row.milestones))
    except InvalidInput as error:
        raise PlanUnfit(why=wording.unfit(error.code)) from error
    if PlanAssignment.objects.filter(plan=plan).exists():
        refuse_closed(plan.leave_type_id, starts_on)
    row.save()
    _audit_new(row, "leave_plan_rules_set", by)
    return row
