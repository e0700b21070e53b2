"""Tables: lines and sums, words, and the two plain formats."""

from __future__ import annotations

import csv
import datetime as dt
import gc
import io
import json
import subprocess
import sys
from collections.abc import Iterator
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations.tables import FORMATS, Cell, Column, Kind, LineKind, Row, shown, value_of
from integrations.tables.injection import harmless
from tests.integrations.tables.tables import HALF, ROWS, table, written


def test_lines_name_groups_and_add_them_up() -> None:
    lines = list(table().lines())
    assert [(line.kind.value, value_of(line.cells[0])) for line in lines] == [
        ("group", "Design"),
        ("row", "Maya"),
        ("row", "=SUM(A1)"),
        ("subtotal", "Design, together"),
        ("group", "Ops & more"),
        ("row", "माया क्षेत्री"),
        ("subtotal", "Ops & more, together"),
        ("total", "All"),
    ]
    assert list(lines[-1].cells) == [
        "All", None, 1567, Decimal(3), Decimal("2.5"), Decimal("5.5"), None, None, None, None,
    ]  # fmt: skip
    assert lines[3].cells[2:6] == [67, Decimal(2), Decimal(2), Decimal(4)]


def test_without_groups_there_is_one_sum_and_without_a_label_none() -> None:
    kinds = [line.kind for line in table(is_grouped=False).lines()]
    assert kinds == [LineKind.ROW] * 3 + [LineKind.TOTAL]
    bare = table(is_grouped=False, total_label="")
    assert [line.kind for line in bare.lines()] == [LineKind.ROW] * 3
    assert [line.kind for line in table([]).lines()] == [LineKind.TOTAL]


def test_a_group_is_named_by_itself_where_its_sum_has_no_words() -> None:
    lines = list(table(labels={}).lines())
    assert value_of(lines[3].cells[0]) == "Design"


@given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 5000)), max_size=30))
def test_sums_of_groups_add_up_to_the_total(found: list[tuple[str, int]]) -> None:
    columns = (
        Column(key="n", label="N"),
        Column(key="m", label="M", kind=Kind.COUNT, is_summed=True),
    )
    rows = [Row(("x", count), group=group) for group, count in sorted(found)]
    lines = list(table(rows, columns=columns).lines())
    total = [line.cells[1] for line in lines if line.kind == LineKind.TOTAL]
    parts = [line.cells[1] for line in lines if line.kind == LineKind.SUBTOTAL]
    assert total == [sum(count for _group, count in found)]
    assert sum(int(str(part)) for part in parts) == total[0]


@pytest.mark.parametrize(
    ("value", "kind", "text"),
    [
        (None, Kind.DAYS, ""),
        (0, Kind.COUNT, "–"),
        (12, Kind.COUNT, "12"),
        (Decimal("2.5"), Kind.DAYS, "2½"),
        (HALF, Kind.DAYS, "½"),
        (Decimal("10"), Kind.DAYS, "10"),
        (Decimal("-0.5"), Kind.DAYS, "-0.5"),
        (Decimal("1.2500"), Kind.DAYS, "1.25"),
        (Decimal("0.0"), Kind.DAYS, "–"),
        (10290, Kind.MINUTES, "171:30"),
        (-61, Kind.MINUTES, "−1:01"),
        (Decimal("1234.5"), Kind.MONEY, "1,234.50"),
        (Decimal("10.0000"), Kind.AMOUNT, "10"),
        (dt.date(2026, 3, 2), Kind.DATE, "Mon 2 Mar 2026"),
        (dt.time(9, 4), Kind.TIME, "09:04"),
        ("WO", Kind.CODE, "WO"),
        (Cell("H", "off"), Kind.CODE, "H"),
    ],
)
def test_words_of_a_cell(value: object, kind: Kind, text: str) -> None:
    assert shown(value, kind) == text  # type: ignore[arg-type]


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@a", "\ta", "\ra", "\na", " =1", "＝1", "＠a"])
def test_what_would_be_a_formula_is_led_by_an_apostrophe(text: str) -> None:
    assert harmless(text) == f"'{text}"
    assert harmless(f"a{text}") == f"a{text}"


def test_csv_holds_the_rows_under_their_keys() -> None:
    data = written("csv", table())
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.reader(io.StringIO(data.decode("utf-8-sig"), newline="")))
    assert rows == [
        ["name", "d1", "late", "present", "absent", "days", "on", "at", "paid", "left", "_group"],
        ["Maya", "½CL·½P", "67", "1.5", "2", "3.5", "2026-03-02", "09:04", "1234.5", "2.25",
         "Design"],
        ["'=SUM(A1)", "P", "0", "0.5", "0", "0.5", "", "", "", "0", "Design"],
        ["माया क्षेत्री", "", "1500", "1", "0.5", "1.5", "2026-03-29", "23:59", "-1", "-2",
         "Ops & more"],
    ]  # fmt: skip
    plain = written("csv", table(is_grouped=False)).decode("utf-8-sig")
    assert plain.splitlines()[0].endswith('"left"')


