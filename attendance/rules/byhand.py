"""Whether punches entered by hand fit those that stand (rules 2, last paragraph).

Live punches are never refused; what somebody writes down later is, where it clashes. Both are
read by direction, as pairs: an out closes the latest in before it that is still open.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum

from attendance.enums import Direction
from attendance.rules.errors import InvalidInput
from attendance.rules.pairing import BREAKS, is_repeat, order
from attendance.rules.types import Tap
from attendance.rules.zones import DAY, FOLD, GAP, ZERO, elapsed, resolve, resolve_second


class ClashCode(StrEnum):
    """Why punches entered by hand are refused."""

    OUT_NOT_AFTER_IN = "out_not_after_in"
    OVERLAPS_PAIR = "overlaps_pair"
    IN_INSIDE_PAIR = "in_inside_pair"
    SECOND_OPEN = "second_open"
    PAIR_TOO_LONG = "pair_too_long"


@dataclass(frozen=True, slots=True)
class Clash:
    """What is refused, and the punches it clashes with: one, or those of a pair."""

    code: ClashCode
    tap: Tap
    others: tuple[Tap, ...]


@dataclass(frozen=True, slots=True)
class Wall:
    """A time of day as somebody writes it; `is_second`: the later one, where it came twice."""

    time: dt.time
    is_second: bool = False


def presence(
    date: dt.date, starts: Wall | None, ends: Wall | None, zone: str
) -> list[tuple[dt.datetime, Direction]]:
    """The in and the out that wall times of a date mean; an out before the in is the next day's.

    Raises `InvalidInput` ("no_such_time") where the clocks went past such a time.
    """
    found = []
    if starts is not None:
        found.append((_instant(date, starts, zone), Direction.IN))
    if ends is not None:
        is_next_day = starts is not None and ends.time < starts.time
        last = date + DAY if is_next_day else date
        found.append((_instant(last, ends, zone), Direction.OUT))
    return found


def comes_twice(date: dt.date, starts: dt.time | None, ends: dt.time | None, zone: str) -> bool:
    """Whether one of the wall times of a presence comes twice, so that somebody must say which."""
    last = date + DAY if starts is not None and ends is not None and ends < starts else date
    return any(
        time is not None and resolve(day, time, zone)[1] == FOLD
        for day, time in ((date, starts), (last, ends))
    )


def _instant(date: dt.date, wall: Wall, zone: str) -> dt.datetime:
    instant, note = resolve(date, wall.time, zone)
    if note == GAP:
        raise InvalidInput("no_such_time", time=f"{wall.time:%H:%M}", date=date.isoformat())
    return resolve_second(date, wall.time, zone) if wall.is_second else instant


@dataclass(slots=True)
class _Book:
    """Presences as they stand: closed ones, ins without an out, outs without an in."""

    longest: dt.timedelta
    pairs: list[tuple[Tap, Tap]] = field(default_factory=list)
    open_ins: list[Tap] = field(default_factory=list)
    stray_outs: list[Tap] = field(default_factory=list)

    def read(self, taps: Iterable[Tap], repeat_seconds: int) -> None:
        previous: Tap | None = None
        for tap in sorted(taps, key=order):
            if is_repeat(previous, tap, repeat_seconds):
                continue
            previous = tap
            if tap.direction not in BREAKS:
                self._add(tap)

    def _add(self, tap: Tap) -> None:
        opened = self.open_before(tap)
        if tap.direction == Direction.IN or (tap.direction == Direction.UNKNOWN and not opened):
            self.open_ins.append(tap)
        elif opened:
            self.open_ins.remove(opened)
            self.pairs.append((opened, tap))
        else:
            self.stray_outs.append(tap)

    def open_before(self, out: Tap) -> Tap | None:
        """The latest open in that an out at this instant closes."""
        near = (tap for tap in self.open_ins if ZERO < elapsed(tap.at, out.at) <= self.longest)
        return max(near, key=order, default=None)

    def open_near(self, tap: Tap) -> Tap | None:
        """An open in so near that this punch would meet it."""
        near = (item for item in self.open_ins if abs(elapsed(item.at, tap.at)) <= self.longest)
        return min(
            near, key=lambda item: (abs(elapsed(item.at, tap.at)), order(item)), default=None
        )

    def stray_after(self, start: Tap) -> Tap | None:
        """The first out without an in that an in at this instant would make a pair with."""
        near = (tap for tap in self.stray_outs if ZERO < elapsed(start.at, tap.at) <= self.longest)
        return min(near, key=order, default=None)

    def around(self, tap: Tap) -> tuple[Tap, Tap] | None:
        """The closed pair inside which the punch lies; its edges only touch."""
        return next((pair for pair in self.pairs if pair[0].at < tap.at < pair[1].at), None)


def check_entered(
    existing: Iterable[Tap],
    entered: Sequence[Tap],
    *,
    allow_overlap: bool = False,
    repeat_seconds: int = 60,
    max_presence_hours: int = 24,
) -> Clash | None:
    """The first clash of the punches entered with those that stand and with each other.

    `existing` are the person's punches around, at least `max_presence_hours` either way.
    `entered` come in the order in which they were written: an in and the out after it are meant
    as a pair, an out alone closes what is open, an in alone goes with an out that has none, or
    stays open.
    """
    book = _Book(dt.timedelta(hours=max_presence_hours))
    book.read(existing, repeat_seconds)
    rest = [tap for tap in entered if tap.direction not in BREAKS]
    while rest:
        tap = rest.pop(0)
        if tap.direction == Direction.OUT:
            clash = _enter_out(book, tap, allow_overlap=allow_overlap)
        elif rest and rest[0].direction == Direction.OUT:
            clash = _enter_pair(book, tap, rest.pop(0), allow_overlap=allow_overlap)
        else:
            clash = _enter_in(book, tap, allow_overlap=allow_overlap)
        if clash is not None:
            return clash
    return None


def _enter_out(book: _Book, out: Tap, *, allow_overlap: bool) -> Clash | None:
    opened = book.open_before(out)
    if opened is not None:
        book.open_ins.remove(opened)
        return _enter_pair(book, opened, out, allow_overlap=allow_overlap)
    around = book.around(out)
    if around is not None and not allow_overlap:
        return Clash(ClashCode.OVERLAPS_PAIR, out, around)
    later = book.open_near(out)
    if later is not None:
        return Clash(ClashCode.OUT_NOT_AFTER_IN, out, (later,))
    book.stray_outs.append(out)
    return None


def _enter_in(book: _Book, start: Tap, *, allow_overlap: bool) -> Clash | None:
    around = book.around(start)
    if around is not None:
        return Clash(ClashCode.IN_INSIDE_PAIR, start, around)
    stray = book.stray_after(start)
    if stray is not None:
        book.stray_outs.remove(stray)
        return _enter_pair(book, start, stray, allow_overlap=allow_overlap)
    opened = book.open_near(start)
    if opened is not None:
        return Clash(ClashCode.SECOND_OPEN, start, (opened,))
    book.open_ins.append(start)
    return None


def _enter_pair(book: _Book, start: Tap, out: Tap, *, allow_overlap: bool) -> Clash | None:
    length = elapsed(start.at, out.at)
    if length <= ZERO:
        return Clash(ClashCode.OUT_NOT_AFTER_IN, out, (start,))
    if length > book.longest:
        return Clash(ClashCode.PAIR_TOO_LONG, out, (start,))
    if not allow_overlap:
        for pair in sorted(book.pairs, key=lambda pair: order(pair[0])):
            if pair[0].at < out.at and start.at < pair[1].at:
                return Clash(ClashCode.OVERLAPS_PAIR, start, pair)
        # An out without an in would take this pair's in, and leave its out behind.
        stray = book.stray_after(start)
        if stray is not None and stray.at <= out.at:
            return Clash(ClashCode.OVERLAPS_PAIR, start, (stray,))
    inside = next((tap for tap in book.open_ins if start.at < tap.at < out.at), None)
    if inside is not None:
        return Clash(ClashCode.IN_INSIDE_PAIR, inside, (start, out))
    book.pairs.append((start, out))
    return None
