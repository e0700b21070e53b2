"""The input of a verdict as JSON and back."""

import json
from typing import Any

import pytest
from hypothesis import given

from attendance.rules.errors import InvalidInput
from attendance.rules.judge import judge
from attendance.rules.schema import from_json, to_json
from attendance.rules.types import DayInput, Policy
from tests.attendance.rules.build import at, day, leave, properties, shift
from tests.attendance.rules.strategies import day_inputs


def plain() -> dict[str, Any]:
    pattern = shift("09:00-17:00", "13:00-13:30")
    made = day("in 09:00", shift=pattern, marks=(leave("09:00-10:00"),))
    data: dict[str, Any] = json.loads(json.dumps(to_json(made)))
    return data


def test_to_json_is_the_numbered_form() -> None:
    made = day(
        "in 09:00:05", shift=None, policy=Policy(version_id="p7"), delivered_until=at("10:00")
    )
    assert to_json(made) == {
        "schema": 1,
        "date": "2026-03-02",
        "zone": "Asia/Kathmandu",
        "occurrence": None,
        "taps": [
            {
                "key": "in 09:00:05",
                "at": "2026-03-02T03:15:05+00:00",
                "direction": "in",
                "source": "web",
            }
        ],
        "outside_keys": [],
        "day_kind": {"type": "working", "name": ""},
        "marks": [],
        "employed": True,
        "is_tracked": True,
        "policy": {
            "version_id": "p7",
            "repeat_seconds": 60,
            "max_presence_hours": 24,
            "absence_lag_days": 0,
            "mark_absent_automatically": True,
            "late_from_end_of_grace": False,
            "half_split": None,
            "break_punches_paid": False,
            "allow_overlap": False,
            "late_free_count": 0,
            "late_free_minutes": 0,
            "late_half_day_every": 0,
        },
        "calendar_revision": 0,
        "manual": None,
        "delivered_until": "2026-03-02T04:15:00+00:00",
    }


@properties
@given(day_inputs())
def test_json_round_trip_loses_nothing(made: DayInput) -> None:
    back = from_json(json.loads(json.dumps(to_json(made))))
    assert back == made
    now = at("+3 00:00")
    assert judge(back, now=now) == judge(made, now=now)


@pytest.mark.parametrize(
    ("path", "value", "code", "values"),
    [
        (["schema"], 2, "unknown_schema", {"value": "2"}),
        (["schema"], None, "unknown_schema", {"value": "None"}),
        (["tea"], 1, "unknown_field", {"field": "tea"}),
        (["date"], ..., "missing_field", {"field": "date"}),
        (["date"], "yesterday", "bad_value", {"field": "date", "value": "yesterday"}),
        (["date"], 3, "bad_value", {"field": "date", "value": "3"}),
        (["employed"], 1, "bad_value", {"field": "employed", "value": "1"}),
        (["calendar_revision"], True, "bad_value", {"field": "calendar_revision", "value": "True"}),
        (["taps"], {}, "bad_value", {"field": "taps", "value": "{}"}),
        (["taps", 0, "direction"], "up", "bad_value",
         {"field": "taps[0].direction", "value": "up"}),
        (["taps", 0], "in", "bad_value", {"field": "taps[0].", "value": "in"}),
        (["policy", "tea"], 1, "unknown_field", {"field": "policy.tea"}),
        (["occurrence", "pattern", "start"], ..., "missing_field",
         {"field": "occurrence.pattern.start"}),
        (["occurrence", "notes"], [["start"]], "bad_value",
         {"field": "occurrence.notes[0]", "value": "['start']"}),
    ],
)  # fmt: skip
def test_from_json_refuses_with_the_place(
    path: list[Any], value: Any, code: str, values: dict[str, str]
) -> None:
    data = plain()
    target: Any = data
    for key in path[:-1]:
        target = target[key]
    if value is ...:
        del target[path[-1]]
    else:
        target[path[-1]] = value
    with pytest.raises(InvalidInput) as refused:
        from_json(data)
    assert (refused.value.code, refused.value.values) == (code, values)
