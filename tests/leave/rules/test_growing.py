"""Books that grow line by line say what books of the same lines say, whoever else grows them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leave.enums import EntryKind
from leave.rules.books import Allocation, Books, Entry
from leave.rules.growing import Growing
from leave.rules.years import DAY
from tests.attendance.rules.build import properties

FIRST = dt.date(2026, 1, 1)
DATES = st.integers(0, 20).map(lambda n: FIRST + n * DAY)
KEYS = st.sampled_from(["a", "b", "c", None])
AMOUNTS = st.integers(-8, 8).map(lambda n: Decimal(n) / 2)
ENTRIES = st.builds(
    Entry, kind=st.just(EntryKind.ADJUSTMENT), amount=AMOUNTS, effective_on=DATES, source=KEYS
)


@st.composite
def _allocations(draw: st.DrawFn) -> list[Allocation]:
    found = []
    for order, key in enumerate(draw(st.permutations(["a", "b", "c"]))):
        first = draw(DATES)
        last = draw(st.none() | st.integers(0, 10).map(lambda n, of=first: of + n * DAY))  # type: ignore[misc]
        found.append(Allocation(key=key, starts_on=first, ends_on=last, order=order))
    return found[: draw(st.integers(0, 3))]


def _slow(books: Books, date: dt.date) -> Decimal:
    """The balance of a date by its definition."""
    by_key = {each.key: each for each in books.allocations}
    valid = (
        entry.amount
        for entry in books.entries
        if entry.effective_on <= date
        and (entry.source not in by_key or by_key[entry.source].is_valid_on(date))
    )
    return sum(valid, Decimal(0))


@properties
@given(
    steps=st.lists(st.tuples(st.lists(ENTRIES, max_size=3), DATES, st.booleans()), max_size=8),
    opened=_allocations(),
)
def test_books_that_grow_have_the_balances_of_their_lines(
    steps: list[tuple[list[Entry], dt.date, bool]], opened: list[Allocation]
) -> None:
    now, entries, made = Books((), ()), [], []
    left = list(opened)
    for more, asked, is_opening in steps:
        fresh = [left.pop(0)] if is_opening and left else []
        fork = now.with_entries([*more, *more], fresh)  # somebody looks ahead, and drops it
        assert fork.balance_on(asked) == _slow(fork, asked)
        now = now.with_entries(more, fresh)
        entries += more
        made += fresh
        whole = Books(made, entries)
        assert (now, now.left(), now.debt()) == (whole, whole.left(), whole.debt())
        for date in (asked, FIRST + 40 * DAY, FIRST - DAY):
            assert now.balance_on(date) == whole.balance_on(date) == _slow(whole, date)
    assert (tuple(now.entries), tuple(now.allocations)) == (tuple(entries), tuple(made))


@properties
@given(st.lists(st.tuples(st.integers(0, 9), st.lists(st.integers(), max_size=3)), max_size=12))
def test_whoever_grows_changes_nobody_else(steps: list[tuple[int, list[int]]]) -> None:
    known: list[tuple[Growing[int], tuple[int, ...]]] = [(Growing(), ())]
    for place, more in steps:
        grown, plain = known[place % len(known)]
        known.append((grown.with_more(more), (*plain, *more)))
    for grown, plain in known:
        assert (tuple(grown), len(grown), hash(grown), repr(grown)) == (
            plain, len(plain), hash(plain), repr(plain),
        )  # fmt: skip
        assert grown == plain and grown == list(plain) and grown != (*plain, 1)
        assert list(grown[1:-1]) == list(plain[1:-1])


def test_it_is_asked_as_a_tuple_is() -> None:
    grown = Growing([1, 2]).with_more([3])
    assert (grown[0], grown[-1], 3 in grown, grown == "123") == (1, 3, True, False)
    with pytest.raises(IndexError):
        grown[3]
    assert grown.with_more([]) is grown
