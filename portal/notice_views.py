"""The page "Your mails": which of them the person wants."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attendance.permissions import can_manage_team
from companies import permissions, selectors, services
from companies.actor import Actor
from companies.models import User
from companies.notices import Notice
from portal.notices import notices


@require_http_methods(["GET", "HEAD", "POST"])
def notice_choices(request: HttpRequest) -> HttpResponse:
    """Show the kinds of mail, ticked where they come; the same sent again changes nothing."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.user is None or not permissions.can_choose_notices(actor):
        raise Http404
    said = selectors.notice_choices(actor.user)
    shown = _shown(actor, said)
    if request.method == "POST":
        ticked = request.POST.getlist("wanted")
        services.notices_choose(
            wanted={notice.kind: notice.kind in ticked for notice in shown}, by=actor
        )
        messages.success(request, _("Kept. From now on you get the mails that are ticked."))
        return redirect("portal:notices")
    return render(request, "portal/notices.html", _context(actor.user, shown, said))


def _shown(actor: Actor, said: dict[str, bool]) -> list[Notice]:
    """Return the kinds that may come to the person: for deciders to who decides, so for HR."""
    is_decider, is_hr = can_manage_team(actor), permissions.can_manage_hr(actor)
    return [
        notice
        for notice in notices()
        if notice.kind in said
        or ((is_decider or not notice.for_deciders) and (is_hr or not notice.for_hr))
    ]


def _context(user: User, shown: list[Notice], said: dict[str, bool]) -> dict[str, Any]:
    lines = [
        {
            "kind": notice.kind,
            "title": notice.title,
            "about": notice.about,
            "for_deciders": notice.for_deciders,
            "for_hr": notice.for_hr,
            "is_wanted": said.get(notice.kind, True),
        }
        for notice in shown
    ]
    own = [line for line in lines if not line["for_deciders"] and not line["for_hr"]]
    return {
        "groups": [
            {"title": _("About yourself"), "lines": own},
            {"title": _("About people you decide for"),
             "lines": [line for line in lines if line["for_deciders"]]},
            {"title": _("About the company"),
             "lines": [line for line in lines if line["for_hr"]]},
        ],
        "address": user.email,
    }  # fmt: skip
