"""Judging many settled days anew, as HR's recompute and the end of a month do."""

from __future__ import annotations

import datetime as dt
import resource
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.db import connection
from django.db.models import QuerySet

from attendance.enums import Direction, FaceState, Source
from attendance.models import Punch, PunchState
from attendance.services import judging, recompute
from attendance.services.recompute import Difference
from benchmarks import company
from companies.ids import uuid7
from companies.models import Employee, ShiftVersion
from companies.scoping import company_scope
from tests.attendance.world import ZONE, World, at

PEOPLE = 1000
FEW = 100
FIRST, LAST = dt.date(2026, 3, 1), dt.date(2026, 3, 31)
NOW = at("2026-04-10 12:00")
_DAYS = (LAST - FIRST).days + 1


@dataclass(frozen=True)
class Run:
    """One pass over the month of so many people."""

    title: str
    people: int
    seconds: float
    changed: int
    statements: int
    peak_mib: int

    @property
    def a_minute(self) -> float:
        return 60 * _DAYS * self.people / self.seconds

    @property
    def statements_a_batch(self) -> float:
        return self.statements / (self.people / judging.PEOPLE_A_BATCH)


def fill(code: str, people: int) -> World:
    """Return a company where so many people came and went every day of the month, unjudged."""
    world, employees = company.make(code, people)
    with company_scope(world.company):
        for employee in employees:
            _punch(world, employee)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    return world


def _punch(world: World, employee: Employee) -> None:
    punches = Punch.objects.bulk_create(
        Punch(
            public_id=uuid7(), company=world.company, employee=employee, tap_id=uuid7(),
            occurred_at=at(f"{FIRST + dt.timedelta(days=n)} {wall}"), zone=ZONE,
            utc_offset_minutes=345, direction=direction, source=Source.WEB, no_frame="no_camera",
        )
        for n in range(_DAYS)
        for wall, direction in (("09:04", Direction.IN), ("17:31", Direction.OUT))
    )  # fmt: skip
    PunchState.objects.bulk_create(
        PunchState(
            company=world.company, punch=punch, employee=employee, occurred_at=punch.occurred_at,
            direction=punch.direction, face=FaceState.NOT_CHECKED,
        )
        for punch in punches
    )  # fmt: skip


def _change_shift(world: World) -> None:
    """Let the day shift forgive no minute, so that everybody's working days change."""
    row = ShiftVersion.objects.filter(shift=world.day_shift).order_by("id").last()
    assert row is not None  # noqa: S101  # the company has one
    row.pk, row.public_id, row.starts_on, row.late_grace_minutes = None, uuid7(), FIRST, 0
    row.save(force_insert=True)
    world.company.refresh_from_db()


def _everybody() -> QuerySet[Employee]:
    return Employee.objects.filter(code__startswith="p")


class Counter:
    """Counts statements without keeping their text: it would be most of the memory."""

    def __init__(self) -> None:
        self.count = 0

    def __call__(self, execute: Callable[..., Any], *statement: Any) -> Any:
        self.count += 1
        return execute(*statement)


def _timed(title: str, people: int, call: Callable[[], Difference]) -> tuple[Run, Difference]:
    counter = Counter()
    with connection.execute_wrapper(counter):
        began = time.perf_counter()
        difference = call()
        seconds = time.perf_counter() - began
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    run = Run(title, people, seconds, difference.days, counter.count, peak)
    return run, difference


def _look(world: World) -> Difference:
    return recompute.recompute_preview(
        company=world.company, employees=_everybody(), first=FIRST, last=LAST, now=NOW, by=world.hr
    )  # fmt: skip


def _write(world: World, fingerprint: str) -> Difference:
    return recompute.recompute_apply(
        company=world.company, employees=_everybody(), first=FIRST, last=LAST, now=NOW,
        reason="measured", fingerprint=fingerprint, by=world.hr,
    )  # fmt: skip


def measure(people: int) -> Iterator[Run]:
    """Judge the month of so many people for the first time, then anew after a change."""
    world = fill(f"anew{people}", people)
    with company_scope(world.company):
        for state in ("first", "anew"):
            run, seen = _timed(f"{state}: difference, not written", people, partial(_look, world))
            yield run
            run, _ = _timed(f"{state}: written", people, partial(_write, world, seen.fingerprint))
            yield run
            _change_shift(world)


def report(runs: Iterator[Run]) -> Iterator[str]:
    """Yield a line a run."""
    for run in runs:
        yield (
            f"{run.people:5} people × {_DAYS} days, {run.title:38} "
            f"{run.a_minute:9,.0f} days a minute; {run.changed:6} change; "
            f"{run.statements_a_batch:4.1f} statements a batch of {judging.PEOPLE_A_BATCH}; "
            f"peak {run.peak_mib} MiB"
        )
