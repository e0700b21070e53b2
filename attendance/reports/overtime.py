"""Extra and missing minutes: what was computed of each date, what was decided, what counts."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import partial

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance import overtime_pages
from attendance.enums import OvertimeState
from attendance.models import OvertimeDay, OvertimeDecision
from attendance.reports.base import (
    AttendanceReport,
    bars_by_weekday,
    calendar_words,
    date_column,
    head,
    name_columns,
)
from attendance.reports.lists import DayCells, day_rows, minutes_column, shift_column
from attendance.rules.overtime.standing import paid_by_rate
from attendance.selectors.overtime import (
    days_with_parts,
    holding_decisions,
    parts_of,
    rates_counted,
)
from attendance.selectors.recorded import Recorded, recorded
from companies.reports import Asked, Chart
from companies.selectors import Placed
from integrations.tables import Column, Kind, Line, LineKind, Table
from integrations.tables.model import value_of

_WORDS = {
    OvertimeState.WAITING: gettext_lazy("Waits"),
    OvertimeState.COUNTED: gettext_lazy("Counts"),
    OvertimeState.APPROVED: gettext_lazy("Approved"),
    OvertimeState.SET: gettext_lazy("Changed"),
    OvertimeState.REFUSED: gettext_lazy("Refused"),
}
# In these states a decision holds; of another one it spoke of minutes that have changed since.
_DECIDED = (OvertimeState.APPROVED, OvertimeState.SET, OvertimeState.REFUSED)


class Overtime(AttendanceReport):
    """A row for each date of somebody with extra or missing minutes."""

    slug = "overtime"
    title = gettext_lazy("Overtime")
    tells = gettext_lazy(
        "Extra and missing minutes of each day, what was decided of them, and what counts for pay."
    )
    by_month = False

    def table(self, asked: Asked) -> Table:
        filters = asked.filters
        rates = rates_counted(asked.company, first=filters.first, last=filters.last)
        columns = (
            *name_columns(asked), date_column(), shift_column(),
            Column(key="day_off", label=_("Day off"), width=14),
            Column(key="policy", label=_("Policy"), width=14),
            minutes_column("extra", _("Extra")), minutes_column("missing", _("Missing")),
            minutes_column("set_extra", _("Extra, as set")),
            minutes_column("set_missing", _("Missing, as set")),
            minutes_column("counted", _("Extra that counts")), *_rate_columns(rates),
            minutes_column("banked", _("As time off")),
            minutes_column("counted_missing", _("Missing that counts")),
            Column(key="state", label=_("State"), width=11),
            Column(key="decided_by", label=_("Decided by"), width=14),
            Column(key="reason", label=_("Reason"), width=24),
        )  # fmt: skip
        notes = (
            _("Extra minutes that a manager has to approve count once they are approved."),
            _("Of those that count, some are paid out by their rate, the others become time off."),
        )
        return Table(
            slug=self.slug, columns=columns, notes=notes,
            rows=day_rows(asked, partial(_rows_of, asked, rates)), **head(asked, self.title),
        )  # fmt: skip

    def chart(self, table: Table, lines: Sequence[Line]) -> Chart | None:
        """Return the extra minutes that count, by weekday."""
        places = {column.key: n for n, column in enumerate(table.columns)}
        numbers: Counter[int] = Counter()
        for line in lines:
            if line.kind != LineKind.ROW:
                continue
            date, minutes = (value_of(line.cells[places[key]]) for key in ("date", "counted"))
            if isinstance(date, dt.date) and isinstance(minutes, int):
                numbers[date.weekday()] += minutes
        return bars_by_weekday(_("Extra time that counts by weekday"), numbers, Kind.MINUTES)


def _rate_columns(rates: Sequence[int]) -> list[Column]:
    return [
        minutes_column(f"paid_{rate}", _("Paid at %(rate)d %%") % {"rate": rate}) for rate in rates
    ]


def _rows_of(
    asked: Asked, rates: Sequence[int], chunk: list[Placed]
) -> Iterator[tuple[Placed, dt.date, DayCells]]:
    first, last = asked.filters.first, asked.filters.last
    keys = [placed.employee.pk for placed in chunk]
    decisions = holding_decisions(keys, first=first, last=last)
    found = days_with_parts(keys, first=first, last=last)
    judged = _judged(keys, {row.date for rows in found.values() for row in rows})
    for placed in chunk:
        key = placed.employee.pk
        for row in found.get(key, ()):
            at = (key, row.date)
            yield placed, row.date, [
                *_shift_and_day_off(judged.get(at)), *_figures(row, rates),
                *_decided(row, decisions.get(at)),
            ]  # fmt: skip


def _judged(keys: Sequence[int], when: set[dt.date]) -> dict[tuple[int, dt.date], Recorded]:
    """Return what these dates were judged to be; one statement."""
    if not when:
        return {}
    wanted = Q(date__in=when, slot=0)
    found = recorded(keys, min(when), max(when), wanted, with_day_kind=True)
    return {(row.employee_id, row.date): row for rows in found.values() for row in rows}


def _shift_and_day_off(row: Recorded | None) -> DayCells:
    if row is None:
        return ["", ""]
    return [row.shift_name, calendar_words(row.day_kind) if row.day_kind.is_off else ""]


def _figures(row: OvertimeDay, rates: Sequence[int]) -> DayCells:
    is_set = row.state == OvertimeState.SET
    paid = paid_by_rate(parts_of(row), row.counted_extra)
    return [
        row.policy_name, row.extra_minutes, row.missing_minutes,
        row.counted_extra if is_set else None, row.counted_missing if is_set else None,
        row.counted_extra, *(paid.get(rate, 0) for rate in rates), row.counted_banked,
        row.counted_missing,
    ]  # fmt: skip


def _decided(row: OvertimeDay, decision: OvertimeDecision | None) -> DayCells:
    words = str(_WORDS[OvertimeState(row.state)])
    if decision is None or row.state not in _DECIDED:
        return [words, "", ""]
    return [words, overtime_pages.decided_by(decision), decision.reason]
