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
    MarkKind,
)
from attendance.models import (
    AttendanceDay,
    AttendancePeriod,
    CorrectionDecision,
    CorrectionRequest,
    FaceConsent,
    FaceEnrolment,
    FaceTemplate,
    OptionalHolidayPick,
    Punch,
    PunchFrame,
    ShiftAssignment,
)
from attendance.services import decisions, enrolment, marks, verdicts
from companies.enums import CalendarKind, Role
from companies.models import CalendarDay, Company, Department, Placement, RoleGrant
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World, at, make_world

DAY = dt.date(2026, 3, 2)


def _fill_companies(world: World) -> None:
    company = world.company
    works = Department.objects.create(company=company, name="Works")
    looms = Department.objects.create(company=company, name="Looms", parent=works)
    CalendarDay.objects.create(
        company=company, date=DAY, kind=CalendarKind.HOLIDAY, name="Holi", office=world.office
    )
    Placement.objects.create(
        company=company, employee=world.maya, starts_on=DAY, office=world.office,
        department=looms, manager=world.hari, default_shift=world.day_shift,
    )  # fmt: skip
    RoleGrant.objects.create(
        company=company, user=world.hari.user, role=Role.MANAGER, department=looms, starts_on=START
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
    AttendancePeriod.objects.create(company=company, starts_on=DAY.replace(day=1))
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


def filled(code: str = "kettle") -> World:
    """Return a world where every company-owned table and key between them is in use."""
    world = make_world(code)
    with company_scope(world.company):
        _fill_companies(world)
        _fill_faces(world)
        _fill_days(world)
        world.punch(world.maya, "2026-03-02 09:00")
        punch = Punch.objects.get()
        PunchFrame.objects.create(
            company=world.company, punch=punch, sha256="0" * 64, size=1, purge_on=DAY
        )
        decisions.punch_void(punch=punch, reason="a test", by=world.hr)
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
