"""Pages of who is let in: HR answers operators and former people; operators ask, enter, leave."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
)

from companies import permissions, selectors, services
from companies.actor import ENTERED
from companies.admin.platform import CompanyAdmin, OperatorAdmin, platform_actor
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_forms import ConfirmForm, ReasonForm
from companies.enums import RequestOutcome
from companies.models import RecordsRequest, SupportGrant
from companies.scoping import company_scope

_TONES = {"waiting": "warning", "now": "success", "approved": "", "refused": "", "over": ""}


class SupportForm(forms.Form):
    """Why somebody looks, and for how long."""

    reason = forms.CharField(
        label=gettext_lazy("Reason"), max_length=300, widget=UnfoldAdminTextareaWidget,
        help_text=gettext_lazy("The company reads it, and it stands beside every look."),
    )  # fmt: skip
    minutes = forms.TypedChoiceField(
        label=gettext_lazy("For how long"), coerce=int, initial=60,
        choices=(
            (30, gettext_lazy("half an hour")), (60, gettext_lazy("one hour")),
            (120, gettext_lazy("two hours")), (240, gettext_lazy("four hours")),
            (480, gettext_lazy("eight hours")),
        ),
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip


class GiveForm(SupportForm):
    """The same for somebody who did not ask."""

    email = forms.EmailField(
        label=gettext_lazy("The operator's e-mail"), widget=UnfoldAdminEmailInputWidget
    )
    field_order = ("email", "reason", "minutes")


def support_standing(row: SupportGrant, now: dt.datetime) -> tuple[str, str]:
    """Return how an access stands, as (key of its tone, words)."""
    if row.outcome == RequestOutcome.WAITING:
        return "waiting", _("Waits for an answer")
    if row.outcome == RequestOutcome.REFUSED:
        return "refused", _("Refused")
    if row.ends_at is not None and row.holds(now):
        return "now", _("Until %(time)s") % {"time": f"{timezone.localtime(row.ends_at):%H:%M}"}
    return ("over", _("Ended")) if row.ended_at else ("over", _("Over"))


class _Answered(ReadOnlyAdmin):
    """Rows of who asks to be let in, which HR approves, or refuses with a reason.

    `answer` decides by the service of the row's kind, and returns the name of who asked.
    """

    answer: Callable[..., str]

    def _decide(
        self, request: HttpRequest, row: Any, *, is_approved: bool, done: str, **words: Any
    ) -> HttpResponse:
        def act(cleaned: dict[str, Any]) -> str:
            name = self.answer(
                row, is_approved=is_approved, reason=cleaned.get("reason", ""),
                by=request.actor,  # type: ignore[attr-defined]
            )  # fmt: skip
            return done % {"name": name}

        return self.ask(request, act=act, done_url=self.row_url(row), row=row, **words)


class _Support(ReadOnlyAdmin):
    """What HR's and the operator's pages of an access have in common."""

    ordering = ("-asked_at", "-id")

    def words_of(self, row: SupportGrant) -> str:
        return f"{row.operator.name} · {row.company.name}"

    @display(description=gettext_lazy("state"), label=_TONES)
    def standing(self, row: SupportGrant) -> tuple[str, str]:
        return support_standing(row, timezone.now())


class SupportGrantAdmin(_Answered, _Support):
    """Operators who ask to look at the records of the company, and who was let in until when."""

    list_display = ("operator", "reason", "standing", "asked_at", "starts_at", "ends_at")
    list_select_related = ("operator", "company")
    list_filter = (("outcome", ChoicesDropdownFilter),)
    fields = (
        "operator", "reason", "minutes", "asked_at", "outcome", "decided_by", "decided_at",
        "starts_at", "ends_at", "ended_by", "ended_at",
    )  # fmt: skip
    empty_words = gettext_lazy("Nobody who runs the platform sees records here unless let in.")
    actions_list = ("give",)
    actions_detail = ("approve", "refuse", "end")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("operator", "company")

    def offers(self, request: HttpRequest, action: str, row: SupportGrant) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        if action == "end":
            return row.holds(timezone.now()) and permissions.can_end_support(actor, row)
        is_waiting = row.outcome == RequestOutcome.WAITING
        return is_waiting and permissions.can_decide_support(actor, row)

    @action(description=gettext_lazy("Let an operator in"), url_path="give", icon="lock_open")
    def give(self, request: HttpRequest) -> HttpResponse:
        """Ask whom, why and for how long, then let them in at once."""

        def act(cleaned: dict[str, Any]) -> str:
            given = services.support_give(**cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("%(name)s may look from now on.") % {"name": given.operator.name}

        return self.ask(
            request, form=GiveForm, act=act, done_url=self.address("changelist"),
            title=_("Let an operator in"), submit=_("Let them in"),
            sentence=_("They read everything here but pictures, change nothing, and every page "
                       "that they open stands in the audit."),
        )  # fmt: skip

    @action(description=gettext_lazy("Let them in"), url_path="approve", icon="lock_open")
    @on_row
    def approve(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then let the operator in from now on."""
        return self._decide(
            request, row, form=ConfirmForm, is_approved=True, title=_("Let the operator in"),
            submit=_("Let them in"), done=_("%(name)s may look from now on."),
            sentence=_("For %(minutes)s minutes they read everything here but pictures, and change "
                       "nothing. Every page that they open stands in the audit.")
            % {"minutes": row.minutes},
        )  # fmt: skip

    @action(description=gettext_lazy("Refuse"), url_path="refuse", icon="block")
    @on_row
    def refuse(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then refuse."""
        return self._decide(
            request, row, form=ReasonForm, is_approved=False, title=_("Refuse the operator"),
            submit=_("Refuse"), done=_("%(name)s is refused."), is_danger=True,
            sentence=_("They see nothing, and are told."),
        )  # fmt: skip

    def answer(self, row: SupportGrant, **answer: Any) -> str:
        services.support_decide(grant=row, **answer)
        return row.operator.name

    @action(description=gettext_lazy("End now"), url_path="end", icon="lock")
    @on_row
    def end(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then end the access at once."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.support_end(grant=row, by=request.actor)  # type: ignore[attr-defined]
            return _("%(name)s sees nothing any more.") % {"name": row.operator.name}

        return self.ask(
            request, form=ConfirmForm, act=act, done_url=self.row_url(row), row=row,
            title=_("End the operator's access"), submit=_("End it now"),
            sentence=_("The next page that they open is closed to them."),
        )  # fmt: skip


class RecordsRequestAdmin(_Answered):
    """Former people who ask for what is kept of them."""

    list_display = ("user", "note", "standing", "asked_at", "available_until")
    list_select_related = ("user",)
    list_filter = (("outcome", ChoicesDropdownFilter),)
    search_fields = ("user__name", "note")
    ordering = ("-asked_at", "-id")
    fields = (
        "user", "note", "asked_at", "outcome", "reason", "decided_by", "decided_at",
        "available_until",
    )  # fmt: skip
    empty_words = gettext_lazy("Who has left asks here for what is kept of them.")
    actions_detail = ("approve", "refuse")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("user")

    @display(description=gettext_lazy("state"), label=_TONES)
    def standing(self, row: RecordsRequest) -> tuple[str, str]:
        if row.outcome == RequestOutcome.WAITING:
            return "waiting", _("Waits for an answer")
        if row.is_available(timezone.now()):
            return "now", _("Open to them")
        return row.outcome, _("Over") if row.available_until else _("Refused")

    def offers(self, request: HttpRequest, action: str, row: RecordsRequest) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        is_waiting = row.outcome == RequestOutcome.WAITING
        return is_waiting and permissions.can_decide_records(actor, row)

    @action(description=gettext_lazy("Open to them"), url_path="approve", icon="lock_open")
    @on_row
    def approve(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then let the person take their file."""
        return self._decide(
            request, row, form=ConfirmForm, is_approved=True, title=_("Open the records to them"),
            submit=_("Open them"), done=_("%(name)s may download their records for two weeks."),
            sentence=_("The file holds what is kept of them, as everybody who works here may take "
                       "it, and names nobody else."),
        )  # fmt: skip

    @action(description=gettext_lazy("Refuse"), url_path="refuse", icon="block")
    @on_row
    def refuse(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then refuse; the person reads it."""
        return self._decide(
            request, row, form=ReasonForm, is_approved=False, title=_("Refuse the request"),
            submit=_("Refuse"), done=_("%(name)s is told that you refused, and why."),
            is_danger=True,
        )  # fmt: skip

    def answer(self, row: RecordsRequest, **answer: Any) -> str:
        services.records_decide(request=row, **answer)
        return row.user.name


# --- the operator's side --------------------------------------------------------------------------
class AskingCompanyAdmin(CompanyAdmin):
    """Companies of the platform, with the way to ask one to be let in."""

    actions_detail = ("ask_support",)

    @action(description=gettext_lazy("Ask to look"), url_path="ask-support", icon="visibility")
    @on_row
    def ask_support(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why and for how long, then ask the company's HR."""

        def act(cleaned: dict[str, Any]) -> str:
            services.support_ask(company=row, **cleaned, by=platform_actor(request))
            return _("%(company)s is asked. You are told by mail.") % {"company": row.name}

        return self.ask(
            request, form=SupportForm, act=act, row=row,
            done_url=reverse("operator:companies_supportgrant_changelist"),
            title=_("Ask to look at its records"), submit=_("Ask the company"),
            sentence=_("Somebody of its HR lets you in or refuses. You would read and change "
                       "nothing; every page that you open is recorded for them."),
        )  # fmt: skip


class OwnSupportAdmin(OperatorAdmin, _Support):
    """Which companies the operator asked to be let in, and the way in and out."""

    list_display = ("company", "reason", "standing", "asked_at", "ends_at")
    fields = ("company", "reason", "minutes", "asked_at", "outcome", "starts_at", "ends_at",
              "ended_at")  # fmt: skip
    empty_words = gettext_lazy("Ask on the page of a company: its HR lets you in or refuses.")
    actions_detail = ("enter", "leave")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = selectors.support_grants_of(request.user)  # type: ignore[arg-type]
        return rows.select_related("operator", "company")

    def history_of(self, row: SupportGrant) -> Any:
        """Return what the operator did; who of the company answered is the company's to tell."""
        return super().history_of(row).filter(actor_id=str(row.operator.public_id))

    def offers(self, request: HttpRequest, action: str, row: SupportGrant) -> bool:
        return row.holds(timezone.now())

    @action(description=gettext_lazy("Enter as a reader"), url_path="enter", icon="login")
    @on_row
    def enter(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Say what it means, then open the company's pages to this session."""
        if not row.holds(timezone.now()):
            raise PermissionDenied(_("The company has not let you in, or not any more."))

        def act(_cleaned: dict[str, Any]) -> str:
            request.session[ENTERED] = str(row.public_id)
            return _("You read the records of %(company)s.") % {"company": row.company.name}

        return self.ask(
            request, form=ConfirmForm, act=act, row=row, done_url=reverse("admin:index"),
            title=_("Enter as a reader"), submit=_("Enter"),
            sentence=_("Every page that you open is recorded, and the company reads it. Leave when "
                       "you are done."),
        )  # fmt: skip

    @action(description=gettext_lazy("Leave"), url_path="leave", icon="logout")
    @on_row
    def leave(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then give the access back."""

        def act(_cleaned: dict[str, Any]) -> str:
            with company_scope(row.company):
                services.support_end(grant=row, by=platform_actor(request))
            request.session.pop(ENTERED, None)
            return _("You have left. The company's records are closed to you.")

        return self.ask(
            request, form=ConfirmForm, act=act, row=row, done_url=self.row_url(row),
            title=_("Leave the company's records"), submit=_("Leave"),
        )  # fmt: skip
