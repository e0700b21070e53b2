"""A company's dated settings: which policy, shift, office and calendar rows hold on a date.

Rows that hold only a start date are read as steps: the last one that starts on or before a date
is in force; of several with one date, the one written last.
"""

from __future__ import annotations

import datetime as dt
from bisect import bisect_right
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Generic, TypeVar

from attendance.rules.overtime.types import OvertimePolicy
from attendance.rules.types import CalendarEntry, Pattern, Policy
from companies.enums import CalendarKind, LivenessPolicy, OnFailure, PayableBasis, StipendBasis

# What names a shift or an office to the caller: a primary key, or a name in a scenario.
Key = int | str

T = TypeVar("T")


class Steps(Generic[T]):
    """Values by start date; each lasts until the next."""

    def __init__(self, rows: Iterable[tuple[dt.date, T]]) -> None:
        ordered = sorted(rows, key=lambda row: row[0])  # stable: the last written of a date wins
        self._starts = [start for start, _value in ordered]
        self._values = [value for _start, value in ordered]

    def __iter__(self) -> Iterator[T]:
        return iter(self._values)

    def items(self) -> Iterator[tuple[dt.date, T]]:
        """Each value with the date from which it holds."""
        return zip(self._starts, self._values, strict=True)

    def on(self, date: dt.date) -> T | None:
        """The value in force on a date, or none before the first."""
        index = bisect_right(self._starts, date)
        return self._values[index - 1] if index else None

    def on_or_first(self, date: dt.date) -> T | None:
        """The value in force, or the first there is: a past without settings has them."""
        return self.on(date) or (self._values[0] if self._values else None)


@dataclass(frozen=True, slots=True, kw_only=True)
class CorrectionLimits:
    """What people may ask to have corrected; without a number there is no limit."""

    corrections_per_month: int | None = None
    corrections_days_back: int | None = None
    offers_on_duty: bool = True
    offers_work_from_home: bool = True


@dataclass(frozen=True)
class CompanyPolicy:
    """The company's own settings from a date: the rules' part, and the rest."""

    rules: Policy
    zone: str
    weekly_off: Mapping[str, Any]
    allows_unchecked: bool = False
    face_failure: OnFailure = OnFailure.FLAG
    liveness: LivenessPolicy = LivenessPolicy.OFF
    photo_retention_days: int = 90
    optional_holiday_quota: int = 0
    offers_breaks: bool = True
    overtime_policy: Key | None = None
    payable_basis: PayableBasis = PayableBasis.CALENDAR
    stipend_basis: StipendBasis = StipendBasis.PRESENT
    auto_lock_days: int | None = None
    corrections: CorrectionLimits = CorrectionLimits()


@dataclass(frozen=True)
class OfficeSettings:
    """Where an office lies, and its own weekly off if it has one."""

    zone: str
    country: str
    region: str
    weekly_off: Mapping[str, Any] | None


@dataclass(frozen=True)
class CalendarRow:
    """A row of the work calendar, and whom it is for."""

    entry: CalendarEntry
    office_id: Key | None
    country: str
    region: str

    def concerns(self, office_id: Key | None, office: OfficeSettings | None) -> bool:
        """Whether the row holds for somebody of this office."""
        if self.office_id is not None:
            return self.office_id == office_id
        country, region = (office.country, office.region) if office else ("", "")
        return self.country in ("", country) and self.region in ("", region)


@dataclass(frozen=True)
class CompanySettings:
    """Everything dated that holds for the company as a whole, at one revision.

    `overtime` are the policies of extra and missing minutes, `shift_overtime` which of them each
    shift has, from a date.
    """

    revision: int
    policies: Steps[CompanyPolicy]
    patterns: Mapping[Key, Steps[Pattern]]
    offices: Mapping[Key, Steps[OfficeSettings]]
    calendar: Mapping[dt.date, tuple[CalendarRow, ...]]
    overtime: Mapping[Key, Steps[OvertimePolicy]] = field(default_factory=dict)
    shift_overtime: Mapping[Key, Steps[Key | None]] = field(default_factory=dict)

    @property
    def has_optional_holidays(self) -> bool:
        """Whether anybody may have picked a holiday."""
        entries = (row.entry for rows in self.calendar.values() for row in rows)
        return any(entry.kind == CalendarKind.OPTIONAL_HOLIDAY for entry in entries)

    def policy_on(self, date: dt.date) -> CompanyPolicy:
        """The policy in force; the first one also holds for all dates before it."""
        policy = self.policies.on_or_first(date)
        return policy or BUILT_IN

    def pattern_on(self, shift_id: Key | None, date: dt.date) -> Pattern | None:
        steps = self.patterns.get(shift_id) if shift_id is not None else None
        return steps.on(date) if steps else None

    def office_on(self, office_id: Key | None, date: dt.date) -> OfficeSettings | None:
        steps = self.offices.get(office_id) if office_id is not None else None
        return steps.on_or_first(date) if steps else None

    def overtime_on(
        self, own: Key | None, shift_id: Key | None, date: dt.date
    ) -> OvertimePolicy | None:
        """The overtime policy of a date: the person's own, else the shift's, else the company's."""
        of_shift = self.shift_overtime.get(shift_id) if shift_id is not None else None
        key = own
        if key is None and of_shift is not None:
            key = of_shift.on(date)
        if key is None:
            key = self.policy_on(date).overtime_policy
        versions = self.overtime.get(key) if key is not None else None
        return versions.on(date) if versions else None

    def entries_on(
        self, date: dt.date, office_id: Key | None, office: OfficeSettings | None
    ) -> tuple[CalendarEntry, ...]:
        """The calendar's rows of a date that concern somebody of this office."""
        rows = self.calendar.get(date, ())
        return tuple(row.entry for row in rows if row.concerns(office_id, office))


# Of a company that never wrote a policy; `company_create` always writes one.
BUILT_IN = CompanyPolicy(
    rules=Policy(version_id=""),
    zone="UTC",
    weekly_off={"sat": "all", "sun": "all"},
)
