"""Reports of sums: a person's dates together, everybody's on one date, expected and actual."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.reports.base import (
    AttendanceReport,
    date_column,
    days,
    group_of,
    head,
    name_cells,
    name_columns,
    rolls,
    rolls_of,
    summed,
)
from attendance.reports.roll import total_cells, total_columns
from attendance.rules.expected import Expectation
from attendance.rules.roll import ByDate, Span
from attendance.selectors.leave_codes import leave_codes
from attendance.selectors.recorded import calendars_of
from companies.reports import Asked, Bar, Chart
from integrations.tables import Column, Kind, Line, LineKind, Row, Table, shown
from integrations.tables.model import value_of


class Summary(AttendanceReport):
    """What each person's dates make together."""

    slug = "summary"
    title = gettext_lazy("Attendance summary")
    tells = gettext_lazy("One line a person: days present, absent, on leave and off; hours; late.")
    by_month = False

    def table(self, asked: Asked) -> Table:
        filters = asked.filters
        found = leave_codes(asked.company, filters.first, filters.last)
        early = (
            summed("early_count", _("Early"), Kind.COUNT, 6),
            summed("early", _("Early by"), Kind.MINUTES, 8),
        )
        columns = (*name_columns(asked), *total_columns(asked, found), *early)
        rows = self._rows(asked, found)
        return Table(slug=self.slug, columns=columns, rows=rows, **head(asked, self.title))

    def _rows(self, asked: Asked, found: Sequence[str]) -> Iterator[Row]:
        for placed, row in rolls(asked):
            early = (row.totals.early_count, row.totals.early_minutes)
            cells = (*name_cells(asked, placed), *total_cells(asked, row, found), *early)
            yield Row(cells, group_of(asked, placed))

    def chart(self, table: Table, lines: Sequence[Line]) -> Chart | None:
        """Return the days of leave by its type."""
        total = next((line for line in lines if line.kind == LineKind.TOTAL), None)
        if total is None:
            return None
        bars = []
        for column, cell in zip(table.columns, total.cells, strict=True):
            value = value_of(cell)
            if column.key.startswith("leave") and isinstance(value, int | Decimal) and value:
                bars.append(Bar(column.label, float(value), shown(value, column.kind)))
        return Chart(_("Days of leave by type"), tuple(bars)) if bars else None


class Headcount(AttendanceReport):
    """How many were there on each date."""

    slug = "headcount"
    title = gettext_lazy("Headcount by day")
    tells = gettext_lazy("For each date: how many are employed, present, absent, on leave and off.")
    by_month = False
    is_about_people = False
    filters = ()

    def table(self, asked: Asked) -> Table:
        columns = (
            date_column(),
            Column(key="employed", label=_("Employed"), kind=Kind.COUNT, width=10),
            summed("present", _("Present"), Kind.DAYS),
            summed("absent", _("Absent"), Kind.DAYS),
            summed("leave", _("On leave"), Kind.DAYS),
            summed("off", _("Off"), Kind.DAYS),
            summed("unmarked", _("Unmarked"), Kind.DAYS),
            summed("late", _("Late"), Kind.COUNT, 8),
        )  # fmt: skip
        fields = head(asked, self.title) | {"is_grouped": False, "total_label": _("Days of people")}
        return Table(slug=self.slug, columns=columns, rows=self._rows(asked), **fields)

    def _rows(self, asked: Asked) -> Iterator[Row]:
        span = Span(asked.filters.first, asked.filters.last, asked.now)
        found = ByDate(span)
        for chunk in asked.chunks():
            here = asked.where.dates_of([placed.employee.pk for placed in chunk], span.dates)
            for placed, row in rolls_of(asked, chunk):
                found.add(row, here[placed.employee.pk] if here is not None else None)
        for date, totals in zip(span.dates, found.totals(), strict=True):
            yield Row(
                (
                    date, totals.halves // 2, days(totals.present_halves),
                    days(totals.absent_halves), days(totals.leave_halves), days(totals.off_halves),
                    days(totals.unmarked_halves), totals.late_count,
                )
            )  # fmt: skip

    def chart(self, table: Table, lines: Sequence[Line]) -> Chart | None:
        """Return how many were present, by date."""
        place = next(n for n, column in enumerate(table.columns) if column.key == "present")
        bars = []
        for line in lines:
            date, value = value_of(line.cells[0]), value_of(line.cells[place])
            if isinstance(date, dt.date) and isinstance(value, Decimal):
                label = date_format(date, "D j")
                bars.append(Bar(label, float(value), shown(value, Kind.DAYS)))
        return Chart(_("Present by day"), tuple(bars)) if any(b.value for b in bars) else None


class ExpectedAndActual(AttendanceReport):
    """What the shifts ask for up to a date, and what was worked."""

    slug = "expected-and-actual"
    title = gettext_lazy("Expected and actual hours")
    tells = gettext_lazy(
        "What the shifts asked for up to a date, what leave covers of it, and what was worked."
    )
    by_month = False

    def default_span(self, today: dt.date) -> tuple[dt.date, dt.date]:
        """Return the year so far."""
        return today.replace(month=1, day=1), today

    def table(self, asked: Asked) -> Table:
        columns = (
            *name_columns(asked),
            summed("expected", _("Expected"), Kind.MINUTES, 11),
            summed("on_leave", _("On leave"), Kind.MINUTES, 11),
            summed("worked", _("Worked"), Kind.MINUTES, 11),
            summed("over", _("Over"), Kind.MINUTES, 11),
            summed("short", _("Short"), Kind.MINUTES, 11),
        )  # fmt: skip
        note = _("Over and short: what was worked and covered by leave, less what was expected.")
        return Table(
            slug=self.slug, columns=columns, rows=self._rows(asked), notes=(note,),
            **head(asked, self.title),
        )  # fmt: skip

    def _rows(self, asked: Asked) -> Iterator[Row]:
        filters = asked.filters
        expectation = Expectation(filters.first, filters.last)
        for chunk in asked.chunks():
            people = [placed.employee for placed in chunk]
            calendars = calendars_of(asked.company, people, filters.first, filters.last)
            for placed, row in rolls_of(asked, chunk):
                expected, leave = expectation.sums(row, calendars[placed.employee.pk])
                worked = row.totals.worked_minutes
                rest = worked + leave - expected
                figures = (expected, leave, worked, max(rest, 0), max(-rest, 0))
                yield Row((*name_cells(asked, placed), *figures), group_of(asked, placed))
