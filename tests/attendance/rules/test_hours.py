"""Worked minutes: hours modes, breaks, rounding."""

import datetime as dt
from typing import Any

import pytest

from attendance.enums import DayStatus
from attendance.rules.hours import fixed_breaks, round_duration, round_instant
from attendance.rules.judge import judge
from attendance.rules.types import DayInput, Pattern, Policy, Rounding, Verdict
from attendance.rules.zones import local
from companies.enums import HoursMode, Pairing, RoundingMode
from tests.attendance.rules.build import DATE, ZONE, at, judged, leave, on, said, shift, tap

FIRST_TO_LAST = HoursMode.FIRST_IN_LAST_OUT
LUNCH = "13:00-14:00"


def rounding(text: str) -> Rounding:
    mode, _, step = text.partition(" ")
    return Rounding(RoundingMode(mode), int(step))


def rounded_shift(**knobs: str) -> Pattern:
    roundings: dict[str, Any] = {name: rounding(text) for name, text in knobs.items()}
    return shift(**roundings)


def figures(verdict: Verdict) -> tuple[int, int]:
    return verdict.worked_minutes, verdict.break_minutes


CASES: list[tuple[str, list[str], dict[str, Any], tuple[int, int]]] = [
    ("no punch", [], {}, (0, 0)),
    ("one pair", ["in 09:00", "out 17:00"], {}, (480, 0)),
    ("two pairs", ["in 09:00", "out 12:00", "in 13:00", "out 17:00"], {}, (420, 0)),
    ("open pair", ["in 09:00"], {}, (0, 0)),
    ("open pair after a closed one", ["in 09:00", "out 12:00", "in 13:00"], {}, (180, 0)),
    ("stray out", ["in 09:00", "out 12:00", "out 17:00"], {}, (180, 0)),
    ("not clipped to the shift", ["in 08:00", "out 18:00"], {}, (600, 0)),
    ("overlapping pairs count once", ["in 09:00", "in 13:00", "out 17:00", "out 18:00"], {},
     (540, 0)),
    ("seconds count before the end", ["in 09:00:50", "out 12:00:10", "in 13:00:50", "out 17:00:20"],
     {}, (419, 0)),
    ("exact half a minute down", ["in 09:00:30", "out 17:00"], {}, (479, 0)),
    ("over half a minute up", ["in 09:00:29", "out 17:00"], {}, (480, 0)),
    ("first to last", ["in 09:00", "out 12:00", "in 13:00", "out 17:00"],
     {"hours_mode": FIRST_TO_LAST}, (480, 0)),
    ("first to last, nothing after", ["in 09:00"], {"hours_mode": FIRST_TO_LAST}, (0, 0)),
    ("first to last, no in", ["out 09:00"], {"hours_mode": FIRST_TO_LAST}, (0, 0)),
    ("first to last, out comes first", ["out 08:30", "in 09:00"], {"hours_mode": FIRST_TO_LAST},
     (0, 0)),
    ("first to last over an in without out", ["in 09:00", "in 13:00", "out 17:00"],
     {"hours_mode": FIRST_TO_LAST}, (480, 0)),
    ("first to last to a stray out", ["in 09:00", "out 12:00", "out 17:00"],
     {"hours_mode": FIRST_TO_LAST}, (480, 0)),
    ("first to last of three alternating", ["unknown 09:00", "unknown 12:00", "unknown 17:00"],
     {"hours_mode": FIRST_TO_LAST, "pairing": Pairing.ALTERNATING}, (480, 0)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "knobs", "expected"), [case[1:] for case in CASES], ids=[case[0] for case in CASES]
)
def test_worked_minutes(texts: list[str], knobs: dict[str, Any], expected: tuple[int, int]) -> None:
    assert figures(judged(*texts, shift=shift(**knobs))) == expected


