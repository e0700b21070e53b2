"""Users by their address, and the links that let them choose a password."""

from __future__ import annotations

import datetime as dt

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from companies import outbox
from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import Company, User


def user_of(email: str, name: str, *, prefix: str = "") -> User:
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


def enqueue_link(
    *,
    company: Company,
    user: User,
    sent_by: Actor,
    now: dt.datetime,
    template: str = "companies/email/sign_in_link",
    until: str = "",
) -> None:
    outbox.enqueue(
        company=company,
        # One link a minute, person and company: a double click sends one mail.
        dedupe_key=f"sign_in_link:{company.public_id}:{user.public_id}:{now:%Y%m%d%H%M}",
        to=user.email or "",
        template=template,
        values={
            "user": str(user.public_id),
            "company": company.name,
            # Commands and operators are no people of the company.
            "by": sent_by.name if sent_by.kind == ActorKind.PERSON else "",
            **({"until": until} if until else {}),
        },
        locale=user.locale,
        is_awaited=True,
    )
