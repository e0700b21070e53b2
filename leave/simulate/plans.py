"""Who is on which plan from when, each version of it a plan of its own."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from itertools import pairwise
from typing import Any

from attendance.rules.errors import InvalidInput
from attendance.rules.types import WEEKDAYS
from attendance.simulate.company import dated
from attendance.simulate.forms import Row, meant
from attendance.simulate.knobs import made, said
from attendance.simulate.people import known
from leave.enums import Frequency
from leave.rules.accrual import (
    After,
    CarryDate,
    First,
    Milestone,
    Moment,
    Plan,
    Switch,
    credits,
)
from leave.rules.periods import Rhythm
from leave.rules.years import DAY, Dates, LeaveYear
from leave.simulate.people import Someone

# The plans of a person, by the name of each; versions and assignments in the order of time.
PlansOf = dict[str, dict[str, list[Plan]]]


def plans_of(scenario: Row, people: Mapping[str, Someone], year: LeaveYear) -> PlansOf:
    """The plans of everybody; of what is wrong the scenario's problems tell."""
    found: PlansOf = {name: {} for name in people}
    for name, row in scenario["plans"].items():
        known(row, "type", scenario["leave_types"])
        for number, (someone, assigned) in enumerate(_assigned(row, people)):
            mine = found[someone.name].setdefault(name, [])
            start = assigned.get("from", someone.joined_on)
            key = f"{name}:{start.isoformat()}" if mine else name
            mine += _versions(key, row, someone, assigned, year, is_told=number == 0)
    return found


def _assigned(row: Row, people: Mapping[str, Someone]) -> Iterator[tuple[Someone, Row]]:
    if row["for"] == "everyone":
        everybody = Row(row.spot, {"to": None, "counts_from": "start"})
        yield from ((someone, everybody) for someone in people.values())
        return
    for assigned in row["for"]:
        someone = known(assigned, "person", people)
        if someone is None:
            continue
        if assigned["to"] is not None and assigned["to"] < assigned.get("from", someone.joined_on):
            assigned.wrong("to", "before from")
            continue
        yield someone, assigned


def _versions(
    key: str, row: Row, someone: Someone, assigned: Row, year: LeaveYear, *, is_told: bool
) -> Iterator[Plan]:
    versions = list(dated(row["versions"])) if is_told else _in_order(row["versions"])
    starts = [dt.date.min, *(start for start, _version in versions[1:]), None]
    for (_start, version), (first, after) in zip(versions, pairwise(starts), strict=True):
        in_force = Dates(first or dt.date.min, after - DAY if after else dt.date.max)
        plan = _plan(key, row, version, someone, assigned, year, in_force)
        if plan is not None:
            yield plan


def _in_order(rows: list[Row]) -> list[tuple[dt.date, Row]]:
    """The versions by their dates, which were looked at already."""
    return sorted(((row.get("from", dt.date.min), row) for row in rows), key=lambda each: each[0])


def _plan(
    key: str,
    row: Row,
    version: Row,
    someone: Someone,
    assigned: Row,
    year: LeaveYear,
    in_force: Dates,
) -> Plan | None:
    starts_on = assigned.get("from", someone.joined_on)
    ends = [date for date in (assigned["to"], row["ends_on"]) if date is not None]
    is_dated = "from" in assigned and assigned["to"] is not None
    milestones = [made(Milestone, each) for each in version["milestones"]]
    levels = [each for each in milestones if each is not None]
    if len(levels) < len(milestones):
        return None
    try:
        plan = Plan(
            key=key,
            starts_on=starts_on,
            ends_on=min(ends, default=None),
            rhythm=_rhythm(version, someone),
            moment=Moment(version.get("moment", Moment.START)),
            milestones=levels,
            first=First(version.get("first", First.BY_DAYS)),
            switch=Switch(version.get("switch", Switch.AT_ONCE)),
            waits=made(After, version["waits"]) or After() if "waits" in version else After(),
            leave_year=year,
            carry_on=_carry_on(version.get("carry_on")),
            counts_from=someone.joined_on if assigned["counts_from"] == "joining" else None,
            by_worked_time=version.get("by_worked_time", False),
            in_force=in_force,
            dated=Dates(starts_on, assigned["to"]) if is_dated else None,
        )
        _check(plan, someone)
    except InvalidInput as error:
        version.spot.wrong(said(error))
        return None
    return plan


def _check(plan: Plan, someone: Someone) -> None:
    """Let the rules look at all of the plan; what they refuse is raised."""
    for level in plan.milestones:
        level.each(plan.rhythm)
    credits(plan, joined_on=someone.joined_on, left_on=someone.left_on, until=plan.starts_on)


def _rhythm(version: Row, someone: Someone) -> Rhythm:
    frequency = Frequency(version["frequency"])
    days: Any = version.get("days", [1, 16] if frequency == Frequency.TWICE_MONTHLY else [1])
    if days == "joining":
        days = [someone.joined_on.day]
    return Rhythm(
        frequency=frequency,
        weekday=WEEKDAYS.index(version.get("weekday", WEEKDAYS[0])),
        days=tuple(days),
        month=version.get("month", 1),
    )


def _carry_on(carry_on: Any) -> CarryDate | None:
    if carry_on is None:
        return None
    if carry_on == "anniversary":
        return CarryDate()
    return CarryDate(month=carry_on["month"], day=carry_on["day"])


def check_plan(row: Row, plans: PlansOf, names: Mapping[str, Any]) -> None:
    """Refuse a plan that there is none of, or that the person is not on."""
    if row["plan"] not in names:
        row.wrong("plan", f"there is no {row['plan']}{meant(row['plan'], names)}")
    elif row["person"] in plans and row["plan"] not in plans[row["person"]]:
        row.wrong("plan", f"{row['person']} is not on {row['plan']}")
