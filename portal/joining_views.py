"""Public pages: a company asks to join, confirms by mail, and follows what becomes of it."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods

from companies import links, services
from companies.enums import JoinState
from companies.errors import MusterError
from companies.models import JoinRequest
from portal.joining_forms import AnswerForm, JoinForm

log = logging.getLogger(__name__)


@never_cache
@require_http_methods(["GET", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """Say what Muster is, and ask who wants to join; the answer is the same for every address."""
    form = JoinForm(request.POST if request.method == "POST" else None)
    if request.method == "POST":
        # A machine is told what a person would be, and nothing is kept.
        if form.is_of_a_machine or (form.is_valid() and _ask(request, form)):
            return redirect("portal:join-sent")
    return render(request, "portal/join.html", {"form": form})


def _ask(request: HttpRequest, form: JoinForm) -> bool:
    """Return whether it was kept; what is wrong is said on the form."""
    try:
        services.join_ask(
            token=form.token_at(), client=get_ip(request), now=timezone.now(),
            locale=translation.get_language() or "", **form.asked,
        )  # fmt: skip
    except MusterError as error:
        form.add_error(None, str(error))
        return False
    return True


@require_GET
def join_sent(request: HttpRequest) -> HttpResponse:
    """Say to look into the mailbox, whoever asks."""
    return render(request, "portal/join_sent.html")


@never_cache
@require_http_methods(["GET", "POST"])
def join_request(request: HttpRequest, token: str) -> HttpResponse:
    """Show by the private link how a request stands; confirm it, or answer what was asked back."""
    asked, now = links.join_of_link(token), timezone.now()
    if asked is None or asked.is_over(now):
        return render(request, "portal/join_over.html", status=410)
    sent = request.POST if request.method == "POST" else None
    form = AnswerForm(sent if sent is not None and "answer" in sent else None)
    if sent is not None and _take(asked, form, now):
        return redirect("portal:join-request", token=token)
    return render(request, "portal/join_request.html", _context(asked, form))


def _take(asked: JoinRequest, form: AnswerForm, now: dt.datetime) -> bool:
    """Confirm, or take the answer; return whether the page has nothing to say about the form."""
    is_awaited = asked.state == JoinState.ASKED_BACK
    if is_awaited and form.is_bound and not form.is_valid():
        return False
    try:
        if not form.is_bound:
            services.join_confirm(asked=asked, now=now)
        elif is_awaited:
            services.join_answer(asked=asked, answer=form.cleaned_data["answer"], now=now)
    except MusterError as error:
        # A second tap, or the platform was faster: the page says how it stands.
        log.info("a request to join was not changed: %s", error.code)
    return True


def _context(asked: JoinRequest, form: AnswerForm) -> dict[str, Any]:
    until = asked.purge_at
    return {
        "asked": asked,
        "form": form,
        "question": asked.last.get("question", ""),
        "until": date_format(until, "D, j F Y") if until else "",
    }
