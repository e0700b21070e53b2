"""What each constraint of months and of the payroll file refuses, and what comes close."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import partial

from django.utils import timezone

from attendance.models import AttendancePeriod, PayrollColumn, PeriodLine
from companies.models import Employee
from tests.attendance.world import World

Case = tuple[str, Callable[[World], object]]
EMPTY_ROLL: dict[str, object] = {"begin": 0, "end": 0, "kinds": [], "days": [], "minutes": []}
MARCH, APRIL = dt.date(2026, 3, 1), dt.date(2026, 4, 1)


def _period(world: World, **columns: object) -> None:
    wanted = {"starts_on": MARCH} | columns
    AttendancePeriod.objects.create(company=world.company, **wanted)


def _asked(world: World, **columns: object) -> None:
    wanted = {"asked_for": "lock", "asked_at": timezone.now(), "asked_by": world.hari.user}
    _period(world, **(wanted | columns))


def _line(world: World, person: Employee | None = None) -> None:
    period, _made = AttendancePeriod.objects.get_or_create(company=world.company, starts_on=MARCH)
    PeriodLine.objects.create(
        company=world.company,
        period=period,
        employee=person or world.maya,
        code="m",
        name="Maya",
        roll=EMPTY_ROLL,
    )


def _column(world: World, **columns: object) -> None:
    wanted = {"heading": "Emp", "source": "code"} | columns
    PayrollColumn.objects.create(company=world.company, **wanted)


REFUSED: list[Case] = [
    ("attendance_attendanceperiod_once", lambda w: [_period(w), _period(w)]),
    ("attendance_attendanceperiod_locked_at_a_time", lambda w: _period(w, state="locked")),
    ("attendance_attendanceperiod_locked_at_a_time", lambda w: _period(
        w, locked_by=w.hari.user)),
    ("attendance_attendanceperiod_locked_at_a_time", lambda w: _period(
        w, state="review", fingerprint="0" * 64)),
    *(
        ("attendance_attendanceperiod_asked_by_somebody", partial(_asked, **columns))
        for columns in ({"asked_by": None}, {"asked_at": None}, {"asked_for": ""})
    ),
    ("attendance_attendanceperiod_asked_by_somebody", lambda w: _period(w, asked_reason="x")),
    ("attendance_periodline_once_a_person", lambda w: [_line(w), _line(w)]),
    ("attendance_payrollcolumn_one_a_heading", lambda w: [_column(w), _column(w)]),
    ("attendance_payrollcolumn_value_where_one_is_due", lambda w: _column(
        w, source="leave_of_type")),
    ("attendance_payrollcolumn_value_where_one_is_due", lambda w: _column(w, value="x")),
]  # fmt: skip
ALLOWED: list[Case] = [
    ("attendance_attendanceperiod_once", lambda w: [
        _period(w, starts_on=first) for first in (MARCH, APRIL)]),
    ("attendance_attendanceperiod_locked_at_a_time", lambda w: [
        _period(w, state="locked", locked_at=timezone.now(), locked_by=w.hari.user),
        _period(w, starts_on=APRIL, state="locked", locked_at=timezone.now())]),
    ("attendance_attendanceperiod_asked_by_somebody", _asked),
    ("attendance_periodline_once_a_person", lambda w: [
        _line(w, person) for person in (w.maya, w.bikram)]),
    ("attendance_payrollcolumn_one_a_heading", lambda w: [
        _column(w, heading=heading) for heading in ("A", "B")]),
    ("attendance_payrollcolumn_value_where_one_is_due", lambda w: [
        _column(w, heading="A", source="fixed"),
        _column(w, heading="B", source="fixed", value="x"),
        _column(w, heading="C", source="overtime_at_rate", value="150")]),
]  # fmt: skip
