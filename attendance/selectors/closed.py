"""Which months are locked."""

from __future__ import annotations

from attendance.enums import PeriodState
from attendance.models import AttendancePeriod


def is_last_locked(period: AttendancePeriod) -> bool:
    """Return whether no later month of the company is locked."""
    locked = AttendancePeriod.objects.filter(company=period.company, state=PeriodState.LOCKED)
    return not locked.filter(starts_on__gt=period.starts_on).exists()
