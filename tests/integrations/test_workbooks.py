"""Workbooks as rows of text; what is none, or unfolds beyond reason, is refused."""

from __future__ import annotations

import datetime as dt
import io
import zipfile

import pytest
import xlsxwriter

from integrations import workbooks


def _book(*cells: object) -> bytes:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True, "default_date_format": "d mmm yyyy hh:mm"})
    book.add_worksheet().write_row(1, 0, cells)
    book.close()
    return made.getvalue()


def test_cells_are_text_as_they_show() -> None:
    day, moment = dt.datetime(2026, 1, 31), dt.datetime(2026, 1, 31, 9)  # noqa: DTZ001  # of a cell
    cells = ("m", 12345678, 1.1, -0.5, True, None, day, moment)
    assert workbooks.rows_of(_book(*cells)) == [
        [""] * 8,
        ["m", "12345678", "1.1", "-0.5", "True", "", "2026-01-31", "2026-01-31 09:00:00"],
    ]


def _zip(**files: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as folded:
        for name, content in files.items():
            folded.writestr(name, content)
    return made.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"PK\x03\x04",
        _zip(letter=b"x"),
        _book("m")[:-40],
        _zip(bomb=bytes(33 * 1024 * 1024)),
    ],
    ids=["nothing", "a beginning", "another zip", "cut off", "a bomb"],
)
def test_what_is_no_workbook_is_refused(content: bytes) -> None:
    with pytest.raises(workbooks.NoWorkbook):
        workbooks.rows_of(content)
