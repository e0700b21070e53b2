"""What every template knows."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest

from attendance.permissions import can_manage_team
from companies.permissions import can_enter_hr


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the actor, where they may go, and whether this is the demo."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "company": actor.company if actor else None,
        "employee": actor.employee if actor else None,
        "can_enter_hr": actor is not None and can_enter_hr(actor),
        # A statement for some: asked only where the navigation shows.
        "can_manage_team": partial(can_manage_team, actor) if actor else False,
        "demo": settings.DEMO,
    }
