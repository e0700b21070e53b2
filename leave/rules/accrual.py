"""What a plan credits, and when: periods, milestones, the first period, caps (rules 8).

Pure: the same plan up to the same date gives the same credits, whatever was run before.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from attendance.rules.errors import InvalidInput
from leave.enums import EntryKind, First, Frequency, Moment, Switch
from leave.rules.amounts import ONE, ZERO, to_step, written
from leave.rules.books import Books
from leave.rules.lapse import CarryRule
from leave.rules.periods import Rhythm
from leave.rules.years import DAY, Dates, LeaveYear, add_months, on_day

ALWAYS = Dates(dt.date.min, dt.date.max)
# The reason of the line that takes back what an edited plan had paid ahead.
PLAN_EDITED = "plan_edited"
# The reason of the line that takes back what was paid ahead for days after somebody's last one.
LEFT = "left"
# That of a credit which a last day that is known cuts short.
UNTIL_LEFT = "until_left"
_CREDITS = (EntryKind.ACCRUAL, EntryKind.GRANT)


@dataclass(frozen=True, slots=True, kw_only=True)
class After:
    """How long after a start something begins."""

    days: int = 0
    months: int = 0
    years: int = 0

    def from_(self, date: dt.date) -> dt.date:
        return add_months(date, self.months + 12 * self.years) + self.days * DAY


@dataclass(frozen=True, slots=True, kw_only=True)
class Milestone:
    """One level of a plan, from `after` its start.

    Either `amount` a period, or `yearly` spread over the periods of a year, which then is the most
    that a leave year gets. `balance_cap` stops credits, and never cuts; `yearly_cap` counts what
    the plan itself credits in a leave year.
    """

    after: After = After()
    amount: Decimal | None = None
    yearly: Decimal | None = None
    balance_cap: Decimal | None = None
    yearly_cap: Decimal | None = None
    step: Decimal | None = None
    carry: CarryRule = field(default_factory=CarryRule)

    def __post_init__(self) -> None:
        if (self.amount is None) == (self.yearly is None):
            raise InvalidInput("amount_or_yearly")

    def each(self, rhythm: Rhythm) -> Decimal:
        """What a whole period is worth; not rounded."""
        if self.amount is not None:
            return self.amount
        return (self.yearly or ZERO) / rhythm.a_year


@dataclass(frozen=True, slots=True, kw_only=True)
class CarryDate:
    """The day of every year on which the rest is cut; with neither, that of joining."""

    month: int | None = None
    day: int | None = None

    def in_year(self, year: int, joined_on: dt.date) -> dt.date:
        """The day of a calendar year; one that its month lacks means the last."""
        return on_day(year, self.month or joined_on.month, self.day or joined_on.day)


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    """What somebody worked, or should have, on a date: hours, and days (half a day is 0.5)."""

    hours_worked: Callable[[dt.date], Decimal]
    hours_scheduled: Callable[[dt.date], Decimal]
    days_worked: Callable[[dt.date], Decimal]

    def of(self, frequency: Frequency) -> Callable[[dt.date], Decimal]:
        """What a frequency that goes by work counts."""
        return {
            Frequency.HOUR_WORKED: self.hours_worked,
            Frequency.HOUR_SCHEDULED: self.hours_scheduled,
            Frequency.DAY_WORKED: self.days_worked,
        }[frequency]


NO_WORK = Work(
    hours_worked=lambda date: ZERO,
    hours_scheduled=lambda date: ZERO,
    days_worked=lambda date: ZERO,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How somebody earns leave of a type, from a start to an optional last day.

    Milestones are reached so long after `counts_from` (None: the start). `by_worked_time` gives a
    period that share of its amount which was worked of what was scheduled. A plan that is edited
    from a date is two with one key: `in_force` are the dates whose days each pays for. `dated` are
    those of an assignment over which a spread yearly amount caps itself (None: each leave year).
    """

    key: str
    starts_on: dt.date
    ends_on: dt.date | None = None
    rhythm: Rhythm
    moment: Moment = Moment.START
    milestones: Sequence[Milestone]
    first: First = First.BY_DAYS
    switch: Switch = Switch.AT_ONCE
    waits: After = After()
    leave_year: LeaveYear = field(default_factory=LeaveYear)
    carry_on: CarryDate | None = None
    counts_from: dt.date | None = None
    by_worked_time: bool = False
    in_force: Dates = ALWAYS
    dated: Dates | None = None

    def level_on(self, date: dt.date) -> Milestone:
        """The milestone in force on a date; before the first one, that."""
        since = self.counts_from or self.starts_on
        reached = [each for each in self.milestones if each.after.from_(since) <= date]
        return reached[-1] if reached else self.milestones[0]


