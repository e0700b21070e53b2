"""Rows stay in their company and revisions rise, whoever writes; on SQLite and PostgreSQL alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.apps import apps
from django.core.management import call_command
from django.db import IntegrityError, connection, models, transaction

from companies import checks, integrity
from companies.actor import job_actor
from companies.models import (
    CalendarDay,
    Company,
    Department,
    Office,
    Placement,
    Shift,
    ShiftVersion,
)
from companies.scoping import company_scope, no_scope
from tests.attendance.world import World
from tests.companies.rows import filled, insert_copy, raw, raw_id

pytestmark = pytest.mark.django_db

MUSTERS_APPS = ("companies", "attendance", "leave", "portal")
OWNED = {
    "attendance.AttendanceDay",
    "attendance.AttendancePeriod",
    "attendance.Certificate",
    "attendance.CertificateRevocation",
    "attendance.CorrectionCancellation",
    "attendance.CorrectionDecision",
    "attendance.CorrectionFile",
    "attendance.CorrectionPunch",
    "attendance.CorrectionRequest",
    "attendance.DayMark",
    "attendance.ErasureReceipt",
    "attendance.FaceConsent",
    "attendance.FaceDeletion",
    "attendance.FaceEnrolment",
    "attendance.FaceErasure",
    "attendance.FaceTemplate",
    "attendance.FaceUpload",
    "attendance.FileDeletion",
    "attendance.LivenessChallenge",
    "attendance.ManualVerdict",
    "attendance.OptionalHolidayPick",
    "attendance.OvertimeDay",
    "attendance.OvertimeDecision",
    "attendance.PayrollColumn",
    "attendance.PeriodLine",
    "attendance.Punch",
    "attendance.PunchEntry",
    "attendance.PunchFrame",
    "attendance.PunchState",
    "attendance.ShiftAssignment",
    "companies.Application",
    "companies.ApplicationAnswer",
    "companies.ApplicationEvent",
    "companies.ApplicationFile",
    "companies.CalendarDay",
    "companies.CareersPage",
    "companies.CompanyDomain",
    "companies.CompanyLogo",
    "companies.Delegation",
    "companies.Department",
    "companies.Employee",
    "companies.Internship",
    "companies.InternshipEvent",
    "companies.Invitation",
    "companies.Look",
    "companies.NoticeChoice",
    "companies.Office",
    "companies.OfficeVersion",
    "companies.Opening",
    "companies.Pin",
    "companies.Placement",
    "companies.OvertimePolicy",
    "companies.OvertimePolicyVersion",
    "companies.PolicyVersion",
    "companies.RecordsRequest",
    "companies.ReportExport",
    "companies.ReportReader",
    "companies.ReportSchedule",
    "companies.RoleGrant",
    "companies.ScreeningQuestion",
    "companies.Shift",
    "companies.ShiftVersion",
    "companies.SlackDelivery",
    "companies.SlackIdentity",
    "companies.SlackMessage",
    "companies.SlackWorkspace",
    "companies.SupportGrant",
    "companies.SignInReset",
    "companies.VisitorQuestion",
    "leave.Allocation",
    "leave.BlockDate",
    "leave.BlockExemption",
    "leave.CalendarFeed",
    "leave.Closure",
    "leave.CompOffClaim",
    "leave.CompOffDecision",
    "leave.LeastCover",
    "leave.LeaveApprovalStep",
    "leave.LeaveAttachment",
    "leave.LeaveDay",
    "leave.LeavePlan",
    "leave.LeavePlanVersion",
    "leave.LeaveRequest",
    "leave.LeaveRequestState",
    "leave.LeaveType",
    "leave.LeaveTypeVersion",
    "leave.LeaveYearClose",
    "leave.LedgerEntry",
    "leave.PlanAssignment",
    "leave.ReminderVersion",
    "leave.RequestDraw",
    "leave.RequestStep",
}
# Tables that belong to nobody's company: people themselves, the platform, and machinery.
OF_NO_COMPANY = {
    "attendance.ParkedTap",
    "companies.AuditEvent",
    "companies.BlockedAddress",
    "companies.Company",
    "companies.EmailChange",
    "companies.FormSubmission",
    "companies.JobRun",
    "companies.JoinRequest",
    "companies.OperatorGrant",
    "companies.OutboxMessage",
    "companies.PurgePermit",
    "companies.SignedInSession",
    "companies.Throttle",
    "companies.User",
}
RAISES = {
    "attendance.FaceEnrolment": "faces_revision",
    "attendance.FaceTemplate": "faces_revision",
    "companies.CalendarDay": "settings_revision",
    "companies.Employee": "faces_revision",
    "companies.Office": "settings_revision",
    "companies.OfficeVersion": "settings_revision",
    "companies.OvertimePolicy": "settings_revision",
    "companies.OvertimePolicyVersion": "settings_revision",
    "companies.PolicyVersion": "settings_revision",
    "companies.Shift": "settings_revision",
    "companies.ShiftVersion": "settings_revision",
    "leave.LeaveApprovalStep": "settings_revision",
    "leave.LeavePlan": "settings_revision",
    "leave.LeavePlanVersion": "settings_revision",
    "leave.LeaveType": "settings_revision",
    "leave.LeaveTypeVersion": "settings_revision",
}


def _model(label: str) -> type[models.Model]:
    return apps.get_model(label)


def _keys() -> list[tuple[str, str, str]]:
    return [
        (model._meta.label, column, parent)
        for model in integrity.owned_models()
        for column, parent in integrity._owned_foreign_keys(model)
    ]


@contextmanager
def _refused(text: str) -> Iterator[None]:
    """Expect the database's refusal, which starts with this text, and go on after it."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert str(refusal.value).startswith(f"muster:{text}")


