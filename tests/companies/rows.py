"""A world with a row in every table that belongs to a company, for tests over all of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.db import connection, models

from attendance.enums import (
    CorrectionKind,
    CorrectionOutcome,
    DayStatus,
    EnrolmentState,
    ErasureReason,
    FrameKind,
    MarkKind,
    OvertimeOutcome,
    Turn,
    TurnState,
)
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    CorrectionCancellation,
    CorrectionDecision,
    CorrectionFile,
    CorrectionPunch,
    CorrectionRequest,
    ErasureReceipt,
    FaceConsent,
    FaceDeletion,
    FaceEnrolment,
    FaceErasure,
    FaceTemplate,
    FaceUpload,
    FileDeletion,
    LivenessChallenge,
    OptionalHolidayPick,
    OvertimeDay,
    OvertimeDecision,
    PayrollColumn,
    PeriodLine,
    Punch,
    PunchFrame,
    ShiftAssignment,
)
from attendance.rules import payable
from attendance.services import decisions, enrolment, marks, verdicts
from companies.enums import CalendarKind, InvitationChannel, LookKind, Role
from companies.ids import uuid7
from companies.looks import look_record
from companies.models import (
    CalendarDay,
    Company,
    CompanyDomain,
    CompanyLogo,
    Delegation,
    Department,
    Invitation,
    NoticeChoice,
    Pin,
    Placement,
    RecordsRequest,
    ReportExport,
    ReportReader,
    ReportSchedule,
    RoleGrant,
    ShiftVersion,
    SignInReset,
    SupportGrant,
)
from companies.scoping import company_scope
from tests.attendance.overtime_world import give, give_everybody, make_policy, rule
from tests.attendance.world import START, ZONE, World, at, make_world
from tests.companies.careers_constraints import fill_careers
from tests.companies.internship_constraints import fill_internships
from tests.companies.period_constraints import EMPTY_ROLL
from tests.companies.slack_constraints import fill_slack
from tests.leave.rows import fill_leave

DAY = dt.date(2026, 3, 2)


def _fill_companies(world: World) -> None:
    company = world.company
    works = Department.objects.create(company=company, name="Works")
    looms = Department.objects.create(company=company, name="Looms", parent=works)
    CalendarDay.objects.create(
        company=company, date=DAY, kind=CalendarKind.HOLIDAY, name="Holi", office=world.office
    )
    CompanyLogo.objects.create(company=company, content=b"a picture", sha256="0" * 64)
    Placement.objects.create(
        company=company, employee=world.maya, starts_on=DAY, office=world.office,
        department=looms, manager=world.hari, default_shift=world.day_shift,
    )  # fmt: skip
    RoleGrant.objects.create(
        company=company, user=world.hari.user, role=Role.MANAGER, department=looms, starts_on=START
    )


def _fill_sign_in(world: World) -> None:
    now = at("2026-03-01 09:00")
    Pin.objects.create(company=world.company, employee=world.maya, hashed="x", set_at=now)
    Invitation.objects.create(
        company=world.company, employee=world.maya, channel=InvitationChannel.PRINT,
        token_hash="0" * 64, made_at=now, expires_at=now + dt.timedelta(days=14),
    )  # fmt: skip
    SignInReset.objects.create(
        company=world.company, employee=world.maya, reason="a lost phone", asked_id="hr",
        asked_name="Hari", asked_at=now,
    )  # fmt: skip


def _fill_access(world: World) -> None:
    company, now = world.company, at("2026-03-01 09:00")
    Delegation.objects.create(
        company=company, giver=world.hari, delegate=world.bikram, starts_on=DAY, ends_on=DAY,
        made_by=world.hari.user,
    )  # fmt: skip
    SupportGrant.objects.create(
        company=company, operator=world.bikram.user, reason="a test", asked_at=now
    )
    CompanyDomain.objects.create(
        company=company, domain=f"{company.code}.example", token="t", asked_at=now
    )
    RecordsRequest.objects.create(company=company, user=world.maya.user, asked_at=now)
    NoticeChoice.objects.create(
        company=company, user=world.maya.user, kind="leave_asked", is_wanted=False, chosen_at=now
    )
    ReportExport.objects.create(
        company=company, user=world.hari.user, report="summary", file_format="csv", total=1,
        file_name="summary.csv", asked_at=now,
    )  # fmt: skip
    schedule = ReportSchedule.objects.create(
        company=company, name="Roll", report="muster-roll", file_format="xlsx", working_day=1,
        office=world.office, department=Department.objects.earliest("pk"),
    )  # fmt: skip
    ReportReader.objects.create(
        company=company, schedule=schedule, employee=world.hari, done_to=DAY
    )


def _fill_faces(world: World) -> None:
    now = at("2026-03-01 09:00")
    enrolment.consent_answer(by=world.actor(world.maya), is_given=True, now=now)
    enrolled = FaceEnrolment.objects.create(
        company=world.company, employee=world.maya, consent=FaceConsent.objects.get(),
        state=EnrolmentState.ACTIVE, started_at=now,
    )  # fmt: skip
    FaceTemplate.objects.create(
        company=world.company, enrolment=enrolled, engine="fake", version="1", key_id="k",
        ciphertext=b"sealed",
    )  # fmt: skip
    FaceUpload.objects.create(
        company=world.company, enrolment=enrolled, content_type="image/jpeg", asked_at=now,
        expires_at=now,
    )  # fmt: skip
    erasure = FaceErasure.objects.create(
        company=world.company, employee=world.bikram, reason=ErasureReason.ASKED, asked_at=now,
        by_kind="person",
    )  # fmt: skip
    FileDeletion.objects.create(company=world.company, erasure=erasure, storage_key="raw/x")
    FaceDeletion.objects.create(
        company=world.company, erasure=erasure, engine="fake", external_id="x:1"
    )
    ErasureReceipt.objects.create(company=world.company, erasure=erasure, finished_at=now)


def _fill_days(world: World) -> None:
    company = world.company
    ShiftAssignment.objects.create(
        company=company, employee=world.maya, shift=world.day_shift, starts_on=DAY
    )
    mark = marks.mark_add(
        employee=world.maya, date=DAY, kind=MarkKind.LEAVE, source_ref="test", by=world.hr
    )
    verdicts.day_set(
        employee=world.maya, date=DAY, halves=(DayStatus.PRESENT,) * 2, worked_minutes=480,
        reason="test", by=world.hr,
    )  # fmt: skip
    verdicts.day_release(employee=world.maya, date=DAY, reason="test", by=world.hr)
    marks.mark_withdraw(mark=mark, source_ref="test", by=world.hr)
    offered = CalendarDay.objects.create(
        company=company, date=DAY, kind=CalendarKind.OPTIONAL_HOLIDAY, name="Losar"
    )
    OptionalHolidayPick.objects.create(company=company, employee=world.maya, calendar_day=offered)
    AttendanceDay.objects.get_or_create(
        company=company, employee=world.bikram, date=DAY, judged_at=at("2026-03-03 09:00")
    )
    period = AttendancePeriod.objects.create(company=company, starts_on=DAY.replace(day=1))
    PeriodLine.objects.create(
        company=company, period=period, employee=world.maya, code="maya", name="Maya",
        roll=EMPTY_ROLL, figures=payable.to_json(payable.Payable())[0],
    )  # fmt: skip
    PayrollColumn.objects.create(company=company, heading="Emp", source="code")
    _fill_overtime(world)
    request = CorrectionRequest.objects.create(
        company=company, employee=world.maya, date=DAY, kind=CorrectionKind.MISSING_OUT,
        out_at=at("2026-03-02 17:30"), zone=ZONE,
    )  # fmt: skip
    CorrectionDecision.objects.create(
        company=company,
        request=request,
        outcome=CorrectionOutcome.WITHDRAWN,
        decided_at=at("2026-03-03 09:00"),
    )


def _fill_regularisation(world: World) -> None:
    """An approved request to take a punch out, which was taken back."""
    fixed, now = {"company": world.company}, at("2026-03-03 09:00")
    request = CorrectionRequest.objects.create(
        **fixed, employee=world.maya, date=DAY, kind=CorrectionKind.PUNCHES, zone=ZONE
    )
    punch = Punch.objects.get(employee=world.maya)
    CorrectionPunch.objects.create(
        **fixed, request=request, occurred_at=now, direction=punch.direction, voids=punch
    )
    CorrectionFile.objects.create(
        **fixed, request=request, storage_key="corrections/x", content_type="application/pdf",
        size=1, sha256="x", purge_on=DAY, created_at=now,
    )  # fmt: skip
    decision = CorrectionDecision.objects.create(
        **fixed, request=request, outcome=CorrectionOutcome.APPROVED, decided_at=now
    )
    CorrectionCancellation.objects.create(
        **fixed, decision=decision, reason="test", cancelled_at=now
    )


def _fill_overtime(world: World) -> None:
    company = world.company
    policy = make_policy(world, rule())
    give_everybody(world, policy)
    give(world.maya, policy)
    version = ShiftVersion.objects.filter(shift=world.day_shift).earliest("id")
    version.pk, version.public_id, version.overtime_policy = None, uuid7(), policy
    version.save(force_insert=True)
    # A date that nothing else here judges anew.
    on = DAY - dt.timedelta(days=30)
    OvertimeDay.objects.create(
        company=company, employee=world.maya, date=on, extra_minutes=30, state="counted",
        computed_at=at("2026-03-03 09:00"),
    )  # fmt: skip
    first = None
    for outcome in (OvertimeOutcome.APPROVED, OvertimeOutcome.TAKEN_BACK):
        first = OvertimeDecision.objects.create(
            company=company, employee=world.maya, date=on, outcome=outcome, replaces=first,
            decided_by_kind="person", decided_at=at("2026-03-03 09:00"),
        )  # fmt: skip


def frames(punch: Punch, *kinds: FrameKind) -> None:
    """Give a punch a picture of each kind."""
    for kind in kinds:
        PunchFrame.objects.create(
            company=punch.company, punch=punch, kind=kind, sha256="0" * 64, size=1, purge_on=DAY
        )


def questions(punch: Punch, *states: TurnState) -> None:
    """Give a punch questions for a head turn."""
    for state in states:
        LivenessChallenge.objects.create(
            company=punch.company, punch=punch, employee=punch.employee, turn=Turn.LEFT,
            state=state, issued_at=punch.occurred_at, expires_at=punch.occurred_at,
        )  # fmt: skip


def filled(code: str = "kettle") -> World:
    """Return a world where every company-owned table and key between them is in use."""
    world = make_world(code)
    with company_scope(world.company):
        _fill_companies(world)
        _fill_sign_in(world)
        _fill_access(world)
        _fill_faces(world)
        _fill_days(world)
        world.punch(world.maya, "2026-03-02 09:00")
        _fill_regularisation(world)
        punch = Punch.objects.get()
        frames(punch, FrameKind.FRONTAL)
        questions(punch, TurnState.ASKED)
        decisions.punch_void(punch=punch, reason="a test", by=world.hr)
        fill_leave(world)
        fill_internships(world)
        fill_careers(world)
        fill_slack(world)
        look_record(by=world.hr, employee=world.maya, kind=LookKind.EVIDENCE, target=punch)
    return world


def raw(statement: str, values: list[Any] | None = None) -> None:
    """Run a statement that no manager, scope or signal sees."""
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


def raw_id(table: str, company: Company, column: str = "id") -> int:
    """Return the lowest id of the company's rows whose column is filled."""
    with connection.cursor() as cursor:
        cursor.execute(
            f'SELECT min(id) FROM "{table}" WHERE company_id = %s AND "{column}" IS NOT NULL',
            [company.pk],
        )
        (found,) = cursor.fetchone()
    assert found is not None, f"{table}.{column}: no row of {company} to test with"
    return int(found)


def insert_copy(model: type[models.Model], row: int, **replaced: int) -> None:
    """Insert a row that repeats another but for the replaced columns, past every manager."""
    columns = [f.column for f in model._meta.concrete_fields if not f.primary_key]
    names = ", ".join(f'"{column}"' for column in columns)
    values = ", ".join("%s" if column in replaced else f'"{column}"' for column in columns)
    raw(
        f'INSERT INTO "{model._meta.db_table}" ({names}) '
        f'SELECT {values} FROM "{model._meta.db_table}" WHERE id = %s',
        [*(replaced[column] for column in columns if column in replaced), row],
    )