@dataclass(frozen=True, slots=True, kw_only=True)
class Credit:
    """What is credited on a date for some days, by which milestone (its place in the plan).

    `key` is natural: the same part of the same period always has the same.
    """

    key: str
    date: dt.date
    dates: Dates
    milestone: int
    amount: Decimal


@dataclass(frozen=True, slots=True)
class _Part:
    """Days of one period under one milestone."""

    period: Dates
    dates: Dates
    milestone: int


def credits(
    plan: Plan,
    *,
    joined_on: dt.date,
    left_on: dt.date | None,
    until: dt.date,
    work: Work = NO_WORK,
) -> tuple[Credit, ...]:
    """Every credit due up to `until`, in order; caps, which the books decide, are left out.

    Nothing is credited before joining, after leaving, or after the plan's last day. What was
    credited ahead for days after an edit is in here: `worth_after_edit` says how much of it stays.
    """
    # A period that credits when it closes knows by then which of its days another plan pays for.
    parts = _parts(plan, joined_on, left_on, until, is_cut=plan.moment == Moment.END)
    return tuple(_credits(plan, parts, joined_on, left_on, until, work))


def worth_after_edit(
    plan: Plan, *, joined_on: dt.date, left_on: dt.date | None, work: Work = NO_WORK
) -> dict[str, Decimal]:
    """What the credits are still worth that paid for days which an edit takes from the plan.

    By their keys, of the period in which it happens; those after it are worth nothing.
    """
    last = plan.in_force.last
    if last == dt.date.max:
        return {}
    period = plan.rhythm.of(last)
    until = last if plan.moment == Moment.START else period.last + DAY
    whole, rest = (
        {
            each.key: each.amount
            for each in _credits(
                plan,
                _parts(plan, joined_on, left_on, last, is_cut=is_cut, since=period.first),
                joined_on, left_on, until, work,
            )
        }
        for is_cut in (False, True)
    )  # fmt: skip
    return {key: rest.get(key, ZERO) for key in whole}


def is_of_version(plan: Plan, key: str) -> bool:
    """Whether a credit's key is one that this version of the plan gives."""
    edit = _edit_mark(plan)
    return key.startswith(f"{plan.key}:") and (key.endswith(edit) if edit else ":from:" not in key)


def _edit_mark(plan: Plan) -> str:
    since = plan.in_force.first
    return "" if since == dt.date.min else f":from:{since.isoformat()}"


def _credits(
    plan: Plan,
    parts: Iterable[_Part],
    joined_on: dt.date,
    left_on: dt.date | None,
    until: dt.date,
    work: Work,
) -> Iterator[Credit]:
    for part in parts:
        date = part.dates.first if plan.moment == Moment.START else part.period.last + DAY
        if date > until or (left_on is not None and date > left_on + DAY):
            continue
        level = plan.milestones[part.milestone]
        amount = written(to_step(_share(plan, part, joined_on, work), level.step))
        if plan.rhythm.is_by_work and not amount:
            continue
        yield Credit(
            key=f"{plan.key}:{part.period.first.isoformat()}:{part.milestone}{_edit_mark(plan)}",
            date=date, dates=part.dates, milestone=part.milestone, amount=amount,
        )  # fmt: skip


def room(plan: Plan, credit: Credit, books: Books) -> Decimal:
    """The most that the books let a credit give; what it takes from them is lost.

    The year's most counts what was credited under the plan, HR's extra credits too, and not what
    was carried.
    """
    level = plan.milestones[credit.milestone]
    rooms = [room_of_year(plan, level, credit.date, books)]
    if level.balance_cap is not None:
        rooms.append(level.balance_cap - books.balance_on(credit.date))
    return max(ZERO, min(rooms))


def room_of_year(plan: Plan, level: Milestone, date: dt.date, books: Books) -> Decimal:
    """What the year's caps leave for a credit on the date; HR's extra one is refused beyond it.

    Infinite where the level has none. The sources of all that is credited under the plan begin
    with its key.
    """
    year = plan.leave_year.of(date)
    rooms = [Decimal("Infinity")]
    if level.yearly_cap is not None:
        rooms.append(level.yearly_cap - _given(plan, year, books))
    if level.yearly is not None:
        rooms.append(level.yearly - _given(plan, plan.dated or year, books))
    return max(ZERO, min(rooms))


