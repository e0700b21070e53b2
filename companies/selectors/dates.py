"""The date by a company's clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from companies.models import Company, PolicyVersion


def company_zone(company: Company, now: dt.datetime) -> ZoneInfo:
    """Return the company's time zone: its people may stand in several. One statement.

    The company's scope is open.
    """
    policies = PolicyVersion.objects.filter(company=company, starts_on__lte=now.date())
    zone = policies.order_by("-starts_on", "-id").values_list("zone", flat=True).first()
    return ZoneInfo(zone or "UTC")


def company_today(company: Company, now: dt.datetime) -> dt.date:
    """Return the date in the company's time zone. One statement; the company's scope is open."""
    return now.astimezone(company_zone(company, now)).date()
