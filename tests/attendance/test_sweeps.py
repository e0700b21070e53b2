"""Sweeps mean "everything due up to now": however late they run, the rows end up the same."""

from __future__ import annotations

import ast
import datetime as dt
import uuid
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import time_machine
from django.conf import settings
from django.db import transaction

from attendance.enums import Direction, FaceState
from attendance.models import AttendanceDay, PunchState
from attendance.passes import PunchPass
from attendance.services import punching
from companies.models import Employee, OfficeVersion, Placement
from companies.scoping import company_scope
from portal import jobs
from tests.attendance.world import World, make_world

STEP, DAY = dt.timedelta(hours=3), dt.timedelta(days=1)
# A week to punch in, from the Monday on, and two days for what settles late.
SPAN = 9 * DAY
ZONES = {
    "Pacific/Kiritimati": dt.date(2026, 3, 2),
    "Pacific/Pago_Pago": dt.date(2026, 3, 2),
    "Asia/Kathmandu": dt.date(2026, 3, 2),
    "America/St_Johns": dt.date(2026, 3, 2),  # forward on Sunday, 8 March
    "Australia/Lord_Howe": dt.date(2026, 3, 30),  # back by half an hour on Sunday, 5 April
}
SWEEPS = ("pending_verify", "settle_open", "absence_sweep")
# Figures of when a row was made, not of what it says.
_WHEN = {"id", "public_id", "company_id", "judged_at", "settled_at"}


def _sweep(now: dt.datetime, order: tuple[str, ...]) -> None:
    with time_machine.travel(now, tick=False):
        for name in order:
            assert jobs.run(jobs.by_name(name))


def _steadily(first: dt.datetime, last: dt.datetime) -> Iterator[dt.datetime]:
    now = first
    while now <= last:
        yield now
        now += STEP


# When the sweeps run between the first instant and the last, the last always among them.
RUNS: dict[str, Callable[[dt.datetime, dt.datetime], list[dt.datetime]]] = {
    "every three hours": lambda first, last: [*_steadily(first, last), last],
    "late, once a day": lambda first, last: [*_steadily(first, last)][::8] + [last],
    "twice": lambda first, last: [*_steadily(first, last)][::8] + [last, last],
    "after a week's outage": lambda first, last: [first, last],
}


@pytest.fixture
def world(db: None) -> World:
    return make_world()


def _settle_in(world: World, zone: str, monday: dt.date) -> None:
    with company_scope(world.company):
        OfficeVersion.objects.create(
            company=world.company, office=world.office, zone=zone, starts_on=dt.date(2026, 2, 1)
        )
        Employee.objects.update(joined_on=monday)
        Placement.objects.update(starts_on=monday)


def _punch(world: World, who: Employee, zone: str, wall: dt.datetime, direction: Direction) -> None:
    """Record a punch that no page waits for: the sweep is to weigh it."""
    claim = PunchPass(
        company=str(world.company.public_id), employee=str(who.public_id), zone=zone,
        direction=direction, action_key="key",
    )  # fmt: skip
    now = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
    tap = punching.Tap(_tap_id(who, wall), direction, None, "no_camera", None)
    with time_machine.travel(now, tick=False):
        punching.punch_record(claim=claim, tap=tap, now=now)


def _tap_id(who: Employee, wall: dt.datetime) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_OID, f"{who.code} {wall}")


def _plan(world: World, monday: dt.date) -> list[tuple[dt.datetime, Employee, Direction]]:
    """Return a week by wall time: whole days, a forgotten check-out, nights, nothing at all."""

    def at(days: int, hour: int, minute: int = 0) -> dt.datetime:
        return dt.datetime.combine(monday + days * DAY, dt.time(hour, minute))

    maya, bikram = world.maya, world.bikram
    plan = [
        (at(0, 9, 16), maya, Direction.IN), (at(0, 17, 30), maya, Direction.OUT),
        (at(2, 9), maya, Direction.IN),
        (at(3, 9), maya, Direction.IN), (at(3, 11), maya, Direction.OUT),
        (at(6, 12), maya, Direction.IN), (at(6, 14), maya, Direction.OUT),
        (at(1, 22), bikram, Direction.IN), (at(2, 6), bikram, Direction.OUT),
        (at(4, 22, 5), bikram, Direction.IN), (at(5, 5), bikram, Direction.OUT),
        (at(5, 22), bikram, Direction.IN), (at(6, 6), bikram, Direction.OUT),
    ]  # fmt: skip
    return sorted(plan, key=lambda item: item[0])


