"""An operator looks at a company's records: asked for or offered, for hours, and always logged."""

from __future__ import annotations

import datetime as dt
import hashlib

from django.db import transaction
from django.utils import timezone

from companies import audit, notifications, permissions, selectors, throttle
from companies.actor import Actor
from companies.enums import RequestOutcome
from companies.errors import (
    InvalidTransition,
    NoSuchOperator,
    NotAllowed,
    ReasonMissing,
    SupportTooLong,
    TooMany,
)
from companies.models import MOST_SUPPORT_MINUTES, Company, SupportGrant, User
from companies.scoping import company_scope

ASKS_AN_HOUR = 6
# Looking at one page again within it is one look.
LOOK_SECONDS = 60


@transaction.atomic
def support_ask(*, company: Company, reason: str, minutes: int, by: Actor) -> SupportGrant:
    """Ask a company to be let in as a reader; its HR is told. What waits already is returned.

    Raises:
        NotAllowed, ReasonMissing, SupportTooLong, TooMany
    """
    if by.user is None or not permissions.can_ask_support(by):
        raise NotAllowed
    _refuse(reason, minutes)
    now = timezone.now()
    # Under the company's lock one of two taps finds what the other one asked.
    Company.objects.select_for_update().get(pk=company.pk)
    with company_scope(company):
        rows = SupportGrant.objects.filter(operator=by.user, outcome=RequestOutcome.WAITING)
        waiting: SupportGrant | None = rows.first()
        if waiting is not None:
            return waiting
        key = f"support:{company.public_id}:{by.user.public_id}"
        if not throttle.hit(key, limit=ASKS_AN_HOUR, seconds=3600, now=now):
            raise TooMany
        asked: SupportGrant = SupportGrant.objects.create(
            company=company, operator=by.user, reason=reason.strip()[:300], minutes=minutes,
            asked_at=now,
        )  # fmt: skip
        changes = {"minutes": [None, minutes]}
        audit.record(
            by=by, verb="support_asked", subject=asked, reason=asked.reason, changes=changes
        )
        notifications.support_asked(asked, selectors.hr_of(on=now.date()))
    return asked


def _refuse(reason: str, minutes: int) -> None:
    if not reason.strip():
        raise ReasonMissing
    if not 1 <= minutes <= MOST_SUPPORT_MINUTES:
        raise SupportTooLong


def _lock(grant: SupportGrant) -> SupportGrant:
    rows = SupportGrant.objects.select_for_update(of=("self",))
    locked: SupportGrant = rows.select_related("company", "operator").get(pk=grant.pk)
    return locked


@transaction.atomic
def support_decide(
    *, grant: SupportGrant, is_approved: bool, by: Actor, reason: str = ""
) -> SupportGrant:
    """Let the operator in from now on, or refuse; the operator is told.

    Raises:
        NotAllowed, InvalidTransition
    """
    locked, now = _lock(grant), timezone.now()
    if by.user is None or not permissions.can_decide_support(by, locked):
        raise NotAllowed
    if locked.outcome != RequestOutcome.WAITING:
        raise InvalidTransition
    locked.decided_at, locked.decided_by = now, by.user
    locked.outcome = RequestOutcome.APPROVED if is_approved else RequestOutcome.REFUSED
    if is_approved:
        _open(locked, now)
    locked.save()
    changes = {"outcome": ["", locked.outcome]}
    verb = f"support_{locked.outcome}"
    audit.record(by=by, verb=verb, subject=locked, reason=reason.strip(), changes=changes)
    notifications.support_decided(locked)
    return locked


def _open(grant: SupportGrant, now: dt.datetime) -> None:
    grant.starts_at, grant.ends_at = now, now + dt.timedelta(minutes=grant.minutes)


@transaction.atomic
def support_give(*, email: str, reason: str, minutes: int, by: Actor) -> SupportGrant:
    """Let an operator in who did not ask, such as during a call; they are told.

    Raises:
        NotAllowed, ReasonMissing, SupportTooLong, NoSuchOperator
    """
    if by.user is None or by.company is None or not permissions.can_manage_records(by):
        raise NotAllowed
    _refuse(reason, minutes)
    now = timezone.now()
    operator = User.objects.filter(email__iexact=email.strip(), is_active=True).first()
    is_own = operator is not None and operator.pk == by.user.pk
    if operator is None or is_own or not selectors.is_operator(operator, now=now):
        raise NoSuchOperator
    given = SupportGrant(
        company=by.company, operator=operator, reason=reason.strip()[:300], minutes=minutes,
        asked_at=now, outcome=RequestOutcome.APPROVED, decided_at=now, decided_by=by.user,
    )  # fmt: skip
    _open(given, now)
    given.save(force_insert=True)
    changes = {"minutes": [None, minutes]}
    audit.record(by=by, verb="support_approved", subject=given, reason=given.reason,
                 changes=changes)  # fmt: skip
    notifications.support_decided(given)
    return given


@transaction.atomic
def support_end(*, grant: SupportGrant, by: Actor) -> None:
    """End it at once; again, or after its time, changes nothing.

    Raises:
        NotAllowed
    """
    locked, now = _lock(grant), timezone.now()
    if by.user is None or not permissions.can_end_support(by, locked):
        raise NotAllowed
    if not locked.holds(now):
        return
    locked.ended_at, locked.ended_by = now, by.user
    locked.save(update_fields=["ended_at", "ended_by"])
    changes = {"ended_at": [None, now.isoformat()]}
    audit.record(by=by, verb="support_ended", subject=locked, changes=changes)


@transaction.atomic
def support_look(*, grant: SupportGrant, page: str, by: Actor) -> None:
    """Note that the operator looks at a page, once a page and minute; the company reads it."""
    digest = hashlib.sha256(page.encode()).hexdigest()[:16]
    if throttle.hit(f"look:{grant.public_id}:{digest}", limit=1, seconds=LOOK_SECONDS):
        changes = {"page": [None, page[:200]]}
        audit.record(
            by=by, verb="support_looked", subject=grant, reason=grant.reason, changes=changes
        )
