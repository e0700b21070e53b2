"""The payroll file: each source of a column, and the months kept as JSON."""

from __future__ import annotations

import json
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.enums import PayrollSource
from attendance.rules.payable import Payable, from_json, to_json
from attendance.rules.payroll import DEFAULT_LAYOUT, LayoutColumn, Value, hours, is_number, row
from attendance.rules.types import Step
from companies.enums import StipendBasis
from integrations.tables import csv_file

WHO = {"code": "ada", "name": "Ada", "department": "Design", "office": "Lima", "month": "2026-03"}
MONTH = Payable(
    base=62, outside=10, present=30, paid_leave=3, unpaid_leave=2, off=8, absent=5, unmarked=4,
    not_due=0, half_days=1, on_duty=2, work_from_home=4, lost=11, stipend=33,
    stipend_basis=StipendBasis.PRESENT_AND_LEAVE, stipend_money=Decimal("8250.10"),
    payable=41, worked_minutes=9010, unpaid_minutes=90,
    overtime={100: 30, 150: 75}, leave={"": 1, "CL": 3, "LOP": 1},
    steps=(Step("absent", {"date": "2026-03-02", "halves": 5}),),
)  # fmt: skip


@pytest.mark.parametrize(
    ("source", "value", "cell"),
    [
        (PayrollSource.FIXED, "X1", "X1"),
        (PayrollSource.CODE, "", "ada"),
        (PayrollSource.NAME, "", "Ada"),
        (PayrollSource.DEPARTMENT, "", "Design"),
        (PayrollSource.OFFICE, "", "Lima"),
        (PayrollSource.MONTH, "", "2026-03"),
        (PayrollSource.BASE, "", Decimal("31")),
        (PayrollSource.PAYABLE, "", Decimal("20.5")),
        (PayrollSource.STIPEND_DAYS, "", Decimal("16.5")),
        (PayrollSource.STIPEND_AMOUNT, "", Decimal("8250.10")),
        (PayrollSource.LOST, "", Decimal("5.5")),
        (PayrollSource.OUTSIDE, "", Decimal("5")),
        (PayrollSource.PRESENT, "", Decimal("15")),
        (PayrollSource.PAID_LEAVE, "", Decimal("1.5")),
        (PayrollSource.UNPAID_LEAVE, "", Decimal("1")),
        (PayrollSource.OFF, "", Decimal("4")),
        (PayrollSource.ABSENT, "", Decimal("2.5")),
        (PayrollSource.UNMARKED, "", Decimal("2")),
        (PayrollSource.LEAVE_OF_TYPE, "CL", Decimal("1.5")),
        (PayrollSource.LEAVE_OF_TYPE, "SL", Decimal("0")),
        (PayrollSource.WORKED_HOURS, "", Decimal("150.17")),
        (PayrollSource.WORKED_MINUTES, "", 9010),
        (PayrollSource.UNPAID_MINUTES, "", 90),
        (PayrollSource.OVERTIME_HOURS, "", Decimal("1.75")),
        (PayrollSource.OVERTIME_MINUTES, "", 105),
        (PayrollSource.OVERTIME_AT_RATE, "150", 75),
        (PayrollSource.OVERTIME_AT_RATE, "200", 0),
    ],
)
def test_each_source(source: PayrollSource, value: str, cell: Value) -> None:
    column = LayoutColumn(heading="x", source=source, value=value)
    (found,) = row([column], WHO, MONTH)
    assert (found, type(found)) == (cell, type(cell))
    assert is_number(source) is not isinstance(found, str)


def test_every_source_is_tested_above() -> None:
    marked = test_each_source.pytestmark[0]  # type: ignore[attr-defined]
    assert {case[0] for case in marked.args[1]} == set(PayrollSource)


def test_the_columns_until_hr_says_which() -> None:
    assert [column.heading for column in DEFAULT_LAYOUT] == [
        "code", "name", "month", "base", "payable", "lost", "worked_hours", "overtime_hours",
    ]  # fmt: skip
    assert row(DEFAULT_LAYOUT, WHO, MONTH)[:3] == ["ada", "Ada", "2026-03"]


@pytest.mark.parametrize(("minutes", "text"), [(0, "0.00"), (3, "0.05"), (20, "0.33"), (7, "0.12")])
def test_hours_to_the_hundredth(minutes: int, text: str) -> None:
    assert str(hours(minutes)) == text


@pytest.mark.parametrize("source", [PayrollSource.WORKED_HOURS, PayrollSource.OVERTIME_HOURS])
def test_the_words_of_a_column_write_hours_as_the_file_does(source: PayrollSource) -> None:
    assert str(source.label).endswith(f", as {csv_file.cell(hours(450))}")


def test_a_month_through_json_is_the_same_month() -> None:
    figures, steps = json.loads(json.dumps(to_json(MONTH)))
    assert from_json(figures, steps) == MONTH


@given(st.lists(st.sampled_from([s for s in PayrollSource if not s.takes_value])))
def test_a_row_has_a_cell_for_each_column(sources: list[PayrollSource]) -> None:
    layout = [LayoutColumn(heading=str(n), source=source) for n, source in enumerate(sources)]
    assert len(row(layout, WHO, MONTH)) == len(sources)
