"""The roster, marks and judged days."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import DayStatus, ManualAction, MarkKind, Portion
from companies.models import CalendarDay, CompanyOwned, Employee, Shift


class ShiftAssignment(CompanyOwned):
    """A person on a shift from a date to a date; with others it is the roster.

    No two of a person's assignments overlap: checked under the person's lock, by the service.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="shift_assignments",
        verbose_name=_("employee"),
    )  # fmt: skip
    shift = models.ForeignKey(
        Shift, on_delete=models.PROTECT, related_name="assignments", verbose_name=_("shift")
    )
    starts_on = models.DateField(_("from"))
    ends_on = models.DateField(_("to"), null=True, blank=True)

    class Meta:
        verbose_name = _("shift assignment")
        verbose_name_plural = _("shift assignments")
        ordering = ("employee", "starts_on")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "starts_on"), name="attendance_shiftassignment_one_a_date",
                violation_error_message=_("Another assignment starts on this date."),
            ),
            models.CheckConstraint(
                condition=models.Q(ends_on__isnull=True)
                | models.Q(ends_on__gte=models.F("starts_on")),
                name="attendance_shiftassignment_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.shift} · {self.starts_on}"


class OptionalHolidayPick(CompanyOwned):
    """An optional holiday that a person picked; taken back by deleting it, both are audited."""

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="holiday_picks",
        verbose_name=_("employee"),
    )  # fmt: skip
    calendar_day = models.ForeignKey(
        CalendarDay, on_delete=models.PROTECT, related_name="picks",
        verbose_name=_("optional holiday"),
    )  # fmt: skip
    created_at = models.DateTimeField(_("picked at"), auto_now_add=True)

    class Meta:
        verbose_name = _("picked holiday")
        verbose_name_plural = _("picked holidays")
        ordering = ("employee", "calendar_day")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "calendar_day"), name="attendance_optionalholidaypick_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.employee} · {self.calendar_day}"


class DayMark(CompanyOwned):
    """What covers a date for a person: leave, on duty, work from home (append-only).

    A mark is taken back by a second row that names it in `withdraws`.
    """

    employee = models.ForeignKey(Employee, on_delete=models.PROTECT, related_name="day_marks")
    date = models.DateField(_("date"))
    kind = models.CharField(_("kind"), max_length=16, choices=MarkKind.choices)
    portion = models.CharField(
        _("portion"), max_length=6, choices=Portion.choices, default=Portion.FULL
    )
    starts_at = models.TimeField(_("from"), null=True, blank=True)
    ends_at = models.TimeField(_("to"), null=True, blank=True)
    code = models.CharField(_("code"), max_length=10, blank=True)
    is_paid = models.BooleanField(_("paid"), default=True)
    source_ref = models.CharField(_("comes from"), max_length=80)
    withdraws = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="withdrawal", null=True, blank=True
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("day mark")
        verbose_name_plural = _("day marks")
        ordering = ("date", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(portion="hours", starts_at__isnull=False, ends_at__isnull=False)
                | (
                    ~models.Q(portion="hours")
                    & models.Q(starts_at__isnull=True, ends_at__isnull=True)
                ),
                name="attendance_daymark_hours_have_times",
            ),
        ]
        indexes = [models.Index(fields=("employee", "date"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.date} · {self.get_kind_display()}"


class ManualVerdict(CompanyOwned):
    """What HR says of a date by hand (append-only): a status, nothing at all, or no more.

    The next row of a date names the one before in `replaces`; the last one holds. So there is one
    chain a date, and one verdict by hand at most.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="manual_verdicts",
        verbose_name=_("employee"),
    )  # fmt: skip
    date = models.DateField(_("date"))
    action = models.CharField(_("what"), max_length=10, choices=ManualAction.choices)
    status = models.CharField(_("status"), max_length=3, choices=DayStatus.choices, blank=True)
    code = models.CharField(_("code"), max_length=24, blank=True)
    worked_minutes = models.PositiveIntegerField(_("worked (minutes)"), default=0)
    reason = models.TextField(_("reason"))
    by_id = models.CharField(max_length=40, blank=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)
    replaces = models.OneToOneField(
        "self", on_delete=models.PROTECT, related_name="replacement", null=True, blank=True
    )
    created_at = models.DateTimeField(_("written at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("day set by hand")
        verbose_name_plural = _("days set by hand")
        ordering = ("-date", "-id")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "date"), condition=models.Q(replaces__isnull=True),
                name="attendance_manualverdict_one_chain_a_date",
            ),
            models.CheckConstraint(
                condition=(models.Q(action="set") & ~models.Q(status=""))
                | (~models.Q(action="set") & models.Q(status="", code="", worked_minutes=0)),
                name="attendance_manualverdict_status_where_set",
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=("employee", "date"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.date}"


class AttendanceDay(CompanyOwned):
    """The verdict on one date and slot of a person; it can always be made again.

    `input` is the exact input of the rules (numbered schema), `steps` are (code, values).
    While `is_open`, figures stand but no status. `settled_at` is said of days only: the moment
    the window had closed and the verdict stood. `next_at` is when judging again will say something
    else although nothing but time has passed.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="attendance_days",
        verbose_name=_("employee"),
    )  # fmt: skip
    date = models.DateField(_("date"))
    slot = models.PositiveSmallIntegerField(default=0)
    status = models.CharField(_("status"), max_length=3, choices=DayStatus.choices, blank=True)
    code = models.CharField(_("code"), max_length=24, blank=True)  # two codes of marks, halved
    is_open = models.BooleanField(_("still open"), default=True)
    settles_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    settled_at = models.DateTimeField(_("settled at"), null=True)
    shift_name = models.CharField(_("shift"), max_length=60, blank=True)
    scheduled_start_at = models.DateTimeField(_("shift starts"), null=True)
    scheduled_end_at = models.DateTimeField(_("shift ends"), null=True)
    first_in_at = models.DateTimeField(_("in"), null=True)
    last_out_at = models.DateTimeField(_("out"), null=True)
    zone = models.CharField(_("time zone"), max_length=64)
    worked_minutes = models.PositiveIntegerField(_("worked (minutes)"), default=0)
    break_minutes = models.PositiveIntegerField(_("breaks (minutes)"), default=0)
    late_minutes = models.PositiveIntegerField(_("late (minutes)"), default=0)
    early_minutes = models.PositiveIntegerField(_("early (minutes)"), default=0)
    exceptions = models.JSONField(_("needs a human"), default=list)
    steps = models.JSONField(default=list)
    input = models.JSONField(default=dict)
    policy_version = models.UUIDField(null=True)
    shift_version = models.UUIDField(null=True)
    overtime_version = models.UUIDField(null=True)
    calendar_revision = models.PositiveBigIntegerField(default=0)
    judged_at = models.DateTimeField(_("judged at"))

    class Meta:
        verbose_name = _("day")
        verbose_name_plural = _("days")
        ordering = ("-date", "slot")
        constraints = [
            models.UniqueConstraint(
                fields=("employee", "date", "slot"), name="attendance_attendanceday_once"
            ),
        ]
        indexes = [
            models.Index(fields=("company", "date")),
            models.Index(
                fields=("settles_at",), condition=models.Q(is_open=True),
                name="attendance_day_open",
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.date}"

    @property
    def is_by_hand(self) -> bool:
        """Whether HR set the verdict; the punches of the day count for nothing then."""
        return self.input.get("manual") is not None
