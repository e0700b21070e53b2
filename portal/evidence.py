"""The evidence pack of a month: the roll, payroll, what was decided and by which rules.

One archive, made by the task of long reports; `SHA256SUMS` names the hash of each file in it. Of
a locked month it has the same bytes each time: what happened after the lock stands in no file.
"""

from __future__ import annotations

import datetime as dt
import hashlib
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from tempfile import SpooledTemporaryFile
from typing import IO, Any, cast

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Coalesce
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import permissions
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    CorrectionRequest,
    DayMark,
    ManualVerdict,
    OvertimeDay,
    OvertimeDecision,
    PeriodLine,
    Punch,
)
from attendance.rules.zones import DAY
from attendance.services.payroll import layout_of, payroll_bytes
from companies import audit
from companies.actor import Actor
from companies.admin_words import verb_words
from companies.models import (
    AuditEvent,
    Company,
    OfficeVersion,
    OvertimePolicyVersion,
    PolicyVersion,
    ShiftVersion,
)
from companies.reports import Report
from integrations.tables import FORMATS, Column, Kind, Row, Table
from leave.models import LeaveRequest, LeaveTypeVersion
from leave.reports import NamedMusterRoll
from portal.reports import report_for

SLUG, FORMAT, CONTENT_TYPE = "evidence-pack", "zip", "application/zip"
_IN_MEMORY = 4_000_000
_A_CHUNK = 500
# The versions of settings, and what each of them is a version of.
_VERSIONS: tuple[tuple[type[models.Model], str], ...] = (
    (PolicyVersion, ""),
    (OfficeVersion, "office"),
    (ShiftVersion, "shift"),
    (OvertimePolicyVersion, "policy"),
    (LeaveTypeVersion, "leave_type"),
)
_COLUMNS = ("when", "what", "code", "record", "kind", "by", "in_stead_of", "reason", "changes")


class EvidencePack(NamedMusterRoll):
    """The roll of everybody, as the task of long reports makes it, for the archive alone."""

    slug = SLUG
    title = gettext_lazy("Evidence pack")

    def can_view(self, actor: Any) -> bool:
        """Return whether the actor reads the closing of the company."""
        return actor.company is not None and permissions.can_view_closing(actor, actor.company)


# Reports are known by their names, which no type checker follows.
PACK: Report = cast(Any, EvidencePack())


def report_of(actor: Actor, slug: str) -> Report | None:
    """Return what is made in the background under this name, if it exists for the actor."""
    if slug != SLUG:
        return report_for(actor, slug)
    return PACK if PACK.can_view(actor) else None


def write(file: IO[bytes], company: Company, first: dt.date, roll: Callable[[], Table]) -> None:
    """Write the archive of the month into the file; `roll` returns its muster roll anew."""
    period = AttendancePeriod.objects.filter(starts_on=first).first()
    locked_at = period.locked_at if period else None
    hashes = []
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, fill in _files(company, first, period, locked_at, roll):
            with SpooledTemporaryFile(max_size=_IN_MEMORY) as content:
                fill(content)
                hashes.append(f"{_add(archive, name, first, content)}  {name}\n")
        archive.writestr(_entry("SHA256SUMS", first), "".join(hashes))


def _entry(name: str, first: dt.date) -> zipfile.ZipInfo:
    """Return an entry with the month's own date: else no two archives were the same."""
    entry = zipfile.ZipInfo(name, (first.year, first.month, 1, 0, 0, 0))
    entry.compress_type = zipfile.ZIP_DEFLATED
    return entry


def _add(archive: zipfile.ZipFile, name: str, first: dt.date, content: IO[bytes]) -> str:
    content.seek(0)
    found = hashlib.sha256()
    with archive.open(_entry(name, first), "w", force_zip64=True) as entry:
        while piece := content.read(65536):
            found.update(piece)
            entry.write(piece)
    return found.hexdigest()


def _files(
    company: Company,
    first: dt.date,
    period: AttendancePeriod | None,
    locked_at: dt.datetime | None,
    roll: Callable[[], Table],
) -> Iterator[tuple[str, Callable[[IO[bytes]], object]]]:
    def write_roll(kind: str) -> Callable[[IO[bytes]], object]:
        # Neither when it was made nor today's logo: both differ from time to time.
        made = _("Locked on %(date)s") % {"date": date_format(locked_at)} if locked_at else ""
        created = dt.datetime(first.year, first.month, 1)  # noqa: DTZ001  # the file's own date
        table = replace(roll(), created=created, made=made, logo=b"")
        return lambda file: FORMATS[kind].write(table, file)

    yield "muster-roll.xlsx", write_roll("xlsx")
    yield "muster-roll.csv", write_roll("csv")
    if period is not None and locked_at is not None:
        lines = PeriodLine.objects.filter(period=period).order_by("pk")
        payroll = payroll_bytes(
            company=company, first=first, layout=layout_of(period), lines=lines.iterator(_A_CHUNK)
        )
        yield "payroll.csv", lambda file: file.write(payroll)
    changes = _changes(company, first, locked_at)
    yield "changes.csv", lambda file: FORMATS["csv"].write(changes, file)
    rules = json.dumps(_policies(first, locked_at), indent=1, ensure_ascii=False).encode()
    yield "policies.json", lambda file: file.write(rules)


