"""A company's settings as the rules want them, kept per process until they change.

Rows that hold only a start date are read as steps: the last one that starts on or before a date
is in force; of several with one date, the one written last. The cache is keyed by the company's
`settings_revision`, which database triggers raise, so it cannot be stale.
"""

from __future__ import annotations

import datetime as dt
import uuid
from bisect import bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from attendance.rules.types import Break, CalendarEntry, Pattern, Policy, Rounding
from companies.enums import CalendarKind, HoursMode, Pairing, RoundingMode
from companies.models import CalendarDay, Company, OfficeVersion, PolicyVersion, ShiftVersion

_MOST_COMPANIES = 256

T = TypeVar("T")


class Steps(Generic[T]):
    """Values by start date; each lasts until the next."""

    def __init__(self, rows: Iterable[tuple[dt.date, T]]) -> None:
        ordered = sorted(rows, key=lambda row: row[0])  # stable: the last written of a date wins
        self._starts = [start for start, _value in ordered]
        self._values = [value for _start, value in ordered]

    def __iter__(self) -> Iterator[T]:
        return iter(self._values)

    def on(self, date: dt.date) -> T | None:
        """Return the value in force on a date, or none before the first."""
        index = bisect_right(self._starts, date)
        return self._values[index - 1] if index else None

    def on_or_first(self, date: dt.date) -> T | None:
        """Return the value in force, or the first there is: a past without settings has them."""
        return self.on(date) or (self._values[0] if self._values else None)


@dataclass(frozen=True)
class CompanyPolicy:
    """The company's own settings from a date: the rules' part, and the rest."""

    rules: Policy
    zone: str
    weekly_off: dict[str, Any]
    allows_unchecked: bool
    photo_retention_days: int


@dataclass(frozen=True)
class OfficeSettings:
    zone: str
    country: str
    region: str
    weekly_off: dict[str, Any] | None


@dataclass(frozen=True)
class _CalendarRow:
    entry: CalendarEntry
    office_id: int | None
    country: str
    region: str

    def concerns(self, office_id: int | None, office: OfficeSettings | None) -> bool:
        """Return whether the row holds for somebody of this office."""
        if self.office_id is not None:
            return self.office_id == office_id
        country, region = (office.country, office.region) if office else ("", "")
        return self.country in ("", country) and self.region in ("", region)


@dataclass(frozen=True)
class CompanySettings:
    """Everything dated that holds for the company as a whole, at one revision."""

    revision: int
    policies: Steps[CompanyPolicy]
    patterns: dict[int, Steps[Pattern]]
    offices: dict[int, Steps[OfficeSettings]]
    calendar: dict[dt.date, tuple[_CalendarRow, ...]]

    def policy_on(self, date: dt.date) -> CompanyPolicy:
        """Return the policy in force; the first one also holds for all dates before it."""
        policy = self.policies.on_or_first(date)
        return policy or _BUILT_IN

    def pattern_on(self, shift_id: int | None, date: dt.date) -> Pattern | None:
        steps = self.patterns.get(shift_id) if shift_id is not None else None
        return steps.on(date) if steps else None

    def office_on(self, office_id: int | None, date: dt.date) -> OfficeSettings | None:
        steps = self.offices.get(office_id) if office_id is not None else None
        return steps.on_or_first(date) if steps else None

    def entries_on(
        self, date: dt.date, office_id: int | None, office: OfficeSettings | None
    ) -> tuple[CalendarEntry, ...]:
        """Return the calendar's rows of a date that concern somebody of this office."""
        rows = self.calendar.get(date, ())
        return tuple(row.entry for row in rows if row.concerns(office_id, office))


# Of a company that never wrote a policy; `company_create` always writes one.
_BUILT_IN = CompanyPolicy(
    rules=Policy(version_id=""),
    zone="UTC",
    weekly_off={"sat": "all", "sun": "all"},
    allows_unchecked=False,
    photo_retention_days=90,
)

_cache: dict[uuid.UUID, CompanySettings] = {}


def company_settings(company: Company) -> CompanySettings:
    """Return the settings of the company at its present revision; four statements when new.

    `company` must be freshly loaded: its `settings_revision` decides whether the cache serves.
    """
    known = _cache.get(company.public_id)
    if known is not None and known.revision == company.settings_revision:
        return known
    if len(_cache) >= _MOST_COMPANIES:
        _cache.clear()
    loaded = _cache[company.public_id] = CompanySettings(
        revision=company.settings_revision,
        policies=Steps((row.starts_on, _policy(row)) for row in PolicyVersion.objects.all()),
        patterns=_grouped(
            (row.shift_id, row.starts_on, _pattern(row))
            for row in ShiftVersion.objects.select_related("shift").order_by("id")
        ),
        offices=_grouped(
            (row.office_id, row.starts_on, _office(row))
            for row in OfficeVersion.objects.order_by("id")
        ),
        calendar=_calendar(CalendarDay.objects.order_by("date", "id")),
    )
    return loaded


def _grouped(rows: Iterable[tuple[int, dt.date, T]]) -> dict[int, Steps[T]]:
    groups: dict[int, list[tuple[dt.date, T]]] = {}
    for owner, start, value in rows:
        groups.setdefault(owner, []).append((start, value))
    return {owner: Steps(values) for owner, values in groups.items()}


def _policy(row: PolicyVersion) -> CompanyPolicy:
    return CompanyPolicy(
        rules=Policy(
            version_id=str(row.public_id),
            repeat_seconds=row.repeat_seconds,
            max_presence_hours=row.max_presence_hours,
            absence_lag_days=row.absence_lag_days,
            mark_absent_automatically=row.marks_absent,
            late_from_end_of_grace=row.late_from_end_of_grace,
            half_split=row.half_split_at,
        ),
        zone=row.zone,
        weekly_off=row.weekly_off,
        allows_unchecked=row.allows_unchecked,
        photo_retention_days=row.photo_retention_days,
    )


def _pattern(row: ShiftVersion) -> Pattern:
    return Pattern(
        shift_id=str(row.shift.public_id),
        version_id=str(row.public_id),
        name=row.shift.name,
        start=row.start_time,
        end=row.end_time,
        breaks=tuple(
            Break(dt.time.fromisoformat(item["start"]), dt.time.fromisoformat(item["end"]))
            for item in row.breaks
        ),
        window_before_minutes=row.window_before_minutes,
        window_after_minutes=row.window_after_minutes,
        late_grace_minutes=row.late_grace_minutes,
        early_grace_minutes=row.early_grace_minutes,
        half_day_below_minutes=row.half_day_below_minutes,
        absent_below_minutes=row.absent_below_minutes,
        hours_mode=HoursMode(row.hours_mode),
        pairing=Pairing(row.pairing),
        counts_on_days_off=row.counts_on_days_off,
        round_in=Rounding(RoundingMode(row.round_in_mode), row.round_in_step),
        round_out=Rounding(RoundingMode(row.round_out_mode), row.round_out_step),
        round_duration=Rounding(RoundingMode(row.round_duration_mode), row.round_duration_step),
    )


def _office(row: OfficeVersion) -> OfficeSettings:
    return OfficeSettings(row.zone, row.country, row.region, row.weekly_off)


def _calendar(rows: Iterable[CalendarDay]) -> dict[dt.date, tuple[_CalendarRow, ...]]:
    found: dict[dt.date, tuple[_CalendarRow, ...]] = {}
    for row in rows:
        entry = CalendarEntry(row.date, CalendarKind(row.kind), row.name)
        item = _CalendarRow(entry, row.office_id, row.country, row.region)
        found[row.date] = (*found.get(row.date, ()), item)
    return found
