"""The muster roll: people × dates of a month, the statutory register."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import pages
from attendance.enums import DayStatus
from attendance.reports.base import (
    AttendanceReport,
    Links,
    days,
    group_of,
    head,
    name_cells,
    name_columns,
    rolls,
    summed,
)
from attendance.rules.roll import DayState, RollDay, RollRow
from attendance.rules.stretch import dates
from attendance.selectors.leave_codes import leave_codes
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee
from companies.reports import Asked
from integrations.tables import Cell, Column, Kind, Legend, Paper, Row, Table
from integrations.tables.model import Value

# Of leave that has no type: half a day by its hours, or leave entered without a code.
NO_TYPE = ""
_WORDS = {
    DayState.OPEN: gettext_lazy("Still open"),
    DayState.NOTHING: gettext_lazy("Nothing recorded"),
    DayState.NOT_DUE: gettext_lazy("Nothing due"),
    DayState.SKIPPED: gettext_lazy("Skipped by HR"),
    DayState.TO_COME: gettext_lazy("To come"),
    DayState.NOT_EMPLOYED: gettext_lazy("Not employed"),
}
Names = Callable[[Company], Mapping[str, str]]


def no_names(company: Company) -> Mapping[str, str]:
    """Return the names of leave types where nobody knows any."""
    return {}


class MusterRoll(AttendanceReport):
    """A row a person, a column a date, and how much of everything it makes.

    `names` knows what the codes of leave are called; attendance knows the codes alone.
    """

    slug = "muster-roll"
    title = gettext_lazy("Muster roll")
    tells = gettext_lazy("Everybody's month, day by day, with the totals of each kind.")
    filters = ("grouped", "problems")

    def __init__(self, names: Names = no_names) -> None:
        self._names = names

    def narrowed(self, asked: Asked) -> Sequence[int]:
        """Return everybody, or those of whom a day needs somebody."""
        if not asked.filters.only_problems:
            return asked.keys
        return [placed.employee.pk for placed, row in rolls(asked) if row.problems]

    def table(self, asked: Asked) -> Table:
        """Return the roll; the columns of leave are those that occur, whoever is on the page."""
        filters = asked.filters
        found = leave_codes(asked.company, filters.first, filters.last)
        span = list(dates(filters.first, filters.last))
        # The days stand beside the name; what else names the person comes after them.
        name, *others = name_columns(asked)
        columns = (name, *map(_date_column, span), *total_columns(asked, found), *others)
        names = self._names(asked.company)
        leave = (Legend(code, names.get(code, _("Leave")), "info") for code in found)
        return Table(
            slug=self.slug,
            columns=columns,
            rows=self._rows(asked, span, found),
            legend=(*_legend(), *leave),
            notes=(_("A marked corner, in files an underlined code: something to clear up."),),
            paper=Paper.A3,
            **head(asked, self.title) | {"signatures": _signatures()},
        )

    def _rows(self, asked: Asked, span: list[dt.date], found: Sequence[str]) -> Iterator[Row]:
        links, cells = Links(asked), Cells()
        for placed, row in rolls(asked):
            name, *others = name_cells(asked, placed)
            own = (name, *map(cells.of, row.days), *total_cells(asked, row, found), *others)
            yield Row(own, group_of(asked, placed), _links(links, placed.employee, row, span))


def _links(
    links: Links, person: Employee, row: RollRow, span: list[dt.date]
) -> tuple[str | None, ...]:
    """Return where the name and the days lead; no day that is none leads anywhere."""
    found = links.of(person, span)
    if not found:
        return ()
    closed = (DayState.NOT_EMPLOYED, DayState.TO_COME)
    urls = zip(row.days, found, strict=True)
    opened = (None if day.state in closed else url for day, url in urls)
    return (links.month(person, span[0]), *opened)


class Cells(dict[RollDay, Cell]):
    """The cell of each kind of day, made once: thousands of days share a few."""

    def of(self, day: RollDay) -> Cell:
        """Return the cell of a day."""
        found = self.get(day)
        if found is None:
            found = self[day] = _cell(day)
        return found


def _cell(day: RollDay) -> Cell:
    flags = pages.flag_words(list(day.flags))
    if day.state == DayState.OFF:
        words = day.name or str(DayStatus(day.code).label)
    elif day.state == DayState.JUDGED and day.status is not None:
        words = str(day.status.label)
    else:
        words = str(_WORDS[day.state])
    tone = "none" if day.status is None else pages.status_tone(day.status, is_flagged=bool(flags))
    if day.state in (DayState.OPEN, DayState.TO_COME):
        tone = "open"
    return Cell(day.code, tone, bool(flags), "; ".join([words, *flags]))


def _date_column(date: dt.date) -> Column:
    return Column(
        key=f"d{date.day}", label=str(date.day), head=date_format(date, "D")[:2], kind=Kind.CODE,
        width=5,
    )  # fmt: skip


def _signatures() -> tuple[str, ...]:
    return (_("Prepared by"), _("Checked by"), _("Approved by"))


def _legend() -> tuple[Legend, ...]:
    return tuple(Legend(item["code"], item["text"], item["tone"]) for item in pages.legend())


def _has_overtime(asked: Asked) -> bool:
    return bool(company_settings(asked.company).overtime)


def total_columns(asked: Asked, found: Sequence[str]) -> tuple[Column, ...]:
    """Return the columns of a month's totals: each kind of day, then hours and lateness.

    Extra minutes that count stand beside the hours where the company has a policy for them.
    """
    overtime = [summed("overtime", _("Overtime"), Kind.MINUTES, 9)] if _has_overtime(asked) else []
    parts = [
        ("present", _("Present")), ("absent", _("Absent")),
        *((f"leave_{code}", code) for code in found),
        ("leave", _("Other leave")), ("off", _("Off")), ("unmarked", _("Unmarked")),
    ]  # fmt: skip
    keys = tuple(key for key, _label in parts)
    return (
        *(summed(key, label, Kind.DAYS, 7)
          for key, label in parts),
        Column(key="days", label=_("Days"), kind=Kind.DAYS, width=7, is_summed=True, adds=keys),
        summed("worked", _("Hours"), Kind.MINUTES, 9),
        *overtime,
        summed("late_count", _("Late"), Kind.COUNT, 6),
        Column(key="late", label=_("Late by"), kind=Kind.MINUTES, width=7, is_summed=True),
        summed("problems", _("Open"), Kind.COUNT, 6),
    )  # fmt: skip


def total_cells(asked: Asked, row: RollRow, found: Sequence[str]) -> tuple[Value, ...]:
    """Return what stands in those columns."""
    totals = row.totals
    by_code = totals.leave_by_code
    named: list[Decimal] = [days(by_code.get(code, 0)) for code in found]
    overtime = [totals.overtime_minutes] if _has_overtime(asked) else []
    other = totals.leave_halves - sum(by_code.get(code, 0) for code in found)
    return (
        days(totals.present_halves), days(totals.absent_halves), *named, days(other),
        days(totals.off_halves), days(totals.unmarked_halves), days(totals.halves),
        totals.worked_minutes, *overtime, totals.late_count, totals.late_minutes, row.problems,
    )  # fmt: skip
