"""Face data that was deleted before its date: what, why, by whom, and when it was all gone."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import ErasureReason
from companies.models import CompanyOwned, Employee


class FaceErasure(CompanyOwned):
    """The face data of a person was deleted (append-only); `counts` says how much, by store.

    Its rows go in the transaction that writes this one. Files, and faces that a hosted engine
    keeps, go after it, and only when none is left is there an `ErasureReceipt`.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="face_erasures", verbose_name=_("employee")
    )
    reason = models.CharField(_("because"), max_length=10, choices=ErasureReason.choices)
    counts = models.JSONField(_("deleted"), default=dict)
    asked_at = models.DateTimeField(_("when"))
    by_kind = models.CharField(max_length=10)
    by_id = models.CharField(max_length=40, blank=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)

    is_append_only = True
    # Looked up along with the row (receipts.erasures).
    left: int
    faces_left: int

    class Meta:
        verbose_name = _("deletion of face data")
        verbose_name_plural = _("deletions of face data")
        ordering = ("-id",)

    def __str__(self) -> str:
        return f"{self.employee} · {self.get_reason_display()}"


class ErasureReceipt(CompanyOwned):
    """Everything that a `FaceErasure` names is gone, the last file and face (append-only)."""

    erasure = models.OneToOneField(FaceErasure, on_delete=models.PROTECT, related_name="receipt")
    finished_at = models.DateTimeField(_("finished at"))

    is_append_only = True

    class Meta:
        verbose_name = _("receipt of a deletion")
        verbose_name_plural = _("receipts of deletions")
        ordering = ("-id",)

    def __str__(self) -> str:
        return str(self.erasure)


class FileDeletion(CompanyOwned):
    """A file that is still to be deleted for an erasure; the row goes when the file is gone."""

    erasure = models.ForeignKey(FaceErasure, on_delete=models.PROTECT, related_name="files")
    storage_key = models.CharField(max_length=200)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("file to delete")
        verbose_name_plural = _("files to delete")
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.public_id)


class FaceDeletion(CompanyOwned):
    """A face that a hosted engine is still to delete; the row goes when the face is gone.

    It belongs to an erasure, or to none: an enrolment that ended, a frame that was not kept.
    """

    erasure = models.ForeignKey(
        FaceErasure, on_delete=models.PROTECT, related_name="faces", null=True
    )
    engine = models.CharField(max_length=20)
    external_id = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("face to delete")
        verbose_name_plural = _("faces to delete")
        ordering = ("id",)

    def __str__(self) -> str:
        return str(self.public_id)
