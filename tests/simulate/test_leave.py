"""What requests of leave are answered, worked out by hand."""

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
    request,
    scenario,
    steps,
    types,
    verdicts,
)


# --- requests ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("knobs", "asked", "expected"),
    [
        ({}, {}, "approved 2"),
        ({"unit": "day"}, {"first_part": "pm"}, "half_not_allowed"),
        ({}, {"to": "2026-06-18", "last_part": "am"}, "approved 0.5"),
        ({}, {"first_part": "pm"}, "approved 1.5"),
        ({}, {"to": "2026-06-18", "part": "half"}, "approved 0.5"),
        ({"unit": "hour", "negative_limit": 99}, {}, "approved 16"),
        ({"employment_types": ["intern"]}, {}, "not_eligible"),
        ({"usable_after_days": 400}, {}, "too_soon"),
        ({"notice_days": 9}, {}, "notice"),
        ({"notice_days": 8}, {}, "approved 2"),
        ({"backdate_days": 1}, {"from": "2026-06-08", "submitted_on": "2026-06-10"}, "backdated"),
        ({"only_on": ["2026-06-18"]}, {}, "not_on_list"),
        ({"most_per_request": "1.5"}, {}, "most_per_request"),
        ({"most_in_a_row": "1.5"}, {}, "most_in_a_row"),
        ({"most_per_period": 1}, {}, "most_per_period"),
        ({"attachment_after": 1}, {}, "attachment"),
        ({"attachment_after": 1}, {"attachment": True}, "approved 2"),
        ({}, {"to": "2026-07-02"}, "balance"),
        ({"negative_limit": "1"}, {"to": "2026-07-02"}, "approved 11"),
        ({"negative_limit": None}, {"to": "2026-07-31"}, "approved 32"),
        ({"draws_on": "nothing"}, {"to": "2026-07-31"}, "approved 32"),
        ({}, {"from": "2026-06-20", "to": "2026-06-21"}, "nothing_counted"),
        ({"counts_days_off": "yes"}, {"to": "2026-06-21"}, "approved 4"),
    ],
)  # fmt: skip
def test_a_request(knobs: dict[str, Any], asked: dict[str, Any], expected: str) -> None:
    asking = {**request("r", "2026-06-18", "2026-06-19"), **asked}
    made = scenario(leave_types=types(**knobs), allocations=[YEAR], requests=[asking])
    assert verdicts(made) == {"r": expected}


def test_overlap_goes_by_halves_and_hours() -> None:
    hourly = [{"unit": "hour", "draws_on": "nothing"}]
    made = scenario(
        leave_types={"annual": [{}], "hourly": hourly},
        allocations=[YEAR],
        requests=[
            request("am", "2026-06-18", part="am"),
            request("am again", "2026-06-18", part="am"),
            request("pm", "2026-06-18", part="pm"),
            request("one", "2026-06-19", type="hourly", start="10:00", end="12:00"),
            request("two", "2026-06-19", type="hourly", start="11:00", end="13:00"),
            request("three", "2026-06-19", type="hourly", start="12:00", end="13:30"),
            request("night", "2026-06-22", type="hourly", start="16:00", end="02:00"),
            request("flat", "2026-06-23", type="hourly", hours="2.5"),
        ],
    )
    assert verdicts(made) == {
        "am": "approved 0.5", "am again": "overlap", "pm": "approved 0.5", "one": "approved 2",
        "two": "overlap", "three": "approved 1.5", "night": "approved 1", "flat": "approved 2.5",
    }  # fmt: skip


def test_pending_leave_reserves_whenever_it_lies() -> None:
    made = scenario(
        allocations=[YEAR],
        requests=[
            request("autumn", "2026-10-05", "2026-10-12", state="pending"),
            request("summer", "2026-06-15", "2026-06-19"),
            request("one more", "2026-06-22"),
        ],
    )
    assert verdicts(made) == {
        "autumn": "pending 6", "summer": "balance", "one more": "approved 1",
    }  # fmt: skip
    (found,) = answers(made, {"balance": {**ANNUAL, "on": "2026-07-01"}})
    assert (found["balance"], found["pending"], found["available"]) == ("9", "6", "3")


