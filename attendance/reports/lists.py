"""Reports with a row a day: late and early, missing punches, worked on a day off, shifts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Sequence
from functools import partial

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import pages
from attendance.enums import DayStatus
from attendance.reports.base import (
    AttendanceReport,
    Links,
    bars_by_weekday,
    calendar_words,
    date_column,
    days,
    group_of,
    head,
    name_cells,
    name_columns,
    rolls_of,
    summed,
)
from attendance.reports.roll import Cells
from attendance.rules.roll import DayState, RollDay
from attendance.rules.types import HalfKind
from attendance.selectors.recorded import (
    HAS_PUNCH,
    HAS_SHIFT,
    IS_LATE_OR_EARLY,
    NEEDS_SOMEBODY,
    WAS_OFF,
    Recorded,
    recorded,
)
from companies.reports import Asked, Chart
from companies.selectors import Placed
from integrations.tables import Cell, Column, Kind, Line, LineKind, Row, Table
from integrations.tables.model import Value, value_of

DayCells = list[Value | Cell]


def shift_column() -> Column:
    return Column(key="shift", label=_("Shift"), width=14)


def _time(key: str, label: str) -> Column:
    return Column(key=key, label=label, kind=Kind.TIME, width=7)


def minutes_column(key: str, label: str) -> Column:
    return summed(key, label, Kind.MINUTES, 8)


def _status() -> Column:
    return Column(key="status", label=_("Status"), kind=Kind.CODE, width=11)


def _status_cell(row: Recorded) -> Cell:
    flags = pages.flag_words(row.exceptions)
    if not row.status:
        return Cell("", "open", bool(flags), "; ".join([_("Still open"), *flags]))
    status = DayStatus(row.status)
    tone = pages.status_tone(status, is_flagged=bool(flags))
    words = "; ".join([str(status.label), *flags])
    return Cell(row.code or status.value, tone, bool(flags), words)


def day_rows(
    asked: Asked, rows_of: Callable[[list[Placed]], Iterator[tuple[Placed, dt.date, DayCells]]]
) -> Iterator[Row]:
    """Yield a row for each day that `rows_of` finds for some hundred people; dates open the day."""
    links = Links(asked)
    before = (None,) * len(name_columns(asked))
    for chunk in asked.chunks():
        for placed, date, cells in rows_of(chunk):
            own = (*name_cells(asked, placed), date, *cells)
            found = links.of(placed.employee, [date])
            yield Row(own, group_of(asked, placed), (*before, *found) if found else ())


class _DayList(AttendanceReport):
    """A row for each wanted day of each person; the date opens the day."""

    by_month = False
    has_row_a_day = True

    def columns(self) -> tuple[Column, ...]:
        """Return the columns after those that say who and when."""
        raise NotImplementedError

    def rows_of(
        self, asked: Asked, chunk: list[Placed]
    ) -> Iterator[tuple[Placed, dt.date, DayCells]]:
        """Yield who, when, and the cells of those columns."""
        raise NotImplementedError

    def table(self, asked: Asked) -> Table:
        columns = (*name_columns(asked), date_column(), *self.columns())
        rows = day_rows(asked, partial(self.rows_of, asked))
        return Table(slug=self.slug, columns=columns, rows=rows, **head(asked, self.title))


def _each(
    chunk: list[Placed],
    found: dict[int, list[Recorded]],
    cells: Callable[[Recorded], DayCells],
) -> Iterator[tuple[Placed, dt.date, DayCells]]:
    for placed in chunk:
        for row in found.get(placed.employee.pk, ()):
            yield placed, row.date, cells(row)


def _keys(chunk: list[Placed]) -> list[int]:
    return [placed.employee.pk for placed in chunk]


class LateAndEarly(_DayList):
    """Who came late or left early, when, and by how much."""

    slug = "late-and-early"
    title = gettext_lazy("Late and early")
    tells = gettext_lazy("Who came late or left early, on which day, and by how much.")

    def columns(self) -> tuple[Column, ...]:
        return (
            shift_column(), _time("starts", _("Begins")), _time("in", _("In")),
            minutes_column("late", _("Late by")), _time("ends", _("Ends")), _time("out", _("Out")),
            minutes_column("early", _("Early by")),
        )  # fmt: skip

    def rows_of(
        self, asked: Asked, chunk: list[Placed]
    ) -> Iterator[tuple[Placed, dt.date, DayCells]]:
        filters = asked.filters
        found = recorded(_keys(chunk), filters.first, filters.last, IS_LATE_OR_EARLY)
        return _each(chunk, found, self._cells)

    def _cells(self, row: Recorded) -> DayCells:
        return [
            row.shift_name, row.clock(row.starts_at), row.clock(row.in_at), row.late_minutes,
            row.clock(row.ends_at), row.clock(row.out_at), row.early_minutes,
        ]  # fmt: skip

    def chart(self, table: Table, lines: Sequence[Line]) -> Chart | None:
        """Return how often somebody was late, by weekday."""
        places = {column.key: n for n, column in enumerate(table.columns)}
        numbers: dict[int, int] = {}
        for line in lines:
            date = value_of(line.cells[places["date"]]) if line.kind == LineKind.ROW else None
            if isinstance(date, dt.date) and value_of(line.cells[places["late"]]):
                numbers[date.weekday()] = numbers.get(date.weekday(), 0) + 1
        return bars_by_weekday(_("Late arrivals by weekday"), numbers)


class MissingPunches(_DayList):
    """Days that lack a check-in or a check-out, and working days of which nothing is recorded."""

    slug = "missing-punches"
    title = gettext_lazy("Missing check-ins")
    tells = gettext_lazy(
        "Days without a check-in or a check-out, and working days with nothing recorded."
    )

    def columns(self) -> tuple[Column, ...]:
        return (
            _status(), _time("in", _("In")), _time("out", _("Out")),
            Column(key="missing", label=_("What is missing"), width=30),
        )  # fmt: skip

    def rows_of(
        self, asked: Asked, chunk: list[Placed]
    ) -> Iterator[tuple[Placed, dt.date, DayCells]]:
        filters = asked.filters
        found = recorded(_keys(chunk), filters.first, filters.last, NEEDS_SOMEBODY)
        for placed, roll_row in rolls_of(asked, chunk):
            known = {row.date: row for row in found.get(placed.employee.pk, ())}
            for place in range(roll_row.begin, roll_row.end):
                words = _missing(roll_row.days[place])
                if words:
                    date = filters.first + dt.timedelta(days=place)
                    yield placed, date, _missing_cells(roll_row.days[place], known.get(date), words)


def _missing(day: RollDay) -> str:
    """Return what the day lacks, "" for nothing."""
    if day.lacks == (DayState.NOTHING,):
        return _("Nothing recorded")
    if day.lacks == (DayStatus.INCOMPLETE,):
        return str(DayStatus.INCOMPLETE.label)
    return "; ".join(pages.flag_words(list(day.lacks)))


def _missing_cells(day: RollDay, row: Recorded | None, words: str) -> DayCells:
    if row is None:
        return [Cell(day.code, "warn"), None, None, words]
    return [_status_cell(row), row.clock(row.in_at), row.clock(row.out_at), words]


class UnmarkedDays(_DayList):
    """Dates of employment without a record; days off too, where they are asked for."""

    slug = "unmarked-days"
    title = gettext_lazy("Unmarked days")
    tells = gettext_lazy("Dates of employment that have come and of which nothing is recorded.")
    filters = ("grouped", "days_off")

    def columns(self) -> tuple[Column, ...]:
        return (
            _status(), Column(key="what", label=_("What it is"), width=24),
            summed("unmarked", _("Unmarked"), Kind.DAYS, 9),
        )  # fmt: skip

    def rows_of(
        self, asked: Asked, chunk: list[Placed]
    ) -> Iterator[tuple[Placed, dt.date, DayCells]]:
        filters, cells = asked.filters, Cells()
        for placed, row in rolls_of(asked, chunk):
            for place in row.unrecorded:
                day = row.days[place]
                if day.is_off and not filters.has_days_off:
                    continue
                cell = cells.of(day)
                unmarked = sum(half.kind == HalfKind.UNMARKED for half in day.halves)
                date = filters.first + dt.timedelta(days=place)
                yield placed, date, [cell, cell.words, days(unmarked)]


class WorkedOnDaysOff(_DayList):
    """Check-ins on the person's own weekly off days and holidays."""

    slug = "days-off-worked"
    title = gettext_lazy("Worked on a day off")
    tells = gettext_lazy("Who worked on a weekly off or a holiday of their own, and how long.")

    def columns(self) -> tuple[Column, ...]:
        return (
            Column(key="day_off", label=_("Day off"), width=20), _time("in", _("In")),
            _time("out", _("Out")), date_column("out_on", _("Out on")),
            minutes_column("worked", _("Worked")),
        )  # fmt: skip

    def rows_of(
        self, asked: Asked, chunk: list[Placed]
    ) -> Iterator[tuple[Placed, dt.date, DayCells]]:
        filters = asked.filters
        found = recorded(
            _keys(chunk), filters.first, filters.last, HAS_PUNCH & WAS_OFF, with_day_kind=True
        )
        return _each(chunk, found, self._cells)

    def _cells(self, row: Recorded) -> DayCells:
        return [
            calendar_words(row.day_kind), row.clock(row.in_at), row.clock(row.out_at),
            row.other_date(row.out_at), row.worked_minutes,
        ]  # fmt: skip


