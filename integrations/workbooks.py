"""Reads spreadsheets (XLSX) as rows of text, by calamine, and makes ones to be filled in.

Nothing in them is run.
"""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from collections.abc import Collection, Iterable, Sequence
from typing import Any

# A workbook of a few hundred kB that unfolds to more than this is none that somebody made.
_MOST_UNFOLDED = 32 * 1024 * 1024
# Of a column to fill in; and down to which row a choice is offered.
_WIDTH, _MOST_CHOSEN = 18, 2000
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


def to_fill_in(
    columns: Sequence[str],
    rows: Iterable[Sequence[str]],
    *,
    dates: Collection[str],
    choices: tuple[str, str, Sequence[tuple[str, str]]],
) -> bytes:
    """Return a workbook with a head, the beginnings of its rows, and places for the rest.

    What is typed into the columns `dates` is read as dates; `choices` is a column, the name of the
    sheet beside, and what may be chosen there, each with its words.
    """
    from xlsxwriter import Workbook  # noqa: PLC0415  # only where HR asks for one

    content = io.BytesIO()
    plain = {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    with Workbook(content, {"in_memory": True, **plain}) as book:
        head, date = book.add_format({"bold": True}), book.add_format({"num_format": "yyyy-mm-dd"})
        sheet = book.add_worksheet("Leave")
        sheet.freeze_panes(1, 0)
        for place, name in enumerate(columns):
            sheet.set_column(place, place, _WIDTH, date if name in dates else None)
            sheet.write_string(0, place, name, head)
        for number, cells in enumerate(rows, start=1):
            for place, text in enumerate(cells):
                sheet.write_string(number, place, text)
        column, title, items = choices
        beside = book.add_worksheet(title)
        beside.set_column(0, 1, _WIDTH)
        for number, (value, words) in enumerate(items):
            beside.write_string(number, 0, value)
            beside.write_string(number, 1, words)
        if items:
            place = columns.index(column)
            source = f"='{title}'!$A$1:$A${len(items)}"
            sheet.data_validation(
                1, place, _MOST_CHOSEN, place, {"validate": "list", "source": source}
            )
    return content.getvalue()
