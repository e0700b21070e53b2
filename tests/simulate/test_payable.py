"""Payable days of a scenario: each kind of day without a record, today, and days to come."""

from __future__ import annotations

import json
from typing import Any

from portal.simulation import simulate

SCENARIO: dict[str, Any] = {
    "schema": 1,
    "now": "2026-03-11 12:00",
    "changes": [
        {
            "from": "2026-01-01",
            "settings": {
                "zone": "Asia/Kathmandu", "weekly_off": {"sat": "all", "sun": "all"},
                "payable_basis": "working_days", "overtime_policy": "Office",
            },
        }
    ],
    "overtime": {"Office": [{"rules": [{"name": "After", "basis": "day", "rate_percent": 150}]}]},
    "shifts": {"Day": [{"start": "09:00", "end": "17:00"}]},
    "people": {
        "maya": {"joined_on": "2026-03-03", "places": [{"shift": "Day"}]},
        "una": {"joined_on": "2025-06-01"},
    },
    "punches": [
        {"person": "maya", "at": "2026-03-03 09:00", "direction": "in"},
        {"person": "maya", "at": "2026-03-03 18:00", "direction": "out"},
        {"person": "maya", "at": "2026-03-04 09:00", "direction": "in"},
    ],
    "marks": [
        {"person": "maya", "date": "2026-03-05", "kind": "leave", "code": "LOP", "paid": False},
    ],
    "corrections": [
        {"skip": {"person": "maya", "date": "2026-03-06", "reason": "a drill"}},
        {"overtime": {"person": "maya", "date": "2026-03-03", "outcome": "set",
                      "extra_minutes": 45, "reason": "agreed"}},
    ],
    "ask": [{"payable": {"month": "2026-03"}}],
}  # fmt: skip


def _months() -> dict[str, Any]:
    (answer,) = simulate(json.dumps(SCENARIO))["answers"]
    return {month["person"]: month for month in answer["payable"]}


def test_a_month_under_way() -> None:
    found = _months()["maya"]
    # 22 working days: the 2nd before she joined; the 11th is not over, others have not come.
    assert {name: found[name] for name in ("base", "outside", "lost", "payable")} == {
        "base": "22", "outside": "16", "lost": "4", "payable": "2",
    }  # fmt: skip
    assert [(step["code"], step["values"].get("date")) for step in found["steps"]] == [
        ("base", None), ("outside", None), ("incomplete", "2026-03-04"),
        ("unpaid_leave", "2026-03-05"), ("absent", "2026-03-09"), ("absent", "2026-03-10"),
        ("payable", None), ("overtime", None),
    ]  # fmt: skip
    assert (found["stipend"], found["stipend_basis"], found["half_days"]) == ("1", "present", 0)
    assert (found["present"], found["not_due"], found["off"]) == ("1", "1", "2")
    assert found["overtime"] == [{"rate_percent": 150, "minutes": 45}]
    assert (found["worked_minutes"], found["locked_on"]) == (540, None)


_STIPEND = {"from": "2026-03-03", "to": "2026-06-30", "per": "day", "amount": "500"}


def _money(*stipends: dict[str, str]) -> str | None:
    scenario = json.loads(json.dumps(SCENARIO))
    scenario["people"]["maya"]["stipends"] = [{**_STIPEND, **stipend} for stipend in stipends]
    scenario["punches"] += [
        {"person": "maya", "at": "2026-03-04 17:00", "direction": "out"},
        {"person": "maya", "at": "2026-03-09 09:00", "direction": "in"},
        {"person": "maya", "at": "2026-03-09 17:00", "direction": "out"},
    ]
    (answer,) = simulate(json.dumps(scenario))["answers"]
    found = {month["person"]: month for month in answer["payable"]}
    assert (found["maya"]["stipend"], found["una"]["stipend_money"]) == ("3", None)
    money: str | None = found["maya"]["stipend_money"]
    return money


def test_a_stipend_comes_to_money_by_the_rule_of_the_report() -> None:
    month = {"per": "month", "amount": "15000"}
    for stipends, money in (
        ([{}], "1500.00"),
        ([{"from": "2026-03-04"}], "1000.00"),
        ([{"to": "2026-03-03", "amount": "500.01"}], "500.01"),
        ([{"from": "2026-03-21", **month}], "5322.58"),
        # Two of a month add up, whatever their order in the file.
        ([{"from": "2026-03-21", **month}, {"to": "2026-03-20"}], "6822.58"),
        ([{"from": "2026-04-01"}], None),
        ([], None),
    ):
        assert _money(*stipends) == money


def test_nothing_is_due_without_a_shift() -> None:
    found = _months()["una"]
    assert (found["lost"], found["not_due"], found["outside"]) == ("0", "8", "14")
    assert (found["base"], found["payable"]) == ("22", "8")
