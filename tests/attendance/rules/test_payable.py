"""Payable days: what a month is paid for, by tables and by properties."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.enums import MarkKind, Portion
from attendance.rules import codes
from attendance.rules.overtime.types import Part
from attendance.rules.payable import REGISTRY, Payable, PayDate, leave_is_paid, payable
from attendance.rules.types import Half, HalfKind, Mark
from companies.enums import PayableBasis
from tests.repository import texts

CALENDAR, WORKING = PayableBasis.CALENDAR, PayableBasis.WORKING_DAYS
CL, LOP = Half(HalfKind.LEAVE, "CL"), Half(HalfKind.LEAVE, "LOP")
BOTH, NONE = (True, True), (False, False)


def on(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def mark(code: str, portion: Portion = Portion.FULL, *, paid: bool = True, **times: Any) -> Mark:
    return Mark(
        key=code, date=on(1), kind=MarkKind.LEAVE, portion=portion, code=code, paid=paid, **times
    )


def day(n: int, first: Half | None, second: Half | None = None, **facts: Any) -> PayDate:
    halves = None if first is None else (first, second or first)
    return PayDate(date=on(n), halves=halves, **facts)


def month(*days: PayDate, basis: PayableBasis = CALENDAR, **facts: Any) -> Payable:
    return payable(days, basis=basis, known=facts.pop("known", {}), **facts)


def said(found: Payable) -> list[tuple[Any, ...]]:
    return [(step.code, *step.values.values()) for step in found.steps]


@pytest.mark.parametrize(
    ("one", "kind", "lost"),
    [
        (day(2, codes.PRESENT), "present", 0),
        (day(2, codes.ON_DUTY), "present", 0),
        (day(2, codes.ABSENT), "absent", 2),
        (day(2, codes.WEEKLY_OFF, off=BOTH), "off", 0),
        (day(2, codes.HOLIDAY, off=BOTH), "off", 0),
        (day(2, CL, marks=[mark("CL")]), "paid_leave", 0),
        (day(2, LOP, marks=[mark("LOP", paid=False)]), "unpaid_leave", 2),
        (day(2, codes.UNNAMED_LEAVE), "unpaid_leave", 2),
        (day(2, codes.UNMARKED), "unmarked", 2),
        (day(2, codes.INCOMPLETE), "unmarked", 2),
        (day(2, codes.INCOMPLETE), "incomplete", 2),
        (day(2, codes.UNMARKED, is_due=False), "not_due", 0),
    ],
)
def test_each_kind_of_day(one: PayDate, kind: str, lost: int) -> None:
    found = month(one)
    assert (found.base, getattr(found, kind), found.halves) == (2, 2, 2)
    assert (found.lost, found.payable) == (lost, 2 - lost)


def test_a_month_of_calendar_days() -> None:
    found = month(
        day(1, codes.WEEKLY_OFF, off=BOTH), day(2, codes.PRESENT), day(3, codes.ABSENT),
        day(4, CL, codes.ABSENT, marks=[mark("CL", Portion.AM)]), day(5, *codes.HALF_WORKED),
        day(6, LOP, marks=[mark("LOP", paid=False)]),
        day(7, codes.UNMARKED, codes.INCOMPLETE), day(8, None),
        worked_minutes=725,
    )  # fmt: skip
    assert (found.base, found.outside, found.lost, found.payable) == (16, 2, 8, 6)
    assert (found.present, found.paid_leave, found.unpaid_leave) == (3, 1, 3)
    assert (found.off, found.absent, found.unmarked) == (2, 3, 2)
    assert (found.leave, found.worked_minutes) == ({"": 1, "CL": 1, "LOP": 2}, 725)
    assert said(found) == [
        ("base", "calendar", 16),
        ("outside", 2),
        ("absent", "2026-03-03", 2),
        ("absent", "2026-03-04", 1),
        ("unpaid_leave", "2026-03-05", "", 1),
        ("unpaid_leave", "2026-03-06", "LOP", 2),
        ("unmarked", "2026-03-07", 1),
        ("incomplete", "2026-03-07", 1),
        ("payable", 16, 2, 8, 6),
    ]


def test_of_working_days_days_off_are_neither_paid_nor_lost() -> None:
    found = month(
        day(1, codes.WEEKLY_OFF, off=BOTH),
        day(2, codes.PRESENT, codes.HOLIDAY, off=(False, True)),
        # Unpaid leave that counts days off too, and a day off that counts as a working day.
        day(3, LOP, off=BOTH, marks=[mark("LOP", paid=False)]),
        day(4, codes.PRESENT, off=BOTH),
        day(5, codes.ABSENT),
        day(6, None, off=BOTH),
        day(7, None),
        basis=WORKING,
    )
    assert (found.base, found.outside, found.lost, found.payable) == (5, 2, 2, 1)
    assert (found.present, found.unpaid_leave, found.off) == (3, 2, 3)
    assert said(found) == [
        ("base", "working_days", 5),
        ("outside", 2),
        ("absent", "2026-03-05", 2),
        ("payable", 5, 2, 2, 1),
    ]


@pytest.mark.parametrize(
    ("place", "code", "marks", "known", "is_paid"),
    [
        (0, "", [], {}, False),
        (0, "CL", [], {}, True),
        (0, "CL", [], {"CL": False}, False),
        (0, "CL", [mark("CL")], {"CL": False}, True),
        (1, "CL", [mark("CL", Portion.PM, paid=False)], {}, False),
        # Two halves of one type, asked for one after the other: each as its own mark says.
        (0, "CL", [mark("CL", Portion.AM), mark("CL", Portion.PM, paid=False)], {}, True),
        (1, "CL", [mark("CL", Portion.AM), mark("CL", Portion.PM, paid=False)], {}, False),
        # The free half of a half holiday: the mark names another half than the code.
        (0, "CL", [mark("CL", Portion.PM, paid=False)], {}, False),
        (0, "CL", [mark("SL", paid=False)], {}, True),
    ],
)
def test_whether_leave_is_paid(
    place: int, code: str, marks: list[Mark], known: dict[str, bool], is_paid: bool
) -> None:
    assert leave_is_paid(place, code, marks, known) is is_paid


def test_unpaid_leave_by_the_hour_is_told_in_minutes_and_loses_no_day() -> None:
    hours = {"start": dt.time(9), "end": dt.time(11, 30)}
    night = {"start": dt.time(23), "end": dt.time(1)}
    found = month(
        day(2, codes.PRESENT, marks=[
            mark("LOP", Portion.HOURS, paid=False, **hours), mark("CL", Portion.HOURS, **hours),
        ]),
        day(3, codes.PRESENT, marks=[mark("LOP", Portion.HOURS, paid=False, **night)]),
    )  # fmt: skip
    assert (found.unpaid_minutes, found.lost, found.payable) == (270, 0, 4)
    assert said(found)[1:3] == [
        ("unpaid_minutes", "2026-03-02", "LOP", 150),
        ("unpaid_minutes", "2026-03-03", "LOP", 120),
    ]


def test_hours_that_leave_nothing_of_the_day_are_lost_once() -> None:
    whole = mark("LOP", Portion.HOURS, paid=False, start=dt.time(9), end=dt.time(17, 30))
    rest = mark("LOP", Portion.HOURS, paid=False, start=dt.time(13), end=dt.time(17, 30))
    morning = mark("LOP", Portion.AM, paid=False)
    found = month(
        day(2, LOP, marks=[whole]),
        day(3, LOP, marks=[morning, rest]),
        day(4, CL, LOP, marks=[mark("CL", Portion.AM), rest]),
        day(5, LOP, codes.PRESENT, marks=[morning, rest]),
    )
    assert (found.lost, found.unpaid_minutes) == (6, 270)
    assert said(found)[-2] == ("unpaid_minutes", "2026-03-05", "LOP", 270)


def test_overtime_by_rate_of_what_counts_and_is_paid_out() -> None:
    plain = Part(rule="a", rate_percent=150, is_banked=False, minutes=60)
    night = Part(rule="b", rate_percent=200, is_banked=False, minutes=30)
    banked = Part(rule="c", rate_percent=100, is_banked=True, minutes=40)
    found = month(
        overtime=[((plain, night), 90), ((plain, banked), 100), ((plain, night), 70), ((), 15)]
    )
    # The last ones lose first; minutes by no rule are paid at the plain rate.
    assert found.overtime == {100: 15, 150: 180, 200: 40}
    assert found.overtime_minutes == 235
    assert said(found)[-3:] == [
        ("overtime", 100, 15), ("overtime", 150, 180), ("overtime", 200, 40),
    ]  # fmt: skip


HALVES = st.sampled_from(
    [codes.PRESENT, codes.ABSENT, codes.WEEKLY_OFF, codes.UNMARKED, codes.INCOMPLETE, CL, LOP,
     codes.UNNAMED_LEAVE, codes.HOLIDAY]
)  # fmt: skip


@st.composite
def pay_dates(draw: st.DrawFn) -> PayDate:
    return PayDate(
        date=on(draw(st.integers(1, 31))),
        off=(draw(st.booleans()), draw(st.booleans())),
        halves=draw(st.none() | st.tuples(HALVES, HALVES)),
        is_due=draw(st.booleans()),
        marks=draw(st.lists(st.sampled_from([mark("CL"), mark("LOP", paid=False)]))),
    )


@given(st.lists(pay_dates(), max_size=31), st.sampled_from(PayableBasis))
def test_every_half_of_the_base_is_paid_lost_or_outside(
    days: list[PayDate], basis: PayableBasis
) -> None:
    found = month(*days, basis=basis)
    assert found.payable + found.lost + found.outside == found.base
    assert min(found.payable, found.lost, found.outside) >= 0
    assert found.halves == 2 * sum(one.halves is not None for one in days)
    assert sum(found.leave.values()) == found.paid_leave + found.unpaid_leave
    lost = ("absent", "unpaid_leave", "unmarked", "incomplete")
    of_days = [step for step in found.steps if step.code in lost]
    assert sum(int(step.values["halves"] or 0) for step in of_days) == found.lost
    assert all(tuple(step.values) == REGISTRY[step.code] for step in found.steps)
    if basis == CALENDAR:
        assert found.lost == found.absent + found.unpaid_leave + found.unmarked


@given(st.lists(pay_dates(), max_size=10), st.sampled_from(PayableBasis), st.randoms())
def test_the_order_of_dates_changes_no_figure(
    days: list[PayDate], basis: PayableBasis, random: Any
) -> None:
    other = list(days)
    random.shuffle(other)
    one, two = month(*days, basis=basis), month(*other, basis=basis)
    assert (one.payable, one.lost, one.leave) == (two.payable, two.lost, two.leave)


@pytest.mark.parametrize(
    ("basis", "said_so"),
    [(CALENDAR, "31 − 15 − 1.5 = 14.5 payable"), (WORKING, "22 − 10 − 1.5 = 10.5")],
)
def test_the_example_of_the_documentation(basis: PayableBasis, said_so: str) -> None:
    """Joined on the 16th, absent on the 18th, on unpaid leave in the afternoon of the 19th."""
    days = []
    for n in range(1, 32):
        is_off = on(n).weekday() >= 5
        usual = codes.WEEKLY_OFF if is_off else codes.PRESENT
        first = codes.ABSENT if n == 18 else usual
        second, marks = first, []
        if n == 19:
            second, marks = LOP, [mark("LOP", Portion.PM, paid=False)]
        halves = (first, second) if n >= 16 else (None, None)
        days.append(day(n, *halves, off=(is_off, is_off), marks=marks))
    found = month(*days, basis=basis)
    figures = (found.base, found.outside, found.lost, found.payable)
    words = "{:g} − {:g} − {:g} = {:g}".format(*(halves / 2 for halves in figures))
    assert said_so.startswith(words)
    assert said_so in texts()["docs/rules.md"]
