"""A shift that differs by weekday (rules 2)."""

import datetime as dt

import pytest

from attendance.rules.errors import InvalidInput
from attendance.rules.types import WEEKDAYS, Break, Pattern, WeekdayHours
from tests.attendance.rules.build import DATE, at, clock, judged, on, shift

FRIDAY = WeekdayHours("fri", clock("09:00"), clock("14:00"))
WEEK = shift("09:00-17:00", "13:00-13:30", weekday_hours=(FRIDAY,), late_grace_minutes=5)
A_FRIDAY = DATE + dt.timedelta(days=4)


def test_weekdays_are_in_order() -> None:
    assert WEEKDAYS[DATE.weekday()] == "mon"
    assert WEEKDAYS[A_FRIDAY.weekday()] == "fri"


@pytest.mark.parametrize("weekday", range(7))
def test_pattern_on_its_weekday_has_its_own_hours(weekday: int) -> None:
    pattern = WEEK.on(DATE + dt.timedelta(days=weekday))
    span, breaks = ((9, 14), 0) if weekday == 4 else ((9, 17), 1)
    assert (pattern.start.hour, pattern.end.hour) == span
    assert len(pattern.breaks) == breaks
    assert (pattern.late_grace_minutes, pattern.weekday_hours) == (5, ())


def test_pattern_that_does_not_differ_is_itself() -> None:
    plain = shift()
    assert plain.on(DATE) is plain


def test_occurrence_takes_the_hours_of_the_weekday_on_which_it_starts() -> None:
    assert on(DATE, WEEK).ends_at == at("17:00")
    assert on(A_FRIDAY, WEEK).ends_at == at("14:00", A_FRIDAY)
    assert on(A_FRIDAY, WEEK).closes_at == at("15:00", A_FRIDAY)


def test_a_night_that_starts_on_friday_has_fridays_hours_on_saturday_too() -> None:
    late = WeekdayHours(
        "fri", clock("20:00"), clock("04:00"), (Break(clock("23:30"), clock("00:30")),)
    )
    night = shift("22:00-06:00", weekday_hours=(late,))
    assert on(A_FRIDAY, night).starts_at == at("20:00", A_FRIDAY)
    assert on(A_FRIDAY, night).ends_at == at("+1 04:00", A_FRIDAY)
    assert on(A_FRIDAY + dt.timedelta(days=1), night).starts_at == at("+1 22:00", A_FRIDAY)


def test_a_day_is_judged_by_the_hours_of_its_weekday() -> None:
    monday = WeekdayHours("mon", clock("09:00"), clock("14:00"))
    verdict = judged("in 09:06", "out 13:59", shift=shift(weekday_hours=(monday,)))
    assert (verdict.worked_minutes, verdict.late_minutes, verdict.early_minutes) == (293, 6, 1)


def _refused(code: str, *hours: WeekdayHours) -> None:
    with pytest.raises(InvalidInput) as refused:
        shift(weekday_hours=hours)
    assert refused.value.code == code


def test_a_weekday_is_named_once() -> None:
    _refused("duplicate_weekday", FRIDAY, FRIDAY)


def test_weekday_hours_refuse_another_weekday_and_a_break_that_ends_before_it_starts() -> None:
    with pytest.raises(InvalidInput) as unknown:
        WeekdayHours("friday", clock("09:00"), clock("14:00"))
    assert unknown.value.code == "unknown_weekday"
    with pytest.raises(InvalidInput) as reversed_break:
        WeekdayHours(
            "fri", clock("09:00"), clock("14:00"), (Break(clock("11:30"), clock("11:00")),)
        )
    assert reversed_break.value.code == "range_reversed"


def test_pattern_refuses_a_break_that_ends_before_it_starts_but_over_midnight() -> None:
    with pytest.raises(InvalidInput):
        shift("09:00-17:00", "13:30-13:00")
    night: Pattern = shift("22:00-06:00", "23:45-00:15")
    assert night.is_overnight
