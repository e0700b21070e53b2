"""Passwords: asked anew by mail, set by a link."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.contrib.auth.hashers import make_password
from django.contrib.auth.password_validation import validate_password
from django.db import transaction

from companies import outbox, throttle
from companies.actor import Actor
from companies.enums import ActorKind
from companies.errors import LinkInvalid, PasswordWrong, TooMany
from companies.links import user_of_link
from companies.models import User
from companies.services.own_sign_in import sign_in_changed

_RESETS_AN_HOUR = 5
_TRIES = 10
_TRIES_SECONDS = 15 * 60


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
        is_awaited=True,
    )


def password_set(*, public_id: object, token: str, password: str, by: Actor | None = None) -> User:
    """Set the password of whoever holds the link, which is used up by it.

    Raises:
        LinkInvalid; ValidationError for a weak password.
    """
    found = user_of_link(public_id, token)
    if found is None:
        raise LinkInvalid
    hashed = _hashed(password, found)
    with transaction.atomic():
        # Under the lock the token is looked at again: of two submissions one finds it used up.
        user = User.objects.select_for_update().get(pk=found.pk)
        if user_of_link(public_id, token) is None:
            raise LinkInvalid
        user.password = hashed
        user.save(update_fields=["password"])
        actor = by or Actor(
            kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user, channel="link"
        )
        sign_in_changed(user=user, verb="password_set", by=actor)
    return user


def _hashed(password: str, user: User) -> str:
    """Return what is kept of a good password; outside of any transaction.

    It takes a good part of a second, and on SQLite nobody writes while a transaction is open.
    """
    validate_password(password, user)
    return make_password(password)


def password_confirm(*, user: User, password: str, now: dt.datetime) -> None:
    """Refuse what is not the user's password, and everything after too many tries.

    Not atomic: a try counts even where the caller rolls back what it wanted to do.

    Raises:
        PasswordWrong, TooMany
    """
    key = f"own-password:{user.public_id}"
    if not throttle.hit(key, limit=_TRIES, seconds=_TRIES_SECONDS, now=now):
        raise TooMany
    if not user.check_password(password):
        raise PasswordWrong
    throttle.give_back(key)


def password_change(*, user: User, password: str, by: Actor) -> None:
    """Set another password, once the present one was confirmed; every session but this ends.

    Django knows the sessions of an old password and opens none of them.

    Raises:
        ValidationError: a weak password.
    """
    hashed = _hashed(password, user)
    with transaction.atomic():
        locked = User.objects.select_for_update().get(pk=user.pk)
        locked.password = hashed
        locked.save(update_fields=["password"])
        user.password = hashed
        sign_in_changed(user=locked, verb="password_changed", by=by)
