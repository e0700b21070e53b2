"""What lapses, what moves on, and what is lost next."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leave.enums import Carry, EntryKind
from leave.rules.books import Books
from leave.rules.lapse import CarryRule, Loss, carry_over, lapses, next_loss
from tests.leave.rules.build import books, d, granted, n, took
from tests.leave.rules.test_books import any_books

JANUARY = dt.date(2027, 1, 1)


def test_what_is_over_lapses_once() -> None:
    held = books(
        granted("old", "3", "01-01", "03-31"),
        granted("kept", "2", "01-01", "03-31", is_protected=True),
        granted("open", "5", "01-01"),
        granted("used", "1", "01-01", "03-31"),
        entries=(took("old", "1", "02-02"), took("used", "1", "02-03")),
    )
    assert lapses(held, d("03-31")) == ()
    (line,) = lapses(held, d("04-01"))
    assert (line.kind, line.amount, line.effective_on, line.source, line.reason) == (
        EntryKind.LAPSED, n("-2"), d("04-01"), "old", "expired",
    )  # fmt: skip
    assert lapses(held.with_entries([line]), d("12-31")) == ()


def test_a_debt_is_paid_before_the_rest_lapses() -> None:
    held = books(granted("old", "3", "01-01", "03-31"), entries=(took(None, "2", "02-02"),))
    after = held.with_entries(lapses(held, d("04-01")))
    assert (after.balance_on(d("03-31")), after.balance_on(d("04-01")), after.debt()) == (
        n("1"), n("0"), n("0"),
    )  # fmt: skip
    deeper = books(granted("old", "1", "01-01", "03-31"), entries=(took(None, "2", "02-02"),))
    lines = lapses(deeper, d("04-01"))
    assert [line.kind for line in lines] == [EntryKind.ADJUSTMENT] * 2
    assert deeper.with_entries(lines).balance_on(d("04-01")) == n("-1")


@pytest.mark.parametrize(
    ("rule", "moved", "lost", "last"),
    [
        (CarryRule(), "7", "0", None),
        (CarryRule(carry=Carry.NONE), "0", "-7", None),
        (CarryRule(carry=Carry.UP_TO, most=n("5")), "5", "-2", None),
        (CarryRule(carry=Carry.UP_TO, most=n("9")), "7", "0", None),
        (CarryRule(valid_days=90), "7", "0", dt.date(2027, 3, 31)),
        (CarryRule(valid_months=3), "7", "0", dt.date(2027, 3, 31)),
        (CarryRule(valid_until=dt.date(2027, 6, 30)), "7", "0", dt.date(2027, 6, 30)),
    ],
)
def test_carry_over(rule: CarryRule, moved: str, lost: str, last: dt.date | None) -> None:
    held = books(granted("new", "10", "01-01", "12-31"), entries=(took("new", "3", "06-01"),))
    carried = carry_over(held, JANUARY, rule, key="c", order=9)
    after = held.with_entries(carried.entries, [carried.allocation] if carried.allocation else [])
    lapsed = sum((e.amount for e in carried.entries if e.kind == EntryKind.LAPSED), n("0"))
    assert (after.balance_on(JANUARY), lapsed) == (n(moved), n(lost))
    assert after.balance_on(d("12-31")) == n("7")
    assert (carried.allocation.ends_on if carried.allocation else None) == last
    assert carried.allocation is None or (carried.allocation.is_carried, moved) == (True, moved)


@pytest.mark.parametrize(
    ("rule", "left"),
    [
        (CarryRule(), "-4"),
        (CarryRule(debt_limit=n("3")), "-3"),
        (CarryRule(carry=Carry.UP_TO, debt_limit=n("9")), "-4"),
        (CarryRule(carry=Carry.NONE), "0"),
    ],
)
def test_a_debt_moves_on_to_its_limit(rule: CarryRule, left: str) -> None:
    held = books(granted("new", "1", "01-01", "12-31"), entries=(took(None, "5", "06-01"),))
    carried = carry_over(held, JANUARY, rule, key="c", order=9)
    assert held.with_entries(carried.entries).balance_on(JANUARY) == n(left)


def test_a_debt_that_is_to_come_is_neither_paid_nor_dropped() -> None:
    held = books(
        granted("new", "4", "01-01", "12-31"), entries=(took(None, "3", "2027-01-04"),)
    )  # fmt: skip
    assert (held.debt(), held.debt(JANUARY)) == (n("3"), n("0"))
    carried = carry_over(held, JANUARY, CarryRule(), key="c", order=9)
    assert [(e.source, e.amount) for e in carried.entries] == [("new", n("-4")), ("c", n("4"))]
    none = carry_over(held, JANUARY, CarryRule(carry=Carry.NONE), key="c", order=9)
    assert [(e.source, e.amount) for e in none.entries] == [("new", n("-4"))]
    assert [e.source for e in lapses(held, JANUARY)] == ["new"]


def test_what_had_lapsed_or_is_protected_does_not_move() -> None:
    held = books(
        granted("over", "2", "01-01", "06-30"),
        granted("bought", "1", "01-01", is_protected=True),
        granted("new", "3", "01-01", "12-31"),
    )
    held = held.with_entries(lapses(held, JANUARY - dt.timedelta(days=1)))
    carried = carry_over(held, JANUARY, CarryRule(carry=Carry.NONE), key="c", order=9)
    assert [(e.source, e.amount) for e in carried.entries] == [("new", n("-3"))]
    assert held.with_entries(carried.entries).balance_on(JANUARY) == n("1")


@pytest.mark.parametrize(
    ("carry_dates", "expected"),
    [
        ({}, Loss(d("04-01"), {"old": n("3")})),
        ({d("03-01"): CarryRule(carry=Carry.NONE)},
         Loss(d("03-01"), {"old": n("3"), "new": n("9")})),
        ({d("03-01"): CarryRule(carry=Carry.UP_TO, most=n("5"))},
         Loss(d("03-01"), {"old": n("3"), "new": n("4")})),
        ({d("04-01"): CarryRule()}, Loss(JANUARY, {"new": n("9")})),
        ({d("01-15"): CarryRule(carry=Carry.NONE)}, Loss(d("04-01"), {"old": n("3")})),
    ],
)  # fmt: skip
def test_next_loss(carry_dates: dict[dt.date, CarryRule], expected: Loss) -> None:
    held = books(
        granted("old", "3", "01-01", "03-31", is_carried=True),
        granted("new", "9", "01-01", "12-31"),
        granted("to come", "4", "02-15", "02-20"),
    )
    found = next_loss(held, d("02-01"), carry_dates)
    assert found == expected
    assert expected.amount == sum(expected.by_source.values())


def test_nothing_is_lost_where_nothing_ends() -> None:
    assert next_loss(books(granted("new", "9", "01-01")), d("02-01"), {}) is None


@settings(deadline=None, max_examples=100)
@given(
    any_books(),
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 6, 1)),
    st.sampled_from([Decimal("0"), Decimal("2.5"), Decimal("40")]),
)
def test_carrying_and_lapsing_conserve(held: Books, date: dt.date, most: Decimal) -> None:
    before = held.with_entries(lapses(held, date - dt.timedelta(days=1)))
    rule = CarryRule(carry=Carry.UP_TO, most=most)
    carried = carry_over(before, date, rule, key="c", order=99)
    assert sum((e.amount for e in carried.entries if e.kind == EntryKind.CARRIED), n("0")) == 0
    after = before.with_entries(carried.entries, [carried.allocation] if carried.allocation else [])
    assert all(left >= 0 for left in after.left().values())
    moved = after.left().get("c", n("0"))
    assert moved <= most
    again = carry_over(after, date, rule, key="again", order=100)
    assert sum((e.amount for e in again.entries if e.kind == EntryKind.LAPSED), n("0")) == 0
