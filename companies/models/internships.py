"""Internships: what was agreed, and what was decided of it since; both append-only."""

from __future__ import annotations

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from companies.enums import InternshipStep, StipendPer
from companies.models.base import CompanyOwned
from companies.models.people import Employee

_WITH_DATE = (InternshipStep.EXTENDED, InternshipStep.SHORTENED)


class Internship(CompanyOwned):
    """From when to when somebody is an intern, who looks after them, and for what stipend.

    Append-only: `agreed_until` and `mentor` stay as they were agreed. When it ends now, who is its
    mentor, and whether it is completed, say its events (`companies.selectors.interns`).
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="internships", verbose_name=_("intern")
    )
    starts_on = models.DateField(_("from"))
    agreed_until = models.DateField(_("agreed until"))
    mentor = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="mentored_internships",
        verbose_name=_("mentor"),
    )  # fmt: skip
    stipend_per = models.CharField(
        _("stipend"), max_length=10, choices=StipendPer.choices, default=StipendPer.NONE
    )
    stipend_amount = models.DecimalField(
        _("amount"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    note = models.CharField(_("note"), max_length=500, blank=True)
    made_by_id = models.CharField(max_length=40)
    made_by_name = models.CharField(_("added by"), max_length=120)
    made_at = models.DateTimeField(_("added at"))

    is_append_only = True

    class Meta:
        verbose_name = _("internship")
        verbose_name_plural = _("internships")
        ordering = ("-starts_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(agreed_until__gte=models.F("starts_on")),
                name="companies_internship_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=~models.Q(mentor=models.F("employee")),
                name="companies_internship_mentor_is_another",
                violation_error_message=_("Nobody is their own mentor."),
            ),
            models.CheckConstraint(
                condition=models.Q(stipend_per=StipendPer.NONE, stipend_amount__isnull=True)
                | (
                    ~models.Q(stipend_per=StipendPer.NONE)
                    & models.Q(stipend_amount__isnull=False, stipend_amount__gt=0)
                ),
                name="companies_internship_amount_where_stipend",
                violation_error_message=_("A stipend has an amount above 0; none has no amount."),
            ),
        ]
        indexes = [models.Index(fields=("employee", "starts_on"))]

    def __str__(self) -> str:
        return f"{self.employee.name} · {date_format(self.starts_on, 'j M Y')}"


class InternshipEvent(CompanyOwned):
    """What was decided of an internship (append-only); the last one with a date says its end.

    The last one with a mentor says who that is.
    """

    internship = models.ForeignKey(
        Internship, on_delete=models.PROTECT, related_name="events", verbose_name=_("internship")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    step = models.CharField(_("what"), max_length=10, choices=InternshipStep.choices)
    ends_on = models.DateField(_("last day"), null=True, blank=True)
    mentor = models.ForeignKey(
        Employee, on_delete=models.PROTECT, null=True, blank=True,
        related_name="internships_taken_over", verbose_name=_("mentor"),
    )  # fmt: skip
    words = models.CharField(_("reason or remark"), max_length=500, blank=True)
    made_by_id = models.CharField(max_length=40)
    made_by_name = models.CharField(_("by"), max_length=120)
    made_at = models.DateTimeField(_("at"))

    is_append_only = True

    class Meta:
        verbose_name = _("decision on an internship")
        verbose_name_plural = _("decisions on internships")
        ordering = ("internship", "number")
        constraints = [
            models.UniqueConstraint(
                fields=("internship", "number"), name="companies_internshipevent_in_order"
            ),
            models.UniqueConstraint(
                fields=("internship",),
                condition=models.Q(step__in=(InternshipStep.COMPLETED, InternshipStep.VOID)),
                name="companies_internshipevent_one_end",
            ),
            models.CheckConstraint(
                condition=models.Q(step__in=_WITH_DATE, ends_on__isnull=False)
                | (~models.Q(step__in=_WITH_DATE) & models.Q(ends_on__isnull=True)),
                name="companies_internshipevent_date_where_moved",
            ),
            models.CheckConstraint(
                condition=models.Q(step=InternshipStep.MENTOR, mentor__isnull=False)
                | (~models.Q(step=InternshipStep.MENTOR) & models.Q(mentor__isnull=True)),
                name="companies_internshipevent_mentor_where_another",
            ),
            models.CheckConstraint(
                condition=models.Q(step=InternshipStep.COMPLETED) | ~models.Q(words=""),
                name="companies_internshipevent_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.internship} · {self.get_step_display()}"
