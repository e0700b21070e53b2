"""Marks on a part of the day, and where its halves meet."""

from typing import Any

import pytest

from attendance.enums import DayStatus as S
from attendance.rules.cover import cover_of
from attendance.rules.types import Mark, Policy
from tests.attendance.rules.build import (
    DAY_OFF,
    HOLIDAY,
    at,
    clock,
    day,
    duty,
    home,
    judged,
    leave,
    shift,
)

MORNING = ["in 09:00", "out 13:00"]
AFTERNOON = ["in 13:00", "out 17:00"]
BOTH = ["in 09:00", "out 17:00"]
UNMARKED = Policy(mark_absent_automatically=False)


@pytest.mark.parametrize(
    ("span", "breaks", "wall", "meet"),
    [
        ("09:00-17:00", [], None, "13:00"),
        ("09:00-18:00", ["12:00-13:00"], None, "14:00"),
        ("09:00-18:00", ["13:00-14:00"], None, "13:00"),
        ("22:00-06:00", [], None, "+1 02:00"),
        ("22:00-06:00", ["23:00-00:00"], None, "+1 02:30"),
        ("09:00-17:00", [], "12:00", "12:00"),
        ("22:00-06:00", [], "01:00", "+1 01:00"),
        ("22:00-06:00", [], "23:30", "23:30"),
        ("09:00-17:00", [], "09:00", "13:00"),
        ("09:00-17:00", [], "17:00", "13:00"),
        ("09:00-17:00", ["08:00-18:00"], None, "17:00"),
    ],
    ids=[
        "middle",
        "break before",
        "break in the middle",
        "night",
        "night with a break",
        "wall time",
        "wall time after midnight",
        "wall time before midnight",
        "wall time at the start",
        "wall time at the end",
        "nothing but break",
    ],
)
def test_halves_meet_where_half_is_done(
    span: str, breaks: list[str], wall: str | None, meet: str
) -> None:
    policy = Policy(half_split=clock(wall) if wall else None)
    cover = cover_of(day(shift=shift(span, *breaks), policy=policy), is_day_off=False)
    assert cover.split_at == at(meet)


HALVES: list[tuple[str, list[str], dict[str, Any], S, str]] = [
    ("morning leave, worked", AFTERNOON, {"marks": (leave("am"),)}, S.HALF_DAY, "½CL·½P"),
    ("afternoon leave, worked", MORNING, {"marks": (leave("pm"),)}, S.HALF_DAY, "½P·½CL"),
    ("morning leave, no punch", [], {"marks": (leave("am"),)}, S.HALF_DAY, "½CL·½A"),
    ("morning leave, nobody marks", [], {"marks": (leave("am"),), "policy": UNMARKED}, S.HALF_DAY,
     "½CL·½UN"),
    ("morning leave, missing out", ["in 13:00"], {"marks": (leave("am"),)}, S.INCOMPLETE,
     "½CL·½INC"),
    ("morning leave, worked then only", MORNING, {"marks": (leave("am"),)}, S.HALF_DAY, "½CL·½A"),
    ("two kinds of leave", [], {"marks": (leave("am"), leave("pm", "SL"))}, S.ON_LEAVE, "½CL·½SL"),
    ("one kind twice", [], {"marks": (leave("am"), leave("pm"))}, S.ON_LEAVE, "CL"),
    ("leave without a code", [], {"marks": (leave("am", ""),)}, S.HALF_DAY, "½L·½A"),
    ("leave and on duty", [], {"marks": (leave("am"), duty("pm"))}, S.HALF_DAY, "½CL·½OD"),
    ("leave before on duty on one half", AFTERNOON, {"marks": (duty("am"), leave("am"))},
     S.HALF_DAY, "½CL·½P"),
    ("on duty, then worked", AFTERNOON, {"marks": (duty("am"),)}, S.PRESENT, "½OD·½P"),
    ("on duty, then nothing", [], {"marks": (duty("am"),)}, S.HALF_DAY, "½OD·½A"),
    ("on duty, nobody marks", [], {"marks": (duty("am"),), "policy": UNMARKED}, S.HALF_DAY,
     "½OD·½UN"),
    ("from home, then worked", AFTERNOON, {"marks": (home("am"),)}, S.PRESENT, "½WFH·½P"),
    ("on duty, then from home", [], {"marks": (duty("am"), home("pm"))}, S.ON_DUTY, "½OD·½WFH"),
    ("half leave on a weekly off", [], {"marks": (leave("am"),), "day_kind": DAY_OFF},
     S.WEEKLY_OFF, "½CL·½WO"),
    ("half on duty on a holiday", [], {"marks": (duty("pm"),), "day_kind": HOLIDAY}, S.HOLIDAY,
     "½H·½OD"),
    ("both halves leave on a weekly off", [],
     {"marks": (leave("am"), leave("pm")), "day_kind": DAY_OFF}, S.ON_LEAVE, "CL"),
    ("half leave without a shift", [], {"marks": (leave("pm"),), "shift": None}, S.HALF_DAY,
     "½UN·½CL"),
    ("half leave without a shift, worked", MORNING, {"marks": (leave("pm"),), "shift": None},
     S.HALF_DAY, "½P·½CL"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "fields", "status", "code"),
    [case[1:] for case in HALVES],
    ids=[case[0] for case in HALVES],
)
def test_half_a_day_covered(texts: list[str], fields: dict[str, Any], status: S, code: str) -> None:
    verdict = judged(*texts, **fields)
    assert (verdict.status, verdict.code) == (status, code)


