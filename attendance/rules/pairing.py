"""Punches of one row made into pairs (rules 3.1)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, field

from attendance.enums import DayException, Direction, Source
from attendance.rules.spans import Span
from attendance.rules.steps import Trail
from attendance.rules.types import Tap
from attendance.rules.zones import elapsed
from companies.enums import HoursMode, Pairing

BREAKS = (Direction.BREAK_START, Direction.BREAK_END)

# At one instant a presence ends before the next begins, as in records that touch.
_ORDER = (
    Direction.BREAK_END,
    Direction.OUT,
    Direction.IN,
    Direction.BREAK_START,
    Direction.UNKNOWN,
)


@dataclass(slots=True)
class Paired:
    """The punches of a row, each in its part; `pairs` are (in, out)."""

    pairs: list[tuple[Tap, Tap]] = field(default_factory=list)
    open_ins: list[Tap] = field(default_factory=list)
    stray_outs: list[Tap] = field(default_factory=list)
    breaks: list[Span] = field(default_factory=list)
    stray_breaks: list[Tap] = field(default_factory=list)
    running_break: Tap | None = None  # the last one, if nothing ended it; among `stray_breaks`
    ended_breaks: list[Tap] = field(default_factory=list)  # begun; a check-out ended them
    repeats: list[Tap] = field(default_factory=list)
    odd_count: int = 0  # of alternating punches from first to last, where it is odd
    is_closed_by_rule: bool = False  # the last out is assumed: nobody punched it

    @property
    def first_in(self) -> Tap | None:
        return min((*(pair[0] for pair in self.pairs), *self.open_ins), key=order, default=None)

    @property
    def last_out(self) -> Tap | None:
        return max((*(pair[1] for pair in self.pairs), *self.stray_outs), key=order, default=None)

    @property
    def lacks_in(self) -> bool:
        """Whether an out has no in; or a break lies in no presence at all."""
        return bool(self.stray_outs) or self.is_only_breaks

    @property
    def lacks_out(self) -> bool:
        return bool(self.open_ins) or self.is_only_breaks

    @property
    def is_only_breaks(self) -> bool:
        """Whether somebody punched breaks, and neither came nor went."""
        presence = self.pairs or self.open_ins or self.stray_outs
        return not presence and bool(self.breaks or self.stray_breaks)

    @property
    def is_still_in(self) -> bool:
        """Whether an in without an out comes after the last out."""
        last_out = self.last_out
        return bool(self.open_ins) and (
            last_out is None or order(max(self.open_ins, key=order)) > order(last_out)
        )

    def close_at(self, at: dt.datetime) -> None:
        """Close the latest open in as if somebody had checked out then, or when they came."""
        latest = max(self.open_ins, key=order)
        self.open_ins.remove(latest)
        out = Tap("", max(at, latest.at), Direction.OUT, Source.AUTO)
        self.pairs.append((latest, out))
        self.is_closed_by_rule = True

    @property
    def overlaps(self) -> bool:
        """Whether a pair begins before an earlier one has ended."""
        ordered = sorted(self.pairs, key=lambda pair: order(pair[0]))
        return any(
            elapsed(later[0].at, earlier[1].at) > dt.timedelta(0)
            for earlier, later in zip(ordered, ordered[1:], strict=False)
        )

    def exceptions(self, *, is_closed: bool) -> list[DayException]:
        """Why a human should look; while the window is open nobody misses the last out,
        nor the end of the break that runs.
        """
        waiting = 0 if is_closed else int(self.is_still_in)
        running = int(bool(waiting) and self.running_break is not None)
        lacks_out = len(self.open_ins) > waiting or (is_closed and self.is_only_breaks)
        found = {
            DayException.MISSING_IN: self.lacks_in,
            DayException.MISSING_OUT: lacks_out,
            DayException.ODD_PUNCHES: bool(self.odd_count or len(self.stray_breaks) > running),
            DayException.OVERLAP: self.overlaps,
            DayException.AUTO_CHECK_OUT: self.is_closed_by_rule,
        }
        return [exception for exception, is_so in found.items() if is_so]


def order(tap: Tap) -> tuple[dt.datetime, int, str]:
    """Sorts punches by their instant; ties are settled the same way every time."""
    return tap.at, _ORDER.index(tap.direction), tap.key


def is_repeat(previous: Tap | None, tap: Tap, repeat_seconds: int) -> bool:
    """Whether `tap` only says again what the punch before it, itself no repeat, has said."""
    return (
        previous is not None
        and repeat_seconds > 0
        and tap.direction == previous.direction
        and elapsed(previous.at, tap.at) <= dt.timedelta(seconds=repeat_seconds)
    )


def pair_taps(
    taps: Iterable[Tap],
    *,
    pairing: Pairing,
    hours_mode: HoursMode,
    repeat_seconds: int,
    trail: Trail,
) -> Paired:
    """Make pairs of the punches of one row, in whatever order they come."""
    paired = Paired()
    presence: list[Tap] = []
    breaks: list[Tap] = []
    previous: Tap | None = None
    for tap in sorted(taps, key=order):
        if is_repeat(previous, tap, repeat_seconds):
            paired.repeats.append(tap)
            trail.add("repeat", at=trail.wall(tap.at), direction=tap.direction.value)
            continue
        previous = tap
        (breaks if tap.direction in BREAKS else presence).append(tap)
    if pairing == Pairing.ALTERNATING:
        _pair_by_order(presence, hours_mode, paired)
    else:
        _pair_by_direction(presence, paired, trail)
    _pair_breaks(breaks, _outs(presence, paired), paired)
    return paired


def _outs(presence: list[Tap], paired: Paired) -> list[Tap]:
    """The punches with which somebody left, by their word or by their place, in order."""
    by_place = {tap_out.key for _in, tap_out in paired.pairs}
    return [tap for tap in presence if tap.direction == Direction.OUT or tap.key in by_place]


def _pair_by_direction(taps: list[Tap], paired: Paired, trail: Trail) -> None:
    """An out closes the latest open in; one that says nothing does what is due."""
    for tap in taps:
        direction = tap.direction
        if direction == Direction.UNKNOWN:
            direction = Direction.OUT if paired.open_ins else Direction.IN
            trail.add("direction_inferred", at=trail.wall(tap.at), direction=direction.value)
        if direction == Direction.IN:
            paired.open_ins.append(tap)
        elif paired.open_ins:
            paired.pairs.append((paired.open_ins.pop(), tap))
        else:
            paired.stray_outs.append(tap)


def _pair_by_order(taps: list[Tap], hours_mode: HoursMode, paired: Paired) -> None:
    """First in, second out, and so on, whatever the punches say of themselves."""
    if hours_mode == HoursMode.FIRST_IN_LAST_OUT and len(taps) > 1:
        paired.pairs.append((taps[0], taps[-1]))
        paired.odd_count = len(taps) if len(taps) % 2 else 0
        return
    paired.pairs.extend(zip(taps[::2], taps[1::2], strict=False))
    if len(taps) % 2:
        paired.open_ins.append(taps[-1])


def _pair_breaks(breaks: list[Tap], outs: list[Tap], paired: Paired) -> None:
    """An out ends a break that runs; one that nothing ends, or nobody began, is flagged."""
    started: Tap | None = None
    for tap in sorted((*breaks, *outs), key=order):
        if tap.direction == Direction.BREAK_START:
            if started is not None:
                paired.stray_breaks.append(started)
            started = tap
        elif started is not None:
            paired.breaks.append(Span(started.at, tap.at))
            if tap.direction != Direction.BREAK_END:
                paired.ended_breaks.append(started)
            started = None
        elif tap.direction == Direction.BREAK_END:
            paired.stray_breaks.append(tap)
    paired.running_break = started
    if started is not None:
        paired.stray_breaks.append(started)
