"""Somebody leaves: the last day is written, and their team handed over from the day after."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from companies import audit, notifications, permissions
from companies.actor import Actor
from companies.errors import (
    LastDayBeforeFirst,
    LastDayTooFar,
    LastDayUnchanged,
    NotAllowed,
    OwnRecord,
    SuccessorUnfit,
)
from companies.ids import uuid7
from companies.models import Employee, Placement
from companies.selectors.leaving import reports_of, successors

_DAY = dt.timedelta(days=1)
# Some write 9999-12-31 for "never": no such day is reckoned with.
FAREST = dt.timedelta(days=10 * 366)


@transaction.atomic
def employee_leave(
    *,
    employee: Employee,
    last_on: dt.date,
    successor: Employee | None = None,
    reason: str = "",
    by: Actor,
) -> int:
    """Write the last day, and place whoever reports to the person under the successor after it.

    Who has the successor as themselves reports to nobody then. Return how many were handed over.

    Raises:
        NotAllowed, OwnRecord, LastDayTooFar, LastDayBeforeFirst, LastDayUnchanged, SuccessorUnfit
    """
    if not permissions.can_end_employment(by, employee):
        raise NotAllowed
    if not permissions.can_manage_person(by, employee):
        raise OwnRecord
    locked = _locked(employee, successor)
    if last_on > timezone.now().date() + FAREST:
        raise LastDayTooFar
    if last_on < locked.joined_on:
        raise LastDayBeforeFirst(name=locked.name)
    if successor is not None and not successors(locked, last_on).filter(pk=successor.pk).exists():
        raise SuccessorUnfit(name=successor.name)
    team = list(reports_of(locked, last_on)) if successor is not None else []
    if locked.left_on == last_on and not team:
        raise LastDayUnchanged(name=locked.name)
    if locked.left_on != last_on:
        before = audit.snapshot(locked)
        locked.left_on = last_on
        changes = audit.difference(before, audit.snapshot(locked))
        locked.save(update_fields=["left_on"])
        audit.record(
            by=by, verb="employee_left", subject=locked, reason=reason.strip(), changes=changes
        )
    handed = {_hand_over(row, successor, last_on + _DAY, reason.strip(), by) for row in team}
    if successor is not None and handed - {successor.pk}:
        notifications.team_handed_over(locked, successor, handed - {successor.pk}, last_on + _DAY)
    return len(handed)


def _locked(employee: Employee, successor: Employee | None) -> Employee:
    """Lock the leaver and the successor, who may be about to leave too; return the leaver.

    In one order always, so that two who hand over to each other wait for each other in no circle.
    """
    keys = [each.pk for each in (employee, successor) if each is not None]
    rows = Employee.objects.select_for_update(of=("self",)).select_related("company")
    found: dict[int, Employee] = {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}
    return found[employee.pk]


def _hand_over(
    row: Placement, successor: Employee | None, first: dt.date, reason: str, by: Actor
) -> int:
    """Give a placement another manager, from a date where it began before; return whose it is."""
    before = audit.snapshot(row)
    is_new = row.starts_on < first
    if is_new:
        row.pk, row.public_id, row.starts_on = None, uuid7(), first
        before = {}
    is_own = successor is not None and row.employee_id == successor.pk
    row.manager = None if is_own else successor
    row.full_clean(exclude=["company"])
    row.save(force_insert=is_new)
    changes = audit.difference(before, audit.snapshot(row))
    verb = "placement_added" if is_new else "placement_changed"
    audit.record(by=by, verb=verb, subject=row, reason=reason, changes=changes)
    return row.employee_id