def test_a_chain_by_length_and_what_comes_too_late() -> None:
    chain = [{"by": ["manager"]}, {"by": ["hari", "sita"], "above": 2}]
    then = [{"approve": {"on": "2026-06-02"}}, {"approve": {"on": "2026-06-03", "by": "sita"}},
            {"approve": {"on": "2026-06-04"}}, {"withdraw": {"on": "2026-06-05"}}]  # fmt: skip
    sent = {"submitted_on": "2026-06-01", "state": "pending", "then": then}
    made = scenario(
        leave_types=types(chain=chain), allocations=[YEAR],
        requests=[request("long", "2026-06-17", "2026-06-19", **sent),
                  request("short", "2026-06-22", **{**sent, "then": then[:1]}),
                  request("waiting", "2026-06-23", "2026-06-25", **{**sent, "then": then[:1]})],
    )  # fmt: skip
    assert verdicts(made) == {"long": "approved 3", "short": "approved 1", "waiting": "pending 3"}
    assert steps(made, "long") == [
        ("submit", None), ("approve", None), ("approve", None), ("approve", "not_open"),
        ("withdraw", "not_open"),
    ]  # fmt: skip


def test_everything_is_looked_at_again_when_approving() -> None:
    block = {"from": "2026-06-18", "entered_on": "2026-06-05", "name": "Stock-taking"}
    asked = request(
        "r", "2026-06-18", submitted_on="2026-06-01", state="pending",
        then=[{"approve": {"on": "2026-06-08"}}],
    )  # fmt: skip
    made = scenario(
        leave_types=types(notice_days=14), allocations=[YEAR], requests=[asked], blocks=[block]
    )
    assert steps(made, "r") == [("submit", None), ("approve", "blocked")]
    assert steps({**made, "blocks": []}, "r") == [("submit", None), ("approve", None)]


@pytest.mark.parametrize(
    ("block", "expected"),
    [
        ({}, "blocked"),
        ({"types": ["sick"]}, "approved 1"),
        ({"types": ["annual"]}, "blocked"),
        ({"departments": ["Hotel"]}, "blocked"),
        ({"departments": ["Bar"]}, "approved 1"),
        ({"exempt": ["maya"]}, "approved 1"),
        ({"entered_on": "2026-06-11"}, "approved 1"),
        ({"from": "2026-06-19", "to": "2026-06-20"}, "approved 1"),
    ],
)
def test_blocks(block: dict[str, Any], expected: str) -> None:
    made = scenario(
        leave_types={"annual": [{}], "sick": [{}]}, allocations=[YEAR],
        departments={"Hotel": {}, "Kitchen": {"under": "Hotel"}, "Bar": {"under": "Hotel"}},
        requests=[request("r", "2026-06-18")], blocks=[{"from": "2026-06-18", **block}],
    )  # fmt: skip
    made["people"]["maya"]["department"] = "Kitchen"
    assert verdicts(made) == {"r": expected}


def test_a_change_writes_the_difference() -> None:
    change = {"on": "2026-06-05", "from": "2026-06-18", "to": "2026-06-19"}
    then = [{"change": change}, {"change": {"on": "2026-06-06", "from": "2026-06-20"}},
            {"cancel": {"on": "2026-06-07"}}]  # fmt: skip
    asked = request("r", "2026-06-15", "2026-06-17", submitted_on="2026-06-01")
    made = scenario(allocations=[YEAR], requests=[{**asked, "then": then[:1]}])
    assert ledger(made) == [
        ("01-01", "grant", "10"), ("06-15", "taken", "-3"), ("06-15", "returned", "3"),
        ("06-18", "taken", "-2"),
    ]  # fmt: skip
    made["requests"][0]["then"] = then
    assert steps(made, "r")[1:] == [
        ("change", None), ("change", "nothing_counted"), ("cancel", None),
    ]  # fmt: skip
    assert balances(made, "2026-06-15", "2026-06-30") == ["10", "10"]
    assert verdicts(made) == {"r": "cancelled 0"}


def test_a_rejected_or_withdrawn_request_reserves_nothing() -> None:
    sent = {"submitted_on": "2026-06-01", "state": "pending"}
    refuse = [{"refuse": {"on": "2026-06-02", "reason": "Busy"}}]
    made = scenario(
        allocations=[YEAR],
        requests=[
            request("refused", "2026-06-15", "2026-06-26", **sent, then=refuse),
            request("withdrawn", "2026-06-15", "2026-06-26", state="pending",
                    submitted_on="2026-06-03", then=[{"withdraw": {"on": "2026-06-03"}}]),
            request("given", "2026-06-15", "2026-06-26"),
        ],
    )  # fmt: skip
    assert verdicts(made) == {
        "refused": "rejected 0", "withdrawn": "withdrawn 0", "given": "approved 10",
    }  # fmt: skip


