"""A company that may join is made: with a shift, its country's holidays and leave to start from."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from functools import partial
from zoneinfo import ZoneInfo

from companies import services
from companies.actor import Actor
from companies.enums import Role
from companies.models import Company, JoinRequest
from companies.scoping import company_scope
from companies.selectors.holidays import holiday_places, holidays_suggested
from leave.services.starters import starter_apply
from leave.starters import COUNTRIES

_DAY = {
    "start_time": dt.time(9),
    "end_time": dt.time(17, 30),
    "breaks": [{"start": "13:00", "end": "13:30"}],
}


def join_approve(
    *, asked: JoinRequest, code: str, zone: str, by: Actor, now: dt.datetime
) -> JoinRequest:
    """Let the company in and make it whole, all or nothing; its first HR gets a link.

    Raises:
        NotAllowed, InvalidTransition, CodeTaken; ValidationError by argument
    """
    make = partial(_make, code=code, zone=zone, by=by, now=now)
    return services.join_approve(asked=asked, make=make, by=by, now=now)


def _make(asked: JoinRequest, *, code: str, zone: str, by: Actor, now: dt.datetime) -> Company:
    company = services.company_create(
        name=asked.company_name, code=code, zone=zone, country=asked.country,
        hr_name=asked.name, hr_email=asked.email, by=by,
        template="companies/email/join_approved",
    )  # fmt: skip
    # The year of its holidays and leave is the one that it has there.
    today = now.astimezone(ZoneInfo(zone)).date()
    with company_scope(company):
        # Nobody is in yet: whoever lets the company in sets it up, within this transaction only.
        maker = replace(by, company=company, roles=frozenset({Role.HR}))
        services.shift_add(company=company, name="Day", by=maker, **_DAY)
        _holidays(company, today, maker)
        if asked.country in COUNTRIES:
            starter_apply(company=company, country=asked.country, by=maker, on=today)
    return company


def _holidays(company: Company, today: dt.date, maker: Actor) -> None:
    """Enter the public holidays of this year and the next, where they are known."""
    for place in holiday_places(company, on=today):
        for year in (today.year, today.year + 1):
            found = holidays_suggested(company, place, year)
            dates = {day.date for day in found.days} if found else set()
            services.public_holidays_add(
                company=company, place=place, year=year, dates=dates, by=maker
            )
