"""Cuts that are made again: nothing where nothing changed; else the difference."""

from __future__ import annotations

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leave.enums import Carry, EntryKind, Frequency
from leave.rules.accrual import CarryDate, Milestone, Plan
from leave.rules.anew import anew
from leave.rules.books import Books, Entry
from leave.rules.carrying import CarryRule
from leave.rules.periods import Rhythm
from leave.rules.running import Earner, run, with_lines
from tests.leave.rules.build import d, granted, n, took

SOMEBODY = Earner(joined_on=dt.date(2020, 1, 1))
UNTIL = dt.date(2028, 5, 1)
OPENS = dt.date(2027, 1, 1)


def plan(carry: CarryRule) -> Plan:
    return Plan(
        key="p", starts_on=d("01-01"), rhythm=Rhythm(frequency=Frequency.QUARTERLY),
        milestones=[Milestone(amount=n("3"), carry=carry)], carry_on=CarryDate(month=1, day=1),
    )  # fmt: skip


def run_on(made: Plan, held: Books, until: dt.date = UNTIL) -> Books:
    return with_lines(held, run(held, made, SOMEBODY, until=until))


RULES = [
    CarryRule(),
    CarryRule(carry=Carry.NONE),
    CarryRule(carry=Carry.UP_TO, most=n("5"), valid_months=3),
    CarryRule(valid_days=31, debt_limit=n("2")),
]


@pytest.mark.parametrize("rule", RULES)
@settings(max_examples=25, deadline=None)
@given(
    used=st.lists(st.tuples(st.dates(d("01-01"), d("2028-04-30")), st.integers(1, 6)), max_size=4)
)
def test_what_did_not_change_is_not_written(
    rule: CarryRule, used: list[tuple[dt.date, int]]
) -> None:
    made = plan(rule)
    held = Books([], [took(None, str(amount), date.isoformat()) for date, amount in used])
    held = run_on(made, held)
    assert anew(held, made, SOMEBODY, since=OPENS, until=UNTIL) == ()


@pytest.mark.parametrize("rule", RULES)
@pytest.mark.parametrize("late", ["4", "-4", "0.5"])
def test_a_late_line_leads_to_what_would_have_been(rule: CarryRule, late: str) -> None:
    made = plan(rule)
    entry = Entry(
        kind=EntryKind.ADJUSTMENT, amount=n(late), effective_on=d("12-01"), reason="late",
        source="p:2026-10-01:0",
    )  # fmt: skip
    held = run_on(made, Books([], [])).with_entries([entry])
    mended = with_lines(held, anew(held, made, SOMEBODY, since=OPENS, until=UNTIL))
    once = with_lines(Books([], [entry]), run(Books([], [entry]), made, SOMEBODY, until=UNTIL))
    for on in ("2026-12-31", "2027-01-01", "2027-03-31", "2027-04-01", "2028-01-01", "2028-05-01"):
        assert mended.balance_on(d(on)) == once.balance_on(d(on)), on
    assert anew(mended, made, SOMEBODY, since=OPENS, until=UNTIL) == ()


def test_a_rest_that_was_none_opens_its_allocation_late() -> None:
    made = plan(CarryRule(carry=Carry.UP_TO, most=n("5")))
    held = run_on(made, Books([], [took(None, "12", "12-01")]), until=dt.date(2027, 1, 1))
    late = held.with_entries(
        [Entry(kind=EntryKind.RETURNED, amount=n("4"), effective_on=d("12-01"))]
    )
    lines = anew(late, made, SOMEBODY, since=OPENS, until=dt.date(2027, 1, 1))
    assert [line.allocation.key for line in lines if line.allocation] == ["p:carry:2027-01-01"]
    assert with_lines(late, lines).balance_on(dt.date(2027, 1, 1)) == n("7")


def test_dated_allocations_that_move_are_left_as_they_are() -> None:
    old, entry = granted("old", "8", "01-01", "12-31")
    new, other = granted("new", "10", "2027-01-01", "2027-12-31")
    held = Books([old, new], [entry, other])
    held = with_lines(held, run(held, None, SOMEBODY, until=UNTIL))
    assert anew(held, None, SOMEBODY, since=OPENS, until=UNTIL) == ()
