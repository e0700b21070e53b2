"""What a table is: columns with stable keys, rows that come one after the other, and sums."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from enum import StrEnum

# Under what files for programs name the group of a row, beside the keys of its columns.
GROUP = "_group"


class Kind(StrEnum):
    """What the cells of a column hold; it decides how they are shown and what a file keeps."""

    TEXT = "text"
    CODE = "code"
    DATE = "date"
    TIME = "time"
    MINUTES = "minutes"
    DAYS = "days"
    AMOUNT = "amount"
    COUNT = "count"
    MONEY = "money"

    @property
    def is_number(self) -> bool:
        return self in _NUMBERS


_NUMBERS = frozenset({Kind.MINUTES, Kind.DAYS, Kind.AMOUNT, Kind.COUNT, Kind.MONEY})


class Paper(StrEnum):
    """What a PDF is printed on, always across."""

    A4 = "a4"
    A3 = "a3"


@dataclass(frozen=True, slots=True)
class Cell:
    """A value with what the eye sees beside it: a tone, a mark in the corner, words for it.

    Tones are those of the pages: good, warn, bad, info, off, open, none.
    """

    value: str | int | Decimal | dt.date | dt.time | None
    tone: str = ""
    is_flagged: bool = False
    words: str = ""


Value = str | int | Decimal | dt.date | dt.time | None
Cells = Sequence[Value | Cell]


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """A column; `key` is what programs know it by and never changes.

    `head` is a second, smaller line above the label. `is_summed`: it has a sum in every total.
    `adds`: its cells are the sums of these columns of the same row.
    """

    key: str
    label: str
    kind: Kind = Kind.TEXT
    head: str = ""
    width: int = 10
    is_summed: bool = False
    adds: tuple[str, ...] = ()
    tone: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its cells in the order of the columns, and the group it stands in.

    `links` are addresses of a page, by the place of the cell; files know nothing of them.
    """

    cells: Cells
    group: str = ""
    links: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Legend:
    """What a code means."""

    code: str
    text: str
    tone: str = ""


class LineKind(StrEnum):
    """What a line of the finished table is."""

    GROUP = "group"
    ROW = "row"
    SUBTOTAL = "subtotal"
    TOTAL = "total"


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it is shown: a group's name, a row, the sum of a group, or of everything."""

    kind: LineKind
    cells: Cells
    links: tuple[str | None, ...] = ()
    group: str = ""


@dataclass(frozen=True, kw_only=True)
class Table:
    """A table that is shown once: `rows` may be read a single time, so that none is kept.

    `is_grouped`: rows come sorted by their group, and each group gets its name and its sum.
    `total_label` is empty where a sum of everything would say nothing.
    """

    slug: str
    company: str
    title: str
    subtitle: tuple[str, ...] = ()
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    is_grouped: bool = False
    total_label: str = ""
    legend: tuple[Legend, ...] = ()
    notes: tuple[str, ...] = ()
    signatures: tuple[str, ...] = ()
    frozen: int = 1
    made: str = ""
    page_words: str = "Page %(page)s of %(pages)s"
    paper: Paper = Paper.A4
    labels: dict[LineKind, str] = field(default_factory=dict)
    # The date that an XLSX says it was made on; its own present one makes no file like another.
    created: dt.datetime | None = None
    # A PNG; papers and workbooks show it above their title.
    logo: bytes = b""

    def lines(self) -> Iterator[Line]:
        """Yield the rows with the names and sums of groups between them, and the total last."""
        return _Lines(self).run()


def value_of(cell: Value | Cell) -> Value:
    """Return the bare value."""
    return cell.value if isinstance(cell, Cell) else cell


_Sums = dict[int, int | Decimal | None]


class _Lines:
    """Sums on the way: nothing but the running sums is kept."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._summed = [n for n, column in enumerate(table.columns) if column.is_summed]

    def run(self) -> Iterator[Line]:
        total, own, group = self._zero(), self._zero(), None
        table = self._table
        for row in table.rows:
            if table.is_grouped and row.group != group:
                if group is not None and self._summed:
                    yield self._sum(LineKind.SUBTOTAL, own, group)
                group, own = row.group, self._zero()
                yield Line(LineKind.GROUP, (row.group,), group=row.group)
            self._add(own, row)
            self._add(total, row)
            yield Line(LineKind.ROW, row.cells, row.links, row.group)
        if group is not None and self._summed:
            yield self._sum(LineKind.SUBTOTAL, own, group)
        if table.total_label and self._summed:
            yield self._sum(LineKind.TOTAL, total, "")

    def _zero(self) -> _Sums:
        """Return the sums of no row: of money there is none, rather than an amount of nothing."""
        columns = self._table.columns
        return {n: None if columns[n].kind == Kind.MONEY else 0 for n in self._summed}

    @staticmethod
    def _add(sums: _Sums, row: Row) -> None:
        cells = row.cells
        for place in sums:
            found = cells[place]
            # Nearly always one of the two; asking in general costs more than adding.
            if type(found) is Decimal or type(found) is int:
                sums[place] = found + (sums[place] or 0)
            elif isinstance(value := value_of(found), int | Decimal):
                sums[place] = value + (sums[place] or 0)

    def _sum(self, kind: LineKind, sums: _Sums, group: str) -> Line:
        table = self._table
        label = table.total_label if kind == LineKind.TOTAL else table.labels.get(kind, group)
        first = label % {"group": group} if kind == LineKind.SUBTOTAL and "%" in label else label
        cells = [first if n == 0 else sums.get(n) for n in range(len(table.columns))]
        return Line(kind, cells, group=group)
