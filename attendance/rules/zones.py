"""Wall time and instants: the one place that does arithmetic with time zones.

An instant is an aware datetime in UTC. A wall time that occurs twice means its first occurrence;
one that does not exist means the first instant after the gap. Two datetimes that share a
`ZoneInfo` are compared by Python as wall times, so nothing else may compare or subtract them:
everything goes through UTC.
"""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from attendance.rules.errors import InvalidInput

GAP = "gap"
FOLD = "fold"

MINUTE = dt.timedelta(minutes=1)
DAY = dt.timedelta(days=1)
ZERO = dt.timedelta(0)


def as_utc(instant: dt.datetime) -> dt.datetime:
    """The same instant in UTC; `InvalidInput` ("naive_instant") where it names no zone."""
    if instant.utcoffset() is None:
        raise InvalidInput("naive_instant", value=instant.isoformat())
    return instant.astimezone(dt.UTC)


def elapsed(start: dt.datetime, end: dt.datetime) -> dt.timedelta:
    """Time that really passed from `start` to `end`, whatever the clocks did."""
    return as_utc(end) - as_utc(start)


def local(instant: dt.datetime, zone: str) -> dt.datetime:
    """The instant as the clocks of `zone` show it."""
    return as_utc(instant).astimezone(_zone(zone))


def local_date(instant: dt.datetime, zone: str) -> dt.date:
    """The calendar date in `zone` at that instant."""
    return local(instant, zone).date()


def local_iso(instant: dt.datetime, zone: str) -> str:
    """Wall time with its offset, such as `2026-03-02T09:16:00+05:45`; still names the instant."""
    return local(instant, zone).isoformat()


def resolve(date: dt.date, time: dt.time, zone: str) -> tuple[dt.datetime, str | None]:
    """The instant of a wall time, and `GAP` or `FOLD` where the clocks changed over it."""
    tz = _zone(zone)
    wall = dt.datetime.combine(date, time.replace(fold=0), tzinfo=tz)
    before = wall.astimezone(dt.UTC)
    after = wall.replace(fold=1).astimezone(dt.UTC)
    if before == after:
        return before, None
    if before < after:
        return before, FOLD
    return _end_of_gap(after, before, tz), GAP


def resolve_second(date: dt.date, time: dt.time, zone: str) -> dt.datetime:
    """The instant at which the clocks show a wall time for the last time that day."""
    wall = dt.datetime.combine(date, time.replace(fold=1), tzinfo=_zone(zone))
    return max(wall.astimezone(dt.UTC), resolve(date, time, zone)[0])


def floor_minute(instant: dt.datetime, zone: str) -> dt.datetime:
    """The beginning of the wall clock's minute in which the instant lies."""
    wall = local(instant, zone)
    return as_utc(instant) - dt.timedelta(seconds=wall.second, microseconds=wall.microsecond)


def since_midnight(instant: dt.datetime, zone: str) -> dt.timedelta:
    """What the wall clock shows, as time since 00:00; for rounding to a grid of the clock."""
    wall = local(instant, zone)
    return dt.timedelta(
        hours=wall.hour, minutes=wall.minute, seconds=wall.second, microseconds=wall.microsecond
    )


def date_ends_at(date: dt.date, zone: str) -> dt.datetime:
    """The first instant after which no clock of `zone` shows `date` any more."""
    midnight = dt.datetime.combine(date + DAY, dt.time.min, tzinfo=_zone(zone))
    instant, note = resolve(midnight.date(), dt.time.min, zone)
    if note == FOLD:
        # Clocks that go back over midnight (00:01 to 23:01) show the old date once more.
        second = midnight.replace(fold=1).astimezone(dt.UTC)
        if local_date(second - dt.timedelta.resolution, zone) <= date:
            return second
    return instant


def is_skipped(date: dt.date, zone: str) -> bool:
    """Whether the date never came there (Samoa had no 30 December 2011)."""
    instant, _ = resolve(date, dt.time.min, zone)
    return local_date(instant, zone) != date


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        raise InvalidInput("unknown_zone", value=name) from None


def _end_of_gap(before: dt.datetime, after: dt.datetime, tz: ZoneInfo) -> dt.datetime:
    """The instant of the change, which lies after `before` and not after `after`."""
    low, high = before.replace(microsecond=0), after.replace(microsecond=0)
    old_offset = low.astimezone(tz).utcoffset()
    while high - low > dt.timedelta(seconds=1):
        middle = low + dt.timedelta(seconds=(high - low) // dt.timedelta(seconds=1) // 2)
        if middle.astimezone(tz).utcoffset() == old_offset:
            low = middle
        else:
            high = middle
    return high
