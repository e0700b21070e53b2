"""Settled days judged by the settings in force, after the difference was seen."""

from __future__ import annotations

import datetime as dt
import functools
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from attendance.enums import DayStatus, Direction, PeriodState
from attendance.errors import DifferenceChanged, NothingToRecompute, PeriodLocked
from attendance.models import AttendanceDay, AttendancePeriod, PunchState, ShiftAssignment
from attendance.rules import judge, schema
from attendance.services import judging, recompute, verdicts
from attendance.services.days import person_recompute
from attendance.services.recompute import Difference
from companies.enums import Role
from companies.errors import NotAllowed, ReasonMissing
from companies.ids import uuid7
from companies.models import (
    AuditEvent,
    CalendarDay,
    Employee,
    PolicyVersion,
    ShiftVersion,
)
from tests.attendance.world import START, World, at, make_person, make_shift

MONDAY, TUESDAY = dt.date(2026, 3, 2), dt.date(2026, 3, 3)
NOW = at("2026-03-10 12:00")


@pytest.fixture(autouse=True)
def later() -> Iterator[Any]:
    with time_machine.travel(NOW, tick=False) as traveller:
        yield traveller


def _two_days(world: World, employee: Employee | None = None) -> None:
    """Late on Monday by 12 minutes, on Tuesday by 4, within the grace; both settled."""
    employee = employee or world.maya
    for day, came in ((MONDAY, "09:12"), (TUESDAY, "09:04")):
        world.punch(employee, f"{day} {came}")
        world.punch(employee, f"{day} 17:30", Direction.OUT)
    person_recompute(employee=employee, first=MONDAY, last=TUESDAY, now=NOW)


def _shift_from(world: World, starts_on: dt.date, **knobs: Any) -> None:
    """Let the day shift have these knobs too from a date on."""
    row = ShiftVersion.objects.filter(shift=world.day_shift).last()
    assert row is not None
    row.pk, row.public_id, row.starts_on = None, uuid7(), starts_on
    for name, value in knobs.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    world.company.refresh_from_db()


def _everybody() -> Any:
    return Employee.objects.all()


def _look(world: World, **said: Any) -> Difference:
    wanted = {
        "company": world.company, "employees": _everybody(), "first": MONDAY, "last": TUESDAY,
        "now": NOW, "by": world.hr,
    } | said  # fmt: skip
    return recompute.recompute_preview(**wanted)


def _apply(world: World, fingerprint: str, **said: Any) -> Difference:
    wanted = {
        "company": world.company, "employees": _everybody(), "first": MONDAY, "last": TUESDAY,
        "now": NOW, "by": world.hr, "reason": " new grace ", "fingerprint": fingerprint,
    } | said  # fmt: skip
    return recompute.recompute_apply(**wanted)


def _days(employee: Employee) -> list[tuple[dt.date, str, int]]:
    rows = AttendanceDay.objects.filter(employee=employee).order_by("date")
    return [(row.date, row.status, row.late_minutes) for row in rows]


def _others_absent(world: World) -> None:
    for employee in (world.bikram, world.hari):
        person_recompute(employee=employee, first=MONDAY, last=TUESDAY, now=NOW)


def test_the_difference_names_people_days_before_and_after_and_writes_nothing(
    scoped: World,
) -> None:
    _two_days(scoped)
    _others_absent(scoped)
    _shift_from(scoped, START, late_grace_minutes=0)
    with CaptureQueriesContext(connection) as queries:
        seen = _look(scoped)
    assert {query["sql"].split()[0] for query in queries.captured_queries} == {"SELECT"}
    assert (seen.people, seen.days) == (1, 1)
    (change,) = seen.shown
    assert (change.employee, change.date) == (scoped.maya, TUESDAY)
    assert change.before is not None
    assert change.after is not None
    assert (change.before["late_minutes"], change.after["late_minutes"]) == (0, 4)
    assert _days(scoped.maya) == [(MONDAY, "P", 12), (TUESDAY, "P", 0)]


