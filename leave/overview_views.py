"""Pages of what somebody has: their leave, that of whom they answer for, any date ahead."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from attendance.permissions import can_manage_team
from attendance.rules import zones
from attendance.selectors.people import zone_of
from companies.actor import Actor
from companies.models import Employee
from companies.permissions import can_enter_hr
from companies.selectors import here_on, team_of
from leave import overview_pages, permissions, phrases
from leave.rules.years import DAY, Dates
from leave.selectors import balances, off, overview, people_balances
from leave.terms import leave_settings

# Who is off within so many days is named.
SOON = 30
# How far ahead any date may be asked for; what a plan brings is worked out line by line.
YEARS_AHEAD = 5
PEOPLE_A_PAGE = 50
_MOST_PAGES = 10_000


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


def own(request: HttpRequest) -> Employee:
    """Return whose leave it is; who works nowhere has none."""
    employee = actor_of(request).employee
    if employee is None:
        raise Http404
    return employee


def readable(request: HttpRequest, public_id: uuid.UUID) -> Employee:
    """Return the person, if whoever asks may see their books; else as if there were nobody."""
    actor = actor_of(request)
    if actor.company is None:
        raise Http404
    people = Employee.objects.select_related("company", "user")
    found: Employee = get_object_or_404(people, public_id=public_id)
    if not permissions.can_view_books(actor, found, timezone.now().date()):
        raise Http404
    return found


def today_of(employee: Employee) -> dt.date:
    """Return the date where the person is."""
    now = timezone.now()
    return zones.local_date(now, zone_of(employee, now))


@require_GET
def show(request: HttpRequest) -> HttpResponse:
    """Show one's own leave: balances, requests, who else is off."""
    employee = own(request)
    context = _leave_of(request, employee, person=None)
    today: dt.date = context["today"]
    soon = off.off_soon(actor_of(request), Dates(today, today + SOON * DAY), on=today)
    settings = leave_settings(employee.company)
    context["off"] = overview_pages.off_lines(soon, settings, today=today)
    context["earns"] = bool(overview.earning_types(settings, today))
    context["year"] = today.year
    return render(request, "leave/overview.html", context)


@require_GET
def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show the leave of somebody whom one answers for, as they see it, without their reasons.

    HR asks for them from here.
    """
    employee = readable(request, public_id)
    context = _leave_of(request, employee, person=employee)
    context["asks_for"] = permissions.can_ask(actor_of(request), employee)
    return render(request, "leave/overview.html", context)


def _leave_of(
    request: HttpRequest, employee: Employee, *, person: Employee | None
) -> dict[str, Any]:
    today, settings = today_of(employee), leave_settings(employee.company)
    accounts = balances.accounts(employee, on=today)
    standing = overview.standing(employee, today=today)
    past = overview.past(employee, today=today, page=page_of(request))
    cards = overview_pages.cards(accounts, today=today, person=person)
    return {
        "person": person,
        "today": today,
        "cards": cards,
        "others": [card for card in cards if not card["has_lines"]],
        "drawing": overview_pages.drawing(accounts, today=today),
        "standing": overview_pages.request_lines(standing, settings, today=today),
        **overview_pages.past_context(past, settings, today=today),
        **_ahead(request, accounts, today),
    }


def page_of(request: HttpRequest) -> int:
    """Return which page of a list is asked for; the first one where that is no number."""
    text = request.GET.get("p", "")
    return min(max(int(text), 1), _MOST_PAGES) if text.isdecimal() and len(text) < 8 else 1


def _ahead(
    request: HttpRequest, accounts: list[balances.Account], today: dt.date
) -> dict[str, Any]:
    """Return the answer to "what will I have on …?"; what is no date is told."""
    text = request.GET.get("on", "")
    last = today + YEARS_AHEAD * 366 * DAY
    context: dict[str, Any] = {"on_text": text, "on_last": last}
    if not text:
        return context
    try:
        on = dt.date.fromisoformat(text)
    except ValueError:
        return context | {"on_wrong": _("This is no date. Choose one.")}
    if not dt.date(2000, 1, 1) <= on <= last:
        words = _("Choose a date up to %(date)s.") % {"date": phrases.date_text(last, today)}
        return context | {"on_wrong": words}
    return context | {
        "on": phrases.date_text(on, today),
        "ahead": overview_pages.ahead(accounts, on=on, today=today),
    }


@require_GET
def people(request: HttpRequest) -> HttpResponse:
    """List what everybody has whom one answers for; auditors read everybody's."""
    actor, today = actor_of(request), timezone.now().date()
    if actor.company is None or not (can_manage_team(actor) or can_enter_hr(actor)):
        raise Http404
    found = here_on(today) if can_enter_hr(actor) else team_of(actor, on=today)
    text = request.GET.get("q", "").strip()[:100]
    if text:
        found = found.filter(name__icontains=text)
    page = Paginator(found, PEOPLE_A_PAGE).get_page(request.GET.get("p"))
    shown = list(page)
    types, available = people_balances.available(actor.company, shown, on=today)
    context = {
        "rows": overview_pages.people_rows(shown, types, available),
        "types": [kind.name for kind in types],
        "text": text,
        **phrases.paged(page, {"q": text} if text else {}),
    }
    return render(request, "leave/people.html", context)
