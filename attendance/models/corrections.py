"""What people ask to be corrected, and what was decided: each a table, so that history survives."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import CorrectionKind, CorrectionOutcome, Direction
from attendance.models.punches import Punch
from companies.models import CompanyOwned, Employee


class CorrectionRequest(CompanyOwned):
    """A person says what is wrong with a date, or with those up to `last_on` (append-only).

    What HR gave directly, nobody asked for (`is_given`): it counts for no limit.
    `out_at` answers "when did you leave?"; other punches stand in `CorrectionPunch`. It is live
    until a `CorrectionDecision` names it; one of a date at a time, checked under the person's lock.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="correction_requests",
        verbose_name=_("employee"),
    )  # fmt: skip
    date = models.DateField(_("date"))
    last_on = models.DateField(_("until"), null=True, blank=True)
    with_days_off = models.BooleanField(_("days off too"), default=False)
    kind = models.CharField(_("kind"), max_length=16, choices=CorrectionKind.choices)
    out_at = models.DateTimeField(_("left at"), null=True, blank=True)
    zone = models.CharField(_("time zone"), max_length=64)
    note = models.CharField(_("note"), max_length=300, blank=True)
    is_given = models.BooleanField(_("given by HR"), default=False)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("correction request")
        verbose_name_plural = _("correction requests")
        ordering = ("created_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(kind="missing_out", out_at__isnull=False)
                | (~models.Q(kind="missing_out") & models.Q(out_at__isnull=True)),
                name="attendance_correctionrequest_out_where_missing",
            ),
            models.CheckConstraint(
                condition=models.Q(last_on__isnull=True)
                | models.Q(last_on__gt=models.F("date"), kind__in=("on_duty", "work_from_home")),
                name="attendance_correctionrequest_range_of_days",
            ),
        ]
        indexes = [models.Index(fields=("employee", "date"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.date} · {self.get_kind_display()}"

    @property
    def until(self) -> dt.date:
        """The last date that it is about."""
        return self.last_on or self.date


class CorrectionPunch(CompanyOwned):
    """A punch that a request adds, or takes out: then it names which in `voids` (append-only)."""

    request = models.ForeignKey(
        CorrectionRequest, on_delete=models.PROTECT, related_name="punches",
        verbose_name=_("request"),
    )  # fmt: skip
    occurred_at = models.DateTimeField(_("when"))
    direction = models.CharField(_("direction"), max_length=12, choices=Direction.choices)
    voids = models.ForeignKey(
        Punch, on_delete=models.PROTECT, related_name="corrections", null=True, blank=True,
        verbose_name=_("takes out"),
    )  # fmt: skip

    is_append_only = True

    class Meta:
        verbose_name = _("punch of a correction")
        verbose_name_plural = _("punches of corrections")
        ordering = ("occurred_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("request", "voids"), name="attendance_correctionpunch_voids_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.get_direction_display()}"


class CorrectionFile(CompanyOwned):
    """A file that came with a request; on `purge_on` it is deleted, and the row stays.

    Its hash still says which file it was.
    """

    request = models.OneToOneField(
        CorrectionRequest, on_delete=models.PROTECT, related_name="file", verbose_name=_("request")
    )
    storage_key = models.CharField(max_length=200)
    content_type = models.CharField(_("kind of file"), max_length=20)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    purge_on = models.DateField(_("deleted on"))
    created_at = models.DateTimeField(_("sent at"))
    purged_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of a correction")
        verbose_name_plural = _("files of corrections")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "storage_key"), name="attendance_correctionfile_key_once"
            ),
        ]
        indexes = [models.Index(fields=("company", "purged_at", "purge_on"))]

    def __str__(self) -> str:
        return f"{self.request} · {self.created_at:%Y-%m-%d}"


class CorrectionDecision(CompanyOwned):
    """How a request ended: approved, refused, or taken back by the person (append-only)."""

    request = models.OneToOneField(
        CorrectionRequest, on_delete=models.PROTECT, related_name="decision",
        verbose_name=_("request"),
    )  # fmt: skip
    outcome = models.CharField(_("outcome"), max_length=10, choices=CorrectionOutcome.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by_kind = models.CharField(max_length=10)
    decided_by_id = models.CharField(max_length=40, blank=True)
    decided_by_name = models.CharField(_("by"), max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided at"))

    is_append_only = True

    class Meta:
        verbose_name = _("correction decision")
        verbose_name_plural = _("correction decisions")
        ordering = ("decided_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="refused", reason=""),
                name="attendance_correctiondecision_refused_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.get_outcome_display()}"


class CorrectionCancellation(CompanyOwned):
    """An approved correction that was taken back, and why (append-only)."""

    decision = models.OneToOneField(
        CorrectionDecision, on_delete=models.PROTECT, related_name="cancellation",
        verbose_name=_("decision"),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=300)
    cancelled_by_kind = models.CharField(max_length=10)
    cancelled_by_id = models.CharField(max_length=40, blank=True)
    cancelled_by_name = models.CharField(_("by"), max_length=120, blank=True)
    cancelled_at = models.DateTimeField(_("taken back at"))

    is_append_only = True

    class Meta:
        verbose_name = _("cancelled correction")
        verbose_name_plural = _("cancelled corrections")
        ordering = ("cancelled_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(reason=""),
                name="attendance_correctioncancellation_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
        ]

    def __str__(self) -> str:
        return str(self.decision)
