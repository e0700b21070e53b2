"""The status of a row, in the order of the rules."""

import datetime as dt
from typing import Any

import pytest

from attendance.enums import DayException as E
from attendance.enums import DayStatus as S
from attendance.rules.judge import judge
from attendance.rules.types import DayInput, DayKind, DayType, Half, HalfKind, Manual, Policy
from attendance.rules.windows import trim
from attendance.rules.zones import local
from companies.enums import HoursMode, Pairing
from tests.attendance.rules.build import (
    DATE,
    DAY_OFF,
    HOLIDAY,
    ZONE,
    at,
    day,
    duty,
    home,
    judged,
    leave,
    on,
    said,
    shift,
)

FULL = ["in 09:00", "out 17:00"]
THRESHOLDS: dict[str, Any] = {"absent_below_minutes": 120, "half_day_below_minutes": 240}
HALF_HOLIDAY = DayKind(DayType.HALF_HOLIDAY_PM, "New Year's Eve")


STATUSES: list[tuple[str, list[str], dict[str, Any], S | None, str]] = [
    ("worked", FULL, {}, S.PRESENT, "P"),
    ("no punch", [], {}, S.ABSENT, "A"),
    ("no shift, no punch", [], {"shift": None}, None, ""),
    ("no shift, worked", FULL, {"shift": None}, S.PRESENT, "P"),
    ("no shift, missing out", ["in 09:00"], {"shift": None}, S.INCOMPLETE, "INC"),
    ("missing out", ["in 09:00"], {}, S.INCOMPLETE, "INC"),
    ("missing in", ["out 17:00"], {}, S.INCOMPLETE, "INC"),
    ("missing out, below everything", ["in 09:00"], {"shift": shift(**THRESHOLDS)}, S.INCOMPLETE,
     "INC"),
    ("only breaks", ["break_start 12:00", "break_end 12:30"], {}, S.INCOMPLETE, "INC"),
    ("leave", [], {"marks": (leave(),)}, S.ON_LEAVE, "CL"),
    ("leave without a shift", [], {"marks": (leave(),), "shift": None}, S.ON_LEAVE, "CL"),
    ("leave without a code", [], {"marks": (leave(code=""),)}, S.ON_LEAVE, "L"),
    ("leave on a day off", [], {"marks": (leave(),), "day_kind": DAY_OFF}, S.ON_LEAVE, "CL"),
    ("leave and punches", FULL, {"marks": (leave(),)}, S.ON_LEAVE, "CL"),
    ("leave before on duty", [], {"marks": (duty(), leave())}, S.ON_LEAVE, "CL"),
    ("on duty", [], {"marks": (duty(),)}, S.ON_DUTY, "OD"),
    ("on duty on a holiday", [], {"marks": (duty(),), "day_kind": HOLIDAY}, S.ON_DUTY, "OD"),
    ("from home", [], {"marks": (home(),)}, S.WORK_FROM_HOME, "WFH"),
    ("from home, missing out", ["in 09:00"], {"marks": (home(),)}, S.WORK_FROM_HOME, "WFH"),
    ("weekly off", [], {"day_kind": DAY_OFF}, S.WEEKLY_OFF, "WO"),
    ("weekly off without a shift", [], {"day_kind": DAY_OFF, "shift": None}, S.WEEKLY_OFF, "WO"),
    ("holiday", [], {"day_kind": HOLIDAY}, S.HOLIDAY, "H"),
    ("holiday, worked", FULL, {"day_kind": HOLIDAY}, S.HOLIDAY, "H"),
    ("holiday, missing out", ["in 09:00"], {"day_kind": HOLIDAY}, S.HOLIDAY, "H"),
    ("day off that counts, worked", FULL,
     {"day_kind": DAY_OFF, "shift": shift(counts_on_days_off=True)}, S.PRESENT, "P"),
    ("day off that counts, missing out", ["in 09:00"],
     {"day_kind": DAY_OFF, "shift": shift(counts_on_days_off=True)}, S.INCOMPLETE, "INC"),
    ("day off that counts, no punch", [],
     {"day_kind": DAY_OFF, "shift": shift(counts_on_days_off=True)}, S.WEEKLY_OFF, "WO"),
    ("nobody marks", [], {"policy": Policy(mark_absent_automatically=False)}, S.UNMARKED, "UN"),
    ("nobody marks, worked", FULL, {"policy": Policy(mark_absent_automatically=False)}, S.PRESENT,
     "P"),
    ("half holiday, worked", ["in 09:00", "out 13:00"], {"day_kind": HALF_HOLIDAY}, S.PRESENT,
     "½P·½H"),
    ("half holiday, no punch", [], {"day_kind": HALF_HOLIDAY}, S.ABSENT, "½A·½H"),
    ("half holiday, nobody marks", [],
     {"day_kind": HALF_HOLIDAY, "policy": Policy(mark_absent_automatically=False)}, S.UNMARKED,
     "½UN·½H"),
    ("half holiday, missing out", ["in 09:00"], {"day_kind": HALF_HOLIDAY}, S.INCOMPLETE,
     "½INC·½H"),
    ("half holiday without a shift", [], {"day_kind": HALF_HOLIDAY, "shift": None}, None, ""),
    ("half holiday, leave for the rest", [], {"day_kind": HALF_HOLIDAY, "marks": (leave("am"),)},
     S.HALF_DAY, "½CL·½H"),
    ("half holiday, whole leave", [], {"day_kind": HALF_HOLIDAY, "marks": (leave(),)}, S.ON_LEAVE,
     "CL"),
    ("half holiday, on duty for the rest", [], {"day_kind": HALF_HOLIDAY, "marks": (duty("am"),)},
     S.ON_DUTY, "½OD·½H"),
    ("holiday in the morning", ["in 13:00", "out 17:00"],
     {"day_kind": DayKind(DayType.HALF_HOLIDAY_AM)}, S.PRESENT, "½H·½P"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "fields", "status", "code"),
    [case[1:] for case in STATUSES],
    ids=[case[0] for case in STATUSES],
)
def test_judge_status(
    texts: list[str], fields: dict[str, Any], status: S | None, code: str
) -> None:
    verdict = judged(*texts, **fields)
    assert (verdict.status, verdict.code, verdict.is_open) == (status, code, False)


