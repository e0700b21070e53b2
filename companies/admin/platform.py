"""The operator's pages: companies, jobs, operators; no personal data of any company."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminEmailInputWidget,
    UnfoldAdminTextInputWidget,
)

from companies import admin_fields, selectors, services
from companies.actor import Actor
from companies.admin.trail import AuditEventAdmin
from companies.admin_base import ReadOnlyAdmin
from companies.enums import ActorKind
from companies.models import AuditEvent, JobRun, OperatorGrant, PolicyVersion
from companies.scoping import no_scope


def may_operate(request: HttpRequest) -> bool:
    """Return whether the request comes from an operator; asked of the database once."""
    known: bool | None = getattr(request, "_may_operate", None)
    if known is None:
        actor = getattr(request, "actor", None)
        known = (
            actor is not None
            and actor.user is not None
            and not actor.is_limited
            and selectors.is_operator(actor.user, now=timezone.now())
        )
        request._may_operate = known  # type: ignore[attr-defined]
    return known


def platform_actor(request: HttpRequest) -> Actor:
    """Return the operator as such, in no company."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return replace(actor, kind=ActorKind.PLATFORM, company=None, employee=None, roles=frozenset())


class OperatorAdmin(ReadOnlyAdmin):
    """Pages of the operator site; a company's rights open none of them."""

    def _may(self, request: HttpRequest, row: Any = None) -> bool:
        return may_operate(request)

    def may_act(self, request: HttpRequest) -> bool:
        return may_operate(request)

    def history_of(self, row: Any) -> Any:
        with no_scope("operator: what was done to a record of the platform"):
            return super().history_of(row)


class CompanyForm(forms.Form):
    """A company and its first person of HR."""

    name = forms.CharField(
        label=gettext_lazy("Company"), max_length=120, widget=UnfoldAdminTextInputWidget
    )
    code = forms.SlugField(
        label=gettext_lazy("Code"), max_length=40, widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("Short, in small letters; it stands in addresses."),
    )  # fmt: skip
    zone = admin_fields.zone_field(PolicyVersion._meta.get_field("zone"))
    hr_name = forms.CharField(
        label=gettext_lazy("First person of HR"), max_length=120,
        widget=UnfoldAdminTextInputWidget,
    )  # fmt: skip
    hr_email = forms.EmailField(
        label=gettext_lazy("Their e-mail"), widget=UnfoldAdminEmailInputWidget,
        help_text=gettext_lazy("They get a link to set a password."),
    )  # fmt: skip


class CompanyAdmin(OperatorAdmin):
    """Companies of the platform."""

    list_display = ("name", "code", "created_at")
    search_fields = ("name", "code")
    ordering = ("name",)
    fields = ("name", "code", "created_at")
    empty_words = gettext_lazy("Add the first company with its first person of HR.")

    def has_add_permission(self, request: HttpRequest) -> bool:
        return may_operate(request)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask for a company and its first HR, and make both."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def act(cleaned: dict[str, Any]) -> str:
            company = services.company_create(**cleaned, by=platform_actor(request))
            return _("%(company)s stands; HR has a link to sign in.") % {"company": company}

        return self.ask(
            request,
            title=_("Add a company"),
            form=CompanyForm,
            submit=_("Add the company"),
            act=act,
            done_url=self.address("changelist"),
        )


class JobRunAdmin(OperatorAdmin):
    """Scheduled jobs and how they fared last."""

    row_key = "name"
    list_display = ("name", "standing", "started_at", "succeeded_at", "failed_at", "last_error")
    search_fields = ("name",)
    ordering = ("name",)
    fields = ("name", "started_at", "succeeded_at", "failed_at", "last_error")
    empty_words = gettext_lazy("No job has run yet: start `manage.py scheduler`.")

    @display(description=gettext_lazy("state"), label={"good": "success", "bad": "danger"})
    def standing(self, row: JobRun) -> tuple[str, str]:
        if row.failed_at and (row.succeeded_at is None or row.failed_at > row.succeeded_at):
            return "bad", _("Failed")
        return ("good", _("Fine")) if row.succeeded_at else ("", _("Running"))


class OperatorGrantAdmin(OperatorAdmin):
    """Who runs the platform; given by `manage.py`, not here."""

    list_display = ("user", "starts_on", "ends_on")
    list_select_related = ("user",)
    fields = ("user", "starts_on", "ends_on")


class PlatformAuditAdmin(OperatorAdmin, AuditEventAdmin):
    """What was done to the platform itself; a company's audit stays with its HR.

    Events of a person who belongs nowhere any more stand under no company; they are not the
    operators' to read, unless the person is one of them.
    """

    def get_queryset(self, request: HttpRequest) -> Any:
        keys = OperatorGrant.objects.values_list("user__public_id", flat=True)
        operators = [str(key) for key in keys.distinct()]
        with no_scope("operator: the platform's own audit, no company's"):
            rows = AuditEvent.objects.filter(company__isnull=True).filter(
                ~Q(subject_type="companies.user") | Q(subject_id__in=operators)
            )
        return rows.order_by(*self.get_ordering(request) or ("-occurred_at", "-id"))
