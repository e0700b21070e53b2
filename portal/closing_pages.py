"""What the templates of the closing show: the list of months, and one month."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance import payable_wording, wording
from attendance.enums import DayException, PeriodState, Unresolved
from attendance.models import AttendanceDay, AttendancePeriod
from attendance.rules.payable import Payable
from attendance.rules.zones import local
from attendance.selectors.payable import MonthTotals, month_of_company
from attendance.selectors.settings import company_settings, company_today
from attendance.selectors.unresolved import EXCEPTIONS, unresolved
from attendance.services.decisions import month_name, month_of
from companies.models import Company, Employee

# Older months are in the admin's list.
MOST_MONTHS = 24
_TONES = {PeriodState.OPEN: "open", PeriodState.REVIEW: "info", PeriodState.LOCKED: "good"}


def list_context(company: Company, today: dt.date) -> dict[str, Any]:
    """Return the context of portal/reports/closing.html; two statements."""
    oldest = AttendanceDay.objects.order_by("date").values_list("date", flat=True).first()
    rows = AttendancePeriod.objects.select_related("locked_by").order_by("-starts_on")
    known = {row.starts_on: row for row in rows}
    first, since = today.replace(day=1), (oldest or today).replace(day=1)
    zone = _zone(company, today)
    months: list[dict[str, Any]] = []
    while first >= since and len(months) < MOST_MONTHS:
        months.append(_month_line(first, known.get(first), zone))
        first = (first - dt.timedelta(days=1)).replace(day=1)
    return {"months": months, "company": company.name}


def _month_line(first: dt.date, period: AttendancePeriod | None, zone: str) -> dict[str, Any]:
    return {
        "name": month_name(first),
        "url": address(first),
        "state": state_of(period),
        "by": _locked_words(period, zone) if period and period.locked_at else "",
    }


def address(first: dt.date) -> str:
    """Return the page of a month."""
    return reverse("portal:closing-month", args=[f"{first:%Y-%m}"])


def state_of(period: AttendancePeriod | None) -> dict[str, str]:
    """Return how the month stands, in a word and a tone."""
    state = PeriodState(period.state) if period else PeriodState.OPEN
    return {"words": str(state.label), "tone": _TONES[state]}


def _zone(company: Company, today: dt.date) -> str:
    return company_settings(company).policy_on(today).zone


def _locked_words(period: AttendancePeriod, zone: str) -> str:
    assert period.locked_at is not None  # noqa: S101  # asked before
    on = date_format(local(period.locked_at, zone), "D j M Y, H:i")
    if period.locked_by is None:
        return _("locked by itself on %(date)s") % {"date": on}
    return _("locked by %(name)s on %(date)s") % {"name": period.locked_by.name, "date": on}


def month_context(
    company: Company,
    first: dt.date,
    period: AttendancePeriod | None,
    *,
    now: dt.datetime,
    has_inbox: bool,
) -> dict[str, Any]:
    """Return the context of portal/reports/closing_month.html.

    Who has no inbox is not led there: they read what waits, others decide it.
    """
    _first, last = month_of(first)
    context = {
        "name": month_name(first),
        "month": f"{first:%Y-%m}",
        "state": state_of(period),
        "payable_url": f"{reverse('portal:report', args=['payable-days'])}?month={first:%Y-%m}",
        "is_over": last < company_today(company, now),
        "last_text": date_format(last, "l, j F"),
    }
    if period is not None:
        context |= _asked(period, _zone(company, now.date()))
    if period is not None and period.state == PeriodState.LOCKED:
        return context | _locked(period, _zone(company, now.date()))
    paid = month_of_company(company, first=first, last=last, now=now)
    totals = MonthTotals.of(month for _placed, month in paid)
    waits = unresolved(first, last, totals.unmarked_halves)
    return context | {
        "is_locked": False,
        "is_open": period is None or period.state == PeriodState.OPEN,
        "waits": [
            _wait(kind, count, first, last, has_inbox=has_inbox) for kind, count in waits.items()
        ],
        "totals": totals_lines(totals.plain()),
    }


def _asked(period: AttendancePeriod, zone: str) -> dict[str, Any]:
    """Return what is under way for the month, and why the last thing that was did not end well."""
    if not period.asked_for:
        return {"ask_problem": period.ask_problem}
    assert period.asked_at is not None and period.asked_by is not None  # noqa: S101  # a constraint
    on = date_format(local(period.asked_at, zone), "D j M Y, H:i")
    return {
        "is_asked": True,
        "asked_text": _("%(what)s, asked for by %(name)s on %(date)s")
        % {"what": period.get_asked_for_display(), "name": period.asked_by.name, "date": on},
    }


def _locked(period: AttendancePeriod, zone: str) -> dict[str, Any]:
    return {
        "is_locked": True,
        "locked_text": _locked_words(period, zone),
        "reason": period.lock_reason,
        "was": [
            {"title": _title(kind), "count": count} for kind, count in period.unresolved.items()
        ],
        "totals": totals_lines(period.totals),
        "fingerprint": period.fingerprint,
        "files": [("csv", "CSV"), ("xlsx", _("Spreadsheet (XLSX)"))],
        "reopen_url": reverse("admin:attendance_attendanceperiod_reopen", args=[period.public_id]),
    }


def _title(kind: str) -> str:
    known = dict(DayException.choices) | dict(Unresolved.choices)
    return str(known.get(kind, kind))


def _wait(
    kind: str, count: int, first: dt.date, last: dt.date, *, has_inbox: bool
) -> dict[str, Any]:
    place = _place(kind, first, last) or (reverse("portal:inbox") if has_inbox else "")
    return {"title": _title(kind), "count": count, "url": place}


def _place(kind: str, first: dt.date, last: dt.date) -> str:
    """Return where things of this kind are cleared up; nothing where that is the inbox."""
    dates = {"date_from": first.isoformat(), "date_to": last.isoformat()}
    if kind in {item.value for item in EXCEPTIONS}:
        return _list("attendance_attendanceday", {"concern": kind, **dates})
    if kind == Unresolved.OVERTIME:
        return _list("attendance_overtimeday", {"state__exact": "waiting", **dates})
    if kind == Unresolved.LEAVE:
        return _list("leave_leaverequeststate", {"first_on_to": last.isoformat()})
    if kind == Unresolved.UNMARKED:
        query = urlencode({"from": first.isoformat(), "to": last.isoformat()})
        return f"{reverse('portal:report', args=['missing-punches'])}?{query}"
    return ""


def _list(name: str, query: Mapping[str, str]) -> str:
    return f"{reverse(f'admin:{name}_changelist')}?{urlencode(query)}"


def why_context(person: Employee, first: dt.date, month: Payable) -> dict[str, Any]:
    """Return the context of portal/reports/payable_why.html."""
    return {
        "person": person.name,
        "name": month_name(first),
        "payable": payable_wording.days(month.payable),
        "base": payable_wording.days(month.base),
        "worked": wording.minutes(month.worked_minutes),
        "steps": [payable_wording.sentence(step.code, step.values) for step in month.steps],
        "report_url": f"{reverse('portal:report', args=['payable-days'])}?month={first:%Y-%m}",
    }


def totals_lines(totals: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what a month comes to, in words; of a month locked long ago what there is."""
    names = {
        "present": _("Present"), "absent": _("Absent"), "paid_leave": _("Paid leave"),
        "unpaid_leave": _("Unpaid leave"), "off": _("Off"), "unmarked": _("Without a verdict"),
        "lost": _("Lost"), "payable": _("Payable"),
    }  # fmt: skip
    minutes = {"worked_minutes": _("Worked"), "overtime_minutes": _("Overtime paid out")}
    found = [(_("People"), str(totals.get("people", 0)))]
    found += [(label, payable_wording.days(totals.get(name, 0))) for name, label in names.items()]
    found += [(label, wording.minutes(totals.get(name, 0))) for name, label in minutes.items()]
    return found
