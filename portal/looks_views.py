"""Who looked at what is kept of a person, for that person."""

from __future__ import annotations

from typing import Any
from zoneinfo import ZoneInfo

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attendance.wording import short_date
from companies.actor import Actor
from companies.admin_words import look_words, viewer_words
from companies.models import Look
from companies.selectors import own_looks
from portal.own_cells import zone_of

LOOKS_A_PAGE = 50


@require_GET
def looks(request: HttpRequest) -> HttpResponse:
    """Show the looks of others, newest first."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.company is None or actor.user is None:
        raise Http404
    zone = ZoneInfo(zone_of(actor, now=timezone.now()))
    page = Paginator(own_looks(actor.user, actor.company), LOOKS_A_PAGE).get_page(
        request.GET.get("p")
    )
    context = {
        "looks": [_line(look, zone) for look in page],
        "pages_text": _("Page %(page)d of %(pages)d")
        % {"page": page.number, "pages": page.paginator.num_pages},
        "has_pages": page.paginator.num_pages > 1,
        "before_url": f"?p={page.number - 1}" if page.has_previous() else None,
        "after_url": f"?p={page.number + 1}" if page.has_next() else None,
    }
    return render(request, "portal/looks.html", context)


def _line(look: Look, zone: ZoneInfo) -> dict[str, Any]:
    moment = look.looked_at.astimezone(zone)
    return {
        "who": look.viewer_name,
        "role": viewer_words(look),
        "what": look_words(look),
        "of": short_date(look.about_on) if look.about_on else "",
        "when": f"{date_format(moment, 'D j F')}, {moment:%H:%M}",
    }
