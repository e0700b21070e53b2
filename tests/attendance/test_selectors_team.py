"""Where everybody is now: each in exactly one group."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from attendance.enums import Direction, MarkKind, Portion
from attendance.models import AttendanceDay
from attendance.selectors.team import Member, team_today
from attendance.services import marks
from attendance.services.days import person_recompute
from companies.models import Company, Employee, Placement
from companies.scoping import company_scope
from tests.attendance.doorway import statements
from tests.attendance.world import World, at, make_person

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 3, 2)


def _members(world: World, when: str) -> dict[str, Member]:
    with company_scope(world.company):
        found = team_today(
            company=Company.objects.get(pk=world.company.pk),
            employees=list(Employee.objects.order_by("name")),
            now=at(when),
        )
    return {member.employee.name: member for member in found}


def _stands(world: World, when: str, name: str = "Maya") -> tuple[str, str]:
    """Return the group and the wall time of its since."""
    member = _members(world, when)[name]
    since = member.since.astimezone(at(when).tzinfo) if member.since else None
    local = since + dt.timedelta(hours=5, minutes=45) if since else None
    return member.standing.value, f"{local:%H:%M}" if local else ""


def _mark(world: World, **fields: Any) -> None:
    with company_scope(world.company):
        marks.mark_add(
            employee=world.maya, date=MONDAY, source_ref="t", by=world.hr,
            **{"kind": MarkKind.LEAVE, "code": "CL", **fields},
        )  # fmt: skip


@pytest.mark.parametrize(
    ("when", "group"),
    [("08:00", "not_yet"), ("09:00", "not_yet"), ("09:10", "not_yet"), ("09:10:59", "not_yet"),
     ("09:11", "missing"), ("18:30", "missing")],
)  # fmt: skip
def test_who_has_not_come_is_missing_once_the_grace_is_over(
    world: World, when: str, group: str
) -> None:
    assert _stands(world, f"2026-03-02 {when}") == (group, "09:00")


def test_who_came_is_in_and_who_came_late_is_late(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:10")
    world.punch(world.hari, "2026-03-02 09:11")
    assert _stands(world, "2026-03-02 10:00") == ("in", "09:10")
    assert _stands(world, "2026-03-02 10:00", "Hari") == ("late", "09:11")


def test_a_punch_that_is_not_judged_yet_counts_at_once(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00", weigh=False)
    assert _stands(world, "2026-03-02 09:00") == ("in", "09:00")


def test_who_is_on_break_and_who_left(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    world.punch(world.maya, "2026-03-02 12:00", Direction.BREAK_START)
    assert _stands(world, "2026-03-02 12:10") == ("on_break", "12:00")
    world.punch(world.maya, "2026-03-02 12:30", Direction.BREAK_END)
    assert _stands(world, "2026-03-02 12:40") == ("in", "09:00")
    world.punch(world.maya, "2026-03-02 16:00", Direction.OUT)
    assert _stands(world, "2026-03-02 16:10") == ("left", "16:00")


def test_who_works_outside_any_shift_is_told_apart(world: World) -> None:
    world.punch(world.maya, "2026-03-02 05:00")
    assert _stands(world, "2026-03-02 05:30") == ("outside", "05:00")


def test_without_a_shift_nobody_is_missed_but_work_is_seen(world: World) -> None:
    with company_scope(world.company):
        Placement.objects.filter(employee=world.maya).update(default_shift=None)
    assert _stands(world, "2026-03-02 12:00") == ("day_off", "")
    world.punch(world.maya, "2026-03-02 12:05")
    assert _stands(world, "2026-03-02 12:10") == ("outside", "12:05")


def test_a_night_goes_on_after_midnight(world: World) -> None:
    assert _stands(world, "2026-03-03 02:00", "Bikram") == ("missing", "22:00")
    assert _stands(world, "2026-03-03 12:00", "Bikram") == ("not_yet", "22:00")
    world.punch(world.bikram, "2026-03-02 21:58")
    member = _members(world, "2026-03-03 02:00")["Bikram"]
    assert (member.standing.value, member.date) == ("in", MONDAY)


def test_leave_a_day_off_and_work_elsewhere_are_no_absence(world: World) -> None:
    assert _stands(world, "2026-03-07 12:00") == ("day_off", "")
    _mark(world)
    assert _stands(world, "2026-03-02 12:00") == ("on_leave", "")


@pytest.mark.parametrize("kind", [MarkKind.ON_DUTY, MarkKind.WORK_FROM_HOME])
def test_who_works_elsewhere_is_not_missed(world: World, kind: MarkKind) -> None:
    _mark(world, kind=kind, code="")
    assert _stands(world, "2026-03-02 12:00") == ("elsewhere", "")


def test_half_leave_and_half_at_home_is_work(world: World) -> None:
    _mark(world, portion=Portion.AM)
    _mark(world, portion=Portion.PM, kind=MarkKind.WORK_FROM_HOME, code="")
    assert _stands(world, "2026-03-02 12:00") == ("elsewhere", "")


def test_after_half_a_day_of_leave_the_other_half_is_owed(world: World) -> None:
    _mark(world, portion=Portion.AM)
    assert _stands(world, "2026-03-02 10:00") == ("not_yet", "13:30")
    assert _stands(world, "2026-03-02 13:41") == ("missing", "13:30")


def test_a_forgotten_check_out_is_told_the_day_after(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    with company_scope(world.company):
        person_recompute(employee=world.maya, first=MONDAY, last=MONDAY, now=at("2026-03-03 08:00"))
    member = _members(world, "2026-03-03 09:05")["Maya"]
    assert (member.standing.value, member.forgot_out_on) == ("not_yet", MONDAY)


def test_an_in_that_was_forgotten_is_nobody_in(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:00")
    assert _stands(world, "2026-03-03 09:30") == ("missing", "09:00")


def test_everybody_costs_as_many_statements_as_one(world: World) -> None:
    counts = []
    for number in (0, 3):
        with company_scope(world.company):
            for n in range(number):
                make_person(world.company, f"P{n}", world.office, world.day_shift)
        for employee in (world.maya, world.bikram):
            world.punch(employee, "2026-03-02 09:00")
        _members(world, "2026-03-02 10:00")
        with statements() as counted:
            _members(world, "2026-03-02 10:00")
        counts.append(len(counted))
    assert counts == [7, 7]  # the company and its people by the test itself
    with company_scope(world.company):
        assert AttendanceDay.objects.count() > 0
