"""Mail domains of a company: HR names one, the operator confirms it after looking into DNS."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction

from companies import audit, permissions, selectors
from companies.actor import Actor
from companies.errors import DomainTaken, InvalidTransition, NotAllowed
from companies.models import CompanyDomain


@transaction.atomic
def domain_ask(*, domain: str, by: Actor, now: dt.datetime) -> CompanyDomain:
    """Name a domain of the actor's company; its token must be found in DNS before it counts.

    Raises:
        NotAllowed; ValidationError by field for what is no domain, or stands there already.
    """
    if by.company is None or not permissions.can_manage_hr(by):
        raise NotAllowed
    row = CompanyDomain(
        company=by.company, domain=domain.strip().lower(), token=secrets.token_hex(16), asked_at=now
    )
    row.full_clean()
    row.save()
    audit.record(by=by, verb="domain_asked", subject=row)
    return row


@transaction.atomic
def domain_confirm(*, row: CompanyDomain, by: Actor, now: dt.datetime) -> None:
    """Say that the record stands in DNS, inside the company's scope.

    Muster looks nothing up itself; the operator did.

    Raises:
        NotAllowed; InvalidTransition for one that is confirmed; DomainTaken
    """
    if not permissions.can_confirm_domain(by):
        raise NotAllowed
    locked: CompanyDomain = CompanyDomain.objects.select_for_update().get(pk=row.pk)
    if locked.confirmed_at is not None:
        raise InvalidTransition
    if selectors.company_of_domain(f"anybody@{locked.domain}") is not None:
        raise DomainTaken(domain=locked.domain)
    locked.confirmed_at = now
    locked.save(update_fields=["confirmed_at"])
    changes = {"record": [None, f"{locked.record_name} TXT {locked.record_value}"]}
    audit.record(by=by, verb="domain_confirmed", subject=locked, changes=changes)


@transaction.atomic
def domain_remove(*, row: CompanyDomain, by: Actor) -> None:
    """Take a domain away: nobody signs up by it any more; who is in stays.

    Raises:
        NotAllowed
    """
    if not permissions.can_manage_records(by, row):
        raise NotAllowed
    audit.record(by=by, verb="domain_removed", subject=row)
    row.delete()
