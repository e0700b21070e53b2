"""A sample of days for an audit: drawn by chance, and the same each time it is asked for."""

from __future__ import annotations

import datetime as dt
import heapq
from collections import Counter
from collections.abc import Iterator, Sequence
from hashlib import sha256
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.models import ManualVerdict, PunchState
from attendance.reports.base import (
    AttendanceReport,
    Links,
    date_column,
    group_of,
    head,
    name_cells,
    name_columns,
    rolls_of,
)
from attendance.reports.roll import Cells
from attendance.rules.stretch import dates
from attendance.selectors.people import hand_written
from attendance.selectors.recorded import Recorded, recorded
from companies.reports import Asked
from companies.selectors import READERS
from integrations.tables import Column, Kind, Row, Table, Value

_Drawn = dict[int, list[dt.date]]


class Sample(AttendanceReport):
    """Some days of some people, drawn by the hash of who, when, and the name of the draw.

    Who asks the same later gets the same days, as long as the people and their days of employment
    are the same. Narrowing it leaves out people before the draw.
    """

    slug = "sample"
    title = gettext_lazy("Sample for an audit")
    tells = gettext_lazy(
        "Days drawn by chance, to be looked into one by one. The same dates, people and name of "
        "the draw give the same days again."
    )
    filters = ("size", "draw", "grouped")

    def can_view(self, actor: Any) -> bool:
        return super().can_view(actor) and actor.has(*READERS)

    def narrowed(self, asked: Asked) -> Sequence[int]:
        """Return those of whom a day was drawn."""
        drawn = _drawn(asked)
        return [key for key in asked.keys if key in drawn]

    def table(self, asked: Asked) -> Table:
        columns = (
            *name_columns(asked),
            date_column(),
            Column(key="status", label=_("Status"), kind=Kind.CODE, width=11),
            Column(key="shift", label=_("Shift"), width=14),
            Column(key="in", label=_("In"), kind=Kind.TIME, width=7),
            Column(key="out", label=_("Out"), kind=Kind.TIME, width=7),
            Column(key="worked", label=_("Worked"), kind=Kind.MINUTES, width=8),
            Column(key="late", label=_("Late by"), kind=Kind.MINUTES, width=8),
            Column(key="punches", label=_("Check-ins and outs"), kind=Kind.COUNT, width=10),
            Column(key="voided", label=_("Of them voided"), kind=Kind.COUNT, width=10),
            Column(key="by_hand", label=_("Set by hand"), width=30),
        )
        words = {"size": asked.filters.sample_size, "draw": asked.filters.draw_name}
        note = _("Draw “%(draw)s”: %(size)d days at most, each as likely as any other.") % words
        return Table(
            slug=self.slug, columns=columns, rows=self._rows(asked), notes=(note,),
            **head(asked, self.title) | {"signatures": (_("Looked into by"),)},
        )  # fmt: skip

    def _rows(self, asked: Asked) -> Iterator[Row]:
        links, cells, drawn = Links(asked), Cells(), _drawn(asked)
        filters = asked.filters
        before = (None,) * len(name_columns(asked))
        for chunk in asked.chunks():
            keys = [placed.employee.pk for placed in chunk]
            times = _times(recorded(keys, filters.first, filters.last, Q(slot=0)))
            punches, voided = _punches(keys, filters.first, filters.last)
            by_hand = _by_hand(keys, filters.first, filters.last)
            for placed, row in rolls_of(asked, chunk):
                # Somebody's first or last day may have moved since the file was asked for.
                mine = drawn.get(placed.employee.pk, [])
                found = links.of(placed.employee, mine) or (None,) * len(mine)
                for date, link in zip(mine, found, strict=True):
                    key = (placed.employee.pk, date)
                    own: tuple[Any, ...] = (
                        *name_cells(asked, placed), date,
                        cells.of(row.days[(date - filters.first).days]), *_clock(times.get(key)),
                        punches[key], voided[key], by_hand.get(key, ""),
                    )  # fmt: skip
                    yield Row(own, group_of(asked, placed), (*before, link))


def _drawn(asked: Asked) -> _Drawn:
    """Return the dates drawn of each person, in order, among their dates that have come.

    All people count, whoever of them is on the page; one statement.
    """
    filters = asked.filters
    last = min(filters.last, asked.today)
    rows = asked.people.values_list("pk", "public_id", "joined_on", "left_on")
    pairs = (
        (sha256(f"{filters.draw_name}:{public_id}:{date}".encode()).digest(), key, date)
        for key, public_id, joined_on, left_on in rows
        for date in dates(max(filters.first, joined_on), min(last, left_on or last))
    )
    found: _Drawn = {}
    for _hash, key, date in heapq.nsmallest(filters.sample_size, pairs):
        found.setdefault(key, []).append(date)
    return {key: sorted(mine) for key, mine in found.items()}


def _times(found: dict[int, list[Recorded]]) -> dict[tuple[int, dt.date], Recorded]:
    return {(key, row.date): row for key, rows in found.items() for row in rows}


def _clock(row: Recorded | None) -> tuple[Value, ...]:
    if row is None:
        return ("", None, None, 0, 0)
    return (
        row.shift_name, row.clock(row.in_at), row.clock(row.out_at), row.worked_minutes,
        row.late_minutes,
    )  # fmt: skip


_Counts = Counter[tuple[int, dt.date]]


def _punches(keys: list[int], first: dt.date, last: dt.date) -> tuple[_Counts, _Counts]:
    """Return how many punches count for each date, and how many of them are void."""
    rows = PunchState.objects.filter(employee__in=keys, attendance_date__range=(first, last))
    every: _Counts = Counter()
    void: _Counts = Counter()
    for key, date, voided_at in rows.values_list("employee_id", "attendance_date", "voided_at"):
        every[key, date] += 1
        void[key, date] += voided_at is not None
    return every, void


def _by_hand(keys: list[int], first: dt.date, last: dt.date) -> dict[tuple[int, dt.date], str]:
    """Return who set a date by hand, and why."""
    rows = ManualVerdict.objects.filter(
        hand_written(), employee__in=keys, date__range=(first, last)
    )
    return {(row.employee_id, row.date): f"{row.by_name}: {row.reason}" for row in rows}