# --- what was decided -----------------------------------------------------------------------------
def _last(first: dt.date) -> dt.date:
    return (first + 32 * DAY).replace(day=1) - DAY


def _subjects(first: dt.date) -> Iterator[models.QuerySet[Any]]:
    """Yield the rows that make the days of the month what they are."""
    span = (first, _last(first))
    yield Punch.objects.filter(state__attendance_date__range=span)
    for model in (AttendanceDay, ManualVerdict, DayMark, OvertimeDay, OvertimeDecision):
        yield model.objects.filter(date__range=span)
    yield CorrectionRequest.objects.alias(until=Coalesce(F("last_on"), F("date"))).filter(
        date__lte=span[1], until__gte=first
    )
    yield LeaveRequest.objects.filter(first_on__lte=span[1], last_on__gte=first)
    yield AttendancePeriod.objects.filter(starts_on=first)


def _event_keys(first: dt.date, locked_at: dt.datetime | None) -> list[int]:
    """Return the events about these rows, the oldest first; of a locked month up to its lock.

    The month's own events are those of its closing, not who took a file of it.
    """
    span = [(first + n * DAY).isoformat() for n in range((_last(first) - first).days + 1)]
    until = Q(occurred_at__lte=locked_at) if locked_at else Q()
    anew = AuditEvent.objects.filter(verb="days_recomputed", changes__has_any_keys=span)
    found = set(anew.filter(until).values_list("pk", flat=True))
    for rows in _subjects(first):
        label = rows.model._meta.label_lower
        of_these = AuditEvent.objects.filter(subject_type=label)
        of_closing = Q(verb__in=("month_reviewed", "month_locked", "month_reopened"))
        of_these = of_these.filter(of_closing if rows.model is AttendancePeriod else until)
        ids: list[str] = []
        for public_id in rows.order_by("pk").values_list("public_id", flat=True).iterator(_A_CHUNK):
            ids.append(str(public_id))
            if len(ids) == _A_CHUNK:
                found.update(_among(of_these, ids))
                ids = []
        found.update(_among(of_these, ids))
    return sorted(found)


def _among(events: models.QuerySet[AuditEvent], ids: list[str]) -> list[int]:
    return list(events.filter(subject_id__in=ids).values_list("pk", flat=True))


def _changes(company: Company, first: dt.date, locked_at: dt.datetime | None) -> Table:
    return Table(
        slug="changes", company=company.name, title=f"{company.name} {first:%Y-%m}",
        columns=tuple(Column(key=key, label=key, kind=Kind.TEXT) for key in _COLUMNS),
        rows=_change_rows(_event_keys(first, locked_at)),
    )  # fmt: skip


def _change_rows(keys: list[int]) -> Iterator[Row]:
    for begin in range(0, len(keys), _A_CHUNK):
        chunk = AuditEvent.objects.filter(pk__in=keys[begin : begin + _A_CHUNK])
        for event in chunk.order_by("pk"):
            yield Row(
                (
                    event.occurred_at.astimezone(dt.UTC).isoformat(), str(verb_words(event)),
                    event.verb, event.subject_label, event.subject_type,
                    event.actor_name or event.actor_kind, event.on_behalf_of, event.reason,
                    json.dumps(event.changes, ensure_ascii=False, sort_keys=True),
                )
            )  # fmt: skip


# --- by which rules -------------------------------------------------------------------------------
def _policies(first: dt.date, locked_at: dt.datetime | None) -> dict[str, list[dict[str, Any]]]:
    """Return the versions of settings that held on a day of the month, by kind."""
    return {
        model._meta.label: [
            {"public_id": str(row.public_id), **audit.snapshot(row)}
            for row in _in_force(model, of, first, locked_at)
        ]
        for model, of in _VERSIONS
    }


def _in_force(
    model: Any, of: str, first: dt.date, locked_at: dt.datetime | None
) -> Iterator[Any]:  # fmt: skip
    rows = model.objects.filter(starts_on__lte=_last(first)).order_by("starts_on", "pk")
    if locked_at is not None and any(field.name == "created_at" for field in model._meta.fields):
        rows = rows.filter(created_at__lte=locked_at)
    by_subject: dict[int, list[Any]] = {}
    for row in rows:
        by_subject.setdefault(getattr(row, f"{of}_id") if of else 0, []).append(row)
    for pk in sorted(by_subject):
        found = by_subject[pk]
        for row, after in zip(found, [*found[1:], None], strict=True):
            # Of two from one date the one written last holds.
            if after is None or after.starts_on > max(first, row.starts_on):
                yield row
