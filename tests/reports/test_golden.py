"""The golden month, written out: page, XLSX, CSV, JSON and PDF say the same, cell by cell.

`golden.json` is what the month must be; it was worked out by hand from the rules, and is compared,
never written, by this test.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from python_calamine import load_workbook

from attendance.services.days import person_recompute
from companies.models import Employee
from companies.scoping import company_scope
from integrations.tables import Kind, shown
from integrations.tables.model import Value
from portal.reports import REPORTS, reports
from tests.integrations.tables.pdf import Reader
from tests.reports.golden import HERE, NOW, OF_LEAVE, Golden, _punch
from tests.reports.pages import read

ASKED = {
    "month": "2026-03",
    "grouped": "1",
    "from": "2026-03-01",
    "to": "2026-03-31",
    "size": "200",
}


@pytest.fixture
def hr(golden: Golden) -> Client:
    client = Client()
    client.force_login(golden.world.hari.user)
    return client


def _file(client: Client, slug: str, kind: str) -> bytes:
    answer = client.post(f"/reports/{slug}/file", {**ASKED, "format": kind})
    assert answer.status_code == 200, answer
    return b"".join(answer.streaming_content)  # type: ignore[attr-defined]


def _json(client: Client, slug: str) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(_file(client, slug, "json"))
    return found


def _value(column: dict[str, str], value: Any) -> Value:
    """Return what the file's value is, by what the column says of itself."""
    kind = Kind(column["kind"])
    if value is None or value == "":
        return None
    if kind == Kind.DATE:
        return dt.date.fromisoformat(value)
    if kind == Kind.TIME:
        return dt.time.fromisoformat(value)
    return Decimal(value) if kind in (Kind.DAYS, Kind.AMOUNT, Kind.MONEY) else value


def _rows(found: dict[str, Any]) -> list[list[Value]]:
    columns = found["columns"]
    return [[_value(column, row[column["key"]]) for column in columns] for row in found["rows"]]


def _texts(found: dict[str, Any]) -> list[list[str]]:
    kinds = [Kind(column["kind"]) for column in found["columns"]]
    return [
        [shown(value, kind) for value, kind in zip(row, kinds, strict=True)] for row in _rows(found)
    ]


def test_the_golden_month_is_what_it_must_be(hr: Client) -> None:
    found = {slug: _json(hr, slug) for slug in reports()}
    made = {
        slug: {
            "columns": [column["key"] for column in each["columns"]],
            "rows": [[str(value) if value is not None else "" for value in row.values()]
                     for row in each["rows"]],
            "sums": each["sums"],
        }
        for slug, each in found.items()
    }  # fmt: skip
    expected = json.loads((HERE / "golden.json").read_text("utf-8"))
    assert expected.keys() == made.keys() - OF_LEAVE
    for slug in expected:
        assert made[slug] == expected[slug], slug


def test_the_pages_tell_how_they_count_as_the_files_do(hr: Client) -> None:
    note = "Payable is days to pay, less those not employed or not over, less those lost."
    assert note in hr.get("/reports/payable-days/", ASKED).text
    assert note in _file(hr, "payable-days", "json").decode()


def test_every_code_is_in_the_golden_month(hr: Client) -> None:
    cells = {row[f"d{n}"] for row in _json(hr, "muster-roll")["rows"] for n in range(1, 32)}
    assert cells == {
        "", "P", "A", "CL", "½CL·½P", "½A·½SL", "½P·½H", "½A·½H", "HD", "WFH", "OD", "INC",
        "WO", "H",
    }  # fmt: skip


SLUGS = [name.rpartition(".")[2] for name in REPORTS]


def _each(hr: Client) -> Iterator[tuple[str, dict[str, Any]]]:
    """Yield the reports that the golden month fills; leave has its own in tests/leave."""
    for slug in reports():
        if slug not in OF_LEAVE:
            yield slug, _json(hr, slug)


