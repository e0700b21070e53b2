"""Payable days (rules 5, 11): for how much of a month a person is paid, and why not for the rest.

    payable = base − outside − lost

The *base* are the days of the month, or those of them that the person's calendar makes working
days. *Outside* are those on which the person was not employed, or that are not over. *Lost* are
absences, leave without pay and days that nobody gave a verdict. What the base does not hold (a day
off, where working days count) can neither be paid nor lost.

Leave of no type, the half of a day that was too short, is not paid: no leave stands behind it.
Minutes of overtime are those that count and are paid out, by the rate of their part.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from attendance.enums import MarkKind, Portion
from attendance.rules import codes
from attendance.rules.codes import Halves
from attendance.rules.errors import Scalar
from attendance.rules.overtime.standing import paid_by_rate
from attendance.rules.overtime.types import Part
from attendance.rules.types import Half, HalfKind, Mark, Step
from companies.enums import PayableBasis, StipendBasis

# Every step, and the values that come with it; days are counted in halves.
REGISTRY: dict[str, tuple[str, ...]] = {
    "base": ("basis", "halves"),
    "outside": ("halves",),
    "absent": ("date", "halves"),
    "unpaid_leave": ("date", "code", "halves"),
    "unmarked": ("date", "halves"),
    "incomplete": ("date", "halves"),
    "payable": ("base", "outside", "lost", "payable"),
    "unpaid_minutes": ("date", "code", "minutes"),
    "overtime": ("rate_percent", "minutes"),
}
_LOST = ("absent", "unpaid_leave", "unmarked", "incomplete")
_PORTIONS = {Portion.AM: 0, Portion.PM: 1}


@dataclass(frozen=True, slots=True, kw_only=True)
class PayDate:
    """One date of the month for one person.

    `halves` say where it counts, None where the person was not employed or it is not over. `off`
    says which halves the calendar makes a day off; without `is_due` nothing was owed, or HR
    skipped it, so that a date without a record costs nothing.
    """

    date: dt.date
    off: tuple[bool, bool] = (False, False)
    halves: Halves | None = None
    is_due: bool = True
    marks: Sequence[Mark] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Payable:
    """A person's month for pay; days are counted in halves, each in one of the kinds.

    `incomplete` are those of the unmarked ones where a punch is missing. Of those present some are
    `on_duty` or `work_from_home`; `half_days` are the dates of which one half alone is present.
    Interns have a `stipend` (`attendance.rules.stipend`), and what it consists of. A locked month
    keeps what it came to in money, too, where an internship says an amount.
    """

    base: int = 0
    outside: int = 0
    present: int = 0
    paid_leave: int = 0
    unpaid_leave: int = 0
    off: int = 0
    absent: int = 0
    unmarked: int = 0
    incomplete: int = 0
    not_due: int = 0
    half_days: int = 0
    on_duty: int = 0
    work_from_home: int = 0
    lost: int = 0
    payable: int = 0
    stipend: int = 0
    stipend_basis: StipendBasis | None = None
    stipend_money: Decimal | None = None
    worked_minutes: int = 0
    unpaid_minutes: int = 0
    overtime: Mapping[int, int] = field(default_factory=dict)
    leave: Mapping[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @property
    def halves(self) -> int:
        """All halves of the dates of employment that have come."""
        leave = self.paid_leave + self.unpaid_leave
        return self.present + leave + self.off + self.absent + self.unmarked + self.not_due

    @property
    def overtime_minutes(self) -> int:
        """Minutes of overtime that are paid out, whatever their rate."""
        return sum(self.overtime.values())


def leave_is_paid(place: int, code: str, marks: Iterable[Mark], known: Mapping[str, bool]) -> bool:
    """Whether half a day of leave is paid: by the mark that covers it, else as its type was last.

    `place` is 0 for the first half, 1 for the second. Of a type that no mark ever told of, HR's
    own word stands alone: it is paid.
    """
    if not code:
        return False
    mine = [mark for mark in marks if mark.kind == MarkKind.LEAVE and mark.code == code]
    for mark in mine:
        if mark.portion == Portion.FULL or _PORTIONS.get(mark.portion) == place:
            return mark.paid
    return mine[0].paid if mine else known.get(code, True)


def payable(
    dates: Sequence[PayDate],
    *,
    basis: PayableBasis,
    known: Mapping[str, bool],
    worked_minutes: int = 0,
    overtime: Iterable[tuple[Sequence[Part], int]] = (),
) -> Payable:
    """The month of one person. `overtime` are the parts of each date, and how much counts of it."""
    month = _Month(basis, known)
    for day in dates:
        month.take(day)
    rates, kinds = _by_rate(overtime), dict[str, Any](month.kinds)
    lost, base, outside = month.lost, month.base, month.outside
    steps = [
        _step("base", basis=basis.value, halves=base),
        *([_step("outside", halves=outside)] if outside else []),
        *month.steps,
        _step("payable", base=base, outside=outside, lost=lost, payable=base - outside - lost),
        *(_step("overtime", rate_percent=rate, minutes=rates[rate]) for rate in rates),
    ]
    return Payable(
        base=base, outside=outside, lost=lost, payable=base - outside - lost,
        worked_minutes=worked_minutes, unpaid_minutes=month.unpaid_minutes, overtime=rates,
        leave=dict(sorted(month.leave.items())), steps=tuple(steps), **kinds,
    )  # fmt: skip


def _step(code: str, /, **values: Scalar) -> Step:
    return Step(code, values)


def _by_rate(overtime: Iterable[tuple[Sequence[Part], int]]) -> dict[int, int]:
    found: Counter[int] = Counter()
    for parts, minutes in overtime:
        found.update(paid_by_rate(parts, minutes))
    return dict(sorted(found.items()))


class _Month:
    """Sums on the way through a month."""

    def __init__(self, basis: PayableBasis, known: Mapping[str, bool]) -> None:
        self._is_calendar = basis == PayableBasis.CALENDAR
        self._known = known
        self.base = self.outside = self.lost = self.unpaid_minutes = 0
        self.kinds: Counter[str] = Counter()
        self.leave: Counter[str] = Counter()
        self.steps: list[Step] = []

    def take(self, day: PayDate) -> None:
        in_base = [self._is_calendar or not is_off for is_off in day.off]
        self.base += sum(in_base)
        if day.halves is None:
            self.outside += sum(in_base)
            return
        lost: Counter[tuple[str, str]] = Counter()
        for place, half in enumerate(day.halves):
            kind = self._kind(day, place, half)
            self.kinds[kind] += 1
            if kind == "incomplete":
                self.kinds["unmarked"] += 1
            if half.kind == HalfKind.LEAVE:
                self.leave[half.code] += 1
            if kind in _LOST and in_base[place]:
                lost[kind, half.code if kind == "unpaid_leave" else ""] += 1
        for (kind, code), halves in lost.items():
            self.lost += halves
            named = {"code": code} if kind == "unpaid_leave" else {}
            self.steps.append(_step(kind, date=day.date.isoformat(), **named, halves=halves))
        present = [half for half in day.halves if half.kind == HalfKind.PRESENT]
        self.kinds["half_days"] += len(present) == 1
        self.kinds["on_duty"] += present.count(codes.ON_DUTY)
        self.kinds["work_from_home"] += present.count(codes.WORK_FROM_HOME)
        self._by_the_hour(day)

    def _kind(self, day: PayDate, place: int, half: Half) -> str:
        if half.kind == HalfKind.LEAVE:
            is_paid = leave_is_paid(place, half.code, day.marks, self._known)
            return "paid_leave" if is_paid else "unpaid_leave"
        if half == codes.UNMARKED and not day.is_due:
            return "not_due"
        if half == codes.INCOMPLETE:
            return "incomplete"
        return half.kind.value

    def _by_the_hour(self, day: PayDate) -> None:
        """Count unpaid leave of some hours, which leaves the rest of the day its own verdict.

        Hours that leave nothing of it are halves of leave, counted already.
        """
        filled = _leave_by_hours(day)
        for mark in day.marks:
            if mark.kind != MarkKind.LEAVE or mark.paid or not (mark.start and mark.end):
                continue
            if mark.code in filled:
                continue
            minutes = (_minute(mark.end) - _minute(mark.start)) % (24 * 60)
            self.unpaid_minutes += minutes
            self.steps.append(
                _step(
                    "unpaid_minutes", date=day.date.isoformat(), code=mark.code, minutes=minutes
                )
            )  # fmt: skip


def _leave_by_hours(day: PayDate) -> set[str]:
    """The codes of halves of leave that no mark of a day or of a half made."""
    whole = [mark for mark in day.marks if mark.kind == MarkKind.LEAVE and mark.start is None]
    return {
        half.code
        for place, half in enumerate(day.halves or ())
        if half.kind == HalfKind.LEAVE
        and not any(_PORTIONS.get(mark.portion, place) == place for mark in whole)
    }


def _minute(time: dt.time) -> int:
    return time.hour * 60 + time.minute


# The figures that a locked month keeps, as they stand.
_FIGURES = (
    "base", "outside", "present", "paid_leave", "unpaid_leave", "off", "absent", "unmarked",
    "incomplete", "not_due", "half_days", "on_duty", "work_from_home", "lost", "payable", "stipend",
    "worked_minutes", "unpaid_minutes",
)  # fmt: skip


def to_json(found: Payable) -> tuple[dict[str, Any], list[list[Any]]]:
    """The figures and the steps in JSON values."""
    figures: dict[str, Any] = {name: getattr(found, name) for name in _FIGURES}
    figures["overtime"] = {str(rate): minutes for rate, minutes in found.overtime.items()}
    figures["leave"] = dict(found.leave)
    if found.stipend_basis is not None:
        figures["stipend_basis"] = found.stipend_basis.value
    if found.stipend_money is not None:
        figures["stipend_money"] = str(found.stipend_money)
    return figures, [[step.code, dict(step.values)] for step in found.steps]


def from_json(figures: Mapping[str, Any], steps: Iterable[Sequence[Any]]) -> Payable:
    """What `to_json` wrote."""
    basis, money = figures.get("stipend_basis"), figures.get("stipend_money")
    return Payable(
        **{name: figures[name] for name in _FIGURES},
        overtime={int(rate): minutes for rate, minutes in figures["overtime"].items()},
        leave=dict(figures["leave"]),
        stipend_basis=StipendBasis(basis) if basis else None,
        stipend_money=None if money is None else Decimal(money),
        steps=tuple(Step(code, values) for code, values in steps),
    )