def test_sickness_over_planned_leave_is_one_decision() -> None:
    sick = {"type": "sick", "submitted_on": "2026-06-09"}
    made = scenario(
        leave_types={"annual": [{}], "sick": [{"converts_planned": True, "draws_on": "nothing"}]},
        allocations=[YEAR],
        requests=[
            request("week", "2026-06-15", "2026-06-19", submitted_on="2026-06-01"),
            request("day", "2026-06-22", submitted_on="2026-06-01"),
            request("plain", "2026-06-17", "2026-06-18", **sick),
            request("waits", "2026-06-17", "2026-06-18", **sick, converts=True, state="pending"),
            request("ill", "2026-06-19", "2026-06-22", **sick, converts=True),
        ],
    )
    assert verdicts(made) == {
        "week": "approved 4", "day": "converted 0", "plain": "overlap", "waits": "pending 2",
        "ill": "approved 2",
    }  # fmt: skip
    assert balances(made, "2026-06-30") == ["6"]
    made["requests"][3]["then"] = [{"approve": {"on": "2026-06-10"}}]
    assert verdicts(made)["week"] == "approved 2"
    assert balances(made, "2026-06-30") == ["8"]


def test_days_that_were_turned_into_other_leave_are_not_counted_again() -> None:
    days = [{"date": "2026-06-16", "kind": "holiday", "added_on": "2026-06-10"}]
    made = scenario(
        leave_types={"annual": [{}], "sick": [{"converts_planned": True, "draws_on": "nothing"}]},
        calendars={"Nepal": {"for": "everyone", "days": days}}, allocations=[YEAR],
        requests=[request("week", "2026-06-15", "2026-06-19", submitted_on="2026-06-01"),
                  request("ill", "2026-06-17", type="sick", converts=True,
                          submitted_on="2026-06-09")],
    )  # fmt: skip
    assert verdicts(made) == {"week": "approved 3", "ill": "approved 1"}


def test_a_refused_conversion_takes_nothing_back() -> None:
    made = scenario(
        leave_types={"annual": [{}], "sick": [{"converts_planned": True}]}, allocations=[YEAR],
        requests=[request("week", "2026-06-15", "2026-06-19"),
                  request("ill", "2026-06-17", type="sick", converts=True)],
    )  # fmt: skip
    assert verdicts(made) == {"week": "approved 5", "ill": "balance"}
    assert ledger(made) == [("01-01", "grant", "10"), ("06-15", "taken", "-5")]


def test_a_holiday_added_later_returns_days() -> None:
    days = [{"date": "2026-06-18", "kind": "holiday", "added_on": "2026-06-09"},
            {"date": "2026-06-22", "kind": "holiday", "added_on": "2026-06-09"},
            {"date": "2026-06-25", "kind": "working_day", "added_on": "2026-06-09"}]  # fmt: skip
    sent = {"submitted_on": "2026-06-01"}
    made = scenario(
        calendars={"Nepal": {"for": "everyone", "days": days}}, allocations=[YEAR],
        requests=[request("week", "2026-06-17", "2026-06-19", **sent),
                  request("day", "2026-06-22", **sent),
                  request("asked", "2026-06-17", "2026-06-18", **sent, type="sick"),
                  request("later", "2026-06-24", "2026-06-25", **sent)],
        leave_types={"annual": [{}], "sick": [{"draws_on": "nothing"}]},
    )  # fmt: skip
    assert verdicts(made) == {
        "week": "approved 2", "day": "cancelled 0", "asked": "overlap", "later": "approved 2",
    }  # fmt: skip
    assert ledger(made)[1:] == [
        ("06-17", "taken", "-3"), ("06-17", "returned", "1"), ("06-22", "taken", "-1"),
        ("06-22", "returned", "1"), ("06-24", "taken", "-2"),
    ]  # fmt: skip


def test_a_day_that_becomes_a_working_day_is_taken_as_well() -> None:
    days = [{"date": "2026-06-20", "kind": "working_day", "added_on": "2026-06-09"}]
    made = scenario(
        calendars={"Nepal": {"for": "everyone", "days": days}},
        allocations=[grant("year", 2, "2026-01-01")],
        requests=[request("over", "2026-06-19", "2026-06-22", submitted_on="2026-06-01"),
                  request("sent", "2026-06-26", "2026-06-26", type="sick", state="pending")],
        leave_types={"annual": [{}], "sick": [{}]},
    )  # fmt: skip
    # What nothing covers is owed: the company made the day one of work.
    assert verdicts(made) == {"over": "approved 3", "sent": "balance"}
    assert balances(made, "2026-06-30") == ["-1"]


