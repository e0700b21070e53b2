"""The operator's queue of companies that ask to join: ask back, approve, refuse."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextareaWidget, UnfoldAdminTextInputWidget

from companies import admin_fields, services
from companies.admin.platform import OperatorAdmin, platform_actor
from companies.admin_base import BaseAdmin, on_row
from companies.admin_forms import ReasonForm
from companies.countries import zone_of_country
from companies.enums import JoinState
from companies.models import Company, JoinRequest, PolicyVersion
from portal.joining import join_approve

_TONES = {
    JoinState.WAITING: "warning", JoinState.ASKED_BACK: "info",
    JoinState.APPROVED: "success", JoinState.REFUSED: "",
}  # fmt: skip


class QuestionForm(forms.Form):
    """What the operator would like to know."""

    question = forms.CharField(
        label=gettext_lazy("Question"), max_length=1000, widget=UnfoldAdminTextareaWidget,
        help_text=gettext_lazy("They get it by mail, and answer on their private page."),
    )  # fmt: skip


class ApproveForm(forms.Form):
    """What the company is known by, and where its clocks stand."""

    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=40, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Short, in small letters; it stands in addresses."),
    )  # fmt: skip
    zone = admin_fields.zone_field(PolicyVersion._meta.get_field("zone"))


def _approve_form(row: JoinRequest) -> type[ApproveForm]:
    """Return the form with what fits the request: a code that is free, the country's time zone."""

    code, zone = _free_code(row), zone_of_country(row.country)

    class Form(ApproveForm):
        def __init__(self, *args: Any) -> None:
            super().__init__(*args)
            self.fields["code"].initial, self.fields["zone"].initial = code, zone
            field: Any = self.fields["zone"]
            # Of several zones somebody chooses: none must stand there as if it were chosen.
            field.choices = [("", _("Choose…")), *field.choices]

    return Form


def _free_code(row: JoinRequest) -> str:
    wanted = slugify(row.company_name)[:36].strip("-")
    taken = set(Company.objects.filter(code__startswith=wanted).values_list("code", flat=True))
    numbered = (f"{wanted}-{number}" for number in range(2, len(taken) + 3))
    return next(code for code in (wanted, *numbered) if code not in taken)


class JoinRequestAdmin(OperatorAdmin):
    """Companies that ask to join, once their address is confirmed."""

    list_display = ("company_name", "country_name", "size", "standing", "confirmed_at")
    list_filter = (("state", ChoicesDropdownFilter), ("size", ChoicesDropdownFilter))
    search_fields = ("company_name", "name", "email", "domain")
    ordering = ("-confirmed_at", "-pk")
    fields = (
        "company_name", "country_name", "size", "domain", "name", "email", "message", "exchanged",
        "state", "asked_at", "confirmed_at", "reason", "decided_by", "decided_at", "made_company",
        "purge_at",
    )  # fmt: skip
    readonly_fields = ("country_name", "exchanged")
    empty_words = gettext_lazy("No company asks to join. They do so at /join/.")
    actions_detail = ("ask_back", "approve", "refuse")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = JoinRequest.objects.exclude(state=JoinState.ASKED)
        rows = rows.select_related("decided_by", "made_company")
        return rows.order_by(*self.get_ordering(request) or ("-confirmed_at", "-pk"))

    def offers(self, request: HttpRequest, action: str, row: JoinRequest) -> bool:
        return row.state == JoinState.WAITING if action == "ask_back" else row.is_open

    @display(description=gettext_lazy("country"), ordering="country")
    def country_name(self, row: JoinRequest) -> str:
        return row.country_words

    @display(description=gettext_lazy("state"), label=_TONES)
    def standing(self, row: JoinRequest) -> tuple[str, str]:
        return row.state, row.get_state_display()

    @display(description=gettext_lazy("questions and answers"))
    def exchanged(self, row: JoinRequest) -> str:
        lines = [
            _("Asked: %(question)s\nAnswered: %(answer)s")
            % {"question": each["question"], "answer": each.get("answer", "–")}
            for each in row.exchange
        ]
        return "\n".join(lines) or "–"

    def _decide(
        self, request: HttpRequest, row: JoinRequest, verb: Callable[..., Any], done: str,
        **words: Any,
    ) -> HttpResponse:  # fmt: skip
        def act(cleaned: dict[str, Any]) -> str:
            verb(asked=row, by=platform_actor(request), now=timezone.now(), **cleaned)
            return done % {"company": row.company_name}

        return self.ask(request, act=act, done_url=self.row_url(row), row=row, **words)

    @action(description=gettext_lazy("Ask back"), url_path="ask-back", icon="help")
    @on_row
    def ask_back(self, request: HttpRequest, row: JoinRequest) -> HttpResponse:
        """Ask what to ask them, then mail it."""
        return self._decide(
            request, row, services.join_ask_back, _("%(company)s is asked."), form=QuestionForm,
            title=_("Ask back"), submit=_("Send the question"),
            sentence=_("It waits for their answer; after 90 days without one it is deleted."),
        )  # fmt: skip

    @action(description=gettext_lazy("Approve"), url_path="approve", icon="domain_add")
    @on_row
    def approve(self, request: HttpRequest, row: JoinRequest) -> HttpResponse:
        """Ask for code and time zone, then make the company."""
        return self._decide(
            request, row, join_approve, _("%(company)s stands; its HR has a link to sign in."),
            form=_approve_form(row), title=_("Approve the company"), submit=_("Make the company"),
            sentence=_("%(name)s (%(email)s) becomes its first HR and company admin and gets a "
                       "link. It begins with an office, a shift, and the usual public holidays "
                       "and leave of the country where they are known.")
            % {"name": row.name, "email": row.email},
        )  # fmt: skip

    @action(description=gettext_lazy("Refuse"), url_path="refuse", icon="block")
    @on_row
    def refuse(self, request: HttpRequest, row: JoinRequest) -> HttpResponse:
        """Ask why, then refuse."""
        return self._decide(
            request, row, services.join_refuse, _("%(company)s is refused."), form=ReasonForm,
            title=_("Refuse the company"), submit=_("Refuse"), is_danger=True,
            sentence=_("They are told the reason; what they wrote is deleted after 90 days."),
        )  # fmt: skip


OPERATOR: dict[type[models.Model], type[BaseAdmin]] = {JoinRequest: JoinRequestAdmin}
