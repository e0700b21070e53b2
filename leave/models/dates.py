"""Dates of the company that say something about leave: blocked ones, closures, closed years."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models import CompanyOwned, Department, Employee, Office, User
from leave.models.types import LeaveType

_IN_ORDER = models.Q(last_on__gte=models.F("first_on"))


class BlockDate(CompanyOwned):
    """Dates on which nobody takes leave; without a type, of any; a department's for those below."""

    name = models.CharField(_("name"), max_length=120)
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="block_dates", null=True, blank=True,
        verbose_name=_("only this leave type"),
    )  # fmt: skip
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="block_dates", null=True, blank=True,
        verbose_name=_("only this department"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("block dates")
        verbose_name_plural = _("block dates")
        ordering = ("first_on", "name")
        constraints = [
            models.CheckConstraint(
                condition=_IN_ORDER, name="leave_blockdate_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} · {self.first_on}"


class BlockExemption(CompanyOwned):
    """A person whom block dates do not bind."""

    block = models.ForeignKey(
        BlockDate, on_delete=models.CASCADE, related_name="exemptions",
        verbose_name=_("block dates"),
    )  # fmt: skip
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="block_exemptions",
        verbose_name=_("employee"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("exempt person")
        verbose_name_plural = _("exempt people")
        ordering = ("block", "employee")
        constraints = [
            models.UniqueConstraint(
                fields=("block", "employee"), name="leave_blockexemption_once",
                violation_error_message=_("This person is exempt already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.block} · {self.employee}"


class LeastCover(CompanyOwned):
    """How many people of a department are to be there; below it, whoever decides is told."""

    department = models.OneToOneField(
        Department, on_delete=models.PROTECT, related_name="least_cover",
        verbose_name=_("department"),
    )  # fmt: skip
    people = models.PositiveSmallIntegerField(
        _("people there at least"), validators=[MinValueValidator(1)]
    )

    class Meta:
        verbose_name = _("least cover")
        verbose_name_plural = _("least cover")
        ordering = ("department",)
        constraints = [
            models.CheckConstraint(
                condition=models.Q(people__gte=1), name="leave_leastcover_somebody",
                violation_error_message=_("At least one person, or no such line."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.department} · {self.people}"


class Closure(CompanyOwned):
    """The company, an office or a department is closed; leave of a type is booked for everyone.

    `closure_book` books it, any number of times with the same result: who joins later is added.
    """

    name = models.CharField(_("name"), max_length=120)
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="closures", verbose_name=_("taken from")
    )
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="closures", null=True, blank=True,
        verbose_name=_("only this office"),
    )  # fmt: skip
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="closures", null=True, blank=True,
        verbose_name=_("only this department"),
    )  # fmt: skip
    booked_at = models.DateTimeField(_("booked at"), null=True, blank=True, editable=False)

    class Meta:
        verbose_name = _("closure")
        verbose_name_plural = _("closures")
        ordering = ("-first_on", "name")
        constraints = [
            models.CheckConstraint(
                condition=_IN_ORDER, name="leave_closure_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.name} · {self.first_on}"


class LeaveYearClose(CompanyOwned):
    """A leave year of a type whose rest was carried: nothing before `closed_to` is edited any more.

    Reopening deletes the row, audited.
    """

    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="closed_years",
        verbose_name=_("leave type"),
    )  # fmt: skip
    closed_to = models.DateField(_("closed up to and with"))
    totals = models.JSONField(_("totals"), default=dict)
    closed_at = models.DateTimeField(_("closed at"))
    closed_by = models.ForeignKey(
        User, on_delete=models.PROTECT, related_name="closed_leave_years",
        verbose_name=_("closed by"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("closed leave year")
        verbose_name_plural = _("closed leave years")
        ordering = ("-closed_to",)
        constraints = [
            models.UniqueConstraint(
                fields=("leave_type", "closed_to"), name="leave_leaveyearclose_once",
                violation_error_message=_("This leave year is closed already."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.leave_type} · {self.closed_to}"
