"""What is wrong with a scenario is told with its place; a form that is reserved, as such."""

from __future__ import annotations

import json
from typing import Any

import pytest

from attendance.simulate.problems import UnsupportedScenario, WrongScenario
from attendance.simulate.scenario import RESERVED as ALL
from leave.simulate import form
from portal.simulation import simulate
from tests.simulate.base import MISSING, bent, whole


def told(text: str) -> list[str]:
    """What is wrong, without the lines."""
    with pytest.raises(WrongScenario) as caught:
        simulate(text)
    return [str(problem).partition(": ")[2] for problem in caught.value.problems]


def test_the_whole_scenario_is_right() -> None:
    found = simulate(json.dumps(whole()))["answers"]
    days, everybody, *rest, overtime, payable, sheet, report = found
    assert (len(days["days"]), len(everybody["days"])) == (6, 2)
    assert rest == [
        {"working_days_between": {"count": 3}},
        {"working_days_on": {"date": "2026-03-09"}},
        {"late_arrivals": []},
    ]
    assert [month["payable"] for month in payable["payable"]] == ["4.5"]
    (row,) = sheet["sheet"]["people"]
    assert [row["totals"][name] for name in ("present", "absent", "leave", "days", "outside")] == [
        "1.5", "1.5", "0", "7", "24",
    ]  # fmt: skip
    assert [(row["date"], row["code"]) for row in report["report"]["rows"]] == [
        ("2026-03-01", "WO"), ("2026-03-05", "H"), ("2026-03-06", "H"), ("2026-03-07", ""),
    ]  # fmt: skip
    (line,) = overtime["overtime"]
    assert (line["extra_minutes"], line["state"], line["counted_extra_minutes"]) == (0, "set", 30)


def test_who_never_works_has_no_next_working_day() -> None:
    scenario = whole()
    every_day = dict.fromkeys(("mon", "tue", "wed", "thu", "fri", "sat", "sun"), "all")
    scenario["people"]["maya"]["places"][0]["weekly_off"] = every_day
    assert told(json.dumps(scenario)) == ["ask[3].working_days_on.n: no day is worked any more"]


def test_shifts_that_touch_over_midnight_do_not_overlap() -> None:
    scenario = whole()
    scenario["shifts"]["Early"] = [{"start": "06:00", "end": "14:00"}]
    scenario["roster"].append({"person": "maya", "shift": "Early", "from": "2026-03-07"})
    simulate(json.dumps(scenario))
    scenario["shifts"]["Early"][0]["start"] = "05:59"
    assert told(json.dumps(scenario)) == [
        "roster[1]: overlaps roster[0] (Night from 2026-03-06 to 2026-03-06)"
    ]


LONG = "x" * 201


def _stipend(first: str, last: str) -> dict[str, str]:
    return {"from": first, "to": last, "per": "day", "amount": "500"}


