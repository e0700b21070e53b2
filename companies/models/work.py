"""Shifts: a name, and the versions of its knobs from a date on."""

from __future__ import annotations

import datetime as dt
from typing import TYPE_CHECKING

from django.core.validators import MaxValueValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

from companies.enums import AutoCheckOut, HoursMode, Pairing, RoundingMode
from companies.models.base import CompanyOwned
from companies.validators import check_hours, validate_breaks, validate_weekday_hours

if TYPE_CHECKING:
    from django.utils.functional import _StrPromise

A_DAY = MaxValueValidator(1440)


class Shift(CompanyOwned):
    """A named working pattern."""

    name = models.CharField(_("name"), max_length=60)

    raises = "settings_revision"

    class Meta:
        verbose_name = _("shift")
        verbose_name_plural = _("shifts")
        ordering = ("name",)
        constraints = [
            models.UniqueConstraint(
                fields=("company", "name"), name="companies_shift_name_once",
                violation_error_message=_("Another shift has this name."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return self.name


def _rounding_step(label: str | _StrPromise) -> models.PositiveSmallIntegerField[int, int]:
    return models.PositiveSmallIntegerField(
        label, default=0, validators=[MaxValueValidator(120)], help_text=_("Minutes; 0 is off.")
    )


def _rounding_mode(label: str | _StrPromise) -> models.CharField[str, str]:
    return models.CharField(
        label, max_length=10, choices=RoundingMode.choices, default=RoundingMode.NONE
    )


class ShiftVersion(CompanyOwned):
    """The knobs of a shift from a date on; a change is a new row (append-only).

    `end_time <= start_time` ends on the next calendar day. `breaks` is a list of
    `{"start": "13:00", "end": "13:30"}`, unpaid, in wall time of the shift; `weekday_hours` says
    by weekday what differs, such as `{"fri": {"start": "09:00", "end": "14:00", "breaks": []}}`.
    """

    shift = models.ForeignKey(
        Shift, on_delete=models.PROTECT, related_name="versions", verbose_name=_("shift")
    )
    starts_on = models.DateField(_("from"), default=dt.date(2000, 1, 1))
    start_time = models.TimeField(_("starts at"))
    end_time = models.TimeField(_("ends at"), help_text=_("At or before the start: next day."))
    breaks = models.JSONField(
        _("unpaid breaks"), default=list, blank=True, validators=[validate_breaks],
        help_text=_('For example [{"start": "13:00", "end": "13:30"}].'),
    )  # fmt: skip
    weekday_hours = models.JSONField(
        _("other hours on"), default=dict, blank=True, validators=[validate_weekday_hours],
        help_text=_("By the weekday on which the shift starts."),
    )  # fmt: skip
    auto_break_after_minutes = models.PositiveSmallIntegerField(
        _("a break is due above (minutes of work)"), null=True, blank=True, validators=[A_DAY],
        help_text=_("Empty: only the breaks above, and those punched, are taken out."),
    )  # fmt: skip
    auto_break_minutes = models.PositiveSmallIntegerField(
        _("break due (minutes)"), default=0, validators=[A_DAY],
        help_text=_("Only what was not taken of it is taken out of the work."),
    )  # fmt: skip
    window_before_minutes = models.PositiveSmallIntegerField(
        _("punches belong from (minutes before)"), default=60, validators=[A_DAY]
    )
    window_after_minutes = models.PositiveSmallIntegerField(
        _("punches belong until (minutes after)"), default=60, validators=[A_DAY]
    )
    late_grace_minutes = models.PositiveSmallIntegerField(
        _("late grace (minutes)"), default=0, validators=[A_DAY]
    )
    early_grace_minutes = models.PositiveSmallIntegerField(
        _("early grace (minutes)"), default=0, validators=[A_DAY]
    )
    half_day_below_minutes = models.PositiveSmallIntegerField(
        _("half day below (minutes)"), null=True, blank=True, validators=[A_DAY]
    )
    absent_below_minutes = models.PositiveSmallIntegerField(
        _("absent below (minutes)"), null=True, blank=True, validators=[A_DAY]
    )
    hours_mode = models.CharField(
        _("hours"), max_length=20, choices=HoursMode.choices, default=HoursMode.SUM_OF_PAIRS
    )
    pairing = models.CharField(
        _("pairing"), max_length=20, choices=Pairing.choices, default=Pairing.BY_DIRECTION
    )
    counts_on_days_off = models.BooleanField(_("judge days off as working days"), default=False)
    round_in_mode = _rounding_mode(_("round the check-in"))
    round_in_step = _rounding_step(_("to (check-in)"))
    round_out_mode = _rounding_mode(_("round the check-out"))
    round_out_step = _rounding_step(_("to (check-out)"))
    round_duration_mode = _rounding_mode(_("round the duration"))
    round_duration_step = _rounding_step(_("to (duration)"))
    auto_check_out = models.CharField(
        _("check out automatically"), max_length=10, choices=AutoCheckOut.choices,
        default=AutoCheckOut.NONE,
        help_text=_("Of who did not, once the day is over; it stays marked for a human."),
    )  # fmt: skip
    auto_check_out_minutes = models.PositiveSmallIntegerField(
        _("minutes after the end"), default=0, validators=[A_DAY]
    )
    auto_check_out_at = models.TimeField(
        _("time of day"), null=True, blank=True,
        help_text=_("The first such time after the shift has begun."),
    )  # fmt: skip
    overtime_policy = models.ForeignKey(
        "companies.OvertimePolicy", on_delete=models.PROTECT, related_name="shift_versions",
        null=True, blank=True, verbose_name=_("overtime policy"),
        help_text=_("Empty: the company's."),
    )  # fmt: skip
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True
    raises = "settings_revision"

    class Meta:
        verbose_name = _("shift version")
        verbose_name_plural = _("shift versions")
        ordering = ("shift", "starts_on", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(half_day_below_minutes__isnull=True)
                | models.Q(absent_below_minutes__isnull=True)
                | models.Q(absent_below_minutes__lte=models.F("half_day_below_minutes")),
                name="companies_shiftversion_absent_below_half",
                violation_error_message=_("Absent must start below half a day."),
            ),
            models.CheckConstraint(
                condition=models.Q(auto_break_after_minutes__isnull=True, auto_break_minutes=0)
                | models.Q(auto_break_after_minutes__isnull=False, auto_break_minutes__gt=0),
                name="companies_shiftversion_auto_break_whole",
                violation_error_message=_("Say above how much work how long a break is due."),
            ),
            models.CheckConstraint(
                condition=models.Q(auto_check_out="at_time", auto_check_out_at__isnull=False)
                | (~models.Q(auto_check_out="at_time") & models.Q(auto_check_out_at__isnull=True)),
                name="companies_shiftversion_auto_check_out_time",
                violation_error_message=_("Give a time of day for checking out at one, else none."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.shift} · {self.starts_on}"

    def clean(self) -> None:
        """Refuse breaks that end before they start, and weekdays that run into the next."""
        if self.start_time is None or self.end_time is None:
            return
        try:
            check_hours(self.start_time, self.end_time, self.breaks, self.weekday_hours)
        except (ValueError, KeyError, TypeError, AttributeError):
            return  # the fields themselves say what is wrong with them