@contextmanager
def _permitted(world: World) -> Iterator[None]:
    """Open append-only tables too, so that only what is under test can refuse."""
    with integrity.purge(by=job_actor("retention"), reason="a test", subject=world.company):
        yield


# --- the registry and its triggers ---------------------------------------------------------------


def test_every_table_belongs_to_a_company_or_stands_in_the_list() -> None:
    found = {m._meta.label for m in apps.get_models() if m._meta.app_label in MUSTERS_APPS}
    assert {m._meta.label for m in integrity.owned_models()} == OWNED
    assert found - OWNED == OF_NO_COMPANY


def test_tables_that_raise_a_revision_are_these() -> None:
    found = {m._meta.label: getattr(m, "raises", "") for m in apps.get_models()}
    assert {label: column for label, column in found.items() if column} == RAISES


def test_every_expected_trigger_stands_and_no_other() -> None:
    expected = {trigger.name for trigger in integrity.expected(connection.vendor)}
    assert integrity.present(connection) == expected
    assert expected


def _drop_one(trigger: integrity.Trigger) -> None:
    on = f' ON "{trigger.table}"' if connection.vendor == "postgresql" else ""
    raw(f"DROP TRIGGER {trigger.name}{on}")


def test_a_missing_trigger_is_warned_of_and_put_back_by_migrate() -> None:
    trigger = integrity.expected(connection.vendor)[0]
    _drop_one(trigger)
    assert integrity.missing(connection) == {trigger.name}
    (warning,) = checks.triggers_stand(None, databases=["default"])
    assert warning.id == "companies.W001"
    call_command("migrate", verbosity=0, interactive=False)
    assert integrity.missing(connection) == set()
    assert checks.triggers_stand(None, databases=["default"]) == []


def test_a_switched_off_trigger_counts_as_missing() -> None:
    trigger = integrity.expected(connection.vendor)[0]
    if connection.vendor == "postgresql":
        raw(f'ALTER TABLE "{trigger.table}" DISABLE TRIGGER {trigger.name}')
    else:
        _drop_one(trigger)  # SQLite knows no switch
    assert integrity.missing(connection) == {trigger.name}


def test_installing_again_changes_nothing() -> None:
    before = integrity.present(connection)
    integrity.install(connection)
    assert integrity.present(connection) == before


def test_triggers_of_one_app_are_not_those_of_another() -> None:
    tables = {trigger.table for trigger in integrity.expected(connection.vendor, "attendance")}
    assert {table.split("_")[0] for table in tables} == {"attendance"}


@pytest.mark.django_db(transaction=True)
def test_a_migration_that_rebuilds_a_table_keeps_its_triggers() -> None:
    before = integrity.present(connection)
    wide = models.CharField("name", max_length=121)
    wide.set_attributes_from_name("name")
    wide.model = Office
    narrow = Office._meta.get_field("name")
    for old, new in ((narrow, wide), (wide, narrow)):
        integrity.before_migrate(using="default", plan=[("a migration", False)])
        with connection.schema_editor() as editor:
            editor.alter_field(Office, old, new, strict=True)
        for label in MUSTERS_APPS:
            integrity.after_migrate(sender=apps.get_app_config(label), using="default")
        assert integrity.present(connection) == before


def test_a_migrate_without_a_plan_drops_nothing() -> None:
    before = integrity.present(connection)
    integrity.before_migrate(using="default", plan=[])
    assert integrity.present(connection) == before


# --- rows stay in their company ------------------------------------------------------------------


def test_the_keys_between_owned_tables_are_found() -> None:
    keys = {(label, column) for label, column, _parent in _keys()}
    assert ("companies.Placement", "default_shift_id") in keys
    assert ("companies.Department", "parent_id") in keys
    assert ("attendance.PunchState", "punch_id") in keys
    assert ("companies.RoleGrant", "user_id") not in keys
    assert len(keys) == 121


