"""People × dates of a scenario, by the very register of the product; and its totals as JSON."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from attendance.rules import roll
from attendance.rules.roll import RollRow, Span
from attendance.rules.sheet import Totals
from attendance.rules.types import DayInput, Verdict
from attendance.simulate import overtime
from attendance.simulate.build import World
from attendance.simulate.judging import judged, overtime_of
from attendance.simulate.payable import days_text
from attendance.simulate.people import Person

Json = dict[str, Any]
Judged = tuple[DayInput, Verdict]


@dataclass(frozen=True, slots=True)
class Line:
    """One person's dates, and what was recorded of them with what it was judged by."""

    person: Person
    row: RollRow
    recorded: dict[dt.date, Judged]


def lines(world: World, people: Iterable[Person], span: Span) -> Iterator[Line]:
    """The dates of the people who work here on one of them."""
    first, last = span.dates[0], span.dates[-1]
    for person in people:
        employment = person.calendar.employment
        if employment.joined_on <= last and (employment.left_on or last) >= first:
            recorded = {
                day.date: (day, verdict)
                for _person, day, verdict, _owners in judged(world, [person], first, last)
                # What is open and has no punch yet is written when its time comes.
                if verdict.is_row and (day.taps or not verdict.is_open)
            }
            records = [_record(span, verdict) for _day, verdict in recorded.values()]
            extra = _overtime(world, person, span)
            yield Line(person, roll.row_of(person.calendar, records, span, extra), recorded)


def _overtime(world: World, person: Person, span: Span) -> dict[int, int]:
    """The extra minutes that count, by the place of their date."""
    found = overtime_of(world, person, span.dates[0], span.dates[-1])
    return {span.place(item.date): overtime.counted(item, person)[1] for item in found}


def _record(span: Span, verdict: Verdict) -> roll.Record:
    flags = tuple(item.value for item in verdict.exceptions)
    return (
        span.place(verdict.date), roll.judged(verdict.status, verdict.code, flags),
        verdict.worked_minutes, verdict.late_minutes, verdict.early_minutes,
    )  # fmt: skip


def figures(totals: Totals) -> Json:
    """Days as text, by where they count; `days` is their sum. Beside them late, early, worked."""
    return {
        "present": days_text(totals.present_halves),
        "absent": days_text(totals.absent_halves),
        "leave": days_text(totals.leave_halves),
        "leave_by_code": {code: days_text(n) for code, n in totals.leave_by_code.items()},
        "off": days_text(totals.off_halves),
        "unmarked": days_text(totals.unmarked_halves),
        "days": days_text(totals.halves),
        "late_count": totals.late_count,
        "late_minutes": totals.late_minutes,
        "early_count": totals.early_count,
        "early_minutes": totals.early_minutes,
        "worked_minutes": totals.worked_minutes,
        "overtime_minutes": totals.overtime_minutes,
    }
