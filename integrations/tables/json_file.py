"""JSON for programs: what the columns are, the rows by key, and the sums as the page shows them.

Amounts are strings, so that no reader rounds them; minutes and counts are numbers.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Callable
from decimal import Decimal
from typing import IO, Any

from integrations.tables.model import GROUP, Cell, Cells, Line, LineKind, Table, value_of
from integrations.tables.words import plain

SCHEMA = 1


def write(table: Table, file: IO[bytes], progress: Callable[[int], None] | None = None) -> None:
    """Write the table into a binary file, row by row."""
    head = {
        "schema": SCHEMA,
        "report": table.slug,
        "company": table.company,
        "title": table.title,
        "subtitle": list(table.subtitle),
        "columns": [
            {"key": column.key, "label": column.label, "kind": column.kind.value}
            for column in table.columns
        ],
        "legend": {item.code: item.text for item in table.legend},
        "notes": list(table.notes),
    }
    file.write(_text(head)[:-1] + b', "rows": [')
    sums: list[dict[str, Any]] = []
    count = 0
    for line in table.lines():
        if line.kind == LineKind.ROW:
            file.write((b",\n" if count else b"\n") + _text(_row(table, line)))
            count += 1
            if progress is not None:
                progress(count)
        elif line.kind != LineKind.GROUP:
            sums.append({"of": line.kind.value, "group": line.group, **_sums(table, line)})
    file.write(b'\n], "sums": ' + _text(sums) + b"}\n")


def _row(table: Table, line: Line) -> dict[str, Any]:
    row = _values(table, line.cells)
    if table.is_grouped:
        row[GROUP] = line.group
    flagged = {
        column.key: each.words
        for column, each in zip(table.columns, line.cells, strict=True)
        if isinstance(each, Cell) and each.is_flagged
    }
    if flagged:
        row["_flagged"] = flagged
    return row


def _values(table: Table, cells: Cells) -> dict[str, Any]:
    return {
        column.key: _value(value_of(each))
        for column, each in zip(table.columns, cells, strict=True)
    }


def _sums(table: Table, line: Line) -> dict[str, Any]:
    found = _values(table, line.cells)
    return {column.key: found[column.key] for column in table.columns if column.is_summed}


def _value(value: object) -> object:
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    return plain(value) if isinstance(value, Decimal) else value


def _text(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()
