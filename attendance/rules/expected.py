"""How long a date should be worked: its shift without the breaks, halved where half is off."""

from __future__ import annotations

import datetime as dt

from attendance.rules import codes
from attendance.rules.hours import auto_break, fixed_breaks
from attendance.rules.person import PersonCalendar
from attendance.rules.roll import RollRow
from attendance.rules.spans import Span, length, overlap, to_minutes
from attendance.rules.steps import Trail
from attendance.rules.stretch import dates
from attendance.rules.types import DayKind, DayType, HalfKind, Occurrence, Pattern

_HALVES = (DayType.HALF_HOLIDAY_AM, DayType.HALF_HOLIDAY_PM)


def expected_minutes(occurrence: Occurrence | None, day_kind: DayKind) -> int:
    """The minutes that the date asks for; nothing on a day off, and without a shift."""
    if occurrence is None or day_kind.is_off:
        return 0
    shift = (Span(occurrence.starts_at, occurrence.ends_at),)
    pauses = length(overlap(shift, fixed_breaks(occurrence)))
    net = length(shift) - pauses
    net -= auto_break(net, pauses, occurrence.pattern.auto_breaks, Trail(occurrence.zone))
    return to_minutes(net / 2 if day_kind.type in _HALVES else net)


class Expectation:
    """How long people should work on their dates; what many share is worked out once."""

    def __init__(self, first: dt.date, last: dt.date) -> None:
        self._dates = list(dates(first, last))
        self._known: dict[tuple[dt.date, str, str, DayType], int] = {}

    def of(self, own: PersonCalendar) -> list[int]:
        """The minutes of each date; nothing of one outside of the employment."""
        return [self._minutes(own, date) for date in self._dates]

    def on_leave(self, row: RollRow, own: PersonCalendar, minutes: list[int]) -> int:
        """What leave covers of the minutes; half a day by its hours covers nothing.

        Of half a holiday the half that is worked asks for all of them.
        """
        covered = 0
        for place in range(row.begin, row.end):
            halves = row.days[place].halves
            if halves != codes.HALF_WORKED and any(half.kind == HalfKind.LEAVE for half in halves):
                usual = codes.without_row(own.day_kind_on(self._dates[place]))
                due = [half.kind != HalfKind.OFF for half in usual]
                pairs = zip(halves, due, strict=True)
                taken = sum(is_due and half.kind == HalfKind.LEAVE for half, is_due in pairs)
                covered += 2 * minutes[place] * taken // max(sum(due), 1)
        return covered // 2

    def _minutes(self, own: PersonCalendar, date: dt.date) -> int:
        pattern: Pattern | None = own.pattern_on(date)
        if pattern is None or not own.employment.holds_on(date):
            return 0
        day_kind = own.day_kind_on(date)
        key = (date, f"{pattern.shift_id}:{pattern.version_id}", own.zone_on(date), day_kind.type)
        if key not in self._known:
            self._known[key] = expected_minutes(own.occurrence_on(date), day_kind)
        return self._known[key]
