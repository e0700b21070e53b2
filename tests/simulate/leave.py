"""Short ways to say scenarios of leave, and to ask of them."""

from __future__ import annotations

import json
from typing import Any

from portal.simulation import simulate

Json = Any

ANNUAL = {"person": "maya", "type": "annual"}


def scenario(**more: Json) -> Json:
    """Maya works Monday to Friday from nine to five; it is the evening of 10 June 2026."""
    return {
        "schema": 1,
        "now": "2026-06-10 20:00",
        "changes": [{"from": "2025-01-01",
                     "settings": {"zone": "Asia/Kathmandu",
                                  "weekly_off": {"sat": "all", "sun": "all"}}}],
        "shifts": {"Day": [{"start": "09:00", "end": "17:00", "half_day_below_minutes": 240}]},
        "people": {"maya": {"joined_on": "2025-06-01", "places": [{"shift": "Day"}]}},
        "leave_types": {"annual": [{}]},
        **more,
    }  # fmt: skip


def grant(key: str, amount: Json, first: str, last: str | None = None, **more: Json) -> Json:
    return {"grant": {**ANNUAL, "key": key, "amount": amount, "from": first, "to": last, **more}}


YEAR = grant("year", 10, "2026-01-01", "2026-12-31")


def types(**knobs: Json) -> Json:
    """The annual leave with these knobs."""
    return {"annual": [knobs]}


def request(key: str, first: str, last: str | None = None, **more: Json) -> Json:
    return {**ANNUAL, "key": key, "from": first, "to": last or first, "state": "approved", **more}


def answers(of: Json, *questions: Json) -> list[Json]:
    """What is asked, without the names of the questions."""
    text = json.dumps({**of, "ask": questions})
    return [value for answer in simulate(text)["answers"] for value in answer.values()]


def balances(of: Json, *dates: str) -> list[str]:
    asked = answers(of, *({"balance": {**ANNUAL, "on": date}} for date in dates))
    return [each["balance"] for each in asked]


def ledger(of: Json) -> list[tuple[str, str, str]]:
    """Each line of the annual leave: its date without the year, its reason or kind, its amount."""
    (lines,) = answers(of, {"ledger": ANNUAL})
    return [(line["on"][5:], line["reason"] or line["kind"], line["amount"]) for line in lines]


def verdicts(of: Json) -> dict[str, Json]:
    """By request: the code that refused it, or its state and what it counts now."""
    (found,) = answers(of, {"requests": {}})
    return {
        each["key"]: each["refusal"]["code"] if each["refusal"]
        else f"{each['state']} {each['counted_now']}"
        for each in found
    }  # fmt: skip


def steps(of: Json, key: str) -> list[tuple[str, str | None]]:
    """What each step of a request was answered."""
    (found,) = answers(of, {"request": {"key": key}})
    return [(each["step"], each["refusal"] and each["refusal"]["code"]) for each in found["steps"]]


def outcomes(of: Json) -> dict[str, Json]:
    """By what HR entered: the code that refused it, or the amount that the books took."""
    (found,) = answers(of, {"allocations": {}})
    return {
        each["key"]: each["refusal"]["code"] if each["refusal"] else each["amount"]
        for each in found
    }  # fmt: skip
