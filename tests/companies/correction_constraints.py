"""What each constraint of corrections refuses, and what comes close and is taken."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Callable

from django.utils import timezone

from attendance.enums import CorrectionKind, Direction, Source
from attendance.models import (
    CorrectionCancellation,
    CorrectionDecision,
    CorrectionFile,
    CorrectionPunch,
    CorrectionRequest,
    Punch,
)
from companies.models import Employee
from tests.attendance.world import ZONE, World, at

Case = tuple[str, Callable[[World], object]]
DAY = dt.date(2026, 3, 2)


def _punch(world: World, employee: Employee | None = None) -> Punch:
    punch: Punch = Punch.objects.create(
        company=world.company, employee=employee or world.maya, tap_id=uuid.UUID(int=4),
        occurred_at=at("2026-03-02 09:00"), zone=ZONE, utc_offset_minutes=345,
        direction=Direction.IN, source=Source.WEB,
    )  # fmt: skip
    return punch


def decided(world: World, *outcomes: str, **columns: object) -> None:
    request = CorrectionRequest.objects.create(
        company=world.company, employee=world.maya, date=DAY, kind=CorrectionKind.MISSING_OUT,
        out_at=at("2026-03-02 17:30"), zone=ZONE,
    )  # fmt: skip
    for outcome in outcomes:
        CorrectionDecision.objects.create(
            company=world.company, request=request, outcome=outcome, decided_at=timezone.now(),
            **columns,
        )  # fmt: skip


def _requested(world: World, kind: str, **columns: object) -> CorrectionRequest:
    columns = {"date": DAY, "zone": ZONE, **columns}
    request: CorrectionRequest = CorrectionRequest.objects.create(
        company=world.company, employee=world.maya, kind=kind, **columns
    )
    return request


def _voided(world: World, *punches: Punch) -> None:
    request = _requested(world, "punches")
    for punch in punches:
        CorrectionPunch.objects.create(
            company=world.company, request=request, occurred_at=timezone.now(), direction="in",
            voids=punch,
        )  # fmt: skip


def _filed(world: World, *keys: str) -> None:
    for key in keys:
        CorrectionFile.objects.create(
            company=world.company, request=_requested(world, "punches"), storage_key=key,
            content_type="application/pdf", size=1, sha256="x", purge_on=DAY,
            created_at=timezone.now(),
        )  # fmt: skip


def _cancelled(world: World, reason: str) -> None:
    decided(world, "approved")
    CorrectionCancellation.objects.create(
        company=world.company, decision=CorrectionDecision.objects.latest("id"), reason=reason,
        cancelled_at=timezone.now(),
    )  # fmt: skip


LEFT = at("2026-03-02 17:30")

REFUSED: list[Case] = [
    ("attendance_correctiondecision_refused_for_a_reason", lambda w: decided(w, "refused")),
    ("attendance_correctioncancellation_for_a_reason", lambda w: _cancelled(w, "")),
    ("attendance_correctionfile_key_once", lambda w: _filed(w, "a", "a")),
    ("attendance_correctionpunch_voids_once", lambda w: _voided(w, *[_punch(w)] * 2)),
    ("attendance_correctionrequest_out_where_missing", lambda w: _requested(w, "missing_out")),
    (
        "attendance_correctionrequest_out_where_missing",
        lambda w: _requested(w, "punches", out_at=LEFT),
    ),
    ("attendance_correctionrequest_range_of_days", lambda w: _requested(w, "on_duty", last_on=DAY)),
    (
        "attendance_correctionrequest_range_of_days",
        lambda w: _requested(w, "punches", last_on=DAY + dt.timedelta(days=1)),
    ),
]
ALLOWED: list[Case] = [
    ("attendance_correctiondecision_refused_for_a_reason", lambda w: decided(w, "approved")),
    ("attendance_correctioncancellation_for_a_reason", lambda w: _cancelled(w, "it was so")),
    ("attendance_correctionfile_key_once", lambda w: _filed(w, "a", "b")),
    (
        "attendance_correctionpunch_voids_once",
        lambda w: [
            _voided(w, _punch(w), _punch(w, w.bikram)),
            _voided(w, Punch.objects.earliest("id")),
        ],
    ),
    (
        "attendance_correctionrequest_out_where_missing",
        lambda w: [_requested(w, "missing_out", out_at=LEFT), _requested(w, "on_duty")],
    ),
    (
        "attendance_correctionrequest_range_of_days",
        lambda w: [
            _requested(w, kind, last_on=DAY + dt.timedelta(days=1))
            for kind in ("on_duty", "work_from_home")
        ],
    ),
    (
        "attendance_correctiondecision_refused_for_a_reason",
        lambda w: decided(w, "refused", reason="You left later"),
    ),
]
