"""Reads of companies; the first argument says whose."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from companies.actor import Actor
from companies.enums import Role
from companies.models import (
    AuditEvent,
    Company,
    Department,
    Employee,
    OperatorGrant,
    OutboxMessage,
    Placement,
    RoleGrant,
    User,
)
from companies.models.people import earliest_today
from companies.scoping import no_scope


@dataclass(frozen=True)
class Membership:
    """A company that a user may enter today, as employee, by roles, or both."""

    company: Company
    employee: Employee | None
    roles: frozenset[Role]


def link_address(employee: Employee) -> str:
    """Return where a sign-in link of the person goes; empty if nowhere.

    Who has set a password keeps the address that they sign in with: no company may turn the link
    of a person, who may work elsewhere too, to an address of its own writing.
    """
    user = employee.user
    if user is not None and user.has_usable_password():
        return user.email or ""
    return employee.email


def memberships(user: User, *, now: dt.datetime) -> list[Membership]:
    """Return the companies that the user may enter now, by name; two statements.

    A role given to somebody who works there ends with their employment, so that who has left is
    out; one given afterwards (a former employee who audits, say) stands.
    """
    with no_scope("sign-in: which companies are mine"):
        engagements = list(
            Employee.objects.filter(user=user).select_related("company").order_by("joined_on")
        )
        grants = list(
            RoleGrant.objects.filter(user=user, starts_on__lte=now.date())
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=earliest_today(now)))
            .select_related("company")
        )
    live = [row for row in engagements if not row.has_left(now)]
    employees = {row.company_id: row for row in live}
    over = _last_days(row for row in engagements if row.company_id not in employees)
    held = [row for row in grants if row.starts_on > over.get(row.company_id, dt.date.min)]
    companies = {row.company_id: row.company for row in [*live, *held]}
    return sorted(
        (
            Membership(
                company=company,
                employee=employees.get(pk),
                roles=frozenset(Role(row.role) for row in held if row.company_id == pk),
            )
            for pk, company in companies.items()
        ),
        key=lambda membership: membership.company.name,
    )


def _last_days(engagements: Iterable[Employee]) -> dict[int, dt.date]:
    """Return the last day by company; who was switched off without one has no later day."""
    found: dict[int, dt.date] = {}
    for row in engagements:
        last = row.left_on or dt.date.max
        found[row.company_id] = max(last, found.get(row.company_id, last))
    return found


def operator_grants(user: User, *, now: dt.datetime) -> QuerySet[OperatorGrant]:
    """Return the user's rights to run the platform that hold today."""
    today = now.date()
    return OperatorGrant.objects.filter(user=user, starts_on__lte=today).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    )


def is_operator(user: User, *, now: dt.datetime) -> bool:
    """Return whether the user runs the platform today."""
    return operator_grants(user, now=now).exists()


def users_of(company: Company) -> QuerySet[User]:
    """Return the users of the company, by name: engaged there or by a role, now or formerly."""
    return User.objects.filter(
        Q(pk__in=Employee.objects.filter(company=company).values("user"))
        | Q(pk__in=RoleGrant.objects.filter(company=company).values("user"))
    ).order_by("name")


def here_on(date: dt.date) -> QuerySet[Employee]:
    """Return who is employed on a date, of the open company scope, by name."""
    here: QuerySet[Employee] = Employee.objects.filter(
        Q(left_on__isnull=True) | Q(left_on__gte=date), is_active=True, joined_on__lte=date
    )
    return here.order_by("name", "code")


# --- teams --------------------------------------------------------------------------------------
def _placed(on: dt.date) -> QuerySet[Employee]:
    """Return who is employed on a date, with manager and department of their place then."""
    place = Placement.objects.filter(employee=OuterRef("pk"), starts_on__lte=on)
    latest = place.order_by("-starts_on")
    return here_on(on).annotate(
        placed_manager=Subquery(latest.values("manager")[:1]),
        placed_department=Subquery(latest.values("department")[:1]),
        placed_office=Subquery(latest.values("office")[:1]),
    )


def _manager_grants(on: dt.date) -> QuerySet[RoleGrant]:
    held: QuerySet[RoleGrant] = RoleGrant.objects.filter(role=Role.MANAGER, starts_on__lte=on)
    return held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def _with_those_below(departments: set[int]) -> set[int]:
    """Return the departments and all that are parts of them."""
    below: dict[int | None, list[int]] = {}
    for pk, parent in Department.objects.values_list("pk", "parent"):
        below.setdefault(parent, []).append(pk)
    found, ahead = set(departments), list(departments)
    while ahead:
        fresh = [pk for pk in below.get(ahead.pop(), []) if pk not in found]
        found.update(fresh)
        ahead += fresh
    return found


