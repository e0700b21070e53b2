"""What every template knows."""

from __future__ import annotations

from functools import cache, partial
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils import timezone

from attendance.permissions import can_manage_team
from companies.actor import Actor
from companies.enums import Role
from companies.permissions import can_enter_hr
from companies.selectors import former_companies, held_by
from portal import inbox


def _inbox_count(actor: Actor) -> int:
    return inbox.count(actor, on=timezone.now().date())


def page(request: HttpRequest) -> dict[str, Any]:
    """Return the actor, where they may go, and whether this is the demo."""
    actor = getattr(request, "actor", None)
    return {
        "actor": actor,
        "company": actor.company if actor else None,
        "employee": actor.employee if actor else None,
        "can_enter_hr": actor is not None and can_enter_hr(actor),
        # A statement for some: asked only where the navigation shows, once a page.
        "can_manage_team": cache(partial(can_manage_team, actor)) if actor else False,
        # Asked after that one, of who has no team.
        "decides_leave": partial(_decides_leave, actor) if actor else False,
        "is_auditor": actor is not None and actor.has(Role.AUDITOR),
        "sign_in": getattr(request, "sign_in", None),
        "stands_in_for": partial(_stands_in_for, actor) if actor else (),
        "has_former": partial(_has_former, actor) if actor else False,
        "inbox_count": partial(_inbox_count, actor) if actor else 0,
        "leave_balances": partial(_leave_balances, actor) if actor else (),
        "demo": settings.DEMO,
    }


def _decides_leave(actor: Actor) -> bool:
    """Return whether leave names the person to decide, though they have no team."""
    if actor.company is None or actor.employee is None or actor.is_limited:
        return False
    from leave.terms import is_named  # noqa: PLC0415  # cold start: only pages with a navigation

    return is_named(actor.company, actor.employee.pk)


def _leave_balances(actor: Actor) -> list[dict[str, str]]:
    """Return what the person may still take, of each type; asked where a page shows it."""
    if actor.employee is None:
        return []
    from leave.tile import balances_line  # noqa: PLC0415  # cold start: one page shows it

    return balances_line(actor.employee, now=timezone.now())


def _stands_in_for(actor: Actor) -> list[dict[str, Any]]:
    """Return for whom the actor decides today, and until when; asked where a page shows it."""
    held = held_by(actor, on=timezone.now().date())
    return [{"name": row.giver.name, "last": row.ends_on} for row in held]


def _has_former(actor: Actor) -> bool:
    """Return whether the person has left somewhere; asked where a page shows it."""
    return actor.user is not None and bool(former_companies(actor.user, now=timezone.now()))
