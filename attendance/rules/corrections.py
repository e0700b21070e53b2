"""Regularisation: which days may be asked for, and what a correction would change (rules 5)."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Final

from attendance.enums import CorrectionKind, MarkKind, Portion
from attendance.rules.cover import cover_of
from attendance.rules.errors import Scalar
from attendance.rules.judge import judge
from attendance.rules.settings import CorrectionLimits
from attendance.rules.stretch import Stretch, dates
from attendance.rules.types import DayInput, Mark, Tap, Verdict
from attendance.rules.zones import DAY

# Judging goes through every date: a quarter is more than anybody asks for at once.
LONGEST: Final = 92
MARKS: Final = {
    CorrectionKind.ON_DUTY: MarkKind.ON_DUTY,
    CorrectionKind.WORK_FROM_HOME: MarkKind.WORK_FROM_HOME,
}
_ASKED: Final = "correction"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What somebody asks of their days, from `first` to `last`.

    Punches are added to one day, or taken out of it (`voided`, by their keys); on duty and work
    from home cover the days, those that are off only `with_days_off`.
    """

    kind: CorrectionKind
    first: dt.date
    last: dt.date
    with_days_off: bool = False
    added: tuple[Tap, ...] = ()
    voided: frozenset[str] = frozenset()

    @property
    def dates(self) -> tuple[dt.date, ...]:
        return tuple(dates(self.first, self.last))


class RefusalCode(StrEnum):
    """Why a correction may not be asked for."""

    RANGE_REVERSED = "range_reversed"
    NOT_OFFERED = "not_offered"
    ONE_DAY = "one_day"
    TOO_LONG = "too_long"
    NOT_YET = "not_yet"
    TOO_FAR_BACK = "too_far_back"
    TOO_MANY = "too_many"
    ASKED_ALREADY = "asked_already"
    NOT_EMPLOYED = "not_employed"
    ON_LEAVE = "on_leave"
    DAY_OFF = "day_off"
    COVERED = "covered"
    NO_DAY_LEFT = "no_day_left"


@dataclass(frozen=True, slots=True)
class Refusal:
    code: RefusalCode
    values: Mapping[str, Scalar]


@dataclass(frozen=True, slots=True)
class Days:
    """The dates that a request concerns, and those of its range that it leaves out, with why."""

    dates: tuple[dt.date, ...]
    left_out: Mapping[dt.date, RefusalCode]


# --- what may be asked ----------------------------------------------------------------------------
def check_asked(
    wanted: Wanted,
    limits: CorrectionLimits,
    *,
    today: dt.date,
    asked: Collection[dt.date],
    in_month: int,
) -> Refusal | None:
    """Why something may not be asked for, whatever its days are.

    `asked` are dates over which another request waits, `in_month` is how many were asked for in
    the month of the first day already.
    """
    refusal = check_range(wanted, today=today)
    if refusal is not None:
        return refusal
    if not is_offered(wanted.kind, limits):
        return Refusal(RefusalCode.NOT_OFFERED, {})
    back = limits.corrections_days_back
    if back is not None and (today - wanted.first).days > back:
        return Refusal(RefusalCode.TOO_FAR_BACK, {"days": back})
    taken = [date for date in wanted.dates if date in asked]
    if taken:
        return Refusal(RefusalCode.ASKED_ALREADY, {"date": taken[0].isoformat()})
    most = limits.corrections_per_month
    if most is not None and in_month >= most:
        return Refusal(RefusalCode.TOO_MANY, {"count": most})
    return None


def is_offered(kind: CorrectionKind, limits: CorrectionLimits) -> bool:
    """Whether people may ask for this; wrong times may always be said."""
    return {
        CorrectionKind.ON_DUTY: limits.offers_on_duty,
        CorrectionKind.WORK_FROM_HOME: limits.offers_work_from_home,
    }.get(kind, True)


def check_range(wanted: Wanted, *, today: dt.date) -> Refusal | None:
    """Why nobody may ask for these dates, nor HR give them."""
    if wanted.last < wanted.first:
        return Refusal(RefusalCode.RANGE_REVERSED, {})
    if wanted.kind not in MARKS and wanted.last != wanted.first:
        return Refusal(RefusalCode.ONE_DAY, {})
    if (wanted.last - wanted.first).days >= LONGEST:
        return Refusal(RefusalCode.TOO_LONG, {"days": LONGEST})
    if wanted.last > today:
        return Refusal(RefusalCode.NOT_YET, {"date": wanted.last.isoformat()})
    return None


