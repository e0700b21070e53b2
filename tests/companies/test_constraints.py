"""Each constraint refuses what it is for, and no more; the tables below must name them all."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable
from functools import partial

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction
from django.utils import timezone

from attendance.enums import (
    DayStatus,
    Direction,
    EnrolmentState,
    FrameKind,
    ManualAction,
    MarkKind,
    Portion,
    Source,
    TurnState,
)
from attendance.models import (
    AttendanceDay,
    DayMark,
    FaceConsent,
    FaceEnrolment,
    ManualVerdict,
    OptionalHolidayPick,
    ParkedTap,
    Punch,
    ShiftAssignment,
)
from companies.enums import CalendarKind, Role
from companies.models import (
    CalendarDay,
    CompanyLogo,
    Delegation,
    Department,
    Employee,
    Look,
    Office,
    OfficeVersion,
    Placement,
    RecordsRequest,
    RoleGrant,
    Shift,
    ShiftVersion,
    SupportGrant,
    User,
)
from companies.scoping import company_scope
from tests.attendance.world import START, World, at, make_company
from tests.companies import careers_constraints as careers_rows
from tests.companies import correction_constraints as correction_rows
from tests.companies import internship_constraints as internship_rows
from tests.companies import invitation_constraints as invitation_rows
from tests.companies import overtime_constraints as overtime_rows
from tests.companies import period_constraints as period_rows
from tests.companies import slack_constraints as slack_rows
from tests.companies.mail_rows import choices, export, read_by, schedule
from tests.companies.rows import frames, questions
from tests.companies.sign_in_rows import domain, domain_of_two, email_change, join, reset
from tests.leave import constraints as leave_rows

DAY = dt.date(2026, 3, 2)
BEFORE = DAY - dt.timedelta(days=1)
NOW = at("2026-03-02 09:00")
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


def _delegation(world: World, **columns: object) -> None:
    wanted = {"giver": world.hari, "delegate": world.maya, "starts_on": DAY, "ends_on": DAY}
    Delegation.objects.create(company=world.company, made_by=world.hari.user, **wanted | columns)


def _support(world: World, **columns: object) -> None:
    wanted = {"operator": world.hari.user, "reason": "r", "asked_at": timezone.now()} | columns
    SupportGrant.objects.create(company=world.company, **wanted)


def _records(world: World, **columns: object) -> None:
    wanted = {"user": world.maya.user, "asked_at": timezone.now()} | columns
    RecordsRequest.objects.create(company=world.company, **wanted)


def _logo(world: World) -> None:
    CompanyLogo.objects.create(company=world.company, content=b"a", sha256="0" * 64)


def _holiday(world: World, **columns: object) -> None:
    wanted = {"date": DAY, "kind": CalendarKind.HOLIDAY, "name": "Holi"} | columns
    CalendarDay.objects.create(company=world.company, **wanted)


def _look(world: World, **columns: object) -> None:
    wanted = {"employee": world.maya, "kind": "photo", "target_id": "one", "window": 7}
    wanted |= {"viewer_id": "somebody"} | columns
    Look.objects.create(
        company=world.company, target_type="attendance.punchframe", viewer_kind="person",
        channel="web", looked_at=at("2026-03-02 09:00"), **wanted,
    )  # fmt: skip


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


def _parked(**changes: object) -> ParkedTap:
    values = {"who": "a#b", "tap": "t", "error": "nobody_there", "parked_at": NOW} | changes
    return ParkedTap.objects.create(**values)


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


REFUSED: list[Case] = [
    ("companies_user_email_ignoring_case", lambda w: User.objects.create(
        email="MAYA@kettle.example", name="Other")),
    ("companies_employee_code_once", lambda w: _employee(w, code="maya")),
    ("companies_employee_one_open_engagement", lambda w: _employee(w, user=w.maya.user)),
    ("companies_employee_leaves_after_joining", lambda w: _employee(w, left_on=BEFORE)),
    ("companies_placement_one_a_date", lambda w: _placement(w, starts_on=START)),
    ("companies_placement_not_own_manager", lambda w: _placement(w, manager=w.maya)),
    ("companies_rolegrant_ends_after_start", lambda w: _grant(w, BEFORE)),
    ("companies_noticechoice_once_a_kind", lambda w: choices(w, "leave_asked", "leave_asked")),
    ("companies_delegation_ends_after_start", lambda w: _delegation(w, ends_on=BEFORE)),
    ("companies_delegation_to_another", lambda w: _delegation(w, delegate=w.hari)),
    ("companies_delegation_ended_by_somebody", lambda w: _delegation(w, ended_at=timezone.now())),
    ("companies_delegation_ended_by_somebody", lambda w: _delegation(w, ended_by=w.hari.user)),
    ("companies_companylogo_one", _twice(_logo)),
    ("companies_companydomain_once", _twice(domain)),
    ("companies_companydomain_one_owner", lambda w: domain_of_two(w, timezone.now())),
    ("companies_supportgrant_one_waits", _twice(_support)),
    ("companies_supportgrant_eight_hours_at_most", lambda w: _support(w, minutes=481)),
    ("companies_supportgrant_eight_hours_at_most", lambda w: _support(w, minutes=0)),
    ("companies_supportgrant_times_where_approved", lambda w: _support(w, outcome="approved")),
    ("companies_supportgrant_times_where_approved", lambda w: _support(
        w, outcome="refused", starts_at=timezone.now(), ends_at=timezone.now())),
    ("companies_supportgrant_ended_by_somebody", lambda w: _support(w, ended_at=timezone.now())),
    ("companies_reportexport_file_where_ready", lambda w: export(w, state="ready")),
    ("companies_reportexport_file_where_ready", lambda w: export(w, file_key="a")),
    *(
        ("companies_reportschedule_one_rhythm", partial(schedule, **when))
        for when in ({}, {"working_day": 1, "weekday": 0}, {"working_day": 0},
                     {"working_day": 16}, {"weekday": 7})
    ),
    ("companies_reportreader_once", lambda w: read_by(w, 2)),
    ("companies_recordsrequest_one_waits", _twice(_records)),
    ("companies_recordsrequest_refused_for_a_reason", lambda w: _records(w, outcome="refused")),
    ("companies_recordsrequest_available_where_approved", lambda w: _records(
        w, outcome="approved")),
    ("companies_recordsrequest_available_where_approved", lambda w: _records(
        w, available_until=timezone.now())),
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
    ("attendance_faceenrolment_one_active", lambda w: _enrolments(
        w, EnrolmentState.ACTIVE, EnrolmentState.ACTIVE)),
    ("attendance_faceenrolment_one_capturing", lambda w: _enrolments(
        w, EnrolmentState.CAPTURING, EnrolmentState.CAPTURING)),
    ("attendance_punch_one_a_tap", _twice(_punch)),
    ("attendance_parkedtap_once", lambda _w: [_parked(), _parked()]),
    ("attendance_punchframe_one_a_kind", lambda w: frames(
        _punch(w), FrameKind.TURNED, FrameKind.TURNED)),
    ("attendance_livenesschallenge_one_open", lambda w: questions(
        _punch(w), TurnState.ASKED, TurnState.ASKED)),
    ("companies_look_one_a_window", _twice(_look)),
    ("companies_emailchange_one_at_a_time", _twice(email_change)),
    ("companies_joinrequest_approved_is_a_company", lambda w: join("approved")),
    ("companies_joinrequest_approved_is_a_company", lambda w: join(made_company=w.company)),
    ("companies_signinreset_one_at_a_time", _twice(reset)),
    ("companies_signinreset_second_person", lambda w: reset(w, "confirmed", decided_id="hr")),
    *leave_rows.REFUSED, *invitation_rows.REFUSED,
    *correction_rows.REFUSED, *overtime_rows.REFUSED, *period_rows.REFUSED,
    *internship_rows.REFUSED,
    *careers_rows.REFUSED,
    *internship_rows.REFUSED, *slack_rows.REFUSED,
]  # fmt: skip
ALLOWED: list[Case] = [
    ("companies_user_email_ignoring_case", _twice(lambda w: User.objects.create(name="Nobody"))),
    ("companies_employee_code_once", _elsewhere(
        Employee, code="maya", name="Maya", joined_on=DAY)),
    ("companies_noticechoice_once_a_kind", lambda w: choices(w, "leave_asked", "leave_decided")),
    ("companies_employee_one_open_engagement", _engaged_again),
    ("companies_employee_one_open_engagement", lambda w: [
        _employee(w, code=code, user=None) for code in ("a", "b")]),
    ("companies_employee_leaves_after_joining", lambda w: _employee(w, left_on=DAY)),
    ("companies_placement_one_a_date", lambda w: [
        _placement(w, employee=employee) for employee in (w.maya, w.bikram)]),
    ("companies_placement_not_own_manager", lambda w: _placement(w, manager=w.hari)),
    ("companies_rolegrant_ends_after_start", lambda w: _grant(w, DAY)),
    ("companies_delegation_ends_after_start", _delegation),
    ("companies_delegation_to_another", lambda w: _delegation(w, delegate=w.bikram)),
    ("companies_delegation_ended_by_somebody", lambda w: _delegation(
        w, ended_at=timezone.now(), ended_by=w.hari.user)),
    ("companies_companylogo_one", _logo),
    ("companies_companydomain_one_owner", lambda w: domain_of_two(w, None)),
    ("companies_companydomain_once", lambda w: [
        domain(w, domain=name) for name in ("a.example", "b.example")]),
    ("companies_supportgrant_one_waits", lambda w: [
        _support(w, outcome=outcome) for outcome in ("", "refused", "refused")]),
    ("companies_supportgrant_eight_hours_at_most", lambda w: _support(w, minutes=480)),
    ("companies_supportgrant_times_where_approved", lambda w: _support(
        w, outcome="approved", starts_at=timezone.now(), ends_at=timezone.now())),
    ("companies_supportgrant_ended_by_somebody", lambda w: _support(
        w, ended_at=timezone.now(), ended_by=w.hari.user)),
    ("companies_reportexport_file_where_ready", lambda w: export(
        w, state="ready", ready_at=timezone.now(), expires_at=timezone.now()
    )),
    ("companies_reportschedule_one_rhythm", lambda w: [
        schedule(w, **when) for when in ({"working_day": 1}, {"working_day": 15}, {"weekday": 6})]),
    ("companies_reportreader_once", lambda w: read_by(w, 1)),
    ("companies_recordsrequest_one_waits", lambda w: [
        _records(w, user=who.user) for who in (w.maya, w.bikram)]),
    ("companies_recordsrequest_refused_for_a_reason", lambda w: _records(
        w, outcome="refused", reason="You have them")),
    ("companies_recordsrequest_available_where_approved", lambda w: _records(
        w, outcome="approved", available_until=timezone.now())),
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
    ("attendance_faceenrolment_one_active", lambda w: _enrolments(
        w, EnrolmentState.ACTIVE, EnrolmentState.CAPTURING)),
    ("attendance_faceenrolment_one_capturing", lambda w: _enrolments(
        w, *(state for state in EnrolmentState for _n in range(2)
             if state not in (EnrolmentState.ACTIVE, EnrolmentState.CAPTURING)))),
    ("attendance_punchframe_one_a_kind", lambda w: frames(_punch(w), *FrameKind)),
    ("attendance_livenesschallenge_one_open", lambda w: questions(
        _punch(w), TurnState.ASKED, TurnState.ENDED, TurnState.ENDED, TurnState.PASSED)),
    ("attendance_punch_one_a_tap", lambda w: [_punch(w, who) for who in (w.maya, w.bikram)]),
    ("attendance_parkedtap_once", lambda _w: [
        _parked(who="a#b"), _parked(who="a#c"), _parked(tap="u")]),
    ("companies_emailchange_one_at_a_time", lambda w: [
        email_change(w, state) for state in ("asked", "stopped", "stopped")]),
    ("companies_joinrequest_approved_is_a_company", lambda w: [
        join(), join("approved", made_company=w.company, token=uuid.UUID(int=8))]),
    ("companies_signinreset_one_at_a_time", lambda w: [
        reset(w, state) for state in ("asked", "refused", "refused")]),
    ("companies_signinreset_second_person", lambda w: reset(w, "refused", decided_id="hr")),
    ("companies_look_one_a_window", lambda w: [_look(w), _look(w, window=8), _look(
        w, target_id="another"), _look(w, viewer_id="another"), _look(w, kind="evidence"),
        _look(w, employee=w.bikram)]),
    *leave_rows.ALLOWED, *invitation_rows.ALLOWED,
    *correction_rows.ALLOWED, *overtime_rows.ALLOWED, *period_rows.ALLOWED,
    *internship_rows.ALLOWED,
    *careers_rows.ALLOWED,
    *internship_rows.ALLOWED, *slack_rows.ALLOWED,
]  # fmt: skip


def _constraints() -> dict[str, tuple[type[models.Model], models.BaseConstraint]]:
    return {
        constraint.name: (model, constraint)
        for model in apps.get_models()
        if model._meta.app_label in ("companies", "attendance", "leave", "portal")
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
