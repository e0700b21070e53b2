"""HR's pages of a lost sign-in: one person asks to reset it, a second one decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from companies import permissions, services
from companies.admin_base import BaseAdmin, ReadOnlyAdmin, on_row
from companies.admin_forms import ConfirmForm, ReasonForm
from companies.models import Employee, SignInReset

TONES = {"asked": "warning", "confirmed": "success", "refused": "", "expired": ""}


class SignInActions(BaseAdmin):
    """What HR does about the sign-in of a person, on that person's page."""

    sign_in_actions = ("sign_out", "reset_sign_in")

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        if action == "reset_sign_in":
            return permissions.can_ask_reset(actor, row)
        if action == "sign_out":
            return permissions.can_sign_out(actor, row)
        return super().offers(request, action, row)

    @action(description=gettext_lazy("Sign out everywhere"), url_path="sign-out", icon="logout")
    @on_row
    def sign_out(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then end every session of the person, as when a phone was stolen."""

        def act(cleaned: dict[str, Any]) -> str:
            services.employee_sign_out(
                employee=row,
                reason=cleaned["reason"],
                by=request.actor,  # type: ignore[attr-defined]
            )
            return _("%(name)s is signed out everywhere.") % {"name": row.name}

        return self.ask(
            request, title=_("Sign out everywhere"), form=ReasonForm, act=act, row=row,
            sentence=_("%(name)s is signed out in every browser, and signs in anew.")
            % {"name": row.name},
            submit=_("Sign them out"), done_url=self.row_url(row),
        )  # fmt: skip

    @action(description=gettext_lazy("Reset sign-in"), url_path="reset-sign-in", icon="lock_reset")
    @on_row
    def reset_sign_in(self, request: HttpRequest, row: Employee) -> HttpResponse:
        """Ask why, then ask a second person to let them begin anew."""

        def act(cleaned: dict[str, Any]) -> str:
            services.sign_in_reset_ask(
                employee=row, reason=cleaned["reason"], by=request.actor,  # type: ignore[attr-defined]
                now=timezone.now(),
            )  # fmt: skip
            return _("A second person of HR, or a company admin, decides within 72 hours.")

        return self.ask(
            request, title=_("Reset sign-in"), form=ReasonForm, act=act, row=row,
            sentence=_(
                "For a lost phone: once a second person confirms, the second step and the PIN of "
                "%(name)s are removed and they are signed out everywhere. The password stays."
            ) % {"name": row.name},
            submit=_("Ask for it"), done_url=self.row_url(row),
        )  # fmt: skip


class SignInResetAdmin(ReadOnlyAdmin):
    """Resets that were asked for, and what became of them."""

    list_display = ("employee", "reason", "asked_name", "asked_at", "standing", "decided_name")
    list_select_related = ("employee",)
    list_filter = (("state", ChoicesDropdownFilter),)
    search_fields = ("employee__name", "employee__code", "reason")
    empty_words = gettext_lazy("Whoever lost their phone: open their page, then “Reset sign-in”.")
    fields = (
        "employee", "reason", "asked_name", "asked_at", "state", "decided_name", "decided_at",
    )  # fmt: skip
    actions_detail = ("confirm", "refuse")

    @display(description=gettext_lazy("state"), ordering="state", label=TONES)
    def standing(self, row: SignInReset) -> tuple[str, str]:
        return row.state, row.get_state_display()

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        return row.state == "asked" and permissions.can_decide_reset(actor, row)

    @action(description=gettext_lazy("Confirm"), url_path="confirm", icon="check")
    @on_row
    def confirm(self, request: HttpRequest, row: SignInReset) -> HttpResponse:
        """Ask once more, then remove second step, PIN and sessions."""

        def act(_cleaned: dict[str, Any]) -> str:
            actor = request.actor  # type: ignore[attr-defined]
            services.sign_in_reset_confirm(reset=row, by=actor, now=timezone.now())
            return _("The sign-in is reset; the person is told by mail.")

        return self._decide(
            request, row, act, form=ConfirmForm, title=_("Confirm the reset"),
            submit=_("Reset the sign-in"), is_danger=True,
            sentence=_(
                "Make sure that it is really %(name)s who asks: call or meet them. Second step and "
                "PIN are removed, and they are signed out everywhere."
            ) % {"name": row.employee.name},
        )  # fmt: skip

    @action(description=gettext_lazy("Refuse"), url_path="refuse", icon="block")
    @on_row
    def refuse(self, request: HttpRequest, row: SignInReset) -> HttpResponse:
        """Ask why; everything stays as it is."""

        def act(cleaned: dict[str, Any]) -> str:
            services.sign_in_reset_refuse(
                reset=row, reason=cleaned["reason"], by=request.actor,  # type: ignore[attr-defined]
                now=timezone.now(),
            )  # fmt: skip
            return _("Refused: the sign-in stays as it is.")

        return self._decide(
            request, row, act, form=ReasonForm, title=_("Refuse the reset"), submit=_("Refuse"),
            sentence=_("The sign-in of %(name)s stays as it is.") % {"name": row.employee.name},
        )  # fmt: skip

    def _decide(
        self, request: HttpRequest, row: SignInReset, act: Callable[[dict[str, Any]], str],
        **words: Any,
    ) -> HttpResponse:  # fmt: skip
        return self.ask(request, act=act, row=row, done_url=self.row_url(row), **words)
