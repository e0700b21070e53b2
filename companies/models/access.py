"""Ways in that somebody has to open: for an operator who helps, for whoever has left."""

from __future__ import annotations

import datetime as dt

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import RequestOutcome
from companies.models.base import CompanyOwned
from companies.models.people import User

# What an operator may be let in for at one time.
MOST_SUPPORT_MINUTES = 8 * 60
_WAITS = models.Q(outcome=RequestOutcome.WAITING)


class SupportGrant(CompanyOwned):
    """An operator asks to look at the records of a company, or is let in unasked; for hours."""

    operator = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="support_grants", verbose_name=_("operator")
    )
    reason = models.CharField(_("reason"), max_length=300)
    minutes = models.PositiveSmallIntegerField(_("for how long"), default=60)
    asked_at = models.DateTimeField(_("asked at"))
    outcome = models.CharField(
        _("answer"), max_length=10, choices=RequestOutcome.choices, blank=True,
        default=RequestOutcome.WAITING,
    )  # fmt: skip
    decided_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="support_grants_decided", null=True,
        blank=True, verbose_name=_("answered by"),
    )  # fmt: skip
    starts_at = models.DateTimeField(_("from"), null=True, blank=True)
    ends_at = models.DateTimeField(_("until"), null=True, blank=True)
    ended_at = models.DateTimeField(_("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="support_grants_ended", null=True, blank=True,
        verbose_name=_("ended by"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("operator's access")
        verbose_name_plural = _("operators' access")
        ordering = ("-asked_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("company", "operator"), condition=_WAITS,
                name="companies_supportgrant_one_waits",
                violation_error_message=_("This was asked for already."),
            ),
            models.CheckConstraint(
                condition=models.Q(minutes__gte=1, minutes__lte=MOST_SUPPORT_MINUTES),
                name="companies_supportgrant_eight_hours_at_most",
                violation_error_message=_("Eight hours at most."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    outcome=RequestOutcome.APPROVED, starts_at__isnull=False, ends_at__isnull=False
                )
                | (
                    ~models.Q(outcome=RequestOutcome.APPROVED)
                    & models.Q(starts_at__isnull=True, ends_at__isnull=True)
                ),
                name="companies_supportgrant_times_where_approved",
                violation_error_message=_("Only what was approved has times."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="companies_supportgrant_ended_by_somebody",
                violation_error_message=_("Say when it ended, and by whom."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.operator)

    def holds(self, now: dt.datetime) -> bool:
        """Return whether the operator may look now."""
        if self.starts_at is None or self.ends_at is None or self.ended_at is not None:
            return False
        return self.starts_at <= now < self.ends_at


class RecordsRequest(CompanyOwned):
    """Somebody who no longer works here asks for what is kept of them."""

    user = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="records_requests", verbose_name=_("person")
    )
    note = models.CharField(_("note"), max_length=300, blank=True)
    asked_at = models.DateTimeField(_("asked at"))
    outcome = models.CharField(
        _("answer"), max_length=10, choices=RequestOutcome.choices, blank=True,
        default=RequestOutcome.WAITING,
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_at = models.DateTimeField(_("answered at"), null=True, blank=True)
    decided_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="records_requests_decided", null=True,
        blank=True, verbose_name=_("answered by"),
    )  # fmt: skip
    available_until = models.DateTimeField(_("available until"), null=True, blank=True)

    class Meta:
        verbose_name = _("request for records")
        verbose_name_plural = _("requests for records")
        ordering = ("-asked_at", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("company", "user"), condition=_WAITS,
                name="companies_recordsrequest_one_waits",
                violation_error_message=_("This was asked for already."),
            ),
            models.CheckConstraint(
                condition=~models.Q(outcome=RequestOutcome.REFUSED) | ~models.Q(reason=""),
                name="companies_recordsrequest_refused_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
            models.CheckConstraint(
                condition=models.Q(
                    outcome=RequestOutcome.APPROVED, available_until__isnull=False
                )
                | (
                    ~models.Q(outcome=RequestOutcome.APPROVED)
                    & models.Q(available_until__isnull=True)
                ),
                name="companies_recordsrequest_available_where_approved",
                violation_error_message=_("Only what was approved can be downloaded."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return str(self.user)

    def is_available(self, now: dt.datetime) -> bool:
        """Return whether the person may take their file now."""
        return self.available_until is not None and now < self.available_until
