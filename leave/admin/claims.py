"""HR's pages of claims of comp-off: extra work that somebody wants back as leave."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from attendance.models import AttendanceDay
from attendance.wording import minutes
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_filters import (
    DateFilter,
    DepartmentOfPersonFilter,
    OfficeOfPersonFilter,
    PersonFilter,
    WordsFilter,
    row_filter,
)
from companies.admin_forms import ReasonForm
from leave import permissions, wording
from leave.admin.requests import ApproveForm
from leave.enums import ClaimOutcome
from leave.models import CompOffClaim, LeaveType
from leave.services import comp_off

_TONES = {"open": "warning", "approved": "success", "refused": "danger"}


class OutcomeFilter(WordsFilter):
    """What waits, and how the others ended."""

    title = gettext_lazy("Outcome")
    parameter_name = "outcome"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("open", _("Waits")), *ClaimOutcome.choices]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        if value in ClaimOutcome.values:
            return queryset.filter(decision__outcome=value)
        return queryset.filter(decision__isnull=True) if value == "open" else None


class CompOffClaimAdmin(ReadOnlyAdmin):
    """Claims; decided by services, never one's own."""

    list_display = ("employee", "worked_on", "worth", "leave_type", "asked", "outcome")
    list_select_related = ("employee", "leave_type", "decision")
    list_filter = (
        OutcomeFilter,
        ("date", DateFilter),
        row_filter("leave_type", LeaveType, gettext_lazy("Leave type")),
        PersonFilter,
        OfficeOfPersonFilter,
        DepartmentOfPersonFilter,
    )
    search_fields = ("employee__name", "employee__code")
    search_help_text = gettext_lazy("Name or code")
    ordering = ("-created_at", "-id")
    fields = ("employee", "worked_on", "worth", "leave_type", "note", "asked", "decided")
    empty_words = gettext_lazy(
        "Who worked on a day off, or has overtime banked, claims it on their own pages."
    )
    actions_detail = ("approve", "refuse")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related(
            "employee__company", "employee__user", "leave_type", "decision", "company"
        )

    @display(description=gettext_lazy("extra work"), ordering="date")
    def worked_on(self, row: CompOffClaim) -> str:
        if row.minutes is not None:
            return _("%(time)s of overtime") % {"time": minutes(row.minutes)}
        return date_format(row.date, "D j M Y")

    @display(description=gettext_lazy("amount"), ordering="amount")
    def worth(self, row: CompOffClaim) -> str:
        return wording.amount(row.amount)

    @display(description=gettext_lazy("asked on"), ordering="created_at")
    def asked(self, row: CompOffClaim) -> str:
        return date_format(row.created_at, "D j M Y")

    @display(description=gettext_lazy("outcome"), label=_TONES)
    def outcome(self, row: Any) -> tuple[str, str]:
        decision = getattr(row, "decision", None)
        if decision is None:
            return "open", _("Waits")
        return decision.outcome, decision.get_outcome_display()

    @display(description=gettext_lazy("outcome"))
    def decided(self, row: Any) -> str:
        decision = getattr(row, "decision", None)
        if decision is None:
            return _("Waits")
        said = _("%(outcome)s by %(name)s on %(date)s") % {
            "outcome": decision.get_outcome_display(), "name": decision.decided_by_name,
            "date": date_format(decision.decided_at, "D j M Y"),
        }  # fmt: skip
        return f"{said}: {decision.reason}" if decision.reason else said

    def words_of(self, row: CompOffClaim) -> str:
        return f"{row.employee.name} · {self.worked_on(row)}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: CompOffClaim = kwargs["obj"]
        # Overtime was worked before; its date is when it was claimed.
        worked = AttendanceDay.objects.filter(employee=row.employee_id, date=row.date)
        day = worked.first() if row.minutes is None else None
        if day is not None:
            days = self.admin_site.get_model_admin(AttendanceDay)
            context["links"] = [(days.row_url(day), _("What was worked that day"))]
        return super().render_change_form(request, context, **kwargs)

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        actor, today = request.actor, timezone.now().date()  # type: ignore[attr-defined]
        is_open = getattr(row, "decision", None) is None
        return is_open and permissions.can_decide_claim(actor, row.employee, today)

    @action(description=gettext_lazy("Approve"), url_path="approve", icon="check")
    @on_row
    def approve(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask for a word, then give the leave."""
        return self._decide(
            request, row, is_approved=True, form=ApproveForm, title=_("Approve this claim"),
            submit=_("Approve"),
            sentence=_("The day is leave from the next day on, and the person is told."),
        )  # fmt: skip

    @action(description=gettext_lazy("Refuse"), url_path="refuse", icon="block")
    @on_row
    def refuse(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then refuse."""
        return self._decide(
            request, row, is_approved=False, form=ReasonForm, title=_("Refuse this claim"),
            submit=_("Refuse"), is_danger=True, sentence=_("The person reads why."),
        )  # fmt: skip

    def _decide(
        self, request: HttpRequest, row: CompOffClaim, *, is_approved: bool, **words: Any
    ) -> HttpResponse:
        def act(cleaned: dict[str, Any]) -> str:
            comp_off.comp_off_decide(
                claim=row, is_approved=is_approved, reason=cleaned["reason"],
                by=request.actor,  # type: ignore[attr-defined]
            )  # fmt: skip
            return _("The claim is approved.") if is_approved else _("The claim is refused.")

        return self.ask(request, act=act, done_url=self.row_url(row), row=row, **words)