def _final(world: World) -> list[dict[str, Any]]:
    """Return every judged row and what is known of every punch, as they stand."""
    with company_scope(world.company):
        taps = {str(s.punch.public_id): str(s.punch.tap_id)
                for s in PunchState.objects.select_related("punch")}  # fmt: skip
        rows = [
            {key: _stable(value, taps) for key, value in row.items() if key not in _WHEN}
            for row in AttendanceDay.objects.order_by("employee__code", "date").values()
        ]
        assert not AttendanceDay.objects.filter(is_open=False, settled_at=None).exists()
        states = PunchState.objects.order_by("occurred_at", "employee__code")
        columns = ("occurred_at", "face", "is_flagged", "attendance_date", "owner_reason")
        assert not states.filter(judged_at=None).exists()
        assert not states.filter(face=FaceState.PENDING).exists()
        return rows + list(states.values(*columns))


def _stable(value: Any, taps: dict[str, str]) -> Any:
    """Return the value with punches named by their taps, which are the same in every run."""
    if isinstance(value, dict):
        return {key: _stable(item, taps) for key, item in value.items()}
    if isinstance(value, list):
        return [_stable(item, taps) for item in value]
    return taps.get(value, value) if isinstance(value, str) else value


Change = Callable[[World, dt.date], None]


def _nothing(world: World, monday: dt.date) -> None:
    """Let the week pass as it is."""


def _joins(world: World, monday: dt.date) -> None:
    """Hari joins on Wednesday."""
    Employee.objects.filter(pk=world.hari.pk).update(joined_on=monday + 2 * DAY)
    Placement.objects.filter(employee=world.hari).update(starts_on=monday + 2 * DAY)


def _leaves(world: World, monday: dt.date) -> None:
    """Maya's last day is Friday: her last days are judged although she is gone by then."""
    Employee.objects.filter(pk=world.maya.pk).update(left_on=monday + 4 * DAY)


def _moves(world: World, monday: dt.date) -> None:
    """Maya's clocks are others from Thursday on; the rows before are open or settled by then."""
    office, shift = world.office, world.day_shift
    Placement.objects.create(
        company=world.company, employee=world.maya, starts_on=monday + 3 * DAY, office=office,
        default_shift=shift, zone="Pacific/Auckland",
    )  # fmt: skip


def _run(world: World, zone: str, runs: str, order: tuple[str, ...], change: Change) -> None:
    """Let the days pass: punches come as they come, the change at once, sweeps as `runs` says.

    At one instant punches come first.
    """
    monday = ZONES[zone]
    begin = dt.datetime.combine(monday, dt.time(), ZoneInfo(zone)).astimezone(dt.UTC)
    plan: list[tuple[dt.datetime, int, Callable[[], None]]] = [
        (now, 1, partial(_sweep, now, order)) for now in RUNS[runs](begin, begin + SPAN)
    ]
    gone = monday + (5 if change is _leaves else 7) * DAY
    for wall, who, direction in _plan(world, monday):
        if who == world.maya and wall.date() >= gone:
            continue  # who has left cannot sign in
        now = wall.replace(tzinfo=ZoneInfo(zone)).astimezone(dt.UTC)
        plan.append((now, 0, partial(_punch, world, who, zone, wall, direction)))
    plan.append((begin, 0, partial(_within, world, partial(change, world, monday))))
    for _now, _turn, act in sorted(plan, key=lambda item: item[:2]):
        act()


