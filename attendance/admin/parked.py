"""The operator's page of what the journal holds and the records cannot take."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display

from attendance.models import ParkedTap
from attendance.services import replaying
from companies.admin.platform import OperatorAdmin, platform_actor
from companies.admin_base import on_row
from companies.admin_forms import ConfirmForm

_WORDS = {
    "nobody_there": gettext_lazy("No company or person of that id is known here"),
    "journal_malformed": gettext_lazy("It cannot be read"),
}


class ParkedTapAdmin(OperatorAdmin):
    """Check-ins of the journal that no record was made of: ids and the error, no person."""

    list_display = ("tap", "who", "wrong", "tries", "parked_at")
    search_fields = ("who", "tap", "error")
    search_help_text = gettext_lazy("Id or error")
    fields = ("who", "tap", "wrong", "tries", "parked_at")
    readonly_fields = ("wrong",)
    empty_words = gettext_lazy("Every check-in of the journal has reached the records.")
    actions_detail = ("retry",)

    def words_of(self, row: ParkedTap) -> str:
        return row.tap

    @display(description=gettext_lazy("what is wrong"), ordering="error")
    def wrong(self, row: ParkedTap) -> str:
        return str(_WORDS.get(row.error, row.error))

    def offers(self, request: HttpRequest, action: str, row: ParkedTap) -> bool:
        return True

    @action(description=gettext_lazy("Try again"), url_path="retry", icon="refresh")
    @on_row
    def retry(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then bring the check-in into the records, if they take it now."""

        def act(_cleaned: dict[str, Any]) -> str:
            replaying.tap_retry(parked=row, by=platform_actor(request))
            return _("The check-in is in the records now.")

        return self.ask(
            request, form=ConfirmForm, act=act, done_url=self.address("changelist"), row=row,
            title=_("Try again"), submit=_("Try again"),
            sentence=_("The check-in is read from the journal and brought into the records."),
        )  # fmt: skip
