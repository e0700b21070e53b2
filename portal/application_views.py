"""A candidate's private page: confirm, follow, answer what HR asks, take it back."""

from __future__ import annotations

import datetime as dt
import logging
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from companies import links, selectors, services
from companies.enums import ApplicationStage, ApplicationStep
from companies.errors import MusterError
from companies.models import Application, ApplicationAnswer, ApplicationEvent
from companies.scoping import company_scope
from companies.selectors import company_zone
from companies.services.applications import CANDIDATE
from portal.careers_forms import ReplyForm

log = logging.getLogger(__name__)

# How each stage reads to the candidate: tone, and what happens next.
_STANDS: dict[str, tuple[str, str | Promise]] = {
    "new": ("info", gettext_lazy("Received. HR reads it and writes to you.")),
    "review": ("info", gettext_lazy("In review: HR looks at it closely.")),
    "interview": ("info", gettext_lazy("Interview: HR would like to talk with you.")),
    "offer": ("good", gettext_lazy("Offer: HR prepares an offer, or has made one.")),
    "accepted": ("good", gettext_lazy("Accepted. HR writes to you about how you begin.")),
    "rejected": ("off", gettext_lazy("Decided: they do not go on with your application.")),
}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def application(request: HttpRequest, token: str) -> HttpResponse:
    """Show by the private link how an application stands, and take what the candidate does."""
    found, now = links.application_of_link(token), timezone.now()
    if found is None or found.is_over(now):
        return _over(request, found)
    with company_scope(found.company), timezone.override(company_zone(found.company, now)):
        if request.method == "POST":
            return _post(request, token, found, now)
        return _page(request, found, now)


def _over(request: HttpRequest, found: Application | None) -> HttpResponse:
    is_withdrawn = found is not None and found.stage == ApplicationStage.WITHDRAWN
    context = {"is_withdrawn": is_withdrawn}
    return render(request, "portal/careers/application_over.html", context, status=410)


def _post(request: HttpRequest, token: str, found: Application, now: dt.datetime) -> HttpResponse:
    """Confirm, take back, or take an answer; then show how it stands."""
    if "answer_to" in request.POST:
        form = ReplyForm(request.POST, request.FILES, now=now)
        if not _is_answered(form, found, request.POST["answer_to"], now):
            return _page(request, found, now, wrong=form)
        return redirect("portal:application", token=token)
    try:
        if "withdraw" in request.POST:
            services.application_withdraw(application=found, by=CANDIDATE, now=now)
        else:
            standing = services.application_confirm(application=found, now=now)
            if standing.pk != found.pk:
                return redirect(links.application_link(standing))
    except MusterError as error:
        # A second tap, or HR was faster: the page says how it stands.
        log.info("an application was not changed: %s", error.code)
    return redirect("portal:application", token=token)


def _is_answered(form: ReplyForm, found: Application, asked: str, now: dt.datetime) -> bool:
    """Return whether the answer was taken, or stood already; what is wrong is said on the form."""
    if not form.is_valid():
        return False
    waiting = {str(item.public_id): item for item in _open_questions(found)}
    question = waiting.get(asked)
    if question is None:
        # A second tap: the page shows the answer that stands.
        return True
    try:
        services.application_answer(question=question, now=now, **form.cleaned_data)
    except MusterError as error:
        form.add_error(None, str(error))
        return False
    return True


def _open_questions(found: Application) -> list[ApplicationEvent]:
    """Return what HR asked and nobody answered yet."""
    events = list(selectors.application_events(found))
    answered = {event.answers_id for event in events}
    return [
        event
        for event in events
        if event.step == ApplicationStep.ASKED and event.pk not in answered
    ]


def _forms(found: Application, now: dt.datetime, wrong: ReplyForm | None) -> list[Any]:
    """Return each question that waits with its form; what is wrong stands at the one sent."""
    return [
        (
            event,
            wrong if _is_of(wrong, event) else ReplyForm(now=now, auto_id=f"id_{event.number}_%s"),
        )
        for event in _open_questions(found)
    ]


def _is_of(form: ReplyForm | None, event: ApplicationEvent) -> bool:
    return form is not None and form.data.get("answer_to") == str(event.public_id)


def _page(
    request: HttpRequest, found: Application, now: dt.datetime, *, wrong: ReplyForm | None = None
) -> HttpResponse:
    events = [event for event in selectors.application_events(found) if event.is_shown]
    stages = [event.stage for event in events if event.stage]
    shown = stages[-1] if stages else ""
    tone, words = _STANDS.get(shown, ("", ""))
    until = found.purge_at
    context: dict[str, Any] = {
        "application": found,
        "of_company": found.company,
        "is_asked": found.stage == ApplicationStage.ASKED,
        "tone": tone,
        "words": words,
        "timeline": [_line(event) for event in events],
        "questions": _forms(found, now, wrong),
        "answers": ApplicationAnswer.objects.filter(application=found).select_related("file"),
        "until": _day(until) if until is not None else "",
        "may_withdraw": found.stage != ApplicationStage.ASKED and found.employee_id is None,
    }
    return render(request, "portal/careers/application.html", context, status=400 if wrong else 200)


def _day(moment: dt.datetime) -> str:
    """Return a day of the company, whose time zone is in force."""
    return date_format(timezone.localtime(moment), "D, j F Y")


def _line(event: ApplicationEvent) -> dict[str, Any]:
    titles = {
        ApplicationStep.ASKED: _("They asked"),
        ApplicationStep.ANSWERED: _("You answered"),
    }
    title = titles.get(ApplicationStep(event.step))
    if title is None:
        title = _candidates_word(ApplicationStage(event.stage))
    return {
        "title": title,
        "words": event.words,
        "has_file": event.file_id is not None,
        "day": _day(event.made_at),
    }


def _candidates_word(stage: ApplicationStage) -> str:
    return _("Decided") if stage == ApplicationStage.REJECTED else str(stage.label)
