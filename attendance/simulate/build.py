"""The facts of a scenario as the rules want them; what contradicts itself is refused."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from attendance.rules.calendar import working_days_on
from attendance.rules.errors import InvalidInput
from attendance.simulate.company import company_settings
from attendance.simulate.corrections import Asked, ask
from attendance.simulate.forms import Kind, Row
from attendance.simulate.payable import month_end
from attendance.simulate.people import (
    Person,
    decide_overtime,
    known,
    people_of,
    pick_holidays,
    set_by_hand,
)
from attendance.simulate.problems import WrongScenario
from attendance.simulate.punches import instant, punch
from attendance.simulate.scenario import REPORT_KEYS, REPORTS, UNMARKED

MOST_DAYS: Final = 3660


@dataclass(frozen=True, slots=True)
class World:
    """A whole scenario as the rules want it."""

    now: dt.datetime
    people: Mapping[str, Person]
    asked: tuple[Kind, ...]
    # When each month was locked, by its first day.
    locked: Mapping[dt.date, dt.date] = field(default_factory=dict)
    corrections: tuple[Asked, ...] = ()


def build(scenario: Row) -> World:
    """The facts of a scenario.

    Raises `WrongScenario` with everything that contradicts itself.
    """
    settings = company_settings(scenario)
    people = people_of(scenario, settings)
    # Wall times need their zones, and holidays their calendars: what is none was told already.
    refuse(scenario)
    pick_holidays(scenario, people)
    now = instant(scenario, "now", lambda date: settings.policy_on(date).zone)
    punch(scenario, people, now)
    set_by_hand(scenario, people, now)
    decide_overtime(scenario, people, now)
    # What a request voids must be there: what is not was told already.
    refuse(scenario)
    corrections = ask(scenario, people, now)
    for kind in scenario["ask"]:
        _check_asked(kind, people)
    locked = _locked(scenario["periods"], now)
    refuse(scenario)
    return World(now, people, tuple(scenario["ask"]), locked, corrections)


def _locked(rows: list[Row], now: dt.datetime) -> dict[dt.date, dt.date]:
    found: dict[dt.date, dt.date] = {}
    for row in rows:
        first, on = row["month"], row["locked_on"]
        if first in found:
            row.wrong("month", "stands here twice")
        elif on <= month_end(first):
            row.wrong("locked_on", "the month is not over then")
        elif on > now.date():
            row.wrong("locked_on", "lies after now")
        found[first] = on
    return found


def refuse(scenario: Row) -> None:
    """Raise `WrongScenario` if anything in it contradicts itself."""
    problems = scenario.spot.problems
    if problems.found:
        raise WrongScenario(problems)


def _check_asked(kind: Kind, people: Mapping[str, Person]) -> None:
    row = kind.row
    person = known(row, "person", people) if "person" in row else None
    if kind.name == "report":
        _check_report(row)
    if "from" in row and "to" in row:
        _check_span(kind.name, row)
    if kind.name == "working_days_on" and person is not None:
        try:
            working_days_on(row["date"], row["n"], person.is_working)
        except (InvalidInput, OverflowError):
            row.wrong("n", "no day is worked any more")


def _check_report(row: Row) -> None:
    name = row["name"]
    for key in row:
        is_own = name not in REPORTS or key in ("name", *REPORT_KEYS)
        if not is_own or (key == "with_days_off" and name != UNMARKED):
            row.wrong(key, f"does not belong to {name}")


def _check_span(name: str, row: Row) -> None:
    days = (row["to"] - row["from"]).days
    if days < 0 and name in ("days", "overtime", "report"):
        row.wrong("to", "before from")
    elif abs(days) >= MOST_DAYS:
        row.wrong("to", f"more than {MOST_DAYS} days")
