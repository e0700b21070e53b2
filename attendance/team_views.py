"""Pages of whoever answers for others: the team now, and its month."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from functools import partial
from typing import Any

from django.core.paginator import Paginator
from django.db.models import Q, QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_GET

from attendance import pages, permissions, team_pages
from attendance.models import OvertimeDay
from attendance.pages import Links
from attendance.rules import zones
from attendance.selectors import months, overtime, team
from attendance.selectors.corrections import of_date
from attendance.selectors.settings import company_settings
from attendance.views import actor_of, asked_month, date_of, known_date, overtime_card
from companies.actor import Actor
from companies.enums import LookKind
from companies.looks import Seen, looks_record
from companies.models import Company, Employee, Office
from companies.selectors import team_of

PEOPLE_A_PAGE = 50


def managing(request: HttpRequest) -> tuple[Actor, Company]:
    """Return who asks; for who manages nobody these pages do not exist."""
    actor = actor_of(request)
    if actor.company is None or not permissions.can_manage_team(actor):
        raise Http404
    return actor, actor.company


def zone_of(company: Company, now: dt.datetime) -> str:
    """Return whose clocks a team's pages go by: it may stand in several zones."""
    return company_settings(company).policy_on(now.date()).zone


def filtered(
    request: HttpRequest, people: QuerySet[Employee]
) -> tuple[QuerySet[Employee], dict[str, Any], dict[str, str]]:
    """Return the people of the asked office and name, the filters' form, and their address."""
    text = request.GET.get("q", "").strip()[:100]
    offices = list(Office.objects.order_by("name"))
    asked = request.GET.get("office", "")
    chosen = next((office for office in offices if str(office.public_id) == asked), None)
    query = {"q": text} if text else {}
    if text:
        people = people.filter(name__icontains=text)
    if chosen is not None:
        people = people.filter(Q(placed_office=chosen.pk))
        query["office"] = asked
    return people, team_pages.filters_context(offices, chosen, text), query


@require_GET
def team_now(request: HttpRequest) -> HttpResponse:
    """Show where everybody is; the page's script takes the list from here too."""
    actor, company = managing(request)
    now = timezone.now()
    people, filters, _query = filtered(request, team_of(actor, on=now.date()))
    members = team.team_today(company=company, employees=list(people), now=now)
    context = team_pages.team_context(
        members,
        filters=filters,
        zone=zone_of(company, now),
        now=now,
    )
    return render(request, "attendance/team.html", context)


@require_GET
def team_month(request: HttpRequest) -> HttpResponse:
    actor, company = managing(request)
    now = timezone.now()
    today = zones.local_date(now, zone_of(company, now))
    first = asked_month(request, lambda: today)
    people, filters, query = filtered(request, team_of(actor, on=now.date()))
    page = Paginator(people, PEOPLE_A_PAGE).get_page(request.GET.get("p"))
    found = months.months(company=company, employees=list(page), first=first, now=now, is_lean=True)
    context = team_pages.month_context(
        page, found, first=first, today=today, filters=filters, query=query,
        overtime=_overtime(company, page, first),
    )  # fmt: skip
    return render(request, "attendance/team_month.html", context)


def _overtime(
    company: Company, people: Iterable[Employee], first: dt.date
) -> dict[int, dict[dt.date, OvertimeDay]] | None:
    """Return the extra minutes of the month; none in a company that has no policy for them."""
    if not company_settings(company).overtime:
        return None
    last = (first + dt.timedelta(days=32)).replace(day=1) - dt.timedelta(days=1)
    return overtime.overtime_days([person.pk for person in people], first=first, last=last)


def _member(request: HttpRequest, public_id: uuid.UUID) -> Employee:
    """Return the person, if whoever asks answers for them today."""
    actor, _company = managing(request)
    people = team_of(actor, on=timezone.now().date()).select_related("company")
    found: Employee = get_object_or_404(people, public_id=public_id)
    return found


@require_GET
def person_month(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Show one person's month as the person sees it."""
    employee, now = _member(request, public_id), timezone.now()
    first = asked_month(request, partial(date_of, employee, now))
    found = months.month(employee=employee, first=first, now=now)
    extra = overtime.of_month(employee, first, found.days[-1].date)
    context = pages.month_context(found, Links(employee), overtime=extra)
    return render(request, "attendance/month.html", context)


@require_GET
def person_day(request: HttpRequest, public_id: uuid.UUID, date: dt.date) -> HttpResponse:
    """Show one person's day as the person sees it; pictures only to who may see them.

    The punches come with what was said of the face, so that the look is recorded.
    """
    employee = _member(request, public_id)
    first = known_date(date).replace(day=1)
    found = months.month(employee=employee, first=first, now=timezone.now())
    actor, states = actor_of(request), months.punches_of_day(employee, date)
    looks_record(
        by=actor,
        seen=[Seen(employee, LookKind.EVIDENCE, state.punch, date) for state in states],
    )
    context = pages.day_context(
        found.days[date.day - 1],
        states,
        asked=list(of_date(employee.pk, date)),
        may_see=partial(permissions.can_view_frame, actor, answers_for=True),
        links=Links(employee),
        overtime=overtime_card(employee, found.days[date.day - 1], actor=actor),
    )
    return render(request, "attendance/day.html", context)
