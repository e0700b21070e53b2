"""How long a date should be worked: its shift without the breaks, halved where half is off."""

from __future__ import annotations

import datetime as dt

from attendance.rules import codes
from attendance.rules.hours import auto_break, fixed_breaks
from attendance.rules.person import PersonCalendar
from attendance.rules.roll import Hours, RollDay, RollRow
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

    def hours(self, row: RollRow, own: PersonCalendar) -> list[Hours]:
        """What each date of the row asks for, and what leave covers of it.

        Nothing of a date outside of the employment; of a locked month what its lock kept.
        """
        return [
            row.kept_hours.get(place) or self._hours(row.days[place], own, date)
            for place, date in enumerate(self._dates)
        ]

    def sums(self, row: RollRow, own: PersonCalendar) -> tuple[int, int]:
        """The minutes that the dates which count ask for, and how many of them leave covers."""
        counted = self.hours(row, own)[row.begin : row.end]
        twice = sum(found[1] for found in counted)
        return sum(found[0] for found in counted), twice // 2

    def _hours(self, day: RollDay, own: PersonCalendar, date: dt.date) -> Hours:
        minutes = self._minutes(own, date)
        return minutes, self._twice_on_leave(day, own, date, minutes)

    def _twice_on_leave(
        self, day: RollDay, own: PersonCalendar, date: dt.date, minutes: int
    ) -> int:
        """Twice what leave covers of the minutes; half a day by its hours covers nothing.

        Of half a holiday the half that is worked asks for all of them.
        """
        halves = day.halves
        if halves == codes.HALF_WORKED or all(half.kind != HalfKind.LEAVE for half in halves):
            return 0
        due = [half.kind != HalfKind.OFF for half in codes.without_row(own.day_kind_on(date))]
        pairs = zip(halves, due, strict=True)
        taken = sum(is_due and half.kind == HalfKind.LEAVE for half, is_due in pairs)
        return 2 * minutes * taken // max(sum(due), 1)

    def _minutes(self, own: PersonCalendar, date: dt.date) -> int:
        pattern: Pattern | None = own.pattern_on(date)
        if pattern is None or not own.employment.holds_on(date):
            return 0
        day_kind = own.day_kind_on(date)
        key = (date, f"{pattern.shift_id}:{pattern.version_id}", own.zone_on(date), day_kind.type)
        if key not in self._known:
            self._known[key] = expected_minutes(own.occurrence_on(date), day_kind)
        return self._known[key]
