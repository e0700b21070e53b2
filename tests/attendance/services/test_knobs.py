"""Knobs of shifts, policy and people on their way from HR's tables to the verdict."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from attendance import tasks
from attendance.enums import DayStatus, Direction, MarkKind, Portion
from attendance.errors import AssignmentOverlaps, MarkReversed
from attendance.models import AttendanceDay, DayMark
from attendance.rules.types import AutoBreak
from attendance.selectors.settings import company_settings
from attendance.services import marks, roster
from companies.models import Company, Employee, PolicyVersion, ShiftVersion
from companies.models.people import first_judged_day
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at, make_shift

MONDAY = dt.date(2026, 3, 2)
NINE, FIVE = dt.time(9), dt.time(17)
FRIDAY = {"fri": {"start": "09:00", "end": "14:00", "breaks": [{"start": "11:00", "end": "11:15"}]}}


def _version(world: World, **knobs: Any) -> ShiftVersion:
    values: dict[str, Any] = {"start_time": NINE, "end_time": FIVE, **knobs}
    return ShiftVersion(company=world.company, shift=world.day_shift, starts_on=START, **values)


def _day(world: World, when: str) -> AttendanceDay:
    """Judge Maya's rows a day later and return that of the date."""
    date = dt.date.fromisoformat(when)
    with time_machine.travel(at(f"{date + dt.timedelta(days=1)} 12:00"), tick=False):
        tasks.settle_open()
    row: AttendanceDay = AttendanceDay.objects.get(employee=world.maya, date=date)
    return row


def test_a_break_that_is_due_is_taken_out(scoped: World) -> None:
    _version(scoped, auto_break_after_minutes=360, auto_break_minutes=30).save()
    scoped.punch(scoped.maya, "2026-03-02 09:00")
    scoped.punch(scoped.maya, "2026-03-02 17:00", Direction.OUT)
    row = _day(scoped, "2026-03-02")
    assert (row.worked_minutes, row.break_minutes) == (450, 30)


def test_a_forgotten_check_out_is_assumed_and_a_real_one_takes_its_place(scoped: World) -> None:
    _version(scoped, auto_check_out="after_end", auto_check_out_minutes=15).save()
    scoped.punch(scoped.maya, "2026-03-02 09:00")
    row = _day(scoped, "2026-03-02")
    assert (row.status, row.worked_minutes) == (DayStatus.PRESENT, 495)
    assert (row.exceptions, row.last_out_at) == (["auto_check_out"], at("2026-03-02 17:15"))
    scoped.punch(scoped.maya, "2026-03-02 19:00", Direction.OUT)
    row = _day(scoped, "2026-03-02")
    assert (row.worked_minutes, row.exceptions) == (600, [])


def test_hours_by_weekday_reach_the_verdict(scoped: World) -> None:
    _version(scoped, weekday_hours=FRIDAY).save()
    scoped.punch(scoped.maya, "2026-03-06 09:00")
    scoped.punch(scoped.maya, "2026-03-06 13:30", Direction.OUT)
    row = _day(scoped, "2026-03-06")
    assert row.scheduled_end_at == at("2026-03-06 14:00")
    assert (row.worked_minutes, row.break_minutes, row.early_minutes) == (255, 15, 30)


def test_settings_carry_every_knob(scoped: World) -> None:
    PolicyVersion.objects.create(
        company=scoped.company, starts_on=MONDAY, zone=ZONE, break_punches_paid=True,
        allow_overlap=True, late_free_count=3, late_free_minutes=15, late_half_day_every=4,
        optional_holiday_quota=2,
    )  # fmt: skip
    version = _version(
        scoped, weekday_hours=FRIDAY, auto_break_after_minutes=360, auto_break_minutes=30,
        auto_check_out="at_time", auto_check_out_at=dt.time(20),
    )  # fmt: skip
    version.full_clean(exclude=["company"])
    version.save()
    settings = company_settings(Company.objects.get(pk=scoped.company.pk))
    policy = settings.policy_on(MONDAY)
    assert (policy.rules.break_punches_paid, policy.rules.allow_overlap) == (True, True)
    late = policy.rules.late_free_count, policy.rules.late_free_minutes
    assert (*late, policy.rules.late_half_day_every) == (3, 15, 4)
    assert policy.optional_holiday_quota == 2
    pattern = settings.pattern_on(scoped.day_shift.pk, MONDAY)
    assert pattern is not None
    assert pattern.auto_breaks == (AutoBreak(360, 30),)
    assert (pattern.auto_check_out, pattern.auto_check_out_at) == ("at_time", dt.time(20))
    assert pattern.on(MONDAY + dt.timedelta(days=4)).end == dt.time(14)


