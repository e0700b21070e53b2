"""Offices, departments, the work calendar and the company's policy."""

from __future__ import annotations

import datetime as dt

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import (
    CalendarKind,
    LivenessPolicy,
    OnFailure,
    PayableBasis,
    SecondFactor,
    StipendBasis,
)
from companies.models.base import CompanyOwned
from companies.validators import validate_weekly_off, validate_zone


def default_weekly_off() -> dict[str, str]:
    return {"sat": "all", "sun": "all"}


class PolicyVersion(CompanyOwned):
    """The company's settings from a date on; a change is a new row (append-only).

    Of several rows that start on one date, the one written last is in force.
    """

    starts_on = models.DateField(_("from"))
    zone = models.CharField(
        _("time zone"), max_length=64, default="UTC", validators=[validate_zone]
    )
    weekly_off = models.JSONField(
        _("weekly off"), default=default_weekly_off, validators=[validate_weekly_off],
        help_text=_('Days off, for example {"sat": [2, 4], "sun": "all"}.'),
    )  # fmt: skip
    allows_unchecked = models.BooleanField(
        _("check-in without a face check is fine"), default=False,
        help_text=_("Off: such a check-in is recorded and flagged."),
    )  # fmt: skip
    face_failure = models.CharField(
        _("when the face is another one, or cannot be seen"), max_length=10,
        choices=OnFailure.choices, default=OnFailure.FLAG,
        help_text=_("A face that is only unsure is always looked at by somebody."),
    )  # fmt: skip
    liveness = models.CharField(
        _("head turn"), max_length=10, choices=LivenessPolicy.choices, default=LivenessPolicy.OFF,
        help_text=_("Tells a person from a photograph; it does not stop a film of the person."),
    )  # fmt: skip
    repeat_seconds = models.PositiveSmallIntegerField(
        _("repeats within (seconds)"), default=60, validators=[MaxValueValidator(3600)],
        help_text=_("Two punches of the same direction this close together count as one."),
    )  # fmt: skip
    max_presence_hours = models.PositiveSmallIntegerField(
        _("longest presence (hours)"), default=24,
        validators=[MinValueValidator(1), MaxValueValidator(48)],
        help_text=_("A check-out closes an open check-in that is at most this old."),
    )  # fmt: skip
    offers_breaks = models.BooleanField(
        _("people may start and end a break"), default=True,
        help_text=_("Its time is taken out. Off: the button is not shown."),
    )  # fmt: skip
    absence_lag_days = models.PositiveSmallIntegerField(
        _("days before an absence is written"), default=0, validators=[MaxValueValidator(60)]
    )
    marks_absent = models.BooleanField(
        _("mark absences by itself"), default=True,
        help_text=_("Off: a working day without punches stays unmarked."),
    )  # fmt: skip
    late_from_end_of_grace = models.BooleanField(
        _("count late minutes from the end of the grace"), default=False
    )
    break_punches_paid = models.BooleanField(
        _("punched breaks are paid"), default=False,
        help_text=_("On: the time of a break somebody punched counts as worked."),
    )  # fmt: skip
    allow_overlap = models.BooleanField(
        _("stretches entered by hand may overlap"), default=False,
        help_text=_("Off: a pair that overlaps another one is refused. Time counts once anyhow."),
    )  # fmt: skip
    late_free_count = models.PositiveSmallIntegerField(
        _("free late arrivals a month"), default=0, validators=[MaxValueValidator(31)]
    )
    late_free_minutes = models.PositiveSmallIntegerField(
        _("free up to (minutes)"), default=0, validators=[MaxValueValidator(1440)],
        help_text=_("A later arrival than this is never free."),
    )  # fmt: skip
    late_half_day_every = models.PositiveSmallIntegerField(
        _("propose half a day every (late arrivals)"), default=0,
        validators=[MaxValueValidator(31)],
        help_text=_("0 is off. A proposal to HR: nothing is ever deducted by itself."),
    )  # fmt: skip
    optional_holiday_quota = models.PositiveSmallIntegerField(
        _("optional holidays a year"), default=0, validators=[MaxValueValidator(366)],
        help_text=_("How many of them a person may pick in a calendar year."),
    )  # fmt: skip
    half_split_at = models.TimeField(
        _("halves meet at"), null=True, blank=True,
        help_text=_("Empty: where half of the scheduled minutes are done."),
    )  # fmt: skip
    overtime_policy = models.ForeignKey(
        "companies.OvertimePolicy", on_delete=models.PROTECT, related_name="policy_versions",
        null=True, blank=True, verbose_name=_("overtime policy"),
        help_text=_("Of who has none of their own or by the shift. Empty: nothing is extra."),
    )  # fmt: skip
    payable_basis = models.CharField(
        _("pay is for"), max_length=12, choices=PayableBasis.choices,
        default=PayableBasis.CALENDAR,
        help_text=_("Of which days a month of pay consists; the settings of its last day hold."),
    )  # fmt: skip
    stipend_basis = models.CharField(
        _("an intern's stipend is for"), max_length=20, choices=StipendBasis.choices,
        default=StipendBasis.PRESENT,
        help_text=_(
            "Half a day counts ½, on duty and from home are present; the settings of a month's "
            "last day hold."
        ),
    )  # fmt: skip
    auto_lock_days = models.PositiveSmallIntegerField(
        _("lock a month by itself after (days)"), null=True, blank=True,
        validators=[MaxValueValidator(366)],
        help_text=_("So many days after its end, whatever is unresolved. Empty: HR locks it."),
    )  # fmt: skip
    corrections_per_month = models.PositiveSmallIntegerField(
        _("corrections somebody may ask for in a month"), null=True, blank=True,
        validators=[MaxValueValidator(99)],
        help_text=_("Empty: no limit. The answer to a forgotten check-out is not counted."),
    )  # fmt: skip
    corrections_days_back = models.PositiveSmallIntegerField(
        _("corrections reach back (days)"), null=True, blank=True,
        validators=[MaxValueValidator(730)],
        help_text=_("Empty: as far as no month is locked."),
    )  # fmt: skip
    offers_on_duty = models.BooleanField(
        _("people may ask for days on duty elsewhere"), default=True
    )
    offers_work_from_home = models.BooleanField(
        _("people may ask for days worked from home"), default=True
    )
    second_factor = models.CharField(
        _("a second step at sign-in is asked of"), max_length=10, choices=SecondFactor.choices,
        default=SecondFactor.NOBODY,
        help_text=_("Who has none yet sets one up right after signing in."),
    )  # fmt: skip
    photo_retention_days = models.PositiveSmallIntegerField(
        _("keep check-in pictures (days)"), default=90,
        validators=[MinValueValidator(1), MaxValueValidator(730)],
    )  # fmt: skip
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True
    raises = "settings_revision"

    class Meta:
        verbose_name = _("policy version")
        verbose_name_plural = _("policy versions")
        ordering = ("starts_on", "id")

    def __str__(self) -> str:
        return f"{self.starts_on}"


