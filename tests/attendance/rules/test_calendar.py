"""What a date is to a person."""

import datetime as dt
from typing import Any

import pytest

from attendance.rules.calendar import WeeklyOff, check_weekly_off, day_kind, is_weekly_off
from attendance.rules.errors import InvalidInput
from attendance.rules.types import CalendarEntry, DayKind, DayType
from companies.enums import CalendarKind

MONDAY = dt.date(2026, 3, 2)
SATURDAY = dt.date(2026, 3, 7)  # the first of its month
OFF: WeeklyOff = {"sat": "all", "sun": "all"}


@pytest.mark.parametrize(
    ("day", "is_off"),
    [(7, False), (14, True), (21, False), (28, True)],
    ids=["1st", "2nd", "3rd", "4th"],
)
def test_is_weekly_off_second_and_fourth_saturday(day: int, is_off: bool) -> None:
    assert is_weekly_off(dt.date(2026, 3, day), {"sat": [2, 4]}) is is_off


def test_is_weekly_off_fifth_weekday_of_the_month() -> None:
    assert [d for d in range(1, 32) if is_weekly_off(dt.date(2026, 3, d), {"mon": [5]})] == [30]


def entry(kind: CalendarKind, date: dt.date = MONDAY, name: str = "") -> CalendarEntry:
    return CalendarEntry(date, kind, name or kind.value)


K = CalendarKind
CASES: list[tuple[str, dt.date, list[CalendarEntry], DayKind]] = [
    ("plain", MONDAY, [], DayKind()),
    ("weekly off", SATURDAY, [], DayKind(DayType.WEEKLY_OFF)),
    ("holiday", MONDAY, [entry(K.HOLIDAY)], DayKind(DayType.HOLIDAY, "holiday")),
    ("company day", MONDAY, [entry(K.COMPANY_DAY)], DayKind(DayType.HOLIDAY, "company_day")),
    ("of another date", MONDAY, [entry(K.HOLIDAY, SATURDAY)], DayKind()),
    (
        "holiday on weekly off",
        SATURDAY,
        [entry(K.HOLIDAY, SATURDAY)],
        DayKind(DayType.HOLIDAY, "holiday"),
    ),
    (
        "half holiday, afternoon off",
        MONDAY,
        [entry(K.HALF_HOLIDAY_PM)],
        DayKind(DayType.HALF_HOLIDAY_PM, "half_holiday_pm"),
    ),
    (
        "half holiday, morning off",
        MONDAY,
        [entry(K.HALF_HOLIDAY_AM)],
        DayKind(DayType.HALF_HOLIDAY_AM, "half_holiday_am"),
    ),
    (
        "both halves off",
        MONDAY,
        [entry(K.HALF_HOLIDAY_PM, name="p"), entry(K.HALF_HOLIDAY_AM, name="a")],
        DayKind(DayType.HOLIDAY, "a"),
    ),
    (
        "no half holiday on a day off",
        SATURDAY,
        [entry(K.HALF_HOLIDAY_PM, SATURDAY)],
        DayKind(DayType.WEEKLY_OFF),
    ),
    (
        "no half holiday on a holiday",
        MONDAY,
        [entry(K.HALF_HOLIDAY_PM), entry(K.HOLIDAY)],
        DayKind(DayType.HOLIDAY, "holiday"),
    ),
    (
        "extra working day on weekly off",
        SATURDAY,
        [entry(K.WORKING_DAY, SATURDAY)],
        DayKind(DayType.WORKING, "working_day"),
    ),
    (
        "extra working day on a holiday",
        MONDAY,
        [entry(K.HOLIDAY), entry(K.WORKING_DAY)],
        DayKind(DayType.WORKING, "working_day"),
    ),
    (
        "half an extra working day",
        SATURDAY,
        [entry(K.WORKING_DAY, SATURDAY), entry(K.HALF_HOLIDAY_PM, SATURDAY)],
        DayKind(DayType.HALF_HOLIDAY_PM, "half_holiday_pm"),
    ),
]


@pytest.mark.parametrize(
    ("date", "entries", "kind"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_day_kind(date: dt.date, entries: list[CalendarEntry], kind: DayKind) -> None:
    assert day_kind(date, OFF, entries) == kind
    assert day_kind(date, OFF, reversed(entries)) == kind


def test_check_weekly_off_returns_what_is_well_formed() -> None:
    value = {"sat": [2, 4], "sun": "all"}
    assert check_weekly_off(value) is value


@pytest.mark.parametrize(
    ("value", "code", "values"),
    [
        ("sat", "weekly_off_shape", {"value": "sat"}),
        ({"saturday": "all"}, "unknown_weekday", {"value": "saturday"}),
        ({"sat": "some"}, "bad_weeks", {"weekday": "sat", "value": "some"}),
        ({"sat": []}, "bad_weeks", {"weekday": "sat", "value": "[]"}),
        ({"sat": [0]}, "bad_weeks", {"weekday": "sat", "value": "[0]"}),
        ({"sat": [6]}, "bad_weeks", {"weekday": "sat", "value": "[6]"}),
        ({"sat": [True]}, "bad_weeks", {"weekday": "sat", "value": "[True]"}),
        ({"sat": [2, 2]}, "bad_weeks", {"weekday": "sat", "value": "[2, 2]"}),
    ],
)
def test_check_weekly_off_refuses(value: Any, code: str, values: dict[str, str]) -> None:
    with pytest.raises(InvalidInput) as refused:
        check_weekly_off(value)
    assert (refused.value.code, refused.value.values) == (code, values)
