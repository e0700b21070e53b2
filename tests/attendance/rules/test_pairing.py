"""Punches of a row made into pairs."""

import pytest

from attendance.enums import DayException as E
from attendance.rules.pairing import Paired, pair_taps
from attendance.rules.steps import Trail
from companies.enums import HoursMode, Pairing
from tests.attendance.rules.build import ZONE, taps


def paired(
    *texts: str,
    pairing: Pairing = Pairing.BY_DIRECTION,
    hours_mode: HoursMode = HoursMode.SUM_OF_PAIRS,
    repeat_seconds: int = 60,
) -> Paired:
    return pair_taps(
        taps(*texts), pairing=pairing, hours_mode=hours_mode, repeat_seconds=repeat_seconds,
        trail=Trail(ZONE),
    )  # fmt: skip


def pairs(found: Paired) -> list[tuple[str, str]]:
    return [(tap_in.key, tap_out.key) for tap_in, tap_out in found.pairs]


BY_DIRECTION = [
    ("nothing", [], [], []),
    ("a pair", ["in 09:00", "out 17:00"], [("in 09:00", "out 17:00")], []),
    (
        "two pairs out of order",
        ["out 17:00", "in 13:00", "out 12:00", "in 09:00"],
        [("in 09:00", "out 12:00"), ("in 13:00", "out 17:00")],
        [],
    ),
    ("no out", ["in 09:00"], [], [E.MISSING_OUT]),
    ("no in", ["out 17:00"], [], [E.MISSING_IN]),
    ("out before in", ["out 08:00", "in 09:00"], [], [E.MISSING_IN, E.MISSING_OUT]),
    (
        "an out closes the latest open in",
        ["in 09:00", "in 13:00", "out 17:00"],
        [("in 13:00", "out 17:00")],
        [E.MISSING_OUT],
    ),
    (
        "the next out closes the one before",
        ["in 09:00", "in 13:00", "out 17:00", "out 18:00"],
        [("in 13:00", "out 17:00"), ("in 09:00", "out 18:00")],
        [E.OVERLAP],
    ),
    (
        "punches that say nothing do what is due",
        ["unknown 09:00", "unknown 12:00", "in 13:00", "unknown 17:00"],
        [("unknown 09:00", "unknown 12:00"), ("in 13:00", "unknown 17:00")],
        [],
    ),
    (
        "pairs that touch",
        ["in 06:00", "in 14:00", "out 14:00", "out 22:00"],
        [("in 06:00", "out 14:00"), ("in 14:00", "out 22:00")],
        [],
    ),
    (
        "breaks are no pairs",
        ["in 09:00", "break_start 12:00", "break_end 12:30", "out 17:00"],
        [("in 09:00", "out 17:00")],
        [],
    ),
]


@pytest.mark.parametrize(
    ("texts", "expected", "exceptions"),
    [case[1:] for case in BY_DIRECTION],
    ids=[case[0] for case in BY_DIRECTION],
)
def test_pair_taps_by_direction(
    texts: list[str], expected: list[tuple[str, str]], exceptions: list[E]
) -> None:
    found = paired(*texts)
    assert pairs(found) == expected
    assert found.exceptions(is_closed=True) == exceptions


ALTERNATING = [
    ("one", ["in 09:00"], [], [E.MISSING_OUT]),
    ("directions do not count", ["out 09:00", "out 17:00"], [("out 09:00", "out 17:00")], []),
    (
        "four",
        ["unknown 09:00", "unknown 12:00", "unknown 13:00", "unknown 17:00"],
        [("unknown 09:00", "unknown 12:00"), ("unknown 13:00", "unknown 17:00")],
        [],
    ),
    (
        "three",
        ["unknown 09:00", "unknown 12:00", "unknown 13:00"],
        [("unknown 09:00", "unknown 12:00")],
        [E.MISSING_OUT],
    ),
]


@pytest.mark.parametrize(
    ("texts", "expected", "exceptions"),
    [case[1:] for case in ALTERNATING],
    ids=[case[0] for case in ALTERNATING],
)
def test_pair_taps_alternating(
    texts: list[str], expected: list[tuple[str, str]], exceptions: list[E]
) -> None:
    found = paired(*texts, pairing=Pairing.ALTERNATING)
    assert pairs(found) == expected
    assert found.exceptions(is_closed=True) == exceptions