def test_a_closure_charges_nobody_twice() -> None:
    closure = {"key": "c", "type": "annual", "from": "2026-06-18", "to": "2026-06-22",
               "booked_on": "2026-06-05", "exempt": ["bikram"]}  # fmt: skip
    made = scenario(
        allocations=[grant("year", 2, "2026-01-01")], closures=[closure],
        requests=[request("am", "2026-06-18", part="am", submitted_on="2026-06-01"),
                  request("sick", "2026-06-19", type="sick", submitted_on="2026-06-01"),
                  request("same", "2026-06-22")],
        leave_types={"annual": [{}], "sick": [{"draws_on": "nothing"}]},
    )  # fmt: skip
    made["people"]["bikram"] = {"joined_on": "2025-01-01", "places": [{"shift": "Day"}]}
    assert verdicts(made) == {
        "am": "approved 0.5", "sick": "approved 1", "same": "overlap", "c maya": "approved 1.5",
    }  # fmt: skip
    assert balances(made, "2026-06-30") == ["0"]
    closure["exempt"] = []
    free = scenario(closures=[{**closure, "from": "2026-06-20", "to": "2026-06-21"}])
    assert verdicts(free) == {}
    unpaid = scenario(closures=[closure], leave_types=types(draws_on="nothing"))
    assert verdicts(unpaid) == {"c maya": "approved 3"}


def test_days_between_are_charged_while_both_sides_stand() -> None:
    sent = {"submitted_on": "2026-06-01"}
    move = [{"change": {"on": "2026-06-02", "from": "2026-06-18"}}]
    made = scenario(
        leave_types=types(counts_days_off="sandwich"), allocations=[YEAR],
        requests=[request("friday", "2026-06-19", **sent), request("monday", "2026-06-22", **sent)],
    )  # fmt: skip
    assert verdicts(made) == {"friday": "approved 1", "monday": "approved 3"}
    made["requests"][0]["then"] = [{"cancel": {"on": "2026-06-02"}}]
    assert verdicts(made) == {"friday": "cancelled 0", "monday": "approved 1"}
    made["requests"][0]["then"] = move
    assert verdicts(made) == {"friday": "approved 1", "monday": "approved 1"}
    assert balances(made, "2026-06-30") == ["8"]


def test_a_closed_leave_year_refuses_edits() -> None:
    plan = {"type": "annual", "for": "everyone", "versions": [
        {"frequency": "monthly", "carry_on": {"month": 4, "day": 1}, "milestones": [{"amount": 1}]},
    ]}  # fmt: skip
    cancel = [{"cancel": {"on": "2026-05-04"}}]
    made = scenario(
        plans={"p": plan},
        requests=[request("late", "2026-03-30", submitted_on="2026-04-02"),
                  request("in time", "2026-03-31", submitted_on="2026-03-30", then=cancel),
                  request("after", "2026-04-01", submitted_on="2026-04-02")],
    )  # fmt: skip
    assert verdicts(made) == {
        "late": "year_closed", "in time": "approved 1", "after": "approved 1",
    }  # fmt: skip
    assert steps(made, "in time")[1:] == [("cancel", "year_closed")]


def test_hours_draw_on_days() -> None:
    hourly = [{"unit": "hour", "draws_on": "annual", "hours_per_day": 8}]
    made = scenario(
        leave_types={"annual": [{}], "hourly": hourly}, allocations=[YEAR],
        requests=[request("h", "2026-06-18", type="hourly", start="09:00", end="11:00")],
    )  # fmt: skip
    assert ledger(made)[1:] == [("06-18", "taken", "-0.25")]
    made["leave_types"] = {"annual": [{"unit": "hour", "hours_per_day": 7}],
                           "daily": [{"draws_on": "annual"}]}  # fmt: skip
    made["requests"] = [request("d", "2026-06-18", type="daily")]
    assert ledger(made)[1:] == [("06-18", "taken", "-7")]


def test_the_version_of_the_first_date_holds() -> None:
    made = scenario(
        leave_types={"annual": [{"most_per_request": 1},
                                {"from": "2026-06-18", "most_per_request": 2}]},
        allocations=[YEAR],
        requests=[request("before", "2026-06-16", "2026-06-17"),
                  request("then", "2026-06-18", "2026-06-19")],
    )  # fmt: skip
    assert verdicts(made) == {"before": "most_per_request", "then": "approved 2"}


def test_approved_leave_shows_the_person_away() -> None:
    made = scenario(
        leave_types={"annual": [{"code": "AL"}],
                     "hourly": [{"unit": "hour", "draws_on": "nothing", "code": "HL"}]},
        allocations=[YEAR],
        requests=[request("full", "2026-06-03", "2026-06-08", last_part="pm"),
                  request("sent", "2026-06-02", state="pending"),
                  request("hours", "2026-06-09", type="hourly", start="09:00", end="17:00")],
    )  # fmt: skip
    (days,) = answers(made, {"days": {"from": "2026-06-02", "to": "2026-06-09"}})
    assert [day["code"] for day in days] == [
        "A", "AL", "AL", "AL", "WO", "WO", "½A·½AL", "HL",
    ]  # fmt: skip
