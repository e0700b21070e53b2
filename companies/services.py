"""The verbs of companies: keyword-only, atomic, `by=` the actor."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _

from companies import audit, outbox, permissions, selectors, throttle
from companies.actor import Actor
from companies.enums import ActorKind, Role
from companies.errors import (
    CodeTaken,
    EmailMissing,
    EmailTaken,
    LinkInvalid,
    NotAllowed,
    RoleOutOfReach,
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


def _user_of(email: str, name: str, *, prefix: str = "") -> User:
    """Return the user with this address, whatever its case, or a new one without a password.

    Raises:
        ValidationError: address or name is none; its keys begin with `prefix`.
    """
    address = email.strip()
    found = User.objects.filter(email__iexact=address).first()
    if found is not None:
        return found
    if not address:
        raise ValidationError({f"{prefix}email": _("Write an e-mail address.")})
    try:
        User(email=address, name=name.strip()).clean_fields(exclude={"password"})
    except ValidationError as error:
        told = {f"{prefix}{field}": words for field, words in error.message_dict.items()}
        raise ValidationError(told) from error
    return User.objects.create_user(email=address, name=name.strip())


def _enqueue_link(*, company: Company, user: User, by: Actor, now: dt.datetime) -> None:
    outbox.enqueue(
        company=company,
        # One link a minute, person and company: a double click sends one mail.
        dedupe_key=f"sign_in_link:{company.public_id}:{user.public_id}:{now:%Y%m%d%H%M}",
        to=user.email or "",
        template="companies/email/sign_in_link",
        values={
            "user": str(user.public_id),
            "company": company.name,
            # Commands and operators are no people of the company.
            "by": by.name if by.kind == ActorKind.PERSON else "",
        },
        locale=user.locale,
    )


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
) -> Company:
    """Make a company with its first policy, a first office, and its first HR, who gets a link.

    Raises:
        NotAllowed, CodeTaken; ValidationError by argument for what cannot be taken.
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
        hr = _user_of(hr_email, hr_name, prefix="hr_")
        for role in (Role.HR, Role.COMPANY_ADMIN):
            grant = RoleGrant.objects.create(
                company=company, user=hr, role=role, starts_on=now.date()
            )
            audit.record(by=by, verb="role_granted", subject=grant)
        audit.record(by=by, verb="company_created", subject=company)
        _enqueue_link(company=company, user=hr, by=by, now=now)
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
def employee_invite(*, employee: Employee, by: Actor) -> str:
    """Mail the person a link to set a password; connects the engagement to its user.

    Returns the address that the link goes to. Earlier links stay good until one is used.

    Raises:
        NotAllowed, EmailMissing, EmailTaken, RoleOutOfReach
    """
    if not permissions.can_send_sign_in_link(by, employee):
        raise NotAllowed
    locked: Employee = (
        Employee.objects.select_for_update(of=("self",)).select_related("company", "user").get(
            pk=employee.pk
        )
    )  # fmt: skip
    address = selectors.link_address(locked)
    if not address:
        raise EmailMissing(name=locked.name)
    user, changes = _connect(locked, address, by)
    audit.record(by=by, verb="sign_in_link_sent", subject=locked, changes=changes)
    _enqueue_link(company=locked.company, user=user, by=by, now=timezone.now())
    return address


def _connect(
    employee: Employee, address: str, by: Actor
) -> tuple[User, dict[str, list[str | None]]]:
    """Give the engagement the user of the address; returns that user and what that corrected.

    Somebody who never set a password may have been invited by a mistaken address: whoever reads
    that mail must find nothing here, so the roles go with the engagement.

    Raises:
        EmailTaken, RoleOutOfReach
    """
    before = employee.user
    if before is not None and (before.email or "").lower() == address.lower():
        return before, {}
    user = _user_of(address, employee.name)
    others = Employee.objects.filter(user=user, left_on__isnull=True).exclude(pk=employee.pk)
    if others.exists():
        raise EmailTaken(email=address)
    employee.user = user
    employee.save(update_fields=["user"])
    if before is None:
        return user, {}
    _move_roles(before, user, by=by)
    return user, {"email": [before.email, user.email]}


def _move_roles(before: User, user: User, *, by: Actor) -> None:
    """Give the roles of one sign-in to another, as far as the actor might give them there.

    Raises:
        RoleOutOfReach: else a corrected address would be a way to any role, also to an own one.
    """
    for grant in RoleGrant.objects.select_for_update(of=("self",)).filter(user=before):
        grant.user = user
        if not permissions.can_grant_role(by, grant):
            raise RoleOutOfReach(name=before.name)
        grant.save(update_fields=["user"])
        changes = {"user": [before.email, user.email]}
        audit.record(by=by, verb="role_granted", subject=grant, changes=changes)


def password_reset_request(*, email: str, now: dt.datetime) -> None:
    """Mail a reset link if somebody has this address; the caller cannot tell whether.

    Raises:
        TooMany: asked for this address too often.
    """
    address = email.strip().lower()
    # A stranger's address is not kept, and may be longer than a key.
    key = f"reset:{hashlib.sha256(address.encode()).hexdigest()}"
    if not throttle.hit(key, limit=_RESETS_AN_HOUR, seconds=3600, now=now):
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
    _record_password(user, by=actor)
    return user


def _record_password(user: User, *, by: Actor) -> None:
    """Tell the audit of every company where the person is; the platform's, of its own people."""
    now = timezone.now()
    mine = selectors.memberships(user, now=now)
    for membership in mine:
        with company_scope(membership.company):
            audit.record(by=by, verb="password_set", subject=user, company=membership.company)
    if not mine or selectors.is_operator(user, now=now):
        audit.record(by=by, verb="password_set", subject=user)


@transaction.atomic
def operator_create(*, name: str, email: str, by: Actor) -> OperatorGrant:
    """Make somebody a platform operator, who already is one stays it; mail them a link.

    Raises:
        NotAllowed; ValidationError for a name or an address that is none.
    """
    _must_run_the_platform(by)
    now = timezone.now()
    user = _user_of(email, name)
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
    )
    return grant


OWN_DATA_AN_HOUR = 6
# Taps this close together are one wish for the file.
_ONE_TAP_SECONDS = 10


@transaction.atomic
def own_data_export(*, by: Actor, now: dt.datetime) -> None:
    """Note that the actor downloads what their company keeps of them; a double tap notes it once.

    Raises:
        TooMany: asked for more often than a person needs it.
    """
    if by.user is None or by.company is None:
        raise NotAllowed
    who = f"{by.company.public_id}:{by.user.public_id}"
    if not throttle.hit(f"own-data:{who}", limit=OWN_DATA_AN_HOUR, seconds=3600, now=now):
        raise TooMany
    if throttle.hit(f"own-data-tap:{who}", limit=1, seconds=_ONE_TAP_SECONDS, now=now):
        audit.record(by=by, verb="own_data_exported", subject=by.user, company=by.company)
