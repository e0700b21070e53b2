"""Small scenarios with something under every key that is built, for tests that bend them."""

from __future__ import annotations

import copy
import json
from collections.abc import Callable
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
                         "optional_holiday_quota": 1, "overtime_policy": "Office"},
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
             "hours_mode": "sum_of_pairs", "round_in": {"mode": "nearest", "step": 15},
             "overtime_policy": None},
        ],
        "Night": [{"start": "22:00", "end": "06:00"}],
    },
    "overtime": {
        "Office": [
            {"from": "2026-03-01", "approval": "manager", "dating": "midnight",
             "count_before_start": True, "tracks_missing": False,
             "rules": [
                 {"name": "More", "basis": "day", "beyond_minutes": 480, "rate_percent": 150,
                  "compensation": "banked", "employer_tolerance_minutes": 10,
                  "employee_tolerance_minutes": 10, "tolerance": "edge",
                  "daily_cap_minutes": 120},
                 {"name": "Late", "basis": "clock", "start": "20:00", "end": "06:00",
                  "days": "all"},
             ]},
        ],
    },
    "people": {
        "maya": {
            "joined_on": "2025-06-01", "left_on": None, "is_active": True,
            "judged_from": "2025-06-01", "picked": ["o"],
            "places": [{"from": "2025-06-01", "calendar": "Kathmandu", "shift": "Day", "zone": "",
                        "weekly_off": {"sun": "all"}, "overtime_policy": "Office"}],
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
        {"overtime": {"person": "maya", "date": "2026-03-02", "outcome": "set",
                      "extra_minutes": 30, "missing_minutes": 5, "reason": "Agreed"}},
    ],
    "ask": [{"days": {"person": "maya", "from": "2026-03-02", "to": "2026-03-07"}},
            {"days": {"from": "2026-03-02", "to": "2026-03-02"}},
            {"working_days_between": {"person": "maya", "from": "2026-03-02", "to": "2026-03-07",
                                      "counts_first": False}},
            {"working_days_on": {"person": "maya", "date": "2026-03-07", "n": 1}},
            {"late_arrivals": {"person": "maya", "month": "2026-03"}},
            {"overtime": {"person": "maya", "from": "2026-03-02", "to": "2026-03-02"}},
            {"payable": {"person": "maya", "month": "2026-03"}},
            {"sheet": {"person": "maya", "month": "2026-03"}},
            {"report": {"name": "unmarked-days", "person": "maya", "from": "2026-03-01",
                        "to": "2026-03-07", "with_days_off": True}}],
    "periods": [{"month": "2026-02", "locked_on": "2026-03-02"}],
}  # fmt: skip
_LEAVE: Json = {
    "schema": 1,
    "now": "2026-03-07 12:00",
    "changes": [{"from": "2026-01-01", "settings": {"zone": "Asia/Kathmandu",
                                                    "weekly_off": {"sat": [2, 4]}}}],
    "calendars": {"Nepal": {"for": "everyone", "days": [
        {"date": "2026-02-19", "kind": "holiday", "added_on": "2026-02-10"}]}},
    "shifts": {"Day": [{"start": "09:00", "end": "17:00"}]},
    "people": {
        "maya": {"joined_on": "2025-06-01", "places": [{"shift": "Day"}],
                 "employment_type": "staff", "department": "Kitchen"},
        "bikram": {"joined_on": "2025-06-01"},
    },
    "leave_year": {"month": 1, "day": 1},
    "departments": {"Hotel": {}, "Kitchen": {"under": "Hotel"}},
    "leave_types": {
        "annual": [
            {"from": "2025-01-01", "unit": "half_day", "counts_days_off": "no",
             "negative_limit": "0", "most_per_request": "20", "most_in_a_row": None,
             "most_per_period": "30", "notice_days": 0, "backdate_days": None,
             "usable_after_days": 0, "counts_working_days": True, "employment_types": ["staff"],
             "attachment_after": None, "converts_planned": False, "most_granted": None,
             "code": "AL", "paid": True, "draws_on": "own", "hours_per_day": 8,
             "chain": [{"by": ["manager"]}, {"by": ["hr"], "above": "5"}],
             "keeps": "1", "most_encashed": "2", "comp_off_valid_days": 30},
        ],
        "festival": [{"draws_on": "nothing", "only_on": ["2026-02-25"], "unit": "day"}],
        "hourly": [{"draws_on": "annual", "unit": "hour"}],
    },
    "plans": {
        "earned": {
            "type": "annual", "ends_on": None,
            "for": [{"person": "maya", "from": "2026-01-01", "to": "2026-12-31",
                     "counts_from": "joining"}],
            "versions": [
                {"frequency": "monthly", "weekday": "mon", "days": [1], "month": 1,
                 "moment": "start", "first": "by_days", "switch": "at_once",
                 "waits": {"days": 0, "months": 0, "years": 0}, "by_worked_time": False,
                 "carry_on": {"month": 1, "day": 1},
                 "milestones": [
                     {"amount": "1.5", "balance_cap": "30", "yearly_cap": None, "step": None,
                      "carry": {"carry": "up_to", "most": "5", "valid_months": 3,
                                "debt_limit": None}},
                     {"after": {"years": 5}, "yearly": "24"},
                 ]},
                {"from": "2026-02-01", "frequency": "weekly", "milestones": [{"amount": "0.5"}]},
            ],
        },
    },
    "allocations": [
        {"grant": {"key": "g", "person": "maya", "type": "annual", "amount": "4",
                   "from": "2026-01-01", "to": "2026-12-31", "entered_on": "2026-01-01",
                   "is_carried": False, "is_protected": False, "carries": {"carry": "all"},
                   "reason": "Agreed",
                   "yearly": {"by_joining": True, "by_leaving": False, "by_months": False,
                              "step": "0.5"}}},
        {"grant": {"key": "x", "person": "maya", "type": "annual", "amount": 1,
                   "from": "2026-02-05", "plan": "earned"}},
        {"adjustment": {"person": "maya", "type": "annual", "adjusts": "g", "amount": "-0.5",
                        "on": "2026-02-01", "reason": "A mistake"}},
        {"comp_off": {"person": "maya", "type": "annual", "worked_on": "2026-03-01",
                      "amount": "0.5"}},
        {"encashment": {"person": "maya", "type": "annual", "amount": 1, "on": "2026-03-03",
                        "rate": "1000"}},
    ],
    "blocks": [{"name": "Stock-taking", "from": "2026-03-31", "to": "2026-03-31",
                "types": ["annual"], "departments": ["Hotel"], "exempt": ["bikram"],
                "entered_on": "2026-01-01"}],
    "closures": [{"key": "c", "name": "Dashain", "type": "annual", "from": "2026-02-23",
                  "to": "2026-02-23", "booked_on": "2026-02-01", "exempt": ["bikram"]}],
    "requests": [
        {"key": "r", "person": "maya", "type": "annual", "from": "2026-02-18", "to": "2026-02-20",
         "first_part": "pm", "last_part": "am", "submitted_on": "2026-02-01", "attachment": True,
         "converts": False, "state": "pending",
         "then": [{"approve": {"on": "2026-02-02", "by": "manager"}},
                  {"change": {"on": "2026-02-03", "from": "2026-02-18", "to": "2026-02-19",
                              "first_part": "full", "last_part": "full"}},
                  {"cancel": {"on": "2026-02-20"}}]},
        {"key": "s", "person": "maya", "type": "hourly", "from": "2026-02-26", "start": "10:00",
         "end": "12:00", "state": "approved"},
        {"key": "t", "person": "maya", "type": "hourly", "from": "2026-02-27", "hours": "2",
         "then": [{"refuse": {"on": "2026-02-28", "reason": "Busy"}}]},
        {"key": "u", "person": "maya", "type": "festival", "from": "2026-02-25", "part": "full",
         "then": [{"withdraw": {"on": "2026-02-26"}}]},
    ],
    "ask": [
            {"balance": {"person": "maya", "type": "annual", "on": "2026-03-07",
                         "to": "2026-03-08"}},
            {"forecast": {"person": "maya", "type": "annual", "on": "2026-12-31"}},
            {"next_loss": {"person": "maya", "type": "annual", "on": "2026-03-07"}},
            {"ledger": {"person": "maya", "type": "annual", "from": "2026-01-01",
                        "to": "2026-12-31"}},
            {"year": {"person": "maya", "type": "annual", "on": "2026-03-07"}},
            {"year": {"person": "maya", "type": "annual", "from": "2026-01-01",
                      "to": "2026-01-31"}},
            {"carry_over": {"person": "maya", "type": "annual", "on": "2027-01-01"}},
            {"plan": {"person": "maya", "plan": "earned", "from": "2026-01-01",
                      "to": "2026-03-31"}},
            {"count": {"person": "maya", "type": "annual", "from": "2026-03-09",
                       "to": "2026-03-14"}},
            {"request": {"key": "r"}},
            {"requests": {"person": "maya"}},
            {"allocations": {"person": "maya"}},
            {"report": {"name": "leave-ledger", "person": "maya", "type": "annual",
                        "from": "2026-01-01", "to": "2026-03-31"}}],
}  # fmt: skip

MISSING = object()


def whole() -> Json:
    """A fresh copy of what there is of days."""
    return copy.deepcopy(_WHOLE)


def leave() -> Json:
    """A fresh copy of what there is of leave: tests that bend every value take the smaller one."""
    return copy.deepcopy(_LEAVE)


def bent(path: str, value: Json, of: Callable[[], Json] = whole) -> str:
    """The scenario with another value at a path like `punches.0.at`, or without it."""
    scenario = of()
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
