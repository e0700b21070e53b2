"""What leave adds to HR's pages of people: plans, the way to their books, what HR writes there."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from attendance.admin.people import PersonAdmin
from companies.admin_base import on_row
from leave import permissions
from leave.admin import encash, grants
from leave.admin.putting import put_on_plan

_DEEDS = ("grant_leave", "adjust_leave", "pay_leave_out")


class PersonWithLeaveAdmin(PersonAdmin):
    """A person of the company, with the ways to their leave too."""

    actions_list = (*PersonAdmin.actions_list, "put_on_plan")
    actions_detail = (*PersonAdmin.actions_detail, *_DEEDS)

    @action(
        description=gettext_lazy("Put on a leave plan…"), url_path="leave-plan", icon="beach_access"
    )
    def put_on_plan(self, request: HttpRequest) -> HttpResponse:
        """Ask which plan and from when, show who is on none, and put whom HR ticks on it."""
        return put_on_plan(self, request)

    @action(description=gettext_lazy("Grant leave"), url_path="grant-leave", icon="add_circle")
    @on_row
    def grant_leave(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask how much of which leave, from when, and why."""
        return grants.ask_grant(self, request, row)

    @action(description=gettext_lazy("Adjust leave"), url_path="adjust-leave", icon="exposure")
    @on_row
    def adjust_leave(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask by how much a balance is wrong, and why."""
        return grants.ask_adjust(self, request, row)

    @action(description=gettext_lazy("Pay leave out"), url_path="pay-leave", icon="payments")
    @on_row
    def pay_leave_out(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Show what may be paid out, then ask how much, at what rate."""
        return encash.pay_page(self, request, row)

    def offers(self, request: HttpRequest, action: str, row: Any) -> bool:
        if action in _DEEDS:
            return permissions.can_manage_books(request.actor, row)  # type: ignore[attr-defined]
        return super().offers(request, action, row)

    def links_of(self, row: Any) -> list[tuple[str, Any]]:
        site, query = self.admin_site.name, f"?person={self.row_id(row)}"
        return [
            *super().links_of(row),
            (reverse("leave:person", args=[row.public_id]), _("Leave, and asking for it")),
            *(
                (reverse(f"{site}:leave_{model}_changelist") + query, title)
                for model, title in (
                    ("leaverequeststate", _("Leave requests")),
                    ("planassignment", _("Leave plans")),
                    ("ledgerentry", _("Leave ledger")),
                )
            ),
        ]
