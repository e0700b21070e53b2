"""Every number of an example of leave in docs/rules.md is what the rules say."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest

from portal.simulation import simulate
from tests.repository import texts

Json = dict[str, Any]
MAYA = {"person": "maya", "type": "annual"}
HOLIDAYS = [
    {"date": "2026-03-10", "kind": "half_holiday_pm"}, {"date": "2026-03-18", "kind": "holiday"},
]  # fmt: skip


def _rows(heading: str) -> Iterator[list[str]]:
    is_inside = False
    for line in texts()["docs/rules.md"].splitlines():
        is_inside = line == heading or (is_inside and line.startswith("|"))
        if is_inside and line != heading and not line.startswith("|---"):
            yield [cell.strip() for cell in line.removeprefix("|").removesuffix("|").split("|")]


def _answers(joined_on: str, now: str, *questions: Json, **more: Any) -> list[Any]:
    scenario = {
        "schema": 1,
        "now": f"{now} 12:00",
        "changes": [{"from": "2025-01-01",
                     "settings": {"zone": "Asia/Kathmandu",
                                  "weekly_off": {"sat": "all", "sun": "all"}}}],
        "calendars": {"all": {"for": "everyone", "days": HOLIDAYS}},
        "shifts": {"Day": [{"start": "09:00", "end": "17:00",
                            "breaks": [{"start": "13:00", "end": "13:30"}]}]},
        "people": {"maya": {"joined_on": joined_on, "places": [{"shift": "Day"}]}},
        "leave_types": {"annual": [{}]},
        **more,
        "ask": list(questions),
    }  # fmt: skip
    found = simulate(json.dumps(scenario))["answers"]
    return [value for answer in found for value in answer.values()]


# --- what a request counts ------------------------------------------------------------------------
LONG = {"from": "2026-03-05", "to": "2026-03-09"}
ASKED: dict[str, list[Json]] = {
    "Thu 5 to Mon 9 March": [LONG],
    "Thu 5 to Mon 9 March, from noon": [{**LONG, "first_part": "pm"}],
    "Fri 6, and then Mon 9 March": [{"from": "2026-03-06"}, {"from": "2026-03-09"}],
    "Thu 5 March, its second half": [{"from": "2026-03-05", "part": "pm"}],
    "Tue 10 March": [{"from": "2026-03-10"}],
    "Tue 17 to Thu 19 March": [{"from": "2026-03-17", "to": "2026-03-19"}],
    "Wed 18 March": [{"from": "2026-03-18"}],
    "Sat 7 to Sun 8 March": [{"from": "2026-03-07", "to": "2026-03-08"}],
    "Thu 5 March, 12:00–14:00": [{"from": "2026-03-05", "start": "12:00", "end": "14:00"}],
}
TYPES: dict[str, Json] = {
    "": {},
    "days off inside are charged": {"counts_days_off": "yes"},
    "days off between leave days are charged": {"counts_days_off": "sandwich"},
    "by the hour": {"unit": "hour"},
}


def _counts(asked: list[Json], knobs: Json) -> str:
    (found,) = _answers(
        "2026-01-01", "2026-03-02", {"requests": {}},
        leave_types={"annual": [{**knobs, "draws_on": "nothing"}]},
        requests=[{**MAYA, **each} for each in asked],
    )  # fmt: skip
    said = [
        f"refused: {each['refusal']['code'].replace('_', ' ')}" if each["refusal"]
        else each["counted_now"]
        for each in found
    ]  # fmt: skip
    return ", then ".join(said) + (" hours" if knobs.get("unit") == "hour" else "")


@pytest.mark.parametrize("cells", list(_rows("| asked for | the type | counts |")), ids=" ".join)
def test_a_request_counts_what_the_page_says(cells: list[str]) -> None:
    asked, knobs, expected = cells
    assert _counts(ASKED[asked], TYPES[knobs]) == expected


# --- what a plan gives ----------------------------------------------------------------------------
def _monthly(**milestone: Any) -> Json:
    return {"frequency": "monthly", "milestones": [{"amount": "1.5", **milestone}]}


def _carrying(**carry: Any) -> Json:
    return {**_monthly(carry=carry), "carry_on": {"month": 1, "day": 1}}


PLANS: dict[str, Json] = {
    "1.5 a month, when it begins": _monthly(),
    "1.5 a month, when it is over": {**_monthly(), "moment": "end"},
    "1.5 a month, the first one in full": {**_monthly(), "first": "in_full"},
    "1.5 a month, at most 10 on the books": _monthly(balance_cap=10),
    "12 a year, at once": {"frequency": "yearly", "milestones": [{"yearly": 12}]},
    "12 a year, spread over its months": {"frequency": "monthly", "milestones": [{"yearly": 12}]},
    "1 a month, 2 from the second year on": {
        "frequency": "monthly",
        "milestones": [{"amount": 1}, {"after": {"years": 1}, "amount": 2}],
    },
    "0.05 for every day worked, 20 days were": {
        "frequency": "day_worked", "milestones": [{"amount": "0.05"}],
    },
    "1.5 a month, all moves on": _carrying(carry="all"),
    "1.5 a month, up to 5 move on": _carrying(carry="up_to", most=5),
    "1.5 a month, up to 5 move on for three months": _carrying(
        carry="up_to", most=5, valid_months=3
    ),
    "1.5 a month, nothing moves on": _carrying(carry="none"),
}  # fmt: skip
JOINED = {
    "1 January 2026": "2026-01-01", "16 March 2026": "2026-03-16", "1 July 2026": "2026-07-01",
    "1 July 2025": "2025-07-01",
}  # fmt: skip
TWENTY_DAYS = [
    {"person": "maya", "at": f"2026-04-{day:02d} {wall}", "direction": direction}
    for day in (*range(6, 11), *range(13, 18), *range(20, 25), *range(27, 31))
    for wall, direction in (("09:00", "in"), ("17:00", "out"))
] + [
    {"person": "maya", "at": f"2026-05-01 {wall}", "direction": direction}
    for wall, direction in (("09:00", "in"), ("17:00", "out"))
]


def _balances(plan: str, joined_on: str, *dates: str) -> list[str]:
    found = _answers(
        joined_on, dates[0], *({"forecast": {**MAYA, "on": date}} for date in dates),
        plans={"earned": {"type": "annual", "for": [{"person": "maya"}],
                          "versions": [PLANS[plan]]}},
        punches=TWENTY_DAYS if "worked" in plan else [],
    )  # fmt: skip
    return [each["balance"] for each in found]


@pytest.mark.parametrize(
    "cells", list(_rows("| the plan | joined | on 31 December 2026 |")), ids=" ".join
)
def test_a_plan_gives_what_the_page_says(cells: list[str]) -> None:
    plan, joined, expected = cells
    assert _balances(plan, JOINED[joined], "2026-12-31") == [expected]


@pytest.mark.parametrize(
    "cells",
    list(_rows("| the plan | before 1 January 2027 | on it | on 1 April 2027 |")),
    ids=" ".join,
)
def test_what_moves_on_is_what_the_page_says(cells: list[str]) -> None:
    plan, *expected = cells
    assert _balances(plan, "2026-01-01", "2026-12-31", "2027-01-01", "2027-04-01") == expected


@pytest.mark.parametrize(
    "heading",
    [
        "| asked for | the type | counts |",
        "| the plan | joined | on 31 December 2026 |",
        "| the plan | before 1 January 2027 | on it | on 1 April 2027 |",
    ],
)
def test_the_page_has_examples(heading: str) -> None:
    assert len(list(_rows(heading))) >= 4
