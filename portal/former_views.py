"""Whoever no longer works somewhere asks for their own records, and takes them."""

from __future__ import annotations

import datetime as dt
import uuid
from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from companies import selectors, services
from companies.actor import Actor
from companies.enums import RequestOutcome
from companies.errors import MusterError
from companies.models import RecordsRequest
from companies.once import once
from companies.scoping import company_scope
from companies.selectors import Former
from portal.own_cells import Whose, zone_of


def _formers(request: HttpRequest) -> list[Former]:
    return selectors.former_companies(request.user, now=timezone.now())  # type: ignore[arg-type]


def _day(date: dt.date) -> str:
    return date_format(date, "D, j F Y")


@require_GET
def former(request: HttpRequest) -> HttpResponse:
    """Say where the person no longer works, and what became of what they asked for."""
    found = _formers(request)
    if not found:
        return redirect("portal:choose-company")
    actor: Actor = request.actor  # type: ignore[attr-defined]
    now = timezone.now()
    context = {"formers": [_line(item, now) for item in found], "is_elsewhere": bool(actor.company)}
    return render(request, "portal/former.html", context)


def _line(item: Former, now: dt.datetime) -> dict[str, Any]:
    latest = item.latest
    return {
        "id": item.company.public_id,
        "name": item.company.name,
        "last_day": _day(item.last_day) if item.last_day else "",
        "waits_since": _day(latest.asked_at.date())
        if latest and latest.outcome == RequestOutcome.WAITING
        else "",
        "refused": latest.reason if latest and latest.outcome == RequestOutcome.REFUSED else "",
        "open_until": _day(latest.available_until.date())
        if latest and latest.available_until and latest.is_available(now)
        else "",
        "request_id": latest.public_id if latest else "",
    }


def _of(request: HttpRequest, public_id: uuid.UUID) -> Former:
    """Return the former company; any other is like none."""
    for item in _formers(request):
        if item.company.public_id == public_id:
            return item
    raise Http404


@require_POST
@once
def records_ask(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Ask the company for one's records; asking twice is asking once."""
    item = _of(request, public_id)
    try:
        services.records_ask(
            company=item.company,
            note=request.POST.get("note", "").replace("\0", ""),
            by=_actor_in(request, item),
        )
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("%(company)s is asked.") % {"company": item.company.name})
    return redirect("portal:former")


def _actor_in(request: HttpRequest, item: Former) -> Actor:
    """Return the person as one of that company, with no right in it."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return replace(actor, company=item.company, employee=None, roles=frozenset())


@require_POST
def records_take(request: HttpRequest, public_id: uuid.UUID) -> HttpResponseBase:
    """Hand out the file that HR opened; a request of somebody else is like none."""
    found = [
        (item, row)
        for item in _formers(request)
        for row in item.requests
        if row.public_id == public_id
    ]
    if not found:
        raise Http404
    return _file(request, *found[0])


def _file(request: HttpRequest, item: Former, row: RecordsRequest) -> HttpResponseBase:
    actor, now = _actor_in(request, item), timezone.now()
    assert actor.user is not None  # noqa: S101  # signed in, by the middleware
    with company_scope(item.company):
        try:
            services.records_take(request=row, by=actor)
        except MusterError as error:
            messages.error(request, str(error))
            return redirect("portal:former")
        from portal.own_data import download  # noqa: PLC0415  # cold start: a page needs no export

        return download(Whose(actor.user, item.company, zone_of(actor, now=now)), now=now)