FIRST_TO_LAST = [
    ("one", ["unknown 09:00"], [], [E.MISSING_OUT]),
    ("two", ["unknown 09:00", "unknown 17:00"], [("unknown 09:00", "unknown 17:00")], []),
    (
        "three",
        ["unknown 09:00", "unknown 12:00", "unknown 17:00"],
        [("unknown 09:00", "unknown 17:00")],
        [E.ODD_PUNCHES],
    ),
    (
        "four",
        ["unknown 09:00", "unknown 12:00", "unknown 13:00", "unknown 17:00"],
        [("unknown 09:00", "unknown 17:00")],
        [],
    ),
]


@pytest.mark.parametrize(
    ("texts", "expected", "exceptions"),
    [case[1:] for case in FIRST_TO_LAST],
    ids=[case[0] for case in FIRST_TO_LAST],
)
def test_pair_taps_alternating_from_first_to_last(
    texts: list[str], expected: list[tuple[str, str]], exceptions: list[E]
) -> None:
    found = paired(*texts, pairing=Pairing.ALTERNATING, hours_mode=HoursMode.FIRST_IN_LAST_OUT)
    assert pairs(found) == expected
    assert found.exceptions(is_closed=True) == exceptions


@pytest.mark.parametrize(
    ("texts", "repeats"),
    [
        (["in 09:00:00", "in 09:01:00"], ["in 09:01:00"]),
        (["in 09:00:00", "in 09:01:01"], []),
        (["in 09:00:00", "in 09:00:40", "in 09:01:20"], ["in 09:00:40"]),
        (["in 09:00:00", "out 09:00:20", "in 09:00:40"], []),
        (["unknown 09:00:00", "unknown 09:00:05"], ["unknown 09:00:05"]),
    ],
    ids=["60 seconds", "61 seconds", "from the one that stands", "out between", "unknown"],
)
def test_pair_taps_repeats_are_one_punch(texts: list[str], repeats: list[str]) -> None:
    assert [tap.key for tap in paired(*texts).repeats] == repeats


def test_pair_taps_without_repeats_keeps_every_punch() -> None:
    found = paired("in 09:00:00", "in 09:00:00.5", repeat_seconds=0)
    assert [tap.key for tap in found.open_ins] == ["in 09:00:00", "in 09:00:00.5"]


@pytest.mark.parametrize(
    ("texts", "minutes", "strays"),
    [
        (["break_start 12:00", "break_end 12:30"], [30], []),
        (["break_end 12:30"], [], ["break_end 12:30"]),
        (["break_start 12:00"], [300], []),
        (["break_start 17:30"], [], ["break_start 17:30"]),
        (["break_start 12:00", "break_end 17:30"], [300], ["break_end 17:30"]),
        (
            ["break_start 12:00", "break_start 13:00", "break_end 13:10"],
            [10],
            ["break_start 12:00"],
        ),
    ],
    ids=[
        "a pair",
        "only ended",
        "ended by the out",
        "begun after the out",
        "ended after the out",
        "begun twice",
    ],
)
def test_pair_taps_breaks(texts: list[str], minutes: list[int], strays: list[str]) -> None:
    found = paired("in 09:00", *texts, "out 17:00")
    assert [(span.end - span.start).seconds // 60 for span in found.breaks] == minutes
    assert [tap.key for tap in found.stray_breaks] == strays
    assert found.exceptions(is_closed=True) == ([E.ODD_PUNCHES] if strays else [])


@pytest.mark.parametrize("hours_mode", HoursMode)
def test_the_next_out_ends_a_break_by_its_word_or_by_its_place(hours_mode: HoursMode) -> None:
    texts = ["unknown 09:00", "break_start 12:00", "unknown 12:30", "out 13:00", "unknown 17:00"]
    found = paired(*texts, pairing=Pairing.ALTERNATING, hours_mode=hours_mode)
    minutes = 30 if hours_mode == HoursMode.SUM_OF_PAIRS else 60
    assert [(span.end - span.start).seconds // 60 for span in found.breaks] == [minutes]
    assert [tap.key for tap in found.ended_breaks] == ["break_start 12:00"]


@pytest.mark.parametrize(
    ("texts", "exceptions"),
    [
        (["in 09:00"], []),
        (["in 09:00", "out 12:00", "in 13:00"], []),
        (["in 09:00", "in 13:00"], [E.MISSING_OUT]),
        (["in 09:00", "in 13:00", "out 17:00"], [E.MISSING_OUT]),
        (["out 09:00"], [E.MISSING_IN]),
    ],
)
def test_exceptions_of_an_open_window_wait_for_the_last_out(
    texts: list[str], exceptions: list[E]
) -> None:
    assert paired(*texts).exceptions(is_closed=False) == exceptions
