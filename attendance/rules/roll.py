"""People × dates as a register shows them: codes, halves, what is to be cleared up, totals.

The product and `simulate` both make their month sheet and their reports of this. Every kind of day
is one object that all people share, so that ten thousand months cost little more than their
reading.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import lru_cache
from types import MappingProxyType
from typing import Any

from attendance.enums import DayException, DayStatus
from attendance.rules import codes, sheet
from attendance.rules.person import PersonCalendar
from attendance.rules.stretch import dates
from attendance.rules.types import DayKind, Half, HalfKind

# No clock shows a date later or earlier than this beside UTC's.
_A_DAY = dt.timedelta(days=1)
PROBLEMS = (DayStatus.INCOMPLETE, DayStatus.UNMARKED)
_MISSING = (DayException.MISSING_IN, DayException.MISSING_OUT, DayException.ODD_PUNCHES)


class DayState(StrEnum):
    """Where a date stands that is, or is not, judged."""

    JUDGED = "judged"
    OPEN = "open"
    OFF = "off"
    NOTHING = "nothing"
    NOT_DUE = "not_due"
    SKIPPED = "skipped"
    TO_COME = "to_come"
    NOT_EMPLOYED = "not_employed"


@dataclass(frozen=True, slots=True, eq=False)
class RollDay:
    """One kind of day; compared by identity, for all who had such a day share it."""

    state: DayState
    code: str
    halves: codes.Halves | tuple[()]
    status: DayStatus | None = None
    flags: tuple[str, ...] = ()
    name: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether somebody has to look at it."""
        return self.counts and (bool(self.flags) or self.status in PROBLEMS)

    @property
    def counts(self) -> bool:
        """Whether it counts for anything; of a locked month that left the person out, nothing."""
        return bool(self.halves)

    @property
    def is_off(self) -> bool:
        """Whether the whole date counts as off."""
        return all(half.kind == HalfKind.OFF for half in self.halves)

    @property
    def lacks(self) -> tuple[str, ...]:
        """What is missing: exceptions, `nothing` recorded at all, the code of incomplete, or ()."""
        if not self.counts:
            return ()
        lacking = tuple(flag for flag in self.flags if flag in _MISSING)
        if lacking:
            return lacking
        if self.state == DayState.NOTHING or self.status == DayStatus.UNMARKED:
            return (DayState.NOTHING.value,)
        return (DayStatus.INCOMPLETE.value,) if self.status == DayStatus.INCOMPLETE else ()


_UNMARKED: codes.Halves = (codes.UNMARKED, codes.UNMARKED)
_NOT_EMPLOYED = RollDay(DayState.NOT_EMPLOYED, "", _UNMARKED)
# What is recorded of a date: its place among the dates, and the minutes worked, late, early.
Record = tuple[int, RollDay, int, int, int]
# What a date asks for in minutes, and twice what leave covers of it: halves of odd ones stay whole.
Hours = tuple[int, int]


@dataclass(frozen=True, slots=True)
class RollRow:
    """One person's dates in order; totals are of the dates that count, `problems` their number."""

    days: list[RollDay]
    totals: sheet.Totals
    problems: int
    # Of each place among the dates: minutes worked, late, early, where something is recorded.
    minutes: dict[int, tuple[int, int, int]]
    # Of each place with any: the extra minutes that count.
    overtime: Mapping[int, int]
    # From which place to which the dates count.
    begin: int
    end: int
    # What the dates of locked months asked for when they were locked, by place.
    kept_hours: Mapping[int, Hours]

    @property
    def unrecorded(self) -> list[int]:
        """The places of the dates that count of which nothing is recorded."""
        return [
            place
            for place in range(self.begin, self.end)
            if place not in self.minutes and self.days[place].counts
        ]


@lru_cache(maxsize=4096)
def judged(status: DayStatus | None, code: str, flags: tuple[str, ...]) -> RollDay:
    """What a recorded date is, by its status (none while it is open), code and exceptions."""
    if status is None:
        return RollDay(DayState.OPEN, "", (codes.OPEN, codes.OPEN), flags=flags)
    halves = codes.read(status, code)
    return RollDay(DayState.JUDGED, code or status.value, halves, status, flags)


@lru_cache(maxsize=4096)
def _of_calendar(day_kind: DayKind, is_skipped: bool) -> RollDay:
    """What a date without a record is."""
    halves = codes.without_row(day_kind)
    if is_skipped:
        return RollDay(DayState.SKIPPED, "", halves)
    if not day_kind.is_off:
        return RollDay(DayState.NOTHING, "", halves, DayStatus.UNMARKED)
    code = codes.off_half(day_kind).code
    return RollDay(DayState.OFF, code, halves, DayStatus(code), name=day_kind.name)


@lru_cache(maxsize=64)
def _unrecorded(halves: codes.Halves, state: DayState) -> RollDay:
    """A date without a record that nobody has to look at, with what it counts as."""
    return RollDay(state, "", halves)


