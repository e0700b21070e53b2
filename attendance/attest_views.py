"""The page on which a manager attests that people of the team were there."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods

from attendance import wording
from attendance.fields import DayField
from attendance.rules import zones
from attendance.services.attest import Attested, Outcome, presence_attest
from attendance.team_views import filtered, managing, zone_of
from companies.models import Employee
from companies.once import token_of
from companies.selectors import team_of

_SAID = {
    Outcome.ADDED: (gettext_lazy("Added"), "good"),
    Outcome.ALREADY: (gettext_lazy("Added already"), "info"),
    Outcome.REFUSED: (gettext_lazy("Not added"), "warn"),
}


class PeopleField(forms.ModelMultipleChoiceField):
    """People by their public ids; what is no id is nobody."""

    def clean(self, value: Any) -> Any:
        try:
            return super().clean(value)
        except ValidationError as error:
            if error.code != "invalid":
                raise
            raise ValidationError(
                self.error_messages["invalid_choice"], code="invalid_choice"
            ) from None


class AttestForm(forms.Form):
    """Who was there, when, and why it has to be attested."""

    date = DayField(error_messages={"required": gettext_lazy("Choose the date.")})
    starts = forms.TimeField(required=False)
    ends = forms.TimeField(required=False)
    reason = forms.CharField(
        max_length=300, error_messages={"required": gettext_lazy("Please give a reason.")}
    )
    people = PeopleField(
        Employee.objects.none(),
        to_field_name="public_id",
        error_messages={
            "required": gettext_lazy("Choose who was there."),
            "invalid_choice": gettext_lazy("Somebody chosen is not in your team any more."),
            "invalid_pk_value": gettext_lazy("Somebody chosen is not in your team any more."),
        },
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if {"starts", "ends"} & self.errors.keys():
            return cleaned
        if cleaned.get("starts") is None and cleaned.get("ends") is None:
            raise ValidationError(_("Enter when they came, when they left, or both."))
        return cleaned


@require_http_methods(["GET", "HEAD", "POST"])
def attest(request: HttpRequest) -> HttpResponse:
    """Ask who was there and when; then say of each person what became of it.

    Sending it twice is harmless: its token counts once for each person (`presence_attest`).
    """
    actor, company = managing(request)
    now = timezone.now()
    team = team_of(actor, on=now.date()).select_related("company")
    people, filters, _query = filtered(request, team)
    data = request.POST.copy()
    if "everybody" in data:
        # All of the list that was shown: the address keeps its filters.
        data.setlist("people", [str(person.public_id) for person in people])
    form = AttestForm(data if request.method == "POST" else None)
    form.fields["people"].queryset = team  # type: ignore[attr-defined]
    if request.method == "POST" and form.is_valid():
        outcomes = presence_attest(
            employees=list(form.cleaned_data["people"]),
            date=form.cleaned_data["date"],
            starts=form.cleaned_data["starts"],
            ends=form.cleaned_data["ends"],
            reason=form.cleaned_data["reason"],
            by=actor,
            token=token_of(request),
        )
        return render(request, "attendance/attested.html", _outcome_context(outcomes, form))
    chosen = data.getlist("people") or request.GET.getlist("person")
    context = {
        "form": form,
        "filters": filters,
        "chose_everybody": "everybody" in data,
        "today": zones.local_date(now, zone_of(company, now)).isoformat(),
        "people": [
            {"id": str(person.public_id), "name": person.name, "code": person.code,
             "is_chosen": str(person.public_id) in chosen}
            for person in people
        ],
    }  # fmt: skip
    return render(request, "attendance/attest.html", context)


def _outcome_context(outcomes: list[Attested], form: AttestForm) -> dict[str, Any]:
    added = sum(item.outcome == Outcome.ADDED for item in outcomes)
    starts, ends = (form.cleaned_data[name] for name in ("starts", "ends"))
    if starts and ends:
        times = f"{starts:%H:%M}–{ends:%H:%M}"
    else:
        times = _("from %(time)s") % {"time": f"{starts:%H:%M}"} if starts else ""
        times = times or _("until %(time)s") % {"time": f"{ends:%H:%M}"}
    return {
        "date_text": wording.long_date(form.cleaned_data["date"]),
        "times": times,
        "reason": form.cleaned_data["reason"],
        "count_text": ngettext(
            "Added for %(count)s of %(all)s person.",
            "Added for %(count)s of %(all)s people.",
            len(outcomes),
        ) % {"count": added, "all": len(outcomes)},
        "outcomes": [
            {"name": item.employee.name, "words": words, "tone": tone, "sentence": item.sentence}
            for item in outcomes
            for words, tone in [_SAID[item.outcome]]
        ],
    }  # fmt: skip
