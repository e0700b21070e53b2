"""The page "While you are away": who decides in one's stead, and for whom one decides."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from attendance.fields import DayField
from attendance.permissions import can_manage_team
from attendance.rules import zones
from attendance.selectors.people import zone_of
from companies import permissions, selectors, services
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import Delegation, Employee
from companies.once import once

# Of more colleagues than these a name is searched for.
MOST_SHOWN = 30


class DelegationForm(forms.Form):
    """Who decides, and from when to when."""

    starts_on = DayField(error_messages={"required": gettext_lazy("Choose the first day.")})
    ends_on = DayField(error_messages={"required": gettext_lazy("Choose the last day.")})
    delegate = forms.UUIDField(
        error_messages={
            "required": gettext_lazy("Choose who decides."),
            "invalid": gettext_lazy("Choose who decides."),
        }
    )
    reason = forms.CharField(max_length=200, required=False)


def _giver(request: HttpRequest) -> tuple[Actor, Employee]:
    """Return who asks; for who answers for nobody there is no such page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.employee is None or not can_manage_team(actor):
        raise Http404
    return actor, actor.employee


def _today(employee: Employee) -> dt.date:
    """Return the date where the person is."""
    now = timezone.now()
    return zones.local_date(now, zone_of(employee, now))


@require_http_methods(["GET", "HEAD", "POST"])
@once
def delegation(request: HttpRequest) -> HttpResponse:
    """Show who stands in for the actor, and take the next one."""
    actor, giver = _giver(request)
    form = DelegationForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = _add(actor, giver, form)
        except MusterError as error:
            form.add_error(None, str(error))
        else:
            done = _("%(name)s decides for you: %(days)s.")
            messages.success(request, done % {"name": made.delegate.name, "days": _days(made)})
            return redirect("portal:delegation")
    return render(request, "portal/delegation.html", _context(request, actor, giver, form))


def _add(actor: Actor, giver: Employee, form: DelegationForm) -> Delegation:
    cleaned: dict[str, Any] = dict(form.cleaned_data)
    people = selectors.colleagues(giver, on=cleaned["starts_on"])
    delegate = people.filter(public_id=cleaned.pop("delegate")).first()
    if delegate is None:
        # A colleague who is not here yet or any more, or nobody: said alike.
        raise Http404
    return services.delegation_add(giver=giver, delegate=delegate, by=actor, **cleaned)


def _day(date: dt.date) -> str:
    return date_format(date, "D, j F Y")


def _days(row: Delegation) -> str:
    if row.starts_on == row.ends_on:
        return _day(row.starts_on)
    return _("%(first)s to %(last)s") % {"first": _day(row.starts_on), "last": _day(row.ends_on)}


def _context(
    request: HttpRequest, actor: Actor, giver: Employee, form: DelegationForm
) -> dict[str, Any]:
    today = _today(giver)
    text = request.GET.get("q", "").strip()[:100]
    people = list(selectors.colleagues(giver, on=today, text=text)[: MOST_SHOWN + 1])
    chosen = form.data.get("delegate", "")
    return {
        "form": form,
        "has_team": selectors.has_team(actor),
        "given": [
            {"id": row.public_id, "name": row.delegate.name, "days": _days(row),
             "is_now": row.starts_on <= today, "reason": row.reason}
            for row in selectors.delegations_of(giver, since=today)
        ],
        "held": [
            {"id": row.public_id, "name": row.giver.name, "last": _day(row.ends_on)}
            for row in selectors.held_by(actor, on=timezone.now().date())
        ],
        "text": text,
        "today": today.isoformat(),
        "people": [
            {"id": str(person.public_id), "name": person.name, "code": person.code,
             "is_chosen": str(person.public_id) == chosen}
            for person in people[:MOST_SHOWN]
        ],
        "has_more": len(people) > MOST_SHOWN,
    }  # fmt: skip


@require_POST
@once
def delegation_end(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """End one's own delegation, or lay down one that was given."""
    actor, _giver_of = _giver(request)
    rows = Delegation.objects.select_related("giver", "delegate")
    found = get_object_or_404(rows, public_id=public_id)
    if not permissions.can_end_delegation(actor, found):
        raise Http404
    services.delegation_end(delegation=found, by=actor)
    messages.success(request, _("Ended: %(name)s no longer decides.") % {"name": found.delegate})
    return redirect("portal:delegation" if can_manage_team(actor) else "attendance:today")
