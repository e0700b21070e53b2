"""What is wrong with what a scenario says of leave is told with its place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attendance.simulate.problems import WrongScenario
from portal.simulation import simulate
from tests.simulate.base import MISSING, bent, leave


def told(text: str) -> list[str]:
    """What is wrong, without the lines."""
    with pytest.raises(WrongScenario) as caught:
        simulate(text)
    return [str(problem).partition(": ")[2] for problem in caught.value.problems]


def test_the_whole_scenario_is_right() -> None:
    answers = simulate(json.dumps(leave()))["answers"]
    assert [name for answer in answers for name in answer] == [
        "balance", "forecast", "next_loss", "ledger", "year", "year", "carry_over", "plan", "count",
        "request", "requests", "allocations", "report",
    ]  # fmt: skip


FORM: list[tuple[str, Any, str]] = [
    ("leave_year.day", 32, "leave_year.day: not a whole number from 1 to 31: 32"),
    ("leave_types.annual", [], "leave_types.annual: an empty list"),
    ("leave_types.annual.0.unit", "week",
     "leave_types.annual[0].unit: not one of day, half_day, hour: week"),
    ("leave_types.annual.0.most_per_requst", 3,
     "leave_types.annual[0].most_per_requst: unknown key; did you mean most_per_request?"),
    ("leave_types.annual.0.keeps", "1.23456",
     'leave_types.annual[0].keeps: not an amount like "1.25" (in quotes): 1.23456'),
    ("leave_types.annual.0.keeps", 1.5,
     'leave_types.annual[0].keeps: not an amount like "1.25" (in quotes): 1.5'),
    ("leave_types.annual.0.keeps", -1,
     'leave_types.annual[0].keeps: not an amount like "1.25" (in quotes): -1'),
    ("plans.earned.versions.0.frequency", MISSING,
     "plans.earned.versions[0]: frequency is missing"),
    ("plans.earned.versions.0.milestones.0.step", "0.3",
     "plans.earned.versions[0].milestones[0].step: not one of 0.25, 0.5, 1: 0.3"),
    ("plans.earned.versions.0.milestones", [],
     "plans.earned.versions[0].milestones: an empty list"),
    ("allocations.0", {"gift": {}}, "allocations[0].gift: unknown key"),
    ("requests.0.state", "refused", "requests[0].state: not one of pending, approved: refused"),
    ("requests.0.then.0", {"approve": {}}, "requests[0].then[0].approve: on is missing"),
    ("ask.0.balance.type", MISSING, "ask[0].balance: type is missing"),
]  # fmt: skip
MEANING: list[tuple[str, Any, str]] = [
    ("departments.Kitchen.under", "Bar", "departments.Kitchen.under: there is no Bar"),
    ("departments.Hotel.under", "Kitchen",
     "departments.Hotel.under: Hotel stands under itself"),
    ("people.maya.department", "Kitchn",
     "people.maya.department: there is no Kitchn; did you mean Kitchen?"),
    ("leave_types.hourly.0.draws_on", "anual",
     "leave_types.hourly[0].draws_on: there is no anual; did you mean annual?"),
    ("leave_types.annual.0.code", "WO",
     "leave_types.annual[0].code: WO is a code of the rules and names no leave"),
    ("leave_types.annual.0.hours_per_day", "0",
     "leave_types.annual[0].hours_per_day: a day has more than no hours"),
    ("leave_types.annual.1", {"from": "2025-01-01"},
     "leave_types.annual[1].from: begins when leave_types.annual[0] does"),
    ("plans.earned.type", "anual", "plans.earned.type: there is no anual; did you mean annual?"),
    ("plans.earned.for.0.person", "mya",
     "plans.earned.for[0].person: there is no mya; did you mean maya?"),
    ("plans.earned.for.0.to", "2025-12-31", "plans.earned.for[0].to: before from"),
    ("plans.earned.for.0.from", "1960-01-01",
     "plans.earned.for: begins more than 15000 days before now; say from when"),
    ("plans.earned.versions.0.days", [1, 15],
     "plans.earned.versions[0]: not the boundary days of this frequency: 1, 15"),
    ("plans.earned.versions.0.frequency", "day_worked",
     "plans.earned.versions[0]: a yearly amount cannot be spread over day_worked"),
    ("plans.earned.versions.0.milestones.0.yearly", "3",
     "plans.earned.versions[0].milestones[0]: stands for an amount or for a yearly one"),
    ("plans.earned.versions.0.milestones.1.after", {},
     "plans.earned.versions[0]: the milestones of earned are out of order"),
    ("plans.earned.versions.1.from", MISSING,
     "plans.earned.versions[1]: begins when plans.earned.versions[0] does"),
    ("allocations.0.grant.person", "mya",
     "allocations[0].grant.person: there is no mya; did you mean maya?"),
    ("allocations.0.grant.type", "sick", "allocations[0].grant.type: there is no sick"),
    ("allocations.0.grant.to", "2025-12-31", "allocations[0].grant.to: before from"),
    ("allocations.1.grant.key", "g", "allocations[1].grant.key: another allocation is called g"),
    ("allocations.1.grant.plan", "earnd",
     "allocations[1].grant.plan: there is no earnd; did you mean earned?"),
    ("allocations.2.adjustment.adjusts", "h", "allocations[2].adjustment.adjusts: there is no h"),
    ("allocations.3.comp_off.worked_on", "2026-03-08",
     "allocations[3].comp_off.worked_on: lies after now"),
    ("blocks.0.types", ["sick"], "blocks[0].types: there is no sick"),
    ("blocks.0.to", "2026-03-30", "blocks[0].to: before from"),
    ("closures.0.to", "2026-02-22", "closures[0].to: before from"),
    ("closures.0.exempt", ["hari"], "closures[0].exempt: there is no hari"),
    ("closures.0.type", "sick", "closures[0].type: there is no sick"),
    ("requests.0.person", "mya", "requests[0].person: there is no mya; did you mean maya?"),
    ("requests.1.key", "r", "requests[1].key: another request is called r"),
    ("requests.0.to", "2026-02-17",
     "requests[0].to: ends (2026-02-17) before it starts (2026-02-18)"),
    ("requests.0.to", "2040-01-01", "requests[0].to: more than 3660 days"),
    ("requests.0.part", "am", "requests[0].part: stands beside first_part or last_part"),
    ("requests.1.end", MISSING, "requests[1].start: start and end belong together"),
    ("requests.1.to", "2026-02-27", "requests[1].to: hours are of one date, not of several"),
    ("requests.0.to", "2026-02-18", "requests[0].to: one date has one part"),
    ("requests.0.submitted_on", "2026-03-08", "requests[0].submitted_on: lies after now"),
    ("requests.0.then.1.change.to", "2026-02-17",
     "requests[0].then[1].change.to: ends (2026-02-17) before it starts (2026-02-18)"),
    ("requests.0.then.1.change.on", "2026-02-01",
     "requests[0].then[1].change.on: before what comes before it"),
    ("requests.0.then.2.cancel.on", "2026-03-08",
     "requests[0].then[2].cancel.on: lies after now"),
    ("ask.0.balance.person", "mya",
     "ask[0].balance.person: there is no mya; did you mean maya?"),
    ("ask.0.balance.type", "hourly", "ask[0].balance.type: hourly has no books of its own"),
    ("ask.0.balance.to", "2026-03-06", "ask[0].balance.to: before on"),
    ("ask.1.forecast.on", "2037-01-01", "ask[1].forecast.on: more than 3660 days after now"),
    ("ask.3.ledger.to", "2025-12-31", "ask[3].ledger.to: before from"),
    ("ask.7.plan.plan", "earnd", "ask[7].plan.plan: there is no earnd; did you mean earned?"),
    ("ask.7.plan.person", "bikram", "ask[7].plan.plan: bikram is not on earned"),
    ("ask.8.count.to", "2026-03-08",
     "ask[8].count.to: ends (2026-03-08) before it starts (2026-03-09)"),
    ("ask.9.request.key", "q", "ask[9].request.key: there is no q"),
    ("ask.12.report.type", "hourly", "ask[12].report.type: hourly has no books of its own"),
    ("ask.12.report.person", "mya", "ask[12].report.person: there is no mya; did you mean maya?"),
    ("ask.12.report.to", "2025-12-31", "ask[12].report.to: before from"),
    ("ask.12.report.name", "shifts", "ask[12].report.type: does not belong to shifts"),
]  # fmt: skip


@pytest.mark.parametrize(("path", "value", "expected"), [*FORM, *MEANING])
def test_it_is_told(path: str, value: Any, expected: str) -> None:
    assert expected in told(bent(path, value, leave))


def test_what_is_credited_daily_begins_less_long_ago() -> None:
    made = leave()
    made["plans"]["earned"]["for"][0]["from"] = "2015-01-01"
    simulate(json.dumps(made))
    made["plans"]["earned"]["versions"][1]["frequency"] = "daily"
    assert told(json.dumps(made)) == [
        "plans.earned.for: begins more than 3660 days before now; say from when"
    ]


def test_a_wrong_plan_of_everybody_is_told_once() -> None:
    made = leave()
    made["plans"]["earned"]["for"] = "everyone"
    made["plans"]["earned"]["versions"][0]["days"] = [1, 15]
    assert told(json.dumps(made)) == [
        "plans.earned.versions[0]: not the boundary days of this frequency: 1, 15"
    ]
