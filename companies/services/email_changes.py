"""Signing in with another address: asked for, confirmed by who reads it, stopped by who owns it."""

from __future__ import annotations

import datetime as dt
import secrets

from django.db import transaction

from companies import links, outbox, throttle
from companies.actor import Actor
from companies.enums import ActorKind, EmailChangeState
from companies.errors import EmailUnchanged, LinkInvalid, TooMany
from companies.models import EmailChange, User
from companies.services.own_sign_in import sign_in_changed
from companies.services.pool import pool_forget
from companies.services.sessions import forget_sessions

_CHANGES_A_DAY = 5


def email_change_ask(*, user: User, address: str, by: Actor, now: dt.datetime) -> None:
    """Mail a link to the new address and a notice to the old one; nothing changes yet.

    The caller cannot tell whether the address belongs to somebody else: its reader is told.

    Raises:
        EmailUnchanged, TooMany
    """
    wanted = address.strip()
    if wanted.lower() == (user.email or "").lower():
        raise EmailUnchanged
    key = f"email-change:{user.public_id}"
    if not throttle.hit(key, limit=_CHANGES_A_DAY, seconds=24 * 3600, now=now):
        raise TooMany
    with transaction.atomic():
        _ask(user, wanted, by=by, now=now)


def _ask(user: User, wanted: str, *, by: Actor, now: dt.datetime) -> None:
    User.objects.select_for_update().get(pk=user.pk)
    waiting = EmailChange.objects.filter(user=user, state=EmailChangeState.ASKED)
    waiting.update(state=EmailChangeState.STOPPED, decided_at=now)
    change = EmailChange.objects.create(
        user=user, before=user.email or "", after=wanted, asked_at=now
    )
    sign_in_changed(user=user, verb="email_change_asked", by=by)
    if User.objects.filter(email__iexact=wanted).exists():
        _mail(change, "email_change_taken", to=wanted)
        return
    _mail(change, "email_change_link", to=wanted)
    if change.before:
        _mail(change, "email_change_notice", to=change.before)


def _mail(change: EmailChange, template: str, *, to: str) -> None:
    outbox.enqueue(
        company=None,
        dedupe_key=f"{template}:{change.public_id}",
        to=to,
        template=f"companies/email/{template}",
        values={"user": str(change.user.public_id), "change": str(change.public_id)},
        locale=change.user.locale,
        is_awaited=True,
    )


@transaction.atomic
def email_change_confirm(*, token: str, now: dt.datetime) -> User:
    """Let the person sign in with the new address, for whoever holds the link sent there.

    Raises:
        LinkInvalid: used, stopped, run out, or the address is somebody else's by now.
    """
    change = _locked(links.change_of_link(token, links.CONFIRM))
    if change.state != EmailChangeState.ASKED or _is_taken(change.after, change.user):
        raise LinkInvalid
    user = change.user
    if (user.email or "") != change.before:
        raise LinkInvalid
    user.email = change.after
    user.save(update_fields=["email"])
    pool_forget(user)
    _decide(change, EmailChangeState.DONE, now)
    sign_in_changed(
        user=user, verb="email_changed", by=_self(user),
        changes={"email": [change.before, change.after]},
    )  # fmt: skip
    return user


@transaction.atomic
def email_change_stop(*, token: str, now: dt.datetime) -> User:
    """Stop a change, or take it back, for whoever reads the old address; sign everybody out.

    Whoever asked knew the password: it is replaced by one that nobody knows, and a link to choose
    another goes to the old address.

    Raises:
        LinkInvalid: stopped already, run out, or the old address is somebody else's by now.
    """
    change = _locked(links.change_of_link(token, links.STOP))
    if change.state == EmailChangeState.STOPPED or _is_taken(change.before, change.user):
        raise LinkInvalid
    user = change.user
    before, user.email = user.email, change.before
    # Usable, so that the account's own address stays where links go (selectors.link_address).
    user.set_password(secrets.token_urlsafe(32))
    user.save(update_fields=["email", "password"])
    forget_sessions(user)
    pool_forget(user)
    # With it goes what came after: else whoever is stopped takes the address back by a link of it.
    since = EmailChange.objects.filter(user=user, pk__gte=change.pk)
    since.exclude(state=EmailChangeState.STOPPED).update(
        state=EmailChangeState.STOPPED, decided_at=now
    )
    changes = {"email": [before, user.email]} if before != user.email else {}
    sign_in_changed(user=user, verb="email_change_stopped", by=_self(user), changes=changes)
    outbox.enqueue(
        company=None,
        dedupe_key=f"email_change_stopped:{change.public_id}",
        to=change.before,
        template="companies/email/password_reset",
        values={"user": str(user.public_id)},
        locale=user.locale,
        is_awaited=True,
    )
    return user


def change_is_open(change: EmailChange, purpose: str) -> bool:
    """Return whether a link for this purpose still does something."""
    if purpose == links.CONFIRM:
        return change.state == EmailChangeState.ASKED
    return change.state != EmailChangeState.STOPPED


def _locked(change: EmailChange | None) -> EmailChange:
    """Lock the person, then their change: in the order of asking for one."""
    if change is None:
        raise LinkInvalid
    user = User.objects.select_for_update().get(pk=change.user_id)
    locked: EmailChange = EmailChange.objects.select_for_update().get(pk=change.pk)
    locked.user = user
    return locked


def _decide(change: EmailChange, state: EmailChangeState, now: dt.datetime) -> None:
    change.state, change.decided_at = state, now
    change.save(update_fields=["state", "decided_at"])


def _is_taken(address: str, user: User) -> bool:
    return User.objects.filter(email__iexact=address).exclude(pk=user.pk).exists()


def _self(user: User) -> Actor:
    return Actor(
        kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user, channel="link"
    )
