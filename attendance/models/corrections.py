"""What people ask to be corrected, and what was decided: two tables, so that history survives."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import CorrectionKind, CorrectionOutcome
from companies.models import CompanyOwned, Employee


class CorrectionRequest(CompanyOwned):
    """A person says what is missing on a date (append-only).

    It is live until a `CorrectionDecision` names it; one of a date at a time, checked under the
    person's lock.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="correction_requests",
        verbose_name=_("employee"),
    )  # fmt: skip
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=16, choices=CorrectionKind.choices)
    out_at = models.DateTimeField(_("left at"))
    zone = models.CharField(_("time zone"), max_length=64)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("correction request")
        verbose_name_plural = _("correction requests")
        ordering = ("created_at", "id")
        indexes = [models.Index(fields=("employee", "date"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.date} · {self.get_kind_display()}"


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
