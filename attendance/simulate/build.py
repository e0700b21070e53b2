"""The facts of a scenario as the rules want them; what contradicts itself is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from attendance.enums import Direction, Source
from attendance.rules import zones
from attendance.rules.types import Tap
from attendance.simulate.company import company_settings
from attendance.simulate.forms import Kind, Row
from attendance.simulate.people import Person, known, people_of
from attendance.simulate.problems import WrongScenario

MOST_DAYS: Final = 3660


@dataclass(frozen=True, slots=True)
class World:
    """A whole scenario as the rules want it."""

    now: dt.datetime
    people: Mapping[str, Person]
    asked: tuple[Kind, ...]


def build(scenario: Row) -> World:
    """The facts of a scenario.

    Raises `WrongScenario` with everything that contradicts itself.
    """
    settings = company_settings(scenario)
    people = people_of(scenario, settings)
    # Wall times need their zones; a zone that is none was told already.
    _refuse(scenario)
    now = _instant(scenario, "now", lambda date: settings.policy_on(date).zone)
    _punch(scenario, people, now)
    for kind in scenario["ask"]:
        _check_days(kind.row, people)
    _refuse(scenario)
    return World(now, people, tuple(scenario["ask"]))


def _refuse(scenario: Row) -> None:
    problems = scenario.spot.problems
    if problems.found:
        raise WrongScenario(problems)


def _instant(row: Row, key: str, zone_on: Callable[[dt.date], str]) -> dt.datetime:
    """The instant that a value names; a wall time is read in the zone of its date."""
    moment: dt.datetime = row[key]
    if moment.tzinfo is not None:
        if "fold" in row:
            row.wrong("fold", "with an offset a time is never twice")
        return zones.as_utc(moment)
    date, time, zone = moment.date(), moment.time(), zone_on(moment.date())
    if row.get("fold") != "second":
        return zones.resolve(date, time, zone)[0]
    second = zones.resolve_second(date, time, zone)
    if second is None:
        row.wrong("fold", f"{moment:%Y-%m-%d %H:%M} comes once in {zone}")
    return second or zones.resolve(date, time, zone)[0]


def _punch(scenario: Row, people: Mapping[str, Person], now: dt.datetime) -> None:
    """Give everybody their punches, those that HR added too, less those that HR voided."""
    by_hand = {name: [kind.row for kind in scenario["corrections"] if kind.name == name]
               for name in ("add", "void")}  # fmt: skip
    rows = [(row, Source(row.get("source", Source.WEB))) for row in scenario["punches"]]
    owners: dict[str, Person] = {}
    for row, source in [*rows, *((row, Source.HR) for row in by_hand["add"])]:
        person, key = known(row, "person", people), row.get("key", row.spot.place)
        if key in owners:
            row.wrong("key", f"another punch is called {key}")
        if person is None:
            continue
        at = _instant(row, "at", person.calendar.zone_on)
        if at > now:
            row.wrong("at", "lies after now")
        direction = Direction(row.get("direction", Direction.UNKNOWN))
        owners[key], person.taps[key] = person, Tap(key, at, direction, source)
    for row in by_hand["void"]:
        owner = known(row, "punch", owners)
        if owner is not None and owner.taps.pop(row["punch"], None) is None:
            row.wrong("punch", "was voided already")


def _check_days(row: Row, people: Mapping[str, Person]) -> None:
    if "person" in row:
        known(row, "person", people)
    if row["to"] < row["from"]:
        row.wrong("to", "before from")
    elif (row["to"] - row["from"]).days >= MOST_DAYS:
        row.wrong("to", f"more than {MOST_DAYS} days")
