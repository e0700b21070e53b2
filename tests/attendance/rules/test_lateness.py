"""Late and early, to the minute."""

from typing import Any

import pytest

from attendance.rules.types import Policy, Rounding
from companies.enums import Pairing, RoundingMode
from tests.attendance.rules.build import DAY_OFF, duty, home, judged, leave, said, shift

LUNCH = "13:00-14:00"
GRACE: dict[str, Any] = {"late_grace_minutes": 10, "early_grace_minutes": 10}


@pytest.mark.parametrize(
    ("come", "late"),
    [
        ("08:59:59", 0),
        ("09:00:59", 0),
        ("09:10:00", 0),
        ("09:10:59", 0),
        ("09:11:00", 11),
        ("09:11:59", 11),
        ("10:00:00", 60),
    ],
)
def test_late_after_start_and_grace(come: str, late: int) -> None:
    verdict = judged(f"in {come}", "out 17:00", shift=shift(**GRACE))
    assert (verdict.late_minutes, verdict.early_minutes) == (late, 0)


@pytest.mark.parametrize(("come", "late"), [("09:00:59", 0), ("09:01", 1)])
def test_late_without_grace(come: str, late: int) -> None:
    assert judged(f"in {come}", "out 17:00").late_minutes == late


@pytest.mark.parametrize(("come", "late"), [("09:10", 0), ("09:11", 1), ("10:00", 50)])
def test_late_from_the_end_of_the_grace(come: str, late: int) -> None:
    policy = Policy(late_from_end_of_grace=True)
    verdict = judged(f"in {come}", "out 17:00", shift=shift(**GRACE), policy=policy)
    assert verdict.late_minutes == late


@pytest.mark.parametrize(
    ("leave_at", "early"),
    [
        ("17:00:00", 0),
        ("16:50:00", 0),
        ("16:49:59", 11),
        ("16:49:00", 11),
        ("12:00:00", 300),
    ],
)
def test_early_before_end_less_grace(leave_at: str, early: int) -> None:
    verdict = judged("in 09:00", f"out {leave_at}", shift=shift(**GRACE))
    assert (verdict.late_minutes, verdict.early_minutes) == (0, early)


@pytest.mark.parametrize(
    ("texts", "figures"),
    [
        (["in 10:00"], (60, 0)),
        (["out 16:00"], (0, 60)),
        (["in 10:00", "out 12:00", "in 13:00"], (60, 0)),
        (["in 09:00", "out 12:00", "in 13:00", "out 17:00"], (0, 0)),
        (["break_start 12:00"], (0, 0)),
        (["in 18:30", "out 19:00"], (570, 0)),
    ],
    ids=["no out", "no in", "came back", "first in, last out", "only a break", "after the shift"],
)
def test_late_and_early_need_a_first_in_and_a_last_out(
    texts: list[str], figures: tuple[int, int]
) -> None:
    verdict = judged(*texts)
    assert (verdict.late_minutes, verdict.early_minutes) == figures


CHANGES = [
    ("out", "ceil 15", "16:50", (0, 0)),
    ("in", "ceil 15", "09:01", (15, 0)),
    ("in", "floor 15", "09:14", (0, 0)),
]


@pytest.mark.parametrize(("edge", "how", "when", "figures"), CHANGES)
def test_late_and_early_of_the_rounded_punch(
    edge: str, how: str, when: str, figures: tuple[int, int]
) -> None:
    mode, step = how.split()
    texts = {"in": "in 09:00", "out": "out 17:00"} | {edge: f"{edge} {when}"}
    knobs: dict[str, Any] = {f"round_{edge}": Rounding(RoundingMode(mode), int(step))}
    pattern = shift(**knobs)
    verdict = judged(*texts.values(), shift=pattern)
    assert (verdict.late_minutes, verdict.early_minutes) == figures


def test_late_of_an_open_pair_is_not_rounded() -> None:
    pattern = shift(round_in=Rounding(RoundingMode.CEIL, 15))
    assert judged("in 09:01", shift=pattern).late_minutes == 1


