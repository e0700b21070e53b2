"""Sign-ins of a company's people."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from companies import audit, permissions, selectors
from companies.actor import Actor
from companies.errors import EmailMissing, EmailTaken, NotAllowed, RoleOutOfReach
from companies.models import Employee, RoleGrant, User
from companies.services.invitations import invitation_offer
from companies.services.links import enqueue_link, user_of


@transaction.atomic
def employee_invite(*, employee: Employee, by: Actor) -> str:
    """Mail the person a link to set a password; connects the engagement to its user.

    Who is at home in another company already is asked instead, and connected by accepting only.
    Returns the address that the mail goes to. Earlier links stay good until one is used.

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
    user = _user_for(locked, address)
    if user != locked.user and selectors.is_at_home_elsewhere(user, locked.company):
        invitation_offer(employee=locked, user=user, by=by)
        return address
    changes = _connect(locked, user, by)
    audit.record(by=by, verb="sign_in_link_sent", subject=locked, changes=changes)
    enqueue_link(company=locked.company, user=user, sent_by=by, now=timezone.now())
    return address


def _user_for(employee: Employee, address: str) -> User:
    """Return the user of the address, made where there is none.

    Raises:
        EmailTaken
    """
    before = employee.user
    if before is not None and (before.email or "").lower() == address.lower():
        return before
    user = user_of(address, employee.name)
    others = Employee.objects.filter(user=user, left_on__isnull=True).exclude(pk=employee.pk)
    if others.exists():
        raise EmailTaken(email=address)
    return user


def _connect(employee: Employee, user: User, by: Actor) -> dict[str, list[str | None]]:
    """Give the engagement its user; returns what that corrected.

    Somebody who never set a password may have been invited by a mistaken address: whoever reads
    that mail must find nothing here, so the roles go with the engagement.

    Raises:
        RoleOutOfReach
    """
    before = employee.user
    if before == user:
        return {}
    employee.user = user
    employee.save(update_fields=["user"])
    if before is None:
        return {}
    _move_roles(before, user, by=by)
    return {"email": [before.email, user.email]}


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
