"""The committed JSON Schema and the reader refuse the same files, and know the same keys."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import fields
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker

from attendance.rules.person import Employment
from attendance.rules.types import Pattern, Policy
from attendance.simulate import document, knobs
from attendance.simulate.document import Node
from attendance.simulate.problems import Problems
from attendance.simulate.spot import Spot
from companies.models import PolicyVersion, ShiftVersion
from leave.rules.accrual import Milestone
from leave.rules.asking import TypeRules
from leave.rules.carrying import CarryRule
from portal import simulation
from tests.attendance.rules.build import properties
from tests.repository import texts
from tests.simulate.base import leave, whole

SCENARIO = simulation.form()
SCHEMA = json.loads(texts()["docs/simulate.schema.json"])
VALIDATOR = Draft202012Validator(SCHEMA, format_checker=FormatChecker(["date"]))
WHOLES = (whole, leave)
FILES = sorted((Path(__file__).parent / "scenarios").glob("*.yaml"))


def _node(value: Any) -> Node:
    """What the reader makes of a value written as JSON (`test_document`), only faster."""
    if isinstance(value, dict):
        return Node({key: _node(inner) for key, inner in value.items()}, 1)
    return Node([_node(inner) for inner in value] if isinstance(value, list) else value, 1)


def _is_read(value: Any) -> bool:
    problems = Problems()
    SCENARIO.read(Spot(_node(value), "", problems))
    return not problems.found


def test_the_committed_schema_is_that_of_the_reader() -> None:
    assert simulation.schema() == SCHEMA


def test_the_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_schema_accepts_every_scenario(path: Path) -> None:
    node = document.read(path.read_text(), Problems())
    assert node is not None
    assert [error.message for error in VALIDATOR.iter_errors(node.plain())] == []


@pytest.mark.parametrize("of", WHOLES)
def test_the_whole_form_is_accepted_by_both(of: Callable[[], Any]) -> None:
    assert VALIDATOR.is_valid(of())
    assert _is_read(of())


# --- bent anywhere, both say the same -------------------------------------------------------------
def _places(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield way
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from _places(inner, (*way, key))


PLACES = {of: list(_places(of()))[1:] for of in WHOLES}
VALUES = [
    "0.5", "0.50",
    "1.25", "-1.25", "1e3", "1.23456", -5, 1000000, "month", {"days": 1}, {"grant": {}},
    None, True, False, 0, 1, 2, 30, 60, 61, 1440, 1441, -1, 1.0, 1.5, "", "x", "x" * 201, "all",
    "in", "first", "second", "hours", "holiday", "everyone", "placed", "P", "2026-03-02",
    "2026-02-30", "2026-13-01", "1899-12-31", "2200-01-01", "09:00", "9:00", "24:00", "09:00:00",
    "2026-03-02 09:00", "2026-03-02T09:00:30.5+14:59", "2026-03-02 09:00+15:00", [], {}, [1],
    [1, 1], [1, 2], ["x"], {"x": 1}, {"sat": "all"}, {"country": "NP"}, {"joined_on": "2025-01-01"},
    {"mode": "floor"}, [{"start": "09:00", "end": "10:00"}], {"sheet": 1}, {"skip": {}},
]  # fmt: skip
KEYS = ["x", "", "from", "person", "fold", "sheet", "overtime", "rules", "plans", "zone", "start",
        "key", "paid", "sat", "step"]  # fmt: skip


def _bend(draw: st.DrawFn, value: Any, places: list[tuple[Any, ...]]) -> None:
    *way, last = draw(st.sampled_from(places))
    for step in way:
        if not isinstance(value, dict | list) or (isinstance(value, list) and step >= len(value)):
            return
        value = value[step] if isinstance(value, list) else value.get(step)
    how = draw(st.sampled_from(["replace", "remove", "add", "copy"]))
    if isinstance(value, list):
        _bend_list(draw, value, how)
    elif isinstance(value, dict) and last in value:
        if how == "remove":
            del value[last]
        elif how == "replace":
            value[last] = draw(st.sampled_from(VALUES))
        else:
            value[draw(st.sampled_from(KEYS))] = draw(st.sampled_from([*VALUES, value[last]]))


def _bend_list(draw: st.DrawFn, items: list[Any], how: str) -> None:
    if how == "remove":
        items.clear()
    elif how == "copy":
        items.extend(items)
    else:
        items.append(draw(st.sampled_from(VALUES)))


@st.composite
def bent_scenarios(draw: st.DrawFn) -> Any:
    of = draw(st.sampled_from(WHOLES))
    value = of()
    for _ in range(draw(st.integers(1, 2))):
        _bend(draw, value, PLACES[of])
    return value


@given(bent_scenarios())
@properties
def test_whatever_one_refuses_the_other_does_too(value: Any) -> None:
    assert VALIDATOR.is_valid(value) == _is_read(value)


@pytest.mark.parametrize(
    "value",
    [None, True, 1, 1441, 1.0, 1.5, "", "x", "2026-02-30", "24:00", [], {}, [1, 1]],
    ids=repr,
)
def test_a_value_at_every_place_is_one_to_both(value: Any) -> None:
    for of, (*way, last) in ((each, place) for each in WHOLES for place in PLACES[each]):
        found = of()
        inside = found
        for step in way:
            inside = inside[step]
        inside[last] = value
        said = (VALIDATOR.is_valid(found), _is_read(found))
        assert said[0] == said[1], (way, last, said)


# --- every knob is a key --------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("record", "keys", "without"),
    [
        (Pattern, SCENARIO.keys["shifts"], {"shift_id", "version_id", "name"}),
        (Policy, SCENARIO.keys["changes"], {"version_id"}),
        (Employment, SCENARIO.keys["people"], set()),
        (TypeRules, SCENARIO.keys["leave_types"], {"needs_allocation"}),
        (Milestone, SCENARIO.keys["plans"], set()),
        (CarryRule, SCENARIO.keys["plans"], set()),
        (CarryRule, SCENARIO.keys["allocations"], set()),
    ],
)
def test_every_knob_of_the_rules_stands_in_the_schema(
    record: Any, keys: Any, without: set[str]
) -> None:
    said = json.dumps(keys.schema())
    names = {item.name for item in fields(record)} - without
    assert {name for name in names if f'"{name}"' not in said} == set()


@pytest.mark.parametrize("model", [ShiftVersion, PolicyVersion])
def test_the_limits_are_those_of_hr(model: Any) -> None:
    numbers = {
        field.name: [validator.limit_value for validator in field.validators]
        for field in model._meta.fields
        if field.name.endswith("_minutes") or field.name in knobs.LIMITS
    }
    for name, limits in numbers.items():
        _least, most = knobs.LIMITS.get(name, (0, knobs.A_DAY))
        assert most in limits, (name, limits)
