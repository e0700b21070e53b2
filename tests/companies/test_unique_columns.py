"""Columns that are unique by themselves: the database refuses a second of each."""

from __future__ import annotations

import uuid
from collections.abc import Callable

import pytest
from django.apps import apps
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from attendance.enums import (
    Direction,
)
from attendance.models import (
    CorrectionCancellation,
    CorrectionDecision,
    CorrectionFile,
    CorrectionRequest,
    ErasureReceipt,
    FaceErasure,
    PunchEntry,
    PunchState,
)
from companies.models import (
    BlockedAddress,
    Company,
    JobRun,
    OutboxMessage,
    Pin,
)
from companies.scoping import company_scope
from tests.attendance.world import World, at
from tests.companies import careers_constraints as careers_rows
from tests.companies import internship_constraints as internship_rows
from tests.companies import overtime_constraints as overtime_rows
from tests.companies.correction_constraints import decided
from tests.companies.sign_in_rows import join, session
from tests.companies.test_constraints import NOW, _by_hand, _mark, _punch, _twice
from tests.leave import constraints as leave_rows


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


def _pin(world: World) -> None:
    now = timezone.now()
    Pin.objects.create(company=world.company, employee=world.maya, hashed="x", set_at=now)


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


def _received_twice(world: World) -> None:
    erasure = FaceErasure.objects.create(
        company=world.company, employee=world.maya, reason="left", asked_at=NOW, by_kind="job"
    )
    for _n in range(2):
        ErasureReceipt.objects.create(company=world.company, erasure=erasure, finished_at=NOW)


def _filed_twice(world: World) -> None:
    request = CorrectionRequest.objects.create(
        company=world.company, employee=world.maya, date=NOW.date(), kind="punches", zone="UTC"
    )
    for key in ("a", "b"):
        CorrectionFile.objects.create(
            company=world.company, request=request, storage_key=key, content_type="x", size=1,
            sha256="x", purge_on=NOW.date(), created_at=NOW,
        )  # fmt: skip


def _cancelled_twice(world: World) -> None:
    decided(world, "approved")
    for _n in range(2):
        CorrectionCancellation.objects.create(
            company=world.company, decision=CorrectionDecision.objects.get(), reason="x",
            cancelled_at=NOW,
        )  # fmt: skip


UNIQUE: dict[str, Callable[[World], object]] = {
    "attendance_correctioncancellation.decision_id": _cancelled_twice,
    "attendance_correctionfile.request_id": _filed_twice,
    "attendance_correctiondecision.request_id": lambda w: decided(w, "approved", "withdrawn"),
    "attendance_daymark.withdraws_id": _withdrawn_twice,
    "attendance_erasurereceipt.erasure_id": _received_twice,
    "attendance_manualverdict.replaces_id": _replaced_twice,
    "attendance_overtimedecision.replaces_id": overtime_rows.replaced_twice,
    "attendance_certificate.code": internship_rows.coded_twice,
    "attendance_certificaterevocation.certificate_id": internship_rows.revoked_twice,
    "attendance_punchentry.key": _twice(_entry),
    "attendance_punchstate.punch_id": _state_twice,
    "leave_compoffdecision.claim_id": leave_rows.decided_twice,
    "leave_leastcover.department_id": leave_rows.cover_twice,
    "leave_leaverequeststate.request_id": leave_rows.state_twice,
    "companies_pin.employee_id": _twice(_pin),
    "companies_application.token": _twice(
        lambda w: careers_rows.application(w, token=careers_rows.TOKEN)
    ),
    "companies_applicationevent.answers_id": careers_rows.answered_twice,
    "companies_visitorquestion.token": _twice(
        lambda w: careers_rows.visitor(w, token=careers_rows.TOKEN)
    ),
    "companies_joinrequest.token": _twice(lambda w: join()),
    "companies_signedinsession.session_key": _twice(session),
    "companies_blockedaddress.address": _twice(
        lambda w: BlockedAddress.objects.create(
            address="m@k.example", problem="bounced", event_id="e", blocked_at=timezone.now()
        )
    ),
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
        if model._meta.app_label in ("companies", "attendance", "leave", "portal")
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
