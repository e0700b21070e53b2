"""How much a request counts, date by date."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from attendance.rules.errors import InvalidInput
from attendance.rules.spans import Span
from attendance.rules.types import DayType
from leave.enums import CountsDaysOff, Taken, Unit
from leave.rules.counting import Ask, Count, LeaveDay, Others, Why, count
from leave.rules.years import DAY, Dates
from tests.leave.rules.build import AM, PM, WHOLE, ask, d, n, shift, week

NO, YES, SANDWICH = CountsDaysOff.NO, CountsDaysOff.YES, CountsDaysOff.SANDWICH
FULL, HALF = Taken.FULL, Taken.HALF
# 2026-03-02 is a Monday; 7 and 8 are a weekend.
HOLIDAY = {"03-04": DayType.HOLIDAY}
HALF_HOLIDAY = {"03-04": DayType.HALF_HOLIDAY_PM}


def total(asked: Ask, counts: CountsDaysOff = NO, **more: object) -> Decimal:
    unit = more.pop("unit", Unit.HALF_DAY)
    day_of = more.pop("day_of", week())
    return count(asked, day_of, unit=unit, counts_days_off=counts, **more).total  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("asked", "counts", "kinds", "expected"),
    [
        (ask("03-02"), NO, {}, "1"),
        (ask("03-02", "03-06"), NO, {}, "5"),
        (ask("03-05", "03-09"), NO, {}, "3"),
        (ask("03-05", "03-09"), YES, {}, "5"),
        (ask("03-05", "03-09"), SANDWICH, {}, "5"),
        (ask("03-07", "03-09"), SANDWICH, {}, "1"),
        (ask("03-05", "03-08"), SANDWICH, {}, "2"),
        (ask("03-07", "03-08"), YES, {}, "2"),
        (ask("03-02", "03-06"), NO, HOLIDAY, "4"),
        (ask("03-02", "03-06"), YES, HOLIDAY, "5"),
        (ask("03-02", "03-06"), SANDWICH, HOLIDAY, "5"),
        (ask("03-04"), SANDWICH, HOLIDAY, "0"),
        (ask("03-04"), NO, HALF_HOLIDAY, "0.5"),
        (ask("03-04"), YES, HALF_HOLIDAY, "1"),
        (ask("03-04", first_part=Taken.AM), NO, HALF_HOLIDAY, "0.5"),
        (ask("03-04", first_part=Taken.PM), NO, HALF_HOLIDAY, "0"),
        (ask("03-04", first_part=HALF), NO, HALF_HOLIDAY, "0.5"),
        (ask("03-02", "03-04", Taken.PM, Taken.AM), NO, {}, "2"),
        (ask("03-05", "03-09", FULL, Taken.PM), SANDWICH, {}, "2.5"),
        (ask("03-05", "03-09", FULL, Taken.AM), SANDWICH, {}, "4.5"),
    ],
)
def test_total(asked: Ask, counts: CountsDaysOff, kinds: dict[str, DayType], expected: str) -> None:
    assert total(asked, counts, day_of=week(kinds)) == n(expected)


@pytest.mark.parametrize(
    ("date", "kind", "why", "amount"),
    [
        ("03-02", DayType.WORKING, Why.COUNTED, "1"),
        ("03-07", DayType.WEEKLY_OFF, Why.WEEKLY_OFF, "0"),
        ("03-02", DayType.HOLIDAY, Why.HOLIDAY, "0"),
        ("03-02", DayType.HALF_HOLIDAY_AM, Why.HALF_HOLIDAY, "0.5"),
    ],
)
def test_why(date: str, kind: DayType, why: Why, amount: str) -> None:
    (day,) = count(ask(date), week({date: kind}), unit=Unit.DAY).days
    assert (day.why, day.amount) == (why, n(amount))


def test_a_day_off_that_counts_says_so() -> None:
    (day,) = count(ask("03-07"), week(), unit=Unit.DAY, counts_days_off=YES).days
    assert (day.why, day.amount) == (Why.DAY_OFF_COUNTED, n("1"))


def test_before_joining_and_without_a_schedule_nothing_counts() -> None:
    def unscheduled(date: dt.date) -> LeaveDay:
        return LeaveDay(date=date)

    joins = count(ask("03-02", "03-03"), week(joined_on=d("03-03")), unit=Unit.DAY)
    assert [(day.why, day.amount) for day in joins.days] == [
        (Why.NOT_EMPLOYED, n("0")), (Why.COUNTED, n("1")),
    ]  # fmt: skip
    (day,) = count(ask("03-02"), unscheduled, unit=Unit.DAY, counts_days_off=YES).days
    assert (day.why, day.amount) == (Why.NO_SCHEDULE, n("0"))


# --- halves ----------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("taken", "kinds", "halves"),
    [
        ({}, {}, AM),
        ({d("03-04"): AM}, {}, PM),
        ({d("03-04"): PM}, {}, AM),
        ({}, {"03-04": DayType.HALF_HOLIDAY_AM}, PM),
        ({d("03-04"): WHOLE}, {}, AM),  # an overlap, which is refused elsewhere
    ],
)
def test_half_a_day_takes_whichever_half_is_free(taken, kinds, halves) -> None:  # type: ignore[no-untyped-def]
    (day,) = count(
        ask("03-04", first_part=HALF), week(kinds), unit=Unit.HALF_DAY, others=Others(halves=taken)
    ).days
    assert day.halves == halves


@pytest.mark.parametrize(
    ("asked", "unit", "code"),
    [
        (ask("03-02", first_part=Taken.AM), Unit.DAY, "half_not_allowed"),
        (ask("03-02", "03-03", FULL, HALF), Unit.DAY, "half_not_allowed"),
        (Ask(dates=Dates(d("03-02"), d("03-02")), flat_hours=n("2")), Unit.DAY,
         "hours_not_allowed"),
        (Ask(dates=Dates(d("03-02"), d("03-02")), hours=shift(d("03-02"))[0]), Unit.HALF_DAY,
         "hours_not_allowed"),
    ],
)  # fmt: skip
def test_what_the_unit_does_not_allow(asked: Ask, unit: Unit, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        count(asked, week(), unit=unit)
    assert raised.value.code == code


@pytest.mark.parametrize(
    ("make", "code"),
    [
        (lambda: ask("03-03", "03-02"), "range_reversed"),
        (lambda: ask("03-02", "03-02", Taken.AM, Taken.PM), "two_parts_of_one_date"),
        (lambda: Ask(dates=Dates(d("03-02"), d("03-03")), flat_hours=n("2")), "hours_of_one_date"),
    ],
)
def test_what_cannot_be_asked(make, code: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(InvalidInput) as raised:
        make()
    assert raised.value.code == code


# --- hours -----------------------------------------------------------------------------------
def hours(start: int, end: int) -> Ask:
    (span,) = shift(d("03-02"), start, end)
    return Ask(dates=Dates(d("03-02"), d("03-02")), hours=span)


@pytest.mark.parametrize(
    ("asked", "expected"),
    [
        (ask("03-02"), "8"),
        (ask("03-02", first_part=Taken.PM), "4"),
        (ask("03-05", "03-09"), "24"),
        (hours(9, 11), "2"),
        (hours(7, 11), "2"),
        (hours(18, 20), "0"),
        (Ask(dates=Dates(d("03-02"), d("03-02")), flat_hours=n("2.5")), "2.5"),
    ],
)
def test_hours(asked: Ask, expected: str) -> None:
    assert total(asked, unit=Unit.HOUR) == n(expected)


def test_hours_leave_breaks_out_and_are_rounded_once() -> None:
    def day_of(date: dt.date) -> LeaveDay:
        morning, afternoon = shift(date, 9, 13)[0], shift(date, 14, 17)[0]
        return LeaveDay(date=date, scheduled=(morning, afternoon))

    (span,) = shift(d("03-02"), 12, 15)
    twenty = Span(span.start, span.end - dt.timedelta(minutes=40))
    asked = Ask(dates=Dates(d("03-02"), d("03-02")), hours=twenty)
    (day,) = count(asked, day_of, unit=Unit.HOUR).days
    assert day.amount == n("1.3333")
    (outside,) = count(hours(18, 20), day_of, unit=Unit.HOUR).days
    assert outside.why == Why.OUTSIDE_SCHEDULE


# --- days off between leave ------------------------------------------------------------------
def days_of(counted: Count) -> list[tuple[str, str]]:
    return [(f"{day.date:%m-%d}", day.why.value) for day in counted.days if day.amount]


@pytest.mark.parametrize(
    ("others", "charged", "expected"),
    [
        ({d("03-06"): WHOLE}, (), ["03-07", "03-08", "03-09"]),
        ({d("03-06"): PM}, (), ["03-07", "03-08", "03-09"]),
        ({d("03-06"): AM}, (), ["03-09"]),
        ({d("03-05"): WHOLE}, (), ["03-09"]),
        ({d("03-06"): WHOLE}, ("03-07", "03-08"), ["03-09"]),
        ({}, (), ["03-09"]),
    ],
)
def test_sandwich_across_adjoining_requests(others, charged, expected) -> None:  # type: ignore[no-untyped-def]
    taken = Others(halves=others, charged=frozenset(d(each) for each in charged))
    counted = count(
        ask("03-09"), week(), unit=Unit.HALF_DAY, counts_days_off=SANDWICH, others=taken
    )
    assert [date for date, _why in days_of(counted)] == expected


def test_sandwich_to_the_leave_that_follows_and_by_name() -> None:
    taken = Others(halves={d("03-09"): AM})
    counted = count(
        ask("03-06"), week(), unit=Unit.HALF_DAY, counts_days_off=SANDWICH, others=taken
    )
    assert days_of(counted) == [
        ("03-06", "counted"), ("03-07", "sandwiched"), ("03-08", "sandwiched"),
    ]  # fmt: skip
    assert counted.within(Dates(d("03-07"), d("03-31"))) == n("2")


def test_a_day_off_without_any_schedule_is_not_charged() -> None:
    usual = week()

    def day_of(date: dt.date) -> LeaveDay:
        return replace(usual(date), scheduled=()) if date == d("03-08") else usual(date)

    assert total(ask("03-06", "03-09"), SANDWICH, day_of=day_of) == n("3")


def test_sandwich_ends_where_nobody_is_employed() -> None:
    taken = Others(halves={d("03-06"): WHOLE})
    counted = count(
        ask("03-09"), week(joined_on=d("03-08")), unit=Unit.DAY, counts_days_off=SANDWICH,
        others=taken,
    )  # fmt: skip
    assert counted.total == n("1")


def test_days_off_without_end_are_no_sandwich() -> None:
    def retired(date: dt.date) -> LeaveDay:
        kind = DayType.WORKING if date == d("03-02") else DayType.WEEKLY_OFF
        return LeaveDay(date=date, type=kind, scheduled=shift(date))

    counted = count(ask("03-02"), retired, unit=Unit.DAY, counts_days_off=SANDWICH)
    assert counted.total == n("1")


# --- properties ------------------------------------------------------------------------------
starts = st.dates(dt.date(2026, 1, 1), dt.date(2026, 12, 1))
lengths = st.integers(1, 40)


@settings(deadline=None, max_examples=100)
@given(starts, lengths, st.data(), st.sampled_from([NO, YES]))
def test_splitting_a_request_changes_no_total(
    first: dt.date, length: int, data: st.DataObject, counts: CountsDaysOff
) -> None:
    whole = Dates(first, first + (length - 1) * DAY)
    cut = data.draw(st.integers(0, length - 1))
    middle = first + cut * DAY
    parts = [Dates(first, middle), Dates(middle + DAY, whole.last)]
    one = total(Ask(dates=whole), counts)
    assert one == sum((total(Ask(dates=part), counts) for part in parts if len(part)), n("0"))


@settings(deadline=None, max_examples=100)
@given(starts, lengths)
def test_a_sandwich_lies_between_no_and_yes(first: dt.date, length: int) -> None:
    asked = Ask(dates=Dates(first, first + (length - 1) * DAY))
    assert total(asked, NO) <= total(asked, SANDWICH) <= total(asked, YES)
