"""From one dated allocation to the next, also over a gap."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from leave.enums import Carry, EntryKind
from leave.rules.books import Allocation, Books, Entry
from leave.rules.carrying import CarryRule
from leave.rules.lapse import moves, next_loss, successor
from leave.rules.running import Earner, forecast, run, with_lines
from tests.leave.rules.build import books, d, granted, n, took

SOMEBODY = Earner(joined_on=dt.date(2020, 1, 1))
UP_TO = CarryRule(carry=Carry.UP_TO, most=n("5"), valid_months=3)


def d27(text: str) -> dt.date:
    return d(f"2027-{text}")


def following(first: str, rule: CarryRule | None, last: str = "12-31", key: str = "next") -> Any:
    allocation = Allocation(
        key=key, starts_on=d27(first), ends_on=d27(last), carries=rule, order=5
    )  # fmt: skip
    entry = Entry(kind=EntryKind.GRANT, amount=n("12"), effective_on=d27(first), source=key)
    return allocation, entry


def year(first: str = "01-01", rule: CarryRule | None = UP_TO, **more: Any) -> Books:
    """Ten days of 2026, three of them taken, and twelve of 2027."""
    return books(
        granted("old", "10", "01-01", "12-31"), following(first, rule, **more),
        entries=(took("old", "3", "06-01"),),
    )  # fmt: skip


def said(held: Books, until: dt.date) -> list[tuple[str, str, str, str]]:
    return [
        (
            entry.effective_on.isoformat()[2:],
            entry.kind.value,
            str(entry.amount),
            entry.source or "",
        )
        for line in run(held, None, SOMEBODY, until=until)
        for entry in line.entries
    ]


@pytest.mark.parametrize(
    ("first", "rule", "expected"),
    [
        ("01-01", UP_TO, [
            ("27-01-01", "lapsed", "-2", "old"), ("27-01-01", "carried", "-5", "old"),
            ("27-01-01", "carried", "5", "next:carried"),
            ("27-04-01", "lapsed", "-5", "next:carried"),
        ]),
        ("02-10", UP_TO, [
            ("27-01-01", "lapsed", "-2", "old"), ("27-01-01", "carried", "-5", "old"),
            ("27-02-10", "carried", "5", "next:carried"),
            ("27-05-10", "lapsed", "-5", "next:carried"),
        ]),
        ("02-10", CarryRule(), [
            ("27-01-01", "carried", "-7", "old"), ("27-02-10", "carried", "7", "next:carried"),
        ]),
        ("02-10", CarryRule(carry=Carry.NONE), [("27-01-01", "lapsed", "-7", "old")]),
        ("02-10", None, [("27-01-01", "lapsed", "-7", "old")]),
    ],
)  # fmt: skip
def test_the_rest_moves_to_the_next_one(
    first: str, rule: CarryRule | None, expected: list[tuple[str, str, str, str]]
) -> None:
    assert said(year(first, rule), d27("06-01")) == expected


def test_in_the_gap_there_is_nothing() -> None:
    held = forecast(year("02-10"), None, SOMEBODY, until=d27("06-01"))
    on = [held.balance_on(date) for date in (d("12-31"), d27("01-20"), d27("02-10"), d27("05-10"))]
    assert on == [n("7"), n("0"), n("17"), n("12")]


def test_what_is_carried_ends_with_the_allocation_at_the_latest() -> None:
    held = forecast(year(rule=CarryRule(valid_months=30)), None, SOMEBODY, until=d27("02-01"))
    assert held.allocations[-1].ends_on == d27("12-31")


def test_parts_that_lapsed_before_do_not_move() -> None:
    held = year().with_entries(
        [Entry(kind=EntryKind.CARRIED, amount=n("2"), effective_on=d("01-01"), source="part")],
        [Allocation(key="part", starts_on=d("01-01"), ends_on=d("03-31"), is_carried=True)],
    )
    assert said(held, d27("01-01"))[:2] == [
        ("26-04-01", "lapsed", "-2", "part"), ("27-01-01", "lapsed", "-2", "old"),
    ]  # fmt: skip


def test_days_given_back_follow_within_the_same_most() -> None:
    held = year(rule=CarryRule(carry=Carry.UP_TO, most=n("8")))
    first = run(held, None, SOMEBODY, until=d27("01-05"))
    back = Entry(kind=EntryKind.RETURNED, amount=n("3"), effective_on=d("06-01"), source="old")
    held = with_lines(held, first).with_entries([back])
    more = run(held, None, SOMEBODY, until=d27("01-05"), known={line.key for line in first})
    assert [(e.reason, e.amount) for line in more for e in line.entries] == [
        ("not_carried", n("-2")), ("moves_on", n("-1")), ("carried", n("1")),
    ]  # fmt: skip
    after = with_lines(held, more)
    assert after.left()["next:carried"] == n("8")
    assert run(after, None, SOMEBODY, until=d27("01-05")) == ()


def test_only_the_last_one_before_moves() -> None:
    held = books(
        granted("older", "4", "01-01", "06-30"), granted("old", "4", "01-01", "12-31"),
        granted("bought", "4", "01-01", "12-31", is_protected=True), granted("open", "4", "01-01"),
        following("01-01", UP_TO), following("06-01", UP_TO, key="later"),
    )  # fmt: skip
    found = {each.key: successor(held, each) for each in held.allocations}
    assert {key: each.key if each else None for key, each in found.items()} == {
        "older": None, "old": "next", "bought": None, "open": None, "next": None, "later": None,
    }  # fmt: skip
    assert moves(held, d("06-30")) == ()


def test_the_next_loss_is_what_does_not_move() -> None:
    loss = next_loss(year(), d("11-01"), {})
    assert loss is not None
    assert (loss.date, loss.by_source) == (d27("01-01"), {"old": n("2")})
    assert next_loss(year(rule=CarryRule()), d("11-01"), {}) is None


@pytest.mark.parametrize(
    ("carried_on", "expected"),
    [("2027-01-01", "2027-06-30"), ("2027-06-30", "2027-06-30"), ("2027-07-01", "2028-06-30")],
)
def test_valid_until_a_day_of_the_year(carried_on: str, expected: str) -> None:
    rule = CarryRule(valid_until=d("06-30"))
    assert rule.last_day(d(carried_on)) == d(expected)
