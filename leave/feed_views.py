"""Calendar feeds: the page that makes and ends them, and the file that calendar programs read."""

from __future__ import annotations

import hashlib
import uuid

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.http import http_date, parse_etags
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from attendance.views import typed
from companies import throttle
from companies.once import once
from companies.scoping import company_scope
from leave import feed_pages, permissions
from leave.enums import FeedKind
from leave.models import CalendarFeed
from leave.overview_views import actor_of, own
from leave.selectors import feeds
from leave.services.feeds import feed_end, feed_make

# Programs look every few hours, some every few minutes.
READINGS_AN_HOUR = 60


@require_safe
def show(request: HttpRequest) -> HttpResponse:
    """Show one's own feeds, with their addresses."""
    employee = own(request)
    context = feed_pages.feeds_context(feeds.feeds_of(employee))
    return render(request, "leave/feeds.html", context)


@require_POST
@once
def make(request: HttpRequest) -> HttpResponse:
    """Make a feed; one of the kind that was there before ends."""
    own(request)
    kind = typed(request, "kind")
    if kind not in FeedKind.values:
        raise Http404
    feed_make(kind=FeedKind(kind), by=actor_of(request))
    messages.success(request, _("Made. Copy the address into your calendar program."))
    return redirect("leave:feeds")


@require_POST
@once
def end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let a feed of one's own answer to nobody any more."""
    own(request)
    rows = CalendarFeed.objects.select_related("employee")
    found = get_object_or_404(rows, public_id=public_id)
    if not permissions.can_end_feed(actor_of(request), found):
        raise Http404
    feed_end(feed=found, by=actor_of(request))
    messages.success(request, _("Ended. Calendars that read this address find nothing any more."))
    return redirect("leave:feeds")


@require_safe
def calendar(request: HttpRequest, token: str) -> HttpResponse:
    """Hand out the file of a feed to whoever has its address.

    An address that is unknown, ended, or of somebody who has left finds nothing.
    """
    now, found = timezone.now(), feeds.feed_of_token(token)
    if found is None:
        return HttpResponse(status=404)
    if not throttle.hit(f"feed:{found.public_id}", limit=READINGS_AN_HOUR, seconds=3600):
        return HttpResponse(status=429, headers={"Retry-After": "3600"})
    with company_scope(found.company):
        reader = feeds.reader_of(found, now=now)
        if reader is None:
            return HttpResponse(status=404)
        leave = feeds.read(found, reader, today=now.date())
        with translation.override(found.employee.user.locale or None):  # type: ignore[union-attr]
            body = feed_pages.file_of(found, reader, leave)
    return _answer(request, body, http_date(feed_pages.changed_at(leave, found).timestamp()))


def _answer(request: HttpRequest, body: bytes, changed: str) -> HttpResponse:
    """Answer with the file, or that it is the one that the program has already.

    Only the tag says that: leave that was cancelled is newer than all that is left.
    """
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    if tag in parse_etags(request.headers.get("If-None-Match", "")):
        answer = HttpResponse(status=304)
    else:
        answer = HttpResponse(body, content_type="text/calendar; charset=utf-8")
        answer["Content-Disposition"] = 'inline; filename="leave.ics"'
        answer["Last-Modified"] = changed
    answer["ETag"] = tag
    patch_cache_control(answer, private=True, max_age=300)
    return answer