class Office(CompanyOwned):
    """A place of work; where it lies stands in `OfficeVersion` rows."""

    name = models.CharField(_("name"), max_length=120)

    raises = "settings_revision"

    class Meta:
        verbose_name = _("office")
        verbose_name_plural = _("offices")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "name"), name="companies_office_name_once",
                violation_error_message=_("Another office has this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class OfficeVersion(CompanyOwned):
    """Zone, country and weekly off of an office from a date; the next row ends it."""

    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="versions", verbose_name=_("office")
    )
    starts_on = models.DateField(_("from"), default=dt.date(2000, 1, 1))
    zone = models.CharField(_("time zone"), max_length=64, validators=[validate_zone])
    country = models.CharField(_("country (two letters)"), max_length=2, blank=True)
    region = models.CharField(_("region"), max_length=10, blank=True)
    weekly_off = models.JSONField(
        _("weekly off"), null=True, blank=True, validators=[validate_weekly_off],
        help_text=_("Empty: the company's."),
    )  # fmt: skip

    raises = "settings_revision"

    class Meta:
        verbose_name = _("office settings")
        verbose_name_plural = _("office settings")
        ordering = ("office", "starts_on")
        constraints = [
            models.UniqueConstraint(
                fields=("office", "starts_on"), name="companies_officeversion_one_a_date",
                violation_error_message=_("Other settings start on this date."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.office} · {self.starts_on}"


class Department(CompanyOwned):
    """A part of the company; parts may stand below one another."""

    name = models.CharField(_("name"), max_length=120)
    parent = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="children", null=True, blank=True,
        verbose_name=_("part of"),
    )  # fmt: skip

    class Meta:
        verbose_name = _("department")
        verbose_name_plural = _("departments")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "name"), name="companies_department_name_once",
                violation_error_message=_("Another department has this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


class CalendarDay(CompanyOwned):
    """One date of the work calendar: for everyone, or for an office, country or region."""

    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=20, choices=CalendarKind.choices)
    name = models.CharField(_("name"), max_length=120)
    office = models.ForeignKey(
        Office, on_delete=models.PROTECT, related_name="calendar_days", null=True, blank=True,
        verbose_name=_("only this office"),
    )  # fmt: skip
    country = models.CharField(_("only this country"), max_length=2, blank=True)
    region = models.CharField(_("only this region"), max_length=10, blank=True)

    raises = "settings_revision"

    class Meta:
        verbose_name = _("calendar day")
        verbose_name_plural = _("calendar days")
        ordering = ("date", "name")
        constraints = [
            models.UniqueConstraint(
                fields=("company", "date", "kind", "country", "region"),
                condition=models.Q(office__isnull=True),
                name="companies_calendarday_once",
                violation_error_message=_("This date already stands in the calendar."),
            ),
            models.UniqueConstraint(
                fields=("company", "office", "date", "kind"),
                condition=models.Q(office__isnull=False),
                name="companies_calendarday_once_an_office",
                violation_error_message=_("This date already stands in the office's calendar."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.date} · {self.name}"


class CompanyLogo(CompanyOwned):
    """The company's logo, a PNG made anew from what HR sent; at most one a company.

    In a table of its own: every request loads the company, few need its picture. Which one it is
    says the company's `logo_version`.
    """

    content = models.BinaryField(_("picture"))
    sha256 = models.CharField(_("hash"), max_length=64)

    class Meta:
        verbose_name = _("logo")
        verbose_name_plural = _("logos")
        constraints = (
            models.UniqueConstraint(fields=["company"], name="companies_companylogo_one"),
        )

    def __str__(self) -> str:
        return str(_("Logo"))
