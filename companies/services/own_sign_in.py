"""What changes of somebody's sign-in: told to every company where they are, and to themselves."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, Final

from django.db import transaction
from django.utils import timezone

from companies import audit, outbox, selectors
from companies.actor import Actor
from companies.models import Company, User
from companies.scoping import company_scope

# What the person gets a mail about; the words stand in its template.
_TOLD: Final = frozenset(
    {"second_factor_added", "second_factor_removed", "recovery_codes_made", "recovery_code_used",
     "password_changed", "email_changed", "pool_linked"}
)  # fmt: skip


@transaction.atomic
def sign_in_changed(
    *, user: User, verb: str, by: Actor, changes: dict[str, Any] | None = None
) -> None:
    """Record it in every company where the person is; the platform's, of its own people."""
    now = timezone.now()
    mine = selectors.memberships(user, now=now)
    for membership in mine:
        with company_scope(membership.company):
            audit.record(
                by=_seen_from(membership.company, user, by), verb=verb, subject=user,
                company=membership.company, changes=changes,
            )  # fmt: skip
    if not mine or selectors.is_operator(user, now=now):
        audit.record(
            by=by if by.user == user else _nobody(by), verb=verb, subject=user, changes=changes
        )
    if verb in _TOLD and user.email:
        outbox.enqueue(
            company=None,
            # One mail a minute for each kind: two taps tell it once.
            dedupe_key=f"sign_in_changed:{user.public_id}:{verb}:{now:%Y%m%d%H%M}",
            to=user.email,
            template="companies/email/sign_in_changed",
            values={"user": str(user.public_id), "name": user.name, "verb": verb},
            locale=user.locale,
        )


def _seen_from(company: Company, user: User, by: Actor) -> Actor:
    """Return the actor as this company may know them: another company's HR stays unnamed."""
    is_known = by.user == user or by.company is None or by.company == company
    return by if is_known else _nobody(by)


def _nobody(by: Actor) -> Actor:
    return replace(by, id="", name="", company=None, user=None, employee=None)
