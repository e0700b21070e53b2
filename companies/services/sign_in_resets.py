"""Beginning anew after a lost phone: one person of HR asks, a second one confirms.

A confirmed reset removes second steps and the PIN and signs the person out everywhere. The
password stays, and a link to choose another goes to the person's own address only: no company
opens an account that may be at home in another one too.
"""

from __future__ import annotations

import datetime as dt
from typing import Final

from allauth.mfa.models import Authenticator
from django.db import transaction

from companies import audit, outbox, permissions, selectors
from companies.actor import Actor
from companies.enums import ActorKind, ResetState
from companies.errors import (
    InvalidTransition,
    NotAllowed,
    ReasonMissing,
    ResetExpired,
    ResetWaits,
)
from companies.models import Employee, Pin, SignInReset, User
from companies.services.own_sign_in import sign_in_changed
from companies.services.pool import pool_forget
from companies.services.sessions import forget_sessions

RESET_LASTS: Final = dt.timedelta(hours=72)


@transaction.atomic
def sign_in_reset_ask(
    *, employee: Employee, reason: str, by: Actor, now: dt.datetime
) -> SignInReset:
    """Ask for a reset, and tell the person; nothing happens until a second person confirms.

    Raises:
        NotAllowed, ReasonMissing, ResetWaits
    """
    if not permissions.can_ask_reset(by, employee):
        raise NotAllowed
    locked = Employee.objects.select_for_update(of=("self",)).select_related("user", "company")
    person = locked.get(pk=employee.pk)
    # Who runs the platform is not for a company to let in anew.
    if selectors.is_operator(person.user, now=now):
        raise NotAllowed
    if not reason.strip():
        raise ReasonMissing
    waiting = SignInReset.objects.filter(employee=person, state=ResetState.ASKED).first()
    if waiting is not None:
        if not _has_expired(waiting, now):
            raise ResetWaits
        _decide(waiting, ResetState.EXPIRED, by=None, now=now)
        audit.record(by=by, verb="sign_in_reset_expired", subject=waiting)
    reset: SignInReset = SignInReset.objects.create(
        company=person.company, employee=person, reason=reason.strip(),
        asked_id=by.id, asked_name=by.name, asked_at=now,
    )  # fmt: skip
    audit.record(by=by, verb="sign_in_reset_asked", subject=reset, reason=reset.reason)
    _tell(reset, "companies/email/sign_in_reset_asked", by=by.name)
    return reset


@transaction.atomic
def sign_in_reset_confirm(*, reset: SignInReset, by: Actor, now: dt.datetime) -> None:
    """Remove the person's second steps and PIN, and sign them out everywhere.

    Raises:
        NotAllowed, InvalidTransition, ResetExpired
    """
    locked = _open(reset, by=by, now=now)
    user = _user(locked)
    # Looked at again: within 72 hours the person may have become an operator, or another user.
    if by.kind != ActorKind.PLATFORM and selectors.is_operator(user, now=now):
        raise NotAllowed
    Authenticator.objects.filter(user=user).delete()
    Pin.objects.filter(employee=locked.employee).delete()
    forget_sessions(user)
    pool_forget(user)
    _decide(locked, ResetState.CONFIRMED, by=by, now=now)
    audit.record(by=by, verb="sign_in_reset_confirmed", subject=locked, reason=locked.reason)
    sign_in_changed(user=user, verb="sign_in_reset_confirmed", by=by)
    _tell(locked, "companies/email/sign_in_reset_done")


@transaction.atomic
def sign_in_reset_refuse(*, reset: SignInReset, reason: str, by: Actor, now: dt.datetime) -> None:
    """Leave everything as it is.

    Raises:
        NotAllowed, ReasonMissing, InvalidTransition, ResetExpired
    """
    if not reason.strip():
        raise ReasonMissing
    locked = _open(reset, by=by, now=now)
    _decide(locked, ResetState.REFUSED, by=by, now=now)
    audit.record(by=by, verb="sign_in_reset_refused", subject=locked, reason=reason.strip())


def _open(reset: SignInReset, *, by: Actor, now: dt.datetime) -> SignInReset:
    """Lock what waits for a decision that this actor may make."""
    person = Employee.objects.select_for_update(of=("self",)).select_related("user", "company")
    employee = person.get(pk=reset.employee_id)
    locked: SignInReset = SignInReset.objects.select_for_update().get(pk=reset.pk)
    locked.employee = employee
    if not permissions.can_decide_reset(by, locked):
        raise NotAllowed
    if locked.state != ResetState.ASKED:
        raise InvalidTransition
    if _has_expired(locked, now):
        raise ResetExpired
    return locked


def _user(reset: SignInReset) -> User:
    user = reset.employee.user
    assert user is not None  # noqa: S101  # asked for people who sign in, who keep their user
    return user


def _has_expired(reset: SignInReset, now: dt.datetime) -> bool:
    return reset.asked_at + RESET_LASTS <= now


def _decide(reset: SignInReset, state: ResetState, *, by: Actor | None, now: dt.datetime) -> None:
    reset.state, reset.decided_at = state, now
    if by is not None:
        reset.decided_id, reset.decided_name = by.id, by.name
    reset.save(update_fields=["state", "decided_at", "decided_id", "decided_name"])


def _tell(reset: SignInReset, template: str, by: str = "") -> None:
    user = _user(reset)
    if not user.email:
        return
    outbox.enqueue(
        company=reset.company,
        dedupe_key=f"{template.rpartition('/')[2]}:{reset.public_id}",
        to=user.email,
        template=template,
        values={
            "user": str(user.public_id), "name": user.name, "company": reset.company.name,
            "reason": reset.reason, "by": by,
        },
        locale=user.locale,
        is_awaited=True,
    )  # fmt: skip
