"""A company's settings as the rules want them, kept per process until they change.

The cache is keyed by the company's `settings_revision`, which database triggers raise, so it
cannot be stale.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef

from attendance.rules import zones
from attendance.rules.overtime.types import OvertimePolicy, OvertimeRule
from attendance.rules.settings import (
    CalendarRow,
    CompanyPolicy,
    CompanySettings,
    CorrectionLimits,
    Key,
    OfficeSettings,
    Steps,
)
from attendance.rules.types import (
    AutoBreak,
    Break,
    CalendarEntry,
    Pattern,
    Policy,
    Rounding,
    WeekdayHours,
)
from companies.enums import (
    AutoCheckOut,
    CalendarKind,
    Compensation,
    HoursMode,
    LivenessPolicy,
    OnFailure,
    OvertimeApproval,
    OvertimeBasis,
    OvertimeDating,
    OvertimeDays,
    Pairing,
    PayableBasis,
    RoundingMode,
    StipendBasis,
    ToleranceScope,
)
from companies.models import (
    CalendarDay,
    Company,
    OfficeVersion,
    OvertimePolicyVersion,
    PolicyVersion,
    ShiftVersion,
)

_MOST_COMPANIES = 256

T = TypeVar("T")

_cache: dict[uuid.UUID, CompanySettings] = {}


def company_settings(company: Company) -> CompanySettings:
    """Return the settings of the company at its present revision; four statements when new.

    One more in a company that has overtime policies.

    `company` must be freshly loaded: its `settings_revision` decides whether the cache serves.
    """
    known = _cache.get(company.public_id)
    if known is not None and known.revision == company.settings_revision:
        return known
    if len(_cache) >= _MOST_COMPANIES:
        _cache.clear()
    # Asked along with the company's policy, for most companies have none.
    has_overtime = Exists(OvertimePolicyVersion.objects.filter(company=OuterRef("company")))
    policies = list(PolicyVersion.objects.annotate(has_overtime=has_overtime))
    shifts = list(ShiftVersion.objects.select_related("shift").order_by("id"))
    loaded = _cache[company.public_id] = CompanySettings(
        revision=company.settings_revision,
        policies=Steps((row.starts_on, _policy(row)) for row in policies),
        patterns=_grouped((row.shift_id, row.starts_on, _pattern(row)) for row in shifts),
        offices=_grouped(
            (row.office_id, row.starts_on, _office(row))
            for row in OfficeVersion.objects.order_by("id")
        ),
        calendar=_calendar(CalendarDay.objects.order_by("date", "id")),
        overtime=_overtime() if any(row.has_overtime for row in policies) else {},
        shift_overtime=_grouped(
            (row.shift_id, row.starts_on, row.overtime_policy_id) for row in shifts
        ),
    )
    return loaded


def company_today(company: Company, now: dt.datetime) -> dt.date:
    """Return what `companies.selectors.company_today` does, without a statement of its own."""
    return zones.local_date(now, company_settings(company).policy_on(now.date()).zone)


def _grouped(rows: Iterable[tuple[int, dt.date, T]]) -> dict[Key, Steps[T]]:
    groups: dict[Key, list[tuple[dt.date, T]]] = {}
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
            break_punches_paid=row.break_punches_paid,
            allow_overlap=row.allow_overlap,
            late_free_count=row.late_free_count,
            late_free_minutes=row.late_free_minutes,
            late_half_day_every=row.late_half_day_every,
        ),
        zone=row.zone,
        weekly_off=row.weekly_off,
        allows_unchecked=row.allows_unchecked,
        face_failure=OnFailure(row.face_failure),
        liveness=LivenessPolicy(row.liveness),
        photo_retention_days=row.photo_retention_days,
        offers_breaks=row.offers_breaks,
        optional_holiday_quota=row.optional_holiday_quota,
        overtime_policy=row.overtime_policy_id,
        payable_basis=PayableBasis(row.payable_basis),
        stipend_basis=StipendBasis(row.stipend_basis),
        auto_lock_days=row.auto_lock_days,
        corrections=CorrectionLimits(
            corrections_per_month=row.corrections_per_month,
            corrections_days_back=row.corrections_days_back,
            offers_on_duty=row.offers_on_duty,
            offers_work_from_home=row.offers_work_from_home,
        ),
    )


def _overtime() -> dict[Key, Steps[OvertimePolicy]]:
    return _grouped(
        (row.policy_id, row.starts_on, overtime_policy(row))
        for row in OvertimePolicyVersion.objects.select_related("policy").order_by("id")
    )


def overtime_policy(row: OvertimePolicyVersion) -> OvertimePolicy:
    """Return a version of an overtime policy as the rules see it."""
    return OvertimePolicy(
        policy_id=str(row.policy.public_id),
        version_id=str(row.public_id),
        name=row.policy.name,
        rules=tuple(overtime_rule(item) for item in row.rules),
        count_before_start=row.count_before_start,
        tracks_missing=row.tracks_missing,
        dating=OvertimeDating(row.dating),
        approval=OvertimeApproval(row.approval),
    )


def overtime_rule(item: dict[str, Any]) -> OvertimeRule:
    """Return one of a policy's rules, as `validate_overtime_rules` accepts it."""
    times = {
        name: dt.time.fromisoformat(item[name]) if item[name] else None for name in ("start", "end")
    }
    return OvertimeRule(
        **{
            **item,
            **times,
            "basis": OvertimeBasis(item["basis"]),
            "days": OvertimeDays(item["days"]),
            "compensation": Compensation(item["compensation"]),
            "tolerance": ToleranceScope(item["tolerance"]),
        }
    )


def _pattern(row: ShiftVersion) -> Pattern:
    return Pattern(
        shift_id=str(row.shift.public_id),
        version_id=str(row.public_id),
        name=row.shift.name,
        start=row.start_time,
        end=row.end_time,
        breaks=_breaks(row.breaks),
        weekday_hours=tuple(
            WeekdayHours(
                weekday,
                dt.time.fromisoformat(hours["start"]),
                dt.time.fromisoformat(hours["end"]),
                _breaks(hours["breaks"]),
            )
            for weekday, hours in row.weekday_hours.items()
        ),
        auto_breaks=_auto_breaks(row),
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
        auto_check_out=AutoCheckOut(row.auto_check_out),
        auto_check_out_minutes=row.auto_check_out_minutes,
        auto_check_out_at=row.auto_check_out_at,
    )


def _breaks(items: Iterable[dict[str, str]]) -> tuple[Break, ...]:
    return tuple(
        Break(dt.time.fromisoformat(item["start"]), dt.time.fromisoformat(item["end"]))
        for item in items
    )


def _auto_breaks(row: ShiftVersion) -> tuple[AutoBreak, ...]:
    if row.auto_break_after_minutes is None:
        return ()
    return (AutoBreak(row.auto_break_after_minutes, row.auto_break_minutes),)


def _office(row: OfficeVersion) -> OfficeSettings:
    return OfficeSettings(row.zone, row.country, row.region, row.weekly_off)


def _calendar(rows: Iterable[CalendarDay]) -> dict[dt.date, tuple[CalendarRow, ...]]:
    found: dict[dt.date, tuple[CalendarRow, ...]] = {}
    for row in rows:
        entry = CalendarEntry(row.date, CalendarKind(row.kind), row.name, str(row.public_id))
        item = CalendarRow(entry, row.office_id, row.country, row.region)
        found[row.date] = (*found.get(row.date, ()), item)
    return found