def days_asked(wanted: Wanted, days: Mapping[dt.date, DayInput]) -> Days | Refusal:
    """The dates that the request concerns; `days` says how each one would be judged.

    Of a range, days of leave are always left out, days off unless they are asked for.
    """
    left_out: dict[dt.date, RefusalCode] = {}
    for date in wanted.dates:
        code = _left_out(wanted, days[date])
        if code is not None:
            left_out[date] = code
    found = tuple(date for date in wanted.dates if date not in left_out)
    if found:
        return Days(found, left_out)
    if len(left_out) == 1:
        ((date, code),) = left_out.items()
        return Refusal(code, {"date": date.isoformat()})
    return Refusal(RefusalCode.NO_DAY_LEFT, {})


def _left_out(wanted: Wanted, day: DayInput) -> RefusalCode | None:
    if not day.employed:
        return RefusalCode.NOT_EMPLOYED
    if cover_of(day, is_day_off=False).is_by_leave:
        return RefusalCode.ON_LEAVE
    if wanted.kind not in MARKS:
        return None
    if any(mark.kind != MarkKind.LEAVE and mark.portion == Portion.FULL for mark in day.marks):
        return RefusalCode.COVERED
    if day.day_kind.is_off and not wanted.with_days_off:
        return RefusalCode.DAY_OFF
    return None


def concerned(stretch: Stretch, wanted: Wanted) -> Days | Refusal:
    """The dates that the request concerns; refused too where a time it adds comes to lie on leave.

    The out of a night lies on the date of its in, and so does what follows it.
    """
    near = around(stretch, wanted)
    found = days_asked(wanted, inputs_of(near))
    if isinstance(found, Refusal) or not wanted.added:
        return found
    return _landing(near, wanted) or found


def _landing(near: Stretch, wanted: Wanted) -> Refusal | None:
    after = _changed(near, wanted, ())
    owners = after.owners()
    days = {day.date: day for day in after.inputs(owners)}
    for tap in wanted.added:
        date = owners[tap.key].date
        code = _left_out(wanted, days[date]) if date in days else None
        if code is not None:
            return Refusal(code, {"date": date.isoformat()})
    return None


# --- what it changes ------------------------------------------------------------------------------
@dataclass(frozen=True, slots=True)
class Effect:
    """A date as it stands, and as it would be."""

    date: dt.date
    before: Verdict
    after: Verdict

    @property
    def is_change(self) -> bool:
        return _figures(self.before) != _figures(self.after)


def around(stretch: Stretch, wanted: Wanted) -> Stretch:
    """The stretch of the request's dates and the two beside them, which a punch may move to."""
    return replace(stretch, first=wanted.first - DAY, last=wanted.last + DAY)


def inputs_of(stretch: Stretch) -> dict[dt.date, DayInput]:
    """What each date of the stretch is judged by."""
    return {day.date: day for day in stretch.inputs(stretch.owners())}


def effects(
    stretch: Stretch, wanted: Wanted, concerned: Collection[dt.date], *, now: dt.datetime
) -> tuple[Effect, ...]:
    """The dates concerned, and any other that would be judged otherwise, in order.

    The request is supposed to be approved as it stands; nothing of the stretch is changed.
    """
    near = around(stretch, wanted)
    before, after = inputs_of(near), inputs_of(_changed(near, wanted, concerned))
    found = (
        Effect(date, judge(before[date], now=now), judge(after[date], now=now)) for date in before
    )
    return tuple(effect for effect in found if effect.date in concerned or effect.is_change)


def _changed(stretch: Stretch, wanted: Wanted, concerned: Collection[dt.date]) -> Stretch:
    standing = tuple(tap for tap in stretch.taps if tap.key not in wanted.voided)
    fixed = {key: owner for key, owner in stretch.fixed.items() if key not in wanted.voided}
    calendar, kind = stretch.calendar, MARKS.get(wanted.kind)
    if kind is not None:
        marks = {
            date: (*calendar.marks_on(date), Mark(key=_ASKED, date=date, kind=kind))
            for date in concerned
        }
        calendar = replace(calendar, marks={**calendar.marks, **marks})
    return replace(stretch, calendar=calendar, taps=(*standing, *wanted.added), fixed=fixed)


def _figures(verdict: Verdict) -> tuple[object, ...]:
    return (
        verdict.status, verdict.code, verdict.is_row, verdict.worked_minutes,
        verdict.late_minutes, verdict.early_minutes, verdict.exceptions,
    )  # fmt: skip
