"""The reports of attendance from a scenario, each figure worked out by hand.

It is Wednesday the 11th of March, noon. Maya works from nine to five but on Saturday and Sunday;
Friday the 6th is half a holiday, in the afternoon. Una has no shift, and Asha left on the 5th.
"""

from __future__ import annotations

import json
from typing import Any

import pytest

from attendance.simulate import document
from attendance.simulate.problems import Problems
from portal.simulation import simulate
from tests.repository import ROOT

Json = Any
SPAN = {"from": "2026-03-01", "to": "2026-03-12"}


def _scenario() -> Json:
    text = (ROOT / "tests/simulate/scenarios/sheet.yaml").read_text()
    node = document.read(text, Problems())
    assert node is not None
    scenario: Json = node.plain()
    scenario["punches"] += [
        {"person": "maya", "at": "2026-03-07 22:00", "direction": "in"},
        {"person": "maya", "at": "2026-03-08 00:30", "direction": "out"},
    ]
    return scenario


def _report(name: str, **more: Json) -> Json:
    scenario = {**_scenario(), "ask": [{"report": {"name": name, **SPAN, **more}}]}
    (answer,) = simulate(json.dumps(scenario))["answers"]
    report = answer["report"]
    assert {key: report[key] for key in ("name", "from", "to")} == {"name": name, **SPAN}
    return report


def test_unmarked_days() -> None:
    report = _report("unmarked-days", person="maya")
    assert report["rows"] == [
        {"person": "maya", "date": "2026-03-09", "state": "skipped", "code": "", "unmarked": "1"},
    ]
    assert report["totals"] is None
    with_days_off = _report("unmarked-days", person="maya", with_days_off=True)
    assert with_days_off["rows"] == [
        {"person": "maya", "date": "2026-03-08", "state": "off", "code": "WO", "unmarked": "0"},
        *report["rows"],
    ]


def test_unmarked_days_of_everybody_are_those_of_their_employment() -> None:
    rows = _report("unmarked-days", with_days_off=False)["rows"]
    dates = [(row["person"], row["date"][8:], row["state"]) for row in rows]
    assert [row for row in dates if row[0] == "asha"] == [
        ("asha", "02", "not_due"), ("asha", "03", "not_due"), ("asha", "05", "not_due"),
    ]  # fmt: skip
    assert [row[1:] for row in dates if row[0] == "una"] == [
        *((date, "not_due") for date in ("02", "03", "04", "05", "06", "09", "10")), ("11", "open"),
    ]  # fmt: skip
    # The morning of half a holiday.
    assert [row["unmarked"] for row in rows if row["date"] == "2026-03-06"] == ["0.5"]


def test_late_and_early() -> None:
    report = _report("late-and-early")
    assert report["rows"] == [
        {
            "person": "maya", "date": "2026-03-03", "shift": "Day",
            "starts_at": "2026-03-03T09:00:00+05:45", "ends_at": "2026-03-03T17:00:00+05:45",
            "first_in_at": "2026-03-03T09:10:00+05:45", "last_out_at": "2026-03-03T18:00:00+05:45",
            "late_minutes": 10, "early_minutes": 0,
        },
        {
            "person": "maya", "date": "2026-03-05", "shift": "Day",
            "starts_at": "2026-03-05T09:00:00+05:45", "ends_at": "2026-03-05T17:00:00+05:45",
            "first_in_at": "2026-03-05T09:00:00+05:45", "last_out_at": "2026-03-05T13:00:00+05:45",
            "late_minutes": 0, "early_minutes": 240,
        },
    ]  # fmt: skip
    assert report["totals"] == {"late_minutes": 10, "early_minutes": 240}


def test_missing_punches() -> None:
    report = _report("missing-punches")
    assert report["rows"] == [
        {
            "person": "maya", "date": "2026-03-04", "status": "INC", "code": "INC",
            "first_in_at": "2026-03-04T09:00:00+05:45", "last_out_at": None,
            "missing": ["missing_out"],
        },
    ]  # fmt: skip
    assert report["totals"] is None