class Span:
    """The dates of a register, and what all its people share."""

    def __init__(self, first: dt.date, last: dt.date, now: dt.datetime) -> None:
        self.dates = list(dates(first, last))
        self.now = now
        self.places = {date.isoformat(): n for n, date in enumerate(self.dates)}
        self.is_past = last < (now - _A_DAY).date()
        self._kinds: dict[object, list[RollDay]] = {}

    def place(self, date: dt.date) -> int:
        """Where a date stands, or would stand, counted from the first."""
        return (date - self.dates[0]).days

    def without_records(self, own: PersonCalendar) -> list[RollDay]:
        """The person's dates as the calendar alone makes them; shared where it is."""
        one = own.places.on_or_first(self.dates[0])
        if one is not own.places.on_or_first(self.dates[-1]):
            return self._made(own)
        shared = (one and (one.office_id, repr(one.weekly_off)), own.picked)
        if shared not in self._kinds:
            self._kinds[shared] = self._made(own)
        return self._kinds[shared]

    def _made(self, own: PersonCalendar) -> list[RollDay]:
        return [_of_calendar(own.day_kind_on(date), False) for date in self.dates]


def row_of(
    own: PersonCalendar,
    records: Collection[Record],
    span: Span,
    overtime: Mapping[int, int] = MappingProxyType({}),
) -> RollRow:
    """One person's row, of what is recorded, of what was set by hand, and of extra minutes."""
    days = list(span.without_records(own))
    for date, manual in own.manuals.items():
        if manual.status is None and 0 <= span.place(date) < len(days):
            days[span.place(date)] = _of_calendar(own.day_kind_on(date), True)
    minutes: dict[int, tuple[int, int, int]] = {}
    for place, day, worked, late, early in records:
        days[place] = day
        minutes[place] = (worked, late, early)
    begin, end, last = _bounds(own, span)
    _settle(days, minutes, own, span, (begin, end, last))
    return _summed(days, minutes, overtime, begin, end)


def _summed(
    days: list[RollDay],
    minutes: dict[int, tuple[int, int, int]],
    overtime: Mapping[int, int],
    begin: int,
    end: int,
    kept_hours: Mapping[int, Hours] = MappingProxyType({}),
) -> RollRow:
    counts = Counter(days[begin:end])
    totals = sheet.of_counts(
        ((day.halves, count) for day, count in counts.items()),
        **_figures(minutes, begin, end),
        overtime_minutes=sum(n for place, n in overtime.items() if begin <= place < end),
    )
    problems = sum(count for day, count in counts.items() if day.is_problem)
    return RollRow(days, totals, problems, minutes, overtime, begin, end, kept_hours)


# --- a locked month -------------------------------------------------------------------------------
def to_json(row: RollRow, hours: Iterable[Hours]) -> dict[str, Any]:
    """A month's row as its lock keeps it: whatever calendars and people say later, it stands.

    Each kind of day once, and which of them each date is. `hours` are those of each date.
    """
    kinds = list(dict.fromkeys(row.days))
    places = {day: n for n, day in enumerate(kinds)}
    return {
        "begin": row.begin,
        "end": row.end,
        "kinds": [
            [
                day.state.value, day.code, day.status.value if day.status else "",
                [[half.kind.value, half.code] for half in day.halves], list(day.flags), day.name,
            ]
            for day in kinds
        ],
        "days": [places[day] for day in row.days],
        "minutes": [[place, *found] for place, found in row.minutes.items()],
        "overtime": [list(found) for found in row.overtime.items()],
        "hours": [list(found) for found in hours],
    }  # fmt: skip


def _kept_days(kinds: Iterable[list[Any]]) -> list[RollDay]:
    return [
        _kept_day(state, code, status, tuple(map(tuple, halves)), tuple(flags), name)
        for state, code, status, halves, flags, name in kinds
    ]


@lru_cache(maxsize=4096)
def _kept_day(
    state: str,
    code: str,
    status: str,
    halves: tuple[tuple[str, str], ...],
    flags: tuple[str, ...],
    name: str,
) -> RollDay:
    one, other = (Half(HalfKind(kind), own) for kind, own in halves)
    known = DayStatus(status) if status else None
    return RollDay(DayState(state), code, (one, other), known, flags, name)


def _left_out(month: dt.date, row: RollRow, span: Span) -> RollRow:
    """The row without a locked month in which the person had no line: its dates count nothing.

    Such are who was switched off then, and who was entered after the lock. Their codes stay.
    """
    days, minutes, overtime, hours = (
        list(row.days), dict(row.minutes), dict(row.overtime), dict(row.kept_hours)
    )  # fmt: skip
    for place, date in enumerate(span.dates):
        if date.replace(day=1) == month:
            days[place] = replace(days[place], halves=(), flags=())
            minutes.pop(place, None)
            overtime.pop(place, None)
            hours[place] = (0, 0)
    return _summed(days, minutes, overtime, row.begin, row.end, hours)


