"""Plans that are edited from a date, dated assignments, and plans that go by work."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.rules.errors import InvalidInput
from leave.enums import Frequency
from leave.rules.accrual import After, First, Milestone, Moment, Plan, Work, credits, room_of_year
from leave.rules.amounts import ZERO
from leave.rules.books import Books
from leave.rules.periods import Rhythm
from leave.rules.running import Earner, run, with_lines
from leave.rules.years import DAY, Dates
from tests.leave.rules.build import books, d, granted, n, took

MONTHLY = Rhythm(frequency=Frequency.MONTHLY)
SOMEBODY = Earner(joined_on=dt.date(2020, 1, 1))
EMPTY = Books([], [])


def plan(**more: Any) -> Plan:
    level = {"milestones": [Milestone(amount=n("1.5"))], "rhythm": MONTHLY}
    return Plan(**{"key": "p", "starts_on": d("01-01"), **level, **more})


def edited(on: str, amount: str, **more: Any) -> list[Plan]:
    """The plan up to a date, and with another amount from it on."""
    return [
        plan(in_force=Dates(dt.date.min, d(on) - DAY), **more),
        plan(
            **{
                **more,
                "in_force": Dates(d(on), dt.date.max),
                "milestones": [Milestone(amount=n(amount))],
            }
        ),
    ]


def said(plans: list[Plan], until: str, held: Books = EMPTY) -> list[tuple[str, str, str]]:
    return [
        (entry.effective_on.isoformat()[5:], entry.reason or entry.kind.value, str(entry.amount))
        for line in run(held, plans, SOMEBODY, until=d(until))
        for entry in line.entries
    ]


@pytest.mark.parametrize(
    ("on", "more", "expected"),
    [
        # 15 and 16 of January's 31 days.
        ("01-16", {}, [("01-01", "accrual", "1.5000"), ("01-16", "plan_edited", "-0.7742"),
                       ("01-16", "accrual", "1.5484"), ("02-01", "accrual", "3.0000")]),
        ("01-16", {"moment": Moment.END},
         [("02-01", "accrual", "0.7258"), ("02-01", "accrual", "1.5484")]),
        ("02-01", {}, [("01-01", "accrual", "1.5000"), ("02-01", "accrual", "3.0000")]),
        ("02-01", {"moment": Moment.END}, [("02-01", "accrual", "1.5000")]),
        # The first period was the old version's, and so was the rule for it.
        ("01-16", {"starts_on": d("01-11"), "first": First.IN_FULL},
         [("01-11", "accrual", "1.5000"), ("01-16", "plan_edited", "-0.7742"),
          ("01-16", "accrual", "1.5484"), ("02-01", "accrual", "3.0000")]),
    ],
)  # fmt: skip
def test_an_edit_takes_effect_from_its_date(
    on: str, more: dict[str, Any], expected: list[tuple[str, str, str]]
) -> None:
    assert said(edited(on, "3", **more), "02-01") == expected


def test_what_was_used_of_a_credit_that_goes_back_is_owed() -> None:
    plans = edited("01-16", "3")
    first = run(EMPTY, plans, SOMEBODY, until=d("01-01"))
    used = with_lines(EMPTY, first).with_entries([took("p:2026-01-01:0", "1", "01-05")])
    lines = run(used, plans, SOMEBODY, until=d("01-16"), known={line.key for line in first})
    entries = [(entry.source, entry.amount) for line in lines for entry in line.entries]
    assert entries == [
        ("p:2026-01-01:0", n("-0.5")), (None, n("-0.2742")),
        ("p:2026-01-01:0:from:2026-01-16", n("1.5484")),
    ]  # fmt: skip
    assert with_lines(used, lines).balance_on(d("01-16")) == n("1.2742")


def test_what_a_cap_kept_back_is_not_taken_back() -> None:
    def old(cap: str) -> list[Plan]:
        return edited("01-16", "3", milestones=[Milestone(amount=n("1.5"), balance_cap=n(cap))])[:1]

    assert said(old("1"), "02-01") == [
        ("01-01", "capped", "1"), ("01-16", "plan_edited", "-0.2742"),
    ]  # fmt: skip
    assert said(old("0.5"), "02-01") == [("01-01", "capped", "0.5")]


def test_the_caps_of_the_year_are_of_all_versions() -> None:
    level = Milestone(amount=n("3"), yearly_cap=n("4"))
    versions = [plan(in_force=Dates(dt.date.min, d("01-15")), milestones=[level]),
                plan(in_force=Dates(d("01-16"), dt.date.max), milestones=[level])]  # fmt: skip
    assert said(versions, "03-01") == [
        ("01-01", "accrual", "3.0000"), ("01-16", "plan_edited", "-1.5484"),
        ("01-16", "accrual", "1.5484"), ("02-01", "capped", "1.0000"),
        ("03-01", "capped", "0"),
    ]  # fmt: skip


@settings(deadline=None, max_examples=60)
@given(
    st.dates(dt.date(2026, 1, 2), dt.date(2026, 12, 30)),
    st.sampled_from(Moment),
    st.sampled_from([MONTHLY, Rhythm(frequency=Frequency.WEEKLY), Rhythm(frequency=Frequency.DAILY),
                     Rhythm(frequency=Frequency.QUARTERLY)]),
    st.lists(st.dates(dt.date(2026, 1, 1), dt.date(2027, 3, 1)), max_size=4),
)  # fmt: skip
def test_an_edit_that_changes_nothing_accrues_nothing_twice(
    on: dt.date, moment: Moment, rhythm: Rhythm, stops: list[dt.date]
) -> None:
    plans = edited(on.isoformat(), "1.5", moment=moment, rhythm=rhythm)
    end = dt.date(2027, 4, 1)
    whole = with_lines(EMPTY, run(EMPTY, plan(moment=moment, rhythm=rhythm), SOMEBODY, until=end))
    held, known = EMPTY, set()
    for stop in [*sorted(stops), end]:
        lines = run(held, plans, SOMEBODY, until=stop, known=known)
        held, known = with_lines(held, lines), known | {line.key for line in lines}
    # Each of the two parts of the period is rounded by itself.
    assert abs(held.balance_on(end) - whole.balance_on(end)) <= n("0.0002")
    assert held == with_lines(EMPTY, run(EMPTY, plans, SOMEBODY, until=end))


@pytest.mark.parametrize(
    ("moment", "expected"),
    [
        (Moment.START, [("01-16", "plan_edited", "-0.7742"), ("02-01", "plan_edited", "-1.5000"),
                        ("03-01", "plan_edited", "-1.5000"), ("01-16", "accrual", "1.5484"),
                        ("02-01", "accrual", "3.0000"), ("03-01", "accrual", "3.0000")]),
        # January's was whole when it was written; February's is the new version's.
        (Moment.END, [("02-01", "plan_edited", "-0.7742"), ("03-01", "plan_edited", "-1.5000"),
                      ("02-01", "accrual", "1.5484"), ("03-01", "accrual", "3.0000")]),
    ],
)  # fmt: skip
def test_an_edit_in_the_past_takes_back_what_was_credited_since(
    moment: Moment, expected: list[tuple[str, str, str]]
) -> None:
    before = run(EMPTY, plan(moment=moment), SOMEBODY, until=d("03-02"))
    known = {line.key for line in before}
    held = with_lines(EMPTY, before)
    lines = run(held, edited("01-16", "3", moment=moment), SOMEBODY, until=d("03-02"), known=known)
    found = [
        (entry.effective_on.isoformat()[5:], entry.reason or entry.kind.value, str(entry.amount))
        for line in lines
        for entry in line.entries
    ]
    assert found == expected


@settings(deadline=None, max_examples=60)
@given(
    st.dates(dt.date(2026, 1, 2), dt.date(2026, 12, 30)),
    st.dates(dt.date(2026, 1, 1), dt.date(2027, 3, 1)),
    st.sampled_from(Moment),
    st.sampled_from([MONTHLY, Rhythm(frequency=Frequency.WEEKLY), Rhythm(frequency=Frequency.DAILY),
                     Rhythm(frequency=Frequency.QUARTERLY)]),
    st.sampled_from(["0.5", "1.5", "3"]),
)  # fmt: skip
def test_it_does_not_matter_when_an_edit_is_entered(
    on: dt.date, entered: dt.date, moment: Moment, rhythm: Rhythm, amount: str
) -> None:
    end = dt.date(2027, 4, 1)
    plans = edited(on.isoformat(), amount, moment=moment, rhythm=rhythm)
    at_once = with_lines(EMPTY, run(EMPTY, plans, SOMEBODY, until=end))
    before = run(EMPTY, plan(moment=moment, rhythm=rhythm), SOMEBODY, until=entered)
    held, known = with_lines(EMPTY, before), {line.key for line in before}
    for stop in (max(on, entered), end):
        lines = run(held, plans, SOMEBODY, until=stop, known=known)
        held, known = with_lines(held, lines), known | {line.key for line in lines}
    for date in (max(on, entered), end):
        assert abs(held.balance_on(date) - at_once.balance_on(date)) <= n("0.0002")


def test_an_assignment_that_ended_in_the_past_keeps_nothing_of_later_dates() -> None:
    before = run(EMPTY, plan(), SOMEBODY, until=d("03-02"))
    held, known = with_lines(EMPTY, before), {line.key for line in before}
    ended = plan(ends_on=d("01-31"), in_force=Dates(dt.date.min, d("01-31")))
    lines = run(held, ended, SOMEBODY, until=d("03-02"), known=known)
    assert with_lines(held, lines).balance_on(d("03-02")) == n("1.5")
    again = known | {line.key for line in lines}
    assert run(with_lines(held, lines), ended, SOMEBODY, until=d("03-02"), known=again) == ()


# --- dated assignments ---------------------------------------------------------------------------
def test_a_spread_year_caps_itself_over_its_dated_assignment() -> None:
    dates = Dates(d("07-01"), dt.date(2027, 6, 30))
    spread = {"milestones": [Milestone(yearly=n("20"))], "starts_on": dates.first}
    made = plan(**spread, dated=dates, ends_on=dates.last)
    lines = run(EMPTY, made, SOMEBODY, until=dates.last)
    amounts = [line.entries[0].amount for line in lines]
    assert amounts == [*[n("1.6667")] * 11, n("1.6663")]
    assert sum(amounts, ZERO) == n("20")
    by_years = run(EMPTY, plan(**spread, ends_on=dates.last), SOMEBODY, until=dates.last)
    assert sum((line.entries[0].amount for line in by_years), ZERO) == n("20.0004")


@pytest.mark.parametrize(
    ("level", "expected"),
    [
        (Milestone(amount=n("1")), "Infinity"),
        (Milestone(amount=n("1"), yearly_cap=n("5")), "3"),
        (Milestone(yearly=n("12")), "10"),
        (Milestone(yearly=n("12"), yearly_cap=n("1")), "0"),
    ],
)
def test_the_room_of_a_year(level: Milestone, expected: str) -> None:
    held = books(granted("p:extra:a", "2", "02-01"), granted("else", "7", "02-01"))
    assert room_of_year(plan(milestones=[level]), level, d("03-01"), held) == Decimal(expected)


def test_milestones_may_count_from_joining() -> None:
    levels = [Milestone(amount=n("1")), Milestone(after=After(years=5), amount=n("2"))]
    made = plan(milestones=levels, counts_from=dt.date(2021, 2, 1))
    found = credits(made, joined_on=dt.date(2021, 2, 1), left_on=None, until=d("02-01"))
    assert [each.amount for each in found] == [n("1"), n("2")]
    assert (made.level_on(d("01-31")), made.level_on(d("02-01"))) == (levels[0], levels[1])


# --- by work -------------------------------------------------------------------------------------
def _on_weekdays(amount: str) -> Any:
    return lambda date: n(amount) if date.weekday() < 5 else ZERO


WORK = Work(
    hours_worked=_on_weekdays("7.5"), hours_scheduled=_on_weekdays("8"),
    days_worked=_on_weekdays("0.5"),
)  # fmt: skip


@pytest.mark.parametrize(
    ("frequency", "moment", "expected"),
    [
        # 2026-01-02 is a Friday.
        (Frequency.HOUR_WORKED, Moment.START, [("01-02", "0.3750"), ("01-05", "0.3750")]),
        (Frequency.HOUR_SCHEDULED, Moment.START, [("01-02", "0.4000"), ("01-05", "0.4000")]),
        (Frequency.DAY_WORKED, Moment.END, [("01-03", "0.0250")]),
    ],
)
def test_work_is_credited_date_by_date(
    frequency: Frequency, moment: Moment, expected: list[tuple[str, str]]
) -> None:
    made = plan(
        starts_on=d("01-02"), rhythm=Rhythm(frequency=frequency), moment=moment,
        milestones=[Milestone(amount=n("0.05"))],
    )  # fmt: skip
    found = credits(made, joined_on=dt.date(2020, 1, 1), left_on=None, until=d("01-05"), work=WORK)
    assert [(each.date.isoformat()[5:], str(each.amount)) for each in found] == expected


def test_a_yearly_amount_is_not_spread_over_work() -> None:
    with pytest.raises(InvalidInput) as raised:
        Milestone(yearly=n("12")).each(Rhythm(frequency=Frequency.HOUR_WORKED))
    assert raised.value.code == "yearly_by_work"


@pytest.mark.parametrize(
    ("worked", "scheduled", "expected"),
    [("4", "8", "0.7500"), ("9", "8", "1.5000"), ("0", "8", "0.0000"), ("4", "0", "1.5000")],
)
def test_only_worked_time_may_accrue(worked: str, scheduled: str, expected: str) -> None:
    work = Work(
        hours_worked=lambda date: n(worked), hours_scheduled=lambda date: n(scheduled),
        days_worked=lambda date: ZERO,
    )  # fmt: skip
    made = plan(moment=Moment.END, by_worked_time=True)
    (found,) = credits(
        made, joined_on=dt.date(2020, 1, 1), left_on=None, until=d("02-01"), work=work
    )
    assert str(found.amount) == expected


def test_who_works_in_no_plan_earns_nothing() -> None:
    made = plan(rhythm=Rhythm(frequency=Frequency.HOUR_WORKED))
    assert run(EMPTY, made, SOMEBODY, until=d("03-01")) == ()
    assert run(EMPTY, (), SOMEBODY, until=d("03-01")) == ()


@pytest.mark.parametrize("moment", list(Moment))
def test_an_edit_that_is_written_late_accrues_nothing_twice(moment: Moment) -> None:
    def run_to(plans: list[Plan], held: Books, known: set[str]) -> Books:
        lines = run(held, plans, SOMEBODY, until=d("05-02"), known=known)
        known |= {line.key for line in lines}
        return with_lines(held, lines)

    level = [Milestone(amount=n("3.1"))]
    after = edited("01-11", "6.2", moment=moment, milestones=level)
    known: set[str] = set()
    late = run_to([plan(moment=moment, milestones=level)], EMPTY, known)
    late = run_to(after, late, known)
    at_once = run_to(after, EMPTY, set())
    for on in ("01-10", "01-31", "02-01", "03-15", "05-02"):
        assert late.balance_on(d(on)) == at_once.balance_on(d(on))
    assert run(late, after, SOMEBODY, until=d("05-02"), known=known) == ()


@pytest.mark.parametrize("moment", list(Moment))
def test_an_assignment_whose_end_is_written_late_keeps_what_was_earned(moment: Moment) -> None:
    level = [Milestone(amount=n("3.1"))]
    lines = run(EMPTY, plan(moment=moment, milestones=level), SOMEBODY, until=d("05-02"))
    held, known = with_lines(EMPTY, lines), {line.key for line in lines}
    ended = plan(
        moment=moment, milestones=level, ends_on=d("01-10"),
        in_force=Dates(dt.date.min, d("01-10")),
    )  # fmt: skip
    held = with_lines(held, run(held, ended, SOMEBODY, until=d("05-02"), known=known))
    assert held.balance_on(d("05-02")) == n("1")
