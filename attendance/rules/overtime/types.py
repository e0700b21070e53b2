"""Overtime policies, and what they make of a date."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from attendance.rules.errors import InvalidInput
from attendance.rules.spans import Span
from attendance.rules.types import Step
from companies.enums import (
    Compensation,
    OvertimeApproval,
    OvertimeBasis,
    OvertimeDating,
    OvertimeDays,
    ToleranceScope,
)

QUANTITIES = (OvertimeBasis.DAY, OvertimeBasis.WEEK)


@dataclass(frozen=True, slots=True, kw_only=True)
class OvertimeRule:
    """One rule of a policy; its name tells its minutes from those of the others.

    `beyond_minutes` belongs to quantities: a fixed number a day or a week, None is what was
    scheduled. `start`, `end` (which may wrap midnight) and `days` belong to the clock.
    """

    name: str
    basis: OvertimeBasis
    beyond_minutes: int | None = None
    start: dt.time | None = None
    end: dt.time | None = None
    days: OvertimeDays = OvertimeDays.WORKING
    rate_percent: int = 100
    compensation: Compensation = Compensation.PAID
    employer_tolerance_minutes: int = 0
    employee_tolerance_minutes: int = 0
    tolerance: ToleranceScope = ToleranceScope.DAY
    daily_cap_minutes: int | None = None

    def __post_init__(self) -> None:
        is_clock = self.basis == OvertimeBasis.CLOCK
        if (self.start is not None, self.end is not None) != (is_clock, is_clock):
            raise InvalidInput("clock_times", name=self.name)
        if self.start is not None and self.start == self.end:
            raise InvalidInput("empty_range", start=f"{self.start:%H:%M}")
        if self.beyond_minutes is not None and self.basis not in QUANTITIES:
            raise InvalidInput("beyond_of_quantity", name=self.name)

    @property
    def is_banked(self) -> bool:
        """Whether its minutes become time off."""
        return self.compensation == Compensation.BANKED


@dataclass(frozen=True, slots=True, kw_only=True)
class OvertimePolicy:
    """One version of a policy; without rules nothing is ever extra.

    Where `count_before_start` is off, minutes before the start of a working day count for
    nothing. Where `tracks_missing` is off, a short day is 0.
    """

    policy_id: str
    version_id: str
    name: str
    rules: tuple[OvertimeRule, ...] = ()
    count_before_start: bool = True
    tracks_missing: bool = False
    dating: OvertimeDating = OvertimeDating.ATTENDANCE_DATE
    approval: OvertimeApproval = OvertimeApproval.NONE

    def __post_init__(self) -> None:
        names = [rule.name for rule in self.rules]
        for name in names:
            if names.count(name) > 1:
                raise InvalidInput("duplicate_rule", name=name)

    @property
    def is_split(self) -> bool:
        """Whether time after midnight counts on its own date."""
        return self.dating == OvertimeDating.MIDNIGHT

    @property
    def is_weekly(self) -> bool:
        """Whether a date's figure depends on the other dates of its week."""
        return any(rule.basis == OvertimeBasis.WEEK for rule in self.rules)


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """The minutes that one rule books, and when they were worked."""

    rule: str
    rate_percent: int
    is_banked: bool
    minutes: int
    spans: tuple[Span, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Overtime:
    """What the policy makes of a date: extra minutes by part, missing ones, and why."""

    date: dt.date
    policy: OvertimePolicy
    parts: tuple[Part, ...] = ()
    missing_minutes: int = 0
    steps: tuple[Step, ...] = ()

    @property
    def extra_minutes(self) -> int:
        """The minutes of all parts."""
        return sum(part.minutes for part in self.parts)

    @property
    def banked_minutes(self) -> int:
        """The minutes that become time off."""
        return sum(part.minutes for part in self.parts if part.is_banked)

    @property
    def is_nothing(self) -> bool:
        """Whether there is neither an extra nor a missing minute."""
        return not self.parts and not self.missing_minutes
