"""The reports of attendance as JSON, by the functions that those of the product are made of."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Final

from attendance.rules import zones
from attendance.rules.expected import Expectation
from attendance.rules.roll import ByDate, Span
from attendance.rules.sheet import Totals, summed
from attendance.rules.types import DayInput, HalfKind, Verdict
from attendance.simulate.build import World
from attendance.simulate.forms import Row
from attendance.simulate.payable import days_text
from attendance.simulate.people import Person
from attendance.simulate.register import Line, figures, lines

Json = dict[str, Any]
_LATE_OR_EARLY = ("late_minutes", "early_minutes")
_EXPECTED = (
    "expected_minutes", "on_leave_minutes", "worked_minutes", "over_minutes", "short_minutes",
)  # fmt: skip


def report(world: World, people: Iterable[Person], row: Row) -> Json:
    """The rows of a report, and what their figures add up to."""
    span = Span(row["from"], row["to"], world.now)
    rows, totals = _REPORTS[row["name"]].made(lines(world, people, span), span, row)
    return {
        "name": row["name"],
        "from": row["from"].isoformat(),
        "to": row["to"].isoformat(),
        "rows": rows,
        "totals": totals,
    }


@dataclass(frozen=True, slots=True)
class _Rows:
    """A report whose rows stand alone; `sums` are the keys that are added up."""

    rows: Callable[[Line, Span, Row], Iterable[Json]]
    sums: tuple[str, ...] = ()

    def made(self, found: Iterable[Line], span: Span, row: Row) -> tuple[list[Json], Json | None]:
        """The rows with their totals, where anything is added up."""
        rows = [item for line in found for item in self.rows(line, span, row)]
        totals = {key: sum(item[key] for item in rows) for key in self.sums}
        return rows, totals or None


@dataclass(frozen=True, slots=True)
class _Sheets:
    """A report of totals; together they are totals again."""

    each: Callable[[Iterable[Line], Span], Iterable[tuple[Json, Totals]]]

    def made(self, found: Iterable[Line], span: Span, row: Row) -> tuple[list[Json], Json | None]:
        """The rows with their totals."""
        rows = list(self.each(found, span))
        together = figures(summed(totals for _key, totals in rows))
        return [{**key, **figures(totals)} for key, totals in rows], together


# --- rows of days ---------------------------------------------------------------------------------
def _late_and_early(line: Line, span: Span, row: Row) -> Iterator[Json]:
    for day, verdict in line.recorded.values():
        if verdict.late_minutes or verdict.early_minutes:
            yield {
                **_who(line, day.date),
                **_scheduled(day),
                **_punched(day, verdict),
                **{name: getattr(verdict, name) for name in _LATE_OR_EARLY},
            }


def _missing_punches(line: Line, span: Span, row: Row) -> Iterator[Json]:
    for place in range(line.row.begin, line.row.end):
        day, date = line.row.days[place], span.dates[place]
        if day.lacks:
            found = line.recorded.get(date)
            none = {"first_in_at": None, "last_out_at": None}
            yield {
                **_who(line, date),
                "status": day.status.value if day.status else None,
                "code": day.code,
                **(_punched(*found) if found else none),
                "missing": list(day.lacks),
            }


def _days_off_worked(line: Line, span: Span, row: Row) -> Iterator[Json]:
    for day, verdict in line.recorded.values():
        if day.day_kind.is_off and (verdict.first_in_at or verdict.last_out_at):
            yield {
                **_who(line, day.date),
                "day": day.day_kind.type.value,
                "day_name": day.day_kind.name,
                **_punched(day, verdict),
                "out_on": _out_on(day, verdict),
                "worked_minutes": verdict.worked_minutes,
            }


def _shifts(line: Line, span: Span, row: Row) -> Iterator[Json]:
    for day, verdict in line.recorded.values():
        if day.occurrence is not None:
            yield {
                **_who(line, day.date),
                **_scheduled(day),
                "status": verdict.status.value if verdict.status else None,
                "code": verdict.code,
                **_punched(day, verdict),
                "out_on": _out_on(day, verdict),
                "worked_minutes": verdict.worked_minutes,
                **{name: getattr(verdict, name) for name in _LATE_OR_EARLY},
            }


def _unmarked_days(line: Line, span: Span, row: Row) -> Iterator[Json]:
    for place in line.row.unrecorded:
        day, date = line.row.days[place], span.dates[place]
        if not day.is_off or row.get("with_days_off"):
            unmarked = sum(half.kind == HalfKind.UNMARKED for half in day.halves)
            yield {
                **_who(line, date),
                "state": day.state.value,
                "code": day.code,
                "unmarked": days_text(unmarked),
            }


def _who(line: Line, date: dt.date) -> Json:
    return {"person": line.person.name, "date": date.isoformat()}


def _scheduled(day: DayInput) -> Json:
    """The shift and its times."""
    occurrence = day.occurrence
    return {
        "shift": occurrence.pattern.name if occurrence else None,
        "starts_at": zones.local_iso(occurrence.starts_at, day.zone) if occurrence else None,
        "ends_at": zones.local_iso(occurrence.ends_at, day.zone) if occurrence else None,
    }


def _punched(day: DayInput, verdict: Verdict) -> Json:
    return {
        name: zones.local_iso(at, day.zone) if at else None
        for name, at in (
            ("first_in_at", verdict.first_in_at), ("last_out_at", verdict.last_out_at),
        )
    }  # fmt: skip


def _out_on(day: DayInput, verdict: Verdict) -> str | None:
    """The date of going where it is another than the row's."""
    if verdict.last_out_at is None:
        return None
    date = zones.local_date(verdict.last_out_at, day.zone)
    return None if date == day.date else date.isoformat()


# --- rows of sums ---------------------------------------------------------------------------------
def _expected_and_actual(line: Line, span: Span, row: Row) -> Iterator[Json]:
    expectation = Expectation(span.dates[0], span.dates[-1])
    expected, on_leave = expectation.sums(line.row, line.person.calendar)
    worked = line.row.totals.worked_minutes
    rest = worked + on_leave - expected
    said = (expected, on_leave, worked, max(rest, 0), max(-rest, 0))
    yield {"person": line.person.name, **dict(zip(_EXPECTED, said, strict=True))}


def _headcount(found: Iterable[Line], span: Span) -> Iterator[tuple[Json, Totals]]:
    by_date = ByDate(span)
    for line in found:
        by_date.add(line.row)
    for date, totals in zip(span.dates, by_date.totals(), strict=True):
        yield {"date": date.isoformat(), "employed": totals.halves // 2}, totals


def _summary(found: Iterable[Line], span: Span) -> Iterator[tuple[Json, Totals]]:
    for line in found:
        yield {"person": line.person.name}, line.row.totals


_REPORTS: Final[dict[str, _Rows | _Sheets]] = {
    "unmarked-days": _Rows(_unmarked_days),
    "summary": _Sheets(_summary),
    "late-and-early": _Rows(_late_and_early, _LATE_OR_EARLY),
    "missing-punches": _Rows(_missing_punches),
    "days-off-worked": _Rows(_days_off_worked, ("worked_minutes",)),
    "shifts": _Rows(_shifts, ("worked_minutes", *_LATE_OR_EARLY)),
    "headcount": _Sheets(_headcount),
    "expected-and-actual": _Rows(_expected_and_actual, _EXPECTED),
}
