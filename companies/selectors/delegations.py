"""Who stands in for whom: what holds by itself, because nothing else ends it."""

from __future__ import annotations

import datetime as dt

from django.db.models import Q, QuerySet
from django.utils import timezone

from companies.actor import Actor
from companies.models import Delegation, Employee
from companies.models.people import earliest_today


def delegations_on(date: dt.date) -> QuerySet[Delegation]:
    """Return the delegations in force on a date, of the open company scope.

    What has run out by now, was ended, or whose giver or delegate is gone holds for no date any
    more, also not for an earlier one.
    """
    now = timezone.now()
    alive = Delegation.objects.filter(
        starts_on__lte=date, ends_on__gte=date, ended_at__isnull=True,
        giver__is_active=True, delegate__is_active=True,
    )  # fmt: skip
    today = earliest_today(now)
    rows: QuerySet[Delegation] = alive.filter(
        Q(giver__left_on__isnull=True) | Q(giver__left_on__gte=max(today, date)),
        Q(delegate__left_on__isnull=True) | Q(delegate__left_on__gte=max(today, date)),
        ends_on__gte=today,
    )
    return rows


def held_by(actor: Actor, *, on: dt.date) -> QuerySet[Delegation]:
    """Return in whose stead the actor decides on a date, the longest standing first."""
    if actor.employee is None:
        none: QuerySet[Delegation] = Delegation.objects.none()
        return none
    rows = delegations_on(on).filter(delegate=actor.employee).select_related("giver")
    return rows.order_by("starts_on", "pk")


def delegations_of(employee: Employee, *, since: dt.date) -> QuerySet[Delegation]:
    """Return those that the person gave and that end then or later, the next ones first."""
    rows: QuerySet[Delegation] = Delegation.objects.filter(
        giver=employee, ends_on__gte=since, ended_at__isnull=True
    )
    return rows.select_related("delegate", "giver").order_by("starts_on", "pk")


def colleagues(employee: Employee, *, on: dt.date, text: str = "") -> QuerySet[Employee]:
    """Return who may stand in for the person: others who work here and can sign in, by name."""
    people: QuerySet[Employee] = Employee.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=on),
        company=employee.company_id, is_active=True, joined_on__lte=on,
        user__is_active=True,
    ).exclude(pk=employee.pk)  # fmt: skip
    if employee.user_id is not None:
        people = people.exclude(user=employee.user_id)
    if text:
        people = people.filter(Q(name__icontains=text) | Q(code__iexact=text))
    return people.order_by("name", "code")
