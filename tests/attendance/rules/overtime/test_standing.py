"""What of a figure counts after decisions."""

import pytest

from attendance.enums import OvertimeOutcome, OvertimeState
from attendance.rules.overtime.standing import (
    Decided,
    Minutes,
    banked_of,
    paid_by_rate,
    shares,
    stand,
)
from attendance.rules.overtime.types import Part

THEN, NOW = Minutes(80, 0, 20), Minutes(90, 0, 20)
OTHER = Minutes(60, 0, 0)


def decided(outcome: str, counted: Minutes = THEN) -> Decided:
    return Decided(OvertimeOutcome(outcome), counted, THEN)


@pytest.mark.parametrize(
    ("decision", "computed", "by_manager", "by_itself"),
    [
        (None, THEN, ("waiting", Minutes()), ("counted", THEN)),
        (decided("taken_back"), THEN, ("waiting", Minutes()), ("counted", THEN)),
        (decided("approved"), THEN, ("approved", THEN), ("approved", THEN)),
        (decided("approved"), NOW, ("waiting", Minutes()), ("counted", NOW)),
        (decided("approved"), Minutes(80, 0, 0), ("waiting", Minutes()),
         ("counted", Minutes(80, 0, 0))),
        (decided("refused"), THEN, ("refused", Minutes()), ("refused", Minutes())),
        (decided("refused"), NOW, ("waiting", Minutes()), ("counted", NOW)),
        (decided("set", OTHER), THEN, ("set", OTHER), ("set", OTHER)),
        (decided("set", OTHER), NOW, ("set", OTHER), ("set", OTHER)),
        (decided("set", OTHER), Minutes(), ("set", OTHER), ("set", OTHER)),
    ],
)  # fmt: skip
def test_what_counts(
    decision: Decided | None,
    computed: Minutes,
    by_manager: tuple[str, Minutes],
    by_itself: tuple[str, Minutes],
) -> None:
    for needs_approval, expected in ((True, by_manager), (False, by_itself)):
        found = stand(computed, decision, needs_approval=needs_approval)
        assert (found.state, found.counted) == (OvertimeState(expected[0]), expected[1])


def part(minutes: int, name: str, *, is_banked: bool = False) -> Part:
    return Part(rule=name, rate_percent=150, is_banked=is_banked, minutes=minutes)


@pytest.mark.parametrize(
    ("minutes", "expected"),
    [(0, []), (30, [("one", 30)]), (60, [("one", 60)]), (61, [("one", 60), ("two", 1)]),
     (80, [("one", 60), ("two", 20)]), (100, [("one", 60), ("two", 40)])],
)  # fmt: skip
def test_another_figure_is_shared_out_over_the_parts(
    minutes: int, expected: list[tuple[str, int]]
) -> None:
    found = shares([part(60, "one"), part(20, "two")], minutes)
    assert [(item.rule, item.minutes) for item in found] == expected


def test_minutes_of_a_day_without_parts_are_paid_plainly() -> None:
    (found,) = shares([], 45)
    assert (found.rule, found.minutes, found.rate_percent, found.is_banked) == ("", 45, 100, False)


@pytest.mark.parametrize(
    ("minutes", "paid", "banked"),
    [(0, {}, 0), (50, {150: 50}, 0), (70, {150: 60}, 10), (100, {150: 60, 100: 10}, 30)],
)
def test_each_minute_is_paid_at_its_rate_or_banked(
    minutes: int, paid: dict[int, int], banked: int
) -> None:
    parts = [
        Part(rule="After", rate_percent=150, is_banked=False, minutes=60),
        Part(rule="Late", rate_percent=200, is_banked=True, minutes=30),
        Part(rule="Plain", rate_percent=100, is_banked=False, minutes=5),
    ]
    assert (paid_by_rate(parts, minutes), banked_of(parts, minutes)) == (paid, banked)
