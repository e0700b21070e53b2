"""What changes of leave that stands, what work earns, what is paid out, who decides."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest

from attendance.rules.types import DayType
from leave.enums import EntryKind, Unit
from leave.rules.books import Draw, Entry
from leave.rules.chain import ONE_STEP, Approval, next_step, steps_of
from leave.rules.changes import beyond, difference, kept_draws, without
from leave.rules.counting import NO_HALF, Halves, Others, count
from leave.rules.earned import (
    Denied,
    Earned,
    WorkedDay,
    comp_off,
    encash,
    most_encashable,
    over_most,
    pay,
)
from leave.rules.years import Dates
from tests.leave.rules.build import AM, PM, WHOLE, ask, d, n, week

DRAWS = (
    Draw(d("03-02"), "a", n("1")), Draw(d("03-03"), "a", n("0.5")), Draw(d("03-03"), "b", n("0.5")),
    Draw(d("03-04"), None, n("1")),
)  # fmt: skip


@pytest.mark.parametrize(
    ("amounts", "kept"),
    [
        ({"03-02": "1", "03-03": "1", "03-04": "1"}, DRAWS),
        ({"03-02": "1", "03-03": "0.5"}, DRAWS[:2]),
        ({"03-02": "0.5", "03-04": "2"}, (Draw(d("03-02"), "a", n("0.5")), DRAWS[3])),
        ({}, ()),
    ],
)
def test_the_draws_that_are_still_counted(amounts: dict[str, str], kept: tuple[Draw, ...]) -> None:
    assert kept_draws(DRAWS, {d(date): n(amount) for date, amount in amounts.items()}) == kept


def line(amount: str, date: str, source: str | None) -> Entry:
    kind = EntryKind.RETURNED if n(amount) > 0 else EntryKind.TAKEN
    return Entry(kind=kind, amount=n(amount), effective_on=d(date), source=source)


@pytest.mark.parametrize(
    ("old", "new", "expected"),
    [
        ((), DRAWS, [line("-1.5", "03-02", "a"), line("-0.5", "03-03", "b"),
                     line("-1", "03-04", None)]),
        (DRAWS, DRAWS, []),
        (DRAWS, (), [line("1.5", "03-02", "a"), line("0.5", "03-03", "b"),
                     line("1", "03-04", None)]),
        (DRAWS, DRAWS[:2], [line("0.5", "03-03", "b"), line("1", "03-04", None)]),
        (DRAWS, DRAWS[1:], [line("1.5", "03-02", "a"), line("-0.5", "03-03", "a")]),
    ],
)  # fmt: skip
def test_the_difference_is_written(
    old: tuple[Draw, ...], new: tuple[Draw, ...], expected: list[Entry]
) -> None:
    assert list(difference(old, new)) == expected


def test_another_request_takes_dates_over() -> None:
    counted = count(ask("03-02", "03-06"), week(), unit=Unit.HALF_DAY)
    assert without(counted, [d("03-03"), d("03-04")]).total == n("3")


@pytest.mark.parametrize(
    ("taken", "kinds", "expected"),
    [
        (NO_HALF, {}, "1"),
        (AM, {}, "0.5"),
        (WHOLE, {}, "0"),
        (NO_HALF, {"03-02": DayType.HOLIDAY}, "0"),
        (NO_HALF, {"03-02": DayType.HALF_HOLIDAY_PM}, "0.5"),
        (AM, {"03-02": DayType.HALF_HOLIDAY_PM}, "0"),
        (PM, {"03-02": DayType.HALF_HOLIDAY_PM}, "0.5"),
    ],
)
def test_who_is_off_already_is_not_charged_twice(
    taken: Halves, kinds: dict[str, DayType], expected: str
) -> None:
    day_of = week(kinds)
    whole = count(ask("03-02"), day_of, unit=Unit.HALF_DAY)
    others = Others(halves={d("03-02"): taken})
    found = beyond(whole, others, {d("03-02"): day_of(d("03-02"))})
    assert found.total == n(expected)


# --- work on a day off ---------------------------------------------------------------------------
def worked(minutes: int = 480, **more: Any) -> WorkedDay:
    return WorkedDay(date=d("03-07"), minutes=minutes, **{"is_off": True, **more})


FROM_NEXT_DAY = Dates(d("03-08"), dt.date.max)


@pytest.mark.parametrize(
    ("day", "more", "expected"),
    [
        (worked(), {}, Earned(n("1"), FROM_NEXT_DAY)),
        (worked(240, half_day_below=240), {}, Earned(n("1"), FROM_NEXT_DAY)),
        (worked(239, half_day_below=240), {}, Earned(n("0.5"), FROM_NEXT_DAY)),
        (worked(is_half=True), {}, Earned(n("0.5"), FROM_NEXT_DAY)),
        (worked(), {"claimed": n("0.5")}, Earned(n("0.5"), FROM_NEXT_DAY)),
        (worked(), {"valid_days": 30}, Earned(n("1"), Dates(d("03-08"), d("04-06")))),
        (worked(1), {"claimed": n("1.5")}, Earned(n("1"), denied=Denied.MORE_THAN_EARNED)),
        (worked(0), {}, Earned(n("0"), denied=Denied.NOT_WORKED)),
        (worked(is_off=False), {}, Earned(n("0"), denied=Denied.NOT_A_DAY_OFF)),
    ],
)
def test_comp_off(day: WorkedDay, more: dict[str, Any], expected: Earned) -> None:
    assert comp_off(day, **more) == expected


# --- paid out ------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("amount", "more", "expected"),
    [
        ("8", {}, None),
        ("8.5", {}, Denied.BELOW_FLOOR),
        ("5", {"keeps": n("3")}, None),
        ("5.5", {"keeps": n("3")}, Denied.BELOW_FLOOR),
        ("4", {"most": n("4")}, None),
        ("4.5", {"most": n("4")}, Denied.MOST_ENCASHED),
    ],
)
def test_encashment(amount: str, more: dict[str, Any], expected: Denied | None) -> None:
    assert encash(n(amount), available=n("8"), **more) == expected
    most = most_encashable(n("8"), **more)
    assert (n(amount) <= most) == (expected is None)
    assert encash(most, available=n("8"), **more) is None


def test_nothing_is_paid_of_less_than_the_floor() -> None:
    assert most_encashable(n("2"), keeps=n("3")) == n("0")


def test_days_are_paid_by_their_rate() -> None:
    assert (pay(n("2.5"), n("1000.33")), pay(n("1"), n("0.005"))) == (n("2500.83"), n("0.01"))


@pytest.mark.parametrize(
    ("granted", "most", "expected"), [("8", None, False), ("8", "10", False), ("8.5", "10", True)]
)
def test_the_most_a_year_may_grant(granted: str, most: str | None, expected: bool) -> None:
    assert over_most(n(granted), n("2"), n(most) if most else None) is expected


# --- chains --------------------------------------------------------------------------------------
MANAGER = Approval(by=("manager",))
HR = Approval(by=("hari", "sita"), above=n("3"))


@pytest.mark.parametrize(
    ("chain", "counted", "expected"),
    [
        ((), "1", ONE_STEP),
        ((MANAGER,), "9", (MANAGER,)),
        ((MANAGER, HR), "3", (MANAGER,)),
        ((MANAGER, HR), "3.5", (MANAGER, HR)),
        ((HR,), "1", (HR,)),
    ],
)
def test_the_steps_of_a_chain(
    chain: tuple[Approval, ...], counted: str, expected: tuple[Approval, ...]
) -> None:
    assert steps_of(chain, Decimal(counted)) == expected
    steps = [next_step(chain, n(counted), number) for number in range(len(expected) + 1)]
    assert steps == [*expected, None]
