"""What books add up to, and what a request draws on."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leave.enums import EntryKind
from leave.rules.books import Allocation, Books, Draw, Entry, order_of_use
from tests.leave.rules.build import books, d, granted, n, took


def test_balance_is_the_sum_of_what_is_effective_and_valid() -> None:
    held = books(
        granted("old", "3", "01-01", "03-31", is_carried=True),
        granted("new", "12", "01-01", "12-31"),
        entries=(took("old", "1", "02-02"), took("new", "2", "06-01"), took(None, "1", "07-01")),
    )
    on = {day: held.balance_on(d(day)) for day in ("01-01", "02-02", "04-01", "06-01", "07-01")}
    assert on == {
        "01-01": n("15"), "02-02": n("14"), "04-01": n("12"), "06-01": n("10"), "07-01": n("9"),
    }  # fmt: skip
    assert held.balance_on(dt.date(2025, 12, 31)) == n("0")


def test_order_of_use() -> None:
    made = [
        Allocation(key="open", starts_on=d("01-01"), order=0),
        Allocation(key="late", starts_on=d("01-01"), ends_on=d("12-31"), order=1),
        Allocation(key="twin", starts_on=d("01-01"), ends_on=d("12-31"), order=2),
        Allocation(key="soon", starts_on=d("01-01"), ends_on=d("03-31"), order=3),
        Allocation(key="carried", starts_on=d("01-01"), is_carried=True, order=4),
    ]
    ordered = [each.key for each in sorted(made, key=order_of_use)]
    assert ordered == ["carried", "soon", "late", "twin", "open"]


def test_draw_goes_date_by_date_and_by_validity() -> None:
    held = books(
        granted("old", "1.5", "01-01", "03-03", is_carried=True), granted("new", "9", "01-01")
    )
    drawn = held.draw({d(day): n("1") for day in ("03-02", "03-03", "03-04")})
    assert drawn.draws == (
        Draw(d("03-02"), "old", n("1")),
        Draw(d("03-03"), "old", n("0.5")),
        Draw(d("03-03"), "new", n("0.5")),
        Draw(d("03-04"), "new", n("1")),
    )
    assert (drawn.lacking, drawn.by_source()) == (
        {}, {("old", d("03-02")): n("1.5"), ("new", d("03-03")): n("1.5")},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("limit", "borrowed", "lacking"),
    [(n("0"), "0", "2"), (n("1"), "1", "1"), (n("1.5"), "1.5", "0.5"), (None, "2", "0")],
)
def test_debt_down_to_its_limit(limit: Decimal | None, borrowed: str, lacking: str) -> None:
    held = books(granted("new", "1", "01-01"))
    drawn = held.draw({d("03-02"): n("1"), d("03-03"): n("2")}, negative_limit=limit)
    owed = sum((draw.amount for draw in drawn.draws if draw.source is None), n("0"))
    assert (owed, sum(drawn.lacking.values(), n("0"))) == (n(borrowed), n(lacking))


def test_pending_requests_reserve() -> None:
    held = books(granted("new", "3", "01-01"), entries=(took("new", "1", "12-01"),))
    reserved = [Draw(d("11-01"), "new", n("1.5")), Draw(d("11-02"), None, n("0.5"))]
    assert held.available([d("03-02")], reserved=reserved) == n("0")
    assert held.available([d("03-02")], reserved=reserved, negative_limit=n("2")) == n("2")
    assert held.available([d("03-02")], negative_limit=None) is None
    drawn = held.draw({d("03-02"): n("1")}, reserved=reserved)
    assert drawn.lacking == {d("03-02"): n("1")}


def test_a_debt_is_paid_from_what_comes_after_it() -> None:
    held = books(granted("new", "10", "01-01"), entries=(took(None, "2", "01-05"),))
    assert held.available([d("03-02")]) == held.balance_on(d("03-02")) == n("8")
    assert held.draw({d("03-02"): n("9")}).lacking == {d("03-02"): n("1")}
    lines = held.debt_payments(d("03-02"))
    paid = held.with_entries(lines)
    assert (paid.debt(), paid.left(), paid.balance_on(d("03-02"))) == (
        n("0"), {"new": n("8")}, n("8"),
    )  # fmt: skip


def test_nothing_asked_draws_nothing() -> None:
    assert books(granted("new", "1", "01-01")).draw({}).draws == ()


amounts = st.decimals("0.5", "8", places=1)
dates = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 31))


@st.composite
def any_books(draw: st.DrawFn) -> Books:
    held = Books([], [])
    for number in range(draw(st.integers(1, 5))):
        first = draw(dates)
        last = draw(st.one_of(st.none(), st.integers(0, 200)))
        each = Allocation(
            key=f"a{number}", starts_on=first, is_carried=draw(st.booleans()), order=number,
            ends_on=None if last is None else first + dt.timedelta(days=last),
        )  # fmt: skip
        line = Entry(
            kind=EntryKind.GRANT, amount=draw(amounts), effective_on=first, source=each.key
        )
        held = held.with_entries([line], [each])
    return held


@settings(deadline=None, max_examples=100)
@given(any_books(), st.dictionaries(dates, amounts, max_size=6), st.sampled_from(["0", "2", None]))
def test_drawing_loses_nothing_and_overdraws_nothing(
    held: Books, asked: dict[dt.date, Decimal], limit: str | None
) -> None:
    most = None if limit is None else n(limit)
    drawn = held.draw(asked, negative_limit=most)
    by_key = {each.key: each for each in held.allocations}
    for date, amount in asked.items():
        covered = sum((draw.amount for draw in drawn.draws if draw.date == date), n("0"))
        assert covered + drawn.lacking.get(date, n("0")) == amount
    assert all(by_key[x.source].is_valid_on(x.date) for x in drawn.draws if x.source is not None)
    written = held.with_entries(
        Entry(kind=EntryKind.TAKEN, amount=-x.amount, effective_on=x.date, source=x.source)
        for x in drawn.draws
    )
    assert all(left >= 0 for left in written.left().values())
    assert most is None or written.debt() <= most


@settings(deadline=None, max_examples=100)
@given(any_books(), st.dictionaries(dates, amounts, max_size=4))
def test_giving_back_restores_every_figure(held: Books, asked: dict[dt.date, Decimal]) -> None:
    drawn = held.draw(asked)
    lines = [
        Entry(kind=kind, amount=sign * x.amount, effective_on=x.date, source=x.source)
        for kind, sign in ((EntryKind.TAKEN, -1), (EntryKind.RETURNED, 1))
        for x in drawn.draws
    ]
    after = held.with_entries(lines)
    days = [dt.date(2026, month, 15) for month in range(1, 13)]
    assert [after.balance_on(day) for day in days] == [held.balance_on(day) for day in days]
    assert after.left() == held.left()
