"""Companies ask to join: asked on a public page, confirmed by mail, decided by the platform."""

from __future__ import annotations

import datetime as dt
import hashlib
import uuid
from collections.abc import Callable
from typing import Any

from django.db import transaction

from companies import audit, notifications, permissions, selectors, throttle
from companies.actor import Actor
from companies.enums import ActorKind, JoinState
from companies.errors import (
    InvalidTransition,
    LinkInvalid,
    NotAllowed,
    ReasonMissing,
    TooMany,
    WordsMissing,
)
from companies.models import Company, JoinRequest

JOINS_OF_A_CLIENT = 20
JOINS_OF_AN_ADDRESS = 3
CONFIRM_WITHIN = dt.timedelta(days=7)
KEPT = dt.timedelta(days=90)
_DAY = 24 * 3600


def join_ask(
    *, token: uuid.UUID, email: str, client: str, now: dt.datetime, **asked: str
) -> JoinRequest:
    """Keep what a company asks for, and mail a link to confirm; nobody else sees it before that.

    The same form sent again changes nothing. Only what is confirmed stands in the audit: what
    strangers type is kept for a week, not for ever.

    Raises:
        TooMany; ValidationError by field
    """
    known = JoinRequest.objects.filter(token=token).first()
    if known is not None:
        return known
    address = email.strip()
    row = JoinRequest(
        token=token, email=address, asked_at=now, purge_at=now + CONFIRM_WITHIN,
        **{name: text.strip() for name, text in asked.items()},
    )  # fmt: skip
    row.clean_fields()
    hashed = hashlib.sha256(address.lower().encode()).hexdigest()
    _count(f"join-from:{client}", JOINS_OF_A_CLIENT, now)
    _count(f"join:{hashed}", JOINS_OF_AN_ADDRESS, now)
    return _keep(row)


def _count(key: str, limit: int, now: dt.datetime) -> None:
    if not throttle.hit(key, limit=limit, seconds=_DAY, now=now):
        raise TooMany


@transaction.atomic
def _keep(row: JoinRequest) -> JoinRequest:
    JoinRequest.objects.bulk_create([row], ignore_conflicts=True)
    # Of two taps at once the first one's row is the one.
    kept = JoinRequest.objects.get(token=row.token)
    notifications.join_told(kept, "confirm")
    return kept


def _lock(asked: JoinRequest) -> JoinRequest:
    return JoinRequest.objects.select_for_update(of=("self",)).get(pk=asked.pk)


# Who holds the private link: their name is not the audit's to keep.
_FOUNDER = Actor(kind=ActorKind.PERSON, channel="link")


def _tell_operators(asked: JoinRequest, now: dt.datetime) -> None:
    notifications.join_waits(asked, selectors.operators(now=now))


@transaction.atomic
def join_confirm(*, asked: JoinRequest, now: dt.datetime) -> JoinRequest:
    """Say that the address is theirs: from now on it waits for an operator. Again changes nothing.

    Raises:
        LinkInvalid: its week is over.
    """
    locked = _lock(asked)
    if locked.is_over(now):
        raise LinkInvalid
    if locked.state != JoinState.ASKED:
        return locked
    locked.state, locked.confirmed_at, locked.purge_at = JoinState.WAITING, now, None
    locked.save(update_fields=["state", "confirmed_at", "purge_at"])
    audit.record(by=_FOUNDER, verb="join_confirmed", subject=locked)
    _tell_operators(locked, now)
    return locked


@transaction.atomic
def join_answer(*, asked: JoinRequest, answer: str, now: dt.datetime) -> JoinRequest:
    """Answer what the platform asked back; it waits for a decision again.

    Raises:
        WordsMissing, InvalidTransition
    """
    if not answer.strip():
        raise WordsMissing
    locked = _lock(asked)
    if locked.state != JoinState.ASKED_BACK:
        raise InvalidTransition
    locked.exchange[-1] |= {"answer": answer.strip()[:1000], "answered_at": now.isoformat()}
    locked.state, locked.purge_at = JoinState.WAITING, None
    locked.save(update_fields=["state", "exchange", "purge_at"])
    audit.record(by=_FOUNDER, verb="join_answered", subject=locked)
    _tell_operators(locked, now)
    return locked


def _decidable(asked: JoinRequest, by: Actor) -> JoinRequest:
    """Lock what is to be decided; of two operators the second finds it decided."""
    if not permissions.can_decide_join(by):
        raise NotAllowed
    locked = _lock(asked)
    if not locked.is_open:
        raise InvalidTransition
    return locked


@transaction.atomic
def join_ask_back(*, asked: JoinRequest, question: str, by: Actor, now: dt.datetime) -> JoinRequest:
    """Ask who wants to join something; what nobody answers goes after 90 days.

    Raises:
        NotAllowed, WordsMissing, InvalidTransition
    """
    if not question.strip():
        raise WordsMissing
    locked = _decidable(asked, by)
    if locked.state != JoinState.WAITING:
        raise InvalidTransition
    words = question.strip()[:1000]
    locked.exchange.append({"question": words, "asked_at": now.isoformat()})
    locked.state, locked.purge_at = JoinState.ASKED_BACK, now + KEPT
    locked.save(update_fields=["state", "exchange", "purge_at"])
    audit.record(by=by, verb="join_asked_back", subject=locked, reason=words)
    notifications.join_told(locked, "asked_back", nth=str(len(locked.exchange)))
    return locked


@transaction.atomic
def join_refuse(*, asked: JoinRequest, reason: str, by: Actor, now: dt.datetime) -> JoinRequest:
    """Refuse with a reason, which they are told; the row goes after 90 days.

    Raises:
        NotAllowed, ReasonMissing, InvalidTransition
    """
    if not reason.strip():
        raise ReasonMissing
    locked = _decidable(asked, by)
    locked.reason = reason.strip()[:1000]
    _decide(locked, JoinState.REFUSED, by, now)
    notifications.join_told(locked, "refused")
    return locked


@transaction.atomic
def join_approve(
    *, asked: JoinRequest, make: Callable[[JoinRequest], Company], by: Actor, now: dt.datetime
) -> JoinRequest:
    """Let the company in: `make` makes it, in this transaction and once only.

    Raises:
        NotAllowed, InvalidTransition; what `make` raises
    """
    locked = _decidable(asked, by)
    locked.made_company = make(locked)
    _decide(locked, JoinState.APPROVED, by, now)
    return locked


def _decide(locked: JoinRequest, state: JoinState, by: Actor, now: dt.datetime) -> None:
    before, locked.state = locked.state, state
    locked.decided_at, locked.decided_by, locked.purge_at = now, by.user, now + KEPT
    locked.save()
    changes: dict[str, Any] = {"state": [before, state]}
    # The platform's own, as the request is; the company's audit begins with its making.
    verb = f"join_{state}"
    audit.record(by=by, verb=verb, subject=locked, reason=locked.reason, changes=changes)
