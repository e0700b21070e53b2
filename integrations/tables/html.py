"""The rows of a table as a page shows them.

Written here and not by a template: a page of a register has ten thousand cells, for each of which
a template would look up a dozen names.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from integrations.tables.model import Cell, Column, Kind, Line, LineKind, Table, Value, value_of
from integrations.tables.words import shown

# An empty day is opened too, so there is something to tap.
_EMPTY = "·"


def head(table: Table, *, today: str = "") -> SafeString:
    """Return the row of heads; `today` is the key of the column to point out."""
    cells = []
    for n, column in enumerate(table.columns):
        above = f"<span>{escape(column.head)}</span>" if column.head else ""
        marked = " is-today" if today and column.key == today else ""
        classes = f"{_class(column, n)}{marked}"
        cells.append(f'<th scope="col" class="{classes}">{above}{escape(column.label)}</th>')
    return mark_safe(f"<tr>{''.join(cells)}</tr>")  # noqa: S308  # all of it escaped above


def body(table: Table, lines: Iterable[Line]) -> SafeString:
    """Return the rows of these lines of the table."""
    return mark_safe("\n".join(_rows(table, lines)))  # noqa: S308  # all of it escaped below


def _rows(table: Table, lines: Iterable[Line]) -> Iterator[str]:
    columns = table.columns
    classes = [_class(column, n) for n, column in enumerate(columns)]
    for line in lines:
        if line.kind == LineKind.GROUP:
            name = escape(str(value_of(line.cells[0])))
            rest = f'<td colspan="{len(columns) - 1}"></td>' if len(columns) > 1 else ""
            yield f'<tr class="is-group"><th scope="row" class="t-name">{name}</th>{rest}</tr>'
            continue
        links = line.links or (None,) * len(columns)
        cells = [
            _cell(cell, columns[n], classes[n], links[n] if n < len(links) else None, n)
            for n, cell in enumerate(line.cells)
        ]
        kind = "" if line.kind == LineKind.ROW else ' class="is-sum"'
        yield f"<tr{kind}>{''.join(cells)}</tr>"


def _class(column: Column, n: int) -> str:
    if n == 0:
        return "t-name"
    if column.kind == Kind.CODE:
        return "t-code"
    return "t-number" if column.kind.is_number or column.kind == Kind.TIME else "t-text"


def _cell(cell: Value | Cell, column: Column, classes: str, link: str | None, n: int) -> str:
    text = escape(shown(cell, column.kind))
    if type(cell) is Cell:
        return f'<td class="{classes}">{_coded(cell, text, link)}</td>'
    inner = f'<a href="{escape(link)}">{text}</a>' if link else text
    if n == 0:
        return f'<th scope="row" class="{classes}">{inner}</th>'
    return f'<td class="{classes}">{inner}</td>'


def _coded(cell: Cell, text: str, link: str | None) -> str:
    """Return a cell with a tone: a link that says its code and what it means."""
    names = "t-cell is-flagged" if cell.is_flagged else "t-cell"
    if len(text) > 3:
        names += " is-long"
    look = f'class="{names}" data-tone="{escape(cell.tone)}"'
    words = escape(cell.words)
    if link:
        said = f"{text}, {words}" if text and words else words or text
        return f'<a {look} href="{escape(link)}" aria-label="{said}">{text or _EMPTY}</a>'
    spoken = f'<span class="vh"> {words}</span>' if words else ""
    return f"<span {look}>{text}{spoken}</span>"
