"""The job that has reports made on their dates, each for every reader by what they may see.

The file is made by the task of long reports, which also sends the mail with the private link.
"""

from __future__ import annotations

import datetime as dt
import logging

from django.utils import timezone

from attendance.rules import sending
from attendance.rules.calendar import day_kind
from attendance.rules.settings import CompanySettings
from attendance.selectors.settings import company_settings, company_today
from companies import services
from companies.actor import job_actor
from companies.errors import TooMany
from companies.models import Company, ReportReader, ReportSchedule
from companies.reports import Asked, Filters, Report
from companies.scoping import company_scope
from companies.selectors import actor_of
from companies.sweeps import Failures, companies
from portal import report_pages
from portal.reports import narrowed, question, report_for

log = logging.getLogger(__name__)

JOB = "report_schedules"


def send() -> int:
    """Have made what is due up to now in every company; return how many files were asked for."""
    now, made, failures = timezone.now(), 0, Failures()
    for company in companies():
        with company_scope(company):
            for schedule in ReportSchedule.objects.filter(is_on=True).order_by("pk"):
                with failures.noted(f"report by mail {schedule.public_id}"):
                    made += _send(schedule, company, now, failures)
    failures.tell()
    return made


def _send(
    schedule: ReportSchedule, company: Company, now: dt.datetime, failures: Failures
) -> int:  # fmt: skip
    settings = company_settings(company)
    due = sending.due_on(
        company_today(company, now), working_day=schedule.working_day, weekday=schedule.weekday,
        is_working=lambda date: _is_worked(settings, date),
    )  # fmt: skip
    if due is None:
        return 0
    readers = schedule.readers.filter(done_to__lt=due).select_related(
        "schedule__office", "schedule__department", "employee__user", "company"
    )
    made = 0
    for reader in readers.order_by("pk"):
        with failures.noted(f"reader {reader.public_id} of report by mail {schedule.public_id}"):
            made += _make(reader, due, now)
    return made


def _is_worked(settings: CompanySettings, date: dt.date) -> bool:
    """Return whether the company as a whole works on the date: no office's own calendar counts."""
    weekly_off = settings.policy_on(date).weekly_off
    return not day_kind(date, weekly_off, settings.entries_on(date, None, None)).is_off


def _make(reader: ReportReader, due: dt.date, now: dt.datetime) -> bool:
    """Have the report made for one reader; return whether it is."""
    schedule, user = reader.schedule, reader.employee.user
    actor = actor_of(user, reader.company, now=now, channel="job") if user else None
    report = report_for(actor, schedule.report) if actor and actor.company else None
    if actor is None or report is None:
        services.scheduled_report_pass(reader=reader, due=due, by=job_actor(JOB, reader.company))
        return False
    first, last = sending.told_span(
        due, is_weekly=schedule.weekday is not None, by_month=report.by_month
    )
    filters = _filters(schedule, first, last)
    asked = question(report, actor, reader.company, filters, now=now)
    return _ask(reader, due, report, narrowed(report, asked))


def _filters(schedule: ReportSchedule, first: dt.date, last: dt.date) -> Filters:
    office, department = schedule.office, schedule.department
    return Filters(
        first=first, last=last,
        office=str(office.public_id) if office else "",
        department=str(department.public_id) if department else "",
    )  # fmt: skip


def _ask(reader: ReportReader, due: dt.date, report: Report, asked: Asked) -> bool:
    try:
        return services.scheduled_report_make(
            reader=reader, due=due, report=report, asked=asked, by=asked.actor,
            file_name=report_pages.file_name(report, asked, reader.schedule.file_format),
        )  # fmt: skip
    except TooMany:  # of this hour: the next run tries again
        log.warning("schedule %s: too many files for a reader", reader.schedule.public_id)
        return False
