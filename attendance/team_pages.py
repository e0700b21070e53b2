"""What a manager's templates show: where everybody is now, what waits, and the team's month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from typing import Any
from urllib.parse import urlencode

from django.core.paginator import Page
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attendance import overtime_pages, pages, wording
from attendance.answers import clock
from attendance.models import OvertimeDay
from attendance.pages import Links
from attendance.rules import zones
from attendance.rules.types import Occurrence
from attendance.selectors.months import Month, MonthDay
from attendance.selectors.team import Member, Standing
from companies.models import Employee, Office

# Of a group that is larger the rest is counted: filters find them.
MOST_OF_A_GROUP = 60
_TITLES: dict[Standing, tuple[str | Promise, str]] = {
    Standing.MISSING: (gettext_lazy("Missing"), "bad"),
    Standing.LATE: (gettext_lazy("In, came late"), "warn"),
    Standing.IN: (gettext_lazy("In"), "good"),
    Standing.ON_BREAK: (gettext_lazy("On break"), "info"),
    Standing.OUTSIDE: (gettext_lazy("In, outside any shift"), "warn"),
    Standing.NOT_YET: (gettext_lazy("Not yet"), "open"),
    Standing.LEFT: (gettext_lazy("Left already"), "off"),
    Standing.ELSEWHERE: (gettext_lazy("Working elsewhere"), "good"),
    Standing.ON_LEAVE: (gettext_lazy("On leave"), "info"),
    Standing.DAY_OFF: (gettext_lazy("Day off"), "off"),
}
_SINCE: dict[Standing, str | Promise] = {
    Standing.MISSING: gettext_lazy("due at %(time)s"),
    Standing.NOT_YET: gettext_lazy("from %(time)s"),
    Standing.LEFT: gettext_lazy("left at %(time)s"),
}
_SINCE_ELSE = gettext_lazy("since %(time)s")


def title_of(standing: Standing) -> str:
    """Return the name of a group, as the team's page says it."""
    return str(_TITLES[standing][0])


# --- now --------------------------------------------------------------------------------------
def _shift_text(occurrence: Occurrence | None) -> str:
    if occurrence is None:
        return _("No shift")
    start = clock(occurrence.starts_at, occurrence.zone)
    return f"{occurrence.pattern.name}, {start}–{clock(occurrence.ends_at, occurrence.zone)}"


def _notes(member: Member) -> list[str]:
    """Return what is odd about the person's day."""
    row, notes = member.row, []
    if row is not None and row.late_minutes:
        notes.append(_("Late by %(time)s") % {"time": wording.minutes(row.late_minutes)})
    if row is not None and row.early_minutes and member.standing == Standing.LEFT:
        notes.append(_("Left %(time)s early") % {"time": wording.minutes(row.early_minutes)})
    if member.is_flagged:
        notes.append(_("A check-in to look at"))
    if member.forgot_out_on is not None:
        date = wording.short_date(member.forgot_out_on)
        notes.append(_("No check-out on %(date)s") % {"date": date})
    return notes


def _line(member: Member, zone: str) -> dict[str, Any]:
    since = ""
    if member.since is not None:
        sentence = str(_SINCE.get(member.standing, _SINCE_ELSE))
        since = sentence % {"time": clock(member.since, member.zone)}
    return {
        "id": f"person-{member.employee.public_id}",
        "name": member.employee.name,
        "url": Links(member.employee).month(member.date.replace(day=1)),
        "shift": _shift_text(member.occurrence),
        "since": since,
        "zone": "" if member.zone == zone else member.zone.replace("_", " "),
        "notes": _notes(member),
    }


def _groups(members: Iterable[Member], zone: str) -> list[dict[str, Any]]:
    found: dict[Standing, list[Member]] = {standing: [] for standing in Standing}
    for member in members:
        found[member.standing].append(member)
    return [
        {
            "id": standing.value,
            "title": str(_TITLES[standing][0]),
            "tone": _TITLES[standing][1],
            "count": len(group),
            "people": [_line(member, zone) for member in group[:MOST_OF_A_GROUP]],
            "more": _more(len(group) - MOST_OF_A_GROUP),
        }
        for standing, group in found.items()
        if group
    ]


def _more(count: int) -> str:
    if count <= 0:
        return ""
    words = ngettext(
        "and %(count)d more: choose an office or search for a name",
        "and %(count)d more: choose an office or search for a name",
        count,
    )
    return words % {"count": count}