BREAKS = [
    ("inside", ["in 09:00", "out 17:00"], (420, 60)),
    ("partly", ["in 09:00", "out 13:20"], (240, 20)),
    ("not reached", ["in 09:00", "out 13:00"], (240, 0)),
    ("out over the break", ["in 09:00", "out 13:00", "in 14:00", "out 17:00"], (420, 0)),
    ("nothing but break", ["in 13:10", "out 13:50"], (0, 40)),
    ("punched break beside it", ["in 09:00", "break_start 10:00", "break_end 10:15", "out 17:00"],
     (405, 75)),
    ("punched break over it", ["in 09:00", "break_start 12:50", "break_end 13:40", "out 17:00"],
     (410, 70)),
    ("punched break outside presence", ["in 09:00", "out 12:00", "break_start 15:00",
     "break_end 16:00"], (180, 0)),
    ("break that the out ends", ["in 09:00", "break_start 15:00", "out 17:00"], (300, 180)),
    ("break begun after the out", ["in 09:00", "out 17:00", "break_start 17:10"], (420, 60)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "expected"), [case[1:] for case in BREAKS], ids=[case[0] for case in BREAKS]
)
def test_worked_minutes_without_breaks(texts: list[str], expected: tuple[int, int]) -> None:
    assert figures(judged(*texts, shift=shift("09:00-17:00", LUNCH))) == expected


def test_worked_minutes_with_paid_break_punches() -> None:
    texts = ["in 09:00", "break_start 10:00", "break_end 10:15", "out 17:00"]
    verdict = judged(
        *texts, shift=shift("09:00-17:00", LUNCH), policy=Policy(break_punches_paid=True)
    )
    assert figures(verdict) == (420, 60)


def test_worked_minutes_without_a_shift_are_what_was_punched() -> None:
    assert figures(judged("in 09:00:10", "out 11:30", shift=None)) == (150, 0)


def test_fixed_breaks_that_overlap_count_once() -> None:
    spans = fixed_breaks(on(DATE, shift("09:00-17:00", "13:00-14:00", "13:30-14:30")))
    assert [(span.end - span.start).seconds for span in spans] == [5400]


@pytest.mark.parametrize(
    ("how", "minutes", "rounded"),
    [
        ("none 15", 67, 67),
        ("floor 0", 67, 67),
        ("floor 15", 74, 60),
        ("floor 15", 75, 75),
        ("ceil 15", 60, 60),
        ("ceil 15", 61, 75),
        ("nearest 15", 67, 60),
        ("nearest 15", 68, 75),
        ("nearest 10", 65, 60),
    ],
)
def test_round_duration(how: str, minutes: int, rounded: int) -> None:
    assert round_duration(dt.timedelta(minutes=minutes), rounding(how)) == dt.timedelta(
        minutes=rounded
    )


@pytest.mark.parametrize(
    ("how", "when", "rounded"),
    [
        ("floor 60", "09:59:59", "09:00:00"),
        ("ceil 60", "09:00:01", "10:00:00"),
        ("ceil 60", "09:00:00", "09:00:00"),
        ("nearest 5", "09:02:30", "09:00:00"),
        ("nearest 5", "09:02:31", "09:05:00"),
        ("ceil 30", "23:45:00", "00:00:00"),
    ],
)
def test_round_instant_to_the_wall_clock(how: str, when: str, rounded: str) -> None:
    wall = local(round_instant(at(when), rounding(how), ZONE), ZONE)
    assert f"{wall:%H:%M:%S}" == rounded


ROUNDED: list[tuple[str, list[str], dict[str, str], int]] = [
    ("in up", ["in 09:01", "out 17:00"], {"round_in": "ceil 15"}, 465),
    ("out down", ["in 09:00", "out 16:59"], {"round_out": "floor 15"}, 465),
    ("duration down", ["in 09:07", "out 17:02"], {"round_duration": "floor 30"}, 450),
    ("each pair's duration", ["in 09:00", "out 12:10", "in 13:00", "out 16:10"],
     {"round_duration": "floor 30"}, 360),
    ("duration of the rounded pair", ["in 09:01", "out 17:14"],
     {"round_in": "ceil 15", "round_out": "floor 15", "round_duration": "floor 60"}, 420),
    ("seconds come before rounding", ["in 09:00:01", "out 17:00"], {"round_in": "ceil 15"}, 465),
    ("nothing left", ["in 09:01", "out 09:14"],
     {"round_in": "ceil 15", "round_out": "floor 15"}, 0),
    ("outwards, no time twice", ["in 09:00", "out 12:05", "in 12:10", "out 17:00"],
     {"round_in": "floor 15", "round_out": "ceil 15"}, 480),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "knobs", "minutes"), [case[1:] for case in ROUNDED], ids=[case[0] for case in ROUNDED]
)
def test_worked_minutes_rounded(texts: list[str], knobs: dict[str, str], minutes: int) -> None:
    pattern = rounded_shift(**knobs)
    assert judged(*texts, shift=pattern).worked_minutes == minutes


