"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from companies.permissions import can_enter_hr


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the actor, where they may go, and whether this is the demo."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "company": actor.company if actor else None,
        "employee": actor.employee if actor else None,
        "can_enter_hr": actor is not None and can_enter_hr(actor),
        "demo": settings.DEMO,
    }
