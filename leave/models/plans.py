"""How people earn leave: plans, their rules from a date on, and who is on which."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyOwned, Employee
from leave.enums import CarryOn, First, Frequency, Moment, Switch
from leave.models.types import FROM_THE_START, LeaveType
from leave.validators import validate_days, validate_milestones


def first_of_the_month() -> list[int]:
    return [1]


class LeavePlan(CompanyOwned):
    """A named way to earn leave of one type; its rules live in `LeavePlanVersion` rows."""

    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="plans", verbose_name=_("leave type")
    )
    name = models.CharField(_("name"), max_length=60)

    raises = "settings_revision"

    class Meta:
        verbose_name = _("leave plan")
        verbose_name_plural = _("leave plans")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "name"), name="leave_leaveplan_name_once",
                violation_error_message=_("Another leave plan has this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class LeavePlanVersion(CompanyOwned):
    """The rules of a plan from a date on; a change is a new row (append-only).

    `milestones` are as `leave.rules.plan_form` reads them. A version ends the one before: days
    until then were earned by that.
    """

    plan = models.ForeignKey(
        LeavePlan, on_delete=models.PROTECT, related_name="versions", verbose_name=_("plan")
    )
    starts_on = models.DateField(_("from"), default=FROM_THE_START)
    frequency = models.CharField(
        _("credits"), max_length=15, choices=Frequency.choices, default=Frequency.MONTHLY
    )
    weekday = models.PositiveSmallIntegerField(
        _("weekday"), default=0, validators=[MaxValueValidator(6)],
        help_text=_("0 is Monday; for weekly credits."),
    )  # fmt: skip
    days = models.JSONField(
        _("days of the month"), default=first_of_the_month, validators=[validate_days],
        help_text=_("On which a period begins; 31 is the last. Two for twice a month."),
    )  # fmt: skip
    month = models.PositiveSmallIntegerField(
        _("month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)],
        help_text=_("One in which a quarter, half or year begins."),
    )  # fmt: skip
    moment = models.CharField(
        _("a period is credited"), max_length=5, choices=Moment.choices, default=Moment.START
    )
    first = models.CharField(
        _("the first period credits"), max_length=15, choices=First.choices, default=First.BY_DAYS
    )
    switch = models.CharField(
        _("a milestone takes effect"), max_length=12, choices=Switch.choices,
        default=Switch.AT_ONCE,
    )  # fmt: skip
    counts_from_joining = models.BooleanField(
        _("milestones count from joining"), default=True,
        help_text=_("Off: from the day on which the person came to the plan."),
    )  # fmt: skip
    by_worked_time = models.BooleanField(
        _("only what was worked earns"), default=False,
        help_text=_("A period credits that share of its amount which was worked of it."),
    )  # fmt: skip
    waits_days = models.PositiveSmallIntegerField(_("begins after (days)"), default=0)
    waits_months = models.PositiveSmallIntegerField(_("and (months)"), default=0)
    milestones = models.JSONField(
        _("milestones"), validators=[validate_milestones],
        help_text=_('For example [{"amount": "1.5", "carry": "up_to", "carry_most": "10"}].'),
    )  # fmt: skip
    carry_on = models.CharField(
        _("the rest is cut"), max_length=12, choices=CarryOn.choices, default=CarryOn.NEVER
    )
    carry_month = models.PositiveSmallIntegerField(
        _("in month"), default=1, validators=[MinValueValidator(1), MaxValueValidator(12)]
    )
    carry_day = models.PositiveSmallIntegerField(
        _("on day"), default=1, validators=[MinValueValidator(1), MaxValueValidator(31)]
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True
    raises = "settings_revision"

    class Meta:
        verbose_name = _("plan rules")
        verbose_name_plural = _("plan rules")
        ordering = ("plan", "starts_on", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(weekday__lte=6, month__range=(1, 12),
                                   carry_month__range=(1, 12), carry_day__range=(1, 31)),
                name="leave_leaveplanversion_days_exist",
                violation_error_message=_("Choose a weekday, month and day that exist."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.plan} · {self.starts_on}"


class PlanAssignment(CompanyOwned):
    """A person earns by a plan from a date to a date.

    No two of a person's plans of one type overlap: checked under the person's lock, by the service.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="plan_assignments",
        verbose_name=_("employee"),
    )  # fmt: skip
    plan = models.ForeignKey(
        LeavePlan, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("plan")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("plan assignment")
        verbose_name_plural = _("plan assignments")
        ordering = ("employee", "starts_on")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "plan", "starts_on"),
                name="leave_planassignment_one_a_date",
                violation_error_message=_("Another assignment starts on this date."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="leave_planassignment_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.plan} · {self.starts_on}"

    def holds_on(self, date: dt.date) -> bool:
        """Return whether the person earns by it on the date."""
        return self.starts_on <= date <= (self.ends_on or dt.date.max)
