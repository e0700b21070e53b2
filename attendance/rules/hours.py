"""Worked time of a row (rules 1 and 3.2): rounding, hours mode, breaks."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from attendance.rules.pairing import Paired
from attendance.rules.spans import Span, length, merge, overlap, subtract, to_minutes
from attendance.rules.steps import Trail
from attendance.rules.types import AutoBreak, Occurrence, Pattern, Policy, Rounding, Tap
from attendance.rules.windows import place
from attendance.rules.zones import MINUTE, ZERO, elapsed, since_midnight
from companies.enums import HoursMode, RoundingMode


@dataclass(frozen=True, slots=True)
class Worked:
    """Figures of a row. `spans` is presence without breaks; `came_at` and `left_at` are rounded.

    `gross` is the rounded time of `presence`; `away` are the unpaid breaks that were punched.
    """

    spans: tuple[Span, ...]
    duration: dt.timedelta
    minutes: int
    break_minutes: int
    came_at: dt.datetime | None
    left_at: dt.datetime | None
    presence: tuple[Span, ...] = ()
    gross: dt.timedelta = ZERO
    away: tuple[Span, ...] = ()

    def minutes_outside(self, spans: tuple[Span, ...]) -> int:
        """Worked minutes without those in `spans`; what rounding adds lies nowhere else."""
        if not subtract(self.spans, spans):
            return 0
        return to_minutes(self.duration - length(overlap(self.spans, spans)))


def round_duration(duration: dt.timedelta, rounding: Rounding) -> dt.timedelta:
    """`duration` to the grid of `rounding`; `nearest` takes an exact half down."""
    if rounding.mode == RoundingMode.NONE or rounding.step == 0:
        return duration
    step = rounding.step * MINUTE
    down, rest = divmod(duration, step)
    is_up = rest > ZERO if rounding.mode == RoundingMode.CEIL else 2 * rest > step
    if rounding.mode == RoundingMode.FLOOR:
        is_up = False
    return (down + is_up) * step


def round_instant(instant: dt.datetime, rounding: Rounding, zone: str) -> dt.datetime:
    """`instant` to the grid that `rounding` lays over the wall clock from midnight on."""
    on_clock = since_midnight(instant, zone)
    return instant + (round_duration(on_clock, rounding) - on_clock)


def fixed_breaks(occurrence: Occurrence) -> tuple[Span, ...]:
    """The unpaid breaks of the shift as they fall on this occurrence."""
    return merge(place(occurrence, item.start, item.end) for item in occurrence.pattern.breaks)


def auto_break(
    net: dt.timedelta, had: dt.timedelta, auto_breaks: tuple[AutoBreak, ...], trail: Trail
) -> dt.timedelta:
    """What has to be taken out of `net`, since only `had` of the breaks due were had.

    Which breaks are due follows from `net`; none makes it less than the work that makes it due.
    """
    total = ZERO
    for item in sorted(auto_breaks, key=lambda item: item.after_minutes):
        after, due = item.after_minutes * MINUTE, item.minutes * MINUTE
        missing = min(due - had - total, net - total - after)
        if missing <= ZERO:
            continue
        total += missing
        trail.add(
            "auto_break",
            after=item.after_minutes,
            due=item.minutes,
            had=to_minutes(had),
            minutes=to_minutes(missing),
        )
    return total


def _away(presence: tuple[Span, ...]) -> dt.timedelta:
    """Time between the stretches of a presence: out for lunch is a break as well."""
    if not presence:
        return ZERO
    return presence[-1].end - presence[0].start - length(presence)


def worked_time(
    paired: Paired, occurrence: Occurrence | None, policy: Policy, zone: str, trail: Trail
) -> Worked:
    """The figures of a row; without a shift every pair counts as it was punched."""
    pattern = occurrence.pattern if occurrence else None
    rounded = _Rounded(paired, pattern, zone, trail)
    presence = merge(rounded.stretches())
    gross = ZERO
    for span in presence:
        exact = span.end - span.start
        counted = round_duration(exact, pattern.round_duration) if pattern else exact
        if counted != exact:
            trail.add("rounded_duration", minutes=to_minutes(exact), counts_as=to_minutes(counted))
        gross += counted
    away = () if policy.break_punches_paid else merge(paired.breaks)
    unpaid = merge((*(fixed_breaks(occurrence) if occurrence else ()), *away))
    taken = overlap(presence, unpaid)
    for span in taken:
        trail.add(
            "break",
            start=trail.wall(span.start),
            end=trail.wall(span.end),
            minutes=to_minutes(span.end - span.start),
        )
    net = max(gross - length(taken), ZERO)
    had = length(taken) + _away(presence)
    auto = auto_break(net, had, pattern.auto_breaks if pattern else (), trail)
    net -= auto
    worked = Worked(
        spans=subtract(presence, taken),
        duration=net,
        minutes=to_minutes(net),
        break_minutes=to_minutes(length(taken) + auto),
        came_at=rounded.came_at,
        left_at=rounded.left_at,
        presence=presence,
        gross=gross,
        away=away,
    )
    if presence:
        trail.add(
            "worked",
            presence=to_minutes(gross),
            breaks=worked.break_minutes,
            worked=worked.minutes,
        )
    return worked


class _Rounded:
    """The punches of a row as they count: ins and outs of closed pairs to their grids."""

    def __init__(self, paired: Paired, pattern: Pattern | None, zone: str, trail: Trail) -> None:
        self._paired = paired
        self._is_span = pattern is not None and pattern.hours_mode == HoursMode.FIRST_IN_LAST_OUT
        self._ins = {tap.key: tap.at for tap in paired.open_ins}
        self._outs = {tap.key: tap.at for tap in paired.stray_outs}
        for tap_in, tap_out in paired.pairs:
            self._ins[tap_in.key], self._outs[tap_out.key] = tap_in.at, tap_out.at
            if pattern is not None:
                self._ins[tap_in.key] = round_instant(tap_in.at, pattern.round_in, zone)
                self._outs[tap_out.key] = round_instant(tap_out.at, pattern.round_out, zone)
        self._explain(paired, trail)

    def _explain(self, paired: Paired, trail: Trail) -> None:
        for pair in paired.pairs:
            edges = (("rounded_in", pair[0], self._ins), ("rounded_out", pair[1], self._outs))
            for code, tap, counted in edges:
                if counted[tap.key] != tap.at:
                    trail.add(
                        code, punched=trail.wall(tap.at), counts_as=trail.wall(counted[tap.key])
                    )

    @property
    def came_at(self) -> dt.datetime | None:
        first = self._paired.first_in
        return None if first is None else self._ins[first.key]

    @property
    def left_at(self) -> dt.datetime | None:
        """None while an in stands open after the last out: the person has not left."""
        last = self._paired.last_out
        return None if last is None or self._paired.is_still_in else self._outs[last.key]

    def stretches(self) -> list[Span]:
        """Presence by hours mode; an open pair is none."""
        if self._is_span:
            return self._first_to_last(self._paired.first_in, self._paired.last_out)
        return [
            Span(self._ins[tap_in.key], self._outs[tap_out.key])
            for tap_in, tap_out in self._paired.pairs
        ]

    def _first_to_last(self, first: Tap | None, last: Tap | None) -> list[Span]:
        if first is None or last is None or elapsed(first.at, last.at) < ZERO:
            return []
        return [Span(self._ins[first.key], self._outs[last.key])]
