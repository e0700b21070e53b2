"""Rows on their way: written as lines of JSON by one run of a task, read back by a later one."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from typing import Any

from integrations.tables.model import Cell, Column, Kind, Row, Value

_DECIMALS = (Kind.DAYS, Kind.AMOUNT, Kind.MONEY)


def dumped(rows: Iterable[Row]) -> Iterator[bytes]:
    """Yield each row as one line; links stay behind, no file has them."""
    for row in rows:
        cells = [_out(cell) for cell in row.cells]
        yield json.dumps([row.group, cells], ensure_ascii=False).encode() + b"\n"


def loaded(lines: Iterable[bytes], columns: Sequence[Column]) -> Iterator[Row]:
    """Yield the rows of those lines."""
    for line in lines:
        group, cells = json.loads(line)
        kinds = (column.kind for column in columns)
        yield Row([_in(cell, kind) for cell, kind in zip(cells, kinds, strict=True)], group)


def _out(cell: Value | Cell) -> Any:
    if isinstance(cell, Cell):
        return [_out(cell.value), cell.tone, cell.is_flagged, cell.words]
    if isinstance(cell, dt.date | dt.time):
        return cell.isoformat()
    return str(cell) if isinstance(cell, Decimal) else cell


def _in(value: Any, kind: Kind) -> Value | Cell:
    if isinstance(value, list):
        bare, tone, is_flagged, words = value
        return Cell(_bare(bare, kind), tone, is_flagged, words)
    return _bare(value, kind)


def _bare(value: Any, kind: Kind) -> Value:
    if isinstance(value, str):
        if kind == Kind.DATE:
            return dt.date.fromisoformat(value)
        if kind == Kind.TIME:
            return dt.time.fromisoformat(value)
        if kind in _DECIMALS:
            return Decimal(value)
    found: Value = value
    return found
