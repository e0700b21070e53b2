"""The reports there are, composed of what the apps bring (`companies.reports`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from attendance.rules import zones
from attendance.selectors.settings import company_settings
from companies.actor import Actor
from companies.models import Company, Department, Employee, Office
from companies.reports import Asked, Filters, Report
from companies.selectors import in_department, reported_people

# By name: an app that brings another report is added here, and nowhere else.
REPORTS = (
    "leave.reports.NamedMusterRoll",
    "attendance.reports.Summary",
    "attendance.reports.LateAndEarly",
    "attendance.reports.MissingPunches",
    "attendance.reports.UnmarkedDays",
    "attendance.reports.WorkedOnDaysOff",
    "attendance.reports.Shifts",
    "attendance.reports.Headcount",
    "attendance.reports.ExpectedAndActual",
    "attendance.reports.Overtime",
    "attendance.reports.PayableDays",
    "attendance.reports.StipendDays",
    "leave.reports.LeaveBalances",
    "leave.reports.LeaveLedger",
    "leave.reports.DeductedPerMonth",
    "attendance.reports.Sample",
)
ROLL = "muster-roll"


@cache
def _reports(names: tuple[str, ...]) -> dict[str, Report]:
    made: list[Report] = [import_string(name)() for name in names]
    return {report.slug: report for report in made}


def reports() -> dict[str, Report]:
    """Return the reports by their slug, in the order of the list above."""
    return _reports(REPORTS)


def report_for(actor: Actor, slug: str) -> Report | None:
    """Return the report, if it exists and exists for the actor."""
    report = reports().get(slug)
    return report if report is not None and report.can_view(actor) else None


def today_of(company: Company, now: dt.datetime) -> dt.date:
    """Return the date by the company's clocks: its people may stand in several zones."""
    return zones.local_date(now, company_settings(company).policy_on(now.date()).zone)


def _narrowed(people: QuerySet[Employee], filters: Filters) -> QuerySet[Employee]:
    if filters.active != "all":
        people = people.filter(is_active=filters.active != "inactive")
    if filters.text:
        wanted = Q(name__icontains=filters.text) | Q(code__icontains=filters.text)
        people = people.filter(wanted)
    if filters.employment:
        people = people.filter(employment_type=filters.employment)
    if filters.office:
        office = Office.objects.filter(public_id=filters.office).first()
        people = people.filter(Q(placed_office=office.pk)) if office else people.none()
    if filters.department:
        part = Department.objects.filter(public_id=filters.department).first()
        people = in_department(people, part) if part else people.none()
    return people


def asked_of(actor: Actor, company: Company, filters: Filters, *, now: dt.datetime) -> Asked:
    """Return the report's question with everybody it is about, in the order of its rows."""
    today = today_of(company, now)
    people = reported_people(actor, filters.first, filters.last, today=today)
    people = _narrowed(people, filters)
    order = ("name", "code", "pk")
    grouped = F("placed_department_name").asc(nulls_last=True)
    ordered = people.order_by(grouped, *order) if filters.is_grouped else people.order_by(*order)
    return Asked(
        actor=actor, company=company, filters=filters, people=people,
        keys=list(ordered.values_list("pk", flat=True)), now=now, today=today,
    )  # fmt: skip


def narrowed(report: Report, asked: Asked) -> Asked:
    """Return the question with the people that the report's own filters leave."""
    return replace(asked, keys=report.narrowed(asked))


def page_of(asked: Asked, keys: Sequence[int]) -> Asked:
    """Return the question about some of its people, for a page."""
    return replace(asked, keys=keys, has_links=True)
