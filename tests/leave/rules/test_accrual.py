"""What plans credit, and when."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.rules.errors import InvalidInput
from leave.enums import Frequency
from leave.rules.accrual import (
    After,
    Credit,
    First,
    Milestone,
    Moment,
    Plan,
    Switch,
    credits,
    worth_after_edit,
    yearly_grant,
)
from leave.rules.amounts import HALF, converted, to_step, written
from leave.rules.periods import Rhythm
from leave.rules.years import DAY, Dates, LeaveYear, add_months, on_day
from tests.leave.rules.build import d, n

MONTHLY = Rhythm(frequency=Frequency.MONTHLY)
LONG_AGO = dt.date(2020, 1, 1)


def plan(**more: Any) -> Plan:
    level = {"milestones": [Milestone(amount=n("1.5"))], "rhythm": MONTHLY}
    return Plan(**{"key": "p", "starts_on": d("01-01"), **level, **more})


def run(made: Plan, until: str, **more: Any) -> list[tuple[str, str]]:
    found = credits(made, **{"joined_on": LONG_AGO, "left_on": None, "until": d(until), **more})
    return [(each.date.isoformat()[2:], str(each.amount.normalize())) for each in found]


@pytest.mark.parametrize(
    ("made", "until", "expected"),
    [
        (plan(), "03-01", [("26-01-01", "1.5"), ("26-02-01", "1.5"), ("26-03-01", "1.5")]),
        (plan(moment=Moment.END), "03-01", [("26-02-01", "1.5"), ("26-03-01", "1.5")]),
        (plan(moment=Moment.END), "02-28", [("26-02-01", "1.5")]),
        (plan(starts_on=d("01-17")), "02-01", [("26-01-17", "0.7258"), ("26-02-01", "1.5")]),
        (plan(starts_on=d("01-17"), first=First.IN_FULL), "02-01",
         [("26-01-17", "1.5"), ("26-02-01", "1.5")]),
        (plan(starts_on=d("01-17"), moment=Moment.END), "02-01", [("26-02-01", "0.7258")]),
        (plan(waits=After(months=1)), "03-01", [("26-02-01", "1.5"), ("26-03-01", "1.5")]),
        (plan(waits=After(days=14)), "02-01", [("26-01-15", "0.8226"), ("26-02-01", "1.5")]),
        (plan(ends_on=d("02-14")), "12-31", [("26-01-01", "1.5"), ("26-02-01", "0.75")]),
        (plan(ends_on=d("02-14"), moment=Moment.END), "12-31",
         [("26-02-01", "1.5"), ("26-03-01", "0.75")]),
        (plan(milestones=[Milestone(yearly=n("20"))]), "02-01",
         [("26-01-01", "1.6667"), ("26-02-01", "1.6667")]),
        (plan(milestones=[Milestone(yearly=n("20"), step=HALF)]), "02-01",
         [("26-01-01", "1.5"), ("26-02-01", "1.5")]),
    ],
)  # fmt: skip
def test_monthly(made: Plan, until: str, expected: list[tuple[str, str]]) -> None:
    assert run(made, until) == expected


def test_the_joining_month_in_full() -> None:
    quarterly = Rhythm(frequency=Frequency.QUARTERLY)
    made = plan(
        starts_on=d("02-20"), rhythm=quarterly, first=First.JOINING_MONTH,
        milestones=[Milestone(amount=n("9"))],
    )  # fmt: skip
    # 1 February to 31 March are 59 of the quarter's 90 days.
    assert run(made, "03-31") == [("26-02-20", "5.9")]


def test_nothing_before_joining_or_after_leaving() -> None:
    joined, left = d("02-10"), d("04-15")
    found = run(plan(), "12-31", joined_on=joined, left_on=left)
    assert found == [("26-02-10", "1.0179"), ("26-03-01", "1.5"), ("26-04-01", "0.75")]
    ended = run(plan(moment=Moment.END), "12-31", joined_on=joined, left_on=left)
    assert ended == [("26-03-01", "1.0179"), ("26-04-01", "1.5")]


# --- milestones ------------------------------------------------------------------------------
LEVELS = [Milestone(amount=n("3")), Milestone(after=After(days=9), amount=n("6"))]


@pytest.mark.parametrize(
    ("switch", "moment", "expected"),
    [
        (Switch.AT_ONCE, Moment.START,
         [("26-01-01", "0.871"), ("26-01-10", "4.2581"), ("26-02-01", "6")]),
        (Switch.AT_ONCE, Moment.END, [("26-02-01", "0.871"), ("26-02-01", "4.2581")]),
        (Switch.NEXT_PERIOD, Moment.START, [("26-01-01", "3"), ("26-02-01", "6")]),
        (Switch.NEXT_PERIOD, Moment.END, [("26-02-01", "3")]),
    ],
)  # fmt: skip
def test_milestones(switch: Switch, moment: Moment, expected: list[tuple[str, str]]) -> None:
    assert run(plan(milestones=LEVELS, switch=switch, moment=moment), "02-01") == expected


def test_milestones_stand_in_order() -> None:
    with pytest.raises(InvalidInput) as raised:
        run(plan(milestones=LEVELS[::-1]), "02-01")
    assert raised.value.code == "milestones_out_of_order"


@pytest.mark.parametrize("more", [{}, {"amount": n("1"), "yearly": n("2")}])
def test_a_milestone_says_either_amount(more: dict[str, Any]) -> None:
    with pytest.raises(InvalidInput) as raised:
        Milestone(**more)
    assert raised.value.code == "amount_or_yearly"


# --- rhythms ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("rhythm", "inside", "expected"),
    [
        (Rhythm(frequency=Frequency.DAILY), "03-04", ("03-04", "03-04")),
        (Rhythm(frequency=Frequency.WEEKLY, weekday=0), "03-04", ("03-02", "03-08")),
        (Rhythm(frequency=Frequency.TWICE_MONTHLY, days=(1, 16)), "03-04", ("03-01", "03-15")),
        (Rhythm(frequency=Frequency.TWICE_MONTHLY, days=(1, 16)), "03-20", ("03-16", "03-31")),
        (MONTHLY, "02-04", ("02-01", "02-28")),
        (Rhythm(frequency=Frequency.MONTHLY, days=(31,)), "03-04", ("02-28", "03-30")),
        (Rhythm(frequency=Frequency.QUARTERLY), "05-05", ("04-01", "06-30")),
        (Rhythm(frequency=Frequency.QUARTERLY, month=2), "05-05", ("05-01", "07-31")),
        (Rhythm(frequency=Frequency.TWICE_YEARLY, month=4), "05-05", ("04-01", "09-30")),
        (Rhythm(frequency=Frequency.YEARLY, month=2, days=(10,)), "05-05",
         ("02-10", "2027-02-09")),
    ],
)  # fmt: skip
def test_periods(rhythm: Rhythm, inside: str, expected: tuple[str, str]) -> None:
    assert rhythm.of(d(inside)) == Dates(d(expected[0]), d(expected[1]))


@pytest.mark.parametrize(
    ("frequency", "days"),
    [(Frequency.MONTHLY, (1, 2)), (Frequency.TWICE_MONTHLY, (3,)), (Frequency.MONTHLY, (0,)),
     (Frequency.MONTHLY, (32,)), (Frequency.TWICE_MONTHLY, (3, 3))],
)  # fmt: skip
def test_boundary_days_must_exist(frequency: Frequency, days: tuple[int, ...]) -> None:
    with pytest.raises(InvalidInput) as raised:
        Rhythm(frequency=frequency, days=days)
    assert raised.value.code == "boundary_days"


@pytest.mark.parametrize(
    ("frequency", "count"),
    [(Frequency.DAILY, 365), (Frequency.WEEKLY, 52), (Frequency.MONTHLY, 12),
     (Frequency.QUARTERLY, 4), (Frequency.TWICE_YEARLY, 2), (Frequency.YEARLY, 1)],
)  # fmt: skip
def test_a_year_has_so_many_periods(frequency: Frequency, count: int) -> None:
    assert Rhythm(frequency=frequency).a_year == count


def test_no_dates_no_periods() -> None:
    assert list(MONTHLY.within(Dates(d("03-02"), d("03-01")))) == []


# --- a yearly amount at once -------------------------------------------------------------------
YEAR = Dates(d("01-01"), d("12-31"))


@pytest.mark.parametrize(
    ("more", "expected"),
    [
        ({}, "18"),
        ({"by_joining": True}, "18"),
        ({"joined_on": d("07-01")}, "18"),
        ({"joined_on": d("07-02"), "by_joining": True}, "9.0247"),
        ({"joined_on": d("07-02"), "by_joining": True, "step": HALF}, "9"),
        ({"joined_on": d("07-17"), "by_joining": True, "by_months": True}, "9"),
        ({"left_on": d("03-31"), "by_leaving": True}, "4.4384"),
        ({"left_on": d("03-10"), "by_leaving": True, "by_months": True}, "4.5"),
        ({"joined_on": dt.date(2027, 1, 1)}, "0"),
        ({"left_on": dt.date(2025, 12, 31)}, "0"),
    ],
)
def test_yearly_grant(more: dict[str, Any], expected: str) -> None:
    assert yearly_grant(n("18"), YEAR, **{"joined_on": LONG_AGO, **more}) == n(expected)


# --- years and amounts -----------------------------------------------------------------------
@pytest.mark.parametrize(
    ("year", "date", "expected"),
    [
        (LeaveYear(), "07-01", (d("01-01"), d("12-31"))),
        (LeaveYear(4, 1), "03-31", (dt.date(2025, 4, 1), d("03-31"))),
        (LeaveYear(4, 1), "04-01", (d("04-01"), dt.date(2027, 3, 31))),
        (LeaveYear(2, 29), "02-28", (d("02-28"), dt.date(2027, 2, 27))),
        (LeaveYear(2, 29), "2028-02-28", (dt.date(2027, 2, 28), dt.date(2028, 2, 28))),
        (LeaveYear(2, 29), "2028-02-29", (dt.date(2028, 2, 29), dt.date(2029, 2, 27))),
    ],
)
def test_leave_year(year: LeaveYear, date: str, expected: tuple[dt.date, dt.date]) -> None:
    assert year.of(d(date)) == Dates(*expected)


@settings(deadline=None, max_examples=100)
@given(st.dates(dt.date(2000, 1, 1), dt.date(2100, 1, 1)), st.integers(1, 12), st.integers(1, 31))
def test_leave_years_meet(date: dt.date, month: int, day: int) -> None:
    of = LeaveYear(month, day).of
    year = of(date)
    assert date in year
    assert (of(year.first), of(year.last)) == (year, year)
    assert of(year.last + DAY).first == year.last + DAY


def test_dates_and_months() -> None:
    assert (on_day(2026, 2, 31), add_months(d("01-31"), 1), add_months(d("03-31"), -13)) == (
        d("02-28"), d("02-28"), dt.date(2025, 2, 28),
    )  # fmt: skip
    assert (add_months(d("12-05"), 1, day=31), len(Dates(d("03-02"), d("03-01")))) == (
        dt.date(2027, 1, 31), 0,
    )  # fmt: skip
    assert list(Dates(d("02-28"), d("03-01"))) == [d("02-28"), d("03-01")]


@pytest.mark.parametrize(
    ("amount", "step", "expected"),
    [("1.125", "0.25", "1.25"), ("1.12", "0.25", "1"), ("1.25", "0.5", "1.5"), ("1.49", "1", "1"),
     ("1.5", "1", "2"), ("1.3", None, "1.3")],
)  # fmt: skip
def test_to_step(amount: str, step: str | None, expected: str) -> None:
    assert to_step(n(amount), n(step) if step else None) == n(expected)


def test_written_and_converted() -> None:
    assert (written(n("0.00005")), written(n("-0.00005")), written(n("1.5"), 0)) == (
        n("0.0001"), n("-0.0001"), n("2"),
    )  # fmt: skip
    days = converted(n("12"), to_hours=False, hours_per_day=n("8"))
    assert (days, converted(days, to_hours=True, hours_per_day=n("8"))) == (n("1.5"), n("12"))


# --- properties ------------------------------------------------------------------------------
rhythms = st.sampled_from(
    [MONTHLY, Rhythm(frequency=Frequency.WEEKLY, weekday=3), Rhythm(frequency=Frequency.DAILY),
     Rhythm(frequency=Frequency.TWICE_MONTHLY, days=(15, 31)),
     Rhythm(frequency=Frequency.QUARTERLY, month=2)]
)  # fmt: skip
days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 1, 1))


@settings(deadline=None, max_examples=100)
@given(rhythms, days, days, st.sampled_from(Moment), st.sampled_from(Switch), st.integers(1, 80))
def test_running_to_a_date_in_steps_gives_the_same_credits(
    rhythm: Rhythm, starts_on: dt.date, stop: dt.date, moment: Moment, switch: Switch, after: int
) -> None:
    levels = [Milestone(amount=n("2")), Milestone(after=After(days=after), amount=n("3"))]
    made = plan(rhythm=rhythm, starts_on=starts_on, moment=moment, switch=switch, milestones=levels)
    end = dt.date(2027, 2, 1)

    def until(date: dt.date) -> tuple[Credit, ...]:
        return credits(made, joined_on=LONG_AGO, left_on=None, until=date)

    early, late = until(stop), until(end)
    assert [each for each in late if each.date <= stop] == list(early)
    assert len({each.key for each in late}) == len(late)
    earned = [date for each in late for date in each.dates]
    assert len(set(earned)) == len(earned)


@settings(deadline=None, max_examples=100)
@given(
    st.sampled_from(
        [MONTHLY, Rhythm(frequency=Frequency.WEEKLY, weekday=3), Rhythm(frequency=Frequency.DAILY),
         Rhythm(frequency=Frequency.TWICE_MONTHLY, days=(30, 31)),
         Rhythm(frequency=Frequency.MONTHLY, days=(31,)),
         Rhythm(frequency=Frequency.QUARTERLY, month=12, days=(29,)),
         Rhythm(frequency=Frequency.TWICE_YEARLY, month=8, days=(31,)),
         Rhythm(frequency=Frequency.YEARLY, month=2, days=(29,))]
    ),
    st.dates(dt.date(2023, 1, 1), dt.date(2029, 1, 1)),
)  # fmt: skip
def test_a_period_runs_from_one_boundary_to_the_next(rhythm: Rhythm, date: dt.date) -> None:
    period = rhythm.of(date)
    assert date in period
    assert [day for day in period if rhythm.is_boundary(day)] == [period.first]
    assert rhythm.is_boundary(period.last + DAY)


def test_a_plan_without_an_end_loses_no_credit_to_an_edit() -> None:
    assert worth_after_edit(plan(), joined_on=LONG_AGO, left_on=None) == {}
