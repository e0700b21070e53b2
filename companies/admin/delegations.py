"""HR's pages of delegations: who decides in whose stead; services write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminTextInputWidget

from companies import permissions, services
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_fields import RowSelect
from companies.admin_forms import ConfirmForm
from companies.models import Delegation, Employee
from companies.models.people import earliest_today


class DelegationAdmin(ReadOnlyAdmin):
    """Who decides in whose stead, from when to when."""

    list_display = ("giver", "delegate", "starts_on", "ends_on", "standing", "reason")
    list_select_related = ("giver", "delegate")
    search_fields = ("giver__name", "delegate__name", "reason")
    search_help_text = gettext_lazy("Name or reason")
    ordering = ("-starts_on", "-id")
    fields = (
        "giver", "delegate", "starts_on", "ends_on", "reason", "made_by", "made_at", "ended_by",
        "ended_at",
    )  # fmt: skip
    empty_words = gettext_lazy("Managers name a stand-in on their team's page; HR does it here.")
    actions_detail = ("end",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("giver", "delegate")

    @display(
        description=gettext_lazy("state"),
        label={"now": "success", "to_come": "info", "over": "", "ended": ""},
    )
    def standing(self, row: Delegation) -> tuple[str, str]:
        if row.ended_at is not None:
            return "ended", _("Ended")
        if row.starts_on > timezone.localdate():
            return "to_come", _("To come")
        return ("over", _("Over")) if self._is_over(row) else ("now", _("Now"))

    def _is_over(self, row: Delegation) -> bool:
        return row.ends_on < earliest_today(timezone.now())

    def has_add_permission(self, request: HttpRequest) -> bool:
        actor = self._actor(request)
        return actor is not None and permissions.can_manage_records(actor)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask who is away and who decides, and let the service write it."""
        if not self.has_add_permission(request):
            raise PermissionDenied

        def act(cleaned: dict[str, Any]) -> str:
            made = services.delegation_add(**cleaned, by=request.actor)  # type: ignore[attr-defined]
            return _("%(delegate)s decides for %(giver)s until %(last)s.") % {
                "delegate": made.delegate.name,
                "giver": made.giver.name,
                "last": date_format(made.ends_on, "D, j F Y"),
            }

        return self.ask(
            request,
            title=_("Name a stand-in"),
            sentence=_("They answer for the team of whoever is away, get no role, and are told by "
                       "mail. It ends by itself."),
            form=self._form(),
            submit=_("Name them"),
            act=act,
            done_url=self.address("changelist"),
        )  # fmt: skip

    def _form(self) -> type[forms.Form]:
        class DelegationForm(forms.Form):
            giver = self._person("giver")
            delegate = self._person("delegate")
            starts_on = Delegation._meta.get_field("starts_on").formfield(widget=_date())
            ends_on = Delegation._meta.get_field("ends_on").formfield(widget=_date())
            reason = forms.CharField(
                label=gettext_lazy("Reason"), max_length=200, required=False,
                widget=UnfoldAdminTextInputWidget,
            )  # fmt: skip

        return DelegationForm

    def _person(self, name: str) -> forms.ModelChoiceField:
        field: Any = Delegation._meta.get_field(name)
        return forms.ModelChoiceField(
            Employee.objects.all(), label=capfirst(field.verbose_name), to_field_name="public_id",
            widget=RowSelect(field, self.admin_site),
        )  # fmt: skip

    def offers(self, request: HttpRequest, action: str, row: Delegation) -> bool:
        is_over = row.ended_at is not None or self._is_over(row)
        return not is_over and permissions.can_end_delegation(request.actor, row)  # type: ignore[attr-defined]

    @action(description=gettext_lazy("End now"), url_path="end", icon="event_busy")
    @on_row
    def end(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then end the delegation at once."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.delegation_end(delegation=row, by=request.actor)  # type: ignore[attr-defined]
            return _("%(name)s no longer decides.") % {"name": row.delegate.name}

        return self.ask(
            request,
            title=_("End this delegation"),
            sentence=_("%(delegate)s decides nothing for %(giver)s from now on.")
            % {"delegate": row.delegate.name, "giver": row.giver.name},
            form=ConfirmForm,
            submit=_("End it now"),
            act=act,
            done_url=self.row_url(row),
            row=row,
        )


def _date() -> UnfoldAdminTextInputWidget:
    return UnfoldAdminTextInputWidget({"type": "date"})
