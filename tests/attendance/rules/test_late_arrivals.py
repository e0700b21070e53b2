"""Late arrivals of a month and what is proposed for them (rules 3.5)."""

import datetime as dt

import pytest

from attendance.rules.late_arrivals import LateArrival, late_arrivals
from attendance.rules.types import Policy


def on(day: int) -> dt.date:
    return dt.date(2026, 3, day)


def words(minutes: list[int], policy: Policy) -> list[str]:
    """ "free", "1", "2 half" for each late arrival, on one date after the other."""
    rows = [(on(n), value) for n, value in enumerate(minutes, start=1)]
    return [
        "free" if item.is_free else f"{item.number}{' half' if item.is_proposed else ''}"
        for item in late_arrivals(rows, lambda _date: policy)
    ]


@pytest.mark.parametrize(
    ("minutes", "policy", "expected"),
    [
        # Off by default: counted, nothing proposed.
        ([5, 0, 9], Policy(), ["1", "2"]),
        # n free up to m minutes.
        ([5, 5, 5], Policy(late_free_count=2, late_free_minutes=5), ["free", "free", "1"]),
        ([6, 5, 5], Policy(late_free_count=2, late_free_minutes=5), ["1", "free", "free"]),
        ([6, 5], Policy(late_free_count=1, late_free_minutes=6), ["free", "1"]),
        # Every k-th.
        ([9] * 7, Policy(late_half_day_every=3), ["1", "2", "3 half", "4", "5", "6 half", "7"]),
        ([9, 9], Policy(late_half_day_every=1), ["1 half", "2 half"]),
        (
            [3, 20, 3, 3, 20],
            Policy(late_free_count=1, late_free_minutes=10, late_half_day_every=2),
            ["free", "1", "2 half", "3", "4 half"],
        ),
        ([0, -1], Policy(late_half_day_every=1), []),
    ],
)
def test_late_arrivals(minutes: list[int], policy: Policy, expected: list[str]) -> None:
    assert words(minutes, policy) == expected


def test_late_arrivals_in_the_order_of_their_dates() -> None:
    found = late_arrivals([(on(9), 7), (on(2), 8)], lambda _date: Policy(late_half_day_every=2))
    assert found == (
        LateArrival(on(2), 8, 1, is_proposed=False),
        LateArrival(on(9), 7, 2, is_proposed=True),
    )


def test_late_arrivals_go_by_the_settings_of_their_dates() -> None:
    free = Policy(late_free_count=5, late_free_minutes=60)
    found = late_arrivals(
        [(on(n), 10) for n in (1, 2, 3)], lambda date: free if date < on(3) else Policy()
    )
    assert [item.is_free for item in found] == [True, True, False]