FORM: list[tuple[str, Any, str]] = [
    ("schema", 2, "schema: not a whole number from 1 to 1: 2"),
    ("schema", MISSING, "schema is missing"),
    ("now", MISSING, "now is missing"),
    ("now", "noon", "now: not a time like 2026-03-02 09:04: noon"),
    ("now", "2026-02-30 09:00", "now: not a time like 2026-03-02 09:04: 2026-02-30 09:00"),
    ("people", MISSING, "people is missing"),
    ("people", [], "people: not a mapping of names: a list"),
    ("people.maya", None, "people.maya: not a mapping: nothing"),
    ("people.maya.joined_on", "2026-02-30", "people.maya.joined_on: not a date: 2026-02-30"),
    ("people.maya.joined_on", 20260301, "people.maya.joined_on: not a date: 20260301"),
    ("people.maya.left_on", "1899-12-31", "people.maya.left_on: not a date: 1899-12-31"),
    ("people.maya.stipends", [{"from": "2026-03-01", "to": "2026-03-02", "per": "day",
                               "amount": "0.00"}],
     'people.maya.stipends[0].amount: no money above 0, like "15000.50" (in quotes): 0.00'),
    ("people.maya.stipends", [{"from": "2026-03-01", "to": "2026-03-02", "per": "none",
                               "amount": 5}],
     "people.maya.stipends[0].per: not one of day, month: none"),
    ("people.maya.is_active", "no", "people.maya.is_active: neither true nor false: no"),
    ("people.", {"joined_on": "2025-01-01"}, "people.: not a name of 1 to 200 characters"),
    ("peolpe", {}, "peolpe: unknown key; did you mean people?"),
    ("zzz", {}, "zzz: unknown key"),
    ("shifts.Day", [], "shifts.Day: an empty list"),
    ("shifts.Day", {}, "shifts.Day: not a list: a mapping"),
    ("shifts.Day.0.start", MISSING, "shifts.Day[0]: start is missing"),
    ("shifts.Day.0.start", "9:00", "shifts.Day[0].start: not a time like 09:00: 9:00"),
    ("shifts.Day.0.end", "24:00", "shifts.Day[0].end: not a time like 09:00: 24:00"),
    (
        "shifts.Day.0.late_grace", 5,
        "shifts.Day[0].late_grace: unknown key; did you mean late_grace_minutes?",
    ),
    (
        "shifts.Day.0.late_grace_minutes", 1441,
        "shifts.Day[0].late_grace_minutes: not a whole number from 0 to 1440: 1441",
    ),
    (
        "shifts.Day.0.late_grace_minutes", True,
        "shifts.Day[0].late_grace_minutes: not a whole number from 0 to 1440: true",
    ),
    (
        "shifts.Day.0.hours_mode", "all",
        "shifts.Day[0].hours_mode: not one of sum_of_pairs, first_in_last_out: all",
    ),
    ("changes.0.settings.weekly_off.sat", "some",
     "changes[0].settings.weekly_off.sat: not one of all: some"),
    ("changes.0.settings.weekly_off.sat", [],
     "changes[0].settings.weekly_off.sat: an empty list"),
    ("changes.0.settings.weekly_off.sat", [2, 2],
     "changes[0].settings.weekly_off.sat: something stands here twice"),
    ("changes.0.settings.weekly_off.sat", [6],
     "changes[0].settings.weekly_off.sat[0]: not a whole number from 1 to 5: 6"),
    ("changes.0.settings.max_presence_hours", 0,
     "changes[0].settings.max_presence_hours: not a whole number from 1 to 48: 0"),
    ("punches.0.person", 7, "punches[0].person: not text (numbers need quotes): 7"),
    ("punches.0.key", LONG, "punches[0].key: not text of 1 to 200 characters"),
    ("corrections.0", {}, "corrections[0]: not a mapping with one of the keys verdict, skip, "
     "add, void, request, overtime"),
    ("corrections.0", {"verdikt": {}},
     "corrections[0].verdikt: unknown key; did you mean verdict?"),
    ("ask", [], "ask: an empty list"),
    ("ask.0", {"sheet": {}}, "ask[0].sheet: month is missing"),
    ("ask.8.report.name", MISSING, "ask[8].report: name is missing"),
    ("ask.8.report.name", "payable-days",
     "ask[8].report.name: not one of unmarked-days, summary, late-and-early, missing-punches, "
     "days-off-worked, shifts, headcount, expected-and-actual, leave-balances, leave-ledger, "
     "deducted-per-month: payable-days"),
    ("ask.8.report.with_days_off", 1, "ask[8].report.with_days_off: neither true nor false: 1"),
    ("ask.7.sheet.month", "2026-13", "ask[7].sheet.month: not a month like 2026-03: 2026-13"),
]  # fmt: skip
MEANING: list[tuple[str, Any, str]] = [
    ("changes.1.settings.overtime_policy", "Ofice",
     "changes[1].settings.overtime_policy: there is no Ofice; did you mean Office?"),
    ("shifts.Day.0.overtime_policy", "None",
     "shifts.Day[0].overtime_policy: there is no None"),
    ("people.maya.places.0.overtime_policy", "Off",
     "people.maya.places[0].overtime_policy: there is no Off; did you mean Office?"),
    ("overtime.Office.0.rules.1.name", "More", "overtime.Office[0]: two rules are called More"),
    ("overtime.Office.0.rules.1.end", "20:00",
     "overtime.Office[0].rules[1]: starts and ends at 20:00"),
    ("overtime.Office.0.rules.1.end", MISSING,
     "overtime.Office[0].rules[1]: start and end belong to the basis clock, and to no other"),
    ("overtime.Office.0.rules.0.basis", "days_off",
     "overtime.Office[0].rules[0]: beyond_minutes belongs to the bases day and week, "
     "and to no other"),
    ("corrections.4.overtime.person", "nobody",
     "corrections[4].overtime.person: there is no nobody"),
    ("corrections.4.overtime", {"person": "maya", "date": "2026-03-02", "outcome": "refused",
                                "extra_minutes": 5, "reason": "x"},
     "corrections[4].overtime.extra_minutes: belongs to the outcome set, and to no other"),
    ("corrections.4.overtime", {"person": "maya", "date": "2026-03-02", "outcome": "set",
                                "reason": "x"},
     "corrections[4].overtime: names neither extra_minutes nor missing_minutes"),
    ("corrections.4.overtime.date", "2026-03-08", "corrections[4].overtime.date: lies after now"),
    ("ask.5.overtime.to", "2026-03-01", "ask[5].overtime.to: before from"),
    ("ask.8.report.name", "shifts", "ask[8].report.with_days_off: does not belong to shifts"),
    ("ask.8.report.name", "leave-ledger",
     "ask[8].report.with_days_off: does not belong to leave-ledger"),
    ("ask.8.report.type", "annual", "ask[8].report.type: does not belong to unmarked-days"),
    ("ask.8.report.to", "2026-02-28", "ask[8].report.to: before from"),
    ("ask.8.report.to", "2037-03-07", "ask[8].report.to: more than 3660 days"),
    ("ask.8.report.person", "mayo", "ask[8].report.person: there is no mayo; did you mean maya?"),
    ("ask.7.sheet.person", "mayo", "ask[7].sheet.person: there is no mayo; did you mean maya?"),
    ("changes.1.from", "2026-01-01", "changes[1].from: begins when changes[0] does"),
    ("changes.0.settings.zone", "Asia/Kathmando",
     "changes[0].settings.zone: not a time zone: Asia/Kathmando; did you mean Asia/Kathmandu?"),
    ("changes.0.settings.zone", "localtime",
     "changes[0].settings.zone: not a time zone: localtime"),
    ("changes.0.settings.zone", "",
     "changes[0].settings.zone: the company's own zone cannot be empty"),
    ("calendars.Kathmandu.versions.0.zone", "Mars",
     "calendars.Kathmandu.versions[0].zone: not a time zone: Mars"),
    ("shifts.Day.0.breaks.0.end", "13:00", "shifts.Day[0].breaks[0]: starts and ends at 13:00:00"),
    ("shifts.Day.0.breaks.0.end", "12:00",
     "shifts.Day[0]: ends (12:00:00) before it starts (13:00:00)"),
    ("shifts.Day.0.absent_below_minutes", 301,
     "shifts.Day[0].absent_below_minutes: absent must start below half a day"),
    ("shifts.Day.1", {"start": "10:00", "end": "18:00"},
     "shifts.Day[1]: begins when shifts.Day[0] does"),
    ("shifts.Day.0.auto_check_out", "none",
     "shifts.Day[0]: auto_check_out_at belongs to at_time, and to no other"),
    ("shifts.Day.0.weekday_hours.1", {"weekday": "fri", "start": "09:00", "end": "12:00"},
     "shifts.Day[0]: a weekday stands here twice: fri, fri"),
    ("calendars.Kathmandu.days.0.key", "o",
     "calendars.Kathmandu.days[1].key: another day is called o"),
    ("people.maya.picked", ["p"], "people.maya.picked: there is no optional holiday p"),
    ("people.maya.picked", ["calendars.Kathmandu.days[0]"],
     "people.maya.picked: there is no optional holiday calendars.Kathmandu.days[0]"),
    ("people.bikram.picked", ["o"], "people.bikram.picked: o is not offered to this person"),
    ("changes.1.settings.optional_holiday_quota", 0,
     "people.maya.picked: o is more than optional_holiday_quota of 2026"),
    ("people.maya.left_on", "2025-05-31", "people.maya.left_on: before joined_on"),
    ("people.maya.stipends", [_stipend("2026-03-02", "2026-03-01")],
     "people.maya.stipends[0].to: before from"),
    ("people.maya.stipends", [_stipend("1999-03-02", "2026-03-01")],
     "people.maya.stipends[0]: lies outside the employment"),
    ("people.maya.stipends",
     [_stipend("2026-03-05", "2026-03-09"), _stipend("2026-03-01", "2026-03-05")],
     "people.maya.stipends[0].from: another stipend lasts until 2026-03-05"),
    ("people.maya.places.0.shift", "Dya",
     "people.maya.places[0].shift: there is no Dya; did you mean Day?"),
    ("people.maya.places.0.calendar", "Pokhara",
     "people.maya.places[0].calendar: there is no Pokhara"),
    ("people.maya.places.0.zone", "Mars", "people.maya.places[0].zone: not a time zone: Mars"),
    ("roster.0.person", "amya", "roster[0].person: there is no amya; did you mean maya?"),
    ("roster.0.shift", "Late", "roster[0].shift: there is no Late"),
    ("roster.0.to", "2026-03-05", "roster[0].to: before from"),
    ("roster.1", {"person": "maya", "shift": "Day", "from": "2026-03-01"},
     "roster[1]: overlaps roster[0] (Night from 2026-03-06 to 2026-03-06)"),
    ("punches.0.person", "mayo", "punches[0].person: there is no mayo; did you mean maya?"),
    ("punches.0.fold", "second", "punches[0].fold: 2026-03-02 09:00 comes once in Asia/Kathmandu"),
    ("punches.1.fold", "first", "punches[1].fold: with an offset a time is never twice"),
    ("punches.1.key", "a", "punches[1].key: another punch is called a"),
    ("punches.1.at", "2026-03-07 12:00:01", "punches[1].at: lies after now"),
    ("marks.0.portion", "am",
     "marks[0]: start and end belong to the portion hours, and to no other"),
    ("marks.0.end", "09:00", "marks[0]: starts and ends at 09:00:00"),
    ("marks.0.code", "A", "marks[0]: A is a code of the rules and names no leave"),
    ("marks.0.person", "hari", "marks[0].person: there is no hari"),
    ("marks.1", {"key": "m", "person": "maya", "date": "2026-03-05", "kind": "on_duty"},
     "marks[1].key: another mark is called m"),
    ("corrections.0.verdict.code", "½P·½A·½A",
     "corrections[0].verdict.code: not a code: ½P·½A·½A"),
    ("corrections.0.verdict.code", "½P·½WO",
     "corrections[0].verdict.code: ½P·½WO is not the code of a day that is HD"),
    ("corrections.0.verdict.date", "2026-03-08", "corrections[0].verdict.date: lies after now"),
    ("corrections.0.verdict.date", "2025-05-31",
     "corrections[0].verdict.date: maya is not employed then"),
    ("corrections.1.skip.person", "hari", "corrections[1].skip.person: there is no hari"),
    ("corrections.1.skip.person", "maya",
     "corrections[1].skip.date: this day was set by hand already"),
    ("corrections.3.void.punch", "d", "corrections[3].void.punch: there is no d"),
    ("corrections.4", {"void": {"punch": "c", "reason": "Twice"}},
     "corrections[4].void.punch: was voided already"),
    ("ask.0.days.person", "hari", "ask[0].days.person: there is no hari"),
    ("ask.2.working_days_between.to", "2040-01-01",
     "ask[2].working_days_between.to: more than 3660 days"),
    ("ask.2.working_days_between.person", "hari",
     "ask[2].working_days_between.person: there is no hari"),
    ("ask.4.late_arrivals.month", "2026-13",
     "ask[4].late_arrivals.month: not a month like 2026-03: 2026-13"),
    ("periods.0.locked_on", "2026-02-28", "periods[0].locked_on: the month is not over then"),
    ("periods.0.locked_on", "2026-03-08", "periods[0].locked_on: lies after now"),
    ("periods", [{"month": "2026-02", "locked_on": "2026-03-02"}] * 2,
     "periods[1].month: stands here twice"),
    ("ask.6.payable.person", "hari", "ask[6].payable.person: there is no hari"),
    ("ask.0.days.to", "2026-03-01", "ask[0].days.to: before from"),
    ("ask.0.days.from", "2016-02-27", "ask[0].days.to: more than 3660 days"),
]  # fmt: skip