def test_rounding_of_duration_comes_before_breaks() -> None:
    pattern = shift("09:00-18:00", LUNCH, round_duration=rounding("floor 30"))
    assert figures(judged("in 09:00", "out 17:50", shift=pattern)) == (450, 60)


def test_rounding_adds_no_work_to_the_half_that_is_not_on_leave() -> None:
    pattern = rounded_shift(round_duration="ceil 15")
    verdict = judged("in 14:00", "out 16:50", shift=pattern, marks=(leave("pm"),))
    assert (verdict.code, verdict.worked_minutes) == ("½A·½CL", 180)


def test_rounding_spans_first_to_last() -> None:
    pattern = shift(hours_mode=FIRST_TO_LAST, round_in=rounding("ceil 15"))
    assert (
        judged("in 09:01", "out 12:00", "in 13:01", "out 17:00", shift=pattern).worked_minutes
        == 465
    )


def test_rounding_leaves_the_times_of_the_punches() -> None:
    verdict = judged("in 09:01", "out 16:59", shift=shift(round_in=rounding("ceil 15")))
    assert (verdict.first_in_at, verdict.last_out_at) == (at("09:01"), at("16:59"))


NIGHT_HOURS = [
    ("America/New_York", "2026-03-07", 420),
    ("America/New_York", "2026-10-31", 540),
    ("Europe/London", "2026-03-28", 420),
    ("Europe/London", "2026-10-24", 540),
    ("Australia/Lord_Howe", "2026-10-03", 450),
    ("Australia/Lord_Howe", "2026-04-04", 510),
    ("America/Santiago", "2026-09-05", 420),
    ("America/Santiago", "2026-04-04", 540),
    ("Asia/Kathmandu", "2026-03-28", 480),
]


@pytest.mark.parametrize(
    ("zone", "date", "minutes"), NIGHT_HOURS, ids=[" ".join(row[:2]) for row in NIGHT_HOURS]
)
def test_worked_minutes_of_a_night_when_the_clocks_change(
    zone: str, date: str, minutes: int
) -> None:
    start = dt.date.fromisoformat(date)
    night = DayInput(
        date=start,
        zone=zone,
        occurrence=on(start, shift("23:00-07:00"), zone),
        taps=(tap("in 23:00", start, zone), tap("out +1 07:00", start, zone)),
    )
    verdict = judge(night, now=at("+1 12:00", start, zone))
    assert (verdict.status, verdict.worked_minutes) == (DayStatus.PRESENT, minutes)
    assert (verdict.late_minutes, verdict.early_minutes) == (0, 0)


def test_break_of_a_night_lies_after_midnight() -> None:
    night = shift("22:00-06:00", "02:00-02:30")
    assert figures(judged("in 22:00", "out +1 06:00", shift=night)) == (450, 30)


def test_worked_step_names_presence_and_breaks() -> None:
    steps = said(judged("in 09:00", "out 17:00", shift=shift("09:00-17:00", LUNCH)))
    assert steps["worked"] == {"presence": 480, "breaks": 60, "worked": 420}
    assert steps["break"] == {
        "start": "2026-03-02T13:00:00+05:45",
        "end": "2026-03-02T14:00:00+05:45",
        "minutes": 60,
    }


def test_rounding_steps_name_both_figures() -> None:
    knobs = {"round_in": "ceil 15", "round_out": "floor 15", "round_duration": "floor 60"}
    pattern = rounded_shift(**knobs)
    steps = said(judged("in 09:01", "out 17:14", shift=pattern))
    assert steps["rounded_in"] == {
        "punched": "2026-03-02T09:01:00+05:45",
        "counts_as": "2026-03-02T09:15:00+05:45",
    }
    assert steps["rounded_out"] == {
        "punched": "2026-03-02T17:14:00+05:45",
        "counts_as": "2026-03-02T17:00:00+05:45",
    }
    assert steps["rounded_duration"] == {"minutes": 465, "counts_as": 420}
