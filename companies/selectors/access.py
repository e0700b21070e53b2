"""Who was let in: operators for hours, and whoever has left to their own records."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import dataclass

from django.db.models import QuerySet

from companies.enums import RequestOutcome
from companies.models import Company, Employee, RecordsRequest, SupportGrant, User
from companies.scoping import no_scope
from companies.selectors.people import is_operator, memberships


def support_grants_of(user: User) -> QuerySet[SupportGrant]:
    """Return what the operator asked for or was given, of every company."""
    with no_scope("operator: which companies let me in"):
        found: QuerySet[SupportGrant] = SupportGrant.objects.filter(operator=user)
        return found.select_related("company").order_by("-asked_at", "-pk")


def support_held(user: User, public_id: str, *, now: dt.datetime) -> SupportGrant | None:
    """Return the operator's access of this id if it holds now, and they still are one."""
    try:
        known = uuid.UUID(public_id)
    except ValueError:
        return None
    grant = support_grants_of(user).filter(public_id=known).first()
    if grant is None or not grant.holds(now) or not is_operator(user, now=now):
        return None
    return grant


def support_now(*, now: dt.datetime) -> QuerySet[SupportGrant]:
    """Return the operators' accesses to the open scope's company that hold now."""
    found: QuerySet[SupportGrant] = SupportGrant.objects.filter(
        outcome=RequestOutcome.APPROVED, ended_at__isnull=True, starts_at__lte=now, ends_at__gt=now
    )
    return found


@dataclass(frozen=True)
class Former:
    """A company where the user worked and that they cannot enter now."""

    company: Company
    last_day: dt.date | None
    requests: tuple[RecordsRequest, ...]

    @property
    def latest(self) -> RecordsRequest | None:
        return self.requests[0] if self.requests else None


def former_companies(user: User, *, now: dt.datetime) -> list[Former]:
    """Return where the user worked once and may enter no more, by name.

    Who was switched off without a last day has none; who is to begin there has not left yet.
    """
    entered = {item.company.pk for item in memberships(user, now=now)}
    with no_scope("who has left: which companies were mine"):
        engagements = list(Employee.objects.filter(user=user).select_related("company"))
        requests = list(RecordsRequest.objects.filter(user=user).order_by("-asked_at", "-pk"))
    by_company: dict[int, list[Employee]] = {}
    for row in engagements:
        if row.company_id not in entered:
            by_company.setdefault(row.company_id, []).append(row)
    found = [
        Former(
            company=rows[0].company,
            last_day=max((row.left_on for row in rows if row.left_on), default=None),
            requests=tuple(item for item in requests if item.company_id == pk),
        )
        for pk, rows in by_company.items()
    ]
    return sorted(found, key=lambda item: item.company.name)
