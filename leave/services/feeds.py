"""Making and ending the private addresses at which calendars read leave."""

from __future__ import annotations

from django.db import transaction
from django.utils import timezone

from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from leave import permissions
from leave.enums import FeedKind
from leave.models import CalendarFeed


@transaction.atomic
def feed_make(*, kind: FeedKind, by: Actor) -> CalendarFeed:
    """Make an address for one's calendar; an earlier one of the kind ends with it.

    Raises:
        NotAllowed
    """
    if by.employee is None or not permissions.can_have_feed(by):
        raise NotAllowed
    employee = days.lock_person(by.employee)
    CalendarFeed.objects.filter(employee=employee, kind=kind).delete()
    feed: CalendarFeed = CalendarFeed.objects.create(
        company=employee.company, employee=employee, kind=kind, made_at=timezone.now()
    )
    audit.record(by=by, verb="feed_made", subject=feed, changes={"kind": [None, str(kind)]})
    return feed


@transaction.atomic
def feed_end(*, feed: CalendarFeed, by: Actor) -> None:
    """Let an address answer to nobody any more; ending it twice is ending it once.

    Raises:
        NotAllowed
    """
    if not permissions.can_end_feed(by, feed):
        raise NotAllowed
    days.lock_person(feed.employee)
    if not CalendarFeed.objects.filter(pk=feed.pk).delete()[0]:
        return
    audit.record(by=by, verb="feed_ended", subject=feed)