@pytest.mark.parametrize(
    ("out", "status"),
    [
        ("10:59:29", S.ABSENT),
        ("10:59:31", S.HALF_DAY),
        ("11:00", S.HALF_DAY),
        ("12:59:29", S.HALF_DAY),
        ("13:00", S.PRESENT),
    ],
)
def test_judge_thresholds_are_strict(out: str, status: S) -> None:
    assert judged("in 09:00", f"out {out}", shift=shift(**THRESHOLDS)).status == status


def test_judge_absence_is_tested_before_half_day() -> None:
    same = shift(absent_below_minutes=240, half_day_below_minutes=240)
    assert judged("in 09:00", "out 12:59", shift=same).status == S.ABSENT


def test_judge_half_day_by_hours_is_half_present_half_leave_of_no_type() -> None:
    verdict = judged("in 09:00", "out 12:00", shift=shift(**THRESHOLDS))
    assert (verdict.code, verdict.halves) == (
        "HD",
        (Half(HalfKind.PRESENT, "P"), Half(HalfKind.LEAVE)),
    )


def test_judge_thresholds_of_a_half_holiday_are_halved() -> None:
    pattern = shift(absent_below_minutes=360)
    two_hours, three_hours = (
        judged("in 09:00", f"out {out}", shift=pattern, day_kind=HALF_HOLIDAY).code
        for out in ("11:59", "12:00")
    )
    assert (two_hours, three_hours) == ("½A·½H", "½P·½H")


ROWS: list[tuple[str, list[str], dict[str, Any], bool]] = [
    ("worked", FULL, {}, True),
    ("absent", [], {}, True),
    ("leave", [], {"marks": (leave(),)}, True),
    ("on duty", [], {"marks": (duty(),)}, True),
    ("day off", [], {"day_kind": DAY_OFF}, False),
    ("day off, worked", FULL, {"day_kind": DAY_OFF}, True),
    ("day off, half leave", [], {"day_kind": DAY_OFF, "marks": (leave("am"),)}, True),
    ("nobody marks", [], {"policy": Policy(mark_absent_automatically=False)}, False),
    ("nobody marks, half leave", [],
     {"policy": Policy(mark_absent_automatically=False), "marks": (leave("am"),)}, True),
    ("nothing planned", [], {"shift": None}, False),
    ("not employed", FULL, {"employed": False}, False),
    ("skipped", FULL, {"manual": Manual(status=None, reason="trial day")}, False),
    ("by hand", [], {"manual": Manual(status=S.PRESENT, reason="was here")}, True),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "fields", "is_row"), [case[1:] for case in ROWS], ids=[case[0] for case in ROWS]
)
def test_judge_row_only_where_there_is_something_to_record(
    texts: list[str], fields: dict[str, Any], is_row: bool
) -> None:
    assert judged(*texts, **fields).is_row is is_row


