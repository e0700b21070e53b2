"""Asking for leave, and changing what one asked for: the form, and its count while one types."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from attendance.views import actor_of
from companies.errors import MusterError
from companies.models import Employee
from companies.once import once
from integrations import documents
from leave import permissions
from leave.ask_form import AskForm, asked_id, values_of
from leave.ask_pages import Asking, count_context, form_context
from leave.enums import RequestState
from leave.models import LeaveRequest
from leave.rules.years import Dates
from leave.selectors import asking as selectors
from leave.selectors.scenes import NOTHING, Released, released_by_change
from leave.services import attachments, requests
from leave.services.attachments import NewFile

_CHANGEABLE = (*RequestState.reserving, RequestState.APPROVED)


def _employee(request: HttpRequest, data: Mapping[str, str]) -> Employee:
    """Return for whom is asked: for oneself, or, by HR, for whom the address or form names."""
    actor = actor_of(request)
    text = data.get("for", "")
    if not text:
        if actor.employee is None:
            raise Http404
        return actor.employee
    if actor.company is None:
        raise Http404
    people = Employee.objects.select_related("company", "user")
    employee: Employee = get_object_or_404(people, public_id=asked_id(text))
    if not permissions.can_ask(actor, employee):
        raise Http404
    return employee


def _changed(request: HttpRequest, public_id: uuid.UUID | None) -> LeaveRequest:
    """Return a request that the actor may change; any other there is none of."""
    actor = actor_of(request)
    if actor.company is None:
        raise Http404
    rows = LeaveRequest.objects.select_related(
        "employee__company", "employee__user", "leave_type", "status"
    )
    found: LeaveRequest = get_object_or_404(rows, public_id=public_id)
    if not permissions.can_take_back(actor, found):
        raise Http404
    return found


def _asking(
    request: HttpRequest, employee: Employee, changes: LeaveRequest | None = None
) -> Asking:
    now, actor = timezone.now(), actor_of(request)
    today = requests.today_of(employee, now)
    is_count = request.resolver_match is not None and request.resolver_match.url_name == "ask-count"
    offers = selectors.kinds if is_count else selectors.offers
    key = changes.attachment_key if changes else ""
    return Asking(
        employee=employee,
        now=now,
        today=today,
        offers=offers(employee, on=today),
        is_own=actor.employee is not None and actor.employee.pk == employee.pk,
        changes=changes,
        is_waiting=changes is not None and changes.status.state in RequestState.reserving,
        has_file=bool(key) and attachments.kept_of(employee, key),
    )


def _form(asking: Asking, data: Any = None, files: Any = None) -> AskForm:
    return AskForm(data, files, offers=asking.offers, today=asking.today)


def _over(asking: Asking, form: AskForm) -> LeaveRequest | None:
    """Return the leave out of which the days are to be taken; only the person's own."""
    wanted = form.cleaned_data.get("over") if form.is_valid() else None
    if wanted is None or asking.changes is not None:
        return None
    rows = LeaveRequest.objects.filter(employee=asking.employee)
    found: LeaveRequest = get_object_or_404(rows, public_id=wanted)
    return found


def _released(asking: Asking, form: AskForm, over: LeaveRequest | None) -> Released:
    if not form.is_valid():
        return NOTHING
    dates = Dates(form.cleaned_data["first_on"], form.cleaned_data["last_on"])
    if asking.changes is not None:
        return released_by_change(asking.changes, dates, is_waiting=asking.is_waiting)
    return Released(dates=dates, of=over.pk) if over is not None else NOTHING


def _count(asking: Asking, form: AskForm) -> dict[str, Any]:
    over = _over(asking, form)
    return count_context(asking, form, _released(asking, form, over), over)


@require_GET
def count(request: HttpRequest) -> HttpResponse:
    """Say what the request would count, and what stands against it; nothing is written."""
    text = request.GET.get("change", "")
    if text:
        changes = _changed(request, asked_id(text))
        asking = _asking(request, changes.employee, changes)
    else:
        asking = _asking(request, _employee(request, request.GET))
    context = _count(asking, _form(asking, request.GET))
    return render(request, "leave/_count.html", {"count": context})


@require_http_methods(["GET", "HEAD", "POST"])
@once
def ask(request: HttpRequest) -> HttpResponse:
    """Show the form, with what the address says already; take the request."""
    is_post = request.method == "POST"
    employee = _employee(request, request.POST if is_post else request.GET)
    return _page(request, _asking(request, employee))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def change(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show a request as it stands in the form; take what is asked for in its place."""
    found = _changed(request, public_id)
    if found.status.state not in _CHANGEABLE:
        messages.error(request, _("This request is over. Ask for new leave instead."))
        return redirect("leave:request", public_id)
    return _page(request, _asking(request, found.employee, found))


def _page(request: HttpRequest, asking: Asking) -> HttpResponse:
    if request.method == "POST":
        form = _form(asking, request.POST, request.FILES)
        errors: list[str] = []
        if "count" not in request.POST and form.is_valid():
            try:
                made = _send(request, asking, form)
            except MusterError as error:
                errors.append(str(error))
            else:
                _tell(request, asking, made)
                return redirect("leave:request", made.public_id)
        return _shown(request, asking, form, request.POST, errors)
    shown = values_of(asking.changes) if asking.changes else request.GET
    return _shown(request, asking, _form(asking, shown if shown.get("type") else None), shown, [])


def _shown(
    request: HttpRequest, asking: Asking, form: AskForm, shown: Mapping[str, Any], errors: list[str]
) -> HttpResponse:
    # What an address leaves open is no mistake of the person's.
    mistakes = form.errors if request.method == "POST" else {}
    context = form_context(asking, mistakes, shown, errors)
    context["count"] = _count(asking, form) if form.is_bound else {"is_empty": True}
    if context["count"].get("refusal") in errors:
        # The count says so already, with its reasons.
        context["errors"] = []
    return render(request, "leave/ask.html", context)


def _send(request: HttpRequest, asking: Asking, form: AskForm) -> LeaveRequest:
    """Hand the request to its service.

    Raises:
        MusterError: why it cannot be.
    """
    actor, changes = actor_of(request), asking.changes
    file = _file(asking, form)
    key = ""
    if changes is not None and asking.has_file and not form.cleaned_data["drop_file"]:
        key = changes.attachment_key
    asked = form.asked(attachment_key=key)
    if changes is not None:
        return requests.request_change(
            request=changes, asked=asked, by=actor, file=file, now=asking.now
        )
    return requests.request_submit(
        employee=asking.employee, asked=asked, by=actor, over=_over(asking, form), file=file,
        now=asking.now,
    )  # fmt: skip


def _file(asking: Asking, form: AskForm) -> NewFile | None:
    sent = form.cleaned_data["attachment"]
    if sent is None:
        return None
    # One byte too many is enough to know; no file of gigabytes comes into memory.
    return attachments.read(sent.read(documents.MOST_BYTES + 1), now=asking.now)


def _tell(request: HttpRequest, asking: Asking, made: LeaveRequest) -> None:
    if asking.changes is None:
        text = _("Sent. You hear by mail, and here, how it is decided.")
    else:
        text = _("The change is sent. You hear by mail, and here, how it is decided.")
    if not asking.is_own:
        text = _("Sent for %(name)s.") % {"name": made.employee.name}
    messages.success(request, text)