# --- what a version refuses -----------------------------------------------------------------------
REFUSED: list[tuple[dict[str, Any], str]] = [
    ({"weekday_hours": {"friday": FRIDAY["fri"]}}, "bad_weekday_hours"),
    ({"weekday_hours": {"fri": {"start": "09:00", "end": "14:00"}}}, "bad_weekday_hours"),
    (
        {"weekday_hours": {"fri": {"start": "9", "end": "14:00", "breaks": []}}},
        "bad_weekday_hours",
    ),
    (
        {"weekday_hours": {"fri": {"start": "09:00", "end": "14:00", "breaks": [1]}}},
        "bad_weekday_hours",
    ),
    ({"weekday_hours": {"fri": "09:00-14:00"}}, "bad_weekday_hours"),
    ({"weekday_hours": ["fri"]}, "bad_weekday_hours"),
    ({"breaks": [{"start": "13:30", "end": "13:00"}]}, "range_reversed"),
    (
        {"weekday_hours": {"fri": {
            "start": "09:00", "end": "14:00", "breaks": [{"start": "12:00", "end": "11:00"}]}}},
        "range_reversed",
    ),
    # Thursday's night ends at 09:01, Friday begins at 09:00.
    (
        {"weekday_hours": {"thu": {"start": "22:00", "end": "09:01", "breaks": []}}},
        "weekdays_overlap",
    ),
    (
        {"weekday_hours": {"sun": {"start": "22:00", "end": "09:01", "breaks": []}}},
        "weekdays_overlap",
    ),
]  # fmt: skip


@pytest.mark.parametrize(("knobs", "code"), REFUSED)
def test_a_version_refuses_hours_that_no_shift_can_have(
    scoped: World, knobs: dict[str, Any], code: str
) -> None:
    with pytest.raises(ValidationError) as refused:
        _version(scoped, **knobs).full_clean(exclude=["company"])
    codes = {item.code for errors in refused.value.error_dict.values() for item in errors}
    assert codes == {code}


@pytest.mark.parametrize(
    "knobs",
    [
        {"weekday_hours": {"thu": {"start": "22:00", "end": "09:00", "breaks": []}}},  # touching
        {"weekday_hours": {}},
        {
            "start_time": dt.time(22), "end_time": dt.time(6),
            "breaks": [{"start": "23:45", "end": "00:15"}],
        },
    ],
)  # fmt: skip
def test_a_version_takes_hours_that_a_shift_can_have(scoped: World, knobs: dict[str, Any]) -> None:
    _version(scoped, **knobs).full_clean(exclude=["company"])


def test_a_version_without_its_times_is_told_at_their_fields(scoped: World) -> None:
    with pytest.raises(ValidationError) as refused:
        _version(scoped, start_time=None).full_clean(exclude=["company"])
    assert set(refused.value.error_dict) == {"start_time"}


