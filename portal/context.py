"""What every template knows."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the actor, their company, and whether this is the demo."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "company": actor.company if actor else None,
        "employee": actor.employee if actor else None,
        "demo": settings.DEMO,
    }
