"""Calendar feeds: whose an address is, and what stands in it today."""

from __future__ import annotations

import datetime as dt
import uuid

from django.conf import settings
from django.core import signing
from django.db.models import Q, QuerySet
from django.urls import reverse

from companies.actor import Actor
from companies.enums import ActorKind
from companies.models import Employee
from companies.scoping import no_scope
from companies.selectors import memberships
from leave.enums import FeedKind
from leave.models import CalendarFeed
from leave.rules.years import DAY, Dates
from leave.selectors.off import Stretch, approved_days, near_team, stretches

# How much of the past a feed keeps, and how far it looks ahead.
_BEHIND, _AHEAD = 92 * DAY, 550 * DAY
# The signature goes after a dot, which stands in neither part.
_signer = signing.Signer(sep=".", salt="leave.feed")


def feed_url(feed: CalendarFeed) -> str:
    """Return the whole address of a feed."""
    path = reverse("leave:calendar", kwargs={"token": _signer.sign(feed.public_id.hex)})
    return f"{settings.PUBLIC_URL}{path}"


def feeds_of(employee: Employee) -> QuerySet[CalendarFeed]:
    """Return a person's feeds."""
    rows: QuerySet[CalendarFeed] = CalendarFeed.objects.filter(employee=employee)
    return rows


def feed_of_token(token: str) -> CalendarFeed | None:
    """Return the feed of an address; a wrong signature costs no statement, an ended one is none."""
    try:
        public_id = uuid.UUID(_signer.unsign(token))
    except (signing.BadSignature, ValueError):
        return None
    with no_scope("calendar feed: whose address this is"):
        found: CalendarFeed | None = (
            CalendarFeed.objects.filter(public_id=public_id)
            .select_related("company", "employee__user")
            .first()
        )
    return found


def reader_of(feed: CalendarFeed, *, now: dt.datetime) -> Actor | None:
    """Return who reads the feed, with the rights that they hold now; none once they have left."""
    user = feed.employee.user
    if user is None or not user.is_active:
        return None
    for mine in memberships(user, now=now):
        if mine.employee is not None and mine.employee.pk == feed.employee_id:
            return Actor(
                kind=ActorKind.PERSON, id=str(user.public_id), name=user.name, user=user,
                company=mine.company, employee=mine.employee, roles=mine.roles, channel="feed",
            )  # fmt: skip
    return None


def read(feed: CalendarFeed, reader: Actor, *, today: dt.date) -> list[Stretch]:
    """Return the approved leave that the feed holds, by date.

    A team's is that of who works beside the reader or below them today, and their own.
    """
    people = Q(pk=feed.employee_id)
    if feed.kind == FeedKind.TEAM:
        people |= near_team(reader, on=today)
    return stretches(approved_days(people, Dates(today - _BEHIND, today + _AHEAD)))
