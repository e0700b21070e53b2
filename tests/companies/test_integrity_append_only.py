"""What is written once stays: records refuse change and deletion, but for a purge that says so."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, models, transaction

from companies import integrity
from companies.actor import job_actor
from companies.models import AuditEvent, Company, PurgePermit, Shift, ShiftVersion
from companies.scoping import company_scope, no_scope
from tests.attendance.world import World
from tests.companies.rows import filled, raw
from tests.kept import kept, own

pytestmark = pytest.mark.django_db

APPEND_ONLY = {
    "attendance.Certificate",
    "attendance.CertificateRevocation",
    "attendance.CorrectionCancellation",
    "attendance.CorrectionDecision",
    "attendance.CorrectionPunch",
    "attendance.CorrectionRequest",
    "attendance.DayMark",
    "attendance.ErasureReceipt",
    "attendance.FaceConsent",
    "attendance.FaceErasure",
    "attendance.ManualVerdict",
    "attendance.OvertimeDecision",
    "attendance.Punch",
    "attendance.PunchEntry",
    "companies.AuditEvent",
    "companies.Internship",
    "companies.InternshipEvent",
    "companies.Look",
    "companies.OvertimePolicyVersion",
    "companies.PolicyVersion",
    "companies.ShiftVersion",
    "leave.Allocation",
    "leave.CompOffClaim",
    "leave.CompOffDecision",
    "leave.LeaveApprovalStep",
    "leave.LeavePlanVersion",
    "leave.LeaveRequest",
    "leave.LeaveTypeVersion",
    "leave.LedgerEntry",
    "leave.ReminderVersion",
    "leave.RequestStep",
}


class Stop(Exception):
    """What goes wrong inside a purge."""


the_full = kept(filled)


@pytest.fixture
def full(the_full: World, db: None) -> World:
    return own(the_full)


@contextmanager
def _refused(table: str) -> Iterator[None]:
    """Expect the refusal of this table, which starts with Muster's name, and go on after it."""
    with pytest.raises(IntegrityError) as refusal, transaction.atomic():
        yield
    assert str(refusal.value).startswith(f"muster:append_only:{table}")


def _purge(company: Company, reason: str = "a test") -> Any:
    return integrity.purge(by=job_actor("retention"), reason=reason, subject=company)


def _rows(model: type[models.Model]) -> models.QuerySet[Any]:
    """Return the rows past every scope, the way a bulk write sees them."""
    return model._base_manager.order_by("pk")


def _table(model: type[models.Model]) -> str:
    return model._meta.db_table


def _column(model: type[models.Model]) -> models.Field[Any, Any]:
    """Return a column of the table that leads nowhere and is not the row's name."""
    return next(
        field
        for field in model._meta.concrete_fields
        if not (field.unique or field.is_relation or field.null)
    )


def test_append_only_tables_are_these() -> None:
    assert {m._meta.label for m in integrity.append_only_models()} == APPEND_ONLY


@pytest.fixture(params=sorted(APPEND_ONLY))
def model(request: pytest.FixtureRequest, full: World) -> type[models.Model]:
    """Each append-only model in turn, with rows in its table."""
    found = apps.get_model(request.param)
    assert _rows(found).exists()
    return found


def test_raw_statements_are_refused(model: type[models.Model]) -> None:
    table, column = _table(model), _column(model).column
    pk = _rows(model).values_list("pk", flat=True)[0]
    for statement in (
        f'UPDATE "{table}" SET "{column}" = "{column}" WHERE id = %s',
        f'DELETE FROM "{table}" WHERE id = %s',
    ):
        with _refused(table):
            raw(statement, [pk])
    with _refused(table):
        raw(f'DELETE FROM "{table}"')


def test_a_table_is_not_emptied_at_once(model: type[models.Model]) -> None:
    if connection.vendor == "sqlite":  # its only way
        statement = f'DELETE FROM "{_table(model)}"'
    else:
        statement = f'TRUNCATE "{_table(model)}" CASCADE'
        connection.check_constraints()  # what the test has just written would forbid it
    with _refused(_table(model)):
        raw(statement)


def test_a_row_refuses_to_be_saved_or_deleted(model: type[models.Model]) -> None:
    row = _rows(model)[0]
    with no_scope("the row under test"):
        with _refused(_table(model)):
            row.save()
        with _refused(_table(model)):
            row.save(update_fields=[_column(model).name])
        with _refused(_table(model)):
            model._base_manager.filter(pk=row.pk)._raw_delete("default")


