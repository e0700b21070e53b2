"""Which rule says no to a request; each on both sides of its bound."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from typing import Any

import pytest

from attendance.rules.types import DayType
from leave.enums import Carry, CountsDaysOff, Frequency, Taken, Unit
from leave.rules.accrual import CarryDate, Milestone, Plan
from leave.rules.ahead import Ahead
from leave.rules.amounts import ONE
from leave.rules.asking import Answer, Block, Live, Person, Refusal, Scene, TypeRules, ask_for
from leave.rules.books import Books, Draw
from leave.rules.carrying import CarryRule
from leave.rules.counting import Ask, DayOf, Halves
from leave.rules.periods import Rhythm
from leave.rules.running import Earner
from leave.rules.years import Dates, LeaveYear
from tests.leave.rules.build import AM, PM, WHOLE, ask, books, d, granted, n, shift, week

BOOKS = books(granted("year", "20", "01-01", "12-31"))


def person(day_of: DayOf | None = None, **more: Any) -> Person:
    base: dict[str, Any] = {
        "joined_on": d("01-01"),
        "day_of": day_of or week(),
        "working_days_since_joining": lambda date: (date - d("01-01")).days * 5 // 7,
    }
    return Person(**{**base, **more})


def answer(
    asked: Any, rules: dict[str, Any] | None = None, scene: dict[str, Any] | None = None,
    who: Person | None = None, *, has_attachment: bool = False,
) -> Answer:  # fmt: skip
    return ask_for(
        asked, TypeRules(**rules or {}), who or person(),
        Scene(**{"books": BOOKS, "today": d("03-01"), **(scene or {})}),
        has_attachment=has_attachment,
    )  # fmt: skip


def live(*dates: str, halves: Halves = WHOLE, is_same_type: bool = True, key: str = "r1") -> Live:
    amount = n("0.5") * len(halves)
    return Live(
        key=key, halves={d(each): halves for each in dates},
        amounts={d(each): amount for each in dates}, is_same_type=is_same_type,
    )  # fmt: skip


def test_a_request_that_stands_says_where_it_is_drawn_from() -> None:
    found = answer(ask("03-05", "03-09"))
    assert (found.refusal, found.count and found.count.total) == (None, n("3"))
    assert found.drawn is not None
    assert found.drawn.draws == tuple(
        Draw(d(each), "year", ONE) for each in ("03-05", "03-06", "03-09")
    )


@pytest.mark.parametrize(
    ("asked", "rules", "scene", "refusal", "values"),
    [
        (ask("03-02", first_part=Taken.AM), {"unit": Unit.DAY}, {}, Refusal.HALF_NOT_ALLOWED, {}),
        (ask("03-02"), {"employment_types": frozenset({"intern"})}, {}, Refusal.NOT_ELIGIBLE,
         {"employment_type": ""}),
        (ask("03-02"), {"usable_after_days": 60, "counts_working_days": False}, {}, None, {}),
        (ask("03-02"), {"usable_after_days": 61, "counts_working_days": False}, {},
         Refusal.TOO_SOON, {"days": 61, "served": 60}),
        (ask("03-02"), {"usable_after_days": 42}, {}, None, {}),
        (ask("03-02"), {"usable_after_days": 43}, {}, Refusal.TOO_SOON,
         {"days": 43, "served": 42}),
        (ask("03-02", "03-04"), {}, {"live": [live("03-04")]}, Refusal.OVERLAP,
         {"date": d("03-04"), "request": "r1"}),
        (ask("03-04", first_part=Taken.AM), {}, {"live": [live("03-04", halves=AM)]},
         Refusal.OVERLAP, {"date": d("03-04"), "request": "r1"}),
        (ask("03-04", first_part=Taken.PM), {}, {"live": [live("03-04", halves=AM)]}, None, {}),
        (ask("03-04", first_part=Taken.HALF), {}, {"live": [live("03-04", halves=AM)]}, None, {}),
        (ask("03-07", "03-08"), {}, {}, Refusal.NOTHING_COUNTED, {"why": ["weekly_off"]}),
        (ask("03-04"), {"notice_days": 3}, {}, None, {}),
        (ask("03-03"), {"notice_days": 3}, {}, Refusal.NOTICE, {"days": 3}),
        (ask("02-27"), {"notice_days": 3}, {}, None, {}),
        (ask("02-26"), {"backdate_days": 3}, {}, None, {}),
        (ask("02-25"), {"backdate_days": 3}, {}, Refusal.BACKDATED, {"days": 3}),
        (ask("02-25"), {}, {}, None, {}),
        (ask("03-05", "03-09"), {},
         {"blocks": [Block(dates=Dates(d("03-09"), d("03-09")), name="Audit")]},
         Refusal.BLOCKED, {"date": d("03-09"), "name": "Audit"}),
        (ask("03-05", "03-09"), {}, {"blocks": [Block(dates=Dates(d("03-07"), d("03-08")))]},
         None, {}),
        (ask("02-27", "03-02"), {}, {"locked": lambda date: date < d("03-01")}, Refusal.LOCKED,
         {"date": d("02-27")}),
        (ask("03-02"), {"only_on": frozenset({d("03-02")})}, {}, None, {}),
        (ask("03-03"), {"only_on": frozenset({d("03-02")})}, {}, Refusal.NOT_ON_LIST,
         {"date": d("03-03")}),
        (ask("03-02", "03-04"), {"most_per_request": n("3")}, {}, None, {}),
        (ask("03-02", "03-04"), {"most_per_request": n("2.5")}, {}, Refusal.MOST_PER_REQUEST,
         {"most": n("2.5"), "asked": n("3")}),
        (ask("03-02", "03-03"), {"attachment_after": n("2")}, {}, None, {}),
        (ask("03-02", "03-04"), {"attachment_after": n("2")}, {}, Refusal.ATTACHMENT,
         {"after": n("2")}),
        (ask("03-02", "03-27"), {}, {}, None, {}),
        (ask("03-02", "03-30"), {}, {}, Refusal.BALANCE,
         {"lacking": n("1"), "first": d("03-30")}),
        (ask("03-02", "03-30"), {"negative_limit": ONE}, {}, None, {}),
        (ask("03-02", "03-30"), {"needs_allocation": False}, {}, None, {}),
        (ask("2027-01-04"), {}, {}, Refusal.BALANCE,
         {"lacking": ONE, "first": dt.date(2027, 1, 4)}),
    ],
)  # fmt: skip
def test_rules(  # type: ignore[no-untyped-def]
    asked, rules, scene, refusal: Refusal | None, values: dict[str, Any]
) -> None:
    found = answer(asked, rules, scene)
    assert (found.refusal, found.values) == (refusal, values)


def test_an_attachment_is_enough() -> None:
    rules = {"attachment_after": n("2")}
    assert answer(ask("03-02", "03-04"), rules, has_attachment=True).refusal is None


def test_pending_requests_reserve_what_is_asked_for() -> None:
    reserved = [Draw(d("11-02"), "year", n("18"))]
    found = answer(ask("03-02", "03-04"), scene={"reserved": reserved})
    assert (found.refusal, found.values["lacking"]) == (Refusal.BALANCE, ONE)


# --- rows and periods ------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("asked", "others", "row"),
    [
        (ask("03-02", "03-04"), [], "3"),
        (ask("03-09"), [live("03-05", "03-06")], "3"),
        (ask("03-05", "03-06"), [live("03-09")], "3"),
        (ask("03-09"), [live("03-05")], "1"),
        (ask("03-09"), [live("03-06", is_same_type=False)], "1"),
        (ask("03-04", first_part=Taken.PM), [live("03-04", halves=AM), live("03-03")], "2"),
    ],
)
def test_the_longest_row_counts_adjoining_requests_both_ways(  # type: ignore[no-untyped-def]
    asked, others: list[Live], row: str
) -> None:
    scene = {"live": others}
    assert answer(asked, {"most_in_a_row": n(row)}, scene).refusal is None
    found = answer(asked, {"most_in_a_row": n(row) - n("0.5")}, scene)
    assert (found.refusal, found.values["asked"]) == (Refusal.MOST_IN_A_ROW, n(row))


def test_a_row_does_not_go_on_over_days_off_without_end() -> None:
    off = {f"03-{day:02}": DayType.HOLIDAY for day in range(3, 32)}
    off |= {f"04-{day:02}": DayType.HOLIDAY for day in range(1, 31)}
    found = answer(
        ask("03-02"), {"most_in_a_row": ONE}, {"live": [live("05-01")]}, person(week(off))
    )
    assert found.refusal is None


def test_the_most_of_a_period_is_that_of_the_leaves_own_year() -> None:
    scene = {"live": [live("02-02", "02-03"), live("03-31")], "leave_year": LeaveYear(4, 1)}
    rules = {"most_per_period": n("4")}
    assert answer(ask("03-30", "03-30"), rules, scene).refusal is None
    found = answer(ask("03-26", "03-27"), rules, scene)
    assert (found.refusal, dict(found.values)) == (
        Refusal.MOST_PER_PERIOD,
        {"most": n("4"), "asked": n("5"), "first": dt.date(2025, 4, 1), "last": d("03-31")},
    )
    over = answer(ask("04-01", "04-08"), {"most_per_period": n("5")}, scene)
    assert (over.refusal, over.values["first"]) == (Refusal.MOST_PER_PERIOD, d("04-01"))


def test_a_sandwich_that_others_were_charged_for_is_not_charged_again() -> None:
    friday = Live(
        key="r1", halves={d("03-06"): WHOLE}, amounts={d("03-06"): ONE},
        charged=frozenset({d("03-07"), d("03-08")}),
    )  # fmt: skip
    found = answer(ask("03-09"), {"counts_days_off": CountsDaysOff.SANDWICH}, {"live": [friday]})
    assert found.count is not None
    assert found.count.total == ONE
    halves = answer(ask("03-04", first_part=Taken.HALF), scene={"live": [live("03-04", halves=PM)]})
    assert halves.count is not None
    assert halves.count.days[0].halves == AM


# --- what is asked again, turned into other leave, or away ahead -----------------------------
def test_when_it_was_asked_for_is_not_asked_again() -> None:
    rules = TypeRules(notice_days=30, backdate_days=1, most_per_request=n("2"))
    assert rules.for_approval() == TypeRules(most_per_request=n("2"))


@pytest.mark.parametrize(
    ("converts", "is_same_type", "values"),
    [
        (False, False, {}),
        (True, False, {"offer": "convert"}),
        (True, True, {}),
    ],
)
def test_sickness_over_planned_leave_is_offered_as_one(
    converts: bool, is_same_type: bool, values: dict[str, str]
) -> None:
    planned = live("03-04", is_same_type=is_same_type)
    found = answer(ask("03-04"), {"converts_planned": converts}, {"live": [planned]})
    assert (found.refusal, found.values) == (
        Refusal.OVERLAP, {"date": d("03-04"), "request": "r1", **values},
    )  # fmt: skip


@pytest.mark.parametrize(
    ("theirs", "refusal"), [((9, 11), None), ((10, 12), Refusal.OVERLAP), (None, Refusal.OVERLAP)]
)
def test_hours_overlap_only_hours_inside_them(
    theirs: tuple[int, int] | None, refusal: Refusal | None
) -> None:
    date = d("03-04")
    (asked,) = shift(date, 11, 13)
    hours = {date: shift(date, *theirs)[0]} if theirs else {}
    other = Live(key="r1", halves={date: WHOLE}, amounts={date: n("2")}, hours=hours)
    found = answer(
        Ask(dates=Dates(date, date), hours=asked), {"unit": Unit.HOUR}, {"live": [other]}
    )
    assert found.refusal == refusal


def test_a_closed_year_takes_no_requests() -> None:
    found = answer(ask("02-27", "03-02"), scene={"closed": lambda date: date < d("03-02")})
    assert (found.refusal, found.values) == (Refusal.YEAR_CLOSED, {"date": d("02-27")})


def test_leave_that_stands_must_stay_covered() -> None:
    made = Plan(
        key="p", starts_on=d("01-01"), rhythm=Rhythm(frequency=Frequency.MONTHLY),
        milestones=[Milestone(amount=ONE, carry=CarryRule(carry=Carry.NONE))],
        carry_on=CarryDate(month=7, day=1),
    )  # fmt: skip
    now = Ahead(books=Books([], []), plans=made, who=Earner(joined_on=d("01-01")))
    july = Draw(d("07-01"), "p:carry:2026-07-01", ONE)
    scene = {"books": now, "reserved": now.draw({d("07-01"): ONE}).draws}
    assert answer(ask("03-02", "03-04"), scene=scene).refusal is None
    kept = Milestone(amount=ONE, carry=CarryRule(carry=Carry.UP_TO, most=n("5")))
    now = replace(now, plans=replace(made, milestones=[kept]))
    scene = {"books": now, "reserved": [july, Draw(d("07-02"), july.source, n("4"))]}
    assert answer(ask("03-02"), scene=scene).refusal is None
    found = answer(ask("03-02", "03-03"), scene=scene)
    assert (found.refusal, found.values) == (Refusal.UNCOVERED, {"lacking": ONE})
