"""What the platform does: companies and their first people, operators."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from companies import audit, outbox, selectors
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.errors import AccountClosed, CodeTaken, NotAllowed
from companies.models import Company, Office, OfficeVersion, OperatorGrant, PolicyVersion, RoleGrant
from companies.scoping import company_scope
from companies.services.links import enqueue_link, user_of


def _must_run_the_platform(actor: Actor) -> None:
    if actor.kind not in (ActorKind.PLATFORM, ActorKind.JOB):
        raise NotAllowed


@transaction.atomic
def company_create(
    *,
    name: str,
    zone: str,
    hr_name: str,
    hr_email: str,
    by: Actor,
    code: str = "",
    country: str = "",
    template: str = "companies/email/sign_in_link",
) -> Company:
    """Make a company with its first policy, a first office, and its first HR, who gets a link.

    `template` is the mail that brings it.

    Raises:
        NotAllowed, CodeTaken, AccountClosed; ValidationError by argument for what cannot be taken.
    """
    _must_run_the_platform(by)
    company = Company(name=name.strip(), code=code or slugify(name)[:40])
    if Company.objects.filter(code=company.code).exists():
        raise CodeTaken(code=company.code)
    company.full_clean()
    company.save()
    now = timezone.now()
    with company_scope(company):
        _first_settings(company, zone=zone, country=country.strip().upper())
        hr = user_of(hr_email, hr_name, prefix="hr_")
        if not hr.is_active:
            # Nobody could come in.
            raise AccountClosed
        for role in (Role.HR, Role.COMPANY_ADMIN):
            grant = RoleGrant.objects.create(
                company=company, user=hr, role=role, starts_on=now.date()
            )
            audit.record(by=by, verb="role_granted", subject=grant)
        audit.record(by=by, verb="company_created", subject=company)
        enqueue_link(company=company, user=hr, sent_by=by, now=now, template=template)
    company.refresh_from_db()
    return company


def _first_settings(company: Company, *, zone: str, country: str) -> None:
    policy = PolicyVersion(company=company, starts_on=dt.date(2000, 1, 1), zone=zone)
    policy.full_clean(exclude=["company"])
    policy.save()
    office: Office = Office.objects.create(company=company, name=company.name)
    version = OfficeVersion(company=company, office=office, zone=zone, country=country)
    version.full_clean(exclude=["company"])
    version.save()


@transaction.atomic
def operator_create(*, name: str, email: str, by: Actor) -> OperatorGrant:
    """Make somebody a platform operator, who already is one stays it; mail them a link.

    Raises:
        NotAllowed; ValidationError for a name or an address that is none.
    """
    _must_run_the_platform(by)
    now = timezone.now()
    user = user_of(email, name)
    grant = selectors.operator_grants(user, now=now).first()
    if grant is None:
        grant = OperatorGrant.objects.create(user=user, starts_on=now.date())
        audit.record(by=by, verb="operator_granted", subject=grant)
    outbox.enqueue(
        company=None,
        dedupe_key=f"operator:{grant.public_id}:{now:%Y%m%d%H%M}",
        to=user.email or "",
        template="companies/email/sign_in_link",
        values={"user": str(user.public_id), "company": "Muster", "by": ""},
        locale=user.locale,
        is_awaited=True,
    )
    return grant
