"""What is due in the books up to a date: looked at, then written; and a credit taken back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from itertools import groupby
from typing import TYPE_CHECKING, Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from attendance.fields import DayField
from companies.actor import Actor
from companies.admin_forms import ReasonForm
from companies.errors import MusterError
from companies.models import AuditEvent
from companies.models.people import earliest_today
from companies.once import once
from leave import wording
from leave.admin.grants import text_input
from leave.admin.words import signed
from leave.models import LedgerEntry
from leave.rules.amounts import ZERO
from leave.services import runs
from leave.services.books import Written
from leave.services.undoing import credit_undo
from leave.terms import leave_settings

if TYPE_CHECKING:
    from leave.admin.ledger import LedgerAdmin

# So many books are shown; the sums are of all.
MOST_SHOWN = 200
_RUNS_SHOWN = 20


class UntilForm(forms.Form):
    """Up to which date."""

    until = DayField(label=gettext_lazy("Up to"), widget=text_input(type="date"))


def due_page(model_admin: LedgerAdmin, request: HttpRequest) -> HttpResponse:
    """Show what is due up to a date, by person and type; write it when HR says so."""
    if not model_admin.may_act(request):
        raise PermissionDenied
    form = UntilForm(request.GET or {"until": earliest_today(timezone.now()).isoformat()})
    if not form.is_valid():
        return _page(model_admin, request, {"form": form})
    until: dt.date = form.cleaned_data["until"]
    actor: Actor = request.actor  # type: ignore[attr-defined]
    assert actor.company is not None  # noqa: S101  # HR acts in one
    company = actor.company

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        problem = ""
        if request.method == "POST":
            try:
                count = runs.due_apply(
                    company=company, until=until, by=actor,
                    fingerprint=request.POST.get("fingerprint", ""),
                )  # fmt: skip
            except MusterError as error:
                problem = str(error)
            else:
                words = ngettext("One line is written.", "%(count)s lines are written.", count)
                messages.success(request, words % {"count": count})
                return HttpResponseRedirect(model_admin.address("changelist"))
        items = runs.due_preview(company, until)
        types = leave_settings(company).types
        context = {"form": form, "until": until, "problem": problem, **_due(items, types)}
        return _page(model_admin, request, context)

    return answer(request)


def _due(items: Collection[Written], types: Any) -> dict[str, Any]:
    """Return what is due as the page shows it, one card of lines for each person and type.

    An allocation whose lines lie ahead is written too, and is nothing to read.
    """
    shown = [item for item in items if item.line.entries]
    ordered = sorted(
        shown, key=lambda item: (item.employee.name, item.employee.pk, types[item.leave_type].name)
    )
    grouped = [
        (whose, list(found))
        for whose, found in groupby(ordered, key=lambda item: (item.employee, item.leave_type))
    ]
    books = [
        {
            "person": employee.name,
            "code": employee.code,
            "type": types[leave_type].name,
            "lines": [line for item in found for line in _lines(item)],
            "total": signed(_sum(found)),
        }
        for (employee, leave_type), found in grouped[:MOST_SHOWN]
    ]
    return {
        "books": books,
        "count": sum(len(item.line.entries) for item in shown),
        "people": len({item.employee.pk for item in shown}),
        "left_out": len(grouped) - len(books),
        "fingerprint": runs.fingerprint_of(items),
    }


def _sum(items: Collection[Written]) -> Decimal:
    return sum((entry.amount for item in items for entry in item.line.entries), ZERO)


def _lines(item: Written) -> list[dict[str, str]]:
    return [
        {
            "on": date_format(entry.effective_on, "D j M Y"),
            "what": str(entry.kind.label),
            "amount": signed(entry.amount),
            "why": wording.entry(entry.reason),
        }
        for entry in item.line.entries
    ]


def _page(model_admin: LedgerAdmin, request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    shared = {"title": _("What is due"), "runs": _last_runs(model_admin)}
    return model_admin.page(request, "leave/admin/due.html", {**shared, **context})


def _last_runs(model_admin: LedgerAdmin) -> list[dict[str, Any]]:
    """Return what the last runs wrote, by the clock and by hand."""
    events = AuditEvent.objects.filter(verb="leave_books_run").order_by("-occurred_at", "-id")
    return [
        {
            "when": event.occurred_at,
            "by": _("Scheduled run") if event.actor_kind == "job" else event.actor_name,
            "lines": event.changes["lines"][1],
            "until": date_format(dt.date.fromisoformat(event.changes["until"][1]), "D j M Y"),
            "url": f"{model_admin.address('changelist')}?{_written_then(event)}",
        }
        for event in events[:_RUNS_SHOWN]
    ]


def _written_then(event: AuditEvent) -> str:
    date = event.occurred_at.date().isoformat()
    return f"created_at_from={date}&created_at_to={date}&writer={event.actor_kind}"


def ask_take_back(model_admin: LedgerAdmin, request: HttpRequest, row: LedgerEntry) -> HttpResponse:
    """Ask why a credit is taken back."""

    def act(cleaned: dict[str, Any]) -> str:
        credit_undo(entry=row, reason=cleaned["reason"], by=request.actor)  # type: ignore[attr-defined]
        return _("The credit is taken back. The line stands beside it.")

    return model_admin.ask(
        request, row=row, form=ReasonForm, act=act, done_url=model_admin.row_url(row),
        title=_("Take this credit back"), submit=_("Take it back"), is_danger=True,
        sentence=_("%(amount)s of %(name)s, credited on %(date)s. No run credits it again; it "
                   "cannot be taken back where leave draws on it.") % {
            "amount": wording.amount(row.amount), "name": row.employee.name,
            "date": date_format(row.effective_on, "D j M Y"),
        },
    )  # fmt: skip
