"""Kinds of leave, their rules from a date on, and who decides about them."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.core.validators import MaxValueValidator, MinValueValidator, RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.rules.types import RESERVED_CODES
from companies.models import CompanyOwned, Employee
from leave.enums import CountsDaysOff, Decider, Unit
from leave.validators import validate_dates, validate_employment_types

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

FROM_THE_START = dt.date(2000, 1, 1)


def amount_field(label: str | _StrPromise, **options: Any) -> models.DecimalField[Any, Any]:
    """Return a column for days or hours: four places, as the books hold them."""
    return models.DecimalField(label, max_digits=10, decimal_places=4, **options)


def _most(label: str | _StrPromise, help_text: str | _StrPromise = "") -> Any:
    return amount_field(
        label, null=True, blank=True, validators=[MinValueValidator(Decimal("0.0001"))],
        help_text=help_text or _("Empty: no limit."),
    )  # fmt: skip


class LeaveType(CompanyOwned):
    """A kind of leave; its rules live in `LeaveTypeVersion` rows, so that the past keeps its own.

    The code stands in the month's sheet beside those of days (P, A, H), so it is none of them.
    """

    name = models.CharField(_("name"), max_length=60)
    code = models.CharField(
        _("code"), max_length=6,
        validators=[RegexValidator(r"^[A-Z][A-Z0-9]{0,5}$", _("Capital letters and digits only."))],
        help_text=_("In the month's sheet, such as CL or SL."),
    )  # fmt: skip
    colour = models.CharField(
        _("colour"), max_length=7, default="#3b6ea5",
        validators=[RegexValidator(r"^#[0-9a-f]{6}$", _("Like #3b6ea5."))],
    )  # fmt: skip
    is_offered = models.BooleanField(
        _("offered"), default=True,
        help_text=_("Off: nobody asks for it any more; its books stay."),
    )  # fmt: skip
    basis = models.CharField(
        _("rests on"), max_length=300, blank=True,
        help_text=_("The law, contract or habit that its figures come from. A starting point: "
                    "check it."),
    )  # fmt: skip

    raises = "settings_revision"

    class Meta:
        verbose_name = _("leave type")
        verbose_name_plural = _("leave types")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "name"), name="leave_leavetype_name_once",
                violation_error_message=_("Another leave type has this name."),
            ),
            models.UniqueConstraint(
                fields=("company", "code"), name="leave_leavetype_code_once",
                violation_error_message=_("Another leave type has this code."),
            ),
            models.CheckConstraint(
                condition=~models.Q(code__in=sorted(RESERVED_CODES)),
                name="leave_leavetype_code_is_no_status",
                violation_error_message=_(
                    "This code names a day in the month's sheet. Choose another one."
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class LeaveTypeVersion(CompanyOwned):
    """The rules of a leave type from a date on; a change is a new row (append-only).

    Of several rows that start on one date, the one written last is in force.
    """

    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="versions", verbose_name=_("leave type")
    )
    starts_on = models.DateField(_("from"), default=FROM_THE_START)
    unit = models.CharField(
        _("asked in"), max_length=10, choices=Unit.choices, default=Unit.HALF_DAY
    )
    is_paid = models.BooleanField(_("paid"), default=True)
    counts_days_off = models.CharField(
        _("days off inside are charged"), max_length=10, choices=CountsDaysOff.choices,
        default=CountsDaysOff.NO,
    )  # fmt: skip
    needs_allocation = models.BooleanField(
        _("needs a balance"), default=True, help_text=_("Off: it draws on nothing.")
    )
    draws_on = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="drawn_on_by", null=True, blank=True,
        verbose_name=_("draws on"), help_text=_("Empty: on its own books."),
    )  # fmt: skip
    negative_limit = amount_field(
        _("may go below zero by"), null=True, blank=True, default=Decimal(0),
        validators=[MinValueValidator(Decimal(0))], help_text=_("Empty: without a limit."),
    )  # fmt: skip
    most_per_request = _most(_("most per request"))
    most_in_a_row = _most(_("most in a row"), _("Requests that adjoin are one row."))
    most_per_period = _most(_("most per leave year"))
    most_granted = _most(
        _("most granted a leave year"), _("With what is carried. Empty: no limit.")
    )
    notice_days = models.PositiveSmallIntegerField(
        _("least notice (days)"), default=0, validators=[MaxValueValidator(366)]
    )
    backdate_days = models.PositiveSmallIntegerField(
        _("at most so many days later"), null=True, blank=True, validators=[MaxValueValidator(366)],
        help_text=_("Empty: no limit."),
    )  # fmt: skip
    usable_after_days = models.PositiveSmallIntegerField(
        _("usable after (days of employment)"), default=0, validators=[MaxValueValidator(3660)]
    )
    counts_working_days = models.BooleanField(_("of these, working days only"), default=True)
    employment_types = models.JSONField(
        _("only for"), default=list, blank=True, validators=[validate_employment_types],
        help_text=_('Employment types, for example ["employee"]. Empty: everybody.'),
    )  # fmt: skip
    only_on = models.JSONField(
        _("only on these dates"), null=True, blank=True, validators=[validate_dates],
        help_text=_('For example ["2026-11-09"]. Empty: on any.'),
    )  # fmt: skip
    attachment_after = amount_field(
        _("attachment needed above"), null=True, blank=True,
        validators=[MinValueValidator(Decimal(0))], help_text=_("Empty: never."),
    )  # fmt: skip
    converts_planned = models.BooleanField(
        _("may take the place of other leave"), default=False,
        help_text=_("Sickness: planned leave on these days is given back, as one decision."),
    )  # fmt: skip
    colleagues_see_reason = models.BooleanField(_("colleagues see the reason"), default=False)
    hours_per_day = models.DecimalField(
        _("hours a day"), max_digits=4, decimal_places=2, default=Decimal(8),
        help_text=_("Turns days into hours where the books are kept in the other."),
    )  # fmt: skip
    year_month = models.PositiveSmallIntegerField(
        _("leave year starts in month"), default=1,
        validators=[MinValueValidator(1), MaxValueValidator(12)],
    )  # fmt: skip
    year_day = models.PositiveSmallIntegerField(
        _("on day"), default=1, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    encash_keep = amount_field(_("never paid out"), default=Decimal(0))
    encash_most = _most(_("paid out at most a year"), _("Empty: nothing is paid out."))
    comp_off_valid_days = models.PositiveSmallIntegerField(
        _("earned days are valid for (days)"), null=True, blank=True,
        validators=[MinValueValidator(1), MaxValueValidator(3660)],
        help_text=_("Of work on a day off. Empty: nothing is earned by it."),
    )  # fmt: skip
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True
    raises = "settings_revision"

    class Meta:
        verbose_name = _("leave rules")
        verbose_name_plural = _("leave rules")
        ordering = ("leave_type", "starts_on", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(draws_on__isnull=True)
                | (models.Q(needs_allocation=True) & ~models.Q(draws_on=models.F("leave_type"))),
                name="leave_leavetypeversion_draws_on_another",
                violation_error_message=_(
                    "A type draws on its own books, on those of another type, or on none."
                ),
            ),
            models.CheckConstraint(
                condition=models.Q(hours_per_day__gt=0, hours_per_day__lte=24),
                name="leave_leavetypeversion_hours_of_a_day",
                violation_error_message=_("A day has between 0 and 24 hours."),
            ),
            models.CheckConstraint(
                condition=models.Q(year_month__range=(1, 12), year_day__range=(1, 31)),
                name="leave_leavetypeversion_year_starts_on_a_day",
                violation_error_message=_("Choose the day on which the leave year starts."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.leave_type} · {self.starts_on}"


class LeaveApprovalStep(CompanyOwned):
    """Who decides at one place of a type's chain; of several rows of one place, any (append-only).

    It takes part where a request counts more than `above`. A version without rows is decided by
    whoever answers for the person.
    """

    version = models.ForeignKey(
        LeaveTypeVersion, on_delete=models.PROTECT, related_name="approval_steps",
        verbose_name=_("leave rules"),
    )  # fmt: skip
    place = models.PositiveSmallIntegerField(_("place"), default=1)
    decider = models.CharField(
        _("who decides"), max_length=10, choices=Decider.choices, default=Decider.MANAGER
    )
    person = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_approval_steps", null=True,
        blank=True, verbose_name=_("person"),
    )  # fmt: skip
    above = amount_field(_("of requests above"), default=Decimal(0))

    is_append_only = True
    raises = "settings_revision"

    class Meta:
        verbose_name = _("approval step")
        verbose_name_plural = _("approval steps")
        ordering = ("version", "place", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("version", "place", "decider"), condition=models.Q(person__isnull=True),
                name="leave_leaveapprovalstep_once",
            ),
            models.UniqueConstraint(
                fields=("version", "place", "person"), condition=models.Q(person__isnull=False),
                name="leave_leaveapprovalstep_person_once",
            ),
            models.CheckConstraint(
                condition=models.Q(decider="person", person__isnull=False)
                | (~models.Q(decider="person") & models.Q(person__isnull=True)),
                name="leave_leaveapprovalstep_person_where_named",
                violation_error_message=_("Name a person where a named person decides, else none."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.place}. {self.get_decider_display()}"