def test_what_was_seen_is_written_with_one_event_a_person(scoped: World) -> None:
    _two_days(scoped)
    _others_absent(scoped)
    _shift_from(scoped, START, late_grace_minutes=0)
    done = _apply(scoped, _look(scoped).fingerprint)
    assert (done.people, done.days) == (1, 1)
    assert _days(scoped.maya) == [(MONDAY, "P", 12), (TUESDAY, "P", 4)]
    event = AuditEvent.objects.get(verb="days_recomputed")
    assert (event.subject_id, event.reason) == (str(scoped.maya.public_id), "new grace")
    assert event.changes == {"2026-03-03": [{"late_minutes": 0}, {"late_minutes": 4}]}


def test_settled_days_stay_until_hr_asks(scoped: World) -> None:
    _two_days(scoped)
    _shift_from(scoped, START, late_grace_minutes=0)
    person_recompute(employee=scoped.maya, first=MONDAY, last=TUESDAY, now=NOW)
    assert _days(scoped.maya) == [(MONDAY, "P", 12), (TUESDAY, "P", 0)]


def test_a_change_takes_effect_from_its_date(scoped: World) -> None:
    _two_days(scoped)
    _others_absent(scoped)
    _shift_from(scoped, TUESDAY, late_grace_minutes=3)
    seen = _look(scoped)
    assert [change.date for change in seen.shown if change.employee == scoped.maya] == [TUESDAY]
    assert [change.date for change in seen.shown if change.employee != scoped.maya] == []


def test_an_old_day_judged_by_its_own_input_gives_the_old_verdict(scoped: World) -> None:
    _two_days(scoped)
    old = AttendanceDay.objects.get(date=TUESDAY)
    _shift_from(scoped, START, late_grace_minutes=0)
    PolicyVersion.objects.create(
        company=scoped.company, starts_on=START, zone="Asia/Kathmandu", late_from_end_of_grace=True
    )
    verdict = judge.judge(schema.from_json(old.input), now=NOW)
    assert (verdict.status, verdict.late_minutes) == (DayStatus.PRESENT, 0)
    assert [{"code": s.code, "values": dict(s.values)} for s in verdict.steps] == old.steps
    assert (str(old.policy_version), str(old.shift_version)) == (
        old.input["policy"]["version_id"], old.input["occurrence"]["pattern"]["version_id"],
    )  # fmt: skip


def test_a_holiday_entered_afterwards(scoped: World) -> None:
    _two_days(scoped)
    _others_absent(scoped)
    CalendarDay.objects.create(company=scoped.company, date=MONDAY, kind="holiday", name="Holi")
    scoped.company.refresh_from_db()
    seen = _look(scoped)
    assert [(c.date, c.before and c.before["status"], c.after and c.after["status"])
            for c in seen.shown if c.employee == scoped.maya] == [(MONDAY, "P", "H")]  # fmt: skip
    # Whom nobody saw that day has no row on a holiday.
    assert [(c.date, c.after) for c in seen.shown if c.employee == scoped.bikram] == [
        (MONDAY, None)
    ]


def test_punches_that_move_to_another_row_count_once(scoped: World) -> None:
    """A window that opens earlier takes a punch from the day before."""
    scoped.punch(scoped.maya, f"{TUESDAY} 00:30")
    scoped.punch(scoped.maya, f"{TUESDAY} 08:00", Direction.OUT)
    person_recompute(
        employee=scoped.maya, first=MONDAY, last=TUESDAY + dt.timedelta(days=1), now=NOW
    )
    assert [state.attendance_date for state in PunchState.objects.order_by("id")] == [TUESDAY] * 2
    scoped.maya.placements.update(default_shift=scoped.night_shift)
    # Only Tuesday is asked for; Monday's row is judged with it, for the punches go there.
    seen = _look(scoped, first=TUESDAY, employees=Employee.objects.filter(pk=scoped.maya.pk))
    _apply(
        scoped, seen.fingerprint, first=TUESDAY,
        employees=Employee.objects.filter(pk=scoped.maya.pk),
    )  # fmt: skip
    counted = [(row.date, len(row.input["taps"])) for row in AttendanceDay.objects.order_by("date")]
    dates = {state.attendance_date for state in PunchState.objects.all()}
    assert sum(count for _date, count in counted) == 2
    assert {date for date, count in counted if count} == dates


