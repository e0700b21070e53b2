"""Each constraint refuses what it is for, and no more; the tables below must name them all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from attendance.enums import (
    CorrectionKind,
    DayStatus,
    Direction,
    EnrolmentState,
    ManualAction,
    MarkKind,
    PeriodState,
    Portion,
    Source,
)
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    CorrectionDecision,
    CorrectionRequest,
    DayMark,
    FaceConsent,
    FaceEnrolment,
    ManualVerdict,
    OptionalHolidayPick,
    Punch,
    PunchEntry,
    PunchState,
    ShiftAssignment,
)
from companies.enums import CalendarKind, Role
from companies.models import (
    CalendarDay,
    Company,
    Department,
    Employee,
    JobRun,
    Office,
    OfficeVersion,
    OutboxMessage,
    Placement,
    RoleGrant,
    Shift,
    ShiftVersion,
    User,
)
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at, make_company

DAY = dt.date(2026, 3, 2)
BEFORE = DAY - dt.timedelta(days=1)
NINE, TEN = dt.time(9), dt.time(10)
Case = tuple[str, Callable[[World], object]]


def _employee(world: World, **columns: object) -> None:
    wanted = {"code": "new", "name": "New", "joined_on": DAY} | columns
    Employee.objects.create(company=world.company, **wanted)


def _placement(world: World, **columns: object) -> None:
    wanted = {"starts_on": DAY, "office": world.office, "employee": world.maya} | columns
    Placement.objects.create(company=world.company, **wanted)


def _grant(world: World, ends_on: dt.date) -> None:
    RoleGrant.objects.create(
        company=world.company, user=world.maya.user, role=Role.MANAGER, starts_on=DAY,
        ends_on=ends_on,
    )  # fmt: skip


def _holiday(world: World, **columns: object) -> None:
    wanted = {"date": DAY, "kind": CalendarKind.HOLIDAY, "name": "Holi"} | columns
    CalendarDay.objects.create(company=world.company, **wanted)


def _office_version(world: World, starts_on: dt.date = DAY) -> None:
    OfficeVersion.objects.create(
        company=world.company, office=world.office, zone="Asia/Kathmandu", starts_on=starts_on
    )


def _shift_version(
    world: World, half: int | None = None, absent: int | None = None, **knobs: object
) -> None:
    ShiftVersion.objects.create(
        company=world.company, shift=world.day_shift, start_time=NINE, end_time=TEN, starts_on=DAY,
        half_day_below_minutes=half, absent_below_minutes=absent, **knobs,
    )  # fmt: skip


def _assignment(world: World, **columns: object) -> None:
    wanted = {"starts_on": DAY, "employee": world.maya} | columns
    ShiftAssignment.objects.create(company=world.company, shift=world.day_shift, **wanted)


def _pick(world: World, employee: Employee | None = None) -> None:
    day, _made = CalendarDay.objects.get_or_create(
        company=world.company, date=DAY, kind=CalendarKind.OPTIONAL_HOLIDAY, name="Losar"
    )
    OptionalHolidayPick.objects.create(
        company=world.company, employee=employee or world.maya, calendar_day=day
    )


def _mark(world: World, **columns: object) -> DayMark:
    mark: DayMark = DayMark.objects.create(
        company=world.company, employee=world.maya, date=DAY, kind=MarkKind.LEAVE, **columns
    )
    return mark


def _by_hand(world: World, **columns: object) -> ManualVerdict:
    wanted = {"action": ManualAction.SET, "status": DayStatus.PRESENT, "reason": "r"} | columns
    row: ManualVerdict = ManualVerdict.objects.create(
        company=world.company, employee=world.maya, date=DAY, **wanted
    )
    return row


def _day(world: World, slot: int = 0) -> None:
    AttendanceDay.objects.create(
        company=world.company, employee=world.maya, date=DAY, slot=slot,
        judged_at=at("2026-03-03 09:00"),
    )  # fmt: skip


def _period(world: World, **columns: object) -> None:
    wanted = {"starts_on": DAY.replace(day=1)} | columns
    AttendancePeriod.objects.create(company=world.company, **wanted)


def _enrolments(world: World, *states: EnrolmentState) -> None:
    consent = FaceConsent.objects.create(
        company=world.company, employee=world.maya, text_version="1", text_sha256="0" * 64,
        is_given=True, decided_at=at("2026-03-01 09:00"),
    )  # fmt: skip
    for state in states:
        FaceEnrolment.objects.create(
            company=world.company, employee=world.maya, consent=consent, state=state,
            started_at=at("2026-03-01 09:00"),
        )  # fmt: skip


def _punch(world: World, employee: Employee | None = None) -> Punch:
    punch: Punch = Punch.objects.create(
        company=world.company, employee=employee or world.maya, tap_id=uuid.UUID(int=4),
        occurred_at=at("2026-03-02 09:00"), zone="Asia/Kathmandu", utc_offset_minutes=345,
        direction=Direction.IN, source=Source.WEB,
    )  # fmt: skip
    return punch


def _twice(make: Callable[[World], object]) -> Callable[[World], None]:
    def both(world: World) -> None:
        make(world)
        make(world)

    return both


def _elsewhere(model: type[models.Model], **columns: object) -> Callable[[World], None]:
    """Return what makes such a row in another company."""

    def make(world: World) -> None:
        company = make_company("elsewhere")
        with company_scope(company):
            model._default_manager.create(company=company, **columns)

    return make


def _engaged_again(world: World) -> None:
    """Maya leaves and comes back."""
    Employee.objects.filter(pk=world.maya.pk).update(left_on=BEFORE)
    _employee(world, user=world.maya.user)


def _decided(world: World, *outcomes: str, **columns: object) -> None:
    request = CorrectionRequest.objects.create(
        company=world.company, employee=world.maya, date=DAY, kind=CorrectionKind.MISSING_OUT,
        out_at=at("2026-03-02 17:30"), zone=ZONE,
    )  # fmt: skip
    for outcome in outcomes:
        CorrectionDecision.objects.create(
            company=world.company, request=request, outcome=outcome, decided_at=timezone.now(),
            **columns,
        )  # fmt: skip


REFUSED: list[Case] = [
    ("companies_user_email_ignoring_case", lambda w: User.objects.create(
        email="MAYA@kettle.example", name="Other")),
    ("companies_employee_code_once", lambda w: _employee(w, code="maya")),
    ("companies_employee_one_open_engagement", lambda w: _employee(w, user=w.maya.user)),
    ("companies_employee_leaves_after_joining", lambda w: _employee(w, left_on=BEFORE)),
    ("companies_placement_one_a_date", lambda w: _placement(w, starts_on=START)),
    ("companies_placement_not_own_manager", lambda w: _placement(w, manager=w.maya)),
    ("companies_rolegrant_ends_after_start", lambda w: _grant(w, BEFORE)),
    ("companies_office_name_once", lambda w: Office.objects.create(
        company=w.company, name="Kathmandu")),
    ("companies_officeversion_one_a_date", _twice(_office_version)),
    ("companies_department_name_once", _twice(
        lambda w: Department.objects.create(company=w.company, name="Looms"))),
    ("companies_calendarday_once", _twice(_holiday)),
    ("companies_calendarday_once", _twice(lambda w: _holiday(w, country="NP", region="BA"))),
    ("companies_calendarday_once_an_office", _twice(lambda w: _holiday(w, office=w.office))),
    ("companies_shift_name_once", lambda w: Shift.objects.create(company=w.company, name="Day")),
    ("companies_shiftversion_absent_below_half", lambda w: _shift_version(w, 60, 61)),
    ("companies_shiftversion_auto_break_whole", lambda w: _shift_version(
        w, auto_break_after_minutes=360)),
    ("companies_shiftversion_auto_break_whole", lambda w: _shift_version(w, auto_break_minutes=30)),
    ("companies_shiftversion_auto_check_out_time", lambda w: _shift_version(
        w, auto_check_out="at_time")),
    ("companies_shiftversion_auto_check_out_time", lambda w: _shift_version(
        w, auto_check_out="after_end", auto_check_out_at=TEN)),
    ("attendance_optionalholidaypick_once", _twice(_pick)),
    ("attendance_shiftassignment_one_a_date", _twice(_assignment)),
    ("attendance_shiftassignment_ends_after_start", lambda w: _assignment(w, ends_on=BEFORE)),
    ("attendance_daymark_hours_have_times", lambda w: _mark(w, portion=Portion.HOURS)),
    ("attendance_daymark_hours_have_times", lambda w: _mark(
        w, portion=Portion.HOURS, starts_at=NINE)),
    ("attendance_daymark_hours_have_times", lambda w: _mark(w, starts_at=NINE, ends_at=TEN)),
    ("attendance_manualverdict_one_chain_a_date", _twice(_by_hand)),
    ("attendance_manualverdict_status_where_set", lambda w: _by_hand(w, status="")),
    ("attendance_manualverdict_status_where_set", lambda w: _by_hand(
        w, action=ManualAction.SKIPPED)),
    ("attendance_manualverdict_status_where_set", lambda w: _by_hand(
        w, action=ManualAction.RELEASED, status="", worked_minutes=1)),
    ("attendance_attendanceday_once", _twice(_day)),
    ("attendance_attendanceperiod_once", _twice(_period)),
    ("attendance_attendanceperiod_locked_by_somebody", lambda w: _period(w, state="locked")),
    ("attendance_attendanceperiod_locked_by_somebody", lambda w: _period(
        w, state="locked", locked_at=timezone.now())),
    ("attendance_attendanceperiod_locked_by_somebody", lambda w: _period(
        w, locked_by=w.hari.user)),
    ("attendance_faceenrolment_one_active", lambda w: _enrolments(
        w, EnrolmentState.ACTIVE, EnrolmentState.ACTIVE)),
    ("attendance_faceenrolment_one_capturing", lambda w: _enrolments(
        w, EnrolmentState.CAPTURING, EnrolmentState.CAPTURING)),
    ("attendance_punch_one_a_tap", _twice(_punch)),
    ("attendance_correctiondecision_refused_for_a_reason", lambda w: _decided(w, "refused")),
]  # fmt: skip
ALLOWED: list[Case] = [
    ("companies_user_email_ignoring_case", _twice(lambda w: User.objects.create(name="Nobody"))),
    ("companies_employee_code_once", _elsewhere(
        Employee, code="maya", name="Maya", joined_on=DAY)),
    ("companies_employee_one_open_engagement", _engaged_again),
    ("companies_employee_one_open_engagement", lambda w: [
        _employee(w, code=code, user=None) for code in ("a", "b")]),
    ("companies_employee_leaves_after_joining", lambda w: _employee(w, left_on=DAY)),
    ("companies_placement_one_a_date", lambda w: [
        _placement(w, employee=employee) for employee in (w.maya, w.bikram)]),
    ("companies_placement_not_own_manager", lambda w: _placement(w, manager=w.hari)),
    ("companies_rolegrant_ends_after_start", lambda w: _grant(w, DAY)),
    ("companies_office_name_once", _elsewhere(Office, name="Kathmandu")),
    ("companies_officeversion_one_a_date", lambda w: [
        _office_version(w, day) for day in (BEFORE, DAY)]),
    ("companies_department_name_once", _elsewhere(Department, name="Looms")),
    ("companies_calendarday_once", lambda w: [
        _holiday(w, country=country) for country in ("", "NP", "IN")]),
    ("companies_calendarday_once_an_office", lambda w: [
        _holiday(w, office=office) for office in (None, w.office)]),
    ("companies_shift_name_once", _elsewhere(Shift, name="Day")),
    ("companies_shiftversion_absent_below_half", lambda w: _shift_version(w, 60, 60)),
    ("companies_shiftversion_absent_below_half", lambda w: _shift_version(w, None, 60)),
    ("companies_shiftversion_auto_break_whole", lambda w: _shift_version(
        w, auto_break_after_minutes=360, auto_break_minutes=30)),
    ("companies_shiftversion_auto_check_out_time", lambda w: _shift_version(
        w, auto_check_out="at_time", auto_check_out_at=TEN)),
    ("companies_shiftversion_auto_check_out_time", lambda w: _shift_version(
        w, auto_check_out="after_end", auto_check_out_minutes=30)),
    ("attendance_optionalholidaypick_once", lambda w: [
        _pick(w, employee) for employee in (w.maya, w.bikram)]),
    ("attendance_shiftassignment_one_a_date", lambda w: [
        _assignment(w, employee=employee) for employee in (w.maya, w.bikram)]),
    ("attendance_shiftassignment_ends_after_start", lambda w: _assignment(w, ends_on=DAY)),
    ("attendance_daymark_hours_have_times", lambda w: _mark(
        w, portion=Portion.HOURS, starts_at=NINE, ends_at=TEN)),
    ("attendance_manualverdict_one_chain_a_date", lambda w: _by_hand(w, replaces=_by_hand(w))),
    ("attendance_manualverdict_status_where_set", lambda w: _by_hand(
        w, action=ManualAction.SKIPPED, status="")),
    ("attendance_attendanceday_once", lambda w: [_day(w, slot) for slot in (0, 1)]),
    ("attendance_attendanceperiod_once", lambda w: [
        _period(w, starts_on=day) for day in (dt.date(2026, 3, 1), dt.date(2026, 4, 1))]),
    ("attendance_attendanceperiod_locked_by_somebody", lambda w: _period(
        w, state=PeriodState.LOCKED, locked_at=timezone.now(), locked_by=w.hari.user)),
    ("attendance_faceenrolment_one_active", lambda w: _enrolments(
        w, EnrolmentState.ACTIVE, EnrolmentState.CAPTURING)),
    ("attendance_faceenrolment_one_capturing", lambda w: _enrolments(
        w, *(state for state in EnrolmentState for _n in range(2)
             if state not in (EnrolmentState.ACTIVE, EnrolmentState.CAPTURING)))),
    ("attendance_correctiondecision_refused_for_a_reason", lambda w: _decided(w, "approved")),
    ("attendance_correctiondecision_refused_for_a_reason", lambda w: _decided(
        w, "refused", reason="You left later")),
    ("attendance_punch_one_a_tap", lambda w: [_punch(w, who) for who in (w.maya, w.bikram)]),
]  # fmt: skip


def _constraints() -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    return {
        constraint.name: (model, constraint)
        for model in apps.get_models()
        if model._meta.app_label in ("companies", "attendance", "portal")
        for constraint in model._meta.constraints
    }


def _refusal(name: str) -> str:
    """Return how this database names the constraint: SQLite tells a unique one by its columns."""
    model, constraint = _constraints()[name]
    if connection.vendor == "postgresql":
        return f'"{name}"'
    if isinstance(constraint, models.CheckConstraint):
        return f"CHECK constraint failed: {name}"
    assert isinstance(constraint, models.UniqueConstraint)
    if constraint.expressions:
        return f"UNIQUE constraint failed: index '{name}'"
    columns = (model._meta.get_field(field).column for field in constraint.fields)
    table = model._meta.db_table
    return "UNIQUE constraint failed: " + ", ".join(f"{table}.{column}" for column in columns)


@pytest.mark.parametrize("table", [REFUSED, ALLOWED], ids=["refused", "allowed"])
def test_the_table_names_every_constraint(table: list[Case]) -> None:
    assert {name for name, _make in table} == set(_constraints())


@pytest.mark.parametrize(("name", "make"), REFUSED, ids=[name for name, _make in REFUSED])
def test_the_database_refuses(name: str, make: Callable[[World], object], world: World) -> None:
    with (
        company_scope(world.company),
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
    ):
        make(world)
    assert _refusal(name) in str(refused.value)


@pytest.mark.parametrize(("name", "make"), ALLOWED, ids=[name for name, _make in ALLOWED])
def test_the_database_takes_what_comes_close(
    name: str, make: Callable[[World], object], world: World
) -> None:
    with company_scope(world.company):
        make(world)
        connection.check_constraints()


# --- columns that are unique by themselves -------------------------------------------------------


def _withdrawn_twice(world: World) -> None:
    mark = _mark(world)
    for _n in range(2):
        _mark(world, withdraws=mark)


def _replaced_twice(world: World) -> None:
    first = _by_hand(world)
    for _n in range(2):
        _by_hand(world, replaces=first)


def _state_twice(world: World) -> None:
    punch = _punch(world)
    for _n in range(2):
        PunchState.objects.create(
            company=world.company, punch=punch, employee=world.maya, direction=Direction.IN,
            occurred_at=punch.occurred_at,
        )  # fmt: skip


def _entry(world: World) -> None:
    PunchEntry.objects.create(
        company=world.company, employee=world.maya, key="k", tap_id=uuid.UUID(int=4), kind="void",
        occurred_at=at("2026-03-02 09:00"),
    )  # fmt: skip


def _message(world: World) -> None:
    now = timezone.now()
    OutboxMessage.objects.create(
        company=world.company, dedupe_key="k", channel="email", to="maya@kettle.example",
        template="t", not_before=now, next_at=now,
    )  # fmt: skip


UNIQUE: dict[str, Callable[[World], object]] = {
    "attendance_correctiondecision.request_id": lambda w: _decided(w, "approved", "withdrawn"),
    "attendance_daymark.withdraws_id": _withdrawn_twice,
    "attendance_manualverdict.replaces_id": _replaced_twice,
    "attendance_punchentry.key": _twice(_entry),
    "attendance_punchstate.punch_id": _state_twice,
    "companies_company.code": lambda w: Company.objects.create(name="Other", code="kettle"),
    "companies_jobrun.name": _twice(
        lambda w: JobRun.objects.create(name="outbox", started_at=timezone.now())
    ),
    "companies_outboxmessage.dedupe_key": _twice(_message),
}


def test_every_unique_column_is_tried() -> None:
    found = {
        f"{model._meta.db_table}.{field.column}"
        for model in apps.get_models()
        if model._meta.app_label in ("companies", "attendance", "portal")
        for field in model._meta.concrete_fields
        if field.unique and not field.primary_key and field.name != "public_id"
    }
    # An e-mail that repeats repeats without case as well: REFUSED has it.
    assert set(UNIQUE) == found - {"companies_user.email"}


@pytest.mark.parametrize("column", sorted(UNIQUE))
def test_a_unique_column_refuses_a_second(column: str, world: World) -> None:
    with (
        company_scope(world.company),
        pytest.raises(IntegrityError) as refused,
        transaction.atomic(),
    ):
        UNIQUE[column](world)
    table, _dot, name = column.partition(".")
    text = str(refused.value)
    if connection.vendor == "postgresql":
        assert f'"{table}_{name}' in text
        assert "unique constraint" in text
    else:
        assert text == f"UNIQUE constraint failed: {column}"