def test_judge_not_employed_frees_the_punches() -> None:
    verdict = judged("out 17:00", "in 09:00", employed=False)
    assert (verdict.status, verdict.used_keys, verdict.unused_keys) == (
        None,
        (),
        ("in 09:00", "out 17:00"),
    )
    assert [step.code for step in verdict.steps] == ["not_employed"]


# Open and settled


@pytest.mark.parametrize(
    ("now", "is_open", "status"),
    [("17:30", True, None), ("18:00:59", True, None), ("18:01", False, S.PRESENT)],
)
def test_judge_open_until_the_window_has_closed(now: str, is_open: bool, status: S | None) -> None:
    verdict = judged(*FULL, now=now)
    assert (verdict.is_open, verdict.status, verdict.worked_minutes) == (is_open, status, 480)
    assert verdict.settles_at == at("18:01")
    assert verdict.next_at == (at("18:01") if is_open else None)


def test_judge_window_that_a_neighbour_cut_closes_earlier() -> None:
    first, _ = trim([on(DATE, shift("06:00-14:00")), on(DATE, shift("14:00-22:00"))])
    verdict = judged("in 06:00", "out 14:00", occurrence=first, now="14:01")
    assert (verdict.status, verdict.settles_at) == (S.PRESENT, at("14:01"))


@pytest.mark.parametrize(("now", "status"), [("23:59:59", None), ("+1 00:00", S.PRESENT)])
def test_judge_without_a_shift_open_until_the_date_ends(now: str, status: S | None) -> None:
    verdict = judged(*FULL, shift=None, now=now)
    assert (verdict.status, verdict.settles_at) == (status, at("+1 00:00"))


@pytest.mark.parametrize(
    ("delivered", "status", "step"),
    [
        ("18:00:59", None, "awaits_devices"),
        ("18:01", S.ABSENT, "no_punch"),
    ],
)
def test_judge_waits_for_what_devices_have_not_delivered(
    delivered: str, status: S | None, step: str
) -> None:
    verdict = judged(delivered_until=at(delivered))
    assert (verdict.status, verdict.next_at) == (status, None)
    assert [s.code for s in verdict.steps if s.code in {"awaits_devices", "no_punch"}] == [step]


def test_judge_open_window_comes_before_waiting_for_devices() -> None:
    verdict = judged(delivered_until=at("10:00"), now="12:00")
    assert [step.code for step in verdict.steps] == ["schedule", "window_open"]


def test_judge_covered_day_has_its_status_before_the_window_closes() -> None:
    verdict = judged("in 09:00", marks=(leave(),), now="10:00")
    assert (verdict.status, verdict.is_open, verdict.next_at) == (S.ON_LEAVE, False, at("18:01"))


def test_judge_open_half_leaves_the_other_named() -> None:
    verdict = judged(marks=(leave("am"),), now="10:00")
    assert (verdict.status, verdict.code, verdict.is_row) == (None, "", True)
    assert verdict.halves == (Half(HalfKind.LEAVE, "CL"), Half(HalfKind.UNMARKED))


# Absence


@pytest.mark.parametrize(
    ("lag", "now", "status", "next_at"),
    [
        (0, "18:00", None, "18:01"),
        (0, "18:01", S.ABSENT, None),
        (1, "18:01", None, "+2 00:00"),
        (1, "+1 23:59:59", None, "+2 00:00"),
        (1, "+2 00:00", S.ABSENT, None),
        (3, "+3 23:59", None, "+4 00:00"),
        (3, "+4 00:00", S.ABSENT, None),
    ],
)
def test_judge_absence_after_the_full_days_to_wait(
    lag: int, now: str, status: S | None, next_at: str | None
) -> None:
    verdict = judged(now=now, policy=Policy(absence_lag_days=lag))
    assert (verdict.status, verdict.is_open) == (status, status is None)
    assert verdict.next_at == (at(next_at) if next_at else None)


def test_judge_absence_lag_of_a_night_counts_from_the_date_the_window_closes_on() -> None:
    policy = Policy(absence_lag_days=1)
    night = shift("22:00-06:00")
    before, after = (
        judged(shift=night, policy=policy, now=now).status for now in ("+2 23:59", "+3 00:00")
    )
    assert (before, after) == (None, S.ABSENT)


