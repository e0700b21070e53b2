"""Who decides in whose stead, from when to when."""

from __future__ import annotations

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.models.base import CompanyOwned
from companies.models.people import Employee, User


class Delegation(CompanyOwned):
    """The delegate answers for the giver's team on these dates; it gives no role.

    It holds while both work here and the giver has the team: `companies.selectors` asks each time.
    """

    giver = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="delegations_given",
        verbose_name=gettext_lazy("who is away"),
    )  # fmt: skip
    delegate = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="delegations_held",
        verbose_name=gettext_lazy("who decides instead"),
    )  # fmt: skip
    starts_on = models.DateField(gettext_lazy("from"))
    ends_on = models.DateField(gettext_lazy("to"))
    reason = models.CharField(gettext_lazy("reason"), max_length=200, blank=True)
    made_at = models.DateTimeField(gettext_lazy("made at"), auto_now_add=True)
    made_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="delegations_made",
        verbose_name=gettext_lazy("made by"),
    )  # fmt: skip
    ended_at = models.DateTimeField(gettext_lazy("ended at"), null=True, blank=True)
    ended_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="delegations_ended", null=True, blank=True,
        verbose_name=gettext_lazy("ended by"),
    )  # fmt: skip

    class Meta:
        verbose_name = gettext_lazy("delegation")
        verbose_name_plural = gettext_lazy("delegations")
        ordering = ("-starts_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends_on__gte=models.F("starts_on")),
                name="companies_delegation_ends_after_start",
                violation_error_message=gettext_lazy("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=~models.Q(delegate=models.F("giver")),
                name="companies_delegation_to_another",
                violation_error_message=gettext_lazy("Nobody stands in for themselves."),
            ),
            models.CheckConstraint(
                condition=models.Q(ended_at__isnull=True, ended_by__isnull=True)
                | models.Q(ended_at__isnull=False, ended_by__isnull=False),
                name="companies_delegation_ended_by_somebody",
                violation_error_message=gettext_lazy("Say when it ended, and by whom."),
            ),
        ]

    def __str__(self) -> str:
        return _("%(delegate)s for %(giver)s, %(first)s to %(last)s") % {
            "delegate": self.delegate.name,
            "giver": self.giver.name,
            "first": date_format(self.starts_on, "j M Y"),
            "last": date_format(self.ends_on, "j M Y"),
        }