def test_bulk_changes_are_refused(model: type[models.Model]) -> None:
    name, rows = _column(model).name, _rows(model)
    row = rows[0]
    with _refused(_table(model)):
        rows.update(**{name: models.F(name)})
    with _refused(_table(model)):
        model._base_manager.bulk_update([row], [name])
    with _refused(_table(model)):
        model._base_manager.bulk_create(
            [row], update_conflicts=True, update_fields=[name], unique_fields=["id"]
        )


def test_a_refusal_leaves_the_rows_as_they_were(model: type[models.Model]) -> None:
    before = list(_rows(model).values())
    with _refused(_table(model)):
        raw(f'DELETE FROM "{_table(model)}"')
    assert list(_rows(model).values()) == before


def test_writing_over_a_row_is_refused(model: type[models.Model]) -> None:
    if connection.vendor == "postgresql":
        verb, ending = "INSERT", "ON CONFLICT (id) DO UPDATE SET id = EXCLUDED.id"
    else:
        verb, ending = "INSERT OR REPLACE", "WHERE true"
    with _refused(_table(model)):
        raw(f'{verb} INTO "{_table(model)}" SELECT * FROM "{_table(model)}" {ending}')


def test_no_change_of_another_row_takes_a_record_along(full: World) -> None:
    shift = _rows(Shift)[0]
    with company_scope(full.company), pytest.raises(models.ProtectedError):
        shift.delete()
    with pytest.raises(IntegrityError), transaction.atomic():
        raw("DELETE FROM companies_shift WHERE id = %s", [shift.pk])
        connection.check_constraints()


# --- purging -------------------------------------------------------------------------------------


def test_purge_allows_deletion_and_then_no_more(full: World, model: type[models.Model]) -> None:
    with _purge(full.company), transaction.atomic():
        raw(f'DELETE FROM "{_table(model)}"')
        assert not _rows(model).exists()
        transaction.set_rollback(True)
    assert _rows(model).exists()
    with _refused(_table(model)):
        raw(f'DELETE FROM "{_table(model)}"')


def test_purge_leaves_who_why_and_on_what(full: World) -> None:
    with _purge(full.company, reason="two years are over"):
        pass
    event = _rows(AuditEvent).get(verb="purged")
    assert event.reason == "two years are over"
    assert event.actor_name == job_actor("retention").name
    assert event.subject_type == "companies.company"
    assert event.subject_id == str(full.company.public_id)
    assert event.company == full.company
    assert PurgePermit.objects.count() == 0
    with _refused("companies_auditevent"):
        _rows(AuditEvent).filter(verb="purged")._raw_delete("default")


def test_purge_needs_a_reason(full: World) -> None:
    with pytest.raises(ValueError, match="reason"), _purge(full.company, reason=""):
        raise AssertionError("the block must not run")
    assert not _rows(AuditEvent).filter(verb="purged").exists()
    with _refused("companies_shiftversion"):
        _rows(ShiftVersion)._raw_delete("default")


def test_a_purge_that_fails_leaves_no_permit_and_no_word(full: World) -> None:
    with pytest.raises(Stop), _purge(full.company):
        _rows(ShiftVersion)._raw_delete("default")
        raise Stop
    assert _rows(ShiftVersion).exists()
    assert PurgePermit.objects.count() == 0
    assert not _rows(AuditEvent).filter(verb="purged").exists()
    with _refused("companies_shiftversion"):
        _rows(ShiftVersion)._raw_delete("default")


def test_the_permit_ends_with_a_transaction_that_is_rolled_back(full: World) -> None:
    with pytest.raises(Stop), transaction.atomic():
        with _purge(full.company):
            pass
        raise Stop
    with _refused("companies_shiftversion"):
        _rows(ShiftVersion)._raw_delete("default")


def test_a_purge_inside_a_purge_does_not_end_the_outer(full: World) -> None:
    with _purge(full.company), transaction.atomic():
        with _purge(full.company, reason="the inner"):
            pass
        _rows(ShiftVersion)._raw_delete("default")
        assert not _rows(ShiftVersion).exists()
        transaction.set_rollback(True)
    with _refused("companies_shiftversion"):
        _rows(ShiftVersion)._raw_delete("default")