def test_judge_lag_does_not_hold_back_a_day_with_punches() -> None:
    assert judged(*FULL, now="18:01", policy=Policy(absence_lag_days=5)).status == S.PRESENT


# Exceptions


EXCEPTIONS: list[tuple[str, list[str], dict[str, Any], tuple[E, ...]]] = [
    ("none", FULL, {}, ()),
    ("missing out", ["in 09:00"], {}, (E.MISSING_OUT,)),
    ("still in", ["in 09:00"], {"now": "12:00"}, ()),
    ("both", ["out 08:30", "in 09:00"], {}, (E.MISSING_IN, E.MISSING_OUT)),
    ("overlap", ["in 09:00", "in 10:00", "out 16:00", "out 17:00"], {}, (E.OVERLAP,)),
    ("outside", ["in 06:00", "out 17:00"], {"outside_keys": ("in 06:00",)}, (E.OUTSIDE_SHIFT,)),
    ("break that the out ends", ["in 09:00", "break_start 12:00", "out 17:00"], {}, ()),
    ("break that runs", ["in 09:00", "break_start 12:00"], {"now": "12:10"}, ()),
    ("break that ran when the day closed", ["in 09:00", "break_start 12:00"], {},
     (E.MISSING_OUT, E.ODD_PUNCHES)),
    ("break after another that was not ended",
     ["in 09:00", "break_start 10:00", "break_start 12:00"], {"now": "12:10"}, (E.ODD_PUNCHES,)),
    ("break begun after the out, so far", ["in 09:00", "out 17:00", "break_start 17:30"],
     {"now": "17:40"}, (E.ODD_PUNCHES,)),
    ("break begun after the out", ["in 09:00", "out 17:00", "break_start 17:30"], {},
     (E.ODD_PUNCHES,)),
    ("only breaks", ["break_start 12:00", "break_end 12:30"], {}, (E.MISSING_IN, E.MISSING_OUT)),
    ("only breaks so far", ["break_start 12:00", "break_end 12:30"], {"now": "13:00"},
     (E.MISSING_IN,)),
    ("punch on leave", ["in 09:00", "out 09:10"], {"marks": (leave(),)}, (E.WORKED_ON_LEAVE,)),
    ("single punch on leave", ["in 09:00"], {"marks": (leave(),)},
     (E.MISSING_OUT, E.WORKED_ON_LEAVE)),
    ("half of the leave worked", ["in 11:00", "out 17:00"], {"marks": (leave("am"),)},
     (E.WORKED_ON_LEAVE,)),
    ("a little early from leave", ["in 11:01", "out 17:00"], {"marks": (leave("am"),)}, ()),
    ("worked on duty", FULL, {"marks": (duty(),)}, ()),
    ("leave without a shift, worked", FULL, {"marks": (leave("am"),), "shift": None}, ()),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "fields", "exceptions"),
    [case[1:] for case in EXCEPTIONS],
    ids=[case[0] for case in EXCEPTIONS],
)
def test_judge_exceptions(
    texts: list[str], fields: dict[str, Any], exceptions: tuple[E, ...]
) -> None:
    assert judged(*texts, **fields).exceptions == exceptions


def test_judge_odd_punches_from_first_to_last_are_flagged_and_complete() -> None:
    pattern = shift(pairing=Pairing.ALTERNATING, hours_mode=HoursMode.FIRST_IN_LAST_OUT)
    verdict = judged("unknown 09:00", "unknown 12:00", "unknown 17:00", shift=pattern)
    assert (verdict.status, verdict.exceptions) == (S.PRESENT, (E.ODD_PUNCHES,))
    assert said(verdict)["odd_punches"] == {"count": 3}


def test_judge_odd_punches_are_counted_without_the_breaks() -> None:
    pattern = shift(pairing=Pairing.ALTERNATING, hours_mode=HoursMode.FIRST_IN_LAST_OUT)
    texts = ["unknown 09:00", "break_start 10:00", "break_end 10:15", "unknown 12:00"]
    verdict = judged(*texts, "unknown 17:00", shift=pattern)
    assert said(verdict)["odd_punches"] == {"count": 3}


def test_judge_repeats_are_not_used() -> None:
    verdict = judged("in 09:00:00", "in 09:00:30", "out 17:00:00", "out 17:00:59")
    assert verdict.used_keys == ("in 09:00:00", "out 17:00:00")
    assert verdict.unused_keys == ("in 09:00:30", "out 17:00:59")
    assert (verdict.status, verdict.worked_minutes) == (S.PRESENT, 480)


