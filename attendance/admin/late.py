"""HR's list of a month's late arrivals: what the company's rule proposes, and nothing deducted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from attendance import wording
from attendance.models import AttendanceDay
from attendance.rules.late_arrivals import LateArrival
from attendance.selectors.late import late_months
from attendance.selectors.settings import company_today
from attendance.services.decisions import month_name
from companies.models import Company


def asked_month(request: HttpRequest, company: Company) -> dt.date:
    """Return the month asked for; the company's present one where it is none."""
    try:
        found = dt.date.fromisoformat(f"{request.GET.get('m', '')}-01")
    except ValueError:
        found = company_today(company, timezone.now())
    years = dt.MINYEAR + 1, dt.MAXYEAR - 1
    return found.replace(day=1, year=min(max(found.year, years[0]), years[1]))


def late_page(
    company: Company, first: dt.date, url_of: Callable[[AttendanceDay], str]
) -> dict[str, Any]:
    """Return what the page shows."""
    found = late_months(company=company, first=first)
    return {
        "title": _("Late arrivals in %(month)s") % {"month": month_name(first)},
        "earlier": f"?m={first - dt.timedelta(days=1):%Y-%m}",
        "later": f"?m={first + dt.timedelta(days=32):%Y-%m}",
        "people": [
            {
                "name": month.employee.name,
                "proposals": month.proposals,
                "days": [
                    {
                        "url": url_of(row),
                        "on": date_format(row.date, "D j M"),
                        "late": wording.minutes(row.late_minutes),
                        "words": _words(arrival),
                        "is_proposed": arrival.is_proposed,
                    }
                    for arrival, row in month.arrivals
                ],
            }
            for month in found
        ],
    }


def _words(arrival: LateArrival) -> str:
    if arrival.is_free:
        return _("free")
    if arrival.is_proposed:
        return _("no. %(number)s: half a day proposed") % {"number": arrival.number}
    return _("no. %(number)s") % {"number": arrival.number}