WHEN = "corrections[0].add.punches[0].at"
BY_HAND: list[tuple[str, str, str]] = [
    ("in 2026-03-03 09:00, out 2026-03-03 17:00", "", ""),
    ("out 2026-03-03 17:00", "", ""),
    ("in 2026-03-02 17:00:30, out 2026-03-02 20:00", "", ""),  # touching is no overlap
    ("in 2026-03-08 09:00", WHEN, "lies after now"),
    ("in 2025-05-31 09:00", WHEN, "maya is not employed on 2025-05-31"),
    ("in 2026-03-03 09:00, out 2026-03-03 09:00", "", "an out that does not come after its in"),
    ("in 2026-03-02 17:00:29, out 2026-03-02 20:00", "", "overlaps a pair"),
    ("in 2026-03-02 12:00", "", "an in inside a closed pair"),
    ("in 2026-03-03 09:00, in 2026-03-03 10:00", "", "a second in would stay open"),
    ("in 2026-03-03 09:00, out 2026-03-04 09:01", "", "longer than anybody is present"),
]  # fmt: skip


@pytest.mark.parametrize(("entered", "place", "expected"), BY_HAND)
def test_what_is_added_by_hand_fits_what_stands(entered: str, place: str, expected: str) -> None:
    punches = []
    for text in entered.split(", "):
        direction, _, at = text.partition(" ")
        punches.append({"direction": direction, "at": at})
    add = {"add": {"person": "maya", "reason": "Seen", "punches": punches}}
    text = bent("corrections", [add])
    if not expected:
        simulate(text)
        return
    (said,) = told(text)
    assert said.startswith(place or "corrections[0].add.punches: ")
    assert expected in said


