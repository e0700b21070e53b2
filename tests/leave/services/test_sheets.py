"""Files of HR, line by line: what is read, and what is amiss in words with its line."""

from __future__ import annotations

import datetime as dt
import io
from decimal import Decimal

import pytest
import xlsxwriter

from leave.enums import SheetKind
from leave.errors import SheetUnfit
from leave.services import sheets

HEAD = "employee,type,amount,from,until,reason\n"


def read(text: str, kind: SheetKind = SheetKind.GRANT) -> sheets.Read:
    return sheets.read(text.encode(), kind)


def test_a_line_is_read() -> None:
    found = read(HEAD + "maya, al ,1.5,2026-01-31,2026-12-31,Long service\n")
    assert found.rows == [
        sheets.Row(
            number=2, employee="maya", type="AL", amount=Decimal("1.5"),
            starts_on=dt.date(2026, 1, 31), ends_on=dt.date(2026, 12, 31), reason="Long service",
        )
    ]  # fmt: skip
    assert found.problems == {}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Reason;From;Amount;Type;Employee\nx;2026-01-01;1,5;AL;m\n", "1.5"),
        ("employee\ttype\tamount\tfrom\nm\tAL\t+2\t2026-01-01\n", "2"),
        ("\ufeffemployee,type,amount,from,,\nm,AL,2,2026-01-01,,\n,,,,,\n", "2"),
        ('\n\nemployee,name,type,amount,from\n"m","=cmd()","AL","3","2026-01-01"\n', "3"),
    ],
)
def test_what_spreadsheets_make_of_it(text: str, expected: str) -> None:
    (row,) = read(text).rows
    assert (row.employee, row.amount) == ("m", Decimal(expected))


def test_a_workbook_is_read_as_it_shows() -> None:
    made = io.BytesIO()
    book = xlsxwriter.Workbook(made, {"in_memory": True})
    sheet = book.add_worksheet()
    sheet.write_row(1, 0, ["Employee", "Type", "Amount", "From", "Until", "Reason"])
    sheet.write_row(2, 0, [1042, "al", 1.1])
    as_date = book.add_format({"num_format": "d mmm yyyy"})
    sheet.write_datetime(2, 3, dt.datetime(2026, 1, 31), as_date)  # noqa: DTZ001  # of a cell
    sheet.write_formula(3, 5, "=1+1", None, 2)
    sheet.write_row(4, 0, ["m", "AL", "one", "2026-01-01"])
    book.close()

    found = sheets.read(made.getvalue(), SheetKind.GRANT)

    assert found.rows == [
        sheets.Row(
            number=3, employee="1042", type="AL", amount=Decimal("1.1"),
            starts_on=dt.date(2026, 1, 31), ends_on=None, reason="",
        )
    ]  # fmt: skip
    assert list(found.problems) == [5]


def test_lines_have_the_numbers_of_a_spreadsheet() -> None:
    found = read(
        HEAD + 'm,AL,,2026-01-01,,\n\nm,AL,2,2026-01-01,,"two\nlines"\nm,AL,x,2026-01-01,,\n'
    )
    assert [row.number for row in found.rows] == [4]
    assert list(found.problems) == [5]


@pytest.mark.parametrize(
    ("cells", "kind", "expected"),
    [
        (",AL,1,2026-01-01,,", "grant", "“employee” is empty."),
        ("m,,1,2026-01-01,,", "grant", "“type” is empty."),
        ("m,AL,1,,,", "grant", "“from” is empty."),
        ("m,AL,one,2026-01-01,,", "grant", "“one” is no amount."),
        ('m,AL,"1,234",2026-01-01,,', "grant", "“1,234” is no amount."),
        ("m,AL,1.23456,2026-01-01,,", "grant", "“1.23456” is no amount."),
        ("m,AL,=1+1,2026-01-01,,", "grant", "“=1+1” is no amount."),
        ("m,AL,1e5,2026-01-01,,", "grant", "“1e5” is no amount."),
        ("m,AL,0,2026-01-01,,", "grant", "Zero changes nothing."),
        ("m,AL,-1,2026-01-01,,", "grant", "A grant is above zero."),
        ("m,AL,1,01/02/2026,,", "grant", "“from” is no date: write “01/02/2026” like 2026-01-31."),
        ("m,AL,1,0026-01-01,,", "grant", "“from” is no date"),
        ("m,AL,1,2026-01-02,2026-01-01,", "grant", "“until” is before “from”."),
        ("m,AL,1,2026-01-02,2026-01-03,", "adjustment", "“until” must be empty"),
        ("m,AL,-1,2026-01-02,2026-01-03,", "opening", "“until” must be empty"),
        (f"m,AL,1,2026-01-02,,{'x' * 251}", "grant", "The reason is too long"),
    ],
)
def test_what_is_amiss_with_a_line(cells: str, kind: str, expected: str) -> None:
    found = read(f"{HEAD}{cells}\n", SheetKind(kind))
    assert found.rows == []
    assert expected in found.problems[2]


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "The file is empty."),
        (b" \n,,\n", "The file is empty."),
        (HEAD.encode(), "No line has an amount."),
        (b"PK\x03\x04rest", "This workbook cannot be read."),
        (b"\xd0\xcf\x11\xe0rest", "This workbook cannot be read."),
        ("employee,type,amount,from\nJosé".encode("latin-1"), "These letters cannot be read."),
        ("employee".encode("utf-16"), "These letters cannot be read."),
        (b"employee,type,from\n", "“amount” is missing."),
        (b"employee,type,amount,from,salary\n", "The column “salary” is not known."),
        (b"employee,type,amount,from,type\n", "The column “type” stands there twice."),
        (b"x" * (sheets.MOST_BYTES + 1), "The file is larger than 256 kB."),
        (HEAD.encode() + b"m,AL,1,2026-01-01,,\n" * 2001, "more than 2000 lines"),
    ],
)
def test_files_that_cannot_be_read(content: bytes, expected: str) -> None:
    with pytest.raises(SheetUnfit) as refused:
        sheets.read(content, SheetKind.GRANT)
    assert expected in str(refused.value)


def test_the_template_runs_nothing_in_a_spreadsheet_and_comes_back() -> None:
    text = "".join(sheets.template([("-7", "=HYPERLINK()"), ("m1", "Maya, the weaver")]))
    assert text.splitlines() == [
        "employee,name,type,amount,from,until,reason",
        "'-7,'=HYPERLINK(),,,,,",
        'm1,"Maya, the weaver",,,,,',
    ]
    filled = text.replace("'-7,'=HYPERLINK(),,", "'-7,'=HYPERLINK(),AL,2").replace(
        "AL,2,,,", "AL,2,2026-01-01,,"
    )
    (row,) = read(filled).rows
    assert (row.employee, row.amount) == ("-7", Decimal(2))