# By hand


def test_judge_by_hand_says_what_the_rules_would_have_said() -> None:
    manual = Manual(status=S.PRESENT, reason="gate was broken", worked_minutes=450)
    verdict = judged("in 09:00", manual=manual)
    assert (verdict.status, verdict.code, verdict.worked_minutes) == (S.PRESENT, "P", 450)
    assert (verdict.used_keys, verdict.unused_keys) == ((), ("in 09:00",))
    assert (verdict.late_minutes, verdict.first_in_at, verdict.exceptions) == (0, None, ())
    assert said(verdict)["manual"] == {
        "status": "P",
        "code": "P",
        "reason": "gate was broken",
        "ruled_status": "INC",
        "ruled_code": "INC",
        "ruled_worked": 0,
    }


def test_judge_skipped_day_says_what_the_rules_would_have_said() -> None:
    verdict = judged(*FULL, manual=Manual(status=None, reason="trial day"))
    assert (verdict.status, verdict.code, verdict.is_open) == (None, "", False)
    assert verdict.unused_keys == ("in 09:00", "out 17:00")
    assert said(verdict)["skipped"] == {
        "reason": "trial day",
        "ruled_status": "P",
        "ruled_code": "P",
        "ruled_worked": 480,
    }


@pytest.mark.parametrize(
    ("code", "kinds"),
    [
        ("", (HalfKind.PRESENT, HalfKind.LEAVE)),
        ("½P·½A", (HalfKind.PRESENT, HalfKind.ABSENT)),
        ("½CL·½P", (HalfKind.LEAVE, HalfKind.PRESENT)),
    ],
)
def test_judge_half_day_by_hand(code: str, kinds: tuple[HalfKind, HalfKind]) -> None:
    verdict = judged(manual=Manual(status=S.HALF_DAY, reason="agreed", code=code))
    assert tuple(half.kind for half in verdict.halves) == kinds
    assert (verdict.status, verdict.code) == (S.HALF_DAY, code or "HD")


def test_judge_by_hand_stands_for_somebody_not_employed_and_before_the_window_closes() -> None:
    manual = Manual(status=S.PRESENT, reason="handover")
    left = judged(manual=manual, employed=False, now="10:00")
    assert left.status == S.PRESENT
    assert (left.settles_at, left.next_at) == (at("+1 00:00"), at("+1 00:00"))
    assert judged(manual=manual, employed=False, now="+1 00:00").next_at is None
    verdict = judged(manual=manual, now="10:00")
    assert (verdict.status, verdict.is_open, verdict.next_at) == (S.PRESENT, False, at("18:01"))


# Steps


def test_judge_steps_of_a_plain_day_in_order() -> None:
    verdict = judged(*FULL)
    assert [step.code for step in verdict.steps] == [
        "schedule",
        "pair",
        "worked",
        "enough",
        "on_time",
        "left_on_time",
        "status",
    ]
    steps = said(verdict)
    assert steps["schedule"] == {
        "shift": "Day",
        "starts_at": "2026-03-02T09:00:00+05:45",
        "ends_at": "2026-03-02T17:00:00+05:45",
        "opens_at": "2026-03-02T08:00:00+05:45",
        "closes_at": "2026-03-02T18:00:00+05:45",
    }
    assert steps["pair"] == {
        "in_at": "2026-03-02T09:00:00+05:45",
        "out_at": "2026-03-02T17:00:00+05:45",
    }
    assert steps["status"] == {"status": "P", "code": "P"}


