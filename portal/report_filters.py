"""The form above a report: what it was narrowed by, read from an address or a form, and shown."""

from __future__ import annotations

import calendar
import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.http import QueryDict
from django.utils.translation import gettext as _

from attendance.fields import has_neighbours
from companies.enums import EmploymentType
from companies.models import Department, Office
from companies.reports import DEFAULT_SAMPLE, SAMPLES, Filters, Report

# A report of more would be one of years; whoever needs that asks for each.
MOST_DAYS = 366
_LONGEST_DRAW = 20
_ACTIVE = ("", "inactive", "all")


@dataclass(frozen=True)
class Read:
    """What was read: the filters, and why they are not what was typed, if so."""

    filters: Filters
    problem: str = ""


def read(data: QueryDict, report: Report, today: dt.date) -> Read:
    """Return the filters of an address or a form; whatever cannot be is left out."""
    first, last, problem = _span(data, report, today)
    filters = Filters(
        first=first,
        last=last,
        text=_text(data, "q", 100),
        office=_id(data, "office"),
        department=_id(data, "department"),
        employment=_among(data, "employment", EmploymentType.values),
        active=_among(data, "active", _ACTIVE),
        kind=_id(data, "kind"),
        size=_among(data, "size", SAMPLES) if "size" in report.filters else "",
        draw=_text(data, "draw", _LONGEST_DRAW) if "draw" in report.filters else "",
        only_problems="problems" in report.filters and data.get("problems") == "1",
        has_days_off="days_off" in report.filters and data.get("days_off") == "1",
        is_grouped="grouped" in report.filters and data.get("grouped") == "1",
    )
    return Read(filters, problem)


def _text(data: QueryDict, name: str, longest: int) -> str:
    """Return what was typed, without zero bytes, which no database keeps."""
    return data.get(name, "").replace("\0", "").strip()[:longest]


def _id(data: QueryDict, name: str) -> str:
    try:
        return str(uuid.UUID(data.get(name, "")))
    except ValueError:
        return ""


def _among(data: QueryDict, name: str, values: Iterable[str]) -> str:
    value = data.get(name, "")
    return value if value in values else ""


def _date(text: str) -> dt.date | None:
    try:
        date = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return date if has_neighbours(date) else None


def _span(data: QueryDict, report: Report, today: dt.date) -> tuple[dt.date, dt.date, str]:
    if report.by_month:
        asked = _date(f"{data.get('month', '')}-01")
        first = asked or today.replace(day=1)
        problem = "" if asked or not data.get("month") else _("This month cannot be read.")
        return first, month_end(first), problem
    first, last = report.default_span(today)
    one, other = _date(data.get("from", "")), _date(data.get("to", ""))
    if (data.get("from") and one is None) or (data.get("to") and other is None):
        return first, last, _("This date cannot be read.")
    begin = one or (min(first, other) if other else first)
    end = other or max(begin, last)
    if end < begin:
        return first, last, _("The last day is before the first.")
    if (end - begin).days >= MOST_DAYS:
        return first, last, _("A report tells of a year at most. Choose fewer days.")
    return begin, end, ""


def month_before(first: dt.date) -> dt.date:
    """Return the first of the month before."""
    return (first - dt.timedelta(days=1)).replace(day=1)


def month_after(first: dt.date) -> dt.date:
    """Return the first of the next month."""
    return (first + dt.timedelta(days=32)).replace(day=1)


def month_end(first: dt.date) -> dt.date:
    """Return the last day of the month."""
    return first.replace(day=calendar.monthrange(first.year, first.month)[1])


def query(filters: Filters, report: Report, **more: str) -> str:
    """Return the filters as the end of an address."""
    return urlencode(values(filters, report) | {k: v for k, v in more.items() if v})


def values(filters: Filters, report: Report) -> dict[str, str]:
    """Return the fields of a form that say the same."""
    if report.by_month:
        when = {"month": f"{filters.first:%Y-%m}"}
    else:
        when = {"from": filters.first.isoformat(), "to": filters.last.isoformat()}
    found = when | {
        "q": filters.text,
        "office": filters.office,
        "department": filters.department,
        "employment": filters.employment,
        "active": filters.active,
        "kind": filters.kind,
        "size": filters.size,
        "draw": filters.draw,
        "problems": "1" if filters.only_problems else "",
        "days_off": "1" if filters.has_days_off else "",
        "grouped": "1" if filters.is_grouped else "",
    }
    return {name: value for name, value in found.items() if value}


def form(filters: Filters, report: Report) -> dict[str, Any]:
    """Return what the form shows; two statements."""
    offices = [(str(row.public_id), row.name) for row in Office.objects.order_by("name")]
    parts = [(str(row.public_id), row.name) for row in Department.objects.order_by("name")]
    kinds = report.kinds() if "kind" in report.filters else []
    selects = [
        _select("office", _("Office"), _("All offices"), offices, filters.office),
        _select("department", _("Department"), _("All departments"), parts, filters.department),
        _select(
            "employment", _("Employed as"), _("Everybody"), EmploymentType.choices,
            filters.employment,
        ),
        _select(
            "active", _("Active or not"), _("Active people"),
            [("inactive", _("People switched off")), ("all", _("Both"))], filters.active,
        ),
        _select("kind", _("Leave type"), _("All types"), kinds, filters.kind),
        _select(
            "size", _("Days in the sample"), str(DEFAULT_SAMPLE),
            [(size, size) for size in SAMPLES] if "size" in report.filters else [], filters.size,
        ),
    ]  # fmt: skip
    checks = [
        ("problems", _("Only people with something to clear up"), filters.only_problems),
        ("days_off", _("Days off too"), filters.has_days_off),
        ("grouped", _("Group by department"), filters.is_grouped),
    ]
    given = values(filters, report)
    return {
        "by_month": report.by_month,
        "month": f"{filters.first:%Y-%m}",
        "first": filters.first.isoformat(),
        "last": filters.last.isoformat(),
        "text": filters.text,
        "has_draw": "draw" in report.filters,
        "draw": filters.draw_name,
        "selects": [item for item in selects if item["options"]],
        "checks": [
            {"name": name, "label": label, "is_on": is_on}
            for name, label, is_on in checks
            if name in report.filters
        ],
        "is_set": bool(given.keys() - {"month", "from", "to"}),
        "hidden": given,
    }


def _select(
    name: str, label: str, nothing: str, options: Iterable[tuple[Any, Any]], chosen: str
) -> dict[str, Any]:
    found = [
        {"value": value, "label": str(text), "is_chosen": value == chosen}
        for value, text in options
    ]
    return {"name": name, "label": label, "nothing": nothing, "options": found}
