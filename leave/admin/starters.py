"""HR begins with what is usual in their country: seen first, then added; nothing is changed."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from django import forms
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action

from companies.admin_base import BaseAdmin
from companies.admin_fields import weekly_off_words
from companies.errors import MusterError
from companies.once import once
from leave.enums import CountsDaysOff, Frequency
from leave.selectors.starters import Standing, countries_of, starter_standing
from leave.services.starters import Applied, starter_apply
from leave.starters import COUNTRIES, StarterPlan, StarterType, starter_of

Words = str | Promise
# What a knob of a type says, in the order in which it is read.
_KNOBS: Final[Mapping[str, Callable[[Any], Words]]] = {
    "is_paid": lambda value: gettext_lazy("without pay"),
    "needs_allocation": lambda value: gettext_lazy("needs no balance"),
    "counts_days_off": lambda value: (
        gettext_lazy("days off inside are charged") if value == CountsDaysOff.YES else ""
    ),
    "most_per_request": lambda value: _("at most %(count)s at a time") % {"count": value},
    "most_in_a_row": lambda value: _("at most %(count)s in a row") % {"count": value},
    "most_per_period": lambda value: _("at most %(count)s a year") % {"count": value},
    "notice_days": lambda value: _("asked for %(count)s days before") % {"count": value},
    "usable_after_days": lambda value: _("after %(count)s days of employment") % {"count": value},
    "attachment_after": lambda value: (
        _("a letter above %(count)s") % {"count": value} if value != "0" else _("with a letter")
    ),
    "converts_planned": lambda value: gettext_lazy("takes the place of planned leave"),
    "comp_off_valid_days": lambda value: (
        _("earned by work on a day off, for %(count)s days") % {"count": value}
    ),
    "encash_keep": lambda value: _("what is above %(count)s may be paid out") % {"count": value},
}


def type_words(spec: StarterType) -> list[str]:
    """Return the rules of a starter's type, a few words each."""
    found = [_("in hours") if spec.rules.get("unit") == "hour" else ""]
    found += [str(words(spec.rules[key])) for key, words in _KNOBS.items() if key in spec.rules]
    for step in spec.chain:
        if step["decider"] == "hr":
            found.append(_hr_words(step.get("above")))
    return [each for each in found if each]


def _hr_words(above: str | None) -> str:
    return _("HR too above %(count)s") % {"count": above} if above else _("HR decides")


def plan_words(plan: StarterPlan) -> str:
    """Return what a starter's plan gives, level by level, and what of it moves on."""
    frequency = str(Frequency(plan.rules["frequency"]).label)
    is_yearly = plan.rules["frequency"] == Frequency.YEARLY
    levels = [_level_words(each, is_yearly=is_yearly) for each in plan.rules["milestones"]]
    carried = _carry_words(plan.rules["milestones"][0]) if "carry_on" in plan.rules else ""
    return "; ".join(filter(None, (f"{frequency}: {', '.join(levels)}", carried)))


def _level_words(level: Mapping[str, Any], *, is_yearly: bool) -> str:
    given: str = level.get("amount") or level["yearly"]
    if "yearly" in level and not is_yearly:
        given = _("%(amount)s a year") % {"amount": given}
    years = level.get("after_years")
    if not years:
        return given
    return _("%(given)s after %(years)s years") % {"given": given, "years": years}


def _carry_words(level: Mapping[str, Any]) -> str:
    if level.get("carry") == "none":
        return _("nothing moves on into the next year")
    most, months = level.get("carry_most"), level.get("carry_valid_months")
    if months:
        return _("up to %(most)s move on for %(months)s months") % {"most": most, "months": months}
    return _("up to %(most)s move on") % {"most": most}


class StarterForm(forms.Form):
    """Which of the types are wanted, and whether the offices get the usual days off."""

    types = forms.MultipleChoiceField(required=False)
    days_off = forms.BooleanField(required=False)

    def __init__(self, standing: Standing, *args: Any) -> None:
        super().__init__(*args)
        codes = [each.spec.code for each in standing.types]
        self.fields["types"].choices = [(code, code) for code in codes]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("types") and not cleaned.get("days_off"):
            raise forms.ValidationError(_("Choose among the lines below."))
        return cleaned


class StarterPage(BaseAdmin):
    """Pages of leave types with the way to begin with those of a country."""

    @action(
        description=gettext_lazy("Start with your country's leave"),
        url_path="starter",
        icon="rocket_launch",
    )
    def starter(self, request: HttpRequest) -> HttpResponse:
        """Show what the starter of a country would add, and add it when HR says so."""
        return starter_view(self, request)


def starter_view(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Answer the page: a country is chosen by its link, what it adds is shown, then added once."""
    if not model_admin.may_act(request):
        raise PermissionDenied
    company, today = request.actor.company, timezone.now().date()  # type: ignore[attr-defined]
    own = countries_of(company, on=today)
    country = request.GET.get("country") or next(iter(own), COUNTRIES[0])
    standing = starter_standing(company, country, on=today)

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method != "POST" or standing is None:
            return _page(model_admin, request, standing, own)
        form = StarterForm(standing, request.POST)
        if form.is_valid():
            return _add(model_admin, request, standing, form.cleaned_data, today)
        return _page(model_admin, request, standing, own, is_refused=True)

    return answer(request)


def _add(
    model_admin: BaseAdmin,
    request: HttpRequest,
    standing: Standing,
    chosen: dict[str, Any],
    today: dt.date,
) -> HttpResponse:
    try:
        done = starter_apply(
            company=request.actor.company,  # type: ignore[attr-defined]
            country=standing.starter.country, only=chosen["types"],
            has_days_off=chosen["days_off"], on=today, by=request.actor,  # type: ignore[attr-defined]
        )  # fmt: skip
    except MusterError as error:
        model_admin.message_user(request, str(error), level="error")
    else:
        model_admin.message_user(request, _said(done))
    return HttpResponseRedirect(model_admin.address("changelist"))


def _said(done: Applied) -> str:
    if not done.added:
        return _("Nothing was added: all of it is there already.")
    return _("Added: %(names)s. Now put people on their plans.") % {"names": ", ".join(done.added)}


def _page(
    model_admin: BaseAdmin,
    request: HttpRequest,
    standing: Standing | None,
    own: list[str],
    *,
    is_refused: bool = False,
) -> HttpResponse:
    site = model_admin.admin_site
    context = {
        **site.each_context(request),
        "title": _("Start with your country's leave"),
        "trail": model_admin._trail(),
        "opts": model_admin.opts,
        "back_url": model_admin.address("changelist"),
        "countries": list(_countries(standing, own)),
        "is_refused": is_refused,
    }
    if standing is not None:
        context |= {
            "starter": standing.starter,
            "types": [
                {"spec": each.spec, "there": each.there, "words": type_words(each.spec),
                 "plans": [(plan, plan_words(plan)) for plan in each.spec.plans]}
                for each in standing.types
            ],
            "offices": [each.office.name for each in standing.offices if not each.has_own],
            "days_off": weekly_off_words(dict(standing.starter.weekly_off)),
            "has_new": any(not each.there for each in standing.types)
            or any(not each.has_own for each in standing.offices),
        }  # fmt: skip
    request.current_app = site.name
    return TemplateResponse(request, "leave/admin/starter.html", context)


def _countries(standing: Standing | None, own: list[str]) -> Iterator[dict[str, Any]]:
    for country in [*own, *(each for each in COUNTRIES if each not in own)]:
        found = starter_of(country)
        if found is not None:
            is_shown = standing is not None and standing.starter.country == country
            yield {"code": country, "name": found.name, "is_shown": is_shown}