STEPS: list[tuple[str, list[str], dict[str, Any], str, dict[str, Any]]] = [
    ("holiday", FULL, {"day_kind": HOLIDAY}, "day_off",
     {"kind": "holiday", "name": "Holi", "worked": 480}),
    ("calendar", [], {"day_kind": HALF_HOLIDAY}, "calendar",
     {"kind": "half_holiday_pm", "name": "New Year's Eve"}),
    ("mark", [], {"marks": (leave("09:00-11:00"),)}, "mark",
     {"kind": "leave", "portion": "hours", "code": "CL", "start": "09:00", "end": "11:00",
      "paid": True}),
    ("whole mark", [], {"marks": (duty(),)}, "mark",
     {"kind": "on_duty", "portion": "full", "code": "", "start": None, "end": None, "paid": True}),
    ("covered", [], {"marks": (duty(),)}, "covered", {"status": "OD"}),
    ("halves", [], {"marks": (leave("am"),)}, "halves_meet", {"at": "2026-03-02T13:00:00+05:45"}),
    ("below absent", ["in 09:00", "out 10:00"], {"shift": shift(**THRESHOLDS)}, "below_absent",
     {"worked": 60, "threshold": 120}),
    ("below half", ["in 09:00", "out 12:00"], {"shift": shift(**THRESHOLDS)}, "below_half_day",
     {"worked": 180, "threshold": 240}),
    ("incomplete", ["out 08:30", "in 09:00"], {}, "incomplete", {"missing": "in,out"}),
    ("only breaks", ["break_start 12:00"], {}, "incomplete", {"missing": "in,out"}),
    ("unpaired in", ["in 09:00"], {}, "unpaired_in", {"at": "2026-03-02T09:00:00+05:45"}),
    ("unpaired out", ["out 09:00"], {}, "unpaired_out", {"at": "2026-03-02T09:00:00+05:45"}),
    ("unpaired break", ["break_end 09:00"], {}, "unpaired_break",
     {"at": "2026-03-02T09:00:00+05:45"}),
    ("break ended by the out", ["in 09:00", "break_start 12:00", "out 17:00"], {},
     "break_ended_by_out", {"at": "2026-03-02T12:00:00+05:45"}),
    ("repeat", ["in 09:00:00", "in 09:00:20"], {}, "repeat",
     {"at": "2026-03-02T09:00:20+05:45", "direction": "in"}),
    ("inferred", ["unknown 09:00"], {}, "direction_inferred",
     {"at": "2026-03-02T09:00:00+05:45", "direction": "in"}),
    ("outside", ["in 06:00"], {"outside_keys": ("in 06:00",)}, "outside_shift",
     {"at": "2026-03-02T06:00:00+05:45"}),
    ("overlap", ["in 09:00", "in 10:00", "out 16:00", "out 17:00"], {}, "overlap", {}),
    ("absence waits", [], {"policy": Policy(absence_lag_days=2)}, "absence_waits",
     {"until": "2026-03-05T00:00:00+05:45", "days": 2}),
    ("unmarked", [], {"policy": Policy(mark_absent_automatically=False)}, "unmarked", {}),
    ("nothing planned", [], {"shift": None}, "nothing_planned", {}),
    ("no shift", FULL, {"shift": None}, "no_shift", {}),
    ("day off counts", FULL, {"day_kind": DAY_OFF, "shift": shift(counts_on_days_off=True)},
     "day_off_counts", {}),
    ("devices", [], {"delivered_until": at("17:00")}, "awaits_devices",
     {"delivered_until": "2026-03-02T17:00:00+05:45", "until": "2026-03-02T18:01:00+05:45"}),
    ("worked on leave", FULL, {"marks": (leave(),)}, "worked_on_leave", {"worked": 480}),
    ("no work in the half", ["in 09:00", "out 13:00"], {"marks": (leave("am"),)},
     "no_work_in_half", {}),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "fields", "code", "values"),
    [case[1:] for case in STEPS],
    ids=[case[0] for case in STEPS],
)
def test_judge_step_values(
    texts: list[str], fields: dict[str, Any], code: str, values: dict[str, Any]
) -> None:
    assert said(judged(*texts, **fields))[code] == values


def test_judge_tells_of_clocks_that_changed_over_the_shift() -> None:
    date, zone = dt.date(2026, 3, 28), "Europe/London"
    occurrence = on(date, shift("20:00-01:30"), zone)
    verdict = judge(
        DayInput(date=date, zone=zone, occurrence=occurrence), now=at("10:00", date, zone)
    )
    assert said(verdict)["clock_change"] == {
        "edge": "end",
        "change": "gap",
        "at": "2026-03-29T02:00:00+01:00",
    }
    late_start = on(dt.date(2026, 3, 29), shift("01:30-10:00"), zone)
    verdict = judge(
        DayInput(date=late_start.date, zone=zone, occurrence=late_start), now=at("10:00", date)
    )
    assert said(verdict)["clock_change"] == {
        "edge": "start",
        "change": "gap",
        "at": "2026-03-29T02:00:00+01:00",
    }


def test_judge_refuses_a_naive_now() -> None:
    with pytest.raises(ValueError, match="naive_instant"):
        judge(day(), now=local(at("09:00"), ZONE).replace(tzinfo=None))
