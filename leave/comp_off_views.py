"""Extra work that somebody wants back as leave: the forms, and what became of earlier claims."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from attendance.views import typed
from companies.errors import MusterError
from companies.models import Employee
from companies.once import once
from leave import comp_off_pages
from leave.errors import DayNotChosen
from leave.models import LeaveType
from leave.overview_views import actor_of, own, today_of
from leave.rules.amounts import HALF, ONE
from leave.selectors import overview
from leave.services.comp_off import (
    banked_minutes,
    comp_off_claim,
    comp_off_claim_overtime,
)
from leave.terms import leave_settings


@require_http_methods(["GET", "POST"])
@once
def claim(request: HttpRequest) -> HttpResponse:
    """Show what may be claimed and what was; a POST claims a day."""
    employee = own(request)
    today = today_of(employee)
    types = overview.earning_types(leave_settings(employee.company), today)
    if request.method == "POST" and _is_claimed(request, types):
        return redirect("leave:comp-off")
    return render(request, "leave/comp_off.html", _context(request, employee, types, today))


def _context(
    request: HttpRequest, employee: Employee, types: list[LeaveType], today: dt.date
) -> dict[str, Any]:
    claims = list(overview.claims(employee))
    worked = overview.claimable(employee, today=today, claimed=claims) if types else []
    banked = banked_minutes(employee) if types else 0
    settings = leave_settings(employee.company)
    return {
        "banked": comp_off_pages.banked_context(banked, types, settings, today=today)
        if banked > 0
        else None,
        "types": [{"id": str(kind.public_id), "name": kind.name} for kind in types],
        "worked": comp_off_pages.worked_lines(worked, today=today),
        "claims": comp_off_pages.claim_lines(claims, today=today),
        "typed": request.POST,
    }


def _is_claimed(request: HttpRequest, types: list[LeaveType]) -> bool:
    """Claim what was typed; what is wrong is told, and the form shown again."""
    claimed = _overtime if "banked" in request.POST else _day_off
    try:
        claimed(request, types)
    except MusterError as error:
        messages.error(request, str(error))
        return False
    messages.success(request, _("Claimed. Whoever answers for you decides."))
    return True


def _kind(types: list[LeaveType], public_id: str) -> LeaveType:
    found = next((each for each in types if str(each.public_id) == public_id), None)
    if found is None:
        raise Http404
    return found


def _amount(word: str) -> Decimal:
    return HALF if word == "half" else ONE


def _day_off(request: HttpRequest, types: list[LeaveType]) -> None:
    kind = _kind(types, typed(request, "type"))
    try:
        date = dt.date.fromisoformat(typed(request, "date"))
    except ValueError:
        raise DayNotChosen from None
    comp_off_claim(
        leave_type=kind, date=date, amount=_amount(typed(request, "amount")),
        note=typed(request, "note"), by=actor_of(request),
    )  # fmt: skip


def _overtime(request: HttpRequest, types: list[LeaveType]) -> None:
    public_id, _colon, word = typed(request, "banked").partition(":")
    comp_off_claim_overtime(
        leave_type=_kind(types, public_id), amount=_amount(word), note=typed(request, "note"),
        by=actor_of(request),
    )  # fmt: skip
