"""The verbs of companies: keyword-only, atomic, `by=` the actor."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from companies import audit, outbox, permissions, throttle
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.errors import (
    CodeTaken,
    EmailMissing,
    EmailTaken,
    LinkInvalid,
    NotAllowed,
    TooMany,
)
from companies.links import user_of_link
from companies.models import (
    Company,
    Employee,
    Office,
    OfficeVersion,
    OperatorGrant,
    PolicyVersion,
    RoleGrant,
    User,
)
from companies.scoping import company_scope

_RESETS_AN_HOUR = 5


def _user_of(email: str, name: str) -> User:
    """Return the user with this address, whatever its case, or a new one without a password."""
    found = User.objects.filter(email__iexact=email.strip()).first()
    return found or User.objects.create_user(email=email, name=name)


def _enqueue_link(*, company: Company, user: User, by: Actor, now: dt.datetime) -> None:
    outbox.enqueue(
        company=company,
        # One link a minute and person: a double click sends one mail.
        dedupe_key=f"sign_in_link:{user.public_id}:{now:%Y%m%d%H%M}",
        to=user.email or "",
        template="companies/email/sign_in_link",
        values={
            "user": str(user.public_id),
            "company": company.name,
            "by": by.name or "Muster",
        },
        locale=user.locale,
    )


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
) -> Company:
    """Make a company with its first policy, a first office, and its first HR, who gets a link.

    Raises:
        NotAllowed, CodeTaken; ValidationError for a zone that does not exist.
    """
    if by.kind not in (ActorKind.PLATFORM, ActorKind.JOB):
        raise NotAllowed
    company = Company(name=name.strip(), code=code or slugify(name)[:40])
    if Company.objects.filter(code=company.code).exists():
        raise CodeTaken(code=company.code)
    company.full_clean()
    company.save()
    now = timezone.now()
    with company_scope(company):
        policy = PolicyVersion(company=company, starts_on=dt.date(2000, 1, 1), zone=zone)
        policy.full_clean(exclude=["company"])
        policy.save()
        office: Office = Office.objects.create(company=company, name=name.strip())
        OfficeVersion.objects.create(company=company, office=office, zone=zone, country=country)
        hr = _user_of(hr_email, hr_name)
        for role in (Role.HR, Role.COMPANY_ADMIN):
            grant = RoleGrant.objects.create(
                company=company, user=hr, role=role, starts_on=now.date()
            )
            audit.record(by=by, verb="role_granted", subject=grant)
        audit.record(by=by, verb="company_created", subject=company)
        _enqueue_link(company=company, user=hr, by=by, now=now)
    company.refresh_from_db()
    return company


@transaction.atomic
def employee_invite(*, employee: Employee, by: Actor) -> None:
    """Send the person a link to set a password; connects the engagement to its user.

    Raises:
        NotAllowed, EmailMissing, EmailTaken
    """
    if not permissions.can_send_sign_in_link(by, employee):
        raise NotAllowed
    locked: Employee = (
        Employee.objects.select_for_update(of=("self",)).select_related("company").get(
            pk=employee.pk
        )
    )  # fmt: skip
    if not locked.email:
        raise EmailMissing(name=locked.name)
    user = locked.user or _user_of(locked.email, locked.name)
    if locked.user is None:
        taken = Employee.objects.filter(user=user, left_on__isnull=True).exclude(pk=locked.pk)
        if taken.exists():
            raise EmailTaken(email=locked.email)
        locked.user = user
        locked.save(update_fields=["user"])
    audit.record(by=by, verb="sign_in_link_sent", subject=locked)
    _enqueue_link(company=locked.company, user=user, by=by, now=timezone.now())


def password_reset_request(*, email: str, now: dt.datetime) -> None:
    """Mail a reset link if somebody has this address; the caller cannot tell whether.

    Raises:
        TooMany: asked for this address too often.
    """
    address = email.strip().lower()
    if not throttle.hit(f"reset:{address}", limit=_RESETS_AN_HOUR, seconds=3600):
        raise TooMany
    user = User.objects.filter(email__iexact=address, is_active=True).first()
    if user is None:
        return
    outbox.enqueue(
        company=None,
        dedupe_key=f"password_reset:{user.public_id}:{now:%Y%m%d%H%M}",
        to=user.email or "",
        template="companies/email/password_reset",
        values={"user": str(user.public_id)},
        locale=user.locale,
    )


@transaction.atomic
def password_set(*, public_id: object, token: str, password: str, by: Actor | None = None) -> User:
    """Set the password of whoever holds the link, which is used up by it.

    Raises:
        LinkInvalid; ValidationError for a weak password.
    """
    found = user_of_link(public_id, token)
    if found is None:
        raise LinkInvalid
    # Under the lock the token is looked at again: of two submissions one finds it used up.
    user = User.objects.select_for_update().get(pk=found.pk)
    if user_of_link(public_id, token) is None:
        raise LinkInvalid
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    actor = by or Actor(
        kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user, channel="link"
    )
    audit.record(by=actor, verb="password_set", subject=user)
    return user


@transaction.atomic
def operator_create(*, name: str, email: str, by: Actor) -> OperatorGrant:
    """Make somebody a platform operator and mail them a link."""
    user = _user_of(email, name)
    grant = OperatorGrant.objects.create(user=user, starts_on=timezone.now().date())
    audit.record(by=by, verb="operator_granted", subject=grant)
    outbox.enqueue(
        company=None,
        dedupe_key=f"operator:{grant.public_id}",
        to=email,
        template="companies/email/sign_in_link",
        values={"user": str(user.public_id), "company": "Muster", "by": by.name},
    )
    return grant