def _within(world: World, act: Callable[[], None]) -> None:
    with company_scope(world.company):
        act()


def _rows_after(
    world: World, zone: str, runs: str, order: tuple[str, ...] = SWEEPS, change: Change = _nothing
) -> list[dict[str, Any]]:
    """Return the final rows; the world is put back as it was."""
    with transaction.atomic():
        _settle_in(world, zone, ZONES[zone])
        _run(world, zone, runs, order, change)
        found = _final(world)
        transaction.set_rollback(True)
    return found


@pytest.mark.parametrize("zone", ZONES)
def test_late_twice_or_after_an_outage_the_rows_are_those_of_running_on_time(
    world: World, zone: str
) -> None:
    found = {runs: _rows_after(world, zone, runs) for runs in RUNS}
    on_time = found["every three hours"]
    assert len(on_time) > 25
    for runs, rows in found.items():
        assert rows == on_time, runs


def _dates(rows: list[dict[str, Any]], who: Employee, monday: dt.date) -> list[int]:
    return [(row["date"] - monday).days for row in rows if row.get("employee_id") == who.pk]


@pytest.mark.parametrize(
    ("change", "who", "days"),
    [
        (_joins, "hari", [2, 3, 4, 7, 8]),
        (_leaves, "maya", [0, 1, 2, 3, 4]),
        (_moves, "maya", [0, 1, 2, 3, 4, 6, 7, 8]),
    ],
)
def test_what_changed_during_an_outage_is_made_up_for(
    world: World, change: Change, who: str, days: list[int]
) -> None:
    zone = "Asia/Kathmandu"
    on_time = _rows_after(world, zone, "every three hours", change=change)
    assert _dates(on_time, getattr(world, who), ZONES[zone]) == days
    assert _rows_after(world, zone, "after a week's outage", change=change) == on_time


def test_the_order_of_the_sweeps_does_not_matter(world: World) -> None:
    zone = "Asia/Kathmandu"
    usual = _rows_after(world, zone, "late, once a day")
    assert _rows_after(world, zone, "late, once a day", SWEEPS[::-1]) == usual


# --- one registry -------------------------------------------------------------------------------
def _modules(pattern: str) -> Iterator[tuple[str, ast.Module]]:
    root = Path(settings.BASE_DIR)
    for app in ("attendance", "companies", "integrations", "leave", "portal"):
        for path in sorted((root / app).rglob(pattern)):
            yield path.relative_to(root).as_posix(), ast.parse(path.read_text())


def test_every_task_is_a_job_and_every_job_is_there() -> None:
    tasks = {
        f"{path.removesuffix('.py').replace('/', '.')}:{node.name}"
        for path, module in _modules("tasks.py")
        if not path.startswith("integrations/")  # how work is handed on, no work itself
        for node in module.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    }
    targets = [job.target for job in jobs.JOBS]
    assert {target for target in targets if ".tasks:" in target} == tasks
    assert {target for target in targets if ".tasks:" not in target} == {
        "companies.outbox:drain", "companies.outbox:drain_journal", "portal.backups:backup",
        "portal.report_exports:drain",
        "portal.report_schedules:send",
        "portal.retention:retention",
        "portal.careers_job:careers_purge", "leave.slack.digests:slack_digest",
    }  # fmt: skip
    assert len(targets) == len(set(targets)) == len({job.name for job in jobs.JOBS})
    assert all(callable(job.load()) for job in jobs.JOBS)


def test_nothing_else_runs_jobs() -> None:
    runners = {
        path
        for path, module in _modules("*.py")
        for node in ast.walk(module)
        if isinstance(node, ast.Call) and ast.unparse(node.func) == "jobs.run"
    }
    commands = "portal/management/commands"
    assert runners == {
        f"{commands}/job.py", f"{commands}/scheduler.py", "portal/lambda_entry.py",
    }  # fmt: skip
