"""Reports that are made in the background, for they are too long to be waited for."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import ExportState
from companies.models.base import CompanyOwned
from companies.models.people import User


class ReportExport(CompanyOwned):
    """A report that somebody asked for as a file, how far it is, and where the file lies.

    `keys` are the people it is about, in the order of its rows, as long as the file lies there:
    rights are asked for at each taking. `done` of them lie in parts. The file goes at
    `expires_at`; what was taken stays in the audit.
    `schedule` names the report by mail that wanted it; it is empty where the person did.
    `is_of_all` says that who asked could read everything of everybody, amounts of money too.
    """

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="report_exports", verbose_name=_("person")
    )
    report = models.CharField(_("report"), max_length=40)
    file_format = models.CharField(_("format"), max_length=10)
    paper = models.CharField(max_length=2, blank=True)
    filters = models.JSONField(_("narrowed by"), default=dict)
    keys = models.JSONField(default=list)
    total = models.PositiveIntegerField(_("people"))
    done = models.PositiveIntegerField(_("people so far"), default=0)
    state = models.CharField(
        _("state"), max_length=8, choices=ExportState.choices, default=ExportState.WAITING
    )
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_until = models.DateTimeField(null=True)
    file_key = models.CharField(max_length=200, blank=True)
    file_name = models.CharField(_("file"), max_length=160)
    schedule = models.CharField(_("sent by"), max_length=120, blank=True)
    is_of_all = models.BooleanField(_("by somebody who reads everything"), default=False)
    asked_at = models.DateTimeField(_("asked at"))
    ready_at = models.DateTimeField(_("ready at"), null=True)
    expires_at = models.DateTimeField(_("file until"), null=True)

    class Meta:
        verbose_name = _("report in the background")
        verbose_name_plural = _("reports in the background")
        ordering = ("-asked_at", "-id")
        indexes = [
            models.Index(
                fields=("asked_at",),
                condition=models.Q(state=ExportState.WAITING),
                name="companies_export_waits",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(
                    state=ExportState.READY, ready_at__isnull=False, expires_at__isnull=False
                )
                | (
                    ~models.Q(state=ExportState.READY)
                    & models.Q(ready_at__isnull=True, expires_at__isnull=True, file_key="")
                ),
                name="companies_reportexport_file_where_ready",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.report} · {self.user}"

    def has_file(self, now: dt.datetime) -> bool:
        """Return whether the file may be taken now."""
        return bool(self.file_key) and self.expires_at is not None and now < self.expires_at
