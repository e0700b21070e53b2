"""Scenarios with what the rules say of them, worked out by hand."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from portal.simulation import simulate

FOLDER = Path(__file__).parent / "scenarios"
NAMES = sorted(path.stem for path in FOLDER.glob("*.yaml"))
# What of a day stands in the files; the steps are the matter of `test_both`.
TOLD = (
    "person", "date", "day", "shift", "status", "code", "worked_minutes", "break_minutes",
    "late_minutes", "early_minutes", "exceptions", "is_row", "is_open", "versions",
)  # fmt: skip


def told(day: dict[str, Any]) -> dict[str, Any]:
    punches = {
        punch["key"]: punch["reason"] if punch["is_used"] else "not used"
        for punch in day["punches"]
    }
    return {**{name: day[name] for name in TOLD}, "punches": punches}


def answers_of(text: str) -> list[Any]:
    """Every day that is told, and every other answer."""
    found: list[Any] = []
    for answer in simulate(text)["answers"]:
        found += [told(day) for day in answer["days"]] if "days" in answer else [answer]
    return found


@pytest.mark.parametrize("name", NAMES)
def test_a_scenario_is_judged_as_it_should(name: str) -> None:
    expected = json.loads((FOLDER / f"{name}.json").read_text())
    assert answers_of((FOLDER / f"{name}.yaml").read_text()) == expected


def test_the_same_scenario_gives_the_same_answer() -> None:
    text = (FOLDER / "moving.yaml").read_text()
    first, second = (json.dumps(simulate(text)) for _ in range(2))
    assert first == second


def test_every_scenario_has_its_expectation() -> None:
    assert NAMES == sorted(path.stem for path in FOLDER.glob("*.json"))
    assert len(NAMES) >= 10
