"""HR's page of what is left to set up."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_GET

from companies import permissions
from companies.actor import Actor
from portal.setup_steps import left, setup_steps


@require_GET
def setup(request: HttpRequest) -> HttpResponse:
    """Show what is done and what is left, with a link to each; for others there is no such page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.company is None or not permissions.can_manage_hr(actor):
        raise Http404
    steps = setup_steps(actor.company, today=timezone.now().date())
    context = {
        "needed": [step for step in steps if step.is_needed],
        "proposed": [step for step in steps if not step.is_needed],
        "left": len(left(steps)),
    }
    return render(request, "portal/setup.html", context)
