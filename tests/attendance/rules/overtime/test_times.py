"""Rules of time: outside the schedule, on days off, between two times of day."""

import pytest

from attendance.rules.types import DayKind, DayType
from tests.attendance.rules.build import DAY_OFF, HOLIDAY, leave, shift
from tests.attendance.rules.overtime.build import codes, figures, one, parts, policy, rule

OUTSIDE = rule("outside_schedule")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("in 09:00, out 17:00", (0, 0)),
        ("in 08:45, out 17:30", (45, 0)),
        ("in 10:00, out 18:00", (60, 60)),  # what was missed inside does not eat what lies outside
        ("in 06:00, out 08:00", (120, 480)),
        ("", (0, 480)),
    ],
)
def test_outside_the_schedule(text: str, expected: tuple[int, int]) -> None:
    assert figures(text, policy(OUTSIDE, tracks_missing=True)) == expected


def test_a_break_of_the_shift_is_not_outside_of_it() -> None:
    pattern = shift("09:00-17:00", "12:00-13:00")
    found = one("in 09:00, out 17:45", policy(OUTSIDE), pattern=pattern)
    assert parts(found) == ["outside_schedule 100 paid 45: 17:00-17:45"]


def test_all_of_a_day_off_is_outside_the_schedule_but_not_where_there_is_none() -> None:
    text = "in 10:00, out 12:00"
    assert figures(text, policy(OUTSIDE), kinds={0: DAY_OFF}) == (120, 0)
    assert figures(text, policy(OUTSIDE), pattern=None) == (0, 0)


def test_leave_is_still_in_the_schedule() -> None:
    found = policy(OUTSIDE, tracks_missing=True)
    assert figures("in 12:00, out 17:30", found, marks=(leave("am"),)) == (30, 0)


@pytest.mark.parametrize(
    ("text", "by_day", "by_edge"),
    [
        ("in 08:50, out 17:10", (20, 0), (0, 0)),
        ("in 08:49, out 17:10", (21, 0), (11, 0)),
        ("in 09:05, out 17:20", (20, 0), (20, 0)),
        ("in 09:11, out 16:55", (0, 16), (0, 11)),
    ],
)
def test_tolerances_of_the_day_and_of_each_edge(
    text: str, by_day: tuple[int, int], by_edge: tuple[int, int]
) -> None:
    for scope, expected in (("day", by_day), ("edge", by_edge)):
        knobs = rule("outside_schedule", employer=10, employee=10, tolerance=scope)
        assert figures(text, policy(knobs, tracks_missing=True)) == expected


@pytest.mark.parametrize("kind", [DAY_OFF, HOLIDAY])
def test_days_off_and_holidays(kind: DayKind) -> None:
    found = policy(rule("days_off", rate_percent=200, employer=60))
    assert figures("in 10:00, out 11:00", found, kinds={0: kind}) == (0, 0)
    assert figures("in 10:00, out 11:01", found, kinds={0: kind}) == (61, 0)
    assert figures("in 09:00, out 20:00", found) == (0, 0)


@pytest.mark.parametrize(
    ("kind", "spans"),
    [(DayType.HALF_HOLIDAY_PM, "13:00-18:00"), (DayType.HALF_HOLIDAY_AM, "08:00-13:00")],
)
def test_the_half_that_is_off_is_a_day_off(kind: DayType, spans: str) -> None:
    off = policy(rule("days_off"))
    found = one("in 08:00, out 18:00", off, kinds={0: DayKind(kind)})
    assert parts(found) == [f"days_off 100 paid 300: {spans}"]
    found = one(
        "in 08:00, out 18:00", policy(rule("days_off")), kinds={0: DayKind(kind)}, pattern=None
    )
    assert parts(found) == []


@pytest.mark.parametrize(
    ("window", "text", "spans"),
    [
        ("18:00-20:00", "in 09:00, out 18:00", ""),
        ("18:00-20:00", "in 09:00, out 18:01", "18:00-18:01"),
        ("18:00-20:00", "in 09:00, out 21:00", "18:00-20:00"),
        ("18:00-20:00", "in 19:00, out 19:30", "19:00-19:30"),
        ("22:00-06:00", "in 21:00, out +1 07:00", "22:00-06:00"),
        ("22:00-06:00", "in 05:00, out 23:00", "05:00-06:00 22:00-23:00"),
        ("00:00-06:00", "in 21:00, out +1 07:00", "00:00-06:00"),
    ],
)
def test_between_two_times_of_day(window: str, text: str, spans: str) -> None:
    found = one(text, policy(rule("clock", at=window)))
    assert [item.partition(": ")[2] for item in parts(found)] == ([spans] if spans else [])


@pytest.mark.parametrize(
    ("days", "on_working", "on_off"), [("working", 60, 0), ("off", 0, 60), ("all", 60, 60)]
)
def test_the_days_of_a_clock_window(days: str, on_working: int, on_off: int) -> None:
    found = policy(rule("clock", at="18:00-19:00", days=days))
    assert figures("in 09:00, out 20:00", found) == (on_working, 0)
    assert figures("in 09:00, out 20:00", found, kinds={0: HOLIDAY}) == (on_off, 0)


def test_touching_windows_stay_apart() -> None:
    found = policy(
        rule("clock", "evening", at="18:00-20:00", employer=30),
        rule("clock", "night", at="20:00-22:00", employer=30, rate_percent=150),
    )
    assert parts(one("in 09:00, out 20:30", found)) == ["evening 100 paid 120: 18:00-20:00"]
    assert parts(one("in 09:00, out 20:31", found)) == [
        "evening 100 paid 120: 18:00-20:00",
        "night 150 paid 31: 20:00-20:31",
    ]


def test_a_rule_of_time_alone_misses_what_was_owed_and_not_worked() -> None:
    found = policy(rule("clock", at="18:00-20:00"), tracks_missing=True)
    assert figures("in 09:00, out 16:00, in 18:00, out 18:30", found) == (30, 60)
    assert figures("in 09:00, out 16:00", policy(tracks_missing=True)) == (0, 60)
    assert figures("in 09:00, out 16:00", policy(tracks_missing=True), pattern=None) == (0, 0)
    assert "within" in codes(one("in 09:00, out 18:30", found))
    assert "within" not in codes(one("in 09:00, out 17:00", found))
