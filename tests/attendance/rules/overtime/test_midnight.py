"""Dates: the attendance date, or split at local midnight; clocks that change; odd zones."""

import datetime as dt
from typing import Any

import pytest

from tests.attendance.rules.build import shift
from tests.attendance.rules.overtime.build import WORKDAY, codes, parts, policy, rule, week

NIGHT = shift("22:00-06:00")
# 2026-03-06 is a Friday.
FRIDAY = dt.date(2026, 3, 6)


def extra(found: dict[int, Any]) -> dict[int, int]:
    return {n: item.extra_minutes for n, item in found.items() if item.extra_minutes}


def test_extra_minutes_are_of_the_date_on_which_the_shift_starts() -> None:
    texts = {0: "in 22:00, out +1 07:00", 1: ""}
    found = week(texts, policy(rule("day")), pattern=NIGHT, date=FRIDAY)
    assert extra(found) == {0: 60}
    assert parts(found[0]) == ["day 100 paid 60: 06:00-07:00"]


def test_split_at_midnight_each_date_has_its_own_schedule_target_and_day_type() -> None:
    texts = {-1: "", 0: "in 22:00, out +1 07:00", 1: "", 2: ""}
    split = policy(rule("day"), rule("days_off", rate_percent=200), is_split=True)
    found = week(texts, split, pattern=NIGHT, date=FRIDAY)
    # Saturday is off: all of its seven hours are paid as such, one of them was scheduled by nobody.
    assert extra(found) == {1: 420}
    assert parts(found[1]) == ["days_off 200 paid 420: 00:00-07:00"]
    assert extra(week(texts, policy(rule("day"), is_split=True), pattern=NIGHT, date=FRIDAY)) == {
        1: 60
    }
    assert "split" in codes(found[0])


def test_split_at_midnight_late_work_of_a_day_shift_is_of_the_next_date() -> None:
    texts = {-1: "", 0: "in 09:00, out +1 01:30", 1: ""}
    found = week(texts, policy(rule("day"), is_split=True), date=FRIDAY)
    assert extra(found) == {0: 420, 1: 90}
    assert extra(week(texts, policy(rule("day")), date=FRIDAY)) == {0: 510}


def test_work_before_midnight_of_a_shift_at_midnight_is_of_the_date_before() -> None:
    early = shift("00:00-08:00")
    texts = {0: "", 1: "in -1 23:30, out 08:00", 2: ""}
    monday = dt.date(2026, 3, 2)
    split = policy(rule("outside_schedule"), is_split=True)
    found = week(texts, split, pattern=early, date=monday)
    assert extra(found) == {0: 30}
    assert extra(week(texts, policy(rule("outside_schedule")), pattern=early, date=monday)) == {
        1: 30
    }


def test_what_lies_on_no_date_of_employment_is_lost() -> None:
    split = policy(rule("outside_schedule"), is_split=True)
    found = week({0: "in 09:00, out +1 01:00"}, split, date=FRIDAY)
    assert extra(found) == {0: 420}


@pytest.mark.parametrize(
    ("zone", "date", "is_split", "expected"),
    [
        # The night on which the clocks go forward lasts an hour less, and is owed an hour less.
        ("Europe/London", "2026-03-28", False, {}),
        ("Europe/London", "2026-10-24", False, {}),
        ("America/New_York", "2026-03-07", False, {}),
        ("America/New_York", "2026-10-31", False, {}),
        ("Australia/Lord_Howe", "2026-10-03", False, {}),  # by half an hour
        ("Europe/London", "2026-03-28", True, {}),
        ("Europe/London", "2026-10-24", True, {}),
    ],
)
def test_a_night_on_which_the_clocks_change_is_owed_as_long_as_it_lasts(
    zone: str, date: str, is_split: bool, expected: dict[int, int]
) -> None:
    texts = {-1: "in 22:00, out +1 06:00", 0: "in 22:00, out +1 06:00", 1: "", 2: ""}
    every = {n: WORKDAY for n in texts}
    found = week(
        texts,
        policy(rule("day"), tracks_missing=True, is_split=is_split),
        pattern=NIGHT, zone=zone, date=dt.date.fromisoformat(date), kinds=every,
    )  # fmt: skip
    assert extra(found) == expected
    assert found[0].missing_minutes == 0


@pytest.mark.parametrize(
    ("zone", "date", "minutes"),
    [
        ("Europe/London", "2026-03-28", 420),
        ("Europe/London", "2026-10-24", 540),
        ("Europe/London", "2026-03-07", 480),
        ("Australia/Lord_Howe", "2026-10-03", 450),
        ("Asia/Kathmandu", "2026-03-07", 480),
        ("Asia/Kolkata", "2026-03-07", 480),
    ],
)
def test_a_clock_window_over_midnight_lasts_as_long_as_the_clocks_say(
    zone: str, date: str, minutes: int
) -> None:
    found = week(
        {0: "in 20:00, out +1 08:00"},
        policy(rule("clock", at="22:00-06:00", days="all")),
        zone=zone, date=dt.date.fromisoformat(date),
    )  # fmt: skip
    assert extra(found) == {0: minutes}


@pytest.mark.parametrize("zone", ["Asia/Kathmandu", "Asia/Kolkata", "Pacific/Chatham"])
def test_midnight_is_that_of_the_place(zone: str) -> None:
    texts = {0: "in 09:00, out +1 00:15", 1: ""}
    found = week(texts, policy(rule("day"), is_split=True), zone=zone)
    assert extra(found) == {0: 420}
    # Tuesday owes eight hours of its own.
    assert extra(week(texts, policy(rule("outside_schedule"), is_split=True), zone=zone)) == {
        0: 420, 1: 15,
    }  # fmt: skip
