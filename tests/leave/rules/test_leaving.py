"""A last day that is written late: what was paid ahead goes back, once, however it changes."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leave.enums import UNDONE, EntryKind, Frequency
from leave.rules.accrual import NO_WORK, Milestone, Moment, Plan
from leave.rules.amounts import ZERO
from leave.rules.books import Books, Entry
from leave.rules.leaving import given_back
from leave.rules.periods import Rhythm
from leave.rules.running import Earner, Plans, run, with_lines
from leave.rules.years import DAY, Dates
from tests.leave.rules.build import d, n, took

MONTHLY = Rhythm(frequency=Frequency.MONTHLY)
EMPTY = Books([], [])
SOMEBODY = Earner(joined_on=dt.date(2020, 1, 1))


def plan(**more: object) -> Plan:
    level = {"milestones": [Milestone(amount=n("3.1"))], "rhythm": MONTHLY}
    return Plan(**{"key": "p", "starts_on": d("01-01"), **level, **more})


class Held:
    """Books that are run again and again, as the job does."""

    def __init__(self, plans: Plans, entries: list[Entry] | None = None) -> None:
        self.plans = plans
        self.books = Books([], entries or [])
        self.known: set[str] = set()

    def run(self, until: str | dt.date, left_on: dt.date | None = None) -> list[tuple[str, ...]]:
        date = d(until) if isinstance(until, str) else until
        who = replace(SOMEBODY, left_on=left_on)
        lines = run(self.books, self.plans, who, until=date, known=self.known)
        self.books = with_lines(self.books, lines)
        self.known |= {line.key for line in lines}
        return [
            (entry.effective_on.isoformat()[5:], entry.reason or entry.kind.value,
             str(entry.amount.normalize()), entry.source or "")
            for line in lines
            for entry in line.entries
        ]  # fmt: skip

    def balance(self, on: str) -> str:
        return f"{self.books.balance_on(d(on)).normalize():f}"


def test_what_was_paid_ahead_goes_back_on_the_day_after() -> None:
    held = Held(plan())
    held.run("03-05")
    assert held.run("03-20", d("03-10")) == [("03-11", "left", "-2.1", "p:2026-03-01:0")]
    assert held.run("05-31", d("03-10")) == []
    assert (held.balance("03-10"), held.balance("03-11")) == ("9.3", "7.2")


def test_a_last_day_written_months_late_takes_back_whole_credits_on_their_dates() -> None:
    held = Held(plan())
    held.run("05-02")
    assert held.run("05-02", d("03-10")) == [
        ("03-11", "left", "-2.1", "p:2026-03-01:0"),
        ("04-01", "left", "-3.1", "p:2026-04-01:0"),
        ("05-01", "left", "-3.1", "p:2026-05-01:0"),
    ]
    assert {held.balance(on) for on in ("03-11", "04-15", "05-02")} == {"7.2"}


def test_what_was_used_of_it_is_owed() -> None:
    held = Held(plan(), [took("p:2026-03-01:0", "3.1", "03-02")])
    held.run("03-05")
    assert held.run("03-20", d("03-10")) == [("03-11", "left", "-2.1", "")]
    assert held.run("03-20", d("03-20")) == [
        ("03-11", "left", "2.1", ""),
    ]
    assert held.run("03-21", d("03-20")) == [("03-21", "left", "-1.1", "")]


def test_a_last_day_that_moves_or_goes_gives_again() -> None:
    held = Held(plan())
    held.run("05-02")
    held.run("05-02", d("03-10"))
    assert held.run("05-02", d("04-15")) == [
        ("03-11", "left", "2.1", "p:2026-03-01:0"),
        ("04-01", "left", "3.1", "p:2026-04-01:0"),
        ("04-16", "left", "-1.55", "p:2026-04-01:0"),
    ]
    held.run("05-02")
    assert held.balance("05-02") == "15.5"
    assert held.run("06-01") == [("06-01", "accrual", "3.1", "p:2026-06-01:0")]


def test_credits_at_the_end_of_a_period_were_earned() -> None:
    held = Held(plan(moment=Moment.END))
    held.run("04-02")
    assert held.run("04-02", d("03-31")) == []
    assert held.run("04-02", d("03-10")) == [("04-01", "left", "-3.1", "p:2026-03-01:0")]


def test_what_hr_or_an_edit_took_back_is_not_taken_twice() -> None:
    undone = Entry(
        kind=EntryKind.ADJUSTMENT, amount=n("-3.1"), effective_on=d("03-01"),
        source="p:2026-03-01:0", reason=f"{UNDONE}a mistake",
    )  # fmt: skip
    held = Held(plan(), [undone])
    held.run("03-05")
    assert held.run("03-20", d("03-10")) == []
    first = plan(in_force=Dates(dt.date.min, d("03-20")))
    after = plan(in_force=Dates(d("03-21"), dt.date.max))
    for left_on, expected in (("03-10", "-1"), ("03-25", "-0.6")):
        edited = Held([first, after])
        edited.run("03-22")
        edited.run("03-22", None)
        gone = edited.run("04-30", d(left_on))
        assert all(reason == "left" for _on, reason, _amount, _source in gone)
        known = Held([first, after])
        known.run("04-30", d(left_on))
        assert edited.books.balance_on(d("04-30")) == known.books.balance_on(d("04-30")), expected


def test_an_edit_after_the_last_day_takes_nothing() -> None:
    held = Held(plan())
    held.run("03-05")
    held.run("03-20", d("03-10"))
    held.plans = [
        plan(in_force=Dates(dt.date.min, d("03-20"))), plan(in_force=Dates(d("03-21"), dt.date.max))
    ]  # fmt: skip
    assert held.run("04-30", d("03-10")) == []


def test_nothing_to_give_back_without_a_plan() -> None:
    assert run(EMPTY, None, replace(SOMEBODY, left_on=d("03-10")), until=d("04-30")) == ()


@pytest.mark.parametrize("moment", list(Moment))
@settings(max_examples=60, deadline=None)
@given(
    stops=st.lists(st.integers(1, 90), min_size=1, max_size=4),
    last_days=st.lists(st.none() | st.integers(0, 330), min_size=4, max_size=4),
    amount=st.decimals("0.1", "5", places=2),
    used=st.integers(0, 6),
)
def test_however_late_it_is_written_the_books_are_as_if_it_had_been_known(
    moment: Moment, stops: list[int], last_days: list[int | None], amount: Decimal, used: int
) -> None:
    made = plan(moment=moment, milestones=[Milestone(amount=amount)])
    start = d("01-01")
    days = [None if day is None else start + day * DAY for day in last_days]
    entries = [took("p:2026-03-01:0", str(used), "03-02")] if used else []
    held, date = Held(made, list(entries)), start
    for gap, left_on in zip(stops, days, strict=False):
        date += gap * DAY
        held.run(date, left_on)
    final, date = days[len(stops) - 1], date + 400 * DAY
    held.run(date, final)
    known = Held(made, list(entries))
    known.run(date, final)
    assert held.run(date, final) == []
    assert held.books.balance_on(date) == known.books.balance_on(date)
    ours, theirs = held.books.left(), known.books.left()
    assert sum(ours.values(), ZERO) - held.books.debt() == sum(theirs.values(), ZERO) - (
        known.books.debt()
    )


def test_without_a_plan_nothing_was_paid_ahead() -> None:
    date = d("03-01")
    assert given_back(EMPTY, (), SOMEBODY.joined_on, date, NO_WORK, date) == ()
