"""HR enters the public holidays of a place: seen first, then those that are ticked are added."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action

from companies.admin_base import BaseAdmin
from companies.errors import MusterError
from companies.once import once
from companies.selectors.holidays import (
    HolidayPlace,
    Suggestion,
    holiday_places,
    holidays_suggested,
)
from companies.services.places import public_holidays_add
from integrations.public_holidays import FIRST_YEAR, LAST_YEAR


class PublicHolidaysPage(BaseAdmin):
    """Pages of the work calendar with the way to enter a year's public holidays."""

    @action(description=gettext_lazy("Add public holidays"), url_path="public", icon="celebration")
    def public_holidays(self, request: HttpRequest) -> HttpResponse:
        """Show a year's public holidays of the offices' places, and add those that HR ticks."""
        if not self.may_act(request):
            raise PermissionDenied
        return _answer(self, request)


def _answer(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    company, today = request.actor.company, timezone.localdate()  # type: ignore[attr-defined]
    places = holiday_places(company, on=today)
    year = _year(request, today)
    place = _place(request, places)
    found = holidays_suggested(company, place, year) if place is not None else None

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method == "POST" and found is not None:
            form = _form(found)(request.POST)
            if form.is_valid():
                return _add(model_admin, request, found, form.cleaned_data["dates"])
        return _page(model_admin, request, places, place, found, year)

    return answer(request)


def _year(request: HttpRequest, today: dt.date) -> int:
    said = request.GET.get("year", "")
    year = int(said) if said.isdecimal() and len(said) <= 4 else today.year
    return min(max(year, FIRST_YEAR), LAST_YEAR)


def _place(request: HttpRequest, places: list[HolidayPlace]) -> HolidayPlace | None:
    said = request.GET.get("place", "")
    known = {_key(place): place for place in places}
    return known.get(said) or next(iter(known.values()), None)


def _key(place: HolidayPlace) -> str:
    return f"{place.country}-{place.region}" if place.region else place.country


def _form(found: Suggestion) -> type[forms.Form]:
    class DatesForm(forms.Form):
        dates = forms.TypedMultipleChoiceField(
            choices=[(day.date.isoformat(), day.name) for day in found.days],
            coerce=dt.date.fromisoformat,
        )

    return DatesForm


def _add(
    model_admin: BaseAdmin, request: HttpRequest, found: Suggestion, dates: list[dt.date]
) -> HttpResponse:
    actor = request.actor  # type: ignore[attr-defined]
    try:
        added = public_holidays_add(
            company=actor.company, place=found.place, year=found.year, dates=dates, by=actor
        )
    except MusterError as error:
        model_admin.message_user(request, str(error), level="error")
    else:
        model_admin.message_user(request, _said(len(added)))
    return HttpResponseRedirect(model_admin.address("changelist"))


def _said(count: int) -> str:
    if not count:
        return _("Nothing was added: all of it is there already.")
    words = ngettext(
        "%(count)s holiday was added. Leave on that date is counted anew within the hour.",
        "%(count)s holidays were added. Leave on those dates is counted anew within the hour.",
        count,
    )
    return words % {"count": count}


def _page(
    model_admin: BaseAdmin,
    request: HttpRequest,
    places: list[HolidayPlace],
    place: HolidayPlace | None,
    found: Suggestion | None,
    year: int,
) -> HttpResponse:
    site = model_admin.admin_site
    context: dict[str, Any] = {
        **site.each_context(request),
        "title": _("Public holidays %(year)s") % {"year": year},
        "trail": model_admin._trail(),
        "opts": model_admin.opts,
        "back_url": model_admin.address("changelist"),
        "places": [
            {
                "key": _key(each),
                "name": " · ".join(filter(None, (each.country, each.region))),
                "offices": ", ".join(each.offices),
                "is_shown": each == place,
            }
            for each in places
        ],
        "place_key": _key(place) if place is not None else "",
        "year": year,
        "years": [(each, each == year) for each in (year - 1, year, year + 1)],
        "found": found,
        "has_new": found is not None and any(not day.there for day in found.days),
        "is_refused": request.method == "POST",
    }
    request.current_app = site.name
    return TemplateResponse(request, "companies/admin/public_holidays.html", context)
