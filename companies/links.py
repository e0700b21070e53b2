"""Sign-in links: signed, for one person, single use, seven days.

The token is Django's password reset token: the person's password and last sign-in go into its
hash, so a link dies with its use, and `PASSWORD_RESET_TIMEOUT` bounds its life.
"""

from __future__ import annotations

import uuid
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core import signing
from django.urls import reverse

from companies.models import EmailChange, JoinRequest, User

# What a link about a change of address is for: its page, and for how long it is good.
CONFIRM: Final = "email-change"
STOP: Final = "email-change-stop"
# The one by which who asks to join follows what becomes of it, for as long as that is kept.
_JOIN: Final = "join"
_SECONDS: Final = {CONFIRM: 24 * 3600, STOP: 7 * 24 * 3600}


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


def change_link(change: EmailChange, purpose: str) -> str:
    """Return the address of the page where a change of address is confirmed or stopped."""
    token = signing.dumps(str(change.public_id), salt=purpose)
    return f"{settings.PUBLIC_URL}{reverse(f'portal:{purpose}', kwargs={'token': token})}"


def change_of_link(token: str, purpose: str) -> EmailChange | None:
    """Return the change that a link is about; none if it ran out or never was one."""
    try:
        public_id = signing.loads(token, salt=purpose, max_age=_SECONDS[purpose])
    except signing.BadSignature:
        return None
    return EmailChange.objects.select_related("user").filter(public_id=public_id).first()


def prepare_change(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the mails about a change of address say, with fresh links."""
    change = EmailChange.objects.select_related("user").get(public_id=values["change"])
    return {
        "name": change.user.name,
        "after": change.after,
        "link": change_link(change, CONFIRM),
        "stop_link": change_link(change, STOP),
    }


def join_link(asked: JoinRequest) -> str:
    """Return the private address of a request to join."""
    token = signing.dumps(str(asked.public_id), salt=_JOIN)
    return f"{settings.PUBLIC_URL}{reverse('portal:join-request', kwargs={'token': token})}"


def join_of_link(token: str) -> JoinRequest | None:
    """Return the request to join that a link is about; none if there never was one, or it went."""
    try:
        public_id = signing.loads(token, salt=_JOIN)
    except signing.BadSignature:
        return None
    return JoinRequest.objects.select_related("made_company").filter(public_id=public_id).first()


def prepare_join(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the mails to who asks to join say, with a fresh link."""
    asked = JoinRequest.objects.get(public_id=values["join"])
    return {
        "name": asked.name,
        "company": asked.company_name,
        "question": asked.last.get("question", ""),
        "reason": asked.reason,
        "link": join_link(asked),
    }
