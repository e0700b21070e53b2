"""What of a day is owed: the shift, less what marks and half holidays cover (rules 3.4)."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from attendance.enums import MarkKind, Portion
from attendance.rules import codes
from attendance.rules.hours import fixed_breaks
from attendance.rules.spans import Span, length, overlap, subtract
from attendance.rules.types import DayInput, DayType, Half, HalfKind, Mark, Occurrence
from attendance.rules.windows import place

MaybeHalves = tuple[Half | None, Half | None]

# Of two marks on one half the first kind here names it.
_ORDER = (MarkKind.LEAVE, MarkKind.ON_DUTY, MarkKind.WORK_FROM_HOME)


@dataclass(frozen=True, slots=True)
class Cover:
    """`halves`: what each half is, None where it is to be judged.

    `scheduled` and `owed` are the shift without its breaks, whole and less what is covered;
    `by_leave` and `by_marks` are the stretches that leave, or any mark, covers. `starts_at` and
    `ends_at` bound what is owed, for late and early; None where nothing is. `split_at` is where
    the halves meet.
    """

    halves: MaybeHalves
    scheduled: tuple[Span, ...] = ()
    owed: tuple[Span, ...] = ()
    by_leave: tuple[Span, ...] = ()
    by_marks: tuple[Span, ...] = ()
    starts_at: dt.datetime | None = None
    ends_at: dt.datetime | None = None
    split_at: dt.datetime | None = None

    @property
    def is_by_leave(self) -> bool:
        """Whether leave covers the whole day."""
        return all(half is not None and half.kind == HalfKind.LEAVE for half in self.halves)


def cover_of(day: DayInput, *, is_day_off: bool) -> Cover:
    """The cover of `day`; `is_day_off` where the whole of it is off and stays so."""
    marks = sorted(day.marks, key=lambda mark: (_ORDER.index(mark.kind), mark.key))
    halves = _half(marks, day, Portion.AM, is_day_off), _half(marks, day, Portion.PM, is_day_off)
    if day.occurrence is None:
        return Cover(halves)
    shift = Span(day.occurrence.starts_at, day.occurrence.ends_at)
    breaks = fixed_breaks(day.occurrence)
    scheduled = subtract([shift], breaks)
    split_at = _split(scheduled, day)
    parts = {Portion.FULL: shift, Portion.AM: Span(shift.start, split_at)}
    parts[Portion.PM] = Span(split_at, shift.end)
    spans = [(mark, _span(mark, day.occurrence, parts)) for mark in marks]
    by_marks = tuple(span for _, span in spans)
    by_leave = tuple(span for mark, span in spans if mark.kind == MarkKind.LEAVE)
    off = [parts[portion] for portion in _off_portions(day, is_day_off)]
    halves = _filled(halves, subtract(scheduled, off), parts, spans)
    cuts = [*off, *(() if halves == (codes.WORK_FROM_HOME,) * 2 else by_marks)]
    owed = subtract(scheduled, cuts)
    starts_at, ends_at = _edges(shift, cuts, owed)
    return Cover(halves, scheduled, owed, by_leave, by_marks, starts_at, ends_at, split_at)


def _half(marks: list[Mark], day: DayInput, portion: Portion, is_day_off: bool) -> Half | None:
    for mark in marks:
        if mark.portion in (Portion.FULL, portion):
            return codes.mark_half(mark.kind, mark.code)
    return codes.off_half(day.day_kind) if portion in _off_portions(day, is_day_off) else None


def _off_portions(day: DayInput, is_day_off: bool) -> tuple[Portion, ...]:
    if is_day_off:
        return Portion.AM, Portion.PM
    by_type = {
        DayType.HALF_HOLIDAY_AM: (Portion.AM,),
        DayType.HALF_HOLIDAY_PM: (Portion.PM,),
    }
    return by_type.get(day.day_kind.type, ())


def _span(mark: Mark, occurrence: Occurrence, parts: dict[Portion, Span]) -> Span:
    if mark.start is None or mark.end is None:
        return parts[mark.portion]
    return place(occurrence, mark.start, mark.end)


def _split(scheduled: tuple[Span, ...], day: DayInput) -> dt.datetime:
    """Where half of the scheduled time is done, unless the company named a time in the shift."""
    occurrence = day.occurrence
    assert occurrence is not None  # noqa: S101  # the caller has one
    wall = day.policy.half_split
    if wall is not None:
        named = place(occurrence, wall, wall).start
        if occurrence.starts_at < named < occurrence.ends_at:
            return named
    left = length(scheduled) / 2
    for span in scheduled:
        if span.end - span.start >= left:
            return span.start + left
        left -= span.end - span.start
    return occurrence.ends_at


def _filled(
    halves: MaybeHalves,
    open_time: tuple[Span, ...],
    parts: dict[Portion, Span],
    spans: list[tuple[Mark, Span]],
) -> MaybeHalves:
    """Marks that together leave nothing owed, hours among them, cover the halves they stand in."""
    if not open_time or subtract(open_time, [span for _, span in spans]):
        return halves
    am, pm = (overlap(open_time, [parts[portion]]) for portion in (Portion.AM, Portion.PM))
    return halves[0] or _filler(am, spans), halves[1] or _filler(pm, spans)


def _filler(open_time: tuple[Span, ...], spans: list[tuple[Mark, Span]]) -> Half:
    """Leave where it covers all of the half; else what covers the rest of it."""
    leave = [(mark, span) for mark, span in spans if mark.kind == MarkKind.LEAVE]
    is_leave = leave and not subtract(open_time, [span for _, span in leave])
    named = leave if is_leave else [item for item in spans if item not in leave]
    mark = next(mark for mark, span in named if overlap(open_time, [span]))
    return codes.mark_half(mark.kind, mark.code)


def _edges(
    shift: Span, cuts: list[Span], owed: tuple[Span, ...]
) -> tuple[dt.datetime | None, dt.datetime | None]:
    """The nominal start and end, moved to what is owed where the edge itself is covered."""
    if not owed:
        return None, None
    uncovered = subtract([shift], cuts)
    starts_at, ends_at = uncovered[0].start, uncovered[-1].end
    return (
        starts_at if starts_at == shift.start else owed[0].start,
        ends_at if ends_at == shift.end else owed[-1].end,
    )
