"""Reports by mail: set up, changed, switched off and on, and made for each reader once a date."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils import timezone

from companies import audit, permissions
from companies.actor import Actor
from companies.errors import NotAllowed, ReaderUnfit
from companies.models import (
    Department,
    Employee,
    Office,
    ReportReader,
    ReportSchedule,
)
from companies.selectors import actor_of
from companies.services.report_exports import export_ask

if TYPE_CHECKING:
    from companies.reports import Asked, Report

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """What HR says of a report by mail: one of `working_day` and `weekday` is set."""

    name: str
    file_format: str
    working_day: int | None = None
    weekday: int | None = None
    office: Office | None = None
    department: Department | None = None


@transaction.atomic
def schedule_save(
    *,
    schedule: ReportSchedule | None,
    report: Report,
    wanted: Wanted,
    readers: Collection[Employee],
    today: dt.date,
    by: Actor,
) -> ReportSchedule:
    """Set a report by mail up, or change it; what was due before today is not sent late.

    Raises:
        NotAllowed, ReaderUnfit
    """
    if by.company is None or not permissions.can_manage_records(by, schedule):
        raise NotAllowed
    for reader in readers:
        _refuse_unfit(reader, report)
    row = ReportSchedule(company=by.company)
    before: audit.Snapshot = {}
    if schedule is not None:
        row = _locked(schedule)
        before = _told(row)
    row.report = report.slug
    row.name, row.file_format = wanted.name.strip(), wanted.file_format
    row.working_day, row.weekday = wanted.working_day, wanted.weekday
    row.office, row.department = wanted.office, wanted.department
    row.save()
    _set_readers(row, readers, today)
    verb = "report_schedule_changed" if before else "report_schedule_made"
    changes = audit.difference(before, _told(row))
    audit.record(by=by, verb=verb, subject=row, changes=changes)
    return row


def _locked(schedule: ReportSchedule) -> ReportSchedule:
    rows = ReportSchedule.objects.select_for_update(of=("self",))
    row: ReportSchedule = rows.select_related("office", "department").get(pk=schedule.pk)
    return row


def _told(row: ReportSchedule) -> audit.Snapshot:
    names = row.readers.order_by("employee__name").values_list("employee__name", flat=True)
    return {**audit.snapshot(row), "readers": ", ".join(names)}


def _refuse_unfit(reader: Employee, report: Report) -> None:
    user = reader.user
    if user is None or not report.can_view(
        actor_of(user, reader.company, now=timezone.now(), channel="job")
    ):
        raise ReaderUnfit(name=reader.name)


def _set_readers(row: ReportSchedule, readers: Collection[Employee], today: dt.date) -> None:
    """Begin with today for everybody: another rhythm makes nothing due that lies behind."""
    wanted = {reader.pk: reader for reader in readers}
    row.readers.exclude(employee__in=wanted).delete()
    _begin_today(row, today)
    known = set(row.readers.values_list("employee_id", flat=True))
    for pk, reader in wanted.items():
        if pk not in known:
            ReportReader.objects.create(
                company=row.company, schedule=row, employee=reader, done_to=today - _DAY
            )


def _begin_today(row: ReportSchedule, today: dt.date) -> None:
    row.readers.filter(done_to__lt=today - _DAY).update(done_to=today - _DAY)


@transaction.atomic
def schedule_switch(
    *, schedule: ReportSchedule, is_on: bool, today: dt.date, by: Actor
) -> None:  # fmt: skip
    """Switch it off, or on again from today; again changes nothing.

    Raises:
        NotAllowed
    """
    if not permissions.can_manage_records(by, schedule):
        raise NotAllowed
    row = _locked(schedule)
    if row.is_on == is_on:
        return
    row.is_on = is_on
    row.save(update_fields=["is_on"])
    if is_on:
        _begin_today(row, today)
    verb = "report_schedule_on" if is_on else "report_schedule_off"
    audit.record(by=by, verb=verb, subject=row, changes={"is_on": [not is_on, is_on]})


@transaction.atomic
def scheduled_report_make(
    *, reader: ReportReader, due: dt.date, report: Report, asked: Asked, file_name: str, by: Actor
) -> bool:
    """Let a report that is due be made for its reader, once a date; return whether it is.

    `by` is the reader: the file holds whom they may read of. Whom nobody is left of gets none.

    Raises:
        NotAllowed, TooMany
    """
    if not _take(reader, due):
        return False
    if report.is_about_people and not asked.keys:
        return False
    export_ask(
        report=report, asked=asked, file_format=reader.schedule.file_format, paper="",
        file_name=file_name, schedule=reader.schedule.name, by=by,
    )  # fmt: skip
    return True


@transaction.atomic
def scheduled_report_pass(*, reader: ReportReader, due: dt.date, by: Actor) -> None:
    """Note that a reader who lost the right got nothing of what was due."""
    if _take(reader, due):
        audit.record(
            by=by, verb="report_not_sent", subject=reader.schedule,
            changes={"due": [None, due.isoformat()], "reader": [None, reader.employee.name]},
        )  # fmt: skip


def _take(reader: ReportReader, due: dt.date) -> bool:
    """Take a date for done; return whether it was not, and the report is still switched on."""
    rows = ReportReader.objects.select_for_update(of=("self",)).select_related("schedule")
    held = rows.filter(pk=reader.pk, schedule__is_on=True, done_to__lt=due).first()
    if held is None:
        return False
    held.done_to = due
    held.save(update_fields=["done_to"])
    return True
