"""Judging many settled days anew, as HR's recompute and the end of a month do."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from attendance.enums import Direction, FaceState, Source
from attendance.models import Punch, PunchState
from attendance.services import recompute
from attendance.services.recompute import Difference
from benchmarks import company
from companies.ids import uuid7
from companies.models import Employee, ShiftVersion
from companies.scoping import company_scope
from tests.attendance.world import ZONE, World, at

PEOPLE = 1000
FIRST = dt.date(2026, 3, 1)
LAST = dt.date(2026, 3, 31)
NOW = at("2026-04-10 12:00")
_DAYS = (LAST - FIRST).days + 1


@dataclass(frozen=True)
class Measured:
    """Seconds and statements of one run over so many days."""

    title: str
    days: int
    seconds: float
    changed: int

    @property
    def a_minute(self) -> float:
        return 60 * self.days / self.seconds


def fill(code: str, people: int) -> World:
    """Return a company where so many people came and went every day of the month, unjudged."""
    world, employees = company.make(code, people)
    with company_scope(world.company):
        for employee in employees:
            _punch(world, employee)
    return world


def _punch(world: World, employee: Employee) -> None:
    rows = []
    for n in range(_DAYS):
        day = FIRST + dt.timedelta(days=n)
        for wall, direction in (("09:04", Direction.IN), ("17:31", Direction.OUT)):
            rows.append(
                Punch(
                    public_id=uuid7(), company=world.company, employee=employee, tap_id=uuid7(),
                    occurred_at=at(f"{day} {wall}"), zone=ZONE, utc_offset_minutes=345,
                    direction=direction, source=Source.WEB, no_frame="no_camera",
                )
            )  # fmt: skip
    PunchState.objects.bulk_create(
        PunchState(
            company=world.company, punch=punch, employee=employee, occurred_at=punch.occurred_at,
            direction=punch.direction, face=FaceState.NOT_CHECKED,
        )
        for punch in Punch.objects.bulk_create(rows)
    )  # fmt: skip


def change_shift(world: World, late_grace_minutes: int) -> None:
    """Let the day shift have other knobs from the beginning of the month."""
    last = ShiftVersion.objects.filter(shift=world.day_shift).last()
    ShiftVersion.objects.create(
        company=world.company, shift=world.day_shift, starts_on=FIRST,
        start_time=last.start_time, end_time=last.end_time,
        late_grace_minutes=late_grace_minutes,
    )  # fmt: skip
    world.company.refresh_from_db()


def preview(world: World) -> Difference:
    """Return what judging the month anew would change."""
    return recompute.recompute_preview(
        company=world.company, employees=_everybody(world), first=FIRST, last=LAST, now=NOW,
        by=world.hr,
    )  # fmt: skip


def apply(world: World, seen: Difference) -> Difference:
    """Write the difference that was seen."""
    return recompute.recompute_apply(
        company=world.company, employees=_everybody(world), first=FIRST, last=LAST, now=NOW,
        reason="measured", fingerprint=seen.fingerprint, by=world.hr,
    )  # fmt: skip


def _everybody(world: World):
    return Employee.objects.filter(code__startswith="p")
