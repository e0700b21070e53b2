"""The closing: months of the company, looked through and locked; the payroll file of each."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attendance import permissions
from attendance.fields import has_neighbours
from attendance.models import AttendancePeriod
from attendance.selectors.closed import is_last_locked
from attendance.selectors.payable import paid_months
from attendance.selectors.settings import company_today
from attendance.services import closing, closing_asks, payroll
from attendance.services.decisions import month_name
from companies import services
from companies.actor import Actor
from companies.enums import LookKind
from companies.errors import MusterError
from companies.looks import look_record
from companies.models import Company
from companies.once import once
from companies.reports import Filters
from integrations import tasks
from integrations.tables import FORMATS
from portal import closing_pages, evidence, inbox, report_exports
from portal.report_filters import month_end
from portal.reports import asked_of, report_for


class LockForm(forms.Form):
    """Why a month is locked although something is unresolved."""

    reason = forms.CharField(max_length=300, required=False)


def _company(request: HttpRequest) -> tuple[Actor, Company]:
    """Return who asks, in which company; for others than HR and auditors there is no such page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.company is None or not permissions.can_view_closing(actor, actor.company):
        raise Http404
    return actor, actor.company


def _first(month: str) -> dt.date:
    """Return the first day of a month as addresses write it: 2026-03."""
    try:
        first = dt.date.fromisoformat(f"{month}-01")
    except ValueError as error:
        raise Http404 from error
    if not has_neighbours(first) or f"{first:%Y-%m}" != month:
        raise Http404
    return first


def _period(company: Company, first: dt.date) -> AttendancePeriod | None:
    rows = AttendancePeriod.objects.select_related("locked_by", "asked_by", "company")
    found: AttendancePeriod | None = rows.filter(company=company, starts_on=first).first()
    return found


@require_GET
def months(request: HttpRequest) -> HttpResponse:
    """Show how the months of the company stand."""
    _actor, company = _company(request)
    today = company_today(company, timezone.now())
    return render(
        request, "portal/reports/closing.html", closing_pages.list_context(company, today)
    )


@require_GET
def month(request: HttpRequest, month: str) -> HttpResponse:
    """Show one month: what is unresolved, what it comes to, or with what it was locked."""
    actor, company = _company(request)
    return _page(request, actor, company, _first(month))


def _page(
    request: HttpRequest, actor: Actor, company: Company, first: dt.date, *, problem: str = ""
) -> HttpResponse:
    now, period = timezone.now(), _period(company, first)
    if first > company_today(company, now):
        raise Http404
    context = closing_pages.month_context(
        company, first, period, now=now, has_inbox=inbox.may_open(actor)
    )
    context |= {
        "may_close": permissions.can_close_month(actor, company),
        "may_reopen": period is not None
        and permissions.can_reopen_month(actor, company, is_last=is_last_locked(period)),
        "problem": problem,
        "given": request.POST.get("reason", "")[:300],
    }
    return render(
        request, "portal/reports/closing_month.html", context, status=409 if problem else 200
    )


@require_POST
@once
def review(request: HttpRequest, month: str) -> HttpResponse:
    """Say that the month is looked through."""
    actor, company = _company(request)
    first = _first(month)

    def act() -> str:
        closing.period_review(company=company, starts_on=first, by=actor)
        return _("%(month)s is in review.") % {"month": month_name(first)}

    return _done(request, actor, company, first, act)


@require_POST
@once
def lock(request: HttpRequest, month: str) -> HttpResponse:
    """Lock the month, for a reason where something is unresolved."""
    actor, company = _company(request)
    first, form = _first(month), LockForm(request.POST)

    def act() -> str:
        reason = form.cleaned_data["reason"] if form.is_valid() else ""
        if closing_asks.month_lock(company=company, starts_on=first, reason=reason, by=actor):
            return _("%(month)s is locked.") % {"month": month_name(first)}
        tasks.want("month_asks")
        return _("%(month)s is being locked. Look here again in some minutes.") % {
            "month": month_name(first)
        }

    return _done(request, actor, company, first, act)


def _done(
    request: HttpRequest, actor: Actor, company: Company, first: dt.date, act: Callable[[], str]
) -> HttpResponse:
    """Act and lead to the month; a refusal is told on its page, with what was written."""
    if not permissions.can_close_month(actor, company):
        raise Http404
    try:
        said = act()
    except MusterError as error:
        return _page(request, actor, company, first, problem=str(error))
    messages.success(request, said)
    return redirect(closing_pages.address(first))


@require_POST
def payroll_file(request: HttpRequest, month: str) -> HttpResponse:
    """Hand out the payroll file of a locked month; who takes it is noted first."""
    actor, company = _company(request)
    first, kind = _first(month), request.POST.get("format", "")
    period = _period(company, first)
    if period is None or kind not in payroll.FILES:
        raise Http404
    try:
        content = payroll.payroll_take(period=period, kind=kind, by=actor)
    except MusterError as error:
        messages.error(request, str(error))
        return redirect(closing_pages.address(first))
    response = HttpResponse(content, content_type=FORMATS[kind].content_type)
    name = f"{company.code}-payroll-{first:%Y-%m}.{kind}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@once
def evidence_pack(request: HttpRequest, month: str) -> HttpResponse:
    """Have the evidence pack of a month made in the background, and lead to its page."""
    actor, company = _company(request)
    first, now = _first(month), timezone.now()
    if first > company_today(company, now):
        raise Http404
    filters = Filters(first=first, last=month_end(first), active="all")
    try:
        export = services.export_ask(
            report=evidence.PACK, asked=asked_of(actor, company, filters, now=now),
            file_format=evidence.FORMAT, paper="", by=actor,
            file_name=f"{company.code}-evidence-{first:%Y-%m}.zip",
        )  # fmt: skip
    except MusterError as error:
        messages.error(request, str(error))
        return redirect(closing_pages.address(first))
    tasks.want(report_exports.TASK)
    return redirect("portal:export", export.public_id)


@require_GET
def payable_why(request: HttpRequest, month: str, public_id: uuid.UUID) -> HttpResponse:
    """Show the steps of one person's payable days, to whoever has the report of them."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    report = report_for(actor, "payable-days")
    if actor.company is None or report is None:
        raise Http404
    first, now = _first(month), timezone.now()
    filters = Filters(first=first, last=month_end(first), active="all")
    asked = asked_of(actor, actor.company, filters, now=now)
    person = get_object_or_404(asked.people, public_id=public_id)
    months = paid_months(
        company=actor.company, people=[person], first=first, last=filters.last, now=now
    )
    if person.pk not in months:
        raise Http404
    look_record(by=actor, employee=person, kind=LookKind.REPORT, target=person, about_on=first)
    context = closing_pages.why_context(person, first, months[person.pk])
    return render(request, "portal/reports/payable_why.html", context)
