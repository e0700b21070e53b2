"""What people ask for, what became of it, and what it holds and reserves."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from attendance.enums import Portion
from companies.models import CompanyOwned, Employee
from leave.enums import ClaimOutcome, RequestState, StepKind, Taken
from leave.models.types import LeaveType, LeaveTypeVersion, amount_field


class LeaveRequest(CompanyOwned):
    """A person asks for leave (append-only); `RequestStep` rows say what became of it.

    A change is a new request that names the old one in `replaces`; with `is_partly` it takes only
    its own dates out of it (sickness over planned leave). `version` are the rules it stands under.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_requests",
        verbose_name=_("employee"),
    )  # fmt: skip
    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="requests", verbose_name=_("leave type")
    )
    version = models.ForeignKey(
        LeaveTypeVersion, on_delete=models.PROTECT, related_name="requests",
        verbose_name=_("leave rules"),
    )  # fmt: skip
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    first_part = models.CharField(
        _("of the first day"), max_length=4, choices=Taken.choices, default=Taken.FULL
    )
    last_part = models.CharField(
        _("of the last day"), max_length=4, choices=Taken.choices, default=Taken.FULL
    )
    starts_at = models.TimeField(_("from (time)"), null=True, blank=True)
    ends_at = models.TimeField(_("to (time)"), null=True, blank=True)
    note = models.CharField(_("reason"), max_length=500, blank=True)
    handover_note = models.CharField(_("hand-over"), max_length=500, blank=True)
    attachment_key = models.CharField(_("attachment"), max_length=200, blank=True)
    replaces = models.ForeignKey(
        "self", on_delete=models.PROTECT, related_name="replacements", null=True, blank=True,
        verbose_name=_("in place of"),
    )  # fmt: skip
    is_partly = models.BooleanField(_("only its own dates"), default=False)
    asked_on = models.DateField(_("asked on"))
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("leave request")
        verbose_name_plural = _("leave requests")
        ordering = ("-first_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(last_on__gte=models.F("first_on")),
                name="leave_leaverequest_ends_after_start",
                violation_error_message=_("The last day is before the first."),
            ),
            models.CheckConstraint(
                condition=models.Q(starts_at__isnull=True, ends_at__isnull=True)
                | models.Q(
                    starts_at__isnull=False, ends_at__isnull=False, first_on=models.F("last_on"),
                    first_part="full",
                ),
                name="leave_leaverequest_hours_of_one_date",
                violation_error_message=_("Hours are asked for on one date, from when to when."),
            ),
            models.CheckConstraint(
                condition=~models.Q(first_on=models.F("last_on"))
                | models.Q(first_part=models.F("last_part")),
                name="leave_leaverequest_one_part_of_one_date",
                violation_error_message=_("One date has one part."),
            ),
            models.CheckConstraint(
                condition=models.Q(is_partly=False) | models.Q(replaces__isnull=False),
                name="leave_leaverequest_partly_of_another",
                violation_error_message=_("Name the request out of which the dates are taken."),
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=("employee", "first_on"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.leave_type} · {self.first_on}"


class LeaveRequestState(CompanyOwned):
    """Where a request stands: made again from its steps and its rules at any time.

    While it waits, `place` is where in the chain, and `waits_for_…` say who may decide there; to
    `passed_to` it went because nobody did (`reach` says how far: `leave.rules.reminding`).
    `reminded` counts the reminders since it waits there.
    `amount` is what it counts; `calendar_revision` the settings by which it was counted.
    """

    request = models.OneToOneField(
        LeaveRequest, on_delete=models.PROTECT, related_name="status", verbose_name=_("request")
    )
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_request_states",
        verbose_name=_("employee"),
    )  # fmt: skip
    state = models.CharField(_("state"), max_length=12, choices=RequestState.choices)
    place = models.PositiveSmallIntegerField(_("place in the chain"), null=True, blank=True)
    waits_for_manager = models.BooleanField(_("waits for the manager"), default=False)
    waits_for_hr = models.BooleanField(_("waits for HR"), default=False)
    passed_to = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_passed_on", null=True, blank=True,
        verbose_name=_("passed on to"),
    )  # fmt: skip
    reach = models.PositiveSmallIntegerField(default=0)
    reminded = models.PositiveSmallIntegerField(_("reminders"), default=0)
    first_on = models.DateField(_("from"))
    last_on = models.DateField(_("to"))
    amount = amount_field(_("counts"))
    since = models.DateTimeField(_("since"))
    cancel_from = models.DateField(_("to be cancelled from"), null=True, blank=True)
    calendar_revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        verbose_name = _("leave request")
        verbose_name_plural = _("leave requests")
        ordering = ("-first_on", "-id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(state__in=RequestState.waiting, place__isnull=False)
                | (
                    ~models.Q(state__in=RequestState.waiting)
                    & models.Q(
                        place__isnull=True,
                        waits_for_manager=False,
                        waits_for_hr=False,
                        passed_to__isnull=True,
                        reach=0,
                    )
                ),
                name="leave_leaverequeststate_waits_at_a_place",
            ),
            models.CheckConstraint(
                condition=models.Q(state="cancel_asked", cancel_from__isnull=False)
                | (~models.Q(state="cancel_asked") & models.Q(cancel_from__isnull=True)),
                name="leave_leaverequeststate_cancelled_from_a_date",
            ),
        ]
        indexes = [
            models.Index(fields=("company", "state", "since")),
            models.Index(fields=("employee", "state", "first_on")),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.get_state_display()}"


