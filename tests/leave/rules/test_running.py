"""Everything due up to a date, run at any time and in any gaps."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leave.enums import Carry, EntryKind, Frequency
from leave.rules.accrual import After, CarryDate, Milestone, Moment, Plan
from leave.rules.books import Books
from leave.rules.lapse import CarryRule, next_loss
from leave.rules.periods import Rhythm
from leave.rules.running import Earner, Line, carry_dates, forecast, run, with_lines
from leave.rules.years import DAY, Dates, LeaveYear
from tests.leave.rules.build import books, d, granted, n, took

NOBODY_LEFT = Earner(joined_on=dt.date(2020, 5, 10))
EMPTY = Books([], [])


def plan(**more: Any) -> Plan:
    base = {
        "key": "annual", "starts_on": d("01-01"), "rhythm": Rhythm(frequency=Frequency.MONTHLY),
        "milestones": [Milestone(amount=n("1.5"))],
    }  # fmt: skip
    return Plan(**{**base, **more})


def january(**carry: Any) -> Plan:
    return plan(
        carry_on=CarryDate(month=1, day=1),
        milestones=[Milestone(amount=n("1.5"), carry=CarryRule(**carry))],
    )


def said(lines: tuple[Line, ...]) -> list[tuple[str, str, str]]:
    return [
        (entry.effective_on.isoformat()[2:], entry.kind.value, str(entry.amount.normalize()))
        for line in lines
        for entry in line.entries
    ]


def test_credits_come_due_and_only_once() -> None:
    first = run(EMPTY, plan(), NOBODY_LEFT, until=d("02-10"))
    assert said(first) == [("26-01-01", "accrual", "1.5"), ("26-02-01", "accrual", "1.5")]
    held, known = with_lines(EMPTY, first), {line.key for line in first}
    assert run(held, plan(), NOBODY_LEFT, until=d("02-28"), known=known) == ()
    more = run(held, plan(), NOBODY_LEFT, until=d("03-01"), known=known)
    assert said(more) == [("26-03-01", "accrual", "1.5")]


def test_on_one_date_the_rest_is_cut_before_the_credit_comes() -> None:
    made = january(carry=Carry.UP_TO, most=n("10"), valid_months=3)
    lines = run(EMPTY, made, NOBODY_LEFT, until=dt.date(2027, 4, 1))
    held = with_lines(EMPTY, lines)
    on_new_year = [each for each in said(lines) if each[0] == "27-01-01"]
    assert [kind for _date, kind, _amount in on_new_year if kind != "carried"] == [
        "lapsed", "lapsed", "lapsed", "lapsed", "lapsed", "lapsed", "accrual",
    ]  # fmt: skip
    assert (
        held.balance_on(d("12-31")),
        held.balance_on(dt.date(2027, 1, 1)),
        held.balance_on(dt.date(2027, 3, 31)),
        held.balance_on(dt.date(2027, 4, 1)),
    ) == (n("18"), n("11.5"), n("14.5"), n("6"))


def test_a_capped_credit_says_so_and_room_comes_back_at_the_cut() -> None:
    level = Milestone(amount=n("2"), balance_cap=n("3"), carry=CarryRule(carry=Carry.NONE))
    made = plan(milestones=[level], carry_on=CarryDate(month=3, day=1))
    lines = run(EMPTY, made, NOBODY_LEFT, until=d("03-01"))
    credits = [line.entries[0] for line in lines if line.entries[0].kind == EntryKind.ACCRUAL]
    assert [(e.amount, e.reason) for e in credits] == [
        (n("2"), ""), (n("1"), "capped"), (n("2"), ""),
    ]  # fmt: skip


def accrued(made: Plan, until: dt.date, held: Books = EMPTY) -> list[tuple[str, str]]:
    return [
        (str(line.entries[0].amount.normalize()), line.entries[0].reason)
        for line in run(held, made, NOBODY_LEFT, until=until)
    ]


def test_a_spread_year_caps_itself_and_each_year_anew() -> None:
    made = plan(milestones=[Milestone(yearly=n("20"))])
    found = accrued(made, dt.date(2027, 1, 1))
    assert found == [*[("1.6667", "")] * 11, ("1.6663", "capped"), ("1.6667", "")]


def test_the_yearly_cap_is_of_the_leave_year_and_counts_extra_credits() -> None:
    made = plan(
        milestones=[Milestone(amount=n("5"), yearly_cap=n("8"))], leave_year=LeaveYear(3, 1)
    )
    full = [("5", ""), ("3", "capped"), ("5", ""), ("3", "capped"), ("0", "capped")]
    assert accrued(made, d("05-01")) == full
    extra = books(granted("annual:extra:1", "1", "01-05"), granted("other", "4", "01-05"))
    assert accrued(made, d("02-01"), extra) == [("5", ""), ("2", "capped")]


def test_leave_taken_makes_room_under_the_cap() -> None:
    made = plan(milestones=[Milestone(amount=n("2"), balance_cap=n("3"))])
    first = run(EMPTY, made, NOBODY_LEFT, until=d("02-01"))
    held = with_lines(EMPTY, first).with_entries([took(first[0].key, "2", "02-10")])
    more = run(held, made, NOBODY_LEFT, until=d("03-01"), known={line.key for line in first})
    assert said(more) == [("26-03-01", "accrual", "2")]


def test_grants_lapse_without_any_plan() -> None:
    held = books(granted("g", "3", "01-01", "03-31"), entries=(took("g", "1", "02-02"),))
    assert said(run(held, None, NOBODY_LEFT, until=d("03-31"))) == []
    assert said(run(held, None, NOBODY_LEFT, until=d("05-01"))) == [("26-04-01", "lapsed", "-2")]


def test_a_forecast_includes_credits_due_and_lapses() -> None:
    held = books(granted("g", "3", "01-01", "03-31"))
    assert forecast(held, plan(), NOBODY_LEFT, until=d("03-31")).balance_on(d("03-31")) == n("7.5")
    assert forecast(held, plan(), NOBODY_LEFT, until=d("04-01")).balance_on(d("04-01")) == n("6")


@pytest.mark.parametrize(
    ("carry_on", "expected"),
    [
        (None, []),
        (CarryDate(month=4, day=1), ["2026-04-01", "2027-04-01"]),
        (CarryDate(), ["2026-05-10", "2027-05-10"]),
        (CarryDate(month=2, day=30), ["2026-02-28", "2027-02-28"]),
    ],
)
def test_carry_dates(carry_on: CarryDate | None, expected: list[str]) -> None:
    dates = Dates(dt.date(2025, 1, 1), dt.date(2027, 12, 31))
    found = carry_dates(plan(carry_on=carry_on), NOBODY_LEFT, dates)
    assert [date.isoformat() for date in found] == expected


def test_the_milestone_in_force_on_the_carry_date_decides() -> None:
    levels = [
        Milestone(amount=n("1"), carry=CarryRule(carry=Carry.NONE)),
        Milestone(after=After(years=1), amount=n("1"), carry=CarryRule()),
    ]
    made = plan(milestones=levels, carry_on=CarryDate(month=1, day=1))
    assert made.level_on(dt.date(2025, 1, 1)) == levels[0]
    held = forecast(EMPTY, made, NOBODY_LEFT, until=dt.date(2027, 1, 1))
    assert held.balance_on(dt.date(2027, 1, 1)) == n("13")
    early = plan(milestones=levels, carry_on=CarryDate(month=12, day=31))
    assert forecast(EMPTY, early, NOBODY_LEFT, until=d("12-31")).balance_on(d("12-31")) == n("0")


def test_the_next_loss_of_a_plan_is_what_its_next_cut_takes() -> None:
    made = january(carry=Carry.UP_TO, most=n("1"))
    held = forecast(EMPTY, made, NOBODY_LEFT, until=d("03-01"))
    cuts = carry_dates(made, NOBODY_LEFT, Dates(d("03-01"), dt.date(2028, 1, 1)))
    loss = next_loss(held, d("03-01"), {date: made.level_on(date).carry for date in cuts})
    assert loss is not None
    assert (loss.date, loss.amount) == (dt.date(2027, 1, 1), n("3.5"))


plans = st.builds(
    lambda cap, most, months, moment, frequency: plan(
        moment=moment, rhythm=Rhythm(frequency=frequency), carry_on=CarryDate(month=4, day=1),
        milestones=[
            Milestone(
                amount=n("2"), balance_cap=cap,
                carry=CarryRule(carry=Carry.UP_TO, most=most, valid_months=months),
            )
        ],
    ),
    st.sampled_from([None, n("5"), n("11")]),
    st.sampled_from([n("0"), n("3"), n("50")]),
    st.sampled_from([None, 2]),
    st.sampled_from(Moment),
    st.sampled_from([Frequency.MONTHLY, Frequency.WEEKLY, Frequency.QUARTERLY]),
)  # fmt: skip


@settings(deadline=None, max_examples=30)
@given(plans, st.lists(st.dates(d("01-01"), dt.date(2027, 6, 1)), max_size=5))
def test_any_gaps_give_the_same_books(made: Plan, stops: list[dt.date]) -> None:
    end = dt.date(2027, 6, 1)
    taken = books(granted("g", "4", "01-01", "05-31"), entries=(took("g", "1", "02-10"),))
    at_once = forecast(taken, made, NOBODY_LEFT, until=end)
    held, known = taken, set()
    for stop in [*sorted(stops), end, end]:
        lines = run(held, made, NOBODY_LEFT, until=stop, known=known)
        assert len({line.key for line in lines}) == len(lines)
        held, known = with_lines(held, lines), known | {line.key for line in lines}
    assert list(held.entries) == list(at_once.entries)
    assert list(held.allocations) == list(at_once.allocations)
    days = [d("01-01") + n_days * DAY for n_days in range(0, 500, 7)]
    sums = [
        sum((e.amount for e in held.entries if e.effective_on <= day
             and (e.source is None or _of(held, e.source).is_valid_on(day))), n("0"))
        for day in days
    ]  # fmt: skip
    assert [held.balance_on(day) for day in days] == sums
    assert all(left >= 0 for left in held.left().values())


def _of(held: Books, key: str):  # type: ignore[no-untyped-def]
    return next(each for each in held.allocations if each.key == key)
