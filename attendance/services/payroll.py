"""The payroll file of a month: its columns, its lines, and the record of who took it."""

from __future__ import annotations

import datetime as dt
import hashlib
import io
from collections.abc import Iterable, Iterator, Mapping, Sequence

from django.db import transaction

from attendance import permissions
from attendance.enums import PayrollSource
from attendance.errors import PeriodNotLocked
from attendance.models import AttendancePeriod, PayrollColumn, PeriodLine
from attendance.rules import payable
from attendance.rules.payroll import DEFAULT_LAYOUT, LayoutColumn, is_number, row
from attendance.services.decisions import month_name
from companies import audit
from companies.actor import Actor
from companies.enums import LookKind
from companies.errors import NotAllowed
from companies.looks import Seen, looks_record
from companies.models import Company
from integrations.tables import FORMATS, Column, Kind, Row, Table

SLUG = "payroll"
# Spreadsheets are for looking; the fingerprint is that of the other one.
FILES = ("csv", "xlsx")
_A_CHUNK = 500


def layout_now() -> list[LayoutColumn]:
    """Return the columns that HR defined; until then some that every payroll wants."""
    rows = PayrollColumn.objects.order_by("place", "pk")
    found = [
        LayoutColumn(heading=each.heading, source=PayrollSource(each.source), value=each.value)
        for each in rows
    ]
    return found or list(DEFAULT_LAYOUT)


def layout_to_json(layout: Iterable[LayoutColumn]) -> list[dict[str, str]]:
    """Return the columns as a locked month keeps them."""
    return [
        {"heading": each.heading, "source": each.source.value, "value": each.value}
        for each in layout
    ]


def layout_of(period: AttendancePeriod) -> list[LayoutColumn]:
    """Return the columns that the file had when the month was locked."""
    return [
        LayoutColumn(
            heading=item["heading"], source=PayrollSource(item["source"]), value=item["value"]
        )
        for item in period.layout
    ]


def payroll_bytes(
    *,
    company: Company,
    first: dt.date,
    layout: Sequence[LayoutColumn],
    lines: Iterable[PeriodLine],
    kind: str = "csv",
) -> bytes:
    """Return the file; of the same lines and columns always the same bytes."""
    table = Table(
        slug=SLUG, company=company.name, title=f"{company.name} {first:%Y-%m}",
        columns=tuple(_column(each) for each in layout), rows=_rows(layout, lines, first),
        created=dt.datetime(first.year, first.month, 1),  # noqa: DTZ001  # the file's own date
    )  # fmt: skip
    file = io.BytesIO()
    FORMATS[kind].write(table, file)
    return file.getvalue()


def fingerprint(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def _column(each: LayoutColumn) -> Column:
    kind = Kind.AMOUNT if is_number(each.source) else Kind.TEXT
    if each.source == PayrollSource.STIPEND_AMOUNT:
        kind = Kind.MONEY
    return Column(key=each.heading, label=each.heading, kind=kind, width=14)


def _rows(
    layout: Sequence[LayoutColumn], lines: Iterable[PeriodLine], first: dt.date
) -> Iterator[Row]:
    for line in lines:
        yield Row(row(layout, _who(line, first), payable.from_json(line.figures, ())))


def _who(line: PeriodLine, first: dt.date) -> Mapping[str, str]:
    return {
        PayrollSource.CODE: line.code,
        PayrollSource.NAME: line.name,
        PayrollSource.DEPARTMENT: line.department,
        PayrollSource.OFFICE: line.office,
        PayrollSource.MONTH: f"{first:%Y-%m}",
    }


@transaction.atomic
def payroll_take(*, period: AttendancePeriod, kind: str, by: Actor) -> bytes:
    """Return the payroll file of a locked month; each person in it reads that it was taken.

    Raises:
        NotAllowed, PeriodNotLocked
    """
    if not permissions.can_take_payroll(by, period.company):
        raise NotAllowed
    # What is reopened meanwhile has no lines any more.
    held = AttendancePeriod.objects.select_for_update(of=("self",)).get(pk=period.pk)
    if held.locked_at is None:
        raise PeriodNotLocked(month=month_name(held.starts_on))
    lines = list(PeriodLine.objects.filter(period=held).select_related("employee").order_by("pk"))
    audit.record(
        by=by, verb="payroll_taken", subject=period,
        changes={"format": [None, kind], "people": [None, len(lines)]},
    )  # fmt: skip
    for begin in range(0, len(lines), _A_CHUNK):
        people = [line.employee for line in lines[begin : begin + _A_CHUNK]]
        looks_record(
            by=by, seen=[Seen(each, LookKind.REPORT, each, held.starts_on) for each in people]
        )
    return payroll_bytes(
        company=period.company, first=held.starts_on, layout=layout_of(held), lines=lines,
        kind=kind,
    )  # fmt: skip
