"""Reports: the list of them, each on a page, and each as a file."""

from __future__ import annotations

import uuid
from tempfile import SpooledTemporaryFile
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.core.paginator import Paginator
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from attendance.permissions import can_view_closing
from attendance.selectors.settings import company_today
from companies import services
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import Company, ReportExport
from companies.reports import Asked, Filters, Report
from companies.selectors import READERS, reported_people
from integrations import storage, tasks
from integrations.tables import FORMATS, Paper
from integrations.tables.xlsx import MOST_ROWS
from portal import evidence, report_exports, report_filters, report_pages
from portal.reports import ROLL, narrowed, page_of, question, report_for
from portal.reports import reports as known

PEOPLE_A_PAGE, _A_MONTH = 200, 31
# A report that names nobody has no pages of people: of more days of people than this (some eight
# seconds) only its file is made, in the background.
MOST_COUNTED = 600_000
_IN_MEMORY = 1_000_000


def _company(request: HttpRequest) -> tuple[Actor, Company]:
    """Return who asks, in which company; for who acts in none there are no reports."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.company is None:
        raise Http404
    return actor, actor.company


def _report(actor: Actor, slug: str) -> Report:
    report = report_for(actor, slug)
    if report is None:
        raise Http404
    return report


@require_GET
def reports(request: HttpRequest) -> HttpResponse:
    """Show what can be asked for."""
    actor, company = _company(request)
    mine = [report for report in known().values() if report.can_view(actor)]
    if not mine:
        raise Http404
    context = report_pages.list_context(mine, has_closing=can_view_closing(actor, company))
    return render(request, "portal/reports/list.html", context)


@require_GET
def roll(request: HttpRequest) -> HttpResponse:
    """Show the muster roll, at the address that the team's pages lead to."""
    return _page(request, ROLL)


@require_GET
def report(request: HttpRequest, slug: str) -> HttpResponse:
    """Show one report, narrowed by the form above it."""
    if slug == ROLL:
        return redirect(f"{reverse('portal:roll')}?{request.GET.urlencode()}".rstrip("?"))
    return _page(request, slug)


def _page(request: HttpRequest, slug: str) -> HttpResponse:
    actor, company = _company(request)
    found = _report(actor, slug)
    now = timezone.now()
    read = report_filters.read(request.GET, found, company_today(company, now))
    asked = narrowed(found, question(found, actor, company, read.filters, now=now))
    # Of a longer stretch fewer people, so that a page costs what one of a month does.
    fewer = max(1, PEOPLE_A_PAGE * _A_MONTH // max(asked.days, _A_MONTH))
    is_counted = not found.is_about_people and asked.days_of_people <= MOST_COUNTED
    size = fewer if found.is_about_people else max(len(asked.keys), 1)
    page = Paginator(asked.keys, size).get_page(request.GET.get("p"))
    context = report_pages.page_context(
        found, asked, page, page_of(asked, list(page.object_list)), problem=read.problem,
        is_shown=found.is_about_people or is_counted,
    )  # fmt: skip
    template = "portal/reports/roll.html" if slug == ROLL else "portal/reports/report.html"
    return render(request, template, context)


@require_POST
def report_file(request: HttpRequest, slug: str) -> HttpResponseBase:
    """Hand out a report as a file; who takes it is noted first."""
    actor, company = _company(request)
    found = _report(actor, slug)
    name, _colon, paper = request.POST.get("format", "").partition(":")
    kind, now = FORMATS.get(name), timezone.now()
    if kind is None:
        raise Http404
    read = report_filters.read(request.POST, found, company_today(company, now))
    asked = narrowed(found, question(found, actor, company, read.filters, now=now))
    if kind.name == "xlsx" and found.has_row_a_day and asked.days_of_people > MOST_ROWS:
        messages.error(
            request,
            _("A spreadsheet holds a million lines. Choose fewer days or people, or take the CSV."),
        )
        return redirect(report_pages.address(found, read.filters))
    if asked.days_of_people > report_exports.MOST_AT_ONCE:
        return _long(request, found, asked, kind.name, paper)
    try:
        services.report_export(report=found, asked=asked, file_format=kind.name, by=actor)
    except MusterError as error:
        messages.error(request, str(error))
        return redirect(report_pages.address(found, read.filters))
    return _file(found, asked, kind.name, paper)


def _long(request: HttpRequest, found: Report, asked: Asked, kind: str, paper: str) -> HttpResponse:
    """Let a report of many people be made in the background, and lead to its page."""
    try:
        export = services.export_ask(
            report=found, asked=asked, file_format=kind, paper=paper if paper in set(Paper) else "",
            file_name=report_pages.file_name(found, asked, kind), by=asked.actor,
        )  # fmt: skip
    except MusterError as error:
        messages.error(request, str(error))
        return redirect(report_pages.address(found, asked.filters))
    tasks.want(report_exports.TASK)
    return redirect("portal:export", export.public_id)


def _export(request: HttpRequest, public_id: uuid.UUID) -> ReportExport:
    """Return one's own report in the background, while the report exists for the person."""
    actor, _company_ = _company(request)
    found: ReportExport = get_object_or_404(ReportExport, public_id=public_id, user=actor.user)
    if evidence.report_of(actor, found.report) is None or not _reaches(actor, found):
        raise Http404
    return found


def _reaches(actor: Actor, export: ReportExport) -> bool:
    """Return whether who asked may still read all that is in the file, for rights change."""
    if actor.has(*READERS):
        return True
    if export.is_of_all:
        # It may hold more than a manager reads of the same people, such as money.
        return False
    filters, now = Filters.of_plain(export.filters), timezone.now()
    today = company_today(export.company, now)
    people = reported_people(actor, filters.first, filters.last, today=today)
    return set(export.keys) <= set(people.values_list("pk", flat=True))


@require_GET
def export(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show how far a long report is; its script asks again by itself."""
    found = _export(request, public_id)
    title = (known() | {evidence.SLUG: evidence.PACK})[found.report].title
    context = report_pages.export_context(found, title, timezone.now())
    return render(request, "portal/reports/export.html", context)


@require_GET
def export_file(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Hand out the file of a long report; that it was taken was told when it was asked for."""
    found = _export(request, public_id)
    if not found.has_file(timezone.now()):
        raise Http404
    is_pack = found.file_format == evidence.FORMAT
    kind = evidence.CONTENT_TYPE if is_pack else FORMATS[found.file_format].content_type
    try:
        saved = f'attachment; filename="{found.file_name}"'
        link = storage.signed_link(found.file_key, content_type=kind, disposition=saved)
        if link is not None:
            return redirect(link)
        file = default_storage.open(found.file_key)
    except FileNotFoundError as error:
        raise Http404 from error
    response = FileResponse(
        file, as_attachment=True, filename=found.file_name, content_type=kind
    )  # fmt: skip
    response["Cache-Control"] = "private, no-store"
    return response


def _file(found: Report, asked: Asked, kind: str, paper: str) -> FileResponse:
    table = report_pages.printed(found.table(asked), paper, asked.company)
    file: Any = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  # whoever reads it closes it
    FORMATS[kind].write(table, file)
    file.seek(0)
    response = FileResponse(
        file, as_attachment=True, filename=report_pages.file_name(found, asked, kind),
        content_type=FORMATS[kind].content_type,
    )  # fmt: skip
    response["Cache-Control"] = "private, no-store"
    return response
