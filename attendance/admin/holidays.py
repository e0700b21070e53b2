"""HR picks an optional holiday for a person, or gives one back; after its date only HR may."""

from __future__ import annotations

from typing import Any

from django import forms
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget

from attendance.selectors import holidays
from attendance.selectors.holidays import Offer
from attendance.services.holidays import holiday_pick, holiday_unpick
from companies.admin_base import BaseAdmin
from companies.models import Employee


def ask_holiday(model_admin: BaseAdmin, request: HttpRequest, employee: Employee) -> HttpResponse:
    """Ask which of the holidays offered this year and next to pick or to give back."""
    now = timezone.now()
    offers = {
        str(offer.day.public_id): offer
        for year in (now.year, now.year + 1)
        for offer in holidays.year_of(employee=employee, year=year, now=now).offers
    }

    class HolidayForm(forms.Form):
        holiday = forms.ChoiceField(
            label=gettext_lazy("Optional holiday"),
            choices=[(key, _said(offer)) for key, offer in offers.items()],
            widget=UnfoldAdminSelectWidget,
        )

    def act(cleaned: dict[str, Any]) -> str:
        offer = offers[cleaned["holiday"]]
        change = holiday_pick if offer.pick is None else holiday_unpick
        change(employee=employee, calendar_day=offer.day, by=request.actor)  # type: ignore[attr-defined]
        done = _("%(day)s is picked.") if offer.pick is None else _("%(day)s is given back.")
        return done % {"day": offer.day.name}

    return model_admin.ask(
        request, row=employee, form=HolidayForm, act=act, done_url=model_admin.row_url(employee),
        title=_("Optional holidays"), submit=_("Pick it, or give it back"),
        sentence=_("Those that are picked are days off for this person, up to the number that "
                   "the policy allows a year.")
        if offers else _("No optional holiday is offered to this person. The calendar names them."),
    )  # fmt: skip


def _said(offer: Offer) -> str:
    text = f"{date_format(offer.day.date, 'D j M Y')}, {offer.day.name}"
    return text if offer.pick is None else _("%(day)s (picked: give it back)") % {"day": text}
