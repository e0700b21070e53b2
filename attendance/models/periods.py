"""The closed month: its standing, what each person is paid for, and the columns of payroll."""

from __future__ import annotations

from typing import Any, ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import PayrollSource, PeriodAsk, PeriodState
from companies.models import CompanyOwned, Employee, User


class AttendancePeriod(CompanyOwned):
    """A month of the company; once locked, its days change only after HR reopens it.

    With the lock stand its totals, what was unresolved (how many, by kind), the columns that the
    payroll file had then, and the SHA-256 of that file. Without `locked_by` it locked by itself.
    `reopened_at` holds back a lock by itself for as many days again. Of a large company locking
    and reopening is `asked_for` and done by a job; `ask_problem` says why it was not.
    """

    starts_on = models.DateField(_("month"))
    state = models.CharField(
        _("state"), max_length=8, choices=PeriodState.choices, default=PeriodState.OPEN
    )
    locked_at = models.DateTimeField(_("locked at"), null=True)
    locked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="locked_periods", null=True,
        verbose_name=_("locked by"),
    )  # fmt: skip
    lock_reason = models.CharField(_("locked because"), max_length=300, blank=True)
    unresolved = models.JSONField(_("unresolved"), default=dict)
    totals = models.JSONField(_("totals"), default=dict)
    layout = models.JSONField(default=list)
    fingerprint = models.CharField(_("fingerprint of the payroll file"), max_length=64, blank=True)
    reopened_at = models.DateTimeField(_("reopened at"), null=True)
    asked_for = models.CharField(
        _("asked for"), max_length=8, choices=PeriodAsk.choices, blank=True
    )
    asked_at = models.DateTimeField(_("asked for at"), null=True)
    asked_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="asked_periods", null=True,
        verbose_name=_("asked for by"),
    )  # fmt: skip
    asked_reason = models.CharField(_("asked for because"), max_length=300, blank=True)
    ask_problem = models.CharField(_("not done because"), max_length=300, blank=True)
    ask_attempts = models.PositiveSmallIntegerField(default=0)
    ask_leased_until = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("month")
        verbose_name_plural = _("months")
        ordering = ("-starts_on",)
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=("company", "starts_on"), name="attendance_attendanceperiod_once",
                violation_error_message=_("This month already stands in the list."),
            ),
            models.CheckConstraint(
                condition=models.Q(state="locked", locked_at__isnull=False)
                | models.Q(
                    state__in=("open", "review"), locked_at__isnull=True, locked_by__isnull=True,
                    lock_reason="", fingerprint="",
                ),
                name="attendance_attendanceperiod_locked_at_a_time",
            ),
            models.CheckConstraint(
                condition=models.Q(
                    asked_for="", asked_at__isnull=True, asked_by__isnull=True, asked_reason=""
                )
                | (
                    ~models.Q(asked_for="")
                    & models.Q(asked_at__isnull=False, asked_by__isnull=False)
                ),
                name="attendance_attendanceperiod_asked_by_somebody",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.starts_on:%Y-%m}"


class PeriodLine(CompanyOwned):
    """What a locked month says of one person for pay; it goes when the month is reopened.

    Names and places are those of the lock, so that the payroll file is the same each time.
    They stand in the order of the file, which no other collation changes. `figures` are those of
    `rules.payable`, `steps` are (code, values), `roll` is the register's row (`rules.roll`).
    """

    period = models.ForeignKey(
        AttendancePeriod, on_delete=models.PROTECT, related_name="lines", verbose_name=_("month")
    )
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="period_lines",
        verbose_name=_("employee"),
    )  # fmt: skip
    code = models.CharField(_("employee code"), max_length=40)
    name = models.CharField(_("name"), max_length=120)
    department = models.CharField(_("department"), max_length=120, blank=True)
    office = models.CharField(_("office"), max_length=120, blank=True)
    figures = models.JSONField(_("figures"), default=dict)
    steps = models.JSONField(default=list)
    roll = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("line of a locked month")
        verbose_name_plural = _("lines of locked months")
        ordering = ("id",)
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=("period", "employee"), name="attendance_periodline_once_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} · {self.period}"


class PayrollColumn(CompanyOwned):
    """A column of the payroll file: its heading, its place, and what stands in it."""

    heading = models.CharField(
        _("heading"), max_length=60,
        validators=[RegexValidator(r"^[^\s=+@\-]", _("Begin with a letter or a number."))],
        help_text=_("As the payroll program wants it."),
    )  # fmt: skip
    place = models.PositiveSmallIntegerField(
        _("place"), default=10, help_text=_("Columns stand in this order.")
    )
    source = models.CharField(_("what"), max_length=20, choices=PayrollSource.choices)
    value = models.CharField(
        _("which"), max_length=60, blank=True,
        help_text=_("The text, the code of the leave type, or the rate: 150."),
    )  # fmt: skip

    class Meta:
        verbose_name = _("column of the payroll file")
        verbose_name_plural = _("columns of the payroll file")
        ordering = ("place", "id")
        constraints: ClassVar[list[Any]] = [
            models.UniqueConstraint(
                fields=("company", "heading"), name="attendance_payrollcolumn_one_a_heading",
                violation_error_message=_("Another column has this heading."),
            ),
            models.CheckConstraint(
                condition=(
                    models.Q(source__in=("leave_of_type", "overtime_at_rate"))
                    & ~models.Q(value="")
                )
                | models.Q(source="fixed")
                | (
                    ~models.Q(source__in=("leave_of_type", "overtime_at_rate", "fixed"))
                    & models.Q(value="")
                ),
                name="attendance_payrollcolumn_value_where_one_is_due",
                violation_error_message=_(
                    "Say which leave type or which rate; other figures need no more."
                ),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.heading
