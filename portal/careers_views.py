"""Public pages of a company's careers: its openings, applying, asking; and HR's way to a file."""

from __future__ import annotations

import base64
import datetime as dt
import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.core.internal.ratelimit import get_ip
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_http_methods, require_safe

from attendance.attached_files import hand_out
from companies import permissions, selectors, services
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import CareersPage, Company, Opening
from companies.scoping import company_scope
from companies.services.applications import LONGER_MONTHS
from portal.careers_forms import CONSENT_VERSION, ApplyForm, AskForm


def of_company(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """Give a view the company of the address, whose scope is open, and its page.

    One that is switched off answers like a company that never was.
    """

    @wraps(view)
    def wrapper(request: HttpRequest, code: str, **kwargs: Any) -> HttpResponse:
        company = get_object_or_404(Company, code=code)
        with company_scope(company):
            page = selectors.careers_page(company)
            if not page.is_on:
                raise Http404
            return view(request, company, page, **kwargs)

    return wrapper


def _frame(company: Company) -> dict[str, Any]:
    """Return what stands above every page of a company."""
    logo = selectors.company_logo(company)
    return {
        "of_company": company,
        "logo": f"data:image/png;base64,{base64.b64encode(logo).decode()}" if logo else "",
    }


def _facts(opening: Opening) -> list[str]:
    """Return what is said of an opening in a line: type, place, department, last day."""
    department = opening.department.name if opening.department is not None else ""
    return list(
        filter(
            None,
            (
                opening.get_kind_display(),
                opening.place,
                department if opening.shows_department else "",
            ),
        )
    )


def _line(opening: Opening) -> dict[str, Any]:
    until = date_format(opening.closes_on, "D, j F Y") if opening.closes_on is not None else ""
    return {"opening": opening, "facts": " · ".join(_facts(opening)), "until": until}


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_company
def careers(request: HttpRequest, company: Company, page: CareersPage) -> HttpResponse:
    """Show what a company has open, and what others asked; take a question."""
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_bound and _is_asked(request, form, company, None):
        return redirect("portal:careers-asked", code=company.code)
    today = selectors.company_today(company, timezone.now())
    context = {
        **_frame(company),
        "page": page,
        "lines": [_line(opening) for opening in selectors.openings_taking(today)],
        "faq": selectors.faq_of(None),
        "form": form,
    }
    return render(request, "portal/careers/page.html", context, status=_status(form))


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_company
def opening(
    request: HttpRequest, company: Company, page: CareersPage, public_id: uuid.UUID
) -> HttpResponse:
    """Show an opening, and take a question about it."""
    found = _open(company, public_id)
    form = AskForm(request.POST if request.method == "POST" else None)
    if form.is_bound and _is_asked(request, form, company, found):
        return redirect("portal:careers-asked", code=company.code)
    context = {
        **_frame(company), **_line(found), "faq": selectors.faq_of(found), "form": form,
    }  # fmt: skip
    return render(request, "portal/careers/opening.html", context, status=_status(form))


def _open(company: Company, public_id: uuid.UUID) -> Opening:
    """Return an opening that takes applications today; any other answers like none."""
    today = selectors.company_today(company, timezone.now())
    return get_object_or_404(selectors.openings_taking(today), public_id=public_id)


def _status(form: Any) -> int:
    return 400 if form.is_bound else 200


def _is_asked(request: HttpRequest, form: AskForm, company: Company, about: Opening | None) -> bool:
    """Return whether the question was taken; a machine is told what a person would be."""
    if form.is_of_a_machine:
        return True
    return form.is_valid() and _took(
        form,
        lambda: services.visitor_ask(
            company=company, opening=about, client=get_ip(request),
            token=form.token_at((about or company).public_id),
            locale=translation.get_language() or "", now=timezone.now(), **form.asked,
        ),
    )  # fmt: skip


def _took(form: Any, verb: Callable[[], Any]) -> bool:
    """Return whether a service took what was sent; what it refuses is said on the form."""
    try:
        verb()
    except MusterError as error:
        form.add_error(None, str(error))
        return False
    return True


@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@of_company
def apply(
    request: HttpRequest, company: Company, page: CareersPage, public_id: uuid.UUID
) -> HttpResponse:
    """Show the form of an opening, and take it; the answer is the same for every address."""
    found, now = _open(company, public_id), timezone.now()
    sent = (request.POST, request.FILES) if request.method == "POST" else ()
    form = ApplyForm(*sent, opening=found, months=page.kept_months, now=now)
    if form.is_bound and (form.is_of_a_machine or _is_sent(request, form, found, now)):
        return redirect("portal:careers-sent", code=company.code)
    context = {
        **_frame(company), **_line(found), "form": form, "months": page.kept_months,
        "longer_months": max(LONGER_MONTHS, page.kept_months),
        "offers_longer": page.kept_months < LONGER_MONTHS,
    }  # fmt: skip
    return render(request, "portal/careers/apply.html", context, status=_status(form))


def _is_sent(request: HttpRequest, form: ApplyForm, about: Opening, now: dt.datetime) -> bool:
    if not form.is_valid():
        return False
    asked = form.cleaned_data
    return _took(
        form,
        lambda: services.application_send(
            opening=about, token=form.token_at(about.public_id), name=asked["name"],
            email=asked["email"],
            phone=asked["phone"], locale=translation.get_language() or "",
            consent_version=CONSENT_VERSION, is_kept_longer=asked["is_kept_longer"],
            answers=form.given, client=get_ip(request), now=now,
        ),
    )  # fmt: skip


@require_safe
@of_company
def sent(request: HttpRequest, company: Company, page: CareersPage) -> HttpResponse:
    """Say to look into the mailbox, whoever applied."""
    return render(request, "portal/careers/sent.html", _frame(company))


@require_safe
@of_company
def asked(request: HttpRequest, company: Company, page: CareersPage) -> HttpResponse:
    """Say that the question is with HR, whoever asked."""
    return render(request, "portal/careers/asked.html", _frame(company))


@require_GET
def application_file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Hand out a candidate's file to HR, once that is written down."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.company is None:
        raise Http404
    file = selectors.application_file(public_id, timezone.now())
    if file is None or not permissions.can_see_application_file(actor, file.application):
        raise Http404
    return hand_out(
        key=file.storage_key, content_type=file.content_type,
        name=f"application-{file.application.reference}-{file.pk}",
        record=lambda: services.application_file_look(file=file, by=actor),
    )  # fmt: skip
