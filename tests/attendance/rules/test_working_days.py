"""Working days between two dates and n working days on; optional holidays (rules 6)."""

import datetime as dt
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.rules.calendar import day_kind, working_days_between, working_days_on
from attendance.rules.errors import InvalidInput
from attendance.rules.types import CalendarEntry, DayKind, DayType
from companies.enums import CalendarKind
from tests.attendance.rules.build import properties

WEEKEND = {"sat": "all", "sun": "all"}
HOLI = dt.date(2026, 3, 3)  # a Tuesday
IsWorking = Callable[[dt.date], bool]


def march(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def is_working(date: dt.date) -> bool:
    holi = CalendarEntry(HOLI, CalendarKind.HOLIDAY, "Holi")
    return not day_kind(date, WEEKEND, [holi]).is_off  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("one", "other", "count", "with_first"),
    [
        (2, 2, 0, 1),  # a Monday
        (2, 3, 0, 1),  # Holi is the last day
        (2, 4, 1, 2),
        (6, 9, 1, 2),  # over a weekend
        (7, 8, 0, 0),
        (7, 9, 1, 1),  # a day off as the first makes no difference
        (2, 13, 8, 9),
    ],
)
def test_working_days_between(one: int, other: int, count: int, with_first: int) -> None:
    dates = march(one), march(other)
    for pair in (dates, dates[::-1]):
        assert working_days_between(*pair, is_working) == count
        assert working_days_between(*pair, is_working, counts_first=True) == with_first


@pytest.mark.parametrize(
    ("day", "n", "expected"),
    [
        (2, 0, 2),
        (3, 0, 3),  # the date itself, worked or not
        (7, 0, 7),
        (2, 1, 4),
        (6, 1, 9),
        (8, 1, 9),
        (2, 8, 13),
        (4, -1, 2),
        (9, -1, 6),
        (8, -1, 6),
        (13, -8, 2),
    ],
)
def test_working_days_on(day: int, n: int, expected: int) -> None:
    assert working_days_on(march(day), n, is_working) == march(expected)


@pytest.mark.parametrize("n", [1, -1])
def test_working_days_on_refuses_where_nobody_works_again(n: int) -> None:
    with pytest.raises(InvalidInput) as refused:
        working_days_on(march(2), n, lambda _date: False)
    assert refused.value.code == "no_working_day"


def test_working_days_on_outlasts_ten_years_off_and_no_more() -> None:
    back = march(2) + dt.timedelta(days=3661)
    assert working_days_on(march(2), 1, lambda date: date >= back) == back
    with pytest.raises(InvalidInput):
        working_days_on(march(2), 1, lambda date: date > back)


@st.composite
def calendars(draw: st.DrawFn) -> IsWorking:
    """Weekdays off, and a handful of dates; somebody always works."""
    off = draw(st.sets(st.integers(0, 6), max_size=5))
    others = draw(st.sets(st.integers(0, 60), max_size=8))
    return lambda date: date.weekday() not in off and (date - march(1)).days not in others


dates = st.integers(-40, 80).map(lambda n: march(1) + dt.timedelta(days=n))


@properties
@given(calendars(), dates, dates)
def test_between_is_the_same_either_way_round(works: IsWorking, one: dt.date, two: dt.date) -> None:
    assert working_days_between(one, two, works) == working_days_between(two, one, works)


@properties
@given(calendars(), dates, st.integers(0, 30))
def test_between_counts_what_on_went_forward(works: IsWorking, date: dt.date, n: int) -> None:
    assert working_days_between(date, working_days_on(date, n, works), works) == n


@properties
@given(calendars(), dates, st.integers(1, 30))
def test_on_goes_back_where_it_came_from(works: IsWorking, date: dt.date, n: int) -> None:
    there = working_days_on(date, n, works)
    assert works(there)
    back = working_days_on(there, -n, works)
    assert back == date if works(date) else back < date


# Optional holidays

LOSAR = CalendarEntry(march(4), CalendarKind.OPTIONAL_HOLIDAY, "Losar", "losar")


@pytest.mark.parametrize(
    ("picked", "kind"),
    [
        ((), DayKind(DayType.WORKING)),
        (("other",), DayKind(DayType.WORKING)),
        (("losar",), DayKind(DayType.HOLIDAY, "Losar")),
    ],
)
def test_optional_holiday_is_one_to_who_picked_it(picked: tuple[str, ...], kind: DayKind) -> None:
    assert day_kind(march(4), {}, [LOSAR], picked) == kind


def test_optional_holiday_nobody_picked_leaves_the_rest_of_the_date() -> None:
    half = CalendarEntry(march(4), CalendarKind.HALF_HOLIDAY_PM, "Fair")
    assert day_kind(march(4), {}, [LOSAR, half]) == DayKind(DayType.HALF_HOLIDAY_PM, "Fair")
    assert day_kind(march(4), {"wed": "all"}, [LOSAR]) == DayKind(DayType.WEEKLY_OFF)