@pytest.mark.parametrize(
    ("texts", "code"),
    [
        (["in 13:00", "out 14:00"], "½CL·½P"),
        (["in 13:00", "out 13:59"], "½CL·½A"),
        (["in 12:00", "out 13:59"], "½CL·½A"),
        (["in 12:00", "out 14:00"], "½CL·½P"),
        (["in 13:00", "out 14:30"], "½CL·½P"),
    ],
    ids=["at half the threshold", "below", "work in the leave is no help", "with it", "above"],
)
def test_thresholds_of_the_other_half_are_halved(texts: list[str], code: str) -> None:
    pattern = shift(absent_below_minutes=120, half_day_below_minutes=300)
    assert judged(*texts, shift=pattern, marks=(leave("am"),)).code == code


HOURS: list[tuple[str, list[str], tuple[str, ...], S, str]] = [
    ("rest worked", ["in 11:00", "out 17:00"], ("09:00-11:00",), S.PRESENT, "P"),
    ("rest half worked", ["in 11:00", "out 14:00"], ("09:00-11:00",), S.HALF_DAY, "HD"),
    ("rest at three quarters of the threshold", ["in 11:00", "out 15:30"], ("09:00-11:00",),
     S.PRESENT, "P"),
    ("rest just below it", ["in 11:00", "out 15:29"], ("09:00-11:00",), S.HALF_DAY, "HD"),
    ("rest not worked", [], ("09:00-11:00",), S.ABSENT, "A"),
    ("all the hours", [], ("09:00-17:00",), S.ON_LEAVE, "CL"),
    ("all the hours in two", [], ("09:00-13:00", "13:00-17:00"), S.ON_LEAVE, "CL"),
    ("half the hours are no half day", ["in 13:00", "out 17:00"], ("09:00-13:00",), S.PRESENT,
     "P"),
    ("hours that fill the other half", [], ("am", "13:00-17:00"), S.ON_LEAVE, "CL"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "portions", "status", "code"),
    [case[1:] for case in HOURS],
    ids=[case[0] for case in HOURS],
)
def test_leave_by_the_hour(
    texts: list[str], portions: tuple[str, ...], status: S, code: str
) -> None:
    pattern = shift(half_day_below_minutes=360)
    verdict = judged(*texts, shift=pattern, marks=tuple(leave(item) for item in portions))
    assert (verdict.status, verdict.code) == (status, code)


@pytest.mark.parametrize(
    ("marks", "status", "code"),
    [
        ((duty("09:00-17:00"),), S.ON_DUTY, "OD"),
        ((leave("09:00-11:00"), duty("11:00-17:00")), S.ON_DUTY, "OD"),
        ((leave("09:00-13:00"), duty("13:00-17:00")), S.HALF_DAY, "½CL·½OD"),
        ((duty("am"), leave("13:00-17:00")), S.HALF_DAY, "½OD·½CL"),
        ((leave("09:00-13:00"), leave("13:00-17:00", "SL")), S.ON_LEAVE, "½CL·½SL"),
        ((leave("09:00-11:00"), duty("11:00-16:00")), S.ABSENT, "A"),
    ],
    ids=[
        "on duty",
        "leave, the rest on duty",
        "leave, then on duty",
        "on duty, then leave",
        "two kinds of leave",
        "an hour left",
    ],
)
def test_hours_that_cover_the_whole_day(marks: tuple[Mark, ...], status: S, code: str) -> None:
    verdict = judged(marks=marks)
    assert (verdict.status, verdict.code) == (status, code)


def test_leave_by_the_hour_in_a_night_lies_after_midnight() -> None:
    verdict = judged(
        "in 22:00", "out +1 04:00", shift=shift("22:00-06:00"), marks=(leave("04:00-06:00"),)
    )
    assert (verdict.status, verdict.early_minutes) == (S.PRESENT, 0)


def test_leave_by_the_hour_without_a_shift_changes_nothing() -> None:
    assert judged(*BOTH, shift=None, marks=(leave("09:00-11:00"),)).code == "P"
    assert judged(shift=None, marks=(leave("09:00-11:00"),)).is_row is False
