"""A completed internship with days: two present, one half present, the rest absent."""

from __future__ import annotations

import datetime as dt
from typing import Any

from attendance.enums import DayStatus
from attendance.models import Certificate
from attendance.selectors.certificates import certificates
from attendance.services.certificates import certificate_issue
from attendance.services.verdicts import day_set
from companies.models import Internship
from companies.services import internship_complete
from tests.attendance.world import World
from tests.companies.internship_world import make_internship

# After the internship of `make_internship`, which ends on the 13th.
NOW = "2026-03-16 12:00"
_PRESENT, _ABSENT = DayStatus.PRESENT, DayStatus.ABSENT


def set_day(world: World, day: int, *, halves: Any = (_PRESENT, _PRESENT), worked: int) -> None:
    """Let HR write what a day in March was."""
    day_set(
        employee=world.maya, date=dt.date(2026, 3, day), halves=halves, worked_minutes=worked,
        reason="paper list", by=world.hr,
    )  # fmt: skip


def completed(world: World, *, remark: str = "Good hands.") -> Internship:
    """Return Maya's internship of 2 to 13 March, completed; the company's scope is open."""
    row = make_internship(world)
    for day, halves, minutes in (
        (2, (_PRESENT, _PRESENT), 480),
        (3, (_PRESENT, _PRESENT), 450),
        (4, (_PRESENT, _ABSENT), 240),
    ):
        set_day(world, day, halves=halves, worked=minutes)
    internship_complete(internship=row, remark=remark, by=world.hr)
    return row


def issued(world: World) -> Certificate:
    """Return the certificate of such an internship."""
    row = certificate_issue(internship=completed(world), by=world.hr)
    found: Certificate = certificates().get(pk=row.pk)
    return found