def _given(plan: Plan, dates: Dates, books: Books) -> Decimal:
    prefix, (first, last) = f"{plan.key}:", (dates.first, dates.last)
    given = (
        entry.amount
        for entry in books.entries
        if first <= entry.effective_on <= last
        and (entry.kind in _CREDITS or entry.reason in (PLAN_EDITED, LEFT))
        and (entry.source or "").startswith(prefix)
    )
    return sum(given, ZERO)


def _parts(
    plan: Plan,
    joined_on: dt.date,
    left_on: dt.date | None,
    until: dt.date,
    *,
    is_cut: bool,
    since: dt.date = dt.date.min,
) -> Iterator[_Part]:
    """The days that earn, by period and milestone, each once; cut where the plan is edited.

    Only the periods `since` a date, if one is given.
    """
    first = max(plan.waits.from_(plan.starts_on), joined_on, plan.in_force.first)
    ends = [date for date in (plan.ends_on, left_on) if date is not None]
    earning = Dates(max(first, since), min([*ends, plan.in_force.last, max(until, first)]))
    if is_cut:
        ends.append(plan.in_force.last)
    starts = _milestone_starts(plan)
    for period in plan.rhythm.within(earning):
        for number, start in enumerate(starts):
            till = starts[number + 1] - DAY if number + 1 < len(starts) else dt.date.max
            # What a period earns after today is part of it all the same.
            last = min([*ends, period.last, till])
            dates = Dates(max(period.first, start, first), last)
            if len(dates):
                yield _Part(period, dates, number)


def _milestone_starts(plan: Plan) -> list[dt.date]:
    since = plan.counts_from or plan.starts_on
    starts = [milestone.after.from_(since) for milestone in plan.milestones]
    if sorted(set(starts)) != starts:
        raise InvalidInput("milestones_out_of_order", plan=plan.key)
    if plan.switch == Switch.NEXT_PERIOD:
        return [starts[0], *(_next_boundary(plan.rhythm, start) for start in starts[1:])]
    return starts


def _next_boundary(rhythm: Rhythm, date: dt.date) -> dt.date:
    return date if rhythm.is_boundary(date) else rhythm.of(date).last + DAY


def _share(plan: Plan, part: _Part, joined_on: dt.date, work: Work) -> Decimal:
    """What the days of a part are worth; the first period as the plan says."""
    level = plan.milestones[part.milestone]
    if plan.rhythm.is_by_work:
        return (level.amount or ZERO) * work.of(plan.rhythm.frequency)(part.dates.first)
    each = level.each(plan.rhythm)
    days = len(part.dates)
    opening = max(plan.waits.from_(plan.starts_on), joined_on)
    if opening in part.period and opening > part.period.first and opening == part.dates.first:
        if plan.first == First.IN_FULL:
            days += (opening - part.period.first).days
        elif plan.first == First.JOINING_MONTH:
            days += (opening - max(part.period.first, opening.replace(day=1))).days
    share = each * days / len(part.period)
    return share * _worked_share(part.dates, work) if plan.by_worked_time else share


def _worked_share(dates: Dates, work: Work) -> Decimal:
    """How much was worked of what was scheduled; all of it where nothing was."""
    scheduled = sum(map(work.hours_scheduled, dates), ZERO)
    if not scheduled:
        return ONE
    return min(ONE, sum(map(work.hours_worked, dates), ZERO) / scheduled)


def yearly_grant(
    amount: Decimal,
    year: Dates,
    *,
    joined_on: dt.date,
    left_on: dt.date | None = None,
    by_joining: bool = False,
    by_leaving: bool = False,
    by_months: bool = False,
    step: Decimal | None = None,
) -> Decimal:
    """What a yearly amount, given at once, is worth to somebody in a leave year.

    0 for a year in which they are not employed. By months, the month of joining counts in full,
    and so does the one of leaving.
    """
    employed = Dates(max(year.first, joined_on), min(year.last, left_on or year.last))
    if not len(employed):
        return ZERO
    counted = Dates(
        employed.first if by_joining else year.first, employed.last if by_leaving else year.last
    )
    if by_months:
        share = Decimal(_months(counted)) / _months(year)
    else:
        share = Decimal(len(counted)) / len(year)
    return written(to_step(amount * share, step))


def _months(dates: Dates) -> int:
    first, last = dates.first, dates.last
    return (last.year - first.year) * 12 + last.month - first.month + 1
