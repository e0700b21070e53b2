"""The date by a company's clocks."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

from companies.models import Company, PolicyVersion


def company_today(company: Company, now: dt.datetime) -> dt.date:
    """Return the date in the company's time zone: its people may stand in several. One statement.

    The company's scope is open.
    """
    policies = PolicyVersion.objects.filter(company=company, starts_on__lte=now.date())
    zone = policies.order_by("-starts_on", "-id").values_list("zone", flat=True).first()
    today: dt.date = now.astimezone(ZoneInfo(zone or "UTC")).date()
    return today
