"""Files that people send with a request: a doctor's letter, a wedding card."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyOwned, Employee


class LeaveAttachment(CompanyOwned):
    """A file that came with a request; requests name it by its key (`LeaveRequest.attachment_key`).

    A change of a request names the same file. On `purge_on` the file is deleted; the row stays,
    and its hash still says which file it was.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_attachments",
        verbose_name=_("employee"),
    )  # fmt: skip
    storage_key = models.CharField(max_length=200)
    content_type = models.CharField(_("kind of file"), max_length=20)
    size = models.PositiveIntegerField(_("bytes"))
    sha256 = models.CharField(max_length=64)
    purge_on = models.DateField(_("deleted on"))
    created_at = models.DateTimeField(_("sent at"))
    purged_at = models.DateTimeField(_("deleted at"), null=True, blank=True)

    class Meta:
        verbose_name = _("file of a request")
        verbose_name_plural = _("files of requests")
        ordering = ("-id",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "storage_key"), name="leave_leaveattachment_key_once"
            ),
        ]
        indexes = [models.Index(fields=("company", "purged_at", "purge_on"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.created_at:%Y-%m-%d}"
