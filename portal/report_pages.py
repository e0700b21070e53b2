"""What the templates of reports show: the list, the form, the rows, files and charts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from django.core.paginator import Page
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from companies.enums import ExportState
from companies.models import Company, ReportExport
from companies.reports import Asked, Chart, Filters, Report
from companies.selectors import company_logo, company_zone
from integrations.tables import LineKind, Paper, Table, html
from portal import report_filters
from portal.reports import ROLL

# The drawing of a chart, in its own units.
_WIDTH, _HEIGHT, _GAP, _WIDEST = 640, 160, 0.28, 72


def list_context(reports: Iterable[Report], *, has_closing: bool) -> dict[str, Any]:
    """Return the context of portal/reports/list.html."""
    return {
        "has_closing": has_closing,
        "reports": [
            {"title": report.title, "tells": report.tells, "url": _path(report)}
            for report in reports
        ],
    }


def _path(report: Report) -> str:
    if report.slug == ROLL:
        return reverse("portal:roll")
    return reverse("portal:report", args=[report.slug])


def address(report: Report, filters: Filters, **more: str) -> str:
    """Return the address of the report, narrowed so."""
    return f"{_path(report)}?{report_filters.query(filters, report, **more)}"


def page_context(
    report: Report,
    asked: Asked,
    page: Page[int],
    shown: Asked,
    *,
    problem: str,
    is_shown: bool = True,
) -> dict[str, Any]:
    """Return the context of a report's page; `shown` is the question about its people alone."""
    table = report.table(shown)
    if not is_shown:
        table = replace(table, rows=(), total_label="")
    has_pages = page.paginator.num_pages > 1
    if has_pages:
        table = replace(table, total_label=_("All of this page"))
    lines = list(table.lines())
    filters = asked.filters
    before = page.previous_page_number() if page.has_previous() else 0
    after = page.next_page_number() if page.has_next() else 0
    today = f"d{asked.today.day}" if filters.first <= asked.today <= filters.last else ""
    return {
        "report": report,
        "title": table.title,
        "heading": report.title,
        "tells": report.tells,
        "problem": problem,
        "count_text": report_people(asked),
        "head": html.head(table, today=today),
        "body": html.body(table, lines),
        "has_rows": any(line.kind == LineKind.ROW for line in lines),
        "is_empty": not asked.keys,
        "is_too_long": not is_shown,
        "legend": table.legend,
        "notes": table.notes,
        "form": report_filters.form(filters, report),
        "files": _files(report),
        "file_url": reverse("portal:report-file", args=[report.slug]),
        "reset_url": address(report, Filters(first=filters.first, last=filters.last)),
        "chart": _chart(report.chart(table, lines), is_part=has_pages),
        "has_pages": has_pages,
        "pages_text": _("Page %(page)d of %(pages)d")
        % {"page": page.number, "pages": page.paginator.num_pages},
        "before_url": address(report, filters, p=str(before)) if before else None,
        "after_url": address(report, filters, p=str(after)) if after else None,
        **_months(report, asked),
    }


def report_people(asked: Asked) -> str:
    """Return how many people the report is about."""
    return ngettext("%(n)d person", "%(n)d people", len(asked.keys)) % {"n": len(asked.keys)}


def _months(report: Report, asked: Asked) -> dict[str, Any]:
    if not report.by_month:
        return {}
    first = asked.filters.first
    earlier = report_filters.month_before(first)
    later = report_filters.month_after(first)

    def of(month: dt.date) -> str:
        end = report_filters.month_end(month)
        return address(report, replace(asked.filters, first=month, last=end))

    return {
        "month_text": date_format(first, "F Y"),
        "earlier_url": of(earlier),
        "later_url": of(later) if later <= asked.today else None,
    }


def _files(report: Report) -> list[dict[str, str]]:
    papers = [(Paper.A4, _("PDF, A4")), (Paper.A3, _("PDF, A3"))]
    if report.slug == ROLL:
        papers.reverse()
    return [
        {"format": "xlsx", "label": _("Spreadsheet (XLSX)")},
        *({"format": f"pdf:{paper.value}", "label": label} for paper, label in papers),
        {"format": "csv", "label": "CSV"},
        {"format": "json", "label": "JSON"},
    ]


def export_context(export: ReportExport, title: object, now: dt.datetime) -> dict[str, Any]:
    """Return the context of portal/reports/export.html."""
    until, zone = export.expires_at, company_zone(export.company, now)
    return {
        "heading": title,
        "state": export.state,
        "is_waiting": export.state == ExportState.WAITING,
        "is_failed": export.state == ExportState.FAILED,
        "has_file": export.has_file(now),
        "file_name": export.file_name,
        "done": export.done,
        "total": export.total,
        "done_text": _("%(done)d of %(total)d people")
        % {"done": export.done, "total": export.total},
        "until_text": date_format(until.astimezone(zone), "D j F Y") if until else "",
        "file_url": reverse("portal:export-file", args=[export.public_id]),
        "again_url": reverse("portal:reports"),
    }


def printed(table: Table, paper: str, company: Company) -> Table:
    """Return the table as its file is: with the logo, on the paper asked for, else on its own."""
    found = Paper(paper) if paper in set(Paper) else table.paper
    return replace(table, paper=found, logo=company_logo(company))


def file_name(report: Report, asked: Asked, ending: str) -> str:
    """Return what the file is called: kettle-muster-roll-2026-03.xlsx."""
    filters = asked.filters
    when = f"{filters.first:%Y-%m}" if report.by_month else f"{filters.first}-{filters.last}"
    return f"{asked.company.code}-{report.slug}-{when}.{ending}"


def _chart(chart: Chart | None, *, is_part: bool) -> dict[str, Any] | None:
    """Return where each bar stands: drawn on the server, with the numbers as a table beside."""
    if chart is None:
        return None
    highest = max(bar.value for bar in chart.bars) or 1
    step = _WIDTH / len(chart.bars)
    bars = []
    for n, bar in enumerate(chart.bars):
        height = round(bar.value / highest * _HEIGHT, 1)
        wide = min(step * (1 - _GAP), _WIDEST)
        bars.append(
            {
                "label": bar.label,
                "shown": bar.shown,
                "x": round((n + 0.5) * step - wide / 2, 1),
                "middle": round((n + 0.5) * step, 1),
                "y": round(_HEIGHT - height, 1),
                "width": round(wide, 1),
                "height": height,
                # Of many bars every second or third name has room.
                "is_named": n % max(1, -(-len(chart.bars) // 16)) == 0,
            }
        )
    title = _("%(title)s (the people of this page)") % {"title": chart.title}
    return {
        "title": title if is_part else chart.title,
        "bars": bars,
        "width": _WIDTH,
        "height": _HEIGHT,
    }
