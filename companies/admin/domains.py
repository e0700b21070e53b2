"""Pages of mail domains: HR names its own, the operator confirms after looking into DNS."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from companies import permissions, services
from companies.admin.platform import OperatorAdmin, platform_actor
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_forms import ConfirmForm
from companies.enums import ActorKind
from companies.models import CompanyDomain
from companies.scoping import company_scope, no_scope


class DomainForm(forms.Form):
    """The domain that HR names."""

    domain = forms.CharField(
        label=gettext_lazy("Domain"), max_length=253, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy(
            "What stands behind the @ of your addresses, such as kettle.example."
        ),
    )  # fmt: skip


class _Domains(ReadOnlyAdmin):
    """What HR's and the operator's pages have in common."""

    search_fields = ("domain",)
    ordering = ("domain",)

    @display(
        description=gettext_lazy("state"), label={"confirmed": "success", "waiting": "warning"}
    )
    def standing(self, row: CompanyDomain) -> tuple[str, str]:
        if row.confirmed_at is not None:
            return "confirmed", _("Confirmed")
        return "waiting", _("Waits for the record")

    @display(description=gettext_lazy("name of the TXT record"))
    def record_name(self, row: CompanyDomain) -> str:
        return row.record_name

    @display(description=gettext_lazy("value of the TXT record"))
    def record_value(self, row: CompanyDomain) -> str:
        return row.record_value


class DomainAdmin(_Domains):
    """Domains of the company: people with an address there may sign up at the user pool."""

    list_display = ("domain", "standing", "asked_at")
    fields = ("domain", "record_name", "record_value", "asked_at", "confirmed_at")
    empty_words = gettext_lazy("Only invited people sign up, until you name a domain of your own.")
    actions_list = ("ask_domain",)
    actions_detail = ("remove",)

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        return permissions.can_manage_records(request.actor, row)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("Name a domain"), url_path="ask", icon="alternate_email")
    def ask_domain(self, request: HttpRequest) -> HttpResponse:
        """Ask which domain, and say what must stand in DNS."""

        def act(cleaned: dict[str, Any]) -> str:
            row = services.domain_ask(
                domain=cleaned["domain"], by=request.actor, now=timezone.now()  # type: ignore[attr-defined]
            )  # fmt: skip
            return _(
                "Put a TXT record named %(name)s with the value %(value)s into DNS, then ask "
                "whoever runs Muster to confirm."
            ) % {"name": row.record_name, "value": row.record_value}

        return self.ask(
            request, form=DomainForm, act=act, done_url=self.address("changelist"),
            title=_("Name a domain"), submit=_("Name it"),
            sentence=_("Whoever has a confirmed address there may sign up by themselves; they see "
                       "nothing of the company before you invite them."),
        )  # fmt: skip

    @action(description=gettext_lazy("Remove"), url_path="remove", icon="delete")
    @on_row
    def remove(self, request: HttpRequest, row: CompanyDomain) -> HttpResponse:
        """Ask, then take the domain away."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.domain_remove(row=row, by=request.actor)  # type: ignore[attr-defined]
            return _("%(domain)s is removed.") % {"domain": row.domain}

        return self.ask(
            request, form=ConfirmForm, act=act, row=row, done_url=self.address("changelist"),
            title=_("Remove the domain"), submit=_("Remove it"), is_danger=True,
            sentence=_("Nobody signs up by it any more; who is in stays."),
        )  # fmt: skip


class OperatorDomainAdmin(OperatorAdmin, _Domains):
    """Domains that companies named, to be confirmed."""

    list_display = ("domain", "company", "standing", "asked_at")
    list_select_related = ("company",)
    fields = ("company", "domain", "record_name", "record_value", "asked_at", "confirmed_at")
    empty_words = gettext_lazy("No company has named a domain.")
    actions_detail = ("confirm",)

    def get_queryset(self, request: HttpRequest) -> Any:
        with no_scope("operator: which domains companies named"):
            rows = CompanyDomain.objects.select_related("company")
        return rows.order_by(*self.get_ordering(request) or ("domain",))

    def history_of(self, row: CompanyDomain) -> Any:
        """Return what the platform did; who of the company named it is the company's to tell."""
        return super().history_of(row).filter(actor_kind=ActorKind.PLATFORM)

    def offers(self, request: HttpRequest, action: str, row: CompanyDomain) -> bool:
        return row.confirmed_at is None

    @action(description=gettext_lazy("Confirm"), url_path="confirm", icon="verified")
    @on_row
    def confirm(self, request: HttpRequest, row: CompanyDomain) -> HttpResponse:
        """Say what must be seen in DNS, then confirm."""

        def act(_cleaned: dict[str, Any]) -> str:
            with company_scope(row.company):
                services.domain_confirm(row=row, by=platform_actor(request), now=timezone.now())
            return _("%(domain)s is confirmed.") % {"domain": row.domain}

        return self.ask(
            request, form=ConfirmForm, act=act, row=row, done_url=self.address("changelist"),
            title=_("Confirm the domain"), submit=_("I have seen it"),
            sentence=_("Muster looks nothing up. Look yourself: dig +short TXT %(name)s must "
                       "answer \"%(value)s\".")
            % {"name": row.record_name, "value": row.record_value},
        )  # fmt: skip
