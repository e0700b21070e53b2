"""HR's pages of auditors from outside: the form that invites one, and who has not answered yet."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminEmailInputWidget, UnfoldAdminTextInputWidget

from companies import permissions, services
from companies.admin_base import BaseAdmin, ReadOnlyAdmin, on_row
from companies.admin_forms import ConfirmForm
from companies.enums import InvitationState
from companies.models import Invitation


def _date(label: Any, *, initial: dt.date | None = None) -> forms.DateField:
    widget = UnfoldAdminTextInputWidget({"type": "date"})
    return forms.DateField(label=label, initial=initial, widget=widget)


def _form(today: dt.date) -> type[forms.Form]:
    class AuditorForm(forms.Form):
        """Whom to let in, and from when to when."""

        name = forms.CharField(
            label=gettext_lazy("Name"), max_length=120, widget=UnfoldAdminTextInputWidget
        )
        email = forms.EmailField(
            label=gettext_lazy("E-mail"), max_length=254, widget=UnfoldAdminEmailInputWidget,
            help_text=gettext_lazy(
                "Who is at home in another company is asked first, and stands under "
                "“Invitations” until they answer."
            ),
        )  # fmt: skip
        starts_on = _date(gettext_lazy("First day"), initial=today)
        ends_on = _date(gettext_lazy("Last day"))

    return AuditorForm


def invite_page(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Ask who audits from when to when, and let them in or ask them.

    What is told holds for both; who is asked stands among the invitations until they answer.
    """
    actor, now = request.actor, timezone.now()  # type: ignore[attr-defined]

    def act(cleaned: dict[str, Any]) -> str:
        services.auditor_invite(**cleaned, by=actor, now=now)
        said = _(
            "A mail to %(name)s is on its way. They may read until %(last)s, and are asked first "
            "if they are at home in another company."
        )
        return said % {"name": cleaned["name"], "last": date_format(cleaned["ends_on"], "j F Y")}

    return model_admin.ask(
        request, form=_form(timezone.localdate()), act=act,
        done_url=model_admin.address("changelist"), title=_("Invite an auditor"),
        submit=_("Invite them"),
        sentence=_("They read everything of %(company)s and change nothing, from the first day to "
                   "the last.") % {"company": actor.company or ""},
    )  # fmt: skip


class InvitationAdmin(ReadOnlyAdmin):
    """Who was asked to audit and is at home in another company; nothing of them but what HR wrote.

    Printed invitations, and those to an engagement, stand on the person's page.
    """

    list_display = ("name", "email", "starts_on", "ends_on", "standing", "made_at")
    search_fields = ("name", "email")
    search_help_text = gettext_lazy("Name or e-mail")
    ordering = ("-made_at", "-id")
    fields = (
        "name", "email", "role", "starts_on", "ends_on", "how", "inviter", "made_at",
        "expires_at", "ended_at",
    )  # fmt: skip
    readonly_fields = ("how",)
    empty_words = gettext_lazy(
        "Auditors who are at home in another company too stand here until they answer; invite "
        "them under “Roles”."
    )
    actions_detail = ("take_back",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).filter(employee__isnull=True)

    @display(
        description=gettext_lazy("state"),
        label={
            "open": "info", "accepted": "success", "refused": "warning", "expired": "", "void": "",
            "taken_back": "",
        },
    )  # fmt: skip
    def standing(self, row: Invitation) -> tuple[str, str]:
        state = row.state(timezone.now())
        return state.value, str(state.label)

    @display(description=gettext_lazy("state"))
    def how(self, row: Invitation) -> str:
        return str(row.state(timezone.now()).label)

    def offers(self, request: HttpRequest, action: str, row: Invitation) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        is_open = row.state(timezone.now()) == InvitationState.OPEN
        return is_open and permissions.can_take_back_offer(actor, row)

    @action(description=gettext_lazy("Take back"), url_path="take-back", icon="undo")
    @on_row
    def take_back(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then take the offer back."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.auditor_take_back(offer=row, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
            return _("%(name)s is not asked any more.") % {"name": row.name}

        return self.ask(
            request, form=ConfirmForm, act=act, row=row, done_url=self.row_url(row),
            title=_("Take the invitation back"), submit=_("Take it back"),
            sentence=_("The mail is with them already; its page no longer asks them."),
        )  # fmt: skip