MARKED: list[tuple[str, list[str], dict[str, Any], tuple[int, int]]] = [
    ("nothing covered", ["in 09:30", "out 17:30"], {}, (30, 30)),
    ("morning leave, from lunch", ["in 14:00", "out 18:00"], {"marks": (leave("am"),)}, (0, 0)),
    ("morning leave, late", ["in 14:05", "out 18:00"], {"marks": (leave("am"),)}, (5, 0)),
    ("afternoon leave, to lunch", ["in 09:00", "out 13:00"], {"marks": (leave("pm"),)}, (0, 0)),
    ("afternoon leave, early", ["in 09:00", "out 12:50"], {"marks": (leave("pm"),)}, (0, 10)),
    ("leave by the hour first", ["in 11:10", "out 18:00"], {"marks": (leave("09:00-11:00"),)},
     (10, 0)),
    ("leave by the hour last", ["in 09:00", "out 15:50"], {"marks": (leave("16:00-18:00"),)},
     (0, 10)),
    ("leave by the hour up to lunch", ["in 14:00", "out 18:00"], {"marks": (leave("09:00-13:00"),)},
     (0, 0)),
    ("leave by the hour between", ["in 09:05", "out 17:50"], {"marks": (leave("10:00-11:00"),)},
     (5, 10)),
    ("whole leave", ["in 10:00", "out 17:00"], {"marks": (leave(),)}, (0, 0)),
    ("whole day on duty", ["in 15:00", "out 17:00"], {"marks": (duty(),)}, (0, 0)),
    ("morning on duty", ["in 14:00", "out 18:00"], {"marks": (duty("am"),)}, (0, 0)),
    ("whole day from home", ["in 09:30", "out 17:50"], {"marks": (home(),)}, (30, 10)),
    ("morning from home", ["in 14:00", "out 18:00"], {"marks": (home("am"),)}, (0, 0)),
    ("day off", ["in 10:00", "out 12:00"], {"day_kind": DAY_OFF}, (0, 0)),
]  # fmt: skip


@pytest.mark.parametrize(
    ("texts", "fields", "figures"), [case[1:] for case in MARKED], ids=[case[0] for case in MARKED]
)
def test_late_and_early_apply_to_what_is_owed(
    texts: list[str], fields: dict[str, Any], figures: tuple[int, int]
) -> None:
    verdict = judged(*texts, shift=shift("09:00-18:00", LUNCH), **fields)
    assert (verdict.late_minutes, verdict.early_minutes) == figures


def test_late_and_early_count_whatever_the_status() -> None:
    verdict = judged("in 10:00", "out 11:00", shift=shift(absent_below_minutes=120))
    assert (verdict.code, verdict.late_minutes, verdict.early_minutes) == ("A", 60, 360)


def test_late_of_an_alternating_shift_takes_the_first_punch() -> None:
    pattern = shift(pairing=Pairing.ALTERNATING)
    verdict = judged("out 09:05", "in 16:00", shift=pattern)
    assert (verdict.late_minutes, verdict.early_minutes) == (5, 60)


def test_late_of_a_night_shift_counts_over_midnight() -> None:
    verdict = judged("in +1 00:10", "out +1 05:00", shift=shift("22:00-06:00"))
    assert (verdict.late_minutes, verdict.early_minutes) == (130, 60)


def test_lateness_steps_hold_the_numbers_of_their_sentence() -> None:
    late = said(judged("in 09:16:30", "out 16:40", shift=shift(**GRACE)))
    assert late["late"] == {
        "first_in": "2026-03-02T09:16:30+05:45",
        "shift_start": "09:00",
        "grace": 10,
        "late": 16,
    }
    assert late["early"] == {
        "last_out": "2026-03-02T16:40:00+05:45",
        "shift_end": "17:00",
        "grace": 10,
        "early": 20,
    }
    in_time = said(judged("in 09:10", "out 16:50", shift=shift(**GRACE)))
    assert in_time["on_time"] == {
        "first_in": "2026-03-02T09:10:00+05:45",
        "shift_start": "09:00",
        "grace": 10,
    }
    assert in_time["left_on_time"] == {
        "last_out": "2026-03-02T16:50:00+05:45",
        "shift_end": "17:00",
        "grace": 10,
    }
