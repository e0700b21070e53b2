"""People × dates as a register shows them, for many at once: codes, halves, marks and totals.

Made for long lists. It reads plain columns, not rows of models, and every kind of day is one
object that all people share, so that ten thousand months cost little more than their reading.
"""

from __future__ import annotations

import datetime as dt
import json
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

from django.db.models import TextField
from django.db.models.functions import Cast

from attendance.enums import DayStatus
from attendance.models import AttendanceDay
from attendance.rules import codes, sheet
from attendance.rules.person import PersonCalendar
from attendance.rules.stretch import dates
from attendance.rules.types import DayKind
from attendance.selectors import people as selectors
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee

# No clock shows a date later or earlier than this beside UTC's.
_A_DAY = dt.timedelta(days=1)
PROBLEMS = (DayStatus.INCOMPLETE, DayStatus.UNMARKED)


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
    halves: codes.Halves
    status: DayStatus | None = None
    flags: tuple[str, ...] = ()
    name: str = ""

    @property
    def is_problem(self) -> bool:
        """Whether somebody has to look at it."""
        return bool(self.flags) or self.status in PROBLEMS


_UNMARKED: codes.Halves = (codes.UNMARKED, codes.UNMARKED)
_NOT_EMPLOYED = RollDay(DayState.NOT_EMPLOYED, "", _UNMARKED)


@dataclass(frozen=True, slots=True)
class RollRow:
    """One person's dates in order; totals are of the dates that count, `problems` their number."""

    employee: Employee
    days: list[RollDay]
    totals: sheet.Totals
    problems: int
    # Of each place among the dates: minutes worked, late, early, where something is recorded.
    minutes: dict[int, tuple[int, int, int]]
    # From which place to which the dates count.
    begin: int
    end: int


@lru_cache(maxsize=4096)
def _judged(status: str, code: str, flags: str) -> RollDay:
    found = tuple(json.loads(flags)) if flags and flags != "[]" else ()
    if not status:
        return RollDay(DayState.OPEN, "", (codes.OPEN, codes.OPEN), flags=found)
    known = DayStatus(status)
    halves = codes.read(known, code)
    return RollDay(DayState.JUDGED, code or known.value, halves, known, found)


@lru_cache(maxsize=4096)
def _of_calendar(day_kind: DayKind, is_skipped: bool) -> RollDay:
    """Return what a date without a record is."""
    halves = codes.without_row(day_kind)
    if is_skipped:
        return RollDay(DayState.SKIPPED, "", halves)
    if not day_kind.is_off:
        return RollDay(DayState.NOTHING, "", halves, DayStatus.UNMARKED)
    code = codes.off_half(day_kind).code
    return RollDay(DayState.OFF, code, halves, DayStatus(code), name=day_kind.name)


@lru_cache(maxsize=64)
def _unrecorded(halves: codes.Halves, state: DayState) -> RollDay:
    """Return a date without a record that nobody has to look at, with what it counts as."""
    return RollDay(state, "", halves)


def roll(
    *, company: Company, people: Sequence[Employee], first: dt.date, last: dt.date, now: dt.datetime
) -> list[RollRow]:
    """Return each person's dates from `first` to `last`, in the people's order.

    Six statements with the settings in memory, whatever the number of people.
    """
    calendars = selectors.person_calendars(
        company, people, settings=company_settings(company), first=first, last=last
    )
    return roll_by(calendars, people=people, first=first, last=last, now=now)


def roll_by(
    calendars: dict[int, PersonCalendar],
    *,
    people: Sequence[Employee],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
) -> list[RollRow]:
    """Return the same by calendars that are loaded already; two statements."""
    manuals = selectors.manual_verdicts(calendars, first=first, last=last)
    for key, found in manuals.items():
        calendars[key].manuals = found
    span = _Span(first, last, now)
    rows = _rows(calendars, span)
    return [_row(person, calendars[person.pk], rows.get(person.pk, ()), span) for person in people]


