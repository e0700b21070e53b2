"""Rows of mails and files that the cases of constraints write."""

from __future__ import annotations

import datetime as dt

from django.utils import timezone

from companies.models import NoticeChoice, ReportExport, ReportReader, ReportSchedule
from tests.attendance.world import World


def choices(world: World, *kinds: str) -> None:
    """Choose about mails of these kinds."""
    for kind in kinds:
        NoticeChoice.objects.create(
            company=world.company, user=world.maya.user, kind=kind, chosen_at=timezone.now()
        )


def export(world: World, **columns: object) -> None:
    """Ask for a file of a report."""
    wanted = {"user": world.hari.user, "asked_at": timezone.now(), "total": 1} | columns
    ReportExport.objects.create(company=world.company, report="summary", **wanted)


def schedule(world: World, **columns: object) -> ReportSchedule:
    """Have a report sent on a working day or a weekday."""
    wanted = {"name": "Roll", "report": "muster-roll", "file_format": "csv"} | columns
    made: ReportSchedule = ReportSchedule.objects.create(company=world.company, **wanted)
    return made


def read_by(world: World, times: int) -> None:
    """Have two reports sent to Hari, the first of them so many times."""
    first, second = (schedule(world, weekday=day) for day in (0, 1))
    for row in (*[first] * times, second):
        ReportReader.objects.create(
            company=world.company, schedule=row, employee=world.hari, done_to=dt.date(2026, 3, 1)
        )
