"""Users, and the companies that they may enter."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Q, QuerySet

from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.models import Company, Employee, OperatorGrant, RoleGrant, User
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


def actor_of(user: User, company: Company, *, now: dt.datetime, channel: str) -> Actor:
    """Return the user acting in the company; who may not enter it any more acts in none."""
    mine = {item.company.pk: item for item in memberships(user, now=now)}
    here = mine.get(company.pk)
    return Actor(
        kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user,
        company=company if here else None, employee=here.employee if here else None,
        roles=here.roles if here else frozenset(), channel=channel,
    )  # fmt: skip


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


def operators(*, now: dt.datetime) -> QuerySet[User]:
    """Return who runs the platform today."""
    today = now.date()
    grants = OperatorGrant.objects.filter(starts_on__lte=today).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=today)
    )
    return User.objects.filter(pk__in=grants.values("user")).order_by("pk")


def users_of(company: Company) -> QuerySet[User]:
    """Return the users of the company, by name: engaged there or by a role, now or formerly."""
    return User.objects.filter(
        Q(pk__in=Employee.objects.filter(company=company).values("user"))
        | Q(pk__in=RoleGrant.objects.filter(company=company).values("user"))
    ).order_by("name")
