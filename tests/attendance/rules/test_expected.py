"""How long a date should be worked."""

import datetime as dt
from dataclasses import replace

import pytest

from attendance.enums import DayStatus
from attendance.rules.expected import Expectation, expected_minutes
from attendance.rules.person import Employment, PersonCalendar, Place
from attendance.rules.roll import Span, judged, row_of
from attendance.rules.settings import BUILT_IN, CalendarRow, CompanySettings, Steps
from attendance.rules.types import AutoBreak, Break, CalendarEntry, DayKind, DayType, Pattern
from attendance.rules.windows import occurrence
from companies.enums import CalendarKind

DAY = Pattern(
    shift_id="day", version_id="1", name="Day", start=dt.time(9), end=dt.time(17, 30),
    breaks=(Break(dt.time(13), dt.time(13, 30)),),
)  # fmt: skip
NIGHT = replace(DAY, start=dt.time(23), end=dt.time(7), breaks=())
AUTO = replace(DAY, breaks=(), auto_breaks=(AutoBreak(360, 30), AutoBreak(500, 45)))
WORKING = DayKind(DayType.WORKING)


@pytest.mark.parametrize(
    ("pattern", "date", "kind", "minutes"),
    [
        (DAY, "2026-03-02", DayType.WORKING, 480),
        (DAY, "2026-03-02", DayType.HALF_HOLIDAY_PM, 240),
        (DAY, "2026-03-02", DayType.HALF_HOLIDAY_AM, 240),
        (DAY, "2026-03-02", DayType.WEEKLY_OFF, 0),
        (DAY, "2026-03-02", DayType.HOLIDAY, 0),
        (AUTO, "2026-03-02", DayType.WORKING, 480),  # with the first break, the second is not due
        (replace(AUTO, end=dt.time(15, 10)), "2026-03-02", DayType.WORKING, 360),
        (NIGHT, "2026-03-06", DayType.WORKING, 480),
        (NIGHT, "2026-03-07", DayType.WORKING, 420),  # the clocks go forward
        (NIGHT, "2026-10-31", DayType.WORKING, 540),  # and back
    ],
)
def test_a_date_asks_for_its_shift_without_the_breaks(
    pattern: Pattern, date: str, kind: DayType, minutes: int
) -> None:
    found = occurrence(dt.date.fromisoformat(date), pattern, "America/New_York")
    assert expected_minutes(found, DayKind(kind)) == minutes


def test_without_a_shift_nothing_is_asked_for() -> None:
    assert expected_minutes(None, WORKING) == 0


@pytest.mark.parametrize(
    ("date", "status", "code", "covered"),
    [
        (2, DayStatus.ON_LEAVE, "CL", 480),
        (2, DayStatus.HALF_DAY, "½CL·½P", 240),
        (2, DayStatus.HALF_DAY, "", 0),  # by its hours
        (3, DayStatus.HALF_DAY, "½CL·½H", 240),  # all that half a holiday leaves
        (3, DayStatus.ON_LEAVE, "CL", 240),
        (4, DayStatus.HALF_DAY, "½H·½CL", 240),
        (5, DayStatus.ON_LEAVE, "CL", 0),  # a holiday asks for nothing
    ],
)
def test_leave_covers_what_its_halves_ask_for(
    date: int, status: DayStatus, code: str, covered: int
) -> None:
    first, last = dt.date(2026, 3, 2), dt.date(2026, 3, 5)
    kinds = (
        CalendarKind.HALF_HOLIDAY_PM, CalendarKind.HALF_HOLIDAY_AM, CalendarKind.HOLIDAY,
    )  # fmt: skip
    days = {dt.date(2026, 3, n): kind for n, kind in enumerate(kinds, 3)}
    settings = CompanySettings(
        revision=0, policies=Steps([(first, BUILT_IN)]), patterns={"day": Steps([(first, DAY)])},
        offices={},
        calendar={day: (CalendarRow(CalendarEntry(day, kind, ""), None, "", ""),)
                  for day, kind in days.items()},
    )  # fmt: skip
    places = Steps([(first, Place(default_shift_id="day"))])
    own = PersonCalendar(Employment(joined_on=first), settings, places)
    span = Span(first, last, dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    row = row_of(own, [(date - 2, judged(status, code, ()), 0, 0, 0)], span)
    expectation = Expectation(first, last)
    assert [minutes for minutes, _twice in expectation.hours(row, own)] == [480, 240, 240, 0]
    assert expectation.sums(row, own) == (960, covered)


def test_nothing_is_expected_outside_of_the_employment() -> None:
    first = dt.date(2026, 3, 2)
    settings = CompanySettings(
        revision=0, policies=Steps([(first, BUILT_IN)]), patterns={"day": Steps([(first, DAY)])},
        offices={}, calendar={},
    )  # fmt: skip
    places = Steps([(first, Place(default_shift_id="day"))])
    own = PersonCalendar(Employment(joined_on=first, left_on=first), settings, places)
    last = dt.date(2026, 3, 3)
    row = row_of(own, [], Span(first, last, dt.datetime(2026, 4, 1, tzinfo=dt.UTC)))
    expectation = Expectation(first, last)
    assert expectation.hours(row, own) == [(480, 0), (0, 0)]
    assert expectation.sums(row, own) == (480, 0)
    kept = replace(row, kept_hours={0: (300, 301)})
    assert expectation.sums(kept, own) == (300, 150)
