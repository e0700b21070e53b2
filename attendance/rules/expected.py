"""How long a date should be worked: its shift without the breaks, halved where half is off."""

from __future__ import annotations

from attendance.rules.hours import auto_break, fixed_breaks
from attendance.rules.spans import Span, length, overlap, to_minutes
from attendance.rules.steps import Trail
from attendance.rules.types import DayKind, DayType, Occurrence

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