class _Span:
    """The dates of a register, and what all its people share."""

    def __init__(self, first: dt.date, last: dt.date, now: dt.datetime) -> None:
        self.dates = list(dates(first, last))
        self.now = now
        self.places = {date.isoformat(): n for n, date in enumerate(self.dates)}
        self.is_past = last < (now - _A_DAY).date()
        self._kinds: dict[object, list[RollDay]] = {}

    def place(self, date: dt.date) -> int:
        """Return where a date stands, or would stand, counted from the first."""
        return (date - self.dates[0]).days

    def without_records(self, own: PersonCalendar) -> list[RollDay]:
        """Return the person's dates as the calendar alone makes them; shared where it is."""
        one = own.places.on_or_first(self.dates[0])
        if one is not own.places.on_or_first(self.dates[-1]):
            return self._made(own)
        shared = (one and (one.office_id, repr(one.weekly_off)), own.picked)
        if shared not in self._kinds:
            self._kinds[shared] = self._made(own)
        return self._kinds[shared]

    def _made(self, own: PersonCalendar) -> list[RollDay]:
        return [_of_calendar(own.day_kind_on(date), False) for date in self.dates]


_Record = tuple[int, RollDay, int, int, int]


def _rows(keys: Iterable[int], span: _Span) -> dict[int, list[_Record]]:
    """Return what is recorded of the people's dates; one statement, plain columns only.

    Dates and marks come as text: turning each into an object would cost more than reading it.
    """
    found = (
        AttendanceDay.objects.filter(
            employee__in=list(keys), date__range=(span.dates[0], span.dates[-1]), slot=0
        )
        .annotate(on=Cast("date", TextField()), flags=Cast("exceptions", TextField()))
        .order_by()
        .values_list(
            "employee_id", "on", "status", "code", "flags",
            "worked_minutes", "late_minutes", "early_minutes",
        )
    )  # fmt: skip
    rows: dict[int, list[_Record]] = {}
    places = span.places
    for key, on, status, code, flags, worked, late, early in found.iterator(chunk_size=5000):
        record = (places[on], _judged(status, code, flags), worked, late, early)
        mine = rows.get(key)
        if mine is None:
            rows[key] = [record]
        else:
            mine.append(record)
    return rows


def _row(
    person: Employee, own: PersonCalendar, records: Collection[_Record], span: _Span
) -> RollRow:
    days = list(span.without_records(own))
    for date, manual in own.manuals.items():
        if manual.status is None:
            days[span.place(date)] = _of_calendar(own.day_kind_on(date), True)
    minutes: dict[int, tuple[int, int, int]] = {}
    for place, day, worked, late, early in records:
        days[place] = day
        minutes[place] = (worked, late, early)
    begin, end, last = _bounds(person, own, span)
    _settle(days, minutes, own, span, (begin, end, last))
    counts = Counter(days[begin:end])
    totals = sheet.of_counts(
        ((day.halves, count) for day, count in counts.items()),
        **_figures(minutes, begin, end),
    )
    problems = sum(count for day, count in counts.items() if day.is_problem)
    return RollRow(person, days, totals, problems, minutes, begin, end)


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


def _bounds(person: Employee, own: PersonCalendar, span: _Span) -> tuple[int, int, int]:
    """Return where the person's dates begin, where those end that have come, and where all end."""
    whole = len(span.dates)
    if not person.is_active:
        return 0, 0, 0
    begin = min(max(0, span.place(person.joined_on)), whole)
    last = whole if person.left_on is None else min(whole, span.place(person.left_on) + 1)
    last = max(begin, last)
    if span.is_past:
        return begin, last, last
    today = span.place(own.date_at(span.now))
    return begin, max(begin, min(last, today + 1)), last


def _settle(
    days: list[RollDay],
    recorded: Collection[int],
    own: PersonCalendar,
    span: _Span,
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
    """Return whether somebody could have been absent: a shift, and a day that is judged."""
    return own.employment.is_judged_on(date) and own.pattern_on(date) is not None
