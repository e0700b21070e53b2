"""Deciding about somebody's extra minutes from their day; the inbox decides many at once."""

from __future__ import annotations

import datetime as dt
import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from attendance.errors import MinutesUnreadable
from attendance.overtime_pages import minutes_read
from attendance.services import overtime
from attendance.team_views import managing
from attendance.views import actor_of, known_date, typed
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import Employee
from companies.once import once
from companies.selectors import team_of


@require_POST
@once
def decide(request: HttpRequest, public_id: uuid.UUID, date: dt.date) -> HttpResponse:
    """Approve a date's minutes, let another figure count, or refuse."""
    actor, _company = managing(request)
    people = team_of(actor, on=timezone.now().date()).select_related("company")
    employee: Employee = get_object_or_404(people, public_id=public_id)
    try:
        _decide(request, employee, known_date(date), actor_of(request))
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Decided. %(name)s is told.") % {"name": employee.name})
    return redirect("attendance:team-day", public_id, date)


def _decide(request: HttpRequest, employee: Employee, date: dt.date, by: Actor) -> None:
    reason = typed(request, "reason")
    answer = typed(request, "answer")
    if answer == "approve":
        overtime.overtime_approve(employee=employee, date=date, by=by)
    elif answer == "refuse":
        overtime.overtime_refuse(employee=employee, date=date, reason=reason, by=by)
    else:
        overtime.overtime_set(
            employee=employee,
            date=date,
            extra_minutes=_minutes(request, "extra"),
            missing_minutes=_minutes(request, "missing"),
            reason=reason,
            by=by,
        )


def _minutes(request: HttpRequest, name: str) -> int:
    text = typed(request, name)
    found = minutes_read(text) if text else 0
    if found is None:
        raise MinutesUnreadable
    return found
