"""The page of a request: for the person, and for whoever decides; a GET decides nothing."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attendance.attached_files import hand_out
from attendance.views import actor_of, typed
from companies.enums import LookKind
from companies.errors import MusterError, ReasonMissing
from companies.inbox import Answer
from companies.looks import look_record
from companies.once import once
from leave import permissions
from leave.inbox import LeaveRequests
from leave.models import LeaveAttachment, LeaveRequestState
from leave.request_pages import Shown, context, shown
from leave.services import decisions, requests

LONGEST_REASON = 300
ASK_BACK = "ask_back"


def _found(request: HttpRequest, public_id: uuid.UUID) -> Shown:
    """Return a request that the actor may see; of any other there is none."""
    actor = actor_of(request)
    if actor.company is None:
        raise Http404
    rows = LeaveRequestState.objects.select_related(
        "request__employee__company", "request__employee__user", "request__leave_type",
        "request__replaces", "employee",
    )  # fmt: skip
    status = get_object_or_404(rows, request__public_id=public_id)
    page = shown(status, actor, now=timezone.now())
    if not page.may_open:
        raise Http404
    return page


def _mine(request: HttpRequest, public_id: uuid.UUID) -> Shown:
    """Return a request that the actor asked for, or, as HR, may act on for whom it is."""
    page = _found(request, public_id)
    if not permissions.can_take_back(page.actor, page.request):
        raise Http404
    return page


@require_GET
def request_page(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    return render(request, "leave/request.html", context(_found(request, public_id)))


def _done(
    request: HttpRequest, public_id: uuid.UUID, deed: Callable[[], object], said: str
) -> HttpResponse:
    """Do it, say what was done or why not, and go back to the page."""
    try:
        deed()
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, said)
    return redirect("leave:request", public_id)


def _reason(request: HttpRequest) -> str:
    return typed(request, "reason").strip()[:LONGEST_REASON]


# --- whoever asked --------------------------------------------------------------------------------
@require_POST
@once
def withdraw(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take back what waits: the request, or the wish to cancel it."""
    page = _mine(request, public_id)
    said = _("Taken back.") if page.status.cancel_from is None else _("The leave stays.")
    return _done(
        request, public_id,
        lambda: requests.request_withdraw(request=page.request, by=page.actor), said,
    )  # fmt: skip


@require_POST
@once
def answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Answer what was asked back."""
    page = _mine(request, public_id)
    text = typed(request, "answer")[:LONGEST_REASON]
    return _done(
        request, public_id,
        lambda: requests.request_answer(request=page.request, by=page.actor, answer=text),
        _("Your answer is sent."),
    )  # fmt: skip


@require_POST
@once
def cancel(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask to cancel approved leave; whoever decides about it cancels it at once, with a reason."""
    page, reason = _found(request, public_id), _reason(request)
    if page.may_decide:
        since = _date(typed(request, "since"))
        return _done(
            request, public_id,
            lambda: decisions.request_cancel(
                request=page.request, by=page.actor, reason=reason, since=since
            ),
            _("Cancelled; the days are given back."),
        )  # fmt: skip
    if not permissions.can_take_back(page.actor, page.request):
        raise Http404
    return _done(
        request, public_id,
        lambda: requests.cancel_ask(request=page.request, by=page.actor, reason=reason),
        _("Sent. The leave stands until somebody has cancelled it."),
    )  # fmt: skip


def _date(text: str) -> dt.date | None:
    """Return the date from which on; none means all of it."""
    try:
        return dt.date.fromisoformat(text)
    except ValueError:
        return None


# --- whoever decides ------------------------------------------------------------------------------
@require_POST
@once
def decide(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Approve, refuse or ask back; the same answer sent again changes nothing."""
    actor, source = actor_of(request), LeaveRequests()
    found = source.find(actor, public_id) if actor.company is not None else None
    if found is None:
        raise Http404
    text, reason = request.POST.get("answer", ""), _reason(request)
    if text not in (*Answer, ASK_BACK):
        messages.error(request, _("Please choose one of the answers."))
        return redirect("leave:request", public_id)

    def deed() -> None:
        if text != Answer.APPROVE and not reason:
            raise ReasonMissing
        if text == ASK_BACK:
            decisions.request_ask_back(request=found, by=actor, reason=reason)
        else:
            source.decide(found, Answer(text), reason=reason, by=actor)

    said = {
        Answer.APPROVE: _("Approved: %(name)s."),
        Answer.REFUSE: _("Refused: %(name)s."),
        ASK_BACK: _("Asked back: %(name)s reads your question."),
    }[text]
    return _done(request, public_id, deed, said % {"name": source.name_of(found)})


@require_POST
@once
def take_back(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Take one's own decision of the last minutes back; the request waits again."""
    actor, source = actor_of(request), LeaveRequests()
    found = source.find(actor, public_id) if actor.company is not None else None
    if found is None:
        raise Http404
    said = _("Taken back: %(name)s waits again.") % {"name": source.name_of(found)}
    return _done(request, public_id, lambda: source.take_back(found, by=actor), said)


# --- its file -------------------------------------------------------------------------------------
@require_GET
def attachment(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Hand out the file once the look is recorded."""
    page = _found(request, public_id)
    if not page.may_view_file:
        raise Http404
    row = get_object_or_404(
        LeaveAttachment, storage_key=page.request.attachment_key, purged_at=None
    )
    return hand_out(
        key=row.storage_key,
        content_type=row.content_type,
        name=f"leave-{page.request.first_on}",
        record=lambda: look_record(
            by=page.actor,
            employee=page.request.employee,
            kind=LookKind.FILE,
            target=row,
            about_on=page.request.first_on,
        ),
    )
