"""HR's part of mail that does not arrive: what is known, and that it works again."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from companies import permissions, selectors, services
from companies.admin_base import BaseAdmin, on_row
from companies.admin_forms import ConfirmForm
from companies.models import Employee


def mail_words(row: Employee) -> str:
    """Return in a sentence an address why mail does not reach the person."""
    return " ".join(
        _("%(address)s: %(problem)s (since %(date)s). %(detail)s")
        % {
            "address": block.address,
            "problem": block.get_problem_display(),
            "date": date_format(timezone.localtime(block.blocked_at), "j M Y"),
            "detail": block.detail,
        }
        for block in selectors.blocks_of(row)
    )


class MailActions(BaseAdmin):
    """What HR does about mail to a person, on that person's page."""

    mail_actions = ("mail_works",)

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        if action in self.mail_actions:
            may = permissions.can_manage_records(request.actor, row)  # type: ignore[attr-defined]
            return may and selectors.blocks_of(row).exists()
        return super().offers(request, action, row)

    @action(description=gettext_lazy("Mail works again"), url_path="mail-works", icon="mail")
    @on_row
    def mail_works(self, request: HttpRequest, row: Employee) -> HttpResponse:
        """Ask, then let mail go to the person's addresses again."""

        def act(_cleaned: dict[str, Any]) -> str:
            services.address_clear(employee=row, by=request.actor, now=timezone.now())  # type: ignore[attr-defined]
            return _("From now on Muster sends mail to %(name)s again.") % {"name": row.name}

        return self.ask(
            request, title=_("Mail works again"), form=ConfirmForm, act=act, row=row,
            sentence=_(
                "Muster sends mail to %(name)s again. If the address still refuses it, it is "
                "marked anew."
            ) % {"name": row.name},
            submit=_("Send mail again"), done_url=self.row_url(row),
        )  # fmt: skip
