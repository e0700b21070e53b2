"""Whom the user pool may let in: people whom Muster knows, and addresses of companies' domains."""

from __future__ import annotations

import datetime as dt

from allauth.socialaccount.models import SocialAccount

from companies.models import Company, CompanyDomain, Employee, User
from companies.scoping import no_scope

# The one pool of an installation, as sign-ins of it are kept under.
POOL = "cognito"


def is_known_address(address: str, *, now: dt.datetime) -> bool:
    """Return whether somebody who may sign in, or works in a company, has this address."""
    user = User.objects.filter(email__iexact=address).first()
    if user is not None:
        return user.is_active
    with no_scope("user pool: whether a company knows this address"):
        people = list(Employee.objects.filter(email__iexact=address))
    return any(not person.has_left(now) for person in people)


def company_of_domain(address: str) -> Company | None:
    """Return the company whose confirmed domain the address lies in."""
    domain = address.rpartition("@")[2].lower()
    with no_scope("user pool: whose domain this address lies in"):
        found: CompanyDomain | None = (
            CompanyDomain.objects.filter(domain=domain, confirmed_at__isnull=False)
            .select_related("company")
            .first()
        )
    return None if found is None else found.company


def pool_user(subject: str) -> User | None:
    """Return whose sign-in this account of the pool is."""
    rows = SocialAccount.objects.filter(provider=POOL, uid=subject).select_related("user")
    found = rows.first()
    return None if found is None else found.user


def has_pool_account(user: User) -> bool:
    """Return whether the user signs in by the pool."""
    return bool(SocialAccount.objects.filter(user=user, provider=POOL).exists())