def test_verdicts_by_hand_stay(scoped: World) -> None:
    _two_days(scoped)
    verdicts.day_set(
        employee=scoped.maya, date=TUESDAY, halves=(DayStatus.PRESENT,) * 2, worked_minutes=1,
        reason="r", by=scoped.hr,
    )  # fmt: skip
    before = AttendanceDay.objects.get(employee=scoped.maya, date=TUESDAY)
    _shift_from(scoped, START, late_grace_minutes=0)
    _others_absent(scoped)
    assert _look(scoped).days == 0
    after = AttendanceDay.objects.get(employee=scoped.maya, date=TUESDAY)
    assert (after.input, after.steps) == (before.input, before.steps)


def test_a_difference_that_became_another_is_refused_and_nothing_is_written(
    scoped: World,
) -> None:
    _two_days(scoped)
    _others_absent(scoped)
    _shift_from(scoped, START, late_grace_minutes=0)
    seen = _look(scoped)
    _shift_from(scoped, START, late_grace_minutes=4)
    with pytest.raises(DifferenceChanged):
        _apply(scoped, seen.fingerprint)
    assert _days(scoped.maya) == [(MONDAY, "P", 12), (TUESDAY, "P", 0)]
    assert not AuditEvent.objects.filter(verb="days_recomputed").exists()


def test_nothing_to_change_is_said(scoped: World) -> None:
    _two_days(scoped)
    _others_absent(scoped)
    with pytest.raises(NothingToRecompute):
        _apply(scoped, _look(scoped).fingerprint)


def test_a_second_tap_changes_nothing_more(scoped: World) -> None:
    _two_days(scoped)
    _others_absent(scoped)
    _shift_from(scoped, START, late_grace_minutes=0)
    seen = _look(scoped)
    _apply(scoped, seen.fingerprint)
    with pytest.raises(DifferenceChanged):
        _apply(scoped, seen.fingerprint)


def test_a_locked_month_is_refused(scoped: World) -> None:
    _two_days(scoped)
    _shift_from(scoped, START, late_grace_minutes=0)
    AttendancePeriod.objects.create(
        company=scoped.company, starts_on=MONDAY.replace(day=1), state=PeriodState.LOCKED,
        locked_at=NOW, locked_by=scoped.hari.user,
    )  # fmt: skip
    before = list(AttendanceDay.objects.order_by("id").values())
    seen = _look(scoped)
    # What it would change is shown, and nothing of it is written.
    assert (seen.locked, seen.days > 0) == ("March 2026", True)
    with pytest.raises(PeriodLocked):
        _apply(scoped, seen.fingerprint)
    assert list(AttendanceDay.objects.order_by("id").values()) == before


def test_a_punch_never_leaves_its_day_for_a_locked_month_where_it_would_count_nowhere(
    scoped: World, later: Any
) -> None:
    night, day = dt.date(2026, 3, 31), dt.date(2026, 4, 1)
    now = at("2026-04-03 12:00")
    later.move_to(now)
    early = make_shift(scoped.company, "Early", dt.time(5, 30), dt.time(14))
    row = ShiftAssignment.objects.create(
        company=scoped.company, employee=scoped.bikram, shift=early, starts_on=day, ends_on=day
    )
    scoped.company.refresh_from_db()
    scoped.punch(scoped.bikram, f"{night} 22:00")
    scoped.punch(scoped.bikram, f"{day} 05:00", Direction.OUT)
    scoped.punch(scoped.bikram, f"{day} 06:30")  # within the night's window, were it not cut
    scoped.punch(scoped.bikram, f"{day} 14:00", Direction.OUT)
    person_recompute(employee=scoped.bikram, first=night, last=day, now=now)
    AttendancePeriod.objects.create(
        company=scoped.company, starts_on=dt.date(2026, 3, 1), state=PeriodState.LOCKED,
        locked_at=now, locked_by=scoped.hari.user,
    )  # fmt: skip
    ShiftAssignment.objects.filter(pk=row.pk).update(shift=scoped.day_shift)
    said = {
        "employees": Employee.objects.filter(pk=scoped.bikram.pk), "first": day, "last": day,
        "now": now,
    }  # fmt: skip
    seen = _look(scoped, **said)
    _apply(scoped, seen.fingerprint, **said)
    april = AttendanceDay.objects.get(date=day)
    assert (april.shift_name, april.worked_minutes) == ("Day", 7 * 60)
    dates = PunchState.objects.order_by("occurred_at").values_list("attendance_date", flat=True)
    assert list(dates) == [night, night, day, day]