def test_a_clash_names_the_punches() -> None:
    add = {"person": "maya", "reason": "Seen", "punches": [{"at": "2026-03-02 12:00",
           "direction": "in", "key": "noon"}]}  # fmt: skip
    assert told(bent("corrections", [{"add": add}])) == [
        "corrections[0].add.punches: noon: an in inside a closed pair (a, b)"
    ]
    void = {"void": {"punch": "b", "reason": "By mistake"}}
    add["punches"] = [{"at": "2026-03-02 16:00", "direction": "out"}]
    simulate(bent("corrections", [void, {"add": add}]))


def test_nobody_knows_whose_punch_that_is() -> None:
    add = {"person": "hari", "reason": "Seen", "punches": [{"at": "2026-03-02 12:00"}]}
    assert told(bent("corrections", [{"add": add}])) == [
        "corrections[0].add.person: there is no hari"
    ]


def test_a_time_that_never_came_is_not_entered_by_hand() -> None:
    scenario = whole()
    scenario["people"]["maya"]["places"][0]["zone"] = "Europe/London"
    scenario["now"] = "2026-04-01 12:00"
    scenario["corrections"] = [{"add": {"person": "maya", "reason": "Seen", "punches": [
        {"at": "2026-03-29 01:30", "direction": "in"}]}}]  # fmt: skip
    assert told(json.dumps(scenario)) == [
        "corrections[0].add.punches[0].at: 2026-03-29 01:30 never came in Europe/London"
    ]


