"""Days that HR sets by hand, skips, or leaves to the rules again."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine

from attendance.enums import DayStatus, Direction, ManualAction, PeriodState
from attendance.errors import (
    DayNotByHand,
    DayNotEmployed,
    DayNotOver,
    OwnDay,
    PeriodLocked,
)
from attendance.models import AttendanceDay, AttendancePeriod, ManualVerdict, PunchState
from attendance.services import decisions, verdicts
from attendance.services.days import person_recompute
from companies.actor import Actor
from companies.enums import Role
from companies.errors import NotAllowed, ReasonMissing
from companies.models import AuditEvent, Employee
from tests.attendance.world import World, at

DAY = dt.date(2026, 3, 2)
WHOLE = (DayStatus.PRESENT, DayStatus.PRESENT)


@pytest.fixture(autouse=True)
def evening() -> Iterator[Any]:
    with time_machine.travel(at("2026-03-02 22:00"), tick=False) as traveller:
        yield traveller


def _set(world: World, halves: verdicts.Halves = WHOLE, **said: Any) -> ManualVerdict:
    wanted = {
        "employee": world.maya, "date": DAY, "worked_minutes": 450, "reason": " fire drill ",
        "by": world.hr,
    } | said  # fmt: skip
    return verdicts.day_set(halves=halves, **wanted)


def _skip(world: World, **said: Any) -> ManualVerdict:
    wanted = {"employee": world.maya, "date": DAY, "reason": "not his day", "by": world.hr} | said
    return verdicts.day_skip(**wanted)


def _release(world: World, **said: Any) -> ManualVerdict:
    wanted = {"employee": world.maya, "date": DAY, "reason": "was wrong", "by": world.hr} | said
    return verdicts.day_release(**wanted)


def _came_and_forgot(world: World) -> None:
    world.punch(world.maya, "2026-03-02 09:04")
    person_recompute(employee=world.maya, first=DAY, last=DAY, now=at("2026-03-02 22:00"))
    assert AttendanceDay.objects.get().status == DayStatus.INCOMPLETE


def test_a_day_set_by_hand_stands_whatever_its_punches_say(scoped: World) -> None:
    _came_and_forgot(scoped)
    row = _set(scoped)
    day = AttendanceDay.objects.get()
    assert (day.status, day.code, day.worked_minutes, day.exceptions) == ("P", "P", 450, [])
    assert day.is_by_hand
    assert (row.reason, row.by_name, row.action) == ("fire drill", "Hari", ManualAction.SET)
    event = AuditEvent.objects.get(verb="day_set_by_hand")
    assert event.reason == "fire drill"
    assert event.subject_id == str(row.public_id)
    assert event.changes == {
        "code": ["INC", "P"], "status": ["Incomplete", "Present"], "worked_minutes": [0, 450],
    }  # fmt: skip


def test_judging_again_keeps_the_hand_and_shows_what_the_rules_would_say(scoped: World) -> None:
    _came_and_forgot(scoped)
    _set(scoped)
    scoped.punch(scoped.maya, "2026-03-02 17:30", Direction.OUT)
    person_recompute(employee=scoped.maya, first=DAY, last=DAY, now=at("2026-03-02 22:00"))
    day = AttendanceDay.objects.get()
    assert (day.status, day.worked_minutes) == ("P", 450)
    assert day.steps[-1]["code"] == "manual"
    values = day.steps[-1]["values"]
    assert (values["ruled_status"], values["ruled_worked"]) == ("P", 476)
    assert len(day.input["taps"]) == 2


def test_a_day_without_punches_can_be_set(scoped: World) -> None:
    _set(scoped, (DayStatus.WORK_FROM_HOME,) * 2, worked_minutes=0)
    assert AttendanceDay.objects.get().status == DayStatus.WORK_FROM_HOME


@pytest.mark.parametrize(
    ("halves", "status", "code"),
    [
        ((DayStatus.PRESENT, DayStatus.ABSENT), "HD", "½P·½A"),
        ((DayStatus.ON_LEAVE, DayStatus.PRESENT), "HD", "½L·½P"),
        ((DayStatus.HALF_DAY, DayStatus.HALF_DAY), "HD", "HD"),
        ((DayStatus.ABSENT, DayStatus.ABSENT), "A", "A"),
        ((DayStatus.HOLIDAY, DayStatus.HOLIDAY), "H", "H"),
    ],
)
def test_halves_make_the_status_and_the_code(
    scoped: World, halves: verdicts.Halves, status: str, code: str
) -> None:
    _set(scoped, halves)
    day = AttendanceDay.objects.get()
    assert (day.status, day.code) == (status, code)


def test_a_skipped_day_has_no_row_and_keeps_its_punches(scoped: World) -> None:
    _came_and_forgot(scoped)
    _skip(scoped)
    assert not AttendanceDay.objects.exists()
    assert PunchState.objects.get().attendance_date == DAY
    assert AuditEvent.objects.get(verb="day_skipped").changes == {
        "code": ["INC", None], "status": ["Incomplete", None], "worked_minutes": [0, None],
    }  # fmt: skip
    # Whatever else is judged meanwhile, the day stays skipped.
    person_recompute(employee=scoped.maya, first=DAY, last=DAY, now=at("2026-03-05 09:00"))
    assert not AttendanceDay.objects.exists()


def test_punches_of_a_skipped_day_stay_when_the_roster_changes(scoped: World) -> None:
    """Under a verdict by hand or a skip punches are not handed to another row."""
    scoped.punch(scoped.maya, "2026-03-02 23:30")
    state = PunchState.objects.get()
    assert state.attendance_date == DAY
    _skip(scoped)
    scoped.maya.placements.update(default_shift=scoped.night_shift)
    person_recompute(
        employee=scoped.maya, first=DAY, last=DAY + dt.timedelta(days=1), now=at("2026-03-05 09:00")
    )
    assert PunchState.objects.get().attendance_date == DAY


def test_a_released_day_is_the_rules_again(scoped: World) -> None:
    _came_and_forgot(scoped)
    _set(scoped)
    _release(scoped)
    day = AttendanceDay.objects.get()
    assert (day.status, day.is_by_hand, day.exceptions) == ("INC", False, ["missing_out"])
    _skip(scoped)
    _release(scoped)
    assert AttendanceDay.objects.get().status == DayStatus.INCOMPLETE
    assert [row.action for row in ManualVerdict.objects.order_by("id")] == [
        "set", "released", "skipped", "released",
    ]  # fmt: skip
    assert AuditEvent.objects.filter(verb="day_released").count() == 2


def test_setting_a_day_twice_keeps_the_last_and_both_on_record(scoped: World) -> None:
    first = _set(scoped)
    second = _set(scoped, (DayStatus.ABSENT,) * 2, worked_minutes=0)
    assert second.replaces == first
    assert AttendanceDay.objects.get().status == DayStatus.ABSENT
    assert ManualVerdict.objects.count() == 2


def test_nobody_sets_their_own_day(scoped: World) -> None:
    with pytest.raises(OwnDay):
        _set(scoped, by=scoped.actor(scoped.maya, Role.HR))
    assert not ManualVerdict.objects.exists()


def _nobody(world: World) -> Actor:
    return world.actor(world.bikram)


def _manager(world: World) -> Actor:
    return world.actor(world.bikram, Role.MANAGER)


def _auditor(world: World) -> Actor:
    return world.actor(world.bikram, Role.AUDITOR)


@pytest.mark.parametrize("actor", [_nobody, _manager, _auditor])
@pytest.mark.parametrize("verb", [_set, _skip, _release])
def test_only_hr_judges_by_hand(scoped: World, actor: Any, verb: Any) -> None:
    with pytest.raises(NotAllowed):
        verb(scoped, by=actor(scoped))


def test_hr_of_another_company_judges_nobody_here(scoped: World, other_world: World) -> None:
    with pytest.raises(NotAllowed):
        _set(scoped, by=other_world.hr)


@pytest.mark.parametrize("verb", [_set, _skip])
@pytest.mark.parametrize("reason", ["", "  "])
def test_a_reason_is_needed(scoped: World, verb: Any, reason: str) -> None:
    with pytest.raises(ReasonMissing):
        verb(scoped, reason=reason)
    assert not ManualVerdict.objects.exists()


@pytest.mark.parametrize("verb", [_set, _skip])
def test_a_day_to_come_is_refused_and_today_is_not(scoped: World, verb: Any) -> None:
    with pytest.raises(DayNotOver) as refused:
        verb(scoped, date=DAY + dt.timedelta(days=1))
    assert str(refused.value).startswith("3 March 2026 has not come yet")
    verb(scoped)
    assert ManualVerdict.objects.get().date == DAY


def test_a_date_outside_employment_is_refused(scoped: World) -> None:
    Employee.objects.filter(pk=scoped.maya.pk).update(left_on=DAY - dt.timedelta(days=1))
    with pytest.raises(DayNotEmployed):
        _set(scoped)


@pytest.mark.parametrize("verb", [_set, _skip, _release])
def test_a_locked_month_is_refused(scoped: World, verb: Any) -> None:
    AttendancePeriod.objects.create(
        company=scoped.company, starts_on=DAY.replace(day=1), state=PeriodState.LOCKED,
        locked_at=at("2026-03-02 21:00"), locked_by=scoped.hari.user,
    )  # fmt: skip
    with pytest.raises(PeriodLocked) as refused:
        verb(scoped)
    assert refused.value.values == {"month": decisions.month_name(DAY.replace(day=1))}


def test_only_a_day_by_hand_is_released_and_only_once(scoped: World) -> None:
    with pytest.raises(DayNotByHand):
        _release(scoped)
    _set(scoped)
    _release(scoped)
    with pytest.raises(DayNotByHand):
        _release(scoped)


def test_a_day_set_by_hand_settles_though_its_person_had_left_by_then(
    scoped: World, evening: Any
) -> None:
    evening.move_to(at("2026-03-02 10:00"))
    _set(scoped)
    Employee.objects.filter(pk=scoped.maya.pk).update(left_on=DAY - dt.timedelta(days=1))
    scoped.maya.refresh_from_db()
    for now, is_settled in (("2026-03-02 11:00", False), ("2026-03-03 00:00", True)):
        person_recompute(employee=scoped.maya, first=DAY, last=DAY, now=at(now))
        day = AttendanceDay.objects.get()
        assert (day.status, day.settled_at is not None) == ("P", is_settled)
        assert day.next_at == (None if is_settled else at("2026-03-03 00:00"))
