"""What of a country's starter a company has already, and what it would be given."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass

from companies.models import Company, Office, OfficeVersion, PolicyVersion
from leave.models import LeavePlan, LeaveType
from leave.starters import COUNTRIES, Starter, StarterType, starter_of


@dataclass(frozen=True)
class TypeStanding:
    """A leave type of a starter; `there` is the company's own that has its name or code."""

    spec: StarterType
    there: str = ""


@dataclass(frozen=True)
class OfficeStanding:
    """An office of the starter's country; `has_own` days off, or the company's are the same."""

    office: Office
    has_own: bool


@dataclass(frozen=True)
class Standing:
    """A starter beside what the company has."""

    starter: Starter
    types: tuple[TypeStanding, ...]
    offices: tuple[OfficeStanding, ...]


def countries_of(company: Company, *, on: dt.date) -> list[str]:
    """Return the countries of the company's offices on a date that have a starter, in order."""
    found = {version.country for version in _versions(company, on)}
    return [country for country in COUNTRIES if country in found]


def starter_standing(company: Company, country: str, *, on: dt.date) -> Standing | None:
    """Return what the company has of a country's starter; None where there is no such starter."""
    starter = starter_of(country)
    if starter is None:
        return None
    return Standing(
        starter=starter,
        types=tuple(_types(company, starter)),
        offices=tuple(_offices(company, starter, on)),
    )


def _types(company: Company, starter: Starter) -> Iterator[TypeStanding]:
    """Yield the types; one whose name, code or plan another has is not added a second time."""
    rows = LeaveType.objects.filter(company=company).order_by("id")
    taken = {word.casefold(): row.name for row in rows for word in (row.name, row.code)}
    plans = LeavePlan.objects.filter(company=company).select_related("leave_type")
    planned = {plan.name.casefold(): plan.leave_type.name for plan in plans}
    for spec in starter.types:
        found = [taken.get(word.casefold()) for word in (spec.code, spec.name)]
        found += [planned.get(plan.name.casefold()) for plan in spec.plans]
        yield TypeStanding(spec, next(filter(None, found), ""))


def _versions(company: Company, on: dt.date) -> list[OfficeVersion]:
    """Return what holds at each office on a date, in order of their names."""
    rows = OfficeVersion.objects.filter(company=company, starts_on__lte=on).order_by("starts_on")
    latest = {row.office_id: row for row in rows.select_related("office")}
    return sorted(latest.values(), key=lambda row: row.office.name)


def _offices(company: Company, starter: Starter, on: dt.date) -> Iterator[OfficeStanding]:
    policies = PolicyVersion.objects.filter(company=company, starts_on__lte=on)
    policy = policies.order_by("-starts_on", "-id").first()
    common = policy.weekly_off if policy else None
    for row in _versions(company, on):
        if row.country == starter.country:
            has_own = row.weekly_off is not None or common == starter.weekly_off
            yield OfficeStanding(row.office, has_own)
