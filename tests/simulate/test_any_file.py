"""Whatever stands in a file: it is answered or refused in words, and nothing else happens."""

from __future__ import annotations

import contextlib
import json
import random
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from attendance.simulate.problems import UnsupportedScenario, WrongScenario
from portal.simulation import simulate
from tests.attendance.rules.build import properties
from tests.simulate.test_scenarios import FOLDER, NAMES, answers_of
from tests.simulate.test_schema import PLACES, VALUES, WHOLES, bent_scenarios

# Right in form, and yet odd where they stand.
ODD = [
    "1900-01-01", "2199-12-31", "2026-03-29 01:30", "2199-12-31T23:59-14:00", "00:00", "23:59",
    "maya", "bikram", "Night", "Kathmandu", "a", "Europe/London", "Pacific/Apia", "½P·½A", "WO",
]  # fmt: skip


def _refused_or_answered(text: str) -> None:
    with contextlib.suppress(WrongScenario, UnsupportedScenario):
        json.dumps(simulate(text))


@given(bent_scenarios())
@properties
def test_a_bent_scenario_is_refused_or_answered(value: Any) -> None:
    _refused_or_answered(json.dumps(value))


@given(
    st.sampled_from([(of, place) for of in WHOLES for place in PLACES[of]]),
    st.sampled_from([*ODD, *VALUES]),
)
@properties
def test_odd_facts_are_refused_or_answered(where: tuple[Any, Any], value: Any) -> None:
    of, (*way, last) = where
    scenario = of()
    inside = scenario
    for step in way:
        inside = inside[step]
    inside[last] = value
    _refused_or_answered(json.dumps(scenario))


@given(st.text() | st.text(alphabet="{}[]:,-&*!|>'\"%@`#? \n\tab1", max_size=40))
@properties
def test_any_text_is_refused(text: str) -> None:
    with pytest.raises(WrongScenario):
        simulate(text)


@pytest.mark.parametrize("name", NAMES)
def test_the_order_of_punches_in_a_file_is_nothing(name: str) -> None:
    lines = (FOLDER / f"{name}.yaml").read_text().splitlines()
    mine = [i for i, line in enumerate(lines) if line.startswith("  - {key: ")]
    moved = random.Random(3).sample(mine, len(mine))  # noqa: S311  # the same every time
    shuffled = {old: lines[new] for old, new in zip(mine, moved, strict=True)}
    text = "\n".join(shuffled.get(i, line) for i, line in enumerate(lines))
    assert answers_of(text) == json.loads((FOLDER / f"{name}.json").read_text())