@pytest.mark.parametrize(("path", "value", "expected"), [*FORM, *MEANING])
def test_what_is_wrong_is_told_with_its_place(path: str, value: Any, expected: str) -> None:
    assert told(bent(path, value)) == [expected]


def test_longest_question_is_answered() -> None:
    text = bent("ask", [{"days": {"person": "maya", "from": "2016-02-29", "to": "2026-03-07"}}])
    (answer,) = simulate(text)["answers"]
    assert len(answer["days"]) == 3660


def test_all_that_is_wrong_is_told_at_once_in_the_order_of_lines() -> None:
    text = """\
schema: 1
now: 2026-03-07 12:00
people:
  maya: {joined_on: 2026-02-30}
  bikram:
    joined: 2025-06-01
punches:
  - {person: maya,
     at: 9}
ask: [{days: {from: 2026-03-01}}]
"""
    with pytest.raises(WrongScenario) as caught:
        simulate(text)
    assert [str(problem) for problem in caught.value.problems] == [
        "4: people.maya.joined_on: not a date: 2026-02-30",
        "5: people.bikram: joined_on is missing",
        "6: people.bikram.joined: unknown key; did you mean joined_on?",
        "9: punches[0].at: not a time like 2026-03-02 09:04: 9",
        "10: ask[0].days: to is missing",
    ]


RESERVED = [name for name in ALL if name not in form.KEYS]
UNSUPPORTED = [
    *((name, {"any": ["thing"]}, name) for name in RESERVED),
    ("changes.1.from", "2026-03-01 12:00", "changes[1].from"),
]


@pytest.mark.parametrize(("path", "value", "place"), UNSUPPORTED)
def test_what_is_reserved_is_told_as_not_built(path: str, value: Any, place: str) -> None:
    with pytest.raises(UnsupportedScenario) as caught:
        simulate(bent(path, value))
    assert caught.value.places == [place]
