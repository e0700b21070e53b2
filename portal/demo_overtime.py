"""The demo's overtime: two policies, and somebody who stayed until late."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attendance.enums import Direction
from attendance.rules.types import Occurrence
from companies.enums import (
    Compensation,
    OvertimeApproval,
    OvertimeBasis,
    OvertimeDays,
    ToleranceScope,
)
from companies.models import Company, Employee, OvertimePolicy, OvertimePolicyVersion
from portal.demo_leave import Script, Times

# Who stayed so much longer on which of their working days before today: the first one waits, what
# the others banked may be claimed as leave.
LATE, LONGER = "Maya Gurung", dt.timedelta(hours=3, minutes=50)
_LATE_DAYS = (-2, -5, -10)
# The managers approve since so many days: of all that was before nobody would work off the inbox.
_APPROVAL_SINCE = dt.timedelta(days=3)
_SINCE = dt.date(2000, 1, 1)


def _rule(name: str, basis: OvertimeBasis, **knobs: Any) -> dict[str, Any]:
    return {
        "name": name, "basis": basis.value, "beyond_minutes": None, "start": None, "end": None,
        "days": OvertimeDays.WORKING.value, "rate_percent": 100,
        "compensation": Compensation.BANKED.value, "employer_tolerance_minutes": 0,
        "employee_tolerance_minutes": 0, "tolerance": ToleranceScope.DAY.value,
        "daily_cap_minutes": None, **knobs,
    }  # fmt: skip


_AFTER = _rule(
    "After the shift", OvertimeBasis.DAY, rate_percent=150, employer_tolerance_minutes=10,
    employee_tolerance_minutes=10, compensation=Compensation.PAID.value,
)  # fmt: skip
_OFF = _rule("Days off", OvertimeBasis.DAYS_OFF, rate_percent=200)
_EVENING = _rule("Late evening", OvertimeBasis.CLOCK, rate_percent=200, start="18:15", end="06:00")


def policies(company: Company, today: dt.date) -> tuple[OvertimePolicy, OvertimePolicy]:
    """Return that of the offices, and that of who works in the evening anyway."""
    return (
        _policy(company, "Office", [_AFTER, _OFF, _EVENING], today),
        _policy(company, "Late and night shifts", [_AFTER, _OFF], today),
    )


def _policy(
    company: Company, name: str, rules: list[dict[str, Any]], today: dt.date
) -> OvertimePolicy:
    policy: OvertimePolicy = OvertimePolicy.objects.create(company=company, name=name)
    for starts_on, approval in (
        (_SINCE, OvertimeApproval.NONE),
        (today - _APPROVAL_SINCE, OvertimeApproval.MANAGER),
    ):
        OvertimePolicyVersion.objects.create(
            company=company, policy=policy, starts_on=starts_on, rules=rules, tracks_missing=True,
            count_before_start=False, approval=approval,
        )  # fmt: skip
    return policy


def times(employee: Employee, occurrence: Occurrence, script: Script, plain: Times) -> Times:
    """Return when somebody punched who may have stayed until late that day."""
    if employee.name != LATE:
        return plain
    if occurrence.date not in [script.workdays[LATE][number] for number in _LATE_DAYS]:
        return plain
    return [(occurrence.starts_at, Direction.IN), (occurrence.ends_at + LONGER, Direction.OUT)]
