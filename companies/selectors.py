"""Reads of companies; the first argument says whose."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from companies.enums import Role
from companies.models import Company, Employee, OperatorGrant, RoleGrant, User
from companies.scoping import no_scope

# The last place on earth where a date ends: a last day lasts until it is over everywhere.
_LATEST_ZONE = dt.timedelta(hours=12)


@dataclass(frozen=True)
class Membership:
    """A company that a user may enter today, as employee, by roles, or both."""

    company: Company
    employee: Employee | None
    roles: frozenset[Role]


def memberships(user: User, *, now: dt.datetime) -> list[Membership]:
    """Return the companies that the user may enter now, by name; two statements."""
    today = (now - _LATEST_ZONE).date()
    with no_scope("sign-in: which companies are mine"):
        engagements = list(
            Employee.objects.filter(user=user, is_active=True)
            .filter(Q(left_on__isnull=True) | Q(left_on__gte=today))
            .select_related("company")
            .order_by("joined_on")
        )
        grants = list(
            RoleGrant.objects.filter(user=user, starts_on__lte=now.date())
            .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
            .select_related("company")
        )
    companies = {row.company_id: row.company for row in [*engagements, *grants]}
    employees = {row.company_id: row for row in engagements}
    return sorted(
        (
            Membership(
                company=company,
                employee=employees.get(pk),
                roles=frozenset(Role(row.role) for row in grants if row.company_id == pk),
            )
            for pk, company in companies.items()
        ),
        key=lambda membership: membership.company.name,
    )


def is_operator(user: User, *, now: dt.datetime) -> bool:
    """Return whether the user runs the platform today."""
    today = now.date()
    return (
        OperatorGrant.objects.filter(user=user, starts_on__lte=today)
        .filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today))
        .exists()
    )