def team_context(
    members: Collection[Member],
    *,
    filters: dict[str, Any],
    zone: str,
    now: dt.datetime,
) -> dict[str, Any]:
    """Return the context of attendance/team.html; `zone` is the company's."""
    count = len(members)
    return {
        "date_text": wording.long_date(zones.local_date(now, zone)),
        "as_of": _("As of %(time)s") % {"time": clock(now, zone)},
        "count_text": ngettext("%(n)d person", "%(n)d people", count) % {"n": count},
        "groups": _groups(members, zone),
        "filters": filters,
        "month_url": reverse("attendance:team-month"),
    }


def filters_context(offices: Iterable[Office], chosen: Office | None, text: str) -> dict[str, Any]:
    """Return what the form of the filters shows."""
    return {
        "text": text,
        "offices": [
            {"id": str(office.public_id), "name": office.name, "is_chosen": office == chosen}
            for office in offices
        ],
        "is_set": bool(text or chosen),
    }


# --- the month --------------------------------------------------------------------------------
def _cell(day: MonthDay, links: Links) -> dict[str, Any]:
    code, text, tone = pages.day_words(day)
    flags = pages.flag_words(day.row.exceptions) if day.row else []
    return {
        "code": code,
        "words": "; ".join([text, *flags]),
        "tone": tone,
        "is_flagged": bool(flags),
        "is_future": day.is_future,
        "url": None if day.is_future or not day.is_employed else links.day(day.date),
    }


def _row(
    employee: Employee, month: Month, extra: Mapping[dt.date, OvertimeDay] | None
) -> dict[str, Any]:
    links, totals = Links(employee), month.totals
    return {
        "name": employee.name,
        "url": links.month(month.first),
        "cells": [_cell(day, links) for day in month.days],
        "totals": [
            _halves(totals.present_halves),
            _halves(totals.absent_halves),
            _halves(totals.leave_halves),
            str(totals.late_count or "–"),
            _hours(totals.worked_minutes),
            *([] if extra is None else [overtime_pages.team_total(extra.values())]),
        ],
    }


def _hours(count: int) -> str:
    """Return minutes as a column of hours shows them: 171:30."""
    return f"{count // 60}:{count % 60:02}" if count else "–"


def _halves(count: int) -> str:
    """Return half days as a number of days: 2½."""
    whole, half = divmod(count, 2)
    return (f"{whole or ''}½" if half else str(whole)) if count else "–"


def _month_url(first: dt.date, query: dict[str, str], page: int = 1) -> str:
    values = {"m": f"{first:%Y-%m}", **query, **({"p": str(page)} if page > 1 else {})}
    return f"{reverse('attendance:team-month')}?{urlencode(values)}"


def month_context(
    page: Page[Employee],
    found: dict[int, Month],
    *,
    first: dt.date,
    today: dt.date,
    filters: dict[str, Any],
    query: dict[str, str],
    overtime: Mapping[int, Mapping[dt.date, OvertimeDay]] | None = None,
) -> dict[str, Any]:
    """Return the context of attendance/team_month.html; `query` keeps the filters in links.

    `overtime` are the people's extra minutes, none in a company that has no policy for them.
    """
    last_month = (first - dt.timedelta(days=1)).replace(day=1)
    next_month = (first + dt.timedelta(days=32)).replace(day=1)
    dates = [first + dt.timedelta(days=n) for n in range((next_month - first).days)]
    return {
        "title": date_format(first, "F Y"),
        "month": f"{first:%Y-%m}",
        "previous_url": _month_url(last_month, query),
        "next_url": _month_url(next_month, query) if next_month <= today else None,
        "dates": [
            {"number": date.day, "weekday": date_format(date, "D")[:2], "is_today": date == today}
            for date in dates
        ],
        "total_heads": [
            _("Present"),
            _("Absent"),
            _("Leave"),
            _("Late"),
            _("Worked"),
            *([] if overtime is None else [_("Extra")]),
        ],
        "rows": [
            _row(employee, found[employee.pk], None if overtime is None else overtime[employee.pk])
            for employee in page
        ],
        "legend": pages.legend(),
        "filters": filters,
        "pages_text": _("Page %(page)d of %(pages)d")
        % {"page": page.number, "pages": page.paginator.num_pages},
        "has_pages": page.paginator.num_pages > 1,
        "before_url": _month_url(first, query, page.number - 1) if page.has_previous() else None,
        "after_url": _month_url(first, query, page.number + 1) if page.has_next() else None,
    }
