"""XLSX as people want it: panes frozen, real dates and numbers, colours, sums by formula.

Rows are written one after the other and leave memory (`constant_memory`). Sums are formulas with
their result beside them, so that a reader that does not calculate shows them too: `SUBTOTAL`,
which leaves out the sums of groups among what it adds. Nothing is protected: it is theirs.
"""

from __future__ import annotations

import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import IO, Any

from integrations import picture_headers
from integrations.tables.model import (
    Cell,
    Cells,
    Column,
    Kind,
    Line,
    LineKind,
    Paper,
    Table,
    Value,
    value_of,
)

_A_DAY = 1440
# The light colours of the pages (`tokens.css`): ground, text.
_TONES = {
    "good": ("#d6f2df", "#0c5132"),
    "warn": ("#ffecbd", "#614100"),
    "bad": ("#fde1dd", "#8c1d13"),
    "info": ("#dcebfd", "#17477e"),
    "off": ("#e6ece8", "#4a5750"),
}
_HEAD, _LINE, _SUNKEN = "#0b5d3f", "#d8e1dc", "#eaf0ec"
_NUMBERS = {
    Kind.MINUTES: '[h]:mm;-[h]:mm;"–"',
    Kind.DAYS: '0.0;-0.0;"–"',
    # A point in the format would stand after whole numbers too: "2.".
    Kind.AMOUNT: 'General;-General;"–"',
    Kind.COUNT: '0;-0;"–"',
    Kind.MONEY: '#,##0.00;-#,##0.00;"–"',
    Kind.DATE: "ddd d mmm yyyy",
    Kind.TIME: "hh:mm",
}
_LOGO_PIXELS = 48
# A sheet holds 1,048,576; some stand above and below the rows.
MOST_ROWS = 1_048_000
_PAPERS = {Paper.A3: 8, Paper.A4: 9}


class TooManyRows(ValueError):
    """More rows than a sheet holds."""


