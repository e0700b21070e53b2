"""Late and early (rules 3.3): whole minutes of the wall clock, the punch floored."""

from __future__ import annotations

import datetime as dt

from attendance.rules.steps import Trail
from attendance.rules.types import DayInput
from attendance.rules.zones import MINUTE, elapsed, floor_minute


def late_minutes(
    came_at: dt.datetime | None, starts_at: dt.datetime | None, day: DayInput, trail: Trail
) -> int:
    """Minutes from the start of what is owed, if the first in is after start and grace; else 0."""
    if came_at is None or starts_at is None or day.occurrence is None:
        return 0
    grace = day.occurrence.pattern.late_grace_minutes
    beyond = _whole_minutes(starts_at, came_at, day.zone)
    first_in, shift_start = trail.wall(came_at), trail.clock(starts_at)
    if beyond <= grace:
        trail.add("on_time", first_in=first_in, shift_start=shift_start, grace=grace)
        return 0
    late = beyond - grace if day.policy.late_from_end_of_grace else beyond
    trail.add("late", first_in=first_in, shift_start=shift_start, grace=grace, late=late)
    return late


def early_minutes(
    left_at: dt.datetime | None, ends_at: dt.datetime | None, day: DayInput, trail: Trail
) -> int:
    """Minutes to the end of what is owed, if the last out is before end less grace; else 0."""
    if left_at is None or ends_at is None or day.occurrence is None:
        return 0
    grace = day.occurrence.pattern.early_grace_minutes
    short = -_whole_minutes(ends_at, left_at, day.zone)
    last_out, shift_end = trail.wall(left_at), trail.clock(ends_at)
    if short <= grace:
        trail.add("left_on_time", last_out=last_out, shift_end=shift_end, grace=grace)
        return 0
    trail.add("early", last_out=last_out, shift_end=shift_end, grace=grace, early=short)
    return short


def _whole_minutes(start: dt.datetime, end: dt.datetime, zone: str) -> int:
    return elapsed(floor_minute(start, zone), floor_minute(end, zone)) // MINUTE
