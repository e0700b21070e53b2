"""Delegations: somebody decides in another's stead, from when to when."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from companies import audit, notifications, permissions, selectors
from companies.actor import Actor
from companies.errors import (
    DelegateUnfit,
    DelegationDatesWrong,
    DelegationOverlaps,
    DelegationTooLong,
    NobodyToDecideFor,
    NotAllowed,
)
from companies.models import Delegation, Employee
from companies.models.people import earliest_today

MOST_DAYS = 366


@transaction.atomic
def delegation_add(
    *,
    giver: Employee,
    delegate: Employee,
    starts_on: dt.date,
    ends_on: dt.date,
    by: Actor,
    reason: str = "",
) -> Delegation:
    """Let somebody decide about the giver's team on these dates; they are told by mail.

    Raises:
        NotAllowed, NobodyToDecideFor, DelegateUnfit, DelegationDatesWrong, DelegationTooLong,
        DelegationOverlaps
    """
    # In one order always, so that two who name each other wait for each other in no circle.
    keys = sorted({giver.pk, delegate.pk})
    rows = Employee.objects.select_for_update(of=("self",)).select_related("company", "user")
    locked = {row.pk: row for row in rows.filter(pk__in=keys).order_by("pk")}
    if len(locked) < len(keys) or by.user is None:
        raise NotAllowed
    giver, delegate = locked[giver.pk], locked[delegate.pk]
    if not permissions.can_delegate(by, giver, delegate):
        raise NotAllowed
    if giver.user_id == by.user.pk and not selectors.has_team(by):
        raise NobodyToDecideFor
    _refuse_dates(starts_on, ends_on)
    if not selectors.colleagues(giver, on=starts_on).filter(pk=delegate.pk).exists():
        raise DelegateUnfit(name=delegate.name)
    _refuse_overlap(giver, delegate, starts_on, ends_on)
    made: Delegation = Delegation.objects.create(
        company=giver.company, giver=giver, delegate=delegate, starts_on=starts_on,
        ends_on=ends_on, reason=reason.strip()[:200], made_by=by.user,
    )  # fmt: skip
    changes = audit.difference({}, audit.snapshot(made))
    audit.record(by=by, verb="delegation_made", subject=made, reason=made.reason, changes=changes)
    notifications.delegation_made(made)
    return made


def _refuse_dates(starts_on: dt.date, ends_on: dt.date) -> None:
    if ends_on < starts_on or ends_on < earliest_today(timezone.now()):
        raise DelegationDatesWrong
    if (ends_on - starts_on).days >= MOST_DAYS:
        raise DelegationTooLong


def _refuse_overlap(
    giver: Employee, delegate: Employee, starts_on: dt.date, ends_on: dt.date
) -> None:
    clash = (
        Delegation.objects.filter(
            giver=giver, delegate=delegate, ended_at__isnull=True, starts_on__lte=ends_on,
            ends_on__gte=starts_on,
        )
        .order_by("starts_on")
        .first()
    )  # fmt: skip
    if clash is not None:
        raise DelegationOverlaps(
            name=delegate.name,
            first=date_format(clash.starts_on, "j F Y"),
            last=date_format(clash.ends_on, "j F Y"),
        )


@transaction.atomic
def delegation_end(*, delegation: Delegation, by: Actor) -> None:
    """End it at once; again changes nothing. The delegate is told, unless they ended it.

    Raises:
        NotAllowed
    """
    rows = Delegation.objects.select_for_update(of=("self",)).select_related(
        "company", "giver", "delegate__user"
    )
    locked: Delegation = rows.get(pk=delegation.pk)
    if by.user is None or not permissions.can_end_delegation(by, locked):
        raise NotAllowed
    if locked.ended_at is not None:
        return
    locked.ended_at, locked.ended_by = timezone.now(), by.user
    locked.save(update_fields=["ended_at", "ended_by"])
    changes = {"ended_at": [None, locked.ended_at.isoformat()]}
    audit.record(by=by, verb="delegation_ended", subject=locked, changes=changes)
    if locked.delegate.user_id != by.user.pk:
        notifications.delegation_ended(locked)