def team_of(actor: Actor, *, on: dt.date) -> QuerySet[Employee]:
    """Return whose days the actor answers for on a date, by name, never the own.

    HR and company admins: everybody. Others: whoever is placed below them by name, and, with the
    role of a manager, their department with its parts (without one, the company). At most two
    statements beside the one of the answer.
    """
    people = _placed(on)
    if actor.company is None or actor.user is None:
        return people.none()
    people = people.filter(company=actor.company).exclude(user=actor.user)
    if actor.has(Role.HR, Role.COMPANY_ADMIN):
        return people
    mine = Q(pk__in=[])
    if actor.employee is not None:
        mine |= Q(placed_manager=actor.employee.pk)
    if actor.has(Role.MANAGER):
        grants = _manager_grants(on).filter(user=actor.user)
        departments = set(grants.values_list("department", flat=True))
        if None in departments:
            return people
        mine |= Q(placed_department__in=_with_those_below({pk for pk in departments if pk}))
    return people.filter(mine)


def managers_of(employee: Employee, *, on: dt.date) -> list[User]:
    """Return who decides for the person on a date: their manager, else their department's, else HR.

    The person is never among them.
    """
    places = Placement.objects.filter(employee=employee, starts_on__lte=on).order_by("-starts_on")
    manager, department = places.values_list("manager", "department").first() or (None, None)
    users = User.objects.filter(is_active=True).order_by("name")
    if employee.user_id is not None:
        users = users.exclude(pk=employee.user_id)
    if manager is not None:
        named = list(users.filter(engagements=manager))
        if named:
            return named
    if department is not None:
        grants = _manager_grants(on).filter(department__in=_above(department))
        found = list(users.filter(pk__in=grants.values("user")).distinct())
        if found:
            return found
    hr = RoleGrant.objects.filter(role=Role.HR, starts_on__lte=on).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    return list(users.filter(pk__in=hr.values("user")))


def _above(department: int) -> list[int]:
    """Return the department and those that it is part of."""
    parents: dict[int, int | None] = dict(Department.objects.values_list("pk", "parent"))
    found: list[int] = []
    here: int | None = department
    while here is not None and here not in found:
        found.append(here)
        here = parents.get(here)
    return found


# Rows of one's own are read in pieces of this size: a life's worth of them costs the same memory.
OWN_CHUNK = 500


def own_engagements(user: User, company: Company) -> QuerySet[Employee]:
    """Return the user's engagements in the company, also those that are over."""
    found: QuerySet[Employee] = Employee.objects.filter(user=user, company=company)
    return found.order_by("joined_on", "pk")


def own_placements(user: User, company: Company) -> QuerySet[Placement]:
    found: QuerySet[Placement] = Placement.objects.filter(employee__user=user, company=company)
    related = ("employee", "office", "department", "default_shift")
    return found.select_related(*related).order_by("starts_on", "pk")


def own_role_grants(user: User, company: Company) -> QuerySet[RoleGrant]:
    found: QuerySet[RoleGrant] = RoleGrant.objects.filter(user=user, company=company)
    return found.select_related("department", "user").order_by("starts_on", "pk")


def own_mails(user: User, company: Company) -> Iterator[OutboxMessage]:
    """Return the mails that name the user: the company's, and those of no company.

    Found by the person and not by the address, which two people may share.
    """
    with no_scope("own data: mails of no company"):
        rows = OutboxMessage.objects.filter(
            Q(company=company) | Q(company__isnull=True), values__user=str(user.public_id)
        ).order_by("created_at", "pk")
    yield from rows.iterator(chunk_size=OWN_CHUNK)


def own_deeds(user: User, company: Company) -> Iterator[AuditEvent]:
    """Return what the user did in the company, oldest first."""
    rows = AuditEvent.objects.filter(company=company, actor_id=str(user.public_id))
    yield from rows.order_by("occurred_at", "pk").iterator(chunk_size=OWN_CHUNK)


def events_about(subjects: Iterable[QuerySet[Any]], company: Company) -> Iterator[AuditEvent]:
    """Return the company's events about these rows, kind by kind, each from its oldest rows on."""
    for rows in subjects:
        kind = rows.model._meta.label_lower
        ids = iter(rows.values_list("public_id", flat=True).iterator(chunk_size=OWN_CHUNK))
        while piece := [str(value) for value in islice(ids, OWN_CHUNK)]:
            events = AuditEvent.objects.filter(
                company=company, subject_type=kind, subject_id__in=piece
            )
            yield from events.order_by("occurred_at", "pk").iterator(chunk_size=OWN_CHUNK)
