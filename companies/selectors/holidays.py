"""Which public holidays a company could enter, and which stand in its calendar already."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.db.models import Q

from companies.enums import CalendarKind
from companies.models import CalendarDay, Company, OfficeVersion
from integrations.public_holidays import public_holidays

_OFF = (CalendarKind.HOLIDAY, CalendarKind.OPTIONAL_HOLIDAY)


@dataclass(frozen=True)
class HolidayPlace:
    """A country and region in which the company has offices, with their names."""

    country: str
    region: str
    offices: tuple[str, ...] = ()


@dataclass(frozen=True)
class Suggested:
    """A public holiday; `there` is what the calendar has of that date already."""

    date: dt.date
    name: str
    there: str


@dataclass(frozen=True)
class Suggestion:
    """The holidays of a place and year; `has_region` is false where only its country is known."""

    place: HolidayPlace
    year: int
    days: tuple[Suggested, ...]
    has_region: bool


def holiday_places(company: Company, *, on: dt.date) -> list[HolidayPlace]:
    """Return the places of the company's offices on a date, in order."""
    rows = OfficeVersion.objects.filter(company=company, starts_on__lte=on).order_by("starts_on")
    latest = {row.office_id: row for row in rows.select_related("office")}
    found: dict[tuple[str, str], list[str]] = {}
    for row in latest.values():
        if row.country:
            found.setdefault((row.country, row.region), []).append(row.office.name)
    return [
        HolidayPlace(country, region, tuple(sorted(names)))
        for (country, region), names in sorted(found.items())
    ]


def holidays_suggested(company: Company, place: HolidayPlace, year: int) -> Suggestion | None:
    """Return the public holidays of a place beside the calendar; None of a country unknown."""
    known = public_holidays(place.country, place.region, year)
    if known is None:
        return None
    rows = CalendarDay.objects.filter(
        Q(region="") | Q(region=place.region), Q(country="") | Q(country=place.country),
        company=company, date__year=year, kind__in=_OFF, office__isnull=True,
    )  # fmt: skip
    there = dict(rows.order_by("-id").values_list("date", "name"))
    days = (Suggested(date, name[:120], there.get(date, "")) for date, name in known.names.items())
    return Suggestion(place, year, tuple(days), known.has_region)
