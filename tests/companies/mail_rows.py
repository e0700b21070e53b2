"""Rows of mails and files that the cases of constraints write."""

from __future__ import annotations

from django.utils import timezone

from companies.models import NoticeChoice, ReportExport
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
