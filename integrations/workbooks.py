"""Reads spreadsheets (XLSX) as rows of text, by calamine; nothing in them is run."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from typing import Any

# A workbook of a few hundred kB that unfolds to more than this is none that somebody made.
_MOST_UNFOLDED = 32 * 1024 * 1024
SIGNATURE = b"PK\x03\x04"


class NoWorkbook(ValueError):
    """The bytes are no workbook that can be read."""


def rows_of(content: bytes) -> list[list[str]]:
    """Return the cells of the first sheet as text: dates as 2026-01-31, numbers as 1.5.

    The first row is the sheet's first, so that a row's place is its number there.

    Raises:
        NoWorkbook: it is broken, locked, or unfolds to far more than it is.
    """
    import python_calamine  # noqa: PLC0415  # only where HR brings a workbook

    try:
        with zipfile.ZipFile(io.BytesIO(content)) as folded:
            if sum(item.file_size for item in folded.infolist()) > _MOST_UNFOLDED:
                raise NoWorkbook
        book = python_calamine.load_workbook(io.BytesIO(content))
        sheet = book.get_sheet_by_index(0)
        rows = sheet.to_python(skip_empty_area=False)
    except (zipfile.BadZipFile, python_calamine.CalamineError, IndexError, OSError) as error:
        raise NoWorkbook from error
    return [[_text(cell) for cell in row] for row in rows]


def _text(cell: Any) -> str:
    if isinstance(cell, dt.datetime):
        return cell.date().isoformat() if cell.time() == dt.time() else cell.isoformat(" ")
    if isinstance(cell, float) and not isinstance(cell, bool):
        # What 1.1 is in a file that holds it as a fraction of two: to fifteen places, as shown.
        return f"{cell:.15g}"
    return "" if cell is None else str(cell)