def with_kept(
    row: RollRow, span: Span, months: Collection[tuple[dt.date, dict[str, Any] | None]]
) -> RollRow:
    """The row with its locked months as they were locked, by their first days.

    In a month that is locked without a line of the person, nothing of theirs counts.
    """
    for first, kept in months:
        if kept is None:
            row = _left_out(first, row, span)
    return _with_lines(row, span, {first: kept for first, kept in months if kept is not None})


def _with_lines(row: RollRow, span: Span, months: dict[dt.date, dict[str, Any]]) -> RollRow:
    days, minutes, overtime = list(row.days), dict(row.minutes), dict(row.overtime)
    counted, hours = set(range(row.begin, row.end)), dict(row.kept_hours)
    for first, kept in months.items():
        begin, kinds = span.place(first), _kept_days(kept["kinds"])
        for n, kind in enumerate(kept["days"]):
            place = begin + n
            if 0 <= place < len(days):
                days[place] = kinds[kind]
                minutes.pop(place, None)
                overtime.pop(place, None)
                expected, twice_on_leave = kept["hours"][n]
                hours[place] = (expected, twice_on_leave)
                counted.discard(place)
                if kept["begin"] <= n < kept["end"]:
                    counted.add(place)
        for n, worked, late, early in kept["minutes"]:
            if 0 <= begin + n < len(days):
                minutes[begin + n] = (worked, late, early)
        for n, extra in kept["overtime"]:
            if 0 <= begin + n < len(days):
                overtime[begin + n] = extra
    bounds = (min(counted), max(counted) + 1) if counted else (0, 0)
    return _summed(days, minutes, overtime, *bounds, hours)


class ByDate:
    """What everybody's rows make of each date."""

    def __init__(self, span: Span) -> None:
        self._kinds: list[Counter[RollDay]] = [Counter() for _date in span.dates]
        self._minutes: list[Counter[str]] = [Counter() for _date in span.dates]

    def add(self, row: RollRow, only: Collection[int] | None = None) -> None:
        """Count a person's dates in, or those at some places of them."""
        counted = set(range(row.begin, row.end))
        if only is not None:
            counted &= set(only)
        for place in counted:
            self._kinds[place][row.days[place]] += 1
        for place, (worked, late, early) in row.minutes.items():
            if place in counted:
                found = self._minutes[place]
                found["worked_minutes"] += worked
                if late:
                    found["late_count"] += 1
                    found["late_minutes"] += late
                if early:
                    found["early_count"] += 1
                    found["early_minutes"] += early
        for place, extra in row.overtime.items():
            if place in counted:
                self._minutes[place]["overtime_minutes"] += extra

    def totals(self) -> list[sheet.Totals]:
        """The totals of each date; two halves for everybody of whom it counts."""
        return [
            sheet.of_counts(((day.halves, count) for day, count in kinds.items()), **minutes)
            for kinds, minutes in zip(self._kinds, self._minutes, strict=True)
        ]


def _figures(minutes: dict[int, tuple[int, int, int]], begin: int, end: int) -> dict[str, int]:
    worked_all = late_all = early_all = late_count = early_count = 0
    for place, (worked, late, early) in minutes.items():
        if begin <= place < end:
            worked_all += worked
            if late:
                late_all += late
                late_count += 1
            if early:
                early_all += early
                early_count += 1
    return {
        "worked_minutes": worked_all,
        "late_count": late_count,
        "late_minutes": late_all,
        "early_count": early_count,
        "early_minutes": early_all,
    }


def _bounds(own: PersonCalendar, span: Span) -> tuple[int, int, int]:
    """Where the person's dates begin, where those end that have come, and where all end."""
    whole, employment = len(span.dates), own.employment
    if not employment.is_active:
        return 0, 0, 0
    left_on = employment.left_on
    begin = min(max(0, span.place(employment.joined_on)), whole)
    last = whole if left_on is None else min(whole, span.place(left_on) + 1)
    last = max(begin, last)
    if span.is_past:
        return begin, last, last
    today = span.place(own.date_at(span.now))
    return begin, max(begin, min(last, today + 1)), last


def _settle(
    days: list[RollDay],
    recorded: Collection[int],
    own: PersonCalendar,
    span: Span,
    bounds: tuple[int, int, int],
) -> None:
    """Say what a date without a record is: not employed, to come, today, or nothing was due."""
    begin, end, last = bounds
    for place in (*range(begin), *range(last, len(days))):
        if place not in recorded:
            days[place] = _NOT_EMPLOYED
    for place in range(end, last):
        if days[place].state == DayState.NOTHING:
            days[place] = _unrecorded(days[place].halves, DayState.TO_COME)
    today = None if span.is_past else span.place(own.date_at(span.now))
    for place in range(begin, end):
        if days[place].state is DayState.NOTHING:
            if place == today:
                days[place] = _unrecorded(days[place].halves, DayState.OPEN)
            elif not _is_due(own, span.dates[place]):
                days[place] = _unrecorded(days[place].halves, DayState.NOT_DUE)


def _is_due(own: PersonCalendar, date: dt.date) -> bool:
    """Whether somebody could have been absent: a shift, and a day that is judged."""
    return own.employment.is_judged_on(date) and own.pattern_on(date) is not None