def test_a_working_day_with_nothing_recorded_is_missing() -> None:
    scenario = _scenario()
    scenario["changes"][0]["settings"]["mark_absent_automatically"] = False
    scenario["ask"] = [{"report": {"name": "missing-punches", "person": "maya", **SPAN}}]
    (answer,) = simulate(json.dumps(scenario))["answers"]
    assert answer["report"]["rows"][1:] == [
        {"person": "maya", "date": "2026-03-10", "status": "UN", "code": "", "first_in_at": None,
         "last_out_at": None, "missing": ["nothing"]},
    ]  # fmt: skip


def test_worked_on_a_day_off() -> None:
    report = _report("days-off-worked")
    assert report["rows"] == [
        {
            "person": "maya", "date": "2026-03-07", "day": "weekly_off", "day_name": "",
            "first_in_at": "2026-03-07T22:00:00+05:45", "last_out_at": "2026-03-08T00:30:00+05:45",
            "out_on": "2026-03-08", "worked_minutes": 150,
        },
    ]  # fmt: skip
    assert report["totals"] == {"worked_minutes": 150}


def test_a_row_for_each_shift() -> None:
    report = _report("shifts")
    told = ("date", "status", "code", "out_on", "worked_minutes", "late_minutes", "early_minutes")
    assert [[row["date"][8:], *(row[name] for name in told[1:])] for row in report["rows"]] == [
        ["03", "P", "P", None, 530, 10, 0],
        ["04", "INC", "INC", None, 0, 0, 0],
        ["05", "HD", "HD", None, 240, 0, 240],
        ["06", "HD", "½CL·½H", None, 0, 0, 0],
        ["07", "WO", "WO", "2026-03-08", 150, 0, 0],
        ["10", "A", "A", None, 0, 0, 0],
        ["11", None, "", None, 0, 0, 0],
    ]  # fmt: skip
    assert {row["shift"] for row in report["rows"]} == {"Day"}
    assert report["totals"] == {"worked_minutes": 920, "late_minutes": 10, "early_minutes": 240}


def test_headcount_by_day() -> None:
    report = _report("headcount")
    told = ("employed", "present", "absent", "leave", "off", "unmarked", "late_count")
    found = {row["date"][8:]: tuple(row[name] for name in told) for row in report["rows"]}
    assert len(found) == 12
    assert found["01"] == (2, "0", "0", "0", "2", "0", 0)
    assert found["03"] == (3, "1", "0", "0", "0", "2", 1)
    assert found["04"] == (3, "0", "0", "1", "0", "2", 0)
    assert found["05"] == (3, "0.5", "0", "0.5", "0", "2", 0)
    assert found["06"] == (2, "0", "0", "0.5", "1", "0.5", 0)
    assert found["12"] == (0, "0", "0", "0", "0", "0", 0)
    assert (report["totals"]["days"], report["totals"]["present"]) == ("25", "1.5")


def test_a_summary_of_everybody() -> None:
    report = _report("summary")
    assert [(row["person"], row["days"], row["worked_minutes"]) for row in report["rows"]] == [
        ("maya", "9", 920), ("asha", "5", 0), ("una", "11", 0),
    ]  # fmt: skip
    assert (report["totals"]["leave_by_code"], report["totals"]["off"]) == (
        {"": "0.5", "CL": "0.5", "SL": "1"}, "7",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("to", "figures"),
    [
        # Three days of eight hours; the leave by the hours covers none of them.
        ("2026-03-05", (1440, 0, 770, 0, 670)),
        # Half a holiday, whose morning leave covers; and the night of Saturday.
        ("2026-03-08", (1680, 240, 920, 0, 520)),
        # Monday, Tuesday and today; the 12th has not come.
        ("2026-03-12", (3120, 240, 920, 0, 1960)),
    ],
)
def test_expected_up_to_a_date_and_actual(to: str, figures: tuple[int, ...]) -> None:
    scenario = _scenario()
    asked = {"name": "expected-and-actual", "person": "maya", "from": "2026-01-01", "to": to}
    scenario["ask"] = [{"report": asked}]
    (answer,) = simulate(json.dumps(scenario))["answers"]
    names = ("expected", "on_leave", "worked", "over", "short")
    totals = {f"{name}_minutes": figure for name, figure in zip(names, figures, strict=True)}
    assert answer["report"]["rows"] == [{"person": "maya", **totals}]
    assert answer["report"]["totals"] == totals


def test_nobody_has_rows_who_did_not_work_here_then() -> None:
    assert _report("shifts", person="gone")["rows"] == []
    assert _report("summary", person="gone")["totals"]["days"] == "0"
