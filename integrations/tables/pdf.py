"""PDF to print and sign: across, heads on every page, pages numbered, sums, legend, signatures.

Drawn line by line on the page, so that a table of any length costs the pages it fills alone. How
many pages there are is known at the end; every page draws a shape that is made only then.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from typing import IO, Any

from integrations.tables import pdf_text
from integrations.tables.model import Cell, Column, Kind, Line, LineKind, Paper, Table, value_of
from integrations.tables.pdf_text import BOLD, REGULAR
from integrations.tables.words import shown

_SIZES = {Paper.A4: (841.89, 595.28), Paper.A3: (1190.55, 841.89)}
_MARGIN, _FOOT = 28.0, 26.0
_PAD = 2.0
# Beside the company's name and the title: a corner that they leave free.
_LOGO_WIDTH, _LOGO_HEIGHT = 120.0, 34.0
# How wide a letter is beside its height, on average; the columns' widths are said in letters.
_LETTER = 0.56
_LARGEST, _SMALLEST = 8.5, 4.2
_MOST_LINES = 3
_TONES = {
    "good": ("#d6f2df", "#0c5132"),
    "warn": ("#ffecbd", "#614100"),
    "bad": ("#fde1dd", "#8c1d13"),
    "info": ("#dcebfd", "#17477e"),
    "off": ("#e6ece8", "#4a5750"),
}
_TEXT, _LINE, _SUNKEN, _HEAD, _FLAG = "#14201a", "#c9d4ce", "#eaf0ec", "#0b5d3f", "#8c1d13"


def write(table: Table, file: IO[bytes], progress: Callable[[int], None] | None = None) -> None:
    """Write the table into a binary file."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  # cold start: a page needs no PDF

    pdf_text.register()
    # Nothing random and no clock in it: the same table makes the same file.
    canvas = Canvas(file, pagesize=_SIZES[table.paper], invariant=1, pageCompression=1)
    canvas.setTitle(f"{table.title} · {table.company}")
    canvas.setAuthor(table.company)
    _Pages(table, canvas).write(progress)
    canvas.save()


@dataclass(frozen=True)
class _Box:
    """Where a column stands."""

    column: Column
    x: float
    width: float


