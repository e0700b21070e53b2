"""Several rules over the same minutes, refusals, and what is missing of several."""

import datetime as dt
from typing import Any

import pytest

from attendance.rules.errors import InvalidInput
from tests.attendance.rules.build import DAY_OFF, shift
from tests.attendance.rules.overtime.build import codes, figures, one, parts, policy, rule, week


def test_a_minute_counts_once_at_the_highest_rate() -> None:
    found = one(
        "in 09:00, out 22:00",
        policy(
            rule("day", rate_percent=125),
            rule("clock", "late", at="20:00-06:00", rate_percent=150, compensation="banked"),
        ),
    )
    assert parts(found) == ["day 125 paid 180: 17:00-20:00", "late 150 banked 120: 20:00-22:00"]
    assert (found.extra_minutes, found.banked_minutes) == (300, 120)
    assert "covered" in codes(found)


def test_of_equal_rates_the_first_rule_books() -> None:
    rules = [rule("day", "one"), rule("outside_schedule", "two")]
    assert parts(one("in 09:00, out 18:00", policy(*rules))) == ["one 100 paid 60: 17:00-18:00"]
    assert parts(one("in 09:00, out 18:00", policy(*reversed(rules)))) == [
        "two 100 paid 60: 17:00-18:00"
    ]


def test_what_a_cap_leaves_goes_to_the_next_rule() -> None:
    found = policy(
        rule("day", "plain", rate_percent=100),
        rule("day", "double", rate_percent=200, daily_cap_minutes=60),
    )
    assert parts(one("in 09:00, out 19:00", found)) == [
        "plain 100 paid 60: 18:00-19:00",
        "double 200 paid 60: 17:00-18:00",
    ]


def test_no_minute_is_lost_to_a_cap_that_another_rule_could_book() -> None:
    wide = rule("day", "wide", daily_cap_minutes=60)
    narrow = rule("clock", "narrow", at="17:00-18:00", daily_cap_minutes=60)
    for rules in ((wide, narrow), (narrow, wide)):
        assert figures("in 09:00, out 19:00", policy(*rules)) == (120, 0)
    open_end = rule("clock", "open", at="17:00-18:00")
    for rules in ((wide, open_end), (open_end, wide)):
        assert figures("in 09:00, out 19:00", policy(*rules)) == (120, 0)


def test_of_several_gaps_the_smallest_is_booked() -> None:
    tracked: dict[str, Any] = {"tracks_missing": True}
    scheduled, fixed = rule("day"), rule("day", "fixed", beyond_minutes=420)
    assert figures("in 09:00, out 15:00", policy(scheduled, fixed, **tracked)) == (0, 60)
    assert figures("in 09:00, out 16:00", policy(scheduled, fixed, **tracked)) == (0, 0)
    assert figures("in 09:00, out 16:30", policy(scheduled, fixed, **tracked)) == (30, 0)
    tolerant = rule("day", "tolerant", employee=120)
    assert figures("in 09:00, out 15:00", policy(scheduled, tolerant, **tracked)) == (0, 0)


def test_a_day_knows_what_is_missing_before_its_week_does() -> None:
    texts = {0: "in 09:00, out 16:00", **{n: "in 09:00, out 17:00" for n in range(1, 5)}, 6: ""}
    found = week(texts, policy(rule("day"), rule("week"), tracks_missing=True))
    assert {n: item.missing_minutes for n, item in found.items() if item.missing_minutes} == {0: 60}


def test_seconds_are_rounded_once_and_the_parts_are_the_whole() -> None:
    found = one(
        "in 09:00, out 18:00:29",
        policy(
            rule("day", "early", rate_percent=100),
            rule("clock", "late", at="17:30-23:00", rate_percent=150),
        ),
    )
    assert [part.minutes for part in found.parts] == [30, 30]
    found = one(
        "in 09:00, out 17:20:25, in 17:30:10, out 17:40:30",
        policy(
            rule("clock", "one", at="17:00-17:30"), rule("clock", "two", at="17:30-18:00"),
        ),
    )  # fmt: skip
    # 20:25 and 10:20 are 30:45 together.
    assert [part.minutes for part in found.parts] == [20, 11]


def test_less_than_half_a_minute_is_no_part() -> None:
    found = policy(rule("clock", at="17:00-18:00"), rule("outside_schedule", tolerance="edge"))
    assert one("in 09:00, out 17:00:20", found).is_nothing


def test_a_policy_without_rules_books_nothing() -> None:
    assert one("in 09:00, out 20:00", policy()).is_nothing
    assert week({0: "in 09:00, out 20:00", 5: "in 09:00, out 20:00"}, policy())[5].is_nothing


@pytest.mark.parametrize(
    ("knobs", "code"),
    [
        ({"basis": "clock"}, "clock_times"),
        ({"basis": "day", "at": "18:00-20:00"}, "clock_times"),
        ({"basis": "clock", "start": dt.time(18)}, "clock_times"),
        ({"basis": "clock", "at": "18:00-18:00"}, "empty_range"),
        ({"basis": "days_off", "beyond_minutes": 60}, "beyond_of_quantity"),
    ],
)
def test_a_rule_that_contradicts_itself_is_refused(knobs: dict[str, Any], code: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        rule(**knobs)
    assert caught.value.code == code


def test_two_rules_of_one_name_are_refused() -> None:
    with pytest.raises(InvalidInput) as caught:
        policy(rule("day"), rule("day"))
    assert (caught.value.code, caught.value.values) == ("duplicate_rule", {"name": "day"})


def test_a_day_off_that_a_shift_judges_as_worked_owes_nothing_extra() -> None:
    found = figures(
        "in 09:00, out 12:00",
        policy(rule("day"), tracks_missing=True),
        pattern=shift(counts_on_days_off=True),
        kinds={0: DAY_OFF},
    )
    assert found == (180, 0)
