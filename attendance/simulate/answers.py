"""What a scenario asks, answered by the functions that the product runs."""

from __future__ import annotations

import datetime as dt
from calendar import monthrange
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from attendance.rules import zones
from attendance.rules.calendar import working_days_between, working_days_on
from attendance.rules.late_arrivals import late_arrivals
from attendance.rules.types import DayInput, Owner, Step, Verdict
from attendance.simulate import overtime, payable, scenario
from attendance.simulate.build import World, build, refuse
from attendance.simulate.corrections import Asked
from attendance.simulate.forms import Kind, Row
from attendance.simulate.judging import judged, overtime_of
from attendance.simulate.people import Person
from attendance.simulate.reports import report
from attendance.simulate.sheet import sheet

Json = dict[str, Any]
# A step in words; whoever has them, has them in a language.
Words = Callable[[str, Mapping[str, Any]], str]


class Part(scenario.Extension, Protocol):
    """A part of the product that stands above attendance."""

    def build(self, scenario: Row, world: World) -> Callable[[Kind], Any]:
        """What answers this part's questions; it may give people marks.

        What contradicts itself is told in the scenario's problems.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """The steps in words: those of days, of extra minutes, and of payable days."""

    days: Words
    overtime: Words
    payable: Words


def simulate(text: str, *, words: Spoken, parts: Sequence[Part] = ()) -> Json:
    """What a scenario asks, as JSON.

    Raises `WrongScenario` and `UnsupportedScenario`.
    """
    facts = scenario.read(text, scenario.form_of(parts))
    world = build(facts)
    answers: dict[str, Callable[[Kind], Any]] = {}
    for part in parts:
        answers |= dict.fromkeys((*part.questions, *part.reports), part.build(facts, world))
    refuse(facts)
    return {
        "schema": scenario.SCHEMA,
        "now": world.now.isoformat(),
        "answers": [
            {kind.name: answers[_asked(kind)](kind) if _asked(kind) in answers
             else _answer(world, kind, words)}
            for kind in world.asked
        ],
    }  # fmt: skip


def _asked(kind: Kind) -> str:
    """The question, or the report that is asked for."""
    return str(kind.row["name"]) if kind.name == "report" else kind.name


def _answer(world: World, kind: Kind, words: Spoken) -> Any:
    row, people = kind.row, list(world.people.values())
    if "person" in row:
        people = [world.people[row["person"]]]
    if kind.name == "days":
        return [_day(*found, words.days) for found in judged(world, people, row["from"], row["to"])]
    if kind.name == "overtime":
        return [
            overtime.line(item, person, words.overtime)
            for person in people
            for item in overtime_of(world, person, row["from"], row["to"])
        ]
    if kind.name == "payable":
        return [_payable(world, person, row["month"], words.payable) for person in people]
    if kind.name == "sheet":
        return sheet(world, people, row["month"])
    if kind.name == "report":
        return report(world, people, row)
    if kind.name == "corrections":
        names = {person.name for person in people}
        return [_correction(item) for item in world.corrections if item.person in names]
    if kind.name == "late_arrivals":
        first = row["month"]
        last = first.replace(day=monthrange(first.year, first.month)[1])
        return [late for person in people for late in _late_arrivals(world, person, first, last)]
    (person,) = people
    if kind.name == "working_days_between":
        count = working_days_between(
            row["from"], row["to"], person.is_working, counts_first=row["counts_first"]
        )
        return {"count": count}
    return {"date": working_days_on(row["date"], row["n"], person.is_working).isoformat()}


def _payable(world: World, person: Person, first: dt.date, words: Words) -> Json:
    last = payable.month_end(first)
    days = [(day, verdict) for _who, day, verdict, _owners in judged(world, [person], first, last)]
    extra = [overtime.counted(item, person) for item in overtime_of(world, person, first, last)]
    return payable.line(
        person, first, days, extra, known=payable.paid_codes(world.people.values()),
        now=world.now, locked_on=world.locked.get(first), words=words,
    )  # fmt: skip


def _correction(item: Asked) -> Json:
    """What the rules say of a request, and the days before and after."""
    return {
        "person": item.person,
        "kind": item.wanted.kind.value,
        "from": item.wanted.first.isoformat(),
        "to": item.wanted.last.isoformat(),
        "decision": item.decision,
        "refused": {"code": item.refusal, **item.values} if item.refusal else None,
        "dates": [date.isoformat() for date in item.dates],
        "effects": [
            {
                "date": effect.date.isoformat(),
                "before": _figures(effect.before),
                "after": _figures(effect.after),
            }
            for effect in item.effects
        ],
    }


def _figures(verdict: Verdict) -> Json:
    return {
        "status": verdict.status.value if verdict.status else None,
        "code": verdict.code,
        "worked_minutes": verdict.worked_minutes,
        "late_minutes": verdict.late_minutes,
        "early_minutes": verdict.early_minutes,
    }


def _late_arrivals(world: World, person: Person, first: dt.date, last: dt.date) -> Iterator[Json]:
    rows = [
        (day.date, verdict.late_minutes)
        for _person, day, verdict, _owners in judged(world, [person], first, last)
        if verdict.is_row
    ]
    for late in late_arrivals(rows, lambda date: person.calendar.policy_on(date).rules):
        yield {
            "person": person.name,
            "date": late.date.isoformat(),
            "late_minutes": late.late_minutes,
            "is_free": late.is_free,
            "number": late.number,
            "is_proposed": late.is_proposed,
        }


def _day(
    person: Person, day: DayInput, verdict: Verdict, owners: Mapping[str, Owner], words: Words
) -> Json:
    return {
        "person": person.name,
        **_verdict(day, verdict),
        "punches": _punches(day, verdict, owners),
        "versions": _versions(day, person),
        "steps": [_step(step, words) for step in verdict.steps],
    }


def _verdict(day: DayInput, verdict: Verdict) -> Json:
    occurrence = day.occurrence

    def wall(instant: dt.datetime | None) -> str | None:
        return zones.local_iso(instant, day.zone) if instant else None

    return {
        "date": day.date.isoformat(),
        "zone": day.zone,
        "day": day.day_kind.type.value,
        "is_row": verdict.is_row,
        "is_open": verdict.is_open,
        "status": verdict.status.value if verdict.status else None,
        "code": verdict.code,
        "shift": occurrence.pattern.name if occurrence else None,
        "starts_at": wall(occurrence.starts_at) if occurrence else None,
        "ends_at": wall(occurrence.ends_at) if occurrence else None,
        "first_in_at": wall(verdict.first_in_at),
        "last_out_at": wall(verdict.last_out_at),
        "worked_minutes": verdict.worked_minutes,
        "break_minutes": verdict.break_minutes,
        "late_minutes": verdict.late_minutes,
        "early_minutes": verdict.early_minutes,
        "exceptions": [item.value for item in verdict.exceptions],
        "settles_at": wall(verdict.settles_at),
        "next_at": wall(verdict.next_at),
    }


def _punches(day: DayInput, verdict: Verdict, owners: Mapping[str, Owner]) -> list[Json]:
    return [
        {
            "key": tap.key,
            "at": zones.local_iso(tap.at, day.zone),
            "direction": tap.direction.value,
            "source": tap.source.value,
            "reason": owners[tap.key].reason.value,
            "is_used": tap.key in verdict.used_keys,
        }
        for tap in day.taps
    ]


def _versions(day: DayInput, person: Person) -> Json:
    """Where in the file stands what the day was judged by."""
    pattern = day.occurrence.pattern if day.occurrence else None
    place = person.calendar.places.on_or_first(day.date)
    return {
        "policy": day.policy.version_id or None,
        "shift": pattern.version_id if pattern else None,
        "calendar": f"calendars.{place.office_id}" if place and place.office_id else None,
    }


def _step(step: Step, words: Words) -> Json:
    values = dict(step.values)
    return {"code": step.code, "values": values, "words": words(step.code, values)}
