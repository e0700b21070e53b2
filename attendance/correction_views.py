"""Corrections: saying that a day is wrong, one's own requests, and taking an approval back."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Mapping
from typing import Any, Final

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from attendance import correction_pages, permissions
from attendance.attached_files import hand_out
from attendance.correction_form import CorrectionForm
from attendance.enums import CorrectionKind
from attendance.errors import NothingEntered
from attendance.models import CorrectionFile, CorrectionRequest
from attendance.rules.corrections import Wanted
from attendance.rules.settings import CorrectionLimits
from attendance.selectors.correction_scenes import Scene, scene_of
from attendance.selectors.corrections import full, of_person
from attendance.selectors.settings import company_settings
from attendance.services import attachments, corrections
from attendance.services.attachments import NewFile
from attendance.team_views import managing
from attendance.views import actor_of, date_of, known_date, typed
from companies.enums import LookKind
from companies.errors import MusterError
from companies.looks import look_record
from companies.models import Employee
from companies.once import once
from integrations import documents

REQUESTS_A_PAGE: Final = 25


def _employee(request: HttpRequest) -> Employee:
    employee = actor_of(request).employee
    if employee is None:
        raise Http404
    return employee


@require_http_methods(["GET", "HEAD", "POST"])
@once
def ask(request: HttpRequest, date: dt.date) -> HttpResponse:
    """Show the form; show what a correction would change; take it."""
    employee, now = _employee(request), timezone.now()
    date = known_date(date)
    today = date_of(employee, now)
    limits = company_settings(employee.company).policy_on(today).corrections
    blocked = _blocked(employee, date, now)
    if blocked:
        return _page(request, date, limits, blocked=blocked)
    scene = scene_of(employee, date, date)
    if request.method != "POST":
        return _page(request, date, limits, scene=scene)
    form = CorrectionForm(request.POST, request.FILES, scene=scene, date=date)
    errors = [str(error) for of_field in form.errors.values() for error in of_field]
    effects: list[dict[str, Any]] = []
    if form.is_valid():
        try:
            wanted = form.wanted()
            if "look" not in request.POST:
                made = corrections.correction_ask(
                    wanted=wanted, note=form.cleaned_data["note"], by=actor_of(request),
                    file=_file(form, now),
                )  # fmt: skip
                messages.success(request, correction_pages.filed_text(made))
                return redirect("attendance:day", date)
            found = corrections.wanted_refuse(employee=employee, wanted=wanted, now=now)
            effects = correction_pages.effect_lines(found.effects(wanted, now=now))
        except MusterError as error:
            errors.append(str(error))
    return _page(request, date, limits, scene=scene, errors=errors, effects=effects)


def _file(form: CorrectionForm, now: dt.datetime) -> NewFile | None:
    sent = form.cleaned_data["attachment"]
    if sent is None:
        return None
    # One byte too many is enough to know; no file of gigabytes comes into memory.
    return attachments.read(sent.read(documents.MOST_BYTES + 1), now=now)


def _blocked(employee: Employee, date: dt.date, now: dt.datetime) -> str:
    """Return why nothing may be asked about the date at all."""
    probe = Wanted(kind=CorrectionKind.PUNCHES, first=date, last=date)
    try:
        corrections.wanted_refuse(employee=employee, wanted=probe, now=now)
    except NothingEntered:
        pass
    except MusterError as error:
        return str(error)
    return ""


def _page(
    request: HttpRequest,
    date: dt.date,
    limits: CorrectionLimits,
    *,
    scene: Scene | None = None,
    blocked: str = "",
    errors: list[str] | None = None,
    effects: list[dict[str, Any]] | None = None,
) -> HttpResponse:
    shown: Mapping[str, Any] = request.POST
    context = correction_pages.ask_context(
        date=date, scene=scene, limits=limits, shown=shown, blocked=blocked
    )
    context |= {
        "errors": errors, "effects": effects, "ticked": request.POST.getlist("voids"),
    }  # fmt: skip
    context |= {"accept": documents.ACCEPTED, "most_megabytes": documents.MOST_BYTES // 1024**2}
    return render(request, "attendance/correction_ask.html", context)


@require_GET
def own(request: HttpRequest) -> HttpResponse:
    """List what one asked for, newest first, with what became of it."""
    rows = of_person(_employee(request))
    page = Paginator(rows, REQUESTS_A_PAGE).get_page(request.GET.get("p"))
    address = reverse("attendance:corrections")
    context = {
        "requests": [correction_pages.request_line(item) for item in page],
        "before_url": f"{address}?p={page.number - 1}" if page.has_previous() else "",
        "after_url": f"{address}?p={page.number + 1}" if page.has_next() else "",
    }
    return render(request, "attendance/corrections.html", context)


@require_GET
def attachment(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Hand out the file that came with a request, to who may see it."""
    actor = actor_of(request)
    if actor.company is None:
        raise Http404
    found = get_object_or_404(full(CorrectionRequest.objects), public_id=public_id)
    if not permissions.can_view_correction_file(actor, found, timezone.now().date()):
        raise Http404
    row = get_object_or_404(CorrectionFile, request=found, purged_at=None)
    return hand_out(
        key=row.storage_key,
        content_type=row.content_type,
        name=f"correction-{found.date}",
        record=lambda: look_record(
            by=actor, employee=found.employee, kind=LookKind.FILE, target=row, about_on=found.date
        ),
    )


@require_POST
@once
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take an approved correction of somebody of the team back, with a reason."""
    actor, _company = managing(request)
    found = get_object_or_404(full(CorrectionRequest.objects), public_id=public_id)
    if not permissions.can_cancel_correction(actor, found, timezone.now().date()):
        raise Http404
    try:
        corrections.correction_cancel(request=found, reason=typed(request, "reason"), by=actor)
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request, _("Taken back. %(name)s is told.") % {"name": found.employee.name}
        )
    return redirect("attendance:team-day", found.employee.public_id, found.date)
