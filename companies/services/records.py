"""Who no longer works here asks for what is kept of them; HR answers, and they take it."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from companies import audit, notifications, permissions, selectors, throttle
from companies.actor import Actor
from companies.enums import RequestOutcome
from companies.errors import InvalidTransition, NotAllowed, ReasonMissing, RecordsClosed, TooMany
from companies.models import Company, Employee, RecordsRequest
from companies.scoping import company_scope
from companies.services.own_data import OWN_DATA_AN_HOUR

ASKS_A_WEEK = 3
AVAILABLE = dt.timedelta(days=14)
_WEEK = 7 * 24 * 3600


@transaction.atomic
def records_ask(*, company: Company, by: Actor, note: str = "") -> RecordsRequest:
    """Ask a former company for one's records; its HR is told. What waits already is returned.

    Raises:
        NotAllowed: never worked there, or still does and takes the file oneself.
        TooMany
    """
    user, now = by.user, timezone.now()
    if user is None:
        raise NotAllowed
    with company_scope(company):
        # Under this lock one of two taps finds what the other one asked.
        mine = list(Employee.objects.select_for_update(of=("self",)).filter(user=user))
        if not mine or company in [item.company for item in selectors.memberships(user, now=now)]:
            raise NotAllowed
        waiting: RecordsRequest | None = RecordsRequest.objects.filter(
            user=user, outcome=RequestOutcome.WAITING
        ).first()
        if waiting is not None:
            return waiting
        key = f"records:{company.public_id}:{user.public_id}"
        if not throttle.hit(key, limit=ASKS_A_WEEK, seconds=_WEEK, now=now):
            raise TooMany
        asked: RecordsRequest = RecordsRequest.objects.create(
            company=company, user=user, note=note.strip()[:300], asked_at=now
        )
        audit.record(by=by, verb="records_requested", subject=asked, reason=asked.note)
        notifications.records_asked(asked, selectors.hr_of(on=now.date()))
    return asked


@transaction.atomic
def records_decide(
    *, request: RecordsRequest, is_approved: bool, by: Actor, reason: str = ""
) -> RecordsRequest:
    """Let the person take their file for two weeks, or refuse with a reason; they are told.

    Raises:
        NotAllowed, ReasonMissing, InvalidTransition
    """
    rows = RecordsRequest.objects.select_for_update(of=("self",)).select_related("company", "user")
    locked: RecordsRequest = rows.get(pk=request.pk)
    if by.user is None or not permissions.can_decide_records(by, locked):
        raise NotAllowed
    if not is_approved and not reason.strip():
        raise ReasonMissing
    if locked.outcome != RequestOutcome.WAITING:
        raise InvalidTransition
    now = timezone.now()
    locked.outcome = RequestOutcome.APPROVED if is_approved else RequestOutcome.REFUSED
    locked.reason, locked.decided_at, locked.decided_by = reason.strip()[:300], now, by.user
    locked.available_until = now + AVAILABLE if is_approved else None
    locked.save()
    changes = {"outcome": ["", locked.outcome]}
    verb = f"records_{locked.outcome}"
    audit.record(by=by, verb=verb, subject=locked, reason=locked.reason, changes=changes)
    notifications.records_decided(locked)
    return locked


@transaction.atomic
def records_take(*, request: RecordsRequest, by: Actor) -> None:
    """Note that the person takes the file that was approved.

    Raises:
        NotAllowed: somebody else's.
        RecordsClosed: not approved, or its two weeks are over.
        TooMany
    """
    now = timezone.now()
    if by.user is None or request.user_id != by.user.pk:
        raise NotAllowed
    if not request.is_available(now):
        raise RecordsClosed
    key = f"records-file:{request.public_id}"
    if not throttle.hit(key, limit=OWN_DATA_AN_HOUR, seconds=3600, now=now):
        raise TooMany
    audit.record(by=by, verb="records_taken", subject=request)
