"""The task that makes long reports: in parts of people, each run as long as it may last.

A part is a file of rows; the last run writes them all into one file of the wanted format, with
sums over everybody. A run that ends before that, by its time or by dying, is carried on by the
next one from the part after the last. A report that names nobody is made at once.
"""

from __future__ import annotations

import logging
import time
from collections.abc import Iterator
from dataclasses import replace
from itertools import chain
from tempfile import SpooledTemporaryFile
from typing import Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.utils import timezone

from companies.models import ReportExport
from companies.reports import Asked, Filters, Report
from companies.scoping import company_scope
from companies.selectors import actor_of
from companies.services import report_exports as services
from companies.sweeps import Failures
from integrations import tasks
from integrations.tables import FORMATS, Row, Table, parts
from portal import evidence, report_pages
from portal.reports import question

log = logging.getLogger(__name__)

# Of so many days of people somebody can wait (500 people's month, which takes some seconds to
# print); of more, it is made in the background.
MOST_AT_ONCE = 500 * 31
PART = 1000
# A run ends by itself before a function on AWS would be ended; the next one carries on.
_A_RUN_SECONDS = 60
_IN_MEMORY = 4_000_000
_MOST_FAILURES = 5
TASK = "report_exports"


def drain() -> int:
    """Carry on with what waits, and delete files that have had their days; return how many."""
    until, failures = time.monotonic() + _A_RUN_SECONDS, Failures()
    finished = _expire(failures) + _make(until)
    failures.tell()
    return finished


def _make(until: float) -> int:
    finished = 0
    while time.monotonic() < until:
        export = services.export_claim(timezone.now())
        if export is None:
            return finished
        with company_scope(export.company):
            if not _carry_on(export, until):
                # Somebody waits for the rest: not until the next schedule.
                tasks.defer(TASK)
                return finished
        finished += 1
    return finished


def _expire(failures: Failures) -> int:
    """Delete what has had its days; what cannot be deleted now holds no report up."""
    gone = 0
    for export in services.exports_over(timezone.now()):
        with failures.noted(f"file of export {export.public_id}"):
            default_storage.delete(export.file_key)
            with company_scope(export.company):
                services.export_expired(export=export)
            gone += 1
    return gone


def _carry_on(export: ReportExport, until: float) -> bool:
    """Work on one export; return whether it is over, made or given up."""
    # Each part may take a run of its own.
    if export.attempts > _MOST_FAILURES + export.total // PART:
        return _give_up(export)
    try:
        asked, report = _question(export)
        if report is None:
            return _give_up(export)
        if not _write_parts(export, report, asked, until):
            services.export_release(export=export)
            return False
        _finish(export, report, asked)
    except Exception:  # the next run tries again, a few times
        log.exception("report %s of export %s", export.report, export.public_id)
        # Of parts that a change meanwhile left with other columns, none is used.
        services.export_carry(export=export, done=0)
        return False
    return True


def _give_up(export: ReportExport) -> bool:
    _delete_parts(export)
    services.export_fail(export=export)
    return True


def _question(export: ReportExport) -> tuple[Asked, Report | None]:
    """Return what was asked, and the report if it still exists for who asked."""
    actor = actor_of(export.user, export.company, now=timezone.now(), channel="job")
    report, filters = evidence.report_of(actor, export.report), Filters.of_plain(export.filters)
    found = question(report, actor, export.company, filters, now=export.asked_at)
    # Those that were asked for, without whom the actor may not read of any more.
    allowed = set(found.keys)
    asked = replace(found, keys=[key for key in export.keys if key in allowed])
    return asked, report


def _parts(export: ReportExport) -> Iterator[tuple[int, str]]:
    for begin in range(0, export.total, PART):
        yield begin, f"exports/{export.public_id}/{begin:07}.rows"


def _write_parts(export: ReportExport, report: Report, asked: Asked, until: float) -> bool:
    """Write the parts that lack; return whether all are there."""
    if not report.is_about_people:
        return True
    for begin, name in _parts(export):
        if begin < export.done:
            continue
        if time.monotonic() > until:
            return False
        allowed = set(asked.keys)
        wanted = [key for key in export.keys[begin : begin + PART] if key in allowed]
        rows = report.table(replace(asked, keys=wanted)).rows
        _store(name, parts.dumped(rows))
        services.export_carry(export=export, done=min(begin + PART, export.total))
    return True


def _store(name: str, lines: Iterator[bytes]) -> str:
    """Put a file of lines under its name; one that a run before left there is replaced."""
    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        file.writelines(lines)
        return _put(name, file)


def _put(name: str, file: Any) -> str:
    file.seek(0)
    if default_storage.exists(name):
        default_storage.delete(name)
    return default_storage.save(name, File(file))


def _finish(export: ReportExport, report: Report, asked: Asked) -> None:
    def table() -> Table:
        found = report_pages.printed(report.table(asked), export.paper, export.company)
        return replace(found, rows=_stored_rows(export, found)) if report.is_about_people else found

    with SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        if export.file_format == evidence.FORMAT:
            evidence.write(file, export.company, asked.filters.first, table)
        else:
            FORMATS[export.file_format].write(table(), file)
        key = _put(f"exports/{export.public_id}/{export.file_name}", file)
    services.export_ready(export=export, file_key=key, keys=list(asked.keys))
    _delete_parts(export)


def _stored_rows(export: ReportExport, table: Table) -> Iterator[Row]:
    return chain.from_iterable(_part_rows(name, table) for _begin, name in _parts(export))


def _part_rows(name: str, table: Table) -> Iterator[Row]:
    with default_storage.open(name) as file:
        yield from parts.loaded(file, table.columns)


def _delete_parts(export: ReportExport) -> None:
    for _begin, name in _parts(export):
        default_storage.delete(name)
