"""What was done by whom, and what runs by itself."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import ActorKind, Channel, OutboxState
from companies.ids import uuid7
from companies.models.base import Company
from companies.models.people import User
from companies.scoping import CompanyManager


class AuditEvent(models.Model):
    """One decision or change (append-only), without foreign keys that could hold it back.

    `verb` is a stable code; `changes` maps a field to `[before, after]`; the actor stands flat,
    as they were known then. A row without a company is the platform's.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    company = models.ForeignKey(
        Company, on_delete=models.DO_NOTHING, db_constraint=False, related_name="+", null=True
    )
    occurred_at = models.DateTimeField(_("when"), db_index=True)
    verb = models.CharField(_("what"), max_length=60)
    subject_type = models.CharField(_("kind of record"), max_length=60)
    subject_id = models.CharField(max_length=40)
    subject_label = models.CharField(_("record"), max_length=200)
    actor_kind = models.CharField(_("kind of actor"), max_length=10, choices=ActorKind.choices)
    actor_id = models.CharField(max_length=40, blank=True)
    actor_name = models.CharField(_("by"), max_length=120, blank=True)
    on_behalf_of = models.CharField(_("on behalf of"), max_length=120, blank=True)
    channel = models.CharField(_("through"), max_length=20)
    request_id = models.CharField(max_length=40, blank=True)
    reason = models.TextField(_("reason"), blank=True)
    changes = models.JSONField(_("changes"), default=dict)

    objects: ClassVar[Any] = CompanyManager()

    is_append_only = True

    class Meta:
        verbose_name = _("audit event")
        verbose_name_plural = _("audit events")
        ordering = ("-occurred_at", "-id")
        indexes = [models.Index(fields=("company", "subject_type", "subject_id"))]

    def __str__(self) -> str:
        return f"{self.verb} · {self.subject_label}"


class OutboxMessage(models.Model):
    """A message to the outside, written in the transaction of what it tells.

    The dedupe key makes a second write of the same message do nothing.
    """

    public_id = models.UUIDField(default=uuid7, unique=True, editable=False)
    company = models.ForeignKey(Company, on_delete=models.PROTECT, related_name="+", null=True)
    dedupe_key = models.CharField(max_length=200, unique=True)
    channel = models.CharField(_("channel"), max_length=10, choices=Channel.choices)
    to = models.CharField(_("to"), max_length=320)
    template = models.CharField(_("template"), max_length=100)
    values = models.JSONField(default=dict)
    locale = models.CharField(_("language"), max_length=10, blank=True)
    not_before = models.DateTimeField(_("not before"))
    state = models.CharField(
        _("state"), max_length=10, choices=OutboxState.choices, default=OutboxState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    next_at = models.DateTimeField(_("next attempt"))
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent at"), null=True)

    objects: ClassVar[Any] = CompanyManager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("outbox")
        ordering = ("-id",)
        indexes = [
            models.Index(
                fields=("next_at",), condition=models.Q(state=OutboxState.QUEUED),
                name="companies_outbox_due",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.template} → {self.to}"


class FormSubmission(models.Model):
    """A form's one-time token and where its first submission led (companies.once)."""

    token = models.UUIDField(primary_key=True)
    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="form_submissions")
    path = models.CharField(max_length=200)
    answer = models.CharField(max_length=500, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.path} {self.token}"


class Throttle(models.Model):
    """How often a key was used in its present window; one atomic upsert counts."""

    key = models.CharField(max_length=120, primary_key=True)
    window_started_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key


class JobRun(models.Model):
    """The last run of a scheduled job, for the people who watch."""

    name = models.CharField(_("job"), max_length=60, unique=True)
    started_at = models.DateTimeField(_("started at"))
    succeeded_at = models.DateTimeField(_("last success"), null=True)
    failed_at = models.DateTimeField(_("last failure"), null=True)
    last_error = models.TextField(_("last error"), blank=True)

    class Meta:
        verbose_name = _("job")
        verbose_name_plural = _("jobs")
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class PurgePermit(models.Model):
    """Stands only inside a transaction of `companies.integrity.purge()`, on SQLite."""

    reason = models.CharField(max_length=200)

    def __str__(self) -> str:
        return self.reason
