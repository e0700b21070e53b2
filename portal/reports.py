"""The reports there are, composed of what the apps bring (`companies.reports`)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from django.db.models import F, Q, QuerySet
from django.utils.module_loading import import_string

from attendance.selectors.settings import company_today
from companies.actor import Actor
from companies.models import Company, Department, Employee, Office
from companies.reports import Asked, Filters, Report
from companies.selectors import Where, reported_people, with_parts

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


def _narrowed(people: QuerySet[Employee], filters: Filters) -> QuerySet[Employee]:
    if filters.active != "all":
        people = people.filter(is_active=filters.active != "inactive")
    if filters.text:
        wanted = Q(name__icontains=filters.text) | Q(code__icontains=filters.text)
        people = people.filter(wanted)
    if filters.employment:
        people = people.filter(employment_type=filters.employment)
    return people


def _where(filters: Filters) -> Where:
    """Return the offices and departments that are asked for; of one that is not there, nowhere."""
    offices = departments = None
    if filters.office:
        found = Office.objects.filter(public_id=filters.office)
        offices = frozenset(found.values_list("pk", flat=True))
    if filters.department:
        part = Department.objects.filter(public_id=filters.department).first()
        departments = with_parts(part) if part else frozenset()
    return Where(offices, departments)


def asked_of(
    actor: Actor, company: Company, filters: Filters, *, now: dt.datetime, is_by_date: bool = False
) -> Asked:
    """Return the report's question with everybody it is about, in the order of its rows.

    By date: whoever stood in the office or department on any of the dates, else on the last.
    """
    today, first, last = company_today(company, now), filters.first, filters.last
    people = _narrowed(reported_people(actor, first, last, today=today), filters)
    where = _where(filters)
    people = where.between(people, first, last) if is_by_date else where.on(people)
    order = ("name", "code", "pk")
    grouped = F("placed_department_name").asc(nulls_last=True)
    ordered = people.order_by(grouped, *order) if filters.is_grouped else people.order_by(*order)
    return Asked(
        actor=actor, company=company, filters=filters, people=people,
        keys=list(ordered.values_list("pk", flat=True)), now=now, today=today, where=where,
    )  # fmt: skip


def question(
    report: Report | None, actor: Actor, company: Company, filters: Filters, *, now: dt.datetime
) -> Asked:
    """Return the question as the report counts: one that names nobody counts by date."""
    is_by_date = report is not None and not report.is_about_people
    return asked_of(actor, company, filters, now=now, is_by_date=is_by_date)


def narrowed(report: Report, asked: Asked) -> Asked:
    """Return the question with the people that the report's own filters leave."""
    return replace(asked, keys=report.narrowed(asked))


def page_of(asked: Asked, keys: Sequence[int]) -> Asked:
    """Return the question about some of its people, for a page."""
    return replace(asked, keys=keys, has_links=True)