class Shifts(_DayList):
    """A row for each occurrence of a shift."""

    slug = "shifts"
    title = gettext_lazy("Shifts")
    tells = gettext_lazy("Each shift of each person: when it was, in and out, late and early.")

    def columns(self) -> tuple[Column, ...]:
        return (
            shift_column(), _time("starts", _("Begins")), _time("ends", _("Ends")), _status(),
            _time("in", _("In")), _time("out", _("Out")), date_column("out_on", _("Out on")),
            minutes_column("worked", _("Worked")), minutes_column("late", _("Late by")),
            minutes_column("early", _("Early by")),
        )  # fmt: skip

    def rows_of(
        self, asked: Asked, chunk: list[Placed]
    ) -> Iterator[tuple[Placed, dt.date, DayCells]]:
        filters = asked.filters
        found = recorded(_keys(chunk), filters.first, filters.last, HAS_SHIFT)
        return _each(chunk, found, self._cells)

    def _cells(self, row: Recorded) -> DayCells:
        return [
            row.shift_name, row.clock(row.starts_at), row.clock(row.ends_at), _status_cell(row),
            row.clock(row.in_at), row.clock(row.out_at), row.other_date(row.out_at),
            row.worked_minutes, row.late_minutes, row.early_minutes,
        ]  # fmt: skip
