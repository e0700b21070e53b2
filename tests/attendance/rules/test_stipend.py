"""Stipend days: by a table of months, and by a property of every one."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.enums import Portion
from attendance.rules import codes
from attendance.rules.payable import Payable, PayDate
from attendance.rules.stipend import stipend_halves, with_stipend
from companies.enums import PayableBasis, StipendBasis
from tests.attendance.rules.test_payable import BOTH, CL, LOP, day, mark, month, pay_dates
from tests.repository import texts

OFF = codes.WEEKLY_OFF
PRESENT, LEAVE, PAYABLE = StipendBasis


# Halves: of the days present, of those and paid leave, of the payable days.
@pytest.mark.parametrize(
    ("days", "halves"),
    [
        ([], (0, 0, 0)),
        ([day(2, codes.PRESENT)], (2, 2, 2)),
        ([day(2, *codes.HALF_WORKED)], (1, 1, 1)),
        ([day(2, codes.ON_DUTY), day(3, codes.WORK_FROM_HOME)], (4, 4, 4)),
        ([day(2, codes.WORK_FROM_HOME, codes.ABSENT)], (1, 1, 1)),
        ([day(2, CL, marks=[mark("CL")])], (0, 2, 2)),
        ([day(2, CL, codes.PRESENT, marks=[mark("CL", Portion.AM)])], (1, 2, 2)),
        ([day(2, LOP, marks=[mark("LOP", paid=False)])], (0, 0, 0)),
        ([day(1, OFF, off=BOTH), day(2, codes.PRESENT)], (2, 2, 4)),
        ([day(2, codes.ABSENT), day(3, codes.INCOMPLETE)], (0, 0, 0)),
        ([day(2, codes.UNMARKED, is_due=False)], (0, 0, 2)),
        # Not employed, or not over.
        ([day(2, None), day(3, codes.PRESENT)], (2, 2, 2)),
    ],
)
def test_of_each_basis(days: list[PayDate], halves: tuple[int, int, int]) -> None:
    found = month(*days)
    assert tuple(stipend_halves(found, basis) for basis in StipendBasis) == halves


def test_a_day_off_worked_makes_up_for_an_absence_and_gives_no_more() -> None:
    days = [day(1, codes.PRESENT, off=BOTH), day(2, codes.PRESENT), day(3, codes.ABSENT)]
    found = month(*days, basis=PayableBasis.WORKING_DAYS)
    assert (found.base, stipend_halves(found, PRESENT), stipend_halves(found, PAYABLE)) == (4, 4, 2)
    found = month(*days[:2], basis=PayableBasis.WORKING_DAYS)
    assert (found.base, found.present, stipend_halves(found, LEAVE)) == (2, 4, 2)


def test_a_month_with_its_stipend() -> None:
    found = with_stipend(month(day(2, codes.PRESENT), day(3, codes.ABSENT)), LEAVE)
    assert (found.stipend, found.stipend_basis, found.absent) == (2, LEAVE, 2)


def test_what_was_present_is_told_apart() -> None:
    found = month(
        day(2, codes.ON_DUTY), day(3, codes.WORK_FROM_HOME, codes.ABSENT), day(4, codes.PRESENT),
        day(5, CL, codes.ON_DUTY, marks=[mark("CL", Portion.AM)]), day(6, codes.ABSENT),
        day(7, None),
    )  # fmt: skip
    assert (found.present, found.on_duty, found.work_from_home, found.half_days) == (6, 3, 1, 2)


def test_the_example_of_the_documentation() -> None:
    weekdays = [n for n in range(1, 32) if dt.date(2026, 3, n).weekday() < 5]
    special: dict[int, PayDate] = {}
    for n in weekdays[:2]:
        special[n] = day(n, *codes.HALF_WORKED)
    for n in weekdays[2:4]:
        special[n] = day(n, CL, marks=[mark("CL")])
    for n in weekdays[4:6]:
        special[n] = day(n, codes.ABSENT)
    usual = [day(n, codes.PRESENT if n in weekdays else OFF) for n in range(1, 32)]
    found = month(*(special.get(one.date.day, one) for one in usual))
    days = [f"{stipend_halves(found, basis) / 2:g}" for basis in StipendBasis]
    words = "Days present: {}. With paid leave: {}. Payable days: 31 − 3 = {}.".format(*days)
    assert words in " ".join(texts()["docs/rules.md"].split())


@given(st.lists(pay_dates(), max_size=31), st.sampled_from(PayableBasis))
def test_it_is_part_of_the_base_and_more_generous_with_leave(
    days: list[PayDate], basis: PayableBasis
) -> None:
    found: Payable = month(*days, basis=basis)
    stipends = {each: stipend_halves(found, each) for each in StipendBasis}
    assert all(0 <= halves <= found.base - found.outside for halves in stipends.values())
    assert stipends[PRESENT] <= stipends[LEAVE]
    assert stipends[PAYABLE] == found.payable
