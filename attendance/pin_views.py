"""The page that asks for the PIN of a check-in without a picture; the door takes the answer."""

from __future__ import annotations

import uuid

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from attendance.models import PunchState
from attendance.pin_pages import pin_context
from attendance.services.pin_check import takes_pin
from attendance.views import actor_of


@require_GET
def pin(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask for the PIN of one's own punch; where none is needed, go on."""
    employee = actor_of(request).employee
    if employee is None:
        raise Http404
    state = get_object_or_404(
        PunchState.objects.select_related("punch"), punch__public_id=public_id, employee=employee
    )
    if not takes_pin(state):
        return redirect("attendance:today")
    context = pin_context(employee, state, request.GET.get("problem", ""))
    return render(request, "attendance/pin.html", context)
