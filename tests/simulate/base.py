"""A whole small scenario with something under every key that is built, for tests that bend it."""

from __future__ import annotations

import copy
import json
from typing import Any

Json = Any

_WHOLE: Json = {
    "schema": 1,
    "now": "2026-03-07 12:00",
    "changes": [
        {"from": "2026-01-01",
         "settings": {"zone": "Asia/Kathmandu", "weekly_off": {"sat": "all"}}},
        {
            "from": "2026-03-01",
            "settings": {"weekly_off": {"sat": [2, 4]}, "half_split": "12:30",
                         "mark_absent_automatically": True, "repeat_seconds": 30,
                         "optional_holiday_quota": 1},
        },
    ],
    "calendars": {
        "Kathmandu": {
            "for": "placed",
            "versions": [{"from": "2026-01-01", "zone": "Asia/Kathmandu", "country": "NP",
                          "region": "P3", "weekly_off": None}],
            "days": [{"date": "2026-03-05", "kind": "holiday", "name": "Holi"},
                     {"key": "o", "date": "2026-03-06", "kind": "optional_holiday"}],
        },
        "Nepal": {"for": {"country": "NP", "region": "P3"}},
    },
    "shifts": {
        "Day": [
            {"start": "09:00", "end": "17:00", "breaks": [{"start": "13:00", "end": "13:30"}],
             "half_day_below_minutes": 300, "absent_below_minutes": None,
             "weekday_hours": [{"weekday": "fri", "start": "09:00", "end": "15:00", "breaks": []}],
             "auto_breaks": [{"after_minutes": 360, "minutes": 30}],
             "auto_check_out": "at_time", "auto_check_out_at": "20:00",
             "hours_mode": "sum_of_pairs", "round_in": {"mode": "nearest", "step": 15}},
        ],
        "Night": [{"start": "22:00", "end": "06:00"}],
    },
    "people": {
        "maya": {
            "joined_on": "2025-06-01", "left_on": None, "is_active": True,
            "judged_from": "2025-06-01", "picked": ["o"],
            "places": [{"from": "2025-06-01", "calendar": "Kathmandu", "shift": "Day", "zone": "",
                        "weekly_off": {"sun": "all"}}],
        },
        "bikram": {"joined_on": "2025-06-01"},
    },
    "roster": [{"person": "maya", "shift": "Night", "from": "2026-03-06", "to": "2026-03-06"}],
    "punches": [
        {"key": "a", "person": "maya", "at": "2026-03-02 09:00", "fold": "first",
         "direction": "in", "source": "kiosk"},
        {"key": "b", "person": "maya", "at": "2026-03-02T17:00:30+05:45", "direction": "out"},
    ],
    "marks": [
        {"key": "m", "person": "maya", "date": "2026-03-03", "kind": "leave", "portion": "hours",
         "start": "09:00", "end": "11:00", "code": "CL", "paid": False},
    ],
    "corrections": [
        {"verdict": {"person": "maya", "date": "2026-03-04", "status": "HD", "code": "½P·½A",
                     "worked_minutes": 200, "reason": "The device was broken"}},
        {"skip": {"person": "bikram", "date": "2026-03-04", "reason": "A day of the move"}},
        {"add": {"person": "bikram", "reason": "Seen by Hari", "punches": [
            {"key": "c", "at": "2026-03-02 09:00", "fold": "first", "direction": "in"}]}},
        {"void": {"punch": "c", "reason": "It was not him"}},
    ],
    "ask": [{"days": {"person": "maya", "from": "2026-03-02", "to": "2026-03-07"}},
            {"days": {"from": "2026-03-02", "to": "2026-03-02"}},
            {"working_days_between": {"person": "maya", "from": "2026-03-02", "to": "2026-03-07",
                                      "counts_first": False}},
            {"working_days_on": {"person": "maya", "date": "2026-03-07", "n": 1}},
            {"late_arrivals": {"person": "maya", "month": "2026-03"}}],
}  # fmt: skip

MISSING = object()


def whole() -> Json:
    """A fresh copy."""
    return copy.deepcopy(_WHOLE)


def bent(path: str, value: Json) -> str:
    """The scenario with another value at a path like `punches.0.at`, or without it."""
    scenario = whole()
    *way, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    inside = scenario
    for step in way:
        inside = inside[step]
    if value is MISSING:
        del inside[last]
    elif isinstance(inside, list) and last == len(inside):
        inside.append(value)
    else:
        inside[last] = value
    return json.dumps(scenario)