class _Pages:
    """The table on its pages, from the top of the first one down."""

    def __init__(self, table: Table, canvas: Any) -> None:
        self._table, self._canvas = table, canvas
        self._width, self._height = _SIZES[table.paper]
        unit = (self._width - 2 * _MARGIN) / sum(column.width for column in table.columns)
        self._size = max(_SMALLEST, min(_LARGEST, unit / _LETTER))
        # A table of few columns does not fill the page: its columns stay together.
        unit = min(unit, self._size * _LETTER * 1.5)
        self._boxes, x = [], _MARGIN
        for column in table.columns:
            self._boxes.append(_Box(column, x, column.width * unit))
            x += column.width * unit
        self._right = x
        self._step = self._size * 1.3
        self._page, self._y = 0, 0.0

    def write(self, progress: Callable[[int], None] | None) -> None:
        self._new_page()
        count = 0
        for line in self._table.lines():
            if line.kind == LineKind.GROUP:
                # A group's name alone at the foot of a page would be read past.
                self._need(3 * self._step + 6 * _PAD)
                self._group(line)
                continue
            self._line(line)
            if line.kind == LineKind.ROW:
                count += 1
                if progress is not None:
                    progress(count)
        self._legend()
        self._signatures()
        self._end_page()
        self._count_pages()

    # --- pages ------------------------------------------------------------------------------
    def _new_page(self) -> None:
        self._page += 1
        self._y = self._height - _MARGIN
        table = self._table
        if self._page == 1:
            beside = self._logo()
            self._put(table.company, REGULAR, 9, beside)
            self._put(table.title, BOLD, 14, beside)
            for text in table.subtitle:
                self._put(text, REGULAR, 8.5, beside)
            lowest = self._height - _MARGIN - _LOGO_HEIGHT if beside else self._y
            self._y = min(self._y, lowest) - 4
        self._heads()

    def _logo(self) -> float:
        """Put the logo into the corner, as large as it may be there; return the room it takes."""
        if not self._table.logo:
            return 0
        from reportlab.lib.utils import ImageReader  # noqa: PLC0415  # cold start

        picture = ImageReader(BytesIO(self._table.logo))
        wide, high = picture.getSize()
        scale = min(_LOGO_WIDTH / wide, _LOGO_HEIGHT / high)
        x, y = self._width - _MARGIN - wide * scale, self._height - _MARGIN - high * scale
        self._canvas.drawImage(picture, x, y, wide * scale, high * scale, mask="auto")
        return _LOGO_WIDTH + 8

    def _put(self, text: str, font: str, size: float, beside: float = 0) -> None:
        """Write a line of its own over the width but for what stands beside; go below it."""
        room = self._width - 2 * _MARGIN - beside
        for part in pdf_text.wrapped(text, font, size, room, _MOST_LINES):
            self._need(size * 1.35)
            self._y -= size * 1.35
            self._draw(_MARGIN, self._y, part, font, size)

    def _need(self, height: float) -> None:
        if self._y - height < _MARGIN + _FOOT:
            self._end_page()
            self._new_page()

    def _end_page(self) -> None:
        table, canvas = self._table, self._canvas
        parts = (table.company, table.title, table.made)
        left = " · ".join(part for part in parts if part)
        room = self._width - 2 * _MARGIN - 120
        (line,) = pdf_text.wrapped(left, REGULAR, 7, room, 1)
        self._draw(_MARGIN, _MARGIN, line, REGULAR, 7)
        canvas.saveState()
        canvas.translate(self._width - _MARGIN - 110, _MARGIN)
        canvas.doForm(f"page{self._page}")
        canvas.restoreState()
        canvas.showPage()

    def _count_pages(self) -> None:
        """Make the shapes that say which page of how many it is."""
        for page in range(1, self._page + 1):
            self._canvas.beginForm(f"page{page}", 0, -4, 110, 12)
            text = self._table.page_words % {"page": page, "pages": self._page}
            x = 110 - pdf_text.width(text, REGULAR, 7)
            self._draw(x, 0, text, REGULAR, 7)
            self._canvas.endForm()

    # --- lines ------------------------------------------------------------------------------
    def _heads(self) -> None:
        has_heads = any(box.column.head for box in self._boxes)
        texts = [
            [
                *([box.column.head] if has_heads else []),
                *self._wrapped(box.column.label, BOLD, box, is_cut=False),
            ]
            for box in self._boxes
        ]
        lines = max(map(len, texts))
        height = self._step * lines + 2 * _PAD
        self._fill(_MARGIN, self._y - height, self._right - _MARGIN, height, _HEAD)
        for box, own in zip(self._boxes, texts, strict=True):
            # They stand on the line above the rows.
            for n, text in enumerate(own, lines - len(own)):
                where = self._y - _PAD - (n + 0.8) * self._step
                self._aligned(box, where, text, BOLD, "#ffffff")
        self._y -= height

    def _group(self, line: Line) -> None:
        height = self._step + 2 * _PAD
        self._y -= height
        self._fill(_MARGIN, self._y, self._right - _MARGIN, height, _SUNKEN)
        text = str(value_of(line.cells[0]))
        self._draw(_MARGIN + _PAD, self._y + _PAD + 0.2 * self._step, text, BOLD, self._size)

    def _line(self, line: Line) -> None:
        font = REGULAR if line.kind == LineKind.ROW else BOLD
        texts = [
            self._wrapped(shown(cell, box.column.kind), font, box)
            for box, cell in zip(self._boxes, line.cells, strict=True)
        ]
        height = self._step * max(map(len, texts)) + 2 * _PAD
        self._need(height)
        top, self._y = self._y, self._y - height
        if line.kind != LineKind.ROW:
            self._fill(_MARGIN, self._y, self._right - _MARGIN, height, _SUNKEN)
        for n, (box, lines) in enumerate(zip(self._boxes, texts, strict=True)):
            cell = line.cells[n]
            tone = cell.tone if isinstance(cell, Cell) else box.column.tone
            ground, ink = _TONES.get(tone if line.kind == LineKind.ROW else "", ("", _TEXT))
            if ground:
                self._fill(box.x + 0.3, self._y + 0.3, box.width - 0.6, height - 0.6, ground)
            for row, text in enumerate(lines):
                self._aligned(box, top - _PAD - (row + 0.8) * self._step, text, font, ink)
            if isinstance(cell, Cell) and cell.is_flagged:
                self._corner(box, top)
        self._rule()

    def _wrapped(self, text: str, font: str, box: _Box, *, is_cut: bool = True) -> list[str]:
        if is_cut and box.column.kind != Kind.TEXT:
            return [text]
        room = box.width - 2 * _PAD
        return pdf_text.wrapped(text, font, self._size, room, _MOST_LINES, is_cut=is_cut)

    def _aligned(self, box: _Box, y: float, text: str, font: str, ink: str) -> None:
        size, long = self._size, pdf_text.width(text, font, self._size)
        if long > box.width - _PAD:
            # A code or a number is never cut, only written smaller.
            size *= (box.width - _PAD) / long
            long = box.width - _PAD
        room = box.width - long
        if box.column.kind in (Kind.TEXT, Kind.DATE):
            x = box.x + _PAD
        elif box.column.kind in (Kind.CODE, Kind.TIME):
            x = box.x + room / 2
        else:
            x = box.x + room - _PAD
        self._draw(x, y, text, font, size, ink)

    # --- below ------------------------------------------------------------------------------
    def _legend(self) -> None:
        table = self._table
        self._y -= 6
        if table.legend:
            self._put(" · ".join(f"{item.code} {item.text}" for item in table.legend), REGULAR, 7)
        for note in table.notes:
            self._put(note, REGULAR, 7)

    def _signatures(self) -> None:
        names = self._table.signatures
        if not names:
            return
        self._need(44)
        self._y -= 34
        room = (self._width - 2 * _MARGIN) / len(names)
        for n, name in enumerate(names):
            x = _MARGIN + n * room
            self._canvas.setStrokeColor(_TEXT)
            self._canvas.setLineWidth(0.5)
            self._canvas.line(x, self._y, x + room * 0.8, self._y)
            self._draw(x, self._y - 9, name, REGULAR, 7.5)

    # --- strokes ----------------------------------------------------------------------------
    def _draw(
        self, x: float, y: float, text: str, font: str, size: float, ink: str = _TEXT
    ) -> None:
        if text:
            self._canvas.setFillColor(ink)
            pdf_text.draw(self._canvas, x, y, text, font, size)

    def _fill(self, x: float, y: float, width: float, height: float, colour: str) -> None:
        self._canvas.setFillColor(colour)
        self._canvas.rect(x, y, width, height, stroke=0, fill=1)

    def _corner(self, box: _Box, top: float) -> None:
        """Mark the corner of a cell that needs somebody."""
        self._canvas.setFillColor(_FLAG)
        path = self._canvas.beginPath()
        right = box.x + box.width - 0.3
        path.moveTo(right, top - 0.3)
        path.lineTo(right - 3.4, top - 0.3)
        path.lineTo(right, top - 3.7)
        path.close()
        self._canvas.drawPath(path, stroke=0, fill=1)

    def _rule(self) -> None:
        self._canvas.setStrokeColor(_LINE)
        self._canvas.setLineWidth(0.3)
        self._canvas.line(_MARGIN, self._y, self._right, self._y)
