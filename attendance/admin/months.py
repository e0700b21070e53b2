"""HR's list of months: how they stand, locked and reopened here as on the page of the closing."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from attendance import permissions, wording
from attendance.admin.difference import reopening_card
from attendance.enums import PeriodState
from attendance.errors import PeriodNotLast
from attendance.models import AttendancePeriod
from attendance.selectors.closed import is_last_locked
from attendance.services import closing_asks, decisions
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_forms import ReasonForm
from integrations import tasks

_MONTHS_BACK = 18


def _past_months() -> list[tuple[str, str]]:
    first = timezone.localdate().replace(day=1)
    found = []
    for _n in range(_MONTHS_BACK):
        first = (first - dt.timedelta(days=1)).replace(day=1)
        found.append((first.isoformat(), decisions.month_name(first)))
    return found


class MonthForm(forms.Form):
    """Which month."""

    starts_on = forms.TypedChoiceField(
        label=gettext_lazy("Month"),
        choices=_past_months,
        coerce=dt.date.fromisoformat,
        widget=UnfoldAdminSelectWidget,
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        required=False,
        max_length=300,
        help_text=gettext_lazy("Asked for where something is unresolved."),
        widget=forms.TextInput({"class": " ".join(INPUT_CLASSES)}),
    )


class MonthAdmin(ReadOnlyAdmin):
    """Months of the company: locked for payroll, reopened with a reason."""

    list_display = ("month", "standing", "people", "worked", "locked_at", "locked_by")
    list_select_related = ("locked_by",)
    list_filter = (("state", ChoicesDropdownFilter),)
    ordering = ("-starts_on",)
    fields = (
        "month", "state", "locked_at", "locked_by", "lock_reason", "people", "worked", "overtime",
        "fingerprint", "reopened_at", "asked_for", "asked_at", "asked_by", "asked_reason",
        "ask_problem",
    )  # fmt: skip
    readonly_fields = ("month", "people", "worked", "overtime")
    empty_words = gettext_lazy("Lock a month once it is over and its days stand.")
    actions_list = ("lock",)
    actions_detail = ("reopen",)

    def words_of(self, row: AttendancePeriod) -> str:
        return str(self.month(row))

    @display(description=gettext_lazy("month"), ordering="starts_on")
    def month(self, row: AttendancePeriod) -> str:
        return decisions.month_name(row.starts_on)

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"locked": "success", "review": "info", "open": "warning"},
    )
    def standing(self, row: AttendancePeriod) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=gettext_lazy("people"))
    def people(self, row: AttendancePeriod) -> Any:
        return row.totals.get("people", "–")

    @display(description=gettext_lazy("worked"))
    def worked(self, row: AttendancePeriod) -> str:
        return wording.minutes(row.totals.get("worked_minutes", 0))

    @display(description=gettext_lazy("overtime paid out"))
    def overtime(self, row: AttendancePeriod) -> str:
        return wording.minutes(row.totals.get("overtime_minutes", 0))

    def offers(self, request: HttpRequest, action: str, row: AttendancePeriod) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        return row.state == PeriodState.LOCKED and permissions.can_close_month(actor, row.company)

    def _may_reopen(self, request: HttpRequest, period: AttendancePeriod) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        return permissions.can_reopen_month(actor, period.company, is_last=is_last_locked(period))

    @action(description=gettext_lazy("Lock a month"), url_path="lock", icon="lock")
    def lock(self, request: HttpRequest) -> HttpResponse:
        """Ask which month, then lock it."""

        def act(cleaned: dict[str, Any]) -> str:
            actor = request.actor  # type: ignore[attr-defined]
            starts_on = cleaned["starts_on"]
            month = {"month": decisions.month_name(starts_on)}
            if closing_asks.month_lock(
                company=actor.company, starts_on=starts_on, reason=cleaned["reason"], by=actor
            ):
                return _("%(month)s is locked.") % month
            tasks.want("month_asks")
            return _("%(month)s is being locked; its page says when it is done.") % month

        return self.ask(
            request,
            title=_("Lock a month"),
            sentence=_("Its days stand as they are until somebody of HR reopens it."),
            form=MonthForm,
            submit=_("Lock the month"),
            act=act,
            done_url=self.address("changelist"),
        )

    @action(description=gettext_lazy("Reopen"), url_path="reopen", icon="lock_open")
    @on_row
    def reopen(self, request: HttpRequest, period: Any) -> HttpResponse:
        """Ask why, then open the month again."""
        if not self._may_reopen(request, period):
            self.message_user(request, str(PeriodNotLast(month=self.month(period))), level="error")
            return HttpResponseRedirect(self.address("change", period))
        is_large = closing_asks.is_large(period.company)

        def act(cleaned: dict[str, Any]) -> str:
            actor = request.actor  # type: ignore[attr-defined]
            month = {"month": self.month(period)}
            if closing_asks.month_reopen(period=period, reason=cleaned["reason"], by=actor):
                return _("%(month)s is open again.") % month
            tasks.want("month_asks")
            return _("%(month)s is being reopened; its page says when it is done.") % month

        return self.ask(
            request,
            title=_("Reopen %(month)s") % {"month": self.month(period)},
            above="" if is_large else reopening_card(period, request),
            sentence=_(
                "Its days may change again; payroll may need to know. You have so many people that "
                "it takes some minutes, and which days change is seen when it is done."
            )
            if is_large
            else _("Its days may change again; payroll may need to know."),
            form=ReasonForm,
            submit=_("Reopen the month"),
            act=act,
            done_url=reverse("portal:closing-month", args=[str(period)]),
            row=period,
        )
