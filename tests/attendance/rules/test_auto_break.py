"""Breaks that are due once work exceeds so many hours (rules 2 and 3.2)."""

import pytest

from attendance.rules.types import AutoBreak, Pattern, Verdict
from tests.attendance.rules.build import judged, said, shift

SIX_HOURS = (AutoBreak(360, 30),)
GERMAN = (AutoBreak(360, 30), AutoBreak(540, 45))


def worked(verdict: Verdict) -> tuple[int, int]:
    return verdict.worked_minutes, verdict.break_minutes


def due(auto_breaks: tuple[AutoBreak, ...] = SIX_HOURS, *breaks: str) -> Pattern:
    return shift("09:00-17:00", *breaks, auto_breaks=auto_breaks)


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("out 14:59", (359, 0)),
        ("out 15:00", (360, 0)),  # exactly six hours do not exceed them
        ("out 15:01", (360, 1)),  # never below the hours that make it due
        ("out 15:29", (360, 29)),
        ("out 15:30", (360, 30)),
        ("out 15:31", (361, 30)),
        ("out 17:00", (450, 30)),
    ],
)
def test_auto_break_is_taken_out_above_its_hours(out: str, expected: tuple[int, int]) -> None:
    assert worked(judged("in 09:00", out, shift=due())) == expected


@pytest.mark.parametrize(
    ("texts", "expected"),
    [
        # Out for lunch: ten minutes of thirty are had, twenty are missing.
        (["in 09:00", "out 12:00", "in 12:10", "out 17:00"], (450, 20)),
        (["in 09:00", "out 12:00", "in 12:30", "out 17:00"], (450, 0)),
        (["in 09:00", "out 12:00", "in 13:00", "out 17:00"], (420, 0)),
        # A break punched.
        (["in 09:00", "break_start 12:00", "break_end 12:10", "out 17:00"], (450, 30)),
        (["in 09:00", "break_start 12:00", "break_end 12:40", "out 17:00"], (440, 40)),
    ],
)
def test_auto_break_counts_the_breaks_that_were_had(
    texts: list[str], expected: tuple[int, int]
) -> None:
    assert worked(judged(*texts, shift=due())) == expected


@pytest.mark.parametrize(
    ("breaks", "expected"),
    [(("13:00-13:15",), (450, 30)), (("13:00-13:30",), (450, 30)), (("13:00-14:00",), (420, 60))],
)
def test_auto_break_counts_the_fixed_breaks(
    breaks: tuple[str, ...], expected: tuple[int, int]
) -> None:
    assert worked(judged("in 09:00", "out 17:00", shift=due(SIX_HOURS, *breaks))) == expected


@pytest.mark.parametrize(
    ("out", "expected"),
    [
        ("out 18:00", (510, 30)),  # nine hours: the second is not due yet
        ("out 18:10", (520, 30)),  # 9 h 10: less 30 it is below nine hours already
        ("out 18:31", (540, 31)),
        ("out 18:45", (540, 45)),
        ("out 19:00", (555, 45)),
    ],
)
@pytest.mark.parametrize("order", [GERMAN, GERMAN[::-1]])
def test_auto_breaks_add_up_to_the_longest(
    order: tuple[AutoBreak, ...], out: str, expected: tuple[int, int]
) -> None:
    assert worked(judged("in 09:00", out, shift=due(order))) == expected


def test_auto_break_says_what_it_took() -> None:
    steps = said(judged("in 09:00", "out 12:00", "in 12:10", "out 17:00", shift=due()))
    assert steps["auto_break"] == {"after": 360, "due": 30, "had": 10, "minutes": 20}
    assert steps["worked"] == {"presence": 470, "breaks": 20, "worked": 450}


def test_auto_break_that_was_had_says_nothing() -> None:
    steps = said(judged("in 09:00", "out 12:00", "in 12:30", "out 17:00", shift=due()))
    assert "auto_break" not in steps
