"""The month sheet as JSON: a row a person, a code a date, and what it all makes."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from attendance.rules.roll import ByDate, RollRow, Span
from attendance.rules.sheet import summed
from attendance.simulate.build import World
from attendance.simulate.payable import days_text, month_end
from attendance.simulate.people import Person
from attendance.simulate.register import Line, figures, lines

Json = dict[str, Any]


def sheet(world: World, people: Iterable[Person], first: dt.date) -> Json:
    """The month of everybody of whom it holds anything: a record, or leave alone."""
    span = Span(first, month_end(first), world.now)
    by_date = ByDate(span)
    rows, everybody = [], []
    for line in lines(world, people, span):
        if not line.recorded and not any(map(line.person.calendar.marks_on, span.dates)):
            continue
        by_date.add(line.row)
        everybody.append(line.row.totals)
        rows.append(_row(line, span))
    locked_on = world.locked.get(first)
    return {
        "month": f"{first:%Y-%m}",
        "locked_on": locked_on.isoformat() if locked_on else None,
        "people": rows,
        "dates": [
            {"date": date.isoformat(), **figures(totals)}
            for date, totals in zip(span.dates, by_date.totals(), strict=True)
        ],
        "totals": figures(summed(everybody)),
    }


def _row(line: Line, span: Span) -> Json:
    totals = line.row.totals
    return {
        "person": line.person.name,
        "days": [_day(line.row, place, date) for place, date in enumerate(span.dates)],
        "totals": {
            **figures(totals),
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
