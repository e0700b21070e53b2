"""CSV for programs and spreadsheets: the rows alone, under the keys of their columns.

The file begins with the mark of UTF-8, without which Excel reads it as another alphabet; Python
(`utf-8-sig`), pandas, R and LibreOffice know it. Names and sums of groups are no rows: a program
adds up by itself, and the group is a column, the last one.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Callable
from decimal import Decimal
from typing import IO

from integrations.tables.injection import harmless
from integrations.tables.model import GROUP, LineKind, Table, Value, value_of
from integrations.tables.words import plain


def write(table: Table, file: IO[bytes], progress: Callable[[int], None] | None = None) -> None:
    """Write the table into a binary file."""
    text = io.TextIOWrapper(file, encoding="utf-8-sig", newline="")
    # Texts are quoted, so that no other separator of a spreadsheet cuts one into cells.
    sheet = csv.writer(text, quoting=csv.QUOTE_NONNUMERIC)
    # The headings of the payroll file are words of HR.
    group = [GROUP] if table.is_grouped else []
    sheet.writerow([harmless(column.key) for column in table.columns] + group)
    count = 0
    for line in table.lines():
        if line.kind == LineKind.ROW:
            row = [cell(value_of(each)) for each in line.cells]
            sheet.writerow([*row, cell(line.group)] if table.is_grouped else row)
            count += 1
            if progress is not None:
                progress(count)
    text.flush()
    text.detach()


def cell(value: Value) -> str | int | Decimal:
    """Return what stands in the file: numbers bare, dates and times as ISO writes them."""
    if value is None:
        return ""
    if isinstance(value, dt.date):
        return value.isoformat()
    if isinstance(value, dt.time):
        return f"{value:%H:%M}"
    if isinstance(value, str):
        return harmless(value)
    return Decimal(plain(value)) if isinstance(value, Decimal) else value
