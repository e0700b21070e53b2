"""A check-in is flagged by its own weighing, also where another of the day was weighed first."""

from __future__ import annotations

import datetime as dt

import pytest
import time_machine

from attendance import tasks
from attendance.enums import Direction, FaceState
from attendance.models import AttendanceDay, PunchState
from companies.models import Employee, PolicyVersion
from companies.scoping import company_scope
from tests.attendance.world import START, World, at

MONDAY = dt.date(2026, 3, 2)


def _flags(world: World) -> list[bool]:
    with company_scope(world.company):
        assert not PunchState.objects.filter(judged_at=None).exists()
        states = PunchState.objects.order_by("occurred_at")
        return list(states.values_list("is_flagged", flat=True))


def _strictly(world: World) -> None:
    """Let the company want to know of check-ins without a face check."""
    with company_scope(world.company):
        PolicyVersion.objects.create(
            company=world.company, starts_on=START + dt.timedelta(days=1), zone="Asia/Kathmandu",
            allows_unchecked=False,
        )  # fmt: skip
    world.company.refresh_from_db()


def _left(world: World) -> None:
    """Let Maya's last day be the Sunday before, which is not over everywhere yet."""
    with company_scope(world.company):
        Employee.objects.filter(pk=world.maya.pk).update(left_on=MONDAY - dt.timedelta(days=1))


@pytest.mark.parametrize("why", [_strictly, _left])
@pytest.mark.parametrize("other", ["first", "second"])
def test_the_order_of_looking_changes_no_flag(world: World, why: object, other: str) -> None:
    why(world)  # type: ignore[operator]
    world.punch(world.maya, f"{MONDAY} 09:00", weigh=other == "first")
    world.punch(world.maya, f"{MONDAY} 17:30", Direction.OUT, weigh=other == "second")
    with time_machine.travel(at(f"{MONDAY} 18:00"), tick=False):
        assert tasks.pending_verify() == 1
        assert tasks.pending_verify() == 0
    assert _flags(world) == [True, True]


def test_a_day_counts_a_check_in_that_nobody_has_looked_at_yet(world: World) -> None:
    world.punch(world.maya, f"{MONDAY} 09:00", weigh=False)
    world.punch(world.maya, f"{MONDAY} 17:30", Direction.OUT)
    with company_scope(world.company):
        assert AttendanceDay.objects.get().worked_minutes == 480
        waiting = PunchState.objects.get(judged_at=None)
        assert (waiting.attendance_date, waiting.face) == (MONDAY, FaceState.NOT_CHECKED)