# --- roster ---------------------------------------------------------------------------------------
@pytest.mark.parametrize(("end", "is_refused"), [("09:00", False), ("09:01", True)])
def test_shifts_that_meet_over_midnight_go_by_the_weekday(
    scoped: World, end: str, is_refused: bool
) -> None:
    """An evening shift that on Mondays ends next morning, and the day shift from Tuesday on."""
    monday = {"mon": {"start": "22:00", "end": end, "breaks": []}}
    evening = make_shift(scoped.company, "Evening", dt.time(14), dt.time(22), weekday_hours=monday)
    put: dict[str, Any] = {"employee": scoped.maya, "by": scoped.hr}
    with time_machine.travel(at("2026-03-01 12:00"), tick=False):
        roster.assignment_save(shift=evening, starts_on=MONDAY, ends_on=MONDAY, **put)
        tuesday = {"starts_on": MONDAY + dt.timedelta(days=1), "ends_on": None, **put}
        if not is_refused:
            roster.assignment_save(shift=scoped.day_shift, **tuesday)
            return
        with pytest.raises(AssignmentOverlaps):
            roster.assignment_save(shift=scoped.day_shift, **tuesday)


# --- marks ----------------------------------------------------------------------------------------
def _hours(world: World, who: Employee, start: dt.time, end: dt.time) -> None:
    marks.mark_add(
        employee=who, date=MONDAY, kind=MarkKind.LEAVE, portion=Portion.HOURS, starts_at=start,
        ends_at=end, code="CL", source_ref="t", by=world.hr,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "start", "end", "is_refused"),
    [
        ("maya", 9, 11, False),
        ("maya", 11, 9, True),
        ("maya", 11, 11, True),
        ("bikram", 23, 1, False),  # his shift runs over midnight
        ("bikram", 23, 23, True),
    ],
)
def test_hours_that_end_before_they_start_are_refused(
    scoped: World, who: str, start: int, end: int, is_refused: bool
) -> None:
    person = getattr(scoped, who)
    with time_machine.travel(at("2026-03-02 08:00"), tick=False):
        if not is_refused:
            _hours(scoped, person, dt.time(start), dt.time(end))
            return
        with pytest.raises(MarkReversed):
            _hours(scoped, person, dt.time(start), dt.time(end))
    assert not DayMark.objects.exists()


def test_hours_that_end_before_they_start_are_refused_without_a_shift(scoped: World) -> None:
    scoped.bikram.placements.update(default_shift=None)
    with pytest.raises(MarkReversed):
        _hours(scoped, scoped.bikram, dt.time(23), dt.time(1))


# --- the first judged day -------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("joined_on", "expected"),
    [("2020-01-01", "2026-03-02"), ("2026-03-02", "2026-03-02"), ("2026-03-09", "2026-03-09")],
)
def test_who_is_added_later_than_they_joined_is_judged_from_today(
    joined_on: str, expected: str
) -> None:
    found = first_judged_day(dt.date.fromisoformat(joined_on), MONDAY)
    assert found == dt.date.fromisoformat(expected)


@pytest.mark.parametrize(
    ("judged_from", "dates"),
    [
        (None, [MONDAY, dt.date(2026, 3, 3), dt.date(2026, 3, 4)]),
        (dt.date(2026, 3, 3), [dt.date(2026, 3, 3), dt.date(2026, 3, 4)]),
        (dt.date(2026, 3, 5), []),
    ],
)
def test_no_absence_is_written_before_the_first_judged_day(
    world: World, judged_from: dt.date | None, dates: list[dt.date]
) -> None:
    with company_scope(world.company):
        Employee.objects.exclude(pk=world.maya.pk).update(is_active=False)
        Employee.objects.filter(pk=world.maya.pk).update(joined_on=MONDAY, judged_from=judged_from)
    for _n in range(2):
        with time_machine.travel(at("2026-03-04 20:00"), tick=False):
            tasks.absence_sweep()
    with company_scope(world.company):
        rows = AttendanceDay.objects.order_by("date").values_list("date", flat=True)
        assert list(rows) == dates


def test_what_was_punched_before_the_first_judged_day_is_judged(scoped: World) -> None:
    Employee.objects.filter(pk=scoped.maya.pk).update(judged_from=dt.date(2026, 3, 9))
    scoped.punch(scoped.maya, "2026-03-02 09:00")
    assert _day(scoped, "2026-03-02").status == DayStatus.INCOMPLETE