def write(table: Table, file: IO[bytes], progress: Callable[[int], None] | None = None) -> None:
    """Write the table into a binary file.

    Raises:
        TooManyRows
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  # cold start: a page needs no export

    options = {
        "constant_memory": True,
        "strings_to_formulas": False,
        "strings_to_urls": False,
        "strings_to_numbers": False,
    }
    with Workbook(file, options) as book:
        properties: dict[str, Any] = {"title": table.title, "company": table.company}
        if table.created is not None:
            properties["created"] = table.created
        book.set_properties(properties)
        _Sheet(table, book).write(progress)


class _Sheet:
    """One table on one sheet, from the top down."""

    def __init__(self, table: Table, book: Any) -> None:
        self._table, self._book = table, book
        self._sheet = book.add_worksheet(_sheet_name(table.slug))
        self._formats: dict[tuple[object, ...], Any] = {}
        self._row = 0
        self._places = {column.key: n for n, column in enumerate(table.columns)}
        self._letters = [_letters(n) for n in range(len(table.columns))]

    def write(self, progress: Callable[[int], None] | None) -> None:
        self._head()
        first = begins = self._row
        count = 0
        for line in self._table.lines():
            if self._row >= MOST_ROWS:
                # The library would leave out the rest without a word.
                raise TooManyRows
            if line.kind == LineKind.ROW:
                self._line(line)
                count += 1
                if progress is not None:
                    progress(count)
            elif line.kind == LineKind.GROUP:
                self._text(0, str(value_of(line.cells[0])), self._plain(bold=True))
                begins = self._row + 1
            else:
                since = begins if line.kind == LineKind.SUBTOTAL else first
                self._sums(line, since)
            self._row += 1
        self._foot()

    # --- above ------------------------------------------------------------------------------
    def _head(self) -> None:
        table, sheet = self._table, self._sheet
        for n, column in enumerate(table.columns):
            sheet.set_column(n, n, column.width)
        self._page()
        self._logo()
        big = self._book.add_format({"bold": True, "font_size": 14})
        for text, style in ((table.title, big), (table.company, self._plain(bold=True))):
            self._text(0, text, style)
            self._row += 1
        for text in (*table.subtitle, table.made):
            if text:
                self._text(0, text, self._plain())
                self._row += 1
        self._row += 1
        begins = self._row
        if any(column.head for column in table.columns):
            self._heads([column.head for column in table.columns])
        self._heads([column.label for column in table.columns])
        sheet.repeat_rows(begins, self._row - 1)
        sheet.freeze_panes(self._row, table.frozen)

    def _heads(self, labels: list[str]) -> None:
        for n, (column, label) in enumerate(zip(self._table.columns, labels, strict=True)):
            self._text(n, label, self._head_style(column))
        self._row += 1

    def _logo(self) -> None:
        """Put the logo on a row of its own, above the title."""
        if not self._table.logo:
            return
        header = picture_headers.read(self._table.logo)
        scale = min(1.0, _LOGO_PIXELS / header.height) if header else 1.0
        self._sheet.set_row_pixels(0, _LOGO_PIXELS + 4)
        options = {
            "image_data": io.BytesIO(self._table.logo), "x_scale": scale, "y_scale": scale,
            "description": self._table.company, "object_position": 3,
        }  # fmt: skip
        self._sheet.insert_image(0, 0, "logo.png", options)
        self._row += 1

    def _page(self) -> None:
        table, sheet = self._table, self._sheet
        sheet.set_landscape()
        sheet.set_paper(_PAPERS[table.paper])
        sheet.fit_to_pages(1, 0)
        sheet.set_margins(left=0.4, right=0.4, top=0.5, bottom=0.6)
        # "&" begins a command there.
        name = f"{table.company} · {table.title}".replace("&", "&&")
        sheet.set_footer(f"&L{name[:120]}&R&P / &N")

    # --- lines ------------------------------------------------------------------------------
    def _line(self, line: Line) -> None:
        row, write = self._row, self._sheet.write_string
        formats, cells = self._formats, line.cells
        for n, column in enumerate(self._table.columns):
            cell = cells[n]
            if type(cell) is Cell:
                value, key = cell.value, (column.kind, cell.tone, cell.is_flagged)
            else:
                value, key = value_of(cell), (column.kind, column.tone, False)
            style = formats.get(key)
            if style is None:
                style = self._style(*key)
            if type(value) is str and value:
                write(row, n, value, style)
            elif column.adds:
                result = _number(value, column.kind)
                self._sheet.write_formula(row, n, self._added(column), style, result)
            else:
                self._value(n, value, column, style)

    def _value(self, n: int, value: Value, column: Column, style: Any) -> None:
        row, sheet = self._row, self._sheet
        if value is None or value == "":
            sheet.write_blank(row, n, None, style)
        elif isinstance(value, str):
            sheet.write_string(row, n, value, style)
        elif isinstance(value, dt.date | dt.time):
            sheet.write_datetime(row, n, value, style)
        else:
            sheet.write_number(row, n, _number(value, column.kind), style)

    def _added(self, column: Column) -> str:
        cells = (f"{self._letters[self._places[key]]}{self._row + 1}" for key in column.adds)
        return "=" + "+".join(cells)

    def _sums(self, line: Line, since: int) -> None:
        cells: Cells = line.cells
        for n, column in enumerate(self._table.columns):
            value = value_of(cells[n])
            style = self._style(column.kind, "total", False)
            if not column.is_summed or value is None:
                self._value(n, value, column, style)
                continue
            letters = self._letters[n]
            # Of no rows at all the sum is nothing, and a range must not name itself.
            formula = f"=SUBTOTAL(9,{letters}{since + 1}:{letters}{self._row})"
            result = _number(value, column.kind)
            if since == self._row:
                self._sheet.write_number(self._row, n, result, style)
            else:
                self._sheet.write_formula(self._row, n, formula, style, result)

    # --- below ------------------------------------------------------------------------------
    def _foot(self) -> None:
        table = self._table
        self._row += 1
        for item in table.legend:
            self._text(0, f"{item.code}  {item.text}", self._style(Kind.CODE, item.tone, False))
            self._row += 1
        for note in table.notes:
            self._text(0, note, self._plain())
            self._row += 1
        for name in table.signatures:
            self._row += 1
            self._text(0, f"{name}: ____________________", self._plain())
            self._row += 1

    def _text(self, n: int, text: str, style: Any) -> None:
        # The library refuses longer ones; a cell holds no more.
        self._sheet.write_string(self._row, n, text[:32767], style)

    # --- styles -----------------------------------------------------------------------------
    def _plain(self, *, bold: bool = False) -> Any:
        return self._made(("plain", bold), {"bold": bold})

    def _head_style(self, column: Column) -> Any:
        where = "left" if column.kind == Kind.TEXT else "center"
        look = {
            "bold": True, "font_color": "#ffffff", "bg_color": _HEAD, "align": where,
            "valign": "vcenter", "text_wrap": True,
        }  # fmt: skip
        return self._made(("head", where), look)

    def _style(self, kind: Kind, tone: str, is_flagged: bool) -> Any:
        key = (kind, tone, is_flagged)
        found = self._formats.get(key)
        return found if found is not None else self._made(key, _look(kind, tone, is_flagged))

    def _made(self, key: tuple[object, ...], look: dict[str, Any]) -> Any:
        if key not in self._formats:
            self._formats[key] = self._book.add_format(look)
        return self._formats[key]


def _look(kind: Kind, tone: str, is_flagged: bool) -> dict[str, Any]:
    look: dict[str, Any] = {"border": 1, "border_color": _LINE, "valign": "top"}
    if kind == Kind.TEXT:
        look["text_wrap"] = True
    elif kind in (Kind.CODE, Kind.TIME):
        look["align"] = "center"
    else:
        look["align"] = "right"
    if kind in _NUMBERS:
        look["num_format"] = _NUMBERS[kind]
    if tone == "total":
        look |= {"bold": True, "bg_color": _SUNKEN}
    elif tone in _TONES:
        look |= dict(zip(("bg_color", "font_color"), _TONES[tone], strict=True))
    if is_flagged:
        # Never by colour alone: underlined too, as the legend says.
        look |= {"bold": True, "underline": 1, "right": 2, "top": 2, "border_color": "#8c1d13"}
    return look


def _number(value: Value, kind: Kind) -> float | int:
    """Return what the file keeps: minutes as the part of a day that they are."""
    if not isinstance(value, int | Decimal):
        return 0
    if kind == Kind.MINUTES:
        return int(value) / _A_DAY
    return value if isinstance(value, int) else float(value)


def _letters(number: int) -> str:
    """Return the name of a column: A, Z, AA."""
    letters = ""
    number += 1
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(65 + rest) + letters
    return letters


def _sheet_name(slug: str) -> str:
    return slug.replace("-", " ").capitalize()[:31]
