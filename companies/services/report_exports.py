"""A report in the background: asked for, taken up, carried on, made, given up, gone."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from companies import notifications
from companies.actor import Actor
from companies.enums import ExportState
from companies.errors import NotAllowed
from companies.models import Company, ReportExport
from companies.scoping import no_scope
from companies.selectors import READERS
from companies.services.exports import report_export

if TYPE_CHECKING:
    from companies.reports import Asked, Report

KEPT = dt.timedelta(days=7)
# Who works on one holds it this long; then somebody else carries on.
CLAIM = dt.timedelta(minutes=5)


@transaction.atomic
def export_ask(
    *,
    report: Report,
    asked: Asked,
    file_format: str,
    paper: str,
    file_name: str,
    by: Actor,
    schedule: str = "",
) -> ReportExport:
    """Let a report be made in the background; the same one that waits already is returned.

    `schedule` is the name of the report by mail that wants it.

    Raises:
        NotAllowed, TooMany
    """
    if by.user is None or by.company is None:
        raise NotAllowed
    same = {
        "user": by.user, "report": report.slug, "file_format": file_format, "paper": paper,
        "filters": asked.filters.plain(), "is_of_all": by.has(*READERS),
    }  # fmt: skip
    # Under this lock the second of two taps finds what the first one asked.
    Company.objects.select_for_update().get(pk=by.company.pk)
    waiting: ReportExport | None = ReportExport.objects.filter(
        state=ExportState.WAITING, **same
    ).first()
    if waiting is not None:
        return waiting
    report_export(report=report, asked=asked, file_format=file_format, by=by)
    made: ReportExport = ReportExport.objects.create(
        company=by.company, keys=list(asked.keys), total=len(asked.keys), file_name=file_name,
        asked_at=asked.now, schedule=schedule, **same,
    )  # fmt: skip
    return made


def export_claim(now: dt.datetime) -> ReportExport | None:
    """Take up what waits longest and nobody works on, of any company; one statement decides."""
    free = Q(claimed_until__isnull=True) | Q(claimed_until__lte=now)
    with no_scope("reports in the background, of every company"):
        waiting = ReportExport.objects.filter(free, state=ExportState.WAITING)
        rows: list[ReportExport] = list(
            waiting.select_related("company", "user").order_by("asked_at", "pk")[:20]
        )
        for row in rows:
            won = ReportExport.objects.filter(free, pk=row.pk, state=ExportState.WAITING).update(
                claimed_until=now + CLAIM, attempts=row.attempts + 1
            )
            if won:
                row.attempts += 1
                return row
    return None


def export_carry(*, export: ReportExport, done: int) -> None:
    """Note how far it is, and hold it on."""
    export.done, export.claimed_until = done, timezone.now() + CLAIM
    export.save(update_fields=["done", "claimed_until"])


def export_release(*, export: ReportExport) -> None:
    """Let somebody else carry on at once."""
    export.claimed_until = None
    export.save(update_fields=["claimed_until"])


@transaction.atomic
def export_ready(*, export: ReportExport, file_key: str, keys: list[int]) -> None:
    """Note where the file lies and whom it names, and tell who asked."""
    now = timezone.now()
    export.state, export.file_key, export.keys = ExportState.READY, file_key, keys
    export.done, export.ready_at, export.expires_at = export.total, now, now + KEPT
    export.claimed_until = None
    export.save()
    notifications.report_ready(export)


def export_fail(*, export: ReportExport) -> None:
    """Give it up: the person may ask again, and reads so on its page."""
    export.state, export.keys, export.claimed_until = ExportState.FAILED, [], None
    export.save(update_fields=["state", "keys", "claimed_until"])


def exports_over(now: dt.datetime) -> Iterator[ReportExport]:
    """Yield those whose file has had its days."""
    with no_scope("reports in the background, of every company"):
        over = ReportExport.objects.filter(expires_at__lte=now).exclude(file_key="")
        rows = list(over.select_related("company")[:100])
    yield from rows


def export_expired(*, export: ReportExport) -> None:
    """Note that the file is gone."""
    export.file_key, export.keys = "", []
    export.save(update_fields=["file_key", "keys"])
