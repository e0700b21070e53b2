"""Where somebody is signed in."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.sessions.models import Session
from django.utils import timezone

from companies.models import SignedInSession, User


@dataclass(frozen=True)
class Place:
    """One browser in which somebody is signed in."""

    row: SignedInSession
    is_here: bool


def sessions_of(user: User, *, current: str) -> list[Place]:
    """Return where the user is signed in, this browser first, then the last used; two statements.

    `current` is the key of the session that asks. One that ran out is not among them.
    """
    rows = list(SignedInSession.objects.filter(user=user))
    live = set(
        Session.objects.filter(
            session_key__in=[row.session_key for row in rows], expire_date__gt=timezone.now()
        ).values_list("session_key", flat=True)
    )
    places = [
        Place(row, row.session_key == current)
        for row in rows
        if row.session_key in live or row.session_key == current
    ]
    return sorted(places, key=lambda place: not place.is_here)