class RequestStep(CompanyOwned):
    """What somebody did about a request, in order (append-only): never two at one number."""

    request = models.ForeignKey(
        LeaveRequest, on_delete=models.PROTECT, related_name="steps", verbose_name=_("request")
    )
    number = models.PositiveSmallIntegerField(_("number"))
    kind = models.CharField(_("what"), max_length=15, choices=StepKind.choices)
    place = models.PositiveSmallIntegerField(_("place in the chain"), null=True, blank=True)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    values = models.JSONField(default=dict, blank=True)
    by_kind = models.CharField(max_length=10)
    by_id = models.CharField(max_length=40, blank=True)
    by_name = models.CharField(_("by"), max_length=120, blank=True)
    on_behalf_of = models.CharField(_("in place of"), max_length=120, blank=True)
    happened_at = models.DateTimeField(_("at"))

    is_append_only = True

    class Meta:
        verbose_name = _("step of a request")
        verbose_name_plural = _("steps of requests")
        ordering = ("request", "number")
        constraints = [
            models.UniqueConstraint(
                fields=("request", "number"), name="leave_requeststep_one_a_number"
            ),
            models.CheckConstraint(
                condition=~models.Q(
                    kind__in=("refused", "asked_back", "cancel_refused"), reason=""
                ),
                name="leave_requeststep_refused_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.request} · {self.get_kind_display()}"


class LeaveDay(CompanyOwned):
    """One date of a request: which halves it takes, what it counts, and why.

    Of live requests those that count are *held*: a half of a date is held once, by the database.
    """

    request = models.ForeignKey(
        LeaveRequest, on_delete=models.CASCADE, related_name="days", verbose_name=_("request")
    )
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_days", verbose_name=_("employee")
    )
    date = models.DateField(_("date"))
    portion = models.CharField(_("portion"), max_length=6, choices=Portion.choices)
    takes_am = models.BooleanField(_("first half"), default=False)
    takes_pm = models.BooleanField(_("second half"), default=False)
    amount = amount_field(_("counts"))
    why = models.CharField(_("why"), max_length=20)
    is_held = models.BooleanField(_("held"), default=False)

    class Meta:
        verbose_name = _("day of leave")
        verbose_name_plural = _("days of leave")
        ordering = ("date", "id")
        constraints = [
            models.UniqueConstraint(
                fields=("request", "date"), name="leave_leaveday_once_a_request"
            ),
            models.UniqueConstraint(
                fields=("employee", "date"),
                condition=models.Q(is_held=True, takes_am=True),
                name="leave_leaveday_first_half_once",
            ),
            models.UniqueConstraint(
                fields=("employee", "date"),
                condition=models.Q(is_held=True, takes_pm=True),
                name="leave_leaveday_second_half_once",
            ),
        ]
        indexes = [models.Index(fields=("company", "date", "is_held"))]

    def __str__(self) -> str:
        return f"{self.employee} · {self.date}"


class RequestDraw(CompanyOwned):
    """What a request takes on a date from a source (an allocation's key), in those books' unit.

    While the request is pending it is reserved; once it is approved, the ledger has it too. A
    source may be a credit that is still to come; without one it is drawn below zero.
    """

    request = models.ForeignKey(
        LeaveRequest, on_delete=models.CASCADE, related_name="draws", verbose_name=_("request")
    )
    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="leave_draws", verbose_name=_("employee")
    )
    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="draws", verbose_name=_("books of")
    )
    date = models.DateField(_("date"))
    source = models.CharField(_("from"), max_length=120, blank=True)
    amount = amount_field(_("amount"))

    class Meta:
        verbose_name = _("draw of a request")
        verbose_name_plural = _("draws of requests")
        ordering = ("date", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="leave_requestdraw_takes_something"
            ),
            models.UniqueConstraint(
                fields=("request", "date", "source"), name="leave_requestdraw_once"
            ),
        ]  # fmt: skip
        indexes = [models.Index(fields=("employee", "leave_type"))]

    def __str__(self) -> str:
        return f"{self.request} · {self.date}"


