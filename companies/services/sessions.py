"""Where people are signed in: written at sign-in, ended by themselves, by HR, or by a change."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import QuerySet

from companies import audit, permissions
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Employee, SignedInSession, User
from companies.services.own_sign_in import sign_in_changed


@transaction.atomic
def session_begin(*, user: User, session_key: str, device: str, now: dt.datetime) -> None:
    """Write that the user is signed in there; what has run out meanwhile is forgotten."""
    mine = SignedInSession.objects.filter(user=user)
    keys = list(mine.values_list("session_key", flat=True))
    live = Session.objects.filter(session_key__in=keys).values("session_key")
    mine.exclude(session_key__in=live).delete()
    SignedInSession.objects.update_or_create(
        session_key=session_key,
        defaults={"user": user, "device": device, "started_at": now, "seen_at": now},
    )


def session_seen(*, session_key: str, now: dt.datetime) -> None:
    """Write that the browser was used just now."""
    SignedInSession.objects.filter(session_key=session_key).update(seen_at=now)


def session_moved(*, before: str, after: str) -> None:
    """Follow a session whose key was changed, as when a password is."""
    SignedInSession.objects.filter(session_key=before).update(session_key=after)


@transaction.atomic
def session_end(*, user: User, public_id: uuid.UUID, by: Actor) -> bool:
    """Sign the user out of one browser; returns whether there was such a one."""
    return _end(user, SignedInSession.objects.filter(public_id=public_id), by=by) > 0


@transaction.atomic
def sessions_end(*, user: User, by: Actor, but: str = "") -> int:
    """Sign the user out everywhere but in the session of that key; returns of how many."""
    return _end(user, SignedInSession.objects.exclude(session_key=but), by=by)


def _end(user: User, rows: QuerySet[SignedInSession], *, by: Actor) -> int:
    ended = forget_sessions(user, rows)
    if ended:
        sign_in_changed(user=user, verb="sessions_ended", by=by, changes={"number": [ended, 0]})
    return ended


def forget_sessions(user: User, rows: QuerySet[SignedInSession] | None = None) -> int:
    """Delete the user's sessions, of these rows or all; what it is part of tells the audit."""
    chosen = SignedInSession.objects.all() if rows is None else rows
    keys = list(chosen.filter(user=user).values_list("session_key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    SignedInSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


@transaction.atomic
def employee_sign_out(*, employee: Employee, reason: str, by: Actor) -> int:
    """Sign a person of the company out everywhere, as when a phone was stolen.

    Raises:
        NotAllowed
    """
    if not permissions.can_sign_out(by, employee) or employee.user is None:
        raise NotAllowed
    ended = forget_sessions(employee.user)
    audit.record(
        by=by, verb="employee_signed_out", subject=employee, reason=reason,
        changes={"number": [ended, 0]},
    )  # fmt: skip
    return ended
