"""What may be drawn on dates that lie ahead."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leave.enums import Carry, Frequency
from leave.rules.accrual import CarryDate, Milestone, Plan
from leave.rules.ahead import Ahead, sources, taken
from leave.rules.books import Books, Draw
from leave.rules.carrying import CarryRule
from leave.rules.periods import Rhythm
from leave.rules.running import Earner, forecast
from leave.rules.years import DAY
from tests.leave.rules.build import d, n

SOMEBODY = Earner(joined_on=dt.date(2020, 1, 1))
NEW_YEAR = d("2027-01-01")


def plan(**carry: Any) -> Plan:
    """A day a month, cut on New Year."""
    return Plan(
        key="p", starts_on=d("01-01"), rhythm=Rhythm(frequency=Frequency.MONTHLY),
        milestones=[Milestone(amount=n("1"), carry=CarryRule(**carry))],
        carry_on=CarryDate(month=1, day=1),
    )  # fmt: skip


def ahead(made: Plan, **more: Any) -> Ahead:
    return Ahead(books=Books([], []), plans=made, who=SOMEBODY, **more)


def credit(month: int, amount: str, date: str) -> Draw:
    return Draw(d(date), f"p:2026-{month:02}-01:0", n(amount))


def test_credits_due_by_then_may_be_drawn() -> None:
    drawn = ahead(plan()).draw({d("03-02"): n("2"), d("03-03"): n("2")})
    assert drawn.draws == (
        credit(1, "1", "03-02"), credit(2, "1", "03-02"), credit(3, "1", "03-03"),
    )  # fmt: skip
    assert drawn.lacking == {d("03-03"): n("1")}


def test_what_is_drawn_ahead_is_taken_whenever_it_lies() -> None:
    now = ahead(plan())
    june = now.draw({d("06-01"): n("6")}).draws
    written = Ahead(books=now.books.with_entries(taken(june)), plans=plan(), who=SOMEBODY)
    for there in (written.draw({d("01-05"): n("1")}),
                  now.draw({d("01-05"): n("1")}, reserved=june)):  # fmt: skip
        assert there.lacking == {d("01-05"): n("1")}
    assert written.available([d("05-01")]) == now.available([d("05-01")], reserved=june) == n("0")
    assert written.available([d("07-01")]) == n("1")
    assert written.on(d("05-31")).balance_on(d("05-31")) == n("5")
    assert written.on(d("06-01")).balance_on(d("06-01")) == n("0")


def test_a_span_over_a_cut_is_split_between_the_years() -> None:
    drawn = ahead(plan(carry=Carry.NONE)).draw({d("12-31"): n("2"), NEW_YEAR: n("2")})
    assert drawn.draws == (
        credit(1, "1", "12-31"), credit(2, "1", "12-31"), Draw(NEW_YEAR, "p:2027-01-01:0", n("1")),
    )  # fmt: skip
    assert drawn.lacking == {NEW_YEAR: n("1")}


def test_nothing_is_carried_that_somebody_asks_for() -> None:
    reserved = ahead(plan()).draw({d("12-31"): n("3")}).draws
    assert ahead(plan()).on(NEW_YEAR, reserved).left()["p:carry:2027-01-01"] == n("9")


@pytest.mark.parametrize(("asked", "missing"), [("7", "0"), ("8", "1"), ("12", "5")])
def test_leave_that_stands_keeps_its_cover(asked: str, missing: str) -> None:
    now = ahead(plan(carry=Carry.UP_TO, most=n("5")))
    january = now.draw({d("2027-01-04"): n("6")}).draws
    written = Ahead(books=now.books.with_entries(taken(january)), plans=now.plans, who=SOMEBODY)
    more = written.draw({d("12-10"): n(asked)})
    assert more.lacking == {}
    assert written.uncovered(more.draws) == n(missing)
    assert now.uncovered(now.draw({d("12-10"): n(asked)}).draws, january) == n(missing)
    assert now.uncovered(()) == n("0")
    assert Books([], []).uncovered(more.draws) == n("0")


def test_hours_draw_days() -> None:
    drawn = ahead(plan(), factor=n("0.125")).draw({d("03-02"): n("4")})
    assert drawn.draws == (credit(1, "0.5", "03-02"),)


def test_one_line_for_each_source() -> None:
    draws = (credit(1, "0.5", "03-02"), credit(1, "0.5", "03-03"), credit(2, "1", "03-03"))
    assert sources(draws) == {
        ("p:2026-01-01:0", d("03-02")): n("1"), ("p:2026-02-01:0", d("03-03")): n("1"),
    }  # fmt: skip


@settings(deadline=None, max_examples=40)
@given(
    st.dictionaries(st.dates(dt.date(2026, 1, 1), dt.date(2027, 5, 1)),
                    st.sampled_from([n("0.5"), n("1"), n("2")]), max_size=6),
    st.sampled_from([n("0"), n("2"), n("20")]),
)  # fmt: skip
def test_what_could_be_drawn_is_there_when_its_day_comes(
    asked: dict[dt.date, Any], most: Any
) -> None:
    made = plan(carry=Carry.UP_TO, most=most)
    drawn = ahead(made).draw(asked)
    held = Books([], []).with_entries(taken(drawn.draws))
    after = forecast(held, made, SOMEBODY, until=dt.date(2027, 6, 1))
    assert all(amount >= 0 for amount in after.left().values())
    days = [dt.date(2026, 1, 1) + number * DAY for number in range(0, 500, 11)]
    assert all(after.balance_on(day) >= 0 for day in days)
