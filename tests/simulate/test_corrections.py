"""Requests for corrections in a scenario: refused as the product refuses, or changing the days."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attendance.simulate.problems import WrongScenario
from portal.simulation import simulate


def _scenario(*requests: dict[str, Any], **settings: Any) -> str:
    return json.dumps({
        "schema": 1,
        "now": "2026-03-09 12:00",
        "changes": [{"from": "2026-01-01", "settings": {
            "zone": "Asia/Kathmandu", "weekly_off": {"sat": "all", "sun": "all"}, **settings}}],
        "shifts": {"Day": [{"start": "09:00", "end": "17:00"}]},
        "people": {
            name: {"joined_on": "2026-02-02", "places": [{"shift": "Day"}]}
            for name in ("maya", "bikram")
        },
        "punches": [
            {"key": "in", "person": "maya", "at": "2026-03-03 11:20", "direction": "in"},
            {"key": "out", "person": "maya", "at": "2026-03-03 17:00", "direction": "out"},
        ],
        "marks": [{"person": "maya", "date": "2026-03-05", "kind": "leave", "code": "CL"}],
        "corrections": [
            {"request": {"person": "maya", "reason": "so it was"} | request} for request in requests
        ],
        "ask": [
            {"corrections": {}},
            {"days": {"person": "maya", "from": "2026-03-02", "to": "2026-03-06"}},
        ],
    })  # fmt: skip


def _answers(*requests: dict[str, Any], **settings: Any) -> tuple[list[dict[str, Any]], str]:
    corrections, days = simulate(_scenario(*requests, **settings))["answers"]
    return corrections["corrections"], " ".join(day["code"] for day in days["days"])


def _times(*add: str, void: tuple[str, ...] = (), **more: Any) -> dict[str, Any]:
    punches = [dict(zip(("direction", "at"), text.split(" ", 1), strict=True)) for text in add]
    return {"kind": "punches", "from": "2026-03-03", "add": punches, "void": list(void), **more}


def _days(kind: str = "on_duty", first: str = "2026-03-02", **more: Any) -> dict[str, Any]:
    return {"kind": kind, "from": first, **more}


def test_what_is_approved_changes_the_days_and_what_waits_does_not() -> None:
    _found, days = _answers()
    assert days == "A P A CL A"
    found, days = _answers(
        _times("in 2026-03-03 09:00", void=("in",), decision="approved"),
        _days(to="2026-03-05", decision="approved"),
        _days("work_from_home", "2026-03-06"),
    )
    assert days == "OD OD OD CL A"
    assert [item["dates"] for item in found] == [
        ["2026-03-03"], ["2026-03-02", "2026-03-03", "2026-03-04"], ["2026-03-06"],
    ]  # fmt: skip
    (effect,) = found[0]["effects"]
    assert (effect["before"]["worked_minutes"], effect["after"]["worked_minutes"]) == (340, 480)


def test_what_was_refused_by_somebody_holds_nothing() -> None:
    found, days = _answers(
        _days(decision="refused"),
        _days("work_from_home", decision="approved"),
    )
    assert [item["refused"] for item in found] == [None, None]
    assert days == "WFH P A CL A"


REFUSED: dict[str, tuple[list[dict[str, Any]], dict[str, Any], dict[str, Any]]] = {
    "not offered": ([_days()], {"offers_on_duty": False}, {"code": "not_offered"}),
    "too far back": (
        [_days(asked="2026-03-04")], {"corrections_days_back": 1},
        {"code": "too_far_back", "days": 1},
    ),
    "over one that waits": (
        [_days(), _times("in 2026-03-02 09:00", **{"from": "2026-03-02"})], {},
        {"code": "asked_already", "date": "2026-03-02"},
    ),
    "too many": (
        [_days(decision="approved"), _days(first="2026-03-04")], {"corrections_per_month": 1},
        {"code": "too_many", "count": 1},
    ),
    "to come": (
        [_days(to="2026-03-10")], {}, {"code": "not_yet", "date": "2026-03-10"},
    ),
    "on leave": (
        [_days(first="2026-03-05")], {}, {"code": "on_leave", "date": "2026-03-05"},
    ),
    "on the leave of the day after": (
        [_times("in 2026-03-05 09:00", **{"from": "2026-03-04"})], {},
        {"code": "on_leave", "date": "2026-03-05"},
    ),
    "nothing said": ([_times()], {}, {"code": "nothing_said"}),
    "a punch to come": (
        [_times("in 2026-03-09 13:00", **{"from": "2026-03-09"})], {},
        {"code": "not_yet", "punch": "corrections[0].request.add[0]"},
    ),
    "a clash": (
        [_times("in 2026-03-03 12:00")], {},
        {"code": "in_inside_pair", "punch": "corrections[0].request.add[0]", "others": "in, out"},
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", REFUSED)
def test_what_the_rules_refuse(case: str) -> None:
    requests, settings, refused = REFUSED[case]
    found, _days = _answers(*[{"decision": "waiting", **item} for item in requests], **settings)
    assert (found[-1]["refused"], found[-1]["effects"]) == (refused, [])


def test_what_the_rules_refuse_changes_nothing_though_somebody_approved() -> None:
    found, days = _answers(_days(decision="approved"), offers_on_duty=False)
    assert (found[0]["refused"], days) == ({"code": "not_offered"}, "A P A CL A")


WRONG = {
    "nobody": (_days(person="hari"), "request.person: there is no hari"),
    "a strange punch": (
        _times(void=("off",)), "request.void: there is no punch off of maya that counts"
    ),
    "a second name": (
        {**_times(), "add": [{"key": "in", "at": "2026-03-03 09:00"}]},
        "request.add[0].key: another punch is called in",
    ),
    "of no punches": (_days(void=["in"]), "request.kind: add and void belong to punches"),
}  # fmt: skip


@pytest.mark.parametrize("case", WRONG)
def test_what_contradicts_itself_is_told(case: str) -> None:
    request, sentence = WRONG[case]
    with pytest.raises(WrongScenario) as refusal:
        simulate(_scenario(request))
    (problem,) = refusal.value.problems
    assert str(problem).endswith(f"corrections[0].{sentence}")