@pytest.fixture
def both(db: None) -> tuple[World, World]:
    return filled(), filled("other")


def test_no_key_leads_to_another_company(both: tuple[World, World]) -> None:
    mine, other = both
    for label, column, parent in _keys():
        model = _model(label)
        table = model._meta.db_table
        row, stranger = raw_id(table, mine.company, column), raw_id(parent, other.company)
        with _refused(f"other_company:{table}.{column}"):
            insert_copy(model, row, **{column: stranger})
        with _refused(f"other_company:{table}.{column}"), _permitted(mine):
            raw(f'UPDATE "{table}" SET "{column}" = %s WHERE id = %s', [stranger, row])


def test_no_row_changes_its_company(both: tuple[World, World]) -> None:
    mine, other = both
    for model in integrity.owned_models():
        table = model._meta.db_table
        row = raw_id(table, mine.company)
        with _refused(f"company_is_fixed:{table}"), _permitted(mine):
            raw(f'UPDATE "{table}" SET company_id = %s WHERE id = %s', [other.company.pk, row])


def test_bulk_writes_are_refused_like_others(both: tuple[World, World]) -> None:
    mine, other = both
    with no_scope("bulk writes that no manager can see through"):
        strangers = Department.objects.filter(company=other.company).first()
        placement = Placement.objects.filter(company=mine.company).first()
        assert strangers is not None
        assert placement is not None
        with _refused("other_company:companies_placement.department_id"):
            Placement.objects.filter(pk=placement.pk).update(department=strangers)
        with _refused("company_is_fixed:companies_placement"):
            Placement.objects.filter(pk=placement.pk).update(company=other.company)
        placement.department = strangers
        with _refused("other_company:companies_placement.department_id"):
            Placement.objects.bulk_update([placement], ["department"])
        day = CalendarDay(
            company=mine.company, date=dt.date(2026, 5, 1), kind="holiday", name="May Day",
            office=other.office,
        )  # fmt: skip
        for ignores in (False, True):
            with _refused("other_company:companies_calendarday.office_id"):
                CalendarDay.objects.bulk_create([day], ignore_conflicts=ignores)


def test_a_key_that_leads_nowhere_is_refused(both: tuple[World, World]) -> None:
    mine, _other = both
    row = raw_id("companies_officeversion", mine.company)
    with _refused("other_company:companies_officeversion.office_id"):
        raw("UPDATE companies_officeversion SET office_id = 999999 WHERE id = %s", [row])


# --- revisions -----------------------------------------------------------------------------------


def _revisions(company: Company) -> dict[str, int]:
    row = Company.objects.get(pk=company.pk)
    return {
        "settings_revision": row.settings_revision,
        "faces_revision": row.faces_revision,
    }


@pytest.mark.parametrize("label", sorted(RAISES))
def test_every_write_raises_the_revision(label: str, both: tuple[World, World]) -> None:
    mine, other = both
    table, column = _model(label)._meta.db_table, RAISES[label]
    row = raw_id(table, mine.company)
    strangers = _revisions(other.company)
    expected = _revisions(mine.company)
    writes = (
        f'UPDATE "{table}" SET company_id = company_id WHERE id = {row}',
        f'DELETE FROM "{table}" WHERE id = {row}',
        f'INSERT INTO "{table}" SELECT * FROM kept_row',
    )
    raw(f'CREATE TEMPORARY TABLE kept_row AS SELECT * FROM "{table}" WHERE id = {row}')
    for statement in writes:
        with _permitted(mine):
            raw(statement)
        expected[column] += 1
        assert _revisions(mine.company) == expected
    raw("DROP TABLE kept_row")
    assert _revisions(other.company) == strangers


def test_bulk_writes_raise_the_revision_for_every_row(world: World) -> None:
    with company_scope(world.company):
        before = _revisions(world.company)["settings_revision"]
        shifts = Shift.objects.bulk_create(
            [Shift(company=world.company, name=name) for name in ("Dawn", "Dusk")]
        )
        assert _revisions(world.company)["settings_revision"] == before + 2
        Shift.objects.filter(pk__in=[shift.pk for shift in shifts]).update(name=models.F("name"))
        assert _revisions(world.company)["settings_revision"] == before + 4
        Shift.objects.filter(pk__in=[shift.pk for shift in shifts]).delete()
        assert _revisions(world.company)["settings_revision"] == before + 6


def test_a_write_that_is_rolled_back_raises_nothing(world: World) -> None:
    before = _revisions(world.company)
    with company_scope(world.company), transaction.atomic():
        ShiftVersion.objects.create(
            company=world.company, shift=world.day_shift, start_time=dt.time(6),
            end_time=dt.time(14), starts_on=dt.date(2026, 3, 2),
        )  # fmt: skip
        assert _revisions(world.company) != before
        transaction.set_rollback(True)
    assert _revisions(world.company) == before
