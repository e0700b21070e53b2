"""Whether a request may stand, and which rule says no; the codes are stable (rules 7).

Submitting and approving ask the same function, with the person's books as they are at that moment;
an edit is asked with its old version left out of `live` and of `reserved`.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from enum import StrEnum
from typing import Any, Protocol

from attendance.rules.errors import InvalidInput
from attendance.rules.spans import Span, overlap
from leave.enums import CountsDaysOff, Unit
from leave.rules.amounts import ZERO
from leave.rules.books import Draw, Drawn
from leave.rules.counting import Ask, Count, DayOf, Halves, Others, count
from leave.rules.years import DAY, Dates, LeaveYear


class Refusal(StrEnum):
    """The rule that says no."""

    HALF_NOT_ALLOWED = "half_not_allowed"
    HOURS_NOT_ALLOWED = "hours_not_allowed"
    NOT_ELIGIBLE = "not_eligible"
    TOO_SOON = "too_soon"
    OVERLAP = "overlap"
    NOTHING_COUNTED = "nothing_counted"
    NOTICE = "notice"
    BACKDATED = "backdated"
    YEAR_CLOSED = "year_closed"
    BLOCKED = "blocked"
    LOCKED = "locked"
    NOT_ON_LIST = "not_on_list"
    MOST_PER_REQUEST = "most_per_request"
    MOST_IN_A_ROW = "most_in_a_row"
    MOST_PER_PERIOD = "most_per_period"
    ATTACHMENT = "attachment"
    BALANCE = "balance"
    UNCOVERED = "uncovered"


@dataclass(frozen=True, slots=True, kw_only=True)
class TypeRules:
    """The knobs of a leave type that decide about a request; amounts in its own unit.

    `negative_limit` 0 allows no debt, None any. `needs_allocation` is off for types that draw on
    nothing. `usable_after_days` are of employment, working days where `counts_working_days`.
    `converts_planned` offers to turn other leave on the same days into this (sickness).
    `most_granted` is the most that a leave year may grant, what is carried included.
    """

    unit: Unit = Unit.HALF_DAY
    counts_days_off: CountsDaysOff = CountsDaysOff.NO
    needs_allocation: bool = True
    negative_limit: Decimal | None = ZERO
    most_per_request: Decimal | None = None
    most_in_a_row: Decimal | None = None
    most_per_period: Decimal | None = None
    notice_days: int = 0
    backdate_days: int | None = None
    usable_after_days: int = 0
    counts_working_days: bool = True
    employment_types: frozenset[str] = frozenset()
    only_on: frozenset[dt.date] | None = None
    attachment_after: Decimal | None = None
    converts_planned: bool = False
    most_granted: Decimal | None = None

    def for_approval(self) -> TypeRules:
        """What is asked again when a request is approved: all but when it was asked for."""
        return replace(self, notice_days=0, backdate_days=None)


class Drawable(Protocol):
    """Books as they stand (`Books`), or as they will on the dates asked for (`Ahead`)."""

    def draw(
        self,
        amounts: Mapping[dt.date, Decimal],
        *,
        reserved: Iterable[Draw] = (),
        negative_limit: Decimal | None = ZERO,
    ) -> Drawn: ...
    def uncovered(self, more: Iterable[Draw], reserved: Iterable[Draw] = ()) -> Decimal: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Live:
    """A request of the person that is pending or approved, and what it counts by date.

    `is_same_type` where it is of the type asked for: adjoining ones are one row, and count to the
    period's most. `hours` is the stretch of leave by the hour, which only hours inside it overlap.
    """

    key: str
    halves: Mapping[dt.date, Halves]
    amounts: Mapping[dt.date, Decimal]
    is_same_type: bool = True
    charged: frozenset[dt.date] = frozenset()
    hours: Mapping[dt.date, Span] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """Dates on which leave is blocked, for this person and type (the caller has looked)."""

    dates: Dates
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """What about the person decides: employment, and what a date is to them."""

    joined_on: dt.date
    employment_type: str = ""
    day_of: DayOf
    working_days_since_joining: Callable[[dt.date], int]


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """Everything else a request is held against: books, other leave, blocks, what is locked.

    A leave year is `closed` once its rest is carried.
    """

    books: Drawable
    reserved: Sequence[Draw] = ()
    live: Sequence[Live] = ()
    blocks: Sequence[Block] = ()
    locked: Callable[[dt.date], bool] = field(default=lambda date: False)
    closed: Callable[[dt.date], bool] = field(default=lambda date: False)
    leave_year: LeaveYear = field(default_factory=LeaveYear)
    today: dt.date


@dataclass(frozen=True, slots=True)
class Answer:
    """The count, where it would be drawn from, and the first rule that says no, with its values."""

    count: Count | None
    drawn: Drawn | None
    refusal: Refusal | None = None
    values: Mapping[str, Any] = field(default_factory=dict)


Found = tuple[Refusal, dict[str, Any]] | None


def ask_for(
    ask: Ask, rules: TypeRules, person: Person, scene: Scene, *, has_attachment: bool = False
) -> Answer:
    """Whether the request may stand; rules are asked in the order of `Refusal`."""
    others = Others.of((each.halves, each.charged) for each in scene.live)
    try:
        counted = count(
            ask, person.day_of,
            unit=rules.unit, counts_days_off=rules.counts_days_off, others=others,
        )  # fmt: skip
    except InvalidInput as error:
        return Answer(None, None, Refusal(error.code), error.values)
    amounts = {day.date: day.amount for day in counted.days if day.amount}
    drawn = None
    if rules.needs_allocation:
        drawn = scene.books.draw(
            amounts, reserved=scene.reserved, negative_limit=rules.negative_limit
        )
    found = (
        _may_use(rules, person, ask)
        or _overlap(rules, ask, counted, scene.live)
        or _nothing(counted)
        or _in_time(rules, scene, ask)
        or _blocked(rules, scene, amounts)
        or _limits(rules, person, scene, amounts, counted.total)
        or _attachment(rules, counted.total, has_attachment=has_attachment)
        or _balance(drawn)
        or _uncovered(scene, drawn)
    )
    return Answer(counted, drawn, *found) if found else Answer(counted, drawn)


def _may_use(rules: TypeRules, person: Person, ask: Ask) -> Found:
    if rules.employment_types and person.employment_type not in rules.employment_types:
        return Refusal.NOT_ELIGIBLE, {"employment_type": person.employment_type}
    if not rules.usable_after_days:
        return None
    first = ask.dates.first
    if rules.counts_working_days:
        served = person.working_days_since_joining(first)
    else:
        served = (first - person.joined_on).days
    if served < rules.usable_after_days:
        return Refusal.TOO_SOON, {"days": rules.usable_after_days, "served": served}
    return None


def _overlap(rules: TypeRules, asked: Ask, counted: Count, live: Iterable[Live]) -> Found:
    for each in live:
        for day in counted.days:
            if day.halves & each.halves.get(day.date, frozenset()):
                theirs = each.hours.get(day.date)
                if asked.hours and theirs and not overlap([asked.hours], [theirs]):
                    continue
                values = {"date": day.date, "request": each.key}
                if rules.converts_planned and not each.is_same_type:
                    values["offer"] = "convert"
                return Refusal.OVERLAP, values
    return None


def _nothing(counted: Count) -> Found:
    if counted.total:
        return None
    return Refusal.NOTHING_COUNTED, {"why": sorted({day.why.value for day in counted.days})}


def _in_time(rules: TypeRules, scene: Scene, ask: Ask) -> Found:
    ahead = (ask.dates.first - scene.today).days
    if 0 <= ahead < rules.notice_days:
        return Refusal.NOTICE, {"days": rules.notice_days}
    if rules.backdate_days is not None and -ahead > rules.backdate_days:
        return Refusal.BACKDATED, {"days": rules.backdate_days}
    return None


def _blocked(rules: TypeRules, scene: Scene, amounts: Mapping[dt.date, Decimal]) -> Found:
    for date in sorted(amounts):
        for block in scene.blocks:
            if date in block.dates:
                return Refusal.BLOCKED, {"date": date, "name": block.name}
        if scene.closed(date):
            return Refusal.YEAR_CLOSED, {"date": date}
        if scene.locked(date):
            return Refusal.LOCKED, {"date": date}
        if rules.only_on is not None and date not in rules.only_on:
            return Refusal.NOT_ON_LIST, {"date": date}
    return None


def _limits(
    rules: TypeRules,
    person: Person,
    scene: Scene,
    amounts: Mapping[dt.date, Decimal],
    total: Decimal,
) -> Found:
    if rules.most_per_request is not None and total > rules.most_per_request:
        return Refusal.MOST_PER_REQUEST, {"most": rules.most_per_request, "asked": total}
    same = [each.amounts for each in scene.live if each.is_same_type]
    if rules.most_in_a_row is not None:
        row = _in_a_row(amounts, same, person.day_of)
        if row > rules.most_in_a_row:
            return Refusal.MOST_IN_A_ROW, {"most": rules.most_in_a_row, "asked": row}
    if rules.most_per_period is not None:
        years = {scene.leave_year.of(date).first: scene.leave_year.of(date) for date in amounts}
        for _first, year in sorted(years.items()):
            taken = sum(
                (amount for each in (amounts, *same) for date, amount in each.items()
                 if date in year),
                ZERO,
            )  # fmt: skip
            if taken > rules.most_per_period:
                return Refusal.MOST_PER_PERIOD, {
                    "most": rules.most_per_period, "asked": taken,
                    "first": year.first, "last": year.last,
                }  # fmt: skip
    return None


def _in_a_row(
    amounts: Mapping[dt.date, Decimal], same: Iterable[Mapping[dt.date, Decimal]], day_of: DayOf
) -> Decimal:
    """The longest row that the request is part of: days off between do not end it."""
    all_of = dict(amounts)
    for each in same:
        for date, amount in each.items():
            all_of[date] = all_of.get(date, ZERO) + amount
    longest = ZERO
    for start in amounts:
        row = all_of[start]
        for step in (-DAY, DAY):
            date = start + step
            while date in all_of or not day_of(date).working_halves:
                if date not in all_of and not _goes_on(date, step, all_of, day_of):
                    break
                row += all_of.get(date, ZERO)
                date += step
        longest = max(longest, row)
    return longest


def _goes_on(
    date: dt.date, step: dt.timedelta, all_of: Mapping[dt.date, Decimal], day_of: DayOf
) -> bool:
    """Whether the days off from the date on end at a day of leave."""
    for _number in range(31):
        if date in all_of:
            return True
        if day_of(date).working_halves:
            return False
        date += step
    return False


def _attachment(rules: TypeRules, total: Decimal, *, has_attachment: bool) -> Found:
    after = rules.attachment_after
    if after is None or has_attachment or total <= after:
        return None
    return Refusal.ATTACHMENT, {"after": after}


def _balance(drawn: Drawn | None) -> Found:
    if drawn is None or not drawn.lacking:
        return None
    lacking = sum(drawn.lacking.values(), ZERO)
    return Refusal.BALANCE, {"lacking": lacking, "first": min(drawn.lacking)}


def _uncovered(scene: Scene, drawn: Drawn | None) -> Found:
    if drawn is None:
        return None
    missing = scene.books.uncovered(drawn.draws, scene.reserved)
    return (Refusal.UNCOVERED, {"lacking": missing}) if missing else None