def test_a_heading_of_csv_is_no_formula_either() -> None:
    columns = (Column(key="＝1+1", label="A"), Column(key="net", label="B"))
    data = written("csv", table((Row(("a", "b")),), columns=columns, is_grouped=False))
    assert data.decode("utf-8-sig").splitlines()[0] == '"\'＝1+1","net"'


def test_json_holds_columns_rows_marks_and_sums() -> None:
    found = json.loads(written("json", table()))
    assert found["schema"] == 1
    assert (found["report"], found["company"]) == ("muster-roll", "Kettle & Söhne")
    assert found["columns"][2] == {"key": "late", "label": "Late", "kind": "minutes"}
    assert found["legend"] == {"P": "Present"}
    assert found["rows"][0] == {
        "name": "Maya", "d1": "½CL·½P", "late": 67, "present": "1.5", "absent": "2",
        "days": "3.5", "on": "2026-03-02", "at": "09:04", "paid": "1234.5", "left": "2.25",
        "_group": "Design", "_flagged": {"d1": "Check-out is missing"},
    }  # fmt: skip
    assert found["rows"][1]["name"] == "=SUM(A1)"
    assert found["rows"][1]["on"] is None
    assert [(each["of"], each["group"], each["days"]) for each in found["sums"]] == [
        ("subtotal", "Design", "4"), ("subtotal", "Ops & more", "1.5"), ("total", "", "5.5"),
    ]  # fmt: skip


_MONEY = (Column(key="name", label="Name"),
          Column(key="paid", label="Paid", kind=Kind.MONEY, is_summed=True))  # fmt: skip


@pytest.mark.parametrize(
    ("moneys", "value", "words"),
    [
        ([], None, ""),
        # Nobody has an amount: there is no sum either, neither 0 nor a number of another kind.
        ([None, None], None, ""),
        ([None, Decimal("1234.50"), Cell(Decimal("0.25"))], "1234.75", "1,234.75"),
        ([Decimal("5"), Decimal("-5")], "0", "–"),
    ],
)
def test_money_that_nobody_has_has_no_sum(moneys: list[Any], value: str | None, words: str) -> None:
    rows = [Row(("Maya", money)) for money in moneys]
    of = table(rows, columns=_MONEY, is_grouped=False)
    *_lines, total = of.lines()
    assert shown(total.cells[1], Kind.MONEY) == words
    (found,) = json.loads(written("json", of))["sums"]
    assert found["paid"] == value


def test_json_without_groups_names_none() -> None:
    found = json.loads(written("json", table(is_grouped=False)))
    assert "_group" not in found["rows"][0]
    assert json.loads(written("json", table([])))["rows"] == []


@pytest.mark.parametrize("kind", sorted(FORMATS))
def test_writers_tell_how_far_they_are_and_keep_no_row(kind: str) -> None:
    said: list[int] = []
    given: list[Row] = []

    def rows() -> Iterator[Row]:
        for row in ROWS:
            # Each row was written before the next one is asked for.
            assert said == list(range(1, len(given) + 1))
            given.append(row)
            yield row

    FORMATS[kind].write(table(rows()), io.BytesIO(), said.append)
    assert said == [1, 2, 3]


def test_a_page_pays_for_no_library_of_files() -> None:
    code = (
        "import sys, integrations.tables\n"
        "print(sorted({'xlsxwriter', 'reportlab', 'uharfbuzz', 'csv'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)  # noqa: S603
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("name", sorted(FORMATS))
def test_what_the_process_has_loaded_is_not_looked_through_while_a_file_is_written(
    name: str,
) -> None:
    frozen: list[bool] = []

    def rows() -> Iterator[Row]:
        for row in ROWS:
            frozen.append(gc.get_freeze_count() > 0)
            yield row

    FORMATS[name].write(table(rows()), io.BytesIO())
    assert frozen == [True] * 3
    assert gc.get_freeze_count() == 0


def test_a_file_that_fails_leaves_the_collector_as_it_was() -> None:
    def rows() -> Iterator[Row]:
        raise LookupError
        yield

    with pytest.raises(LookupError):
        FORMATS["csv"].write(table(rows()), io.BytesIO())
    assert gc.get_freeze_count() == 0
