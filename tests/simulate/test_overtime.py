"""Extra minutes of a scenario: every outcome, and the sentence of every step."""

import json
from typing import Any

import pytest

from attendance import overtime_wording
from attendance.rules.overtime.steps import REGISTRY
from portal.simulation import simulate


def scenario(**knobs: Any) -> dict[str, Any]:
    return {
        "schema": 1,
        "now": "2026-03-09 12:00",
        "changes": [{"from": "2026-01-01", "settings": {"zone": "Asia/Kathmandu",
                                                        "overtime_policy": "Plain"}}],
        "overtime": {
            "Plain": [{"rules": [{"name": "More", "basis": "day"}]}],
            "Own": [{"rules": [{"name": "More", "basis": "day", "compensation": "banked"}],
                     **knobs}],
            "Shift": [{"rules": [{"name": "Fixed", "basis": "day", "beyond_minutes": 600}]}],
        },
        "shifts": {
            "Day": [{"start": "09:00", "end": "17:00"}],
            "Long": [{"start": "09:00", "end": "17:00", "overtime_policy": "Shift"}],
        },
        "people": {
            "maya": {"joined_on": "2025-01-01", "places": [{"shift": "Day"}]},
            "asha": {"joined_on": "2025-01-01", "places": [
                {"shift": "Long", "overtime_policy": "Own"}]},
            "bikram": {"joined_on": "2025-01-01", "places": [{"shift": "Long"}]},
        },
        "punches": [
            {"person": name, "at": f"2026-03-02 {time}", "direction": direction}
            for name in ("maya", "asha", "bikram")
            for time, direction in (("09:00", "in"), ("20:00", "out"))
        ],
        "corrections": [],
        "ask": [{"overtime": {"from": "2026-03-02", "to": "2026-03-02"}}],
    }  # fmt: skip


def lines(world: dict[str, Any]) -> dict[str, dict[str, Any]]:
    (answer,) = simulate(json.dumps(world))["answers"]
    return {line["person"]: line for line in answer["overtime"]}


def test_the_nearest_policy_holds() -> None:
    found = lines(scenario())
    told = {name: (line["policy"], line["extra_minutes"]) for name, line in found.items()}
    assert told == {"maya": ("Plain", 180), "asha": ("Own", 180), "bikram": ("Shift", 60)}


@pytest.mark.parametrize(
    ("outcome", "state", "counted"),
    [(None, "waiting", 0), ("approved", "approved", 180), ("refused", "refused", 0)],
)
def test_what_is_decided_counts(outcome: str | None, state: str, counted: int) -> None:
    world = scenario(approval="manager")
    if outcome is not None:
        world["corrections"] = [{"overtime": {"person": "asha", "date": "2026-03-02",
                                              "outcome": outcome, "reason": "Seen"}}]  # fmt: skip
    line = lines(world)["asha"]
    assert (line["state"], line["counted_extra_minutes"]) == (state, counted)
    assert line["counted_banked_minutes"] == counted


def test_every_step_has_a_sentence() -> None:
    spoken = {name.partition(".")[0] for name in overtime_wording.SENTENCES}
    assert spoken == {*REGISTRY}
    values: dict[str, Any] = {
        "name": "Office", "rule": "More", "banked": True, "rate": 150, "edge": "start",
        "start": "2026-03-02T17:00:00+05:45", "end": "2026-03-02T18:00:00+05:45",
    }  # fmt: skip
    for code, names in REGISTRY.items():
        said = overtime_wording.sentence(code, {key: values.get(key, 75) for key in names})
        assert said
        assert "%(" not in said
    part = {"rule": "More", "minutes": 75, "rate": 150, "banked": False}
    assert overtime_wording.sentence("part", part) == "More: 1 h 15 min extra at 150 %, paid."