def test_a_reason_is_needed(scoped: World) -> None:
    with pytest.raises(ReasonMissing):
        _apply(scoped, "", reason="  ")


@pytest.mark.parametrize("role", [None, Role.MANAGER, Role.AUDITOR])
def test_only_hr_recomputes(scoped: World, role: Role | None) -> None:
    by = scoped.actor(scoped.bikram, *([role] if role else []))
    with pytest.raises(NotAllowed):
        _look(scoped, by=by)
    with pytest.raises(NotAllowed):
        _apply(scoped, "", by=by)


def test_hr_of_another_company_recomputes_nothing_here(scoped: World, other_world: World) -> None:
    with pytest.raises(NotAllowed):
        _look(scoped, by=other_world.hr)


def test_a_row_that_a_wider_window_opens_again_is_open(scoped: World) -> None:
    _two_days(scoped)
    _shift_from(scoped, START, window_after_minutes=1440)
    now = at(f"{TUESDAY} 20:00")
    person_recompute(employee=scoped.maya, first=TUESDAY, last=TUESDAY, now=NOW)
    only_maya = Employee.objects.filter(pk=scoped.maya.pk)
    said = {"employees": only_maya, "first": TUESDAY, "now": now}
    _apply(scoped, _look(scoped, **said).fingerprint, **said)
    row = AttendanceDay.objects.get(date=TUESDAY)
    assert (row.is_open, row.status, row.settled_at) == (True, "", None)


def _statements(call: Any) -> list[str]:
    with CaptureQueriesContext(connection) as queries:
        call()
    return [query["sql"].split()[0] for query in queries.captured_queries]


def test_statements_do_not_grow_with_people(scoped: World) -> None:
    """SQLite writes only a few dozen rows with one statement; these are fewer."""
    team = [make_person(scoped.company, f"P{n}", scoped.office, scoped.day_shift) for n in range(3)]
    for employee in team:
        _two_days(scoped, employee)
    counted = []
    for size, ends_at in ((2, dt.time(18)), (3, dt.time(18, 10))):
        _shift_from(scoped, START, end_time=ends_at)
        said = {"employees": Employee.objects.filter(pk__in=[e.pk for e in team[:size]])}
        seen = _look(scoped, **said)
        assert (seen.people, seen.days) == (size, 2 * size)
        looked = _statements(functools.partial(_look, scoped, **said))
        wrote = _statements(functools.partial(_apply, scoped, seen.fingerprint, **said))
        counted.append((looked, wrote))
    assert counted[0] == counted[1]
    assert counted[0][0] == ["SELECT"] * 10


def test_the_difference_is_shown_up_to_a_bound_and_counted_whole(
    scoped: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(recompute, "MOST_SHOWN", 1)
    monkeypatch.setattr(judging, "PEOPLE_A_BATCH", 1)
    for employee in (scoped.maya, scoped.bikram):
        scoped.punch(employee, f"{MONDAY} 09:04")
        scoped.punch(employee, f"{MONDAY} 17:30", Direction.OUT)
        person_recompute(employee=employee, first=MONDAY, last=MONDAY, now=NOW)
    _shift_from(scoped, START, late_grace_minutes=0)
    seen = _look(scoped, last=MONDAY, employees=Employee.objects.exclude(pk=scoped.hari.pk))
    # Maya was late by four minutes; on Bikram's night shift nothing changes.
    assert (seen.people, seen.days, len(seen.shown)) == (1, 1, 1)


@pytest.mark.parametrize("role", [None, Role.MANAGER, Role.AUDITOR])
def test_only_hr_sees_what_reopening_would_change(scoped: World, role: Role | None) -> None:
    period = AttendancePeriod.objects.create(
        company=scoped.company, starts_on=MONDAY.replace(day=1), state=PeriodState.LOCKED,
        locked_at=NOW, locked_by=scoped.hari.user,
    )  # fmt: skip
    by = scoped.actor(scoped.bikram, *([role] if role else []))
    with pytest.raises(NotAllowed):
        recompute.reopen_preview(period=period, now=NOW, by=by)
    assert recompute.reopen_preview(period=period, now=NOW, by=scoped.hr).people == 3
