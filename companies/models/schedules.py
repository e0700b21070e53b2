"""Reports that are sent by themselves: when, of whom, and to whom."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.models.base import CompanyOwned
from companies.models.people import Employee
from companies.models.places import Department, Office

# Every month has so many days that somebody works on.
MOST_WORKING_DAYS = 15


class ReportSchedule(CompanyOwned):
    """A report that is made for its readers on a working day of the month or on a weekday.

    `working_day` 1 is the first of the month by the company's calendar, `weekday` 0 a Monday.
    """

    name = models.CharField(_("name"), max_length=120)
    report = models.CharField(_("report"), max_length=40)
    file_format = models.CharField(_("file"), max_length=10)
    working_day = models.PositiveSmallIntegerField(_("working day of the month"), null=True)
    weekday = models.PositiveSmallIntegerField(_("weekday"), null=True)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("only this office"),
    )  # fmt: skip
    department = models.ForeignKey(
        Department, on_delete=models.PROTECT, related_name="+", null=True, blank=True,
        verbose_name=_("only this department"),
    )  # fmt: skip
    is_on = models.BooleanField(_("switched on"), default=True)

    class Meta:
        verbose_name = _("report by mail")
        verbose_name_plural = _("reports by mail")
        ordering = ("name", "id")
        constraints = [
            models.CheckConstraint(
                # Nothing known of either is no answer, and would pass.
                condition=models.Q(
                    working_day__isnull=False,
                    working_day__range=(1, MOST_WORKING_DAYS),
                    weekday__isnull=True,
                )
                | models.Q(
                    working_day__isnull=True, weekday__isnull=False, weekday__range=(0, 6)
                ),
                name="companies_reportschedule_one_rhythm",
                violation_error_message=_("Choose a working day of the month or a weekday."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class ReportReader(CompanyOwned):
    """Somebody to whom a report is sent; what was due up to `done_to` is done."""

    schedule = models.ForeignKey(
        ReportSchedule, on_delete=models.PROTECT, related_name="readers",
        verbose_name=_("report by mail"),
    )  # fmt: skip
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="scheduled_reports",
        verbose_name=_("person"),
    )  # fmt: skip
    done_to = models.DateField(_("done up to"))

    class Meta:
        verbose_name = _("reader of a report")
        verbose_name_plural = _("readers of reports")
        ordering = ("employee__name", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("schedule", "employee"), name="companies_reportreader_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.schedule} · {self.employee}"
