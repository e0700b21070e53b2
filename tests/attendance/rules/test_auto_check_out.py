"""Automatic check-out (rules 2 and 10): an in that stands open counts as closed."""

from typing import Any

import pytest

from attendance.enums import DayException as E
from attendance.enums import DayStatus as S
from attendance.rules.errors import InvalidInput
from attendance.rules.types import Pattern
from attendance.rules.windows import auto_out_at
from companies.enums import AutoCheckOut
from tests.attendance.rules.build import DATE, at, clock, judged, on, said, shift


def after_end(minutes: int, span: str = "09:00-17:00", **knobs: Any) -> Pattern:
    return shift(
        span, auto_check_out=AutoCheckOut.AFTER_END, auto_check_out_minutes=minutes, **knobs
    )


def at_time(text: str, span: str = "09:00-17:00") -> Pattern:
    return shift(span, auto_check_out=AutoCheckOut.AT_TIME, auto_check_out_at=clock(text))


@pytest.mark.parametrize(
    ("pattern", "when"),
    [
        (shift(), None),
        (after_end(0), "17:00"),
        (after_end(45), "17:45"),
        (after_end(30, "22:00-06:00"), "+1 06:30"),
        (at_time("18:00"), "18:00"),
        (at_time("08:59"), "+1 08:59"),  # the first such time after the shift has begun
        (at_time("09:00"), "+1 09:00"),
        (at_time("09:01"), "09:01"),
        (at_time("05:00", "22:00-06:00"), "+1 05:00"),
        (at_time("23:00", "22:00-06:00"), "23:00"),
    ],
)
def test_auto_out_at(pattern: Pattern, when: str | None) -> None:
    assert auto_out_at(on(DATE, pattern)) == (at(when) if when else None)


@pytest.mark.parametrize(
    ("texts", "pattern", "worked", "last_out"),
    [
        (["in 09:00"], after_end(0), 480, "17:00"),
        (["in 09:00"], after_end(30), 510, "17:30"),
        (["in 09:00"], at_time("16:00"), 420, "16:00"),
        (["in 09:00", "out 12:00", "in 13:00"], after_end(0), 420, "17:00"),
        (["in 17:30"], after_end(0), 0, "17:30"),  # never before the in
        (["in 17:00"], after_end(0), 0, "17:00"),
        (["in 22:00"], after_end(0, "22:00-06:00"), 480, "+1 06:00"),
    ],
)
def test_an_open_in_is_closed_once_the_window_has(
    texts: list[str], pattern: Pattern, worked: int, last_out: str
) -> None:
    verdict = judged(*texts, shift=pattern)
    assert (verdict.status, verdict.worked_minutes) == (S.PRESENT, worked)
    assert verdict.last_out_at == at(last_out)
    assert verdict.exceptions == (E.AUTO_CHECK_OUT,)
    assert verdict.used_keys == tuple(texts)


@pytest.mark.parametrize(
    ("now", "is_open"),
    [("18:00:59", True), ("18:01", False)],
)
def test_nothing_is_assumed_while_the_window_is_open(now: str, is_open: bool) -> None:
    verdict = judged("in 09:00", shift=after_end(0), now=now)
    assert (verdict.is_open, verdict.last_out_at is None) == (is_open, is_open)
    assert verdict.next_at == (at("18:01") if is_open else None)


@pytest.mark.parametrize(("now", "status"), [("18:59:59", None), ("19:00", S.PRESENT)])
def test_an_out_assumed_after_the_window_is_waited_for(now: str, status: S | None) -> None:
    verdict = judged("in 09:00", shift=after_end(120), now=now)
    assert (verdict.status, verdict.settles_at) == (status, at("19:00"))


def test_devices_that_have_not_delivered_may_still_bring_the_out() -> None:
    verdict = judged("in 09:00", shift=after_end(0), delivered_until=at("18:00"))
    assert (verdict.is_open, verdict.exceptions) == (True, ())


@pytest.mark.parametrize(
    ("texts", "exceptions"),
    [
        (["in 09:00", "out 16:00"], ()),  # a real out stands
        (["in 09:00", "in 10:00", "out 17:00"], (E.MISSING_OUT,)),  # the open one is not the last
        (["out 17:00"], (E.MISSING_IN,)),
        (["in 09:00", "in 10:00"], (E.MISSING_OUT, E.AUTO_CHECK_OUT)),  # one of two
    ],
)
def test_only_the_last_in_is_closed(texts: list[str], exceptions: tuple[E, ...]) -> None:
    assert judged(*texts, shift=after_end(0)).exceptions == exceptions


def test_a_day_closed_by_rule_is_judged_by_its_thresholds_and_edges() -> None:
    pattern = after_end(0, half_day_below_minutes=360)
    verdict = judged("in 12:00", shift=pattern)
    assert (verdict.status, verdict.late_minutes, verdict.early_minutes) == (S.HALF_DAY, 180, 0)


def test_a_day_closed_by_rule_says_so() -> None:
    steps = said(judged("in 09:00", shift=after_end(15)))
    assert steps["auto_check_out"] == {
        "in_at": "2026-03-02T09:00:00+05:45",
        "at": "2026-03-02T17:15:00+05:45",
    }


@pytest.mark.parametrize(
    "knobs",
    [
        {"auto_check_out": AutoCheckOut.AT_TIME},
        {"auto_check_out": AutoCheckOut.AFTER_END, "auto_check_out_at": clock("18:00")},
    ],
)
def test_a_time_of_day_belongs_to_checking_out_at_one(knobs: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as refused:
        shift(**knobs)
    assert refused.value.code == "auto_check_out_time"
