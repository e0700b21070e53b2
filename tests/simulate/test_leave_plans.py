"""What scenarios of plans, of what HR enters, and of questions are answered, worked out by hand."""

from __future__ import annotations

from typing import Any

import pytest

from tests.simulate.leave import (
    ANNUAL,
    YEAR,
    answers,
    balances,
    grant,
    ledger,
    outcomes,
    request,
    scenario,
    types,
    verdicts,
)


# --- plans ---------------------------------------------------------------------------------------
def test_plans_of_the_person_by_date() -> None:
    level = {"frequency": "monthly", "milestones": [{"amount": 1}]}
    made = scenario(
        plans={"p": {"type": "annual", "versions": [level], "for": [
            {"person": "maya", "from": "2026-01-01", "to": "2026-02-28"},
            {"person": "maya", "from": "2026-05-01"}]}},
    )  # fmt: skip
    assert [line[0] for line in ledger(made)] == ["01-01", "02-01", "05-01", "06-01"]
    (found,) = answers(
        made, {"plan": {"person": "maya", "plan": "p", "from": "2026-02-01", "to": "2026-05-31"}}
    )
    assert [(each["on"], each["key"]) for each in found] == [
        ("2026-02-01", "p:2026-02-01:0"), ("2026-05-01", "p:2026-05-01:2026-05-01:0"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("version", "expected"),
    [
        ({"frequency": "monthly", "days": "joining"}, ["04-17", "05-17"]),
        ({"frequency": "monthly", "days": [31]}, ["04-17", "04-30", "05-31"]),
        ({"frequency": "twice_monthly"}, ["04-17", "05-01", "05-16", "06-01"]),
        ({"frequency": "weekly", "weekday": "wed", "waits": {"days": 40}},
         ["05-27", "06-03", "06-10"]),
        ({"frequency": "quarterly", "month": 2}, ["04-17", "05-01"]),
    ],
)  # fmt: skip
def test_boundary_days(version: dict[str, Any], expected: list[str]) -> None:
    plan = {"type": "annual", "versions": [{**version, "milestones": [{"amount": 1}]}]}
    made = scenario(plans={"p": plan})
    made["people"]["maya"]["joined_on"] = "2026-04-17"
    assert [line[0] for line in ledger(made)] == expected


def test_leave_over_a_cut_may_end_in_debt() -> None:
    version = {
        "frequency": "yearly",
        "month": 4,
        "carry_on": {"month": 4, "day": 1},
        "milestones": [{"amount": 4, "carry": {"carry": "up_to", "most": 2}}],
    }
    made = scenario(
        leave_types=types(negative_limit=4),
        plans={"p": {"type": "annual", "versions": [version],
                     "for": [{"person": "maya", "from": "2025-07-16"}]}},
        requests=[request("long", "2026-03-30", "2026-04-10")],
    )  # fmt: skip
    # 2.8384 of the first year, two of them used before the cut; then the rest, four new ones, debt.
    assert verdicts(made) == {"long": "approved 10"}
    assert balances(made, "2026-03-31", "2026-04-01", "2026-04-10") == [
        "0.8384", "0", "-3.1616",
    ]  # fmt: skip


def test_a_plan_that_ends_and_a_year_of_its_own() -> None:
    version = {"frequency": "monthly", "milestones": [{"amount": 2, "yearly_cap": 3}]}
    made = scenario(
        leave_year={"month": 4, "day": 1},
        plans={"p": {"type": "annual", "ends_on": "2026-05-31", "versions": [version],
                     "for": [{"person": "maya", "from": "2026-02-01"}]}},
        allocations=[grant("x", 1, "2026-04-02", plan="p"), grant("y", 1, "2026-05-02", plan="p")],
    )  # fmt: skip
    assert ledger(made) == [
        ("02-01", "accrual", "2"), ("03-01", "capped", "1"), ("04-01", "accrual", "2"),
        ("04-02", "grant", "1"), ("05-01", "capped", "0"),
    ]  # fmt: skip
    assert outcomes(made) == {"x": "1", "y": "year_cap"}


def test_work_earns_leave() -> None:
    version = {"frequency": "day_worked", "moment": "end", "milestones": [{"amount": "0.1"}]}
    punches = [
        {"person": "maya", "at": f"2026-06-0{day} {time}", "direction": way}
        for day, end in ((3, "17:00"), (4, "12:30"))
        for time, way in (("09:00", "in"), (end, "out"))
    ]
    made = scenario(
        punches=punches,
        plans={"p": {"type": "annual", "versions": [version],
                     "for": [{"person": "maya", "from": "2026-06-01"}]}},
    )  # fmt: skip
    assert ledger(made) == [("06-04", "accrual", "0.1"), ("06-05", "accrual", "0.05")]
    ahead = {"forecast": {**ANNUAL, "on": "2026-06-30"}}
    assert answers(made, ahead)[0]["balance"] == "0.15"
    version["frequency"] = "hour_worked"
    assert answers(made, ahead)[0]["balance"] == "1.15"
    assert ledger(made) == [("06-04", "accrual", "0.8"), ("06-05", "accrual", "0.35")]
    version["frequency"] = "hour_scheduled"
    assert [line[0] for line in ledger(made)] == [
        "06-02", "06-03", "06-04", "06-05", "06-06", "06-09", "06-10",
    ]  # fmt: skip
    made["plans"]["p"]["versions"] = [
        {"frequency": "weekly", "moment": "end", "by_worked_time": True,
         "milestones": [{"amount": 1}]},
    ]  # fmt: skip
    # 11.5 of 40 hours.
    assert ledger(made) == [("06-08", "accrual", "0.2875")]


# --- what HR enters ------------------------------------------------------------------------------
def adjust(key: str, amount: Any, on: str = "2026-02-01", **more: Any) -> Any:
    return {"adjustment": {**ANNUAL, "key": key, "amount": amount, "on": on, **more}}


def test_adjustments_share_the_validity_of_what_they_adjust() -> None:
    made = scenario(
        allocations=[
            grant("g", 5, "2026-01-01", "2026-03-31"),
            adjust("more", "1.5", adjusts="g"),
            adjust("less", -2, adjusts="g"),
            adjust("too much", -5, adjusts="g"),
            adjust("late", 1, "2026-04-01", adjusts="g"),
            adjust("new", 2, "2026-05-01"),
            adjust("used", -1, "2026-05-02"),
            adjust("none", -2, "2026-05-03"),
        ],
    )
    assert outcomes(made) == {
        "g": "5", "more": "1.5", "less": "-2", "too much": "below_limit", "late": "not_valid_then",
        "new": "2", "used": "-1", "none": "leaves_uncovered",
    }  # fmt: skip
    assert balances(made, "2026-03-31", "2026-04-01", "2026-05-01", "2026-05-02") == [
        "4.5", "0", "2", "1",
    ]  # fmt: skip


def test_an_adjustment_may_leave_a_debt_where_the_type_allows_one() -> None:
    made = scenario(
        leave_types=types(negative_limit=2),
        allocations=[
            grant("g", 3, "2026-01-01"),
            adjust("a", -4, adjusts="g"),
            adjust("b", -2, adjusts="g"),
        ],
        requests=[request("r", "2026-01-05", "2026-01-06")],
    )  # fmt: skip
    # The grant of three has one day left; one of the four is owed, and three would be too many.
    assert outcomes(made) == {"g": "3", "a": "leaves_uncovered", "b": "-2"}
    assert balances(made, "2026-02-02") == ["-1"]


def test_the_most_that_a_leave_year_grants() -> None:
    made = scenario(
        now="2027-02-01 12:00", leave_types=types(most_granted=12),
        allocations=[
            grant("old", 8, "2026-01-01", "2026-12-31"),
            grant("over", 5, "2026-05-01", "2026-12-31", entered_on="2026-05-01"),
            grant("new", 10, "2027-01-01", "2027-12-31", carries={}, entered_on="2026-12-01"),
            adjust("a", 1, "2027-01-02", adjusts="new"),
        ],
    )  # fmt: skip
    # New days come before carried ones: these take what the most leaves.
    assert outcomes(made) == {"old": "8", "over": "most_granted", "new": "10", "a": "most_granted"}
    assert balances(made, "2026-12-31", "2027-01-01") == ["8", "12"]
    made["allocations"][2]["grant"]["carries"] = {"carry": "none"}
    assert balances(made, "2027-01-01", "2027-01-02") == ["10", "11"]
    made["allocations"][2]["grant"]["carries"] = {"carry": "up_to", "most": 1}
    assert balances(made, "2027-01-01", "2027-01-02") == ["11", "12"]


@pytest.mark.parametrize(
    ("yearly", "expected"),
    [({}, "12"), ({"by_joining": True}, "7.0356"), ({"by_joining": True, "by_months": True}, "7"),
     ({"by_joining": True, "step": "0.5"}, "7")],
)  # fmt: skip
def test_a_yearly_amount_at_once(yearly: dict[str, Any], expected: str) -> None:
    given = grant("g", 12, "2025-01-01", "2025-12-31", yearly=yearly)
    assert outcomes(scenario(allocations=[given])) == {"g": expected}


def test_work_on_a_day_off_and_days_paid_out() -> None:
    punches = [
        {"person": "maya", "at": f"2026-06-{date} {time}", "direction": way}
        for date, end in (("06", "17:00"), ("07", "12:00"), ("08", "17:00"))
        for time, way in (("09:00", "in"), (end, "out"))
    ]

    def claim(key: str, date: str, **more: Any) -> Any:
        return {"comp_off": {**ANNUAL, "key": key, "worked_on": date, **more}}

    def payout(key: str, amount: Any, **more: Any) -> Any:
        return {"encashment": {**ANNUAL, "key": key, "amount": amount, "on": "2026-06-09", **more}}

    made = scenario(
        punches=punches,
        leave_types=types(comp_off_valid_days=2, keeps=8, most_encashed=2),
        allocations=[
            YEAR, claim("whole", "2026-06-06"), claim("again", "2026-06-06", amount="0.5"),
            claim("more", "2026-06-07", amount=1), claim("half", "2026-06-07"),
            claim("working", "2026-06-08"), claim("nothing", "2026-05-30"),
            payout("much", "2.5"), payout("paid", 2, rate="100.555"), payout("floor", 1),
        ],
    )  # fmt: skip
    assert outcomes(made) == {
        "year": "10", "whole": "1", "again": "earned_already", "more": "more_than_earned",
        "half": "0.5", "working": "not_a_day_off", "nothing": "not_worked",
        "much": "most_encashed", "paid": "2", "floor": "below_floor",
    }  # fmt: skip
    assert ledger(made)[1:] == [
        ("06-07", "comp_off", "1"), ("06-08", "comp_off", "0.5"), ("06-09", "expired", "-1"),
        ("06-09", "encashed", "-0.5"), ("06-09", "encashed", "-1.5"),
    ]  # fmt: skip
    (told,) = answers(made, {"allocations": {"person": "maya"}})
    assert {each["key"]: each["pays"] for each in told if each["pays"]} == {"paid": "201.11"}


def test_protected_days_never_lapse() -> None:
    made = scenario(
        allocations=[grant("bought", 2, "2026-01-01", is_protected=True),
                     grant("old", 3, "2026-01-01", "2026-03-31", is_carried=True)],
    )  # fmt: skip
    assert balances(made, "2026-03-31", "2026-04-01") == ["5", "2"]


# --- questions -----------------------------------------------------------------------------------
def test_what_was_and_what_will_be_lost_next() -> None:
    made = scenario(
        allocations=[grant("old", 3, "2026-01-01", "2026-03-31"), grant("open", 9, "2026-01-01")],
        requests=[request("r", "2026-02-10")],
    )
    found = answers(
        made, *({"next_loss": {**ANNUAL, "on": on}} for on in ("2026-01-01", "2026-02-10")),
        {"next_loss": ANNUAL}, {"carry_over": {**ANNUAL, "on": "2026-04-01"}},
    )  # fmt: skip
    assert found[:3] == [
        {"date": "2026-04-01", "amount": "3", "allocations": {"old": "3"}},
        {"date": "2026-04-01", "amount": "2", "allocations": {"old": "2"}},
        None,
    ]
    assert (found[3]["carried"], found[3]["lapsed"], found[3]["valid_until"]) == ("0", "2", None)


def test_the_year_adds_up() -> None:
    made = scenario(
        allocations=[grant("old", 3, "2026-01-01", "2026-03-31", is_carried=True), YEAR,
                     {"adjustment": {**ANNUAL, "adjusts": "year", "amount": "-1",
                                     "on": "2026-02-01"}}],
        requests=[request("r", "2026-02-10"), request("s", "2026-05-11", "2026-05-12")],
    )  # fmt: skip
    found = answers(
        made, {"year": ANNUAL}, {"year": {**ANNUAL, "from": "2026-02-01", "to": "2026-05-11"}}
    )
    names = ("opening", "granted", "adjusted", "carried", "taken", "lapsed", "encashed", "closing")
    assert [[each[name] for name in names] for each in found] == [
        ["0", "10", "-1", "3", "3", "2", "0", "7"],
        ["13", "0", "-1", "0", "3", "2", "0", "7"],
    ]


def test_a_count_without_a_request() -> None:
    found = answers(
        scenario(leave_types=types(unit="day")),
        {"count": {**ANNUAL, "from": "2026-06-18", "to": "2026-06-22"}},
        {"count": {**ANNUAL, "from": "2026-06-18", "part": "am"}},
    )
    assert (found[0]["count"], found[0]["refusal"]) == ("3", None)
    assert found[1] == {
        "refusal": {"code": "half_not_allowed", "values": {},
                    "words": "This leave is taken in whole days."},
    }  # fmt: skip
