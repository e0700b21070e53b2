"""The roster: nobody works two shifts at once (rules 2)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable

from attendance.rules.person import Assignment
from attendance.rules.types import Occurrence
from attendance.rules.zones import DAY

OccurrenceOf = Callable[[Assignment, dt.date], Occurrence | None]


def clash(
    one: Assignment, others: Iterable[Assignment], occurrence_of: OccurrenceOf
) -> Assignment | None:
    """The first of the person's `others` that takes dates or hours of `one`; touching is none.

    `occurrence_of` says how the shift of an assignment falls on a date.
    """
    others = list(others)
    for other in others:
        if _begins_within(one, other) or _begins_within(other, one):
            return other
    for other in others:
        before, after = sorted([other, one], key=lambda item: item.starts_on)
        if before.ends_on is None or after.starts_on - before.ends_on != DAY:
            continue
        first = occurrence_of(before, before.ends_on)
        second = occurrence_of(after, after.starts_on)
        if first and second and first.ends_at > second.starts_at:
            return other
    return None


def _begins_within(one: Assignment, other: Assignment) -> bool:
    return one.starts_on <= other.starts_on <= (one.ends_on or dt.date.max)
