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
    """Return the kinds that may come to the person, and those that they chose about before."""
    may_come = {
        "": True,
        "deciders": can_manage_team(actor),
        "mentors": permissions.is_told_of_interns(actor),
        "company": permissions.can_manage_hr(actor),
    }
    return [notice for notice in notices() if notice.kind in said or may_come[_about(notice)]]


def _about(notice: Notice) -> str:
    """Return the group in which the kind stands."""
    if notice.for_mentors:
        return "mentors"
    if notice.for_hr:
        return "company"
    return "deciders" if notice.for_deciders else ""


def _context(user: User, shown: list[Notice], said: dict[str, bool]) -> dict[str, Any]:
    lines = [
        {
            "kind": notice.kind,
            "title": notice.title,
            "about": notice.about,
            "of": _about(notice),
            "is_wanted": said.get(notice.kind, True),
        }
        for notice in shown
    ]
    titles = {
        "": _("About yourself"),
        "deciders": _("About people you decide for"),
        "mentors": _("About interns"),
        "company": _("About the company"),
    }
    groups = [
        {"title": title, "lines": [line for line in lines if line["of"] == of]}
        for of, title in titles.items()
    ]
    return {"groups": groups, "address": user.email}
