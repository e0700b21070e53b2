"""Extra and missing minutes: what was computed of a date, and what was decided of it."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import OvertimeOutcome, OvertimeState
from companies.models import CompanyOwned, Employee


class OvertimeDay(CompanyOwned):
    """A person's extra and missing minutes of a date; it can always be computed again.

    The row stands where there is something: minutes, or another figure that somebody set. `parts`
    are the extra minutes by rule, `steps` are (code, values). `counted_…` is what counts after
    decisions, and follows from them and from what was computed.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="overtime_days",
        verbose_name=_("employee"),
    )  # fmt: skip
    date = models.DateField(_("date"))
    extra_minutes = models.PositiveIntegerField(_("extra (minutes)"), default=0)
    missing_minutes = models.PositiveIntegerField(_("missing (minutes)"), default=0)
    banked_minutes = models.PositiveIntegerField(_("of them as time off (minutes)"), default=0)
    parts = models.JSONField(default=list)
    steps = models.JSONField(default=list)
    policy_name = models.CharField(_("overtime policy"), max_length=60, blank=True)
    policy_version = models.UUIDField(null=True)
    needs_approval = models.BooleanField(default=False)
    state = models.CharField(_("state"), max_length=10, choices=OvertimeState.choices)
    counted_extra = models.PositiveIntegerField(_("extra that counts (minutes)"), default=0)
    counted_missing = models.PositiveIntegerField(_("missing that counts (minutes)"), default=0)
    counted_banked = models.PositiveIntegerField(_("of it as time off (minutes)"), default=0)
    waiting_since = models.DateTimeField(null=True)
    computed_at = models.DateTimeField(_("computed at"))

    class Meta:
        verbose_name = _("extra and missing minutes")
        verbose_name_plural = _("extra and missing minutes")
        ordering = ("-date", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "date"), name="attendance_overtimeday_once"
            ),
            models.CheckConstraint(
                condition=models.Q(state="waiting", waiting_since__isnull=False)
                | (~models.Q(state="waiting") & models.Q(waiting_since__isnull=True)),
                name="attendance_overtimeday_waits_since",
            ),
        ]
        indexes = [
            models.Index(fields=("company", "date")),
            models.Index(
                fields=("employee", "waiting_since"), condition=models.Q(state="waiting"),
                name="attendance_overtime_waiting",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.date}"


class OvertimeDecision(CompanyOwned):
    """What somebody said of a date's minutes (append-only).

    The next row of a date names the one before in `replaces`; the last one holds. It keeps the
    minutes that count by it beside those that were computed then.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="overtime_decisions",
        verbose_name=_("employee"),
    )  # fmt: skip
    date = models.DateField(_("date"))
    outcome = models.CharField(_("outcome"), max_length=10, choices=OvertimeOutcome.choices)
    extra_minutes = models.PositiveIntegerField(_("extra (minutes)"), default=0)
    missing_minutes = models.PositiveIntegerField(_("missing (minutes)"), default=0)
    banked_minutes = models.PositiveIntegerField(_("of them as time off (minutes)"), default=0)
    computed_extra = models.PositiveIntegerField(_("computed extra (minutes)"), default=0)
    computed_missing = models.PositiveIntegerField(_("computed missing (minutes)"), default=0)
    computed_banked = models.PositiveIntegerField(default=0)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by_kind = models.CharField(max_length=10)
    decided_by_id = models.CharField(max_length=40, blank=True)
    decided_by_name = models.CharField(_("by"), max_length=120, blank=True)
    on_behalf_of = models.CharField(_("in place of"), max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided at"))
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="replacement", null=True, blank=True
    )

    is_append_only = True

    class Meta:
        verbose_name = _("decision on extra minutes")
        verbose_name_plural = _("decisions on extra minutes")
        ordering = ("decided_at", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "date"), condition=models.Q(replaces__isnull=True),
                name="attendance_overtimedecision_one_chain_a_date",
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome__in=(OvertimeOutcome.REFUSED, OvertimeOutcome.SET))
                | ~models.Q(reason=""),
                name="attendance_overtimedecision_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=("employee", "date"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.date} · {self.get_outcome_display()}"
