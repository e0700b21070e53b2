"""XLSX, opened with a reader, and looked into where a reader does not say."""

from __future__ import annotations

import datetime as dt
import io
import re
import zipfile
from decimal import Decimal

import pytest
from python_calamine import load_workbook

from integrations import photos
from integrations.tables import Column, Kind, Paper, Row, xlsx
from integrations.tables.xlsx import _letters
from tests.integrations import pictures
from tests.integrations.tables.tables import table, written


def _rows(data: bytes) -> list[list[object]]:
    sheet = load_workbook(io.BytesIO(data)).get_sheet_by_index(0)
    return sheet.to_python(skip_empty_area=False)


def _part(data: bytes, name: str) -> str:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return archive.read(name).decode()


def test_xlsx_holds_dates_times_and_numbers_as_such() -> None:
    rows = _rows(written("xlsx", table()))
    assert [row[0] for row in rows[:5]] == [
        "Muster roll, March 2026", "Kettle & Söhne", "3 people", "Made on 2 April", "",
    ]  # fmt: skip
    assert rows[5][:3] == ["", "Mo", ""]
    assert rows[6] == [
        "Name", "1", "Late", "Present", "Absent", "Days", "On", "At", "Paid", "Left",
    ]  # fmt: skip
    assert rows[7][0] == "Design"
    assert rows[8] == [
        "Maya", "½CL·½P", dt.timedelta(minutes=67), 1.5, 2.0, 3.5, dt.date(2026, 3, 2),
        dt.time(9, 4), 1234.5, 2.25,
    ]  # fmt: skip
    assert rows[9][0] == "=SUM(A1)"
    assert rows[10][:6] == ["Design, together", "", dt.timedelta(minutes=67), 2.0, 2.0, 4.0]
    assert rows[12][2] == dt.timedelta(hours=25)
    assert rows[14][:6] == ["All", "", dt.timedelta(minutes=1567), 3.0, 2.5, 5.5]
    assert [row[0] for row in rows[15:]] == [
        "", "P  Present", "Underlined: to clear up.", "",
        "Prepared by: ____________________", "", "Approved by: ____________________",
    ]  # fmt: skip


def test_xlsx_shows_whole_amounts_without_a_point() -> None:
    """By a format such as `0.##` a spreadsheet shows 2 as "2."; a page shows "2"."""
    styles = _part(written("xlsx", table()), "xl/styles.xml")
    formats = re.findall(r'formatCode="([^"]+)"', styles)
    assert "General;-General;&quot;–&quot;" in formats
    assert not [each for each in formats if re.search(r"\.#", each)]


def test_xlsx_adds_up_by_formulas_that_leave_out_sums_of_groups() -> None:
    sheet = _part(written("xlsx", table()), "xl/worksheets/sheet1.xml")
    formulas = re.findall(r'<c r="(\w+)"[^>]*><f>([^<]+)</f>', sheet)
    assert dict(formulas) == {
        **{f"F{row}": f"D{row}+E{row}" for row in (9, 10, 13)},
        **{f"{column}11": f"SUBTOTAL(9,{column}9:{column}10)" for column in "CDEF"},
        **{f"{column}14": f"SUBTOTAL(9,{column}13:{column}13)" for column in "CDEF"},
        **{f"{column}15": f"SUBTOTAL(9,{column}8:{column}14)" for column in "CDEF"},
    }


def test_xlsx_of_nobody_adds_nothing_up() -> None:
    data = written("xlsx", table([]))
    assert "<f>" not in _part(data, "xl/worksheets/sheet1.xml")
    assert _rows(data)[7][:4] == ["All", "", dt.timedelta(0), 0.0]


def test_xlsx_leaves_the_sum_of_money_that_nobody_has_empty() -> None:
    columns = (
        Column(key="name", label="Name"),
        Column(key="paid", label="Paid", kind=Kind.MONEY, is_summed=True),
    )
    for money, total in ((None, ""), (Decimal("2.5"), 2.5)):
        of = table([Row(("Maya", money))], columns=columns, is_grouped=False)
        (found,) = (row for row in _rows(written("xlsx", of)) if row[0] == "All")
        assert found == ["All", total]


def test_xlsx_freezes_the_heads_and_prints_across_on_one_width() -> None:
    sheet = _part(written("xlsx", table(paper=Paper.A3)), "xl/worksheets/sheet1.xml")
    assert '<pane xSplit="1" ySplit="7" topLeftCell="B8"' in sheet
    assert 'paperSize="8"' in sheet
    assert 'orientation="landscape"' in sheet
    assert 'fitToHeight="0"' in sheet
    assert "Kettle &amp;&amp; Söhne" in sheet
    assert "sheetProtection" not in sheet
    assert 'paperSize="9"' in _part(written("xlsx", table()), "xl/worksheets/sheet1.xml")
    assert "$6:$7" in _part(written("xlsx", table()), "xl/workbook.xml")


def test_xlsx_shows_tones_and_marks_more_than_by_colour() -> None:
    styles = _part(written("xlsx", table()), "xl/styles.xml")
    assert "FFFFECBD" in styles
    assert "<u/>" in styles
    assert "[h]:mm" in styles


def test_xlsx_takes_no_text_for_a_formula_an_address_or_a_number() -> None:
    texts = ["=1+1", "+1", "-1", "@a", "\tx", "http://a.example", "0012", "{=1}", "x" * 40_000]
    columns = (Column(key="a", label="=A()"), Column(key="b", label="B", kind=Kind.CODE))
    rows = [Row((text, text)) for text in texts[:-1]]
    data = written("xlsx", table(rows, columns=columns, is_grouped=False, notes=(texts[-1],)))
    sheet = _part(data, "xl/worksheets/sheet1.xml")
    assert "<f>" not in sheet and "<hyperlink" not in sheet
    found = _rows(data)
    assert found[5][0] == "=A()"
    assert [row[0] for row in found[6:14]] == texts[:-1]
    assert len(str(found[-5][0])) == 32_767


def test_columns_are_named_as_spreadsheets_do() -> None:
    assert [_letters(n) for n in (0, 25, 26, 51, 52, 701, 702)] == [
        "A", "Z", "AA", "AZ", "BA", "ZZ", "AAA",
    ]  # fmt: skip


def test_a_logo_stands_on_a_row_of_its_own_above_the_title() -> None:
    logo = photos.logo(pictures.encoded(pictures.plain(300, 96), "PNG"))
    data = written("xlsx", table(logo=logo))
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        assert archive.read("xl/media/image1.png") == logo
    assert [row[0] for row in _rows(data)[:2]] == ["", "Muster roll, March 2026"]
    sheet = _part(data, "xl/worksheets/sheet1.xml")
    assert '<pane xSplit="1" ySplit="8" topLeftCell="B9"' in sheet
    assert "SUBTOTAL(9,C9:C15)" in sheet
    assert 'descr="Kettle &amp; Söhne"' in _part(data, "xl/drawings/drawing1.xml")


def test_xlsx_leaves_no_row_out_without_a_word(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx, "MOST_ROWS", 12)
    with pytest.raises(xlsx.TooManyRows):
        written("xlsx", table())
