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

from companies.models import (
    Application,
    ApplicationEvent,
    Company,
    EmailChange,
    JoinRequest,
    User,
    VisitorQuestion,
)
from companies.scoping import company_scope
from integrations.errors import Rejected

# What a link about a change of address is for: its page, and for how long it is good.
CONFIRM: Final = "email-change"
STOP: Final = "email-change-stop"
# The one by which who asks to join follows what becomes of it, for as long as that is kept.
_JOIN: Final = "join"
# The one by which a candidate follows an application, for as long as that is kept.
_APPLICATION: Final = "application"
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


def application_link(application: Application) -> str:
    """Return the private address of an application."""
    said = f"{application.company.public_id}/{application.public_id}"
    token = signing.dumps(said, salt=_APPLICATION)
    path = reverse("portal:application", kwargs={"token": token})
    return f"{settings.PUBLIC_URL}{path}"


def application_of_link(token: str) -> Application | None:
    """Return the application that a link is about; none if there never was one, or it went."""
    try:
        company_id, _slash, public_id = signing.loads(token, salt=_APPLICATION).partition("/")
    except signing.BadSignature:
        return None
    company = Company.objects.filter(public_id=company_id).first()
    if company is None:
        return None
    with company_scope(company):
        rows = Application.objects.select_related("company", "opening__office")
        found: Application | None = rows.filter(public_id=public_id).first()
    return found


def prepare_application(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the mails to a candidate say, with a fresh link.

    Raises:
        Rejected: they withdrew, or it had its days: nobody is there to be written to.
    """
    rows = Application.objects.select_related("company", "opening")
    row = rows.filter(public_id=values["application"], erased_at__isnull=True).first()
    if row is None:
        raise Rejected("application_gone")
    event = ApplicationEvent.objects.filter(public_id=values.get("event")).first()
    return {
        "name": row.name,
        "company": row.company.name,
        "opening": row.opening.title,
        "stage": event.stage if event is not None else "",
        "stage_words": event.get_stage_display() if event is not None else "",
        "words": event.words if event is not None else "",
        "link": application_link(row),
    }


def prepare_visitor(values: dict[str, Any]) -> dict[str, Any]:
    """Return what the mail to a visitor says.

    Raises:
        Rejected: who asked is forgotten by now.
    """
    rows = VisitorQuestion.objects.select_related("company").exclude(email="")
    row = rows.filter(public_id=values["question"]).first()
    if row is None:
        raise Rejected("question_gone")
    path = reverse("portal:careers", kwargs={"code": row.company.code})
    return {
        "name": row.name,
        "company": row.company.name,
        "question": row.question,
        "answer": row.answer,
        "by": row.answered_by_name,
        "link": f"{settings.PUBLIC_URL}{path}",
    }