def test_the_page_shows_the_same_cells(hr: Client) -> None:
    for slug, found in _each(hr):
        address = "/team/roll/" if slug == "muster-roll" else f"/reports/{slug}/"
        answer = hr.get(address, ASKED)
        page = read(answer.content.decode())
        rows = [row for row in page.rows if len(row) == len(found["columns"])]
        heads = [column["label"] for column in found["columns"]]
        assert [text[2:] if text[:2].isalpha() and text[2:].isdigit() else text
                for text in page.head] == heads, slug  # fmt: skip
        sums = [row for row in rows if row[0] == "All" or row[0].endswith("together")
                or row[0] == "Days of people"]  # fmt: skip
        assert [row for row in rows if row not in sums] == _texts(found), slug
        assert len(sums) == len(found["sums"]), slug
        for row, expected in zip(sums, found["sums"], strict=True):
            for column, text in zip(found["columns"], row, strict=True):
                if column["key"] in expected:
                    value = _value(column, expected[column["key"]])
                    assert text == shown(value, Kind(column["kind"])), (slug, column["key"])


def test_the_spreadsheet_holds_the_same_cells(hr: Client) -> None:
    for slug, found in _each(hr):
        book = load_workbook(io.BytesIO(_file(hr, slug, "xlsx")))
        sheet = book.get_sheet_by_index(0).to_python()
        width = len(found["columns"])
        heads = [column["label"] for column in found["columns"]]
        begin = next(n for n, row in enumerate(sheet) if row[:width] == heads) + 1
        body = sheet[begin:]
        rows = [row for row in body if _is_row(row, found)]
        assert [[_plain(value) for value in row[:width]] for row in rows] == [
            [
                _like_excel(value, column)
                for value, column in zip(row, found["columns"], strict=True)
            ]
            for row in _rows(found)
        ], slug
        sums = [row for row in body if _is_sum(row)]
        for row, expected in zip(sums, found["sums"], strict=True):
            for column, value in zip(found["columns"], row, strict=False):
                if column["key"] in expected:
                    wanted = _like_excel(_value(column, expected[column["key"]]), column)
                    assert _plain(value) == wanted, (slug, column["key"])


def _is_sum(row: list[Any]) -> bool:
    first = str(row[0])
    return first in ("All", "Days of people") or first.endswith("together")


def _is_row(row: list[Any], found: dict[str, Any]) -> bool:
    filled = sum(value != "" for value in row)
    return filled > 1 and not _is_sum(row)


def _plain(value: Any) -> Any:
    if isinstance(value, dt.timedelta):
        return round(value.total_seconds() / 60)
    return float(value) if isinstance(value, int | float) else (value or None)


def _like_excel(value: Value, column: dict[str, str]) -> Any:
    if column["kind"] == "minutes":
        return value
    return float(value) if isinstance(value, int | Decimal) else value


def test_csv_holds_the_same_cells(hr: Client) -> None:
    for slug, found in _each(hr):
        text = _file(hr, slug, "csv").decode("utf-8-sig")
        head, *rows = csv.reader(io.StringIO(text, newline=""))
        groups = ["_group"] if "grouped" in reports()[slug].filters else []
        assert head == [*(column["key"] for column in found["columns"]), *groups]
        assert rows == [
            ["" if row[key] is None else str(row[key]) for key in head] for row in found["rows"]
        ], slug


def test_the_pdf_says_the_same(hr: Client) -> None:
    for slug, found in _each(hr):
        pages = Reader(_file(hr, slug, "pdf:a3")).pages()
        assert {page.texts[-1] for page in pages} == {
            f"Page {n} of {len(pages)}" for n in range(1, len(pages) + 1)
        }
        texts = [text for page in pages for text in page.texts]
        begin = 0
        for row in _texts(found):
            for text in filter(None, row):
                # In the order of the rows, each after the one before.
                begin = texts.index(text, begin) + 1


def test_the_night_in_which_the_clocks_go_back_has_nine_hours(golden: Golden, hr: Client) -> None:
    ned = golden.people["ned"]
    _punch(golden.world, ned, "10-31 23:00", "11-01 07:00")
    with company_scope(golden.company):
        fresh = Employee.objects.select_related("company").get(pk=ned.pk)
        day = dt.date(2026, 10, 31)
        person_recompute(employee=fresh, first=day, last=day, now=NOW + dt.timedelta(days=230))
    asked = {"from": "2026-10-31", "to": "2026-10-31", "format": "json", "q": "ned"}
    answer = hr.post("/reports/shifts/file", asked)
    (row,) = json.loads(b"".join(answer.streaming_content))["rows"]  # type: ignore[attr-defined]
    assert (row["worked"], row["out"], row["out_on"]) == (540, "07:00", "2026-11-01")
