"""Invitations: printed for who has no mailbox, offered to who is at home in another company."""

from __future__ import annotations

import datetime as dt
import secrets

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.db import transaction
from django.urls import reverse
from django.utils import timezone

from companies import audit, outbox, permissions, selectors
from companies.actor import Actor
from companies.enums import ActorKind, InvitationChannel, InvitationState
from companies.errors import EmailTaken, InvalidTransition, LinkInvalid, NotAllowed, RoleOutOfReach
from companies.models import Employee, Invitation, Pin, RoleGrant, User
from companies.scoping import company_scope
from companies.services.pins import pin_set

CARD_GOOD_FOR = dt.timedelta(days=14)
# Read from paper and typed by hand: no two signs look alike. 20 of them hold 99 bits.
_SIGNS = "abcdefghjkmnpqrstuvwxyz23456789"
_GROUPS, _OF = 4, 5


def _new_token() -> str:
    groups = ("".join(secrets.choice(_SIGNS) for _n in range(_OF)) for _m in range(_GROUPS))
    return "-".join(groups)


def _lock(employee: Employee) -> Employee:
    locked: Employee = (
        Employee.objects.select_for_update(of=("self",)).select_related("company", "user").get(
            pk=employee.pk
        )
    )  # fmt: skip
    return locked


def _void_earlier(employee: Employee, now: dt.datetime) -> None:
    Invitation.objects.filter(employee=employee, ended_at__isnull=True).update(
        ended_at=now, outcome=InvitationState.VOID
    )


def _end(invitation: Invitation, outcome: InvitationState, now: dt.datetime) -> None:
    invitation.outcome, invitation.ended_at = outcome, now
    invitation.save(update_fields=["outcome", "ended_at"])


# --- printed ----------------------------------------------------------------------------------
@transaction.atomic
def invitation_print(*, employee: Employee, by: Actor) -> str:
    """Make the person's card and return its token; earlier invitations are void from now on.

    Only the token's hash is kept: a card that is lost is printed anew.

    Raises:
        NotAllowed
    """
    if not permissions.can_send_sign_in_link(by, employee):
        raise NotAllowed
    locked, now, token = _lock(employee), timezone.now(), _new_token()
    _void_earlier(locked, now)
    Invitation.objects.create(
        company=locked.company,
        employee=locked,
        channel=InvitationChannel.PRINT,
        token_hash=selectors.token_hash(token),
        inviter=by.name,
        made_at=now,
        expires_at=now + CARD_GOOD_FOR,
    )
    audit.record(by=by, verb="invitation_printed", subject=locked)
    return token


@transaction.atomic
def invitation_use(*, token: str, now: dt.datetime, pin: str = "", password: str = "") -> Employee:
    """Let the holder of a printed card in: sets the PIN or password, and uses the card up.

    Raises:
        LinkInvalid, PinUnfit; NotAllowed for a password where the card opens a PIN only
        (`selectors.card_opens_password`); ValidationError for a weak password.
    """
    found = selectors.invitation_of_token(token, now=now)
    if found is None or found.employee is None:
        raise LinkInvalid
    with company_scope(found.company):
        employee = _lock(found.employee)
        # Under the lock it is looked at again: of two submissions one finds it used up.
        invitation: Invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=found.pk)
        if invitation.ended_at is not None:
            raise LinkInvalid
        if password and not selectors.card_opens_password(employee):
            raise NotAllowed
        user = employee.user or User.objects.create_user(email=None, name=employee.name)
        employee.user = user
        employee.save(update_fields=["user"])
        actor = Actor(
            kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user,
            company=employee.company, employee=employee, channel="card",
        )  # fmt: skip
        if password:
            _set_password(user, password, by=actor)
        else:
            pin_set(employee=employee, pin=pin, by=actor)
        _end(invitation, InvitationState.ACCEPTED, now)
        audit.record(by=actor, verb="invitation_accepted", subject=employee)
    return employee


def _set_password(user: User, password: str, *, by: Actor) -> None:
    validate_password(password, user)
    user.set_password(password)
    user.save(update_fields=["password"])
    audit.record(by=by, verb="password_set", subject=user, company=by.company)


# --- offered ----------------------------------------------------------------------------------
def invitation_offer(*, employee: Employee, user: User, by: Actor) -> None:
    """Ask a user who is at home elsewhere whether they work here; `employee_invite` calls it.

    Nothing connects the engagement to them before they say so.

    Raises:
        RoleOutOfReach: the sign-in so far has roles, which nobody may hand to who has not agreed.
    """
    before, now = employee.user, timezone.now()
    if before is not None:
        if RoleGrant.objects.filter(user=before).exists():
            raise RoleOutOfReach(name=before.name)
        if before.email:
            # A mistaken address: whoever reads that mail must find nothing here.
            employee.user = None
            employee.save(update_fields=["user"])
    _void_earlier(employee, now)
    Invitation.objects.create(
        company=employee.company,
        employee=employee,
        channel=InvitationChannel.MAIL,
        user=user,
        inviter=by.name,
        made_at=now,
        expires_at=now + CARD_GOOD_FOR,
    )
    audit.record(by=by, verb="invitation_sent", subject=employee)
    outbox.enqueue(
        company=employee.company,
        dedupe_key=f"invitation:{employee.public_id}:{user.public_id}:{now:%Y%m%d%H%M}",
        to=user.email or "",
        template="companies/email/invitation",
        values={
            "user": str(user.public_id),
            "name": user.name,
            "company": employee.company.name,
            "by": by.name if by.kind == ActorKind.PERSON else "",
            "link": f"{settings.PUBLIC_URL}{reverse('portal:invitations')}",
        },
        locale=user.locale,
        is_awaited=True,
    )


@transaction.atomic
def invitation_answer(
    *, invitation: Invitation, is_accepted: bool, by: Actor, now: dt.datetime
) -> None:
    """Connect the engagement to the invited user, or leave it; inside the inviter's scope.

    Raises:
        NotAllowed; InvalidTransition for one that was answered, replaced or ran out; EmailTaken
    """
    if not permissions.can_answer_invitation(by, invitation):
        raise NotAllowed
    # What is offered for a time without an engagement is answered by `auditor_answer`.
    if invitation.employee is None:
        raise InvalidTransition
    employee = _lock(invitation.employee)
    locked: Invitation = Invitation.objects.select_for_update(of=("self",)).get(pk=invitation.pk)
    if locked.state(now) != InvitationState.OPEN or employee.has_left(now):
        raise InvalidTransition
    if not is_accepted:
        _end(locked, InvitationState.REFUSED, now)
        audit.record(by=by, verb="invitation_refused", subject=employee)
        return
    user = by.user
    assert user is not None  # noqa: S101  # the permission compared it
    if Employee.objects.filter(user=user, left_on__isnull=True).exclude(pk=employee.pk).exists():
        raise EmailTaken(email=user.email)
    employee.user = user
    employee.save(update_fields=["user"])
    # It was chosen by whoever held the engagement's card, not by who comes in now.
    Pin.objects.filter(employee=employee).delete()
    _end(locked, InvitationState.ACCEPTED, now)
    audit.record(by=by, verb="invitation_accepted", subject=employee)
