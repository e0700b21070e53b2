"""Sign-in links: signed, for one person, single use, seven days.

The token is Django's password reset token: the person's password and last sign-in go into its
hash, so a link dies with its use, and `PASSWORD_RESET_TIMEOUT` bounds its life.
"""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.urls import reverse

from companies.models import User


def sign_in_link(user: User) -> str:
    """Return the address of the page where the user sets a password."""
    path = reverse(
        "portal:set-password",
        kwargs={"public_id": user.public_id, "token": default_token_generator.make_token(user)},
    )
    return f"{settings.PUBLIC_URL}{path}"


def user_of_link(public_id: Any, token: str) -> User | None:
    """Return whose link this is; none if it was used, ran out, or never was one."""
    try:
        known = uuid.UUID(str(public_id))
    except ValueError:
        return None
    user = User.objects.filter(public_id=known, is_active=True).first()
    if user is None or not default_token_generator.check_token(user, token):
        return None
    return user


def prepare(values: dict[str, Any]) -> dict[str, Any]:
    """Return a message's values with a fresh link for the user that they name."""
    user = User.objects.get(public_id=values["user"])
    return {**values, "name": user.name, "link": sign_in_link(user)}
