"""The reports of leave from a scenario, each figure worked out by hand.

Maya was granted ten days of the year, and two more that April has. She is off for four days over
the end of March, a day in June, and half a day by the hour, which draws on the same books.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from attendance.simulate.problems import WrongScenario
from portal.simulation import simulate
from tests.simulate.leave import YEAR, grant, request, scenario

Json = Any
# From Monday the 30th of March to Thursday the 2nd of April: four days over the end of a month.
REQUESTS = [
    request("over", "2026-03-30", "2026-04-02", submitted_on="2026-03-01"),
    request("later", "2026-06-08", submitted_on="2026-03-02"),
    {**request("waits", "2026-06-09"), "state": "pending", "submitted_on": "2026-03-03"},
    {**request("hours", "2026-04-08"), "type": "hourly", "start": "09:00", "end": "13:00",
     "submitted_on": "2026-03-04"},
    {**request("unpaid", "2026-04-09"), "type": "unpaid", "submitted_on": "2026-03-05"},
]  # fmt: skip
PEOPLE = {
    "maya": {"joined_on": "2025-06-01", "places": [{"shift": "Day"}]},
    "bikram": {"joined_on": "2025-06-01", "left_on": "2026-12-15", "places": [{"shift": "Day"}]},
}
BIKRAM = {"grant": {"person": "bikram", "type": "annual", "key": "his", "amount": 3,
                    "from": "2026-04-01", "to": "2026-12-31"}}  # fmt: skip
TYPES = {
    "annual": [{"code": "AL"}],
    "hourly": [{"draws_on": "annual", "unit": "hour", "hours_per_day": 8}],
    "unpaid": [{"draws_on": "nothing"}],
}


def _scenario() -> Json:
    return scenario(
        people=PEOPLE, leave_types=TYPES, requests=REQUESTS,
        allocations=[
            YEAR, grant("more", 2, "2026-04-01", "2026-04-30", entered_on="2026-03-01"), BIKRAM,
        ],
    )  # fmt: skip


def _report(name: str, first: str, last: str, **more: Json) -> Json:
    asked = {"name": name, "from": first, "to": last, **more}
    (answer,) = simulate(json.dumps({**_scenario(), "ask": [{"report": asked}]}))["answers"]
    assert [answer["report"][key] for key in ("name", "from", "to")] == [name, first, last]
    return answer["report"]


def test_balances_add_up() -> None:
    report = _report("leave-balances", "2026-04-01", "2026-05-31")
    assert report["rows"] == [
        {"person": "maya", "type": "annual", "unit": "days", "opening": "8", "allocated": "2",
         "lapsed": "0", "taken": "2.5", "closing": "7.5"},
        {"person": "bikram", "type": "annual", "unit": "days", "opening": "0", "allocated": "3",
         "lapsed": "0", "taken": "0", "closing": "3"},
    ]  # fmt: skip
    assert report["totals"] is None


def test_balances_of_one_type_have_totals() -> None:
    report = _report("leave-balances", "2026-05-01", "2026-06-30", type="annual")
    assert [row["closing"] for row in report["rows"]] == ["6.5", "3"]
    assert report["totals"] == {
        "opening": "10.5", "allocated": "0", "lapsed": "0", "taken": "1", "closing": "9.5",
    }  # fmt: skip


def test_who_does_not_work_here_then_is_not_told() -> None:
    report = _report("leave-balances", "2026-12-16", "2026-12-31")
    assert [(row["person"], row["opening"]) for row in report["rows"]] == [("maya", "6.5")]
    assert _report("leave-ledger", "2025-01-01", "2025-05-31")["rows"] == []


def _lines(report: Json) -> list[tuple[str, ...]]:
    return [(row["person"], row["on"][5:], row["kind"], row["amount"], row["by"])
            for row in report["rows"]]  # fmt: skip


def test_the_ledger_is_in_the_order_of_time() -> None:
    report = _report("leave-ledger", "2026-03-01", "2026-06-30")
    assert _lines(report) == [
        ("maya", "03-30", "taken", "-2", "over"),
        ("maya", "04-01", "grant", "2", "more"),
        ("maya", "04-01", "taken", "-2", "over"),
        ("maya", "04-08", "taken", "-0.5", "hours"),
        ("maya", "06-08", "taken", "-1", "later"),
        ("bikram", "04-01", "grant", "3", "his"),
    ]
    assert {(row["type"], row["unit"], row["words"]) for row in report["rows"]} == {
        ("annual", "days", "Granted"), ("annual", "days", "Taken"),
    }  # fmt: skip
    assert report["totals"] is None


@pytest.mark.parametrize("more", [{"person": "bikram"}, {"type": "annual"}])
def test_the_ledger_adds_up_one_person_or_one_type(more: Json) -> None:
    report = _report("leave-ledger", "2026-01-01", "2026-12-31", **more)
    assert report["totals"] == {"amount": "3" if "person" in more else "9.5"}


def test_what_each_month_deducts() -> None:
    report = _report("deducted-per-month", "2026-01-01", "2026-12-31")
    told = ("person", "type", "unit", "month", "counted", "deducted", "deducted_unit")
    assert [[row[name] for name in told] for row in report["rows"]] == [
        ["maya", "annual", "days", "2026-03", "2", "2", "days"],
        ["maya", "annual", "days", "2026-04", "2", "2", "days"],
        ["maya", "annual", "days", "2026-06", "1", "1", "days"],
        ["maya", "hourly", "hours", "2026-04", "4", "0.5", "days"],
    ]
    assert report["totals"] is None


def test_what_is_deducted_is_cut_at_the_dates_too() -> None:
    report = _report("deducted-per-month", "2026-03-31", "2026-04-01", type="annual")
    assert [(row["month"], row["counted"]) for row in report["rows"]] == [
        ("2026-03", "1"), ("2026-04", "1"),
    ]  # fmt: skip
    assert report["totals"] == {"counted": "2", "deducted": "2"}


@pytest.mark.parametrize(
    ("name", "type", "said"),
    [
        ("leave-balances", "hourly", "hourly has no books of its own"),
        ("leave-ledger", "unpaid", "unpaid has no books of its own"),
        ("deducted-per-month", "unpaid", "unpaid draws on no books"),
        ("leave-ledger", "anual", "there is no anual; did you mean annual?"),
    ],
)
def test_a_type_without_books_is_told(name: str, type: str, said: str) -> None:
    with pytest.raises(WrongScenario) as caught:
        _report(name, "2026-01-01", "2026-12-31", type=type)
    (problem,) = caught.value.problems
    assert (problem.place, problem.text) == ("ask[0].report.type", said)


def test_hours_have_their_unit() -> None:
    found = _report("deducted-per-month", "2026-04-01", "2026-04-30", type="hourly")
    assert found["totals"] == {"counted": "4", "deducted": "0.5"}
