"""How long a date should be worked."""

import datetime as dt
from dataclasses import replace

import pytest

from attendance.rules.expected import expected_minutes
from attendance.rules.types import AutoBreak, Break, DayKind, DayType, Pattern
from attendance.rules.windows import occurrence

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
