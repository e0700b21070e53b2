"""HR's pages of leave requests: how each stands, why it counts what it does, and the decision."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from attendance.rules.zones import local
from attendance.selectors.people import zone_of
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
from leave.admin.chain import decider_words
from leave.enums import RequestState
from leave.inbox import LeaveRequests, dates_text
from leave.models import (
    Allocation,
    LeaveDay,
    LeaveRequest,
    LeaveRequestState,
    LeaveType,
    RequestDraw,
)
from leave.selectors.requests import history
from leave.services import decisions
from leave.services.requests import links_at
from leave.terms import leave_settings

_TONES = {
    "pending": "warning", "asked_back": "info", "approved": "success", "cancel_asked": "warning",
    "refused": "danger", "withdrawn": "", "cancelled": "", "changed": "",
}  # fmt: skip
_WAITS = (
    ("any", gettext_lazy("Waits")),
    ("3", gettext_lazy("Longer than 3 days")),
    ("7", gettext_lazy("Longer than a week")),
    ("14", gettext_lazy("Longer than two weeks")),
)


class WaitsFilter(WordsFilter):
    """What waits for a decision, and for how long."""

    title = gettext_lazy("Waits for a decision")
    parameter_name = "waits"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return list(_WAITS)

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value() or ""
        if value not in dict(_WAITS):
            return None
        found = queryset.filter(state__in=RequestState.waiting)
        if value == "any":
            return found
        return found.filter(since__lt=timezone.now() - dt.timedelta(days=int(value)))


class ApproveForm(forms.Form):
    """A word to the person, if there is one."""

    reason = forms.CharField(
        label=gettext_lazy("A word to the person"), max_length=300, required=False,
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip


class CancelForm(ReasonForm):
    """From when on, and why."""

    since = forms.DateField(
        label=gettext_lazy("From"), required=False, help_text=gettext_lazy("Empty: all of it."),
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
    )  # fmt: skip
    field_order = ("since", "reason")


class LeaveRequestAdmin(ReadOnlyAdmin):
    """Requests with their days and steps; decided by services, never one's own."""

    row_key = "request__public_id"
    change_form_template = "leave/admin/request.html"
    list_display = ("employee", "kind", "when", "counts", "standing", "waiting_since")
    list_select_related = ("employee", "request__leave_type")
    list_filter = (
        WaitsFilter,
        ("state", ChoicesDropdownFilter),
        row_filter("leave_type", LeaveType, gettext_lazy("Leave type"), "request__leave_type"),
        ("first_on", DateFilter),
        PersonFilter,
        OfficeOfPersonFilter,
        DepartmentOfPersonFilter,
    )
    search_fields = ("employee__name", "employee__code")
    search_help_text = gettext_lazy("Name or code")
    ordering = ("-first_on", "-id")
    fields = ("first_on",)
    empty_words = gettext_lazy("What people ask for stands here, from the first request on.")
    actions_detail = ("approve", "refuse", "ask_back", "cancel")
    list_before_template = "leave/admin/ask_for.html"

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related(
            "employee__company", "employee__user", "request__leave_type", "request__employee__user",
            "company",
        )  # fmt: skip

    def changelist_view(
        self, request: HttpRequest, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        return super().changelist_view(
            request, {"asks_for": self.may_act(request), **(extra_context or {})}
        )

    @display(description=gettext_lazy("leave type"), ordering="request__leave_type__name")
    def kind(self, row: LeaveRequestState) -> str:
        name: str = row.request.leave_type.name
        return name

    @display(description=gettext_lazy("dates"), ordering="first_on")
    def when(self, row: LeaveRequestState) -> str:
        return f"{dates_text(row.first_on, row.last_on)} {row.last_on.year}"

    @display(description=gettext_lazy("counts"), ordering="amount")
    def counts(self, row: LeaveRequestState) -> str:
        return wording.amount(row.amount)

    @display(description=gettext_lazy("state"), ordering="state", label=_TONES)
    def standing(self, row: LeaveRequestState) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=gettext_lazy("waits since"), ordering="since")
    def waiting_since(self, row: LeaveRequestState) -> str:
        if row.state not in RequestState.waiting:
            return "–"
        return date_format(row.since, "D j M Y")

    def words_of(self, row: LeaveRequestState) -> str:
        return f"{row.employee.name} · {self.kind(row)} · {self.when(row)}"

    def history_of(self, row: LeaveRequestState) -> Any:
        return super().history_of(row.request)

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: LeaveRequestState = kwargs["obj"]
        actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]
        rules = leave_settings(row.company).by_version[row.request.version_id]
        context |= request_page(row)
        context["figures"] = [
            (_("Leave type"), self.kind(row)),
            (_("Dates"), self.when(row)),
            (_("Counts"), self.counts(row)),
        ]
        context["standing"], context["tone"] = self.standing(row)[1], _TONES[row.state]
        context["is_own"] = permissions.is_own(actor, row.request)
        context["sees_reason"] = permissions.can_view_reason(actor, row.request, rules, now.date())
        if row.state in RequestState.waiting:
            links = links_at(rules, row.place, row)
            context["waits_for"] = _(" or ").join(decider_words(links))
            context["entry"] = LeaveRequests().entries(actor, [row.request.public_id], now=now)[0]
        return super().render_change_form(request, context, **kwargs)

    # --- deciding ------------------------------------------------------------------------------
    def offers(self, request: HttpRequest, action: str, row: LeaveRequestState) -> bool:
        if not permissions.can_decide(request.actor, row.request, (), timezone.now().date()):  # type: ignore[attr-defined]
            return False
        if action == "cancel":
            return row.state == RequestState.APPROVED
        if action == "ask_back":
            return row.state == RequestState.PENDING
        return row.state in RequestState.waiting

    @action(description=gettext_lazy("Approve"), url_path="approve", icon="check")
    @on_row
    def approve(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask for a word, then approve at the place where it waits."""
        is_cancelling = row.state == RequestState.CANCEL_ASKED
        return self._decide(
            request, row, decisions.request_approve, form=ApproveForm,
            title=_("Cancel this leave") if is_cancelling else _("Approve this leave"),
            submit=_("Cancel it") if is_cancelling else _("Approve"),
            done=_("The days go back.") if is_cancelling else _("It is approved."),
            sentence=_("The person wants it cancelled: the days ahead go back to their balance.")
            if is_cancelling
            else _("Whoever decides next is told; after the last step the days are taken."),
        )  # fmt: skip

    @action(description=gettext_lazy("Refuse"), url_path="refuse", icon="block")
    @on_row
    def refuse(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then refuse."""
        is_cancelling = row.state == RequestState.CANCEL_ASKED
        return self._decide(
            request, row, decisions.request_refuse, form=ReasonForm, is_danger=True,
            title=_("Leave it as it is") if is_cancelling else _("Refuse this leave"),
            submit=_("Leave it") if is_cancelling else _("Refuse"),
            done=_("The leave stays.") if is_cancelling else _("It is refused."),
            sentence=_("The leave stays approved; the person reads why.") if is_cancelling
            else _("What was reserved is free again; the person reads why."),
        )  # fmt: skip

    @action(description=gettext_lazy("Ask back"), url_path="ask-back", icon="help")
    @on_row
    def ask_back(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask what to ask, then wait for the person's answer."""
        return self._decide(
            request, row, decisions.request_ask_back, form=ReasonForm, title=_("Ask back"),
            submit=_("Ask"), done=_("The person is asked."),
            sentence=_("The person answers by changing the request, or takes it back. What is "
                       "reserved stays so meanwhile."),
        )  # fmt: skip

    @action(description=gettext_lazy("Cancel"), url_path="cancel", icon="event_busy")
    @on_row
    def cancel(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask from when and why, then give the days back."""
        return self._decide(
            request, row, decisions.request_cancel, form=CancelForm, is_danger=True,
            title=_("Cancel this leave"), submit=_("Cancel it"), done=_("The days go back."),
            sentence=_("The days go back to the balance and are judged again. The person is told."),
        )  # fmt: skip

    def _decide(
        self, request: HttpRequest, row: LeaveRequestState, decide: Callable[..., Any], *,
        done: str, **words: Any,
    ) -> HttpResponse:  # fmt: skip
        def act(cleaned: dict[str, Any]) -> str:
            decide(request=row.request, by=request.actor, **cleaned)  # type: ignore[attr-defined]
            return done

        return self.ask(request, act=act, done_url=self.row_url(row), row=row, **words)


# --- the page of one request ----------------------------------------------------------------------
def request_page(row: LeaveRequestState) -> dict[str, Any]:
    """Return what the page shows: days with why, what they draw on, and what was done."""
    request: LeaveRequest = row.request
    zone = zone_of(row.employee, timezone.now())
    days = LeaveDay.objects.filter(request=request).order_by("date")
    # Days of what was never approved were never taken.
    is_granted = row.state in (*RequestState.granted, RequestState.CANCELLED)
    return {
        "row": row,
        "asked": dates_text(request.first_on, request.last_on),
        "hours": f"{request.starts_at:%H:%M}–{request.ends_at:%H:%M}" if request.starts_at else "",
        "days": [_day(day, is_granted=is_granted) for day in days],
        "draws": _draws(request),
        "steps": [
            {
                "when": f"{date_format(local(step.happened_at, zone), 'D j M Y, H:i')}",
                "what": step.get_kind_display(),
                "by": step.by_name,
                "for": step.on_behalf_of,
                "why": step.reason,
            }
            for step in history(request)
        ],
    }


def _day(day: LeaveDay, *, is_granted: bool) -> dict[str, Any]:
    return {
        "date": date_format(day.date, "D j M Y"),
        "part": day.get_portion_display(),
        "amount": wording.amount(day.amount),
        "why": wording.counted(day.why),
        "is_given_back": is_granted and bool(day.amount) and not day.is_held,
    }


def _draws(request: LeaveRequest) -> list[dict[str, str]]:
    """Return what is drawn, by source: from which allocation, valid when, or ahead of which."""
    sums = (
        RequestDraw.objects.filter(request=request)
        .values("source", "leave_type")
        .annotate(amount=models.Sum("amount"), first=models.Min("date"))
        .order_by("first", "source")
    )
    known = {
        (row.leave_type_id, row.key): row
        for row in Allocation.objects.filter(employee=request.employee_id)
    }
    return [
        {
            "amount": wording.amount(item["amount"]),
            "from": _source(item["source"], known.get((item["leave_type"], item["source"]))),
        }
        for item in sums
    ]


def _source(source: str, allocation: Allocation | None) -> str:
    if not source:
        return _("drawn below zero")
    if allocation is None:
        return _("a credit that is still to come")
    words = (
        _("carried over, valid from %(first)s")
        if allocation.is_carried
        else _("valid from %(first)s")
    )
    said = words % {"first": date_format(allocation.starts_on, "j M Y")}
    if allocation.ends_on is None:
        return said
    return _("%(said)s to %(last)s") % {
        "said": said, "last": date_format(allocation.ends_on, "j M Y"),
    }  # fmt: skip
