"""Totals of a month."""

import datetime as dt

import pytest

from attendance.rules import codes
from attendance.rules.codes import Halves
from attendance.rules.errors import InvalidInput
from attendance.rules.sheet import SheetRow, Totals, month_totals, summed, tally
from attendance.rules.types import Half, HalfKind
from tests.attendance.rules.build import judged, leave

CL = Half(HalfKind.LEAVE, "CL")


def row(day: int, first: Half, second: Half | None = None, **figures: int) -> SheetRow:
    halves: Halves = (first, second or first)
    return SheetRow(date=dt.date(2026, 3, day), halves=halves, **figures)


def test_month_totals_in_half_days() -> None:
    rows = [
        row(2, codes.PRESENT, late_minutes=12, worked_minutes=470),
        row(3, codes.PRESENT, early_minutes=7, worked_minutes=473),
        row(4, CL, codes.PRESENT, worked_minutes=240),
        row(5, CL, codes.ABSENT),
        row(6, *codes.HALF_WORKED, late_minutes=3, worked_minutes=200),
        row(7, codes.WEEKLY_OFF),
        row(8, codes.ON_DUTY),
        row(9, codes.ABSENT),
        row(10, codes.INCOMPLETE),
        row(11, codes.UNMARKED),
        row(12, codes.PRESENT, codes.HOLIDAY),
    ]
    assert month_totals(2026, 3, rows) == Totals(
        present_halves=2 + 2 + 1 + 1 + 2 + 1,
        absent_halves=1 + 2,
        leave_halves=1 + 1 + 1,
        off_halves=2 + 1,
        unmarked_halves=2 + 2 + 2 * 20,
        leave_by_code={"": 1, "CL": 2},
        late_count=2,
        late_minutes=15,
        early_count=1,
        early_minutes=7,
        worked_minutes=1383,
    )


@pytest.mark.parametrize(("year", "month", "days"), [(2026, 2, 28), (2028, 2, 29), (2026, 12, 31)])
def test_month_totals_without_rows_are_unmarked(year: int, month: int, days: int) -> None:
    totals = month_totals(year, month, [])
    assert (totals.unmarked_halves, totals.halves) == (2 * days, 2 * days)


def test_month_totals_take_verdicts_as_rows() -> None:
    totals = month_totals(2026, 3, [judged("in 13:30", "out 17:00", marks=(leave("am"),))])
    assert (totals.present_halves, totals.leave_by_code) == (1, {"CL": 1})
    assert (totals.late_count, totals.late_minutes, totals.worked_minutes) == (1, 30, 210)


@pytest.mark.parametrize("date", [dt.date(2026, 2, 28), dt.date(2026, 4, 1), dt.date(2025, 3, 2)])
def test_month_totals_refuse_another_month(date: dt.date) -> None:
    with pytest.raises(InvalidInput) as refused:
        month_totals(2026, 3, [SheetRow(date=date, halves=(CL, CL))])
    assert (refused.value.code, refused.value.values) == (
        "date_outside_month",
        {"date": date.isoformat()},
    )


def test_month_totals_refuse_a_date_twice() -> None:
    with pytest.raises(InvalidInput) as refused:
        month_totals(2026, 3, [row(2, CL), row(2, CL)])
    assert (refused.value.code, refused.value.values) == ("duplicate_date", {"date": "2026-03-02"})


def test_tally_of_one_date_for_several_people() -> None:
    totals = tally([row(2, codes.PRESENT), row(2, codes.ABSENT), row(2, codes.PRESENT, CL)])
    assert (totals.present_halves, totals.absent_halves, totals.leave_halves) == (3, 2, 1)
    assert totals.halves == 6


def test_totals_of_everybody() -> None:
    one = tally([row(2, codes.PRESENT, CL, late_minutes=3, worked_minutes=200)])
    other = tally([row(2, CL, codes.ABSENT), row(3, *codes.HALF_WORKED, early_minutes=5)])
    assert summed([one, other]) == Totals(
        present_halves=2, absent_halves=1, leave_halves=3, leave_by_code={"": 1, "CL": 2},
        late_count=1, late_minutes=3, early_count=1, early_minutes=5, worked_minutes=200,
    )  # fmt: skip
    assert summed([]) == Totals()
