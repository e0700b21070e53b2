"""The month sheet as JSON: a row a person, a code a date, and what it all makes."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from typing import Any

from attendance.rules.roll import ByDate, RollRow, Span
from attendance.rules.sheet import summed
from attendance.simulate import overtime
from attendance.simulate.build import World
from attendance.simulate.judging import overtime_of
from attendance.simulate.payable import days_text, month_end
from attendance.simulate.people import Person
from attendance.simulate.register import Line, figures, lines

Json = dict[str, Any]


def sheet(world: World, people: Iterable[Person], first: dt.date) -> Json:
    """The month of everybody of whom it holds anything: a record, or leave alone."""
    span = Span(first, month_end(first), world.now)
    by_date, extra = ByDate(span), Counter[dt.date]()
    rows, everybody = [], []
    for line in lines(world, people, span):
        if not line.recorded and not any(map(line.person.calendar.marks_on, span.dates)):
            continue
        mine = _overtime(world, line.person, span)
        by_date.add(line.row)
        extra.update(mine)
        everybody.append(line.row.totals)
        rows.append(_row(line, span, sum(mine.values())))
    locked_on = world.locked.get(first)
    return {
        "month": f"{first:%Y-%m}",
        "locked_on": locked_on.isoformat() if locked_on else None,
        "people": rows,
        "dates": [
            {"date": date.isoformat(), **figures(totals), "overtime_minutes": extra[date]}
            for date, totals in zip(span.dates, by_date.totals(), strict=True)
        ],
        "totals": {**figures(summed(everybody)), "overtime_minutes": sum(extra.values())},
    }


def _overtime(world: World, person: Person, span: Span) -> dict[dt.date, int]:
    """The extra minutes of each date that count."""
    found = overtime_of(world, person, span.dates[0], span.dates[-1])
    return {item.date: overtime.counted(item, person)[1] for item in found}


def _row(line: Line, span: Span, overtime_minutes: int) -> Json:
    totals = line.row.totals
    return {
        "person": line.person.name,
        "days": [_day(line.row, place, date) for place, date in enumerate(span.dates)],
        "totals": {
            **figures(totals),
            "overtime_minutes": overtime_minutes,
            "outside": days_text(2 * len(span.dates) - totals.halves),
            "open": line.row.problems,
        },
    }


def _day(row: RollRow, place: int, date: dt.date) -> Json:
    day = row.days[place]
    is_counted = row.begin <= place < row.end
    worked, late, early = row.minutes.get(place, (0, 0, 0))
    return {
        "date": date.isoformat(),
        "code": day.code,
        "state": day.state.value,
        "halves": [half.kind.value for half in day.halves] if is_counted else [],
        "worked_minutes": worked,
        "late_minutes": late,
        "early_minutes": early,
        "exceptions": list(day.flags),
    }
