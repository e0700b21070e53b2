"""The books: what was given for which dates, and every signed line since (append-only)."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyOwned, Employee
from leave.enums import EntryKind
from leave.models.types import LeaveType, amount_field
from leave.validators import validate_carry

if TYPE_CHECKING:
    from leave.models.requests import LeaveRequest  # noqa: F401  # named by a foreign key

_GIVES = ("grant", "accrual", "returned", "comp_off")
_TAKES = ("taken", "encashed")


class Allocation(CompanyOwned):
    """Days, or hours, that may be used from a date to a date or open (append-only).

    `key` is natural and unique among the person's of the type: whoever gives the same twice is
    refused. Their order is that of their rows. Protected ones never lapse.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_allocations",
        verbose_name=_("employee"),
    )  # fmt: skip
    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="allocations",
        verbose_name=_("leave type"),
    )  # fmt: skip
    key = models.CharField(max_length=120)
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)
    is_carried = models.BooleanField(_("carried over"), default=False)
    is_protected = models.BooleanField(_("never lapses"), default=False)
    carries = models.JSONField(
        _("takes over the rest of the one before"), null=True, blank=True,
        validators=[validate_carry],
        help_text=_('For example {"carry": "up_to", "carry_most": "5"}. Empty: nothing.'),
    )  # fmt: skip
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("allocation")
        verbose_name_plural = _("allocations")
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "leave_type", "key"), name="leave_allocation_key_once"
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="leave_allocation_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.leave_type} · {self.starts_on}"


class LedgerEntry(CompanyOwned):
    """One signed line of a person's books of a type, in force from `effective_on` (append-only).

    `key` is natural and unique among the person's of the type, so that a job that runs twice
    writes once. `source` is the key of the allocation that it fills or takes from, one that is
    still to come too (leave drawn ahead on a credit); without one a line is debt.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="ledger_entries",
        verbose_name=_("employee"),
    )  # fmt: skip
    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="entries", verbose_name=_("leave type")
    )
    key = models.CharField(max_length=140)
    kind = models.CharField(_("kind"), max_length=10, choices=EntryKind.choices)
    amount = amount_field(_("amount"))
    effective_on = models.DateField(_("effective on"))
    source = models.CharField(_("allocation"), max_length=120, blank=True)
    request = models.ForeignKey(
        "leave.LeaveRequest", on_delete=models.PROTECT, related_name="entries", null=True,
        blank=True, verbose_name=_("request"),
    )  # fmt: skip
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    rate = models.DecimalField(
        _("paid a day, or an hour"), max_digits=14, decimal_places=4, null=True, blank=True
    )
    by_kind = models.CharField(max_length=10)
    by_id = models.CharField(max_length=40, blank=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("ledger entry")
        verbose_name_plural = _("ledger entries")
        ordering = ("effective_on", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "leave_type", "key"), name="leave_ledgerentry_key_once"
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=_GIVES, amount__lt=0)
                & ~models.Q(kind__in=_TAKES, amount__gt=0),
                name="leave_ledgerentry_sign_of_its_kind",
                violation_error_message=_("What is given is positive, what is taken is negative."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind="adjustment", reason=""),
                name="leave_ledgerentry_adjusted_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
            models.CheckConstraint(
                condition=~models.Q(kind__in=("taken", "returned"), request__isnull=True),
                name="leave_ledgerentry_taken_for_a_request",
                violation_error_message=_("Name the request for which it is taken."),
            ),
        ]
        indexes = [models.Index(fields=("employee", "leave_type", "effective_on"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.effective_on} · {self.get_kind_display()}"
