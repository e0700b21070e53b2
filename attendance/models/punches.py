"""Punches: the immutable fact, what was said of it since, and what lists filter on."""

from __future__ import annotations

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import (
    Direction,
    EntryKind,
    FaceState,
    FrameKind,
    LivenessState,
    Source,
)
from companies.models import CompanyOwned, Employee


class Punch(CompanyOwned):
    """One person at one instant (append-only); it is its own audit record.

    `tap_id` is the browser's, made once per shown action; with the person it is unique, so the
    same tap arriving again is the same punch. The server's clock decides `occurred_at`;
    `device_at` stands beside it. `no_frame` says why no picture came along.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="punches", verbose_name=_("employee")
    )
    tap_id = models.UUIDField()
    occurred_at = models.DateTimeField(_("when"))
    zone = models.CharField(_("time zone"), max_length=64)
    utc_offset_minutes = models.SmallIntegerField()
    device_at = models.DateTimeField(_("the device's time"), null=True)
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices)
    source = models.CharField(_("through"), max_length=16, choices=Source.choices)
    no_frame = models.CharField(_("no picture because"), max_length=20, blank=True)
    created_at = models.DateTimeField(_("recorded at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("punch")
        verbose_name_plural = _("punches")
        ordering = ("-occurred_at",)
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "tap_id"), name="attendance_punch_one_a_tap"
            ),
        ]
        indexes = [models.Index(fields=("employee", "occurred_at"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_direction_display()}"


class PunchEntry(CompanyOwned):
    """Something said of a punch later (append-only).

    It names its punch by person and tap id, without a foreign key: where a journal writes first,
    entries may arrive before their punch. `key` is derived from what made it, so that replaying
    changes nothing.
    """

    key = models.CharField(max_length=120, unique=True)
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="punch_entries")
    tap_id = models.UUIDField()
    kind = models.CharField(_("what"), max_length=16, choices=EntryKind.choices)
    values = models.JSONField(default=dict)
    reason = models.TextField(_("reason"), blank=True)
    by_kind = models.CharField(max_length=10)
    by_id = models.CharField(max_length=40, blank=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)
    occurred_at = models.DateTimeField(_("when"))

    is_append_only = True

    class Meta:
        verbose_name = _("punch entry")
        verbose_name_plural = _("punch entries")
        ordering = ("occurred_at", "id")
        indexes = [
            models.Index(fields=("employee", "tap_id")),
            models.Index(fields=("by_id", "occurred_at")),
        ]

    def __str__(self) -> str:
        return f"{self.get_kind_display()} · {self.tap_id}"


class PunchState(CompanyOwned):
    """Read model of a punch and its entries, rebuilt from both at any time."""

    punch = models.OneToOneField(Punch, on_delete=models.PROTECT, related_name="state")
    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="punch_states")
    occurred_at = models.DateTimeField(_("when"))
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices)
    face = models.CharField(
        _("face"), max_length=12, choices=FaceState.choices, default=FaceState.PENDING
    )
    face_reason = models.CharField(_("because"), max_length=30, blank=True)
    similarity = models.DecimalField(
        _("similarity"), max_digits=5, decimal_places=2, null=True, editable=False
    )
    liveness = models.CharField(
        _("head turn"), max_length=10, choices=LivenessState.choices,
        default=LivenessState.NOT_ASKED,
    )  # fmt: skip
    liveness_reason = models.CharField(_("head turn, because"), max_length=30, blank=True)
    is_flagged = models.BooleanField(_("to be looked at"), default=False)
    is_refused = models.BooleanField(_("refused by the check"), default=False)
    decided_at = models.DateTimeField(_("decided at"), null=True)
    voided_at = models.DateTimeField(_("voided at"), null=True)
    attendance_date = models.DateField(_("counts for"), null=True)
    slot = models.PositiveSmallIntegerField(default=0)
    owner_reason = models.CharField(max_length=30, blank=True)
    verify_attempts = models.PositiveSmallIntegerField(default=0)
    verify_next_at = models.DateTimeField(null=True)
    leased_until = models.DateTimeField(null=True)
    judged_at = models.DateTimeField(null=True)

    # Looked up along with the row, where a query says so (selectors.people, services.evidence).
    punch_public_id: uuid.UUID
    source: str
    zone: str
    consented: bool | None
    frame_id: int | None
    frame_public_id: uuid.UUID | None
    frame_key: str | None
    is_replayed: bool

    class Meta:
        verbose_name = _("punch")
        verbose_name_plural = _("punches")
        ordering = ("-occurred_at",)
        indexes = [
            models.Index(fields=("company", "occurred_at")),
            models.Index(fields=("employee", "occurred_at")),
            models.Index(fields=("employee", "attendance_date")),
            models.Index(
                fields=("company", "occurred_at"), condition=models.Q(is_flagged=True),
                name="attendance_punchstate_flagged",
            ),
            models.Index(
                fields=("verify_next_at",), condition=models.Q(face=FaceState.PENDING),
                name="attendance_punchstate_pending",
            ),
            models.Index(
                fields=("occurred_at",), condition=models.Q(judged_at__isnull=True),
                name="attendance_punchstate_unjudged",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_direction_display()}"


class PunchFrame(CompanyOwned):
    """A picture of a punch; deletable. Nobody sees it before it is re-encoded (`is_clean`).

    `sha256` is of the bytes that arrived: a camera never makes the same ones twice, so whoever
    sends them again has kept them.
    """

    punch = models.ForeignKey(Punch, on_delete=models.PROTECT, related_name="frames")
    kind = models.CharField(
        _("which"), max_length=8, choices=FrameKind.choices, default=FrameKind.FRONTAL
    )
    storage_key = models.CharField(max_length=200, blank=True)
    sha256 = models.CharField(max_length=64)
    size = models.PositiveIntegerField()
    is_clean = models.BooleanField(default=False)
    problem = models.CharField(max_length=40, blank=True)
    purge_on = models.DateField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("picture")
        verbose_name_plural = _("pictures")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("punch", "kind"), name="attendance_punchframe_one_a_kind"
            ),
        ]
        indexes = [models.Index(fields=("company", "sha256"))]

    def __str__(self) -> str:
        return str(self.public_id)