class CompOffClaim(CompanyOwned):
    """A person says that they worked on a day off and wants it back as leave (append-only).

    One with `minutes` is for so many banked minutes of approved overtime instead; `date` is then
    the day on which it was claimed.
    """

    employee = models.ForeignKey(
        Employee, on_delete=models.PROTECT, related_name="comp_off_claims",
        verbose_name=_("employee"),
    )  # fmt: skip
    leave_type = models.ForeignKey(
        LeaveType, on_delete=models.PROTECT, related_name="comp_off_claims",
        verbose_name=_("leave type"),
    )  # fmt: skip
    date = models.DateField(_("worked on"))
    amount = amount_field(_("amount"))
    minutes = models.PositiveIntegerField(_("banked minutes"), null=True)
    note = models.CharField(_("note"), max_length=300, blank=True)
    created_at = models.DateTimeField(_("asked at"), auto_now_add=True)

    is_append_only = True

    class Meta:
        verbose_name = _("claim of comp-off")
        verbose_name_plural = _("claims of comp-off")
        ordering = ("created_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=models.Q(amount__gt=0), name="leave_compoffclaim_claims_something",
                violation_error_message=_("Claim half a day or a whole one."),
            ),
        ]  # fmt: skip

    def __str__(self) -> str:
        return f"{self.employee} · {self.date}"


class CompOffDecision(CompanyOwned):
    """How a claim of comp-off ended (append-only)."""

    claim = models.OneToOneField(
        CompOffClaim, on_delete=models.PROTECT, related_name="decision", verbose_name=_("claim")
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=ClaimOutcome.choices)
    reason = models.CharField(_("reason"), max_length=300, blank=True)
    decided_by_kind = models.CharField(max_length=10)
    decided_by_id = models.CharField(max_length=40, blank=True)
    decided_by_name = models.CharField(_("by"), max_length=120, blank=True)
    on_behalf_of = models.CharField(_("in place of"), max_length=120, blank=True)
    decided_at = models.DateTimeField(_("decided at"))

    is_append_only = True

    class Meta:
        verbose_name = _("decision of comp-off")
        verbose_name_plural = _("decisions of comp-off")
        ordering = ("decided_at", "id")
        constraints = [
            models.CheckConstraint(
                condition=~models.Q(outcome="refused", reason=""),
                name="leave_compoffdecision_refused_for_a_reason",
                violation_error_message=_("Please give a reason."),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.claim} · {self.get_outcome_display()}"
