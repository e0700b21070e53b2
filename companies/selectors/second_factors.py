"""Of whom a company asks a second step at sign-in, and who has one."""

from __future__ import annotations

import datetime as dt
import uuid

from django.utils import timezone

from companies.enums import Role, SecondFactor
from companies.models import Company, PolicyVersion, User
from companies.scoping import company_scope
from companies.selectors.people import Membership, is_operator, memberships

_MOST_COMPANIES = 256
_Begun = list[tuple[dt.date, SecondFactor]]
# By company, with the revision of its settings: triggers raise it, so that no answer is stale.
_cache: dict[uuid.UUID, tuple[int, _Begun]] = {}


def second_factor_policy(company: Company, *, on: dt.date) -> SecondFactor:
    """Return of whom the company asks a second step; no statement once it is known.

    `company` must be freshly loaded: its `settings_revision` decides whether the cache serves.
    """
    known = _cache.get(company.public_id)
    if known is None or known[0] != company.settings_revision:
        if len(_cache) >= _MOST_COMPANIES:
            _cache.clear()
        with company_scope(company):
            rows = PolicyVersion.objects.order_by("starts_on", "id")
            begun = [(row.starts_on, SecondFactor(row.second_factor)) for row in rows]
        known = _cache[company.public_id] = (company.settings_revision, begun)
    in_force = [asked for start, asked in known[1] if start <= on]
    return in_force[-1] if in_force else SecondFactor.NOBODY


def second_factor_is_asked(
    company: Company, *, roles: frozenset[Role], now: dt.datetime | None = None
) -> bool:
    """Return whether the company asks a second step of somebody with these roles."""
    asked = second_factor_policy(company, on=(now or timezone.now()).date())
    if asked == SecondFactor.HR:
        return not roles.isdisjoint({Role.HR, Role.COMPANY_ADMIN})
    return asked == SecondFactor.EVERYBODY or (asked == SecondFactor.ROLES and bool(roles))


def second_factor_is_asked_of(user: User) -> bool:
    """Return whether one of the user's companies, or the platform, asks a second step of them."""
    now = timezone.now()
    if is_operator(user, now=now):
        return True
    return any(_asks(membership, now) for membership in memberships(user, now=now))


def _asks(membership: Membership, now: dt.datetime) -> bool:
    return second_factor_is_asked(membership.company, roles=membership.roles, now=now)
