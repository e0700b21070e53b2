"""What judging anew would change, in words; and HR's page that shows it before it is written."""

from __future__ import annotations

import datetime as dt
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from attendance import wording
from attendance.enums import DayException, DayStatus
from attendance.fields import DayField
from attendance.models import AttendanceDay, AttendancePeriod
from attendance.services import recompute
from attendance.services.changes import FIGURES, Change, Figures
from attendance.services.recompute import Difference
from companies.actor import Actor
from companies.admin_base import BaseAdmin
from companies.admin_filters import placed_now
from companies.admin_forms import ReasonForm
from companies.errors import MusterError
from companies.models import Department, Employee, Office
from companies.once import once

# What a page may take to judge: some seconds.
MOST_DAYS = 10_000
_LABELS = {
    "status": gettext_lazy("status"),
    "code": gettext_lazy("code"),
    "shift_name": gettext_lazy("shift"),
    "scheduled_start_at": gettext_lazy("shift starts"),
    "scheduled_end_at": gettext_lazy("shift ends"),
    "first_in_at": gettext_lazy("in"),
    "last_out_at": gettext_lazy("out"),
    "worked_minutes": gettext_lazy("worked"),
    "break_minutes": gettext_lazy("breaks"),
    "late_minutes": gettext_lazy("late"),
    "early_minutes": gettext_lazy("left early"),
    "exceptions": gettext_lazy("needs a human"),
    "extra_minutes": gettext_lazy("extra"),
    "missing_minutes": gettext_lazy("missing"),
}


def _said(name: str, value: Any, zone: str) -> str:
    """Return one figure in words."""
    if name == "status":
        return str(DayStatus(value).label) if value else _("open")
    if name.endswith("_minutes"):
        return wording.minutes(value)
    if isinstance(value, dt.datetime):
        local = value.astimezone(ZoneInfo(zone))
        return f"{date_format(local, 'D')} {local:%H:%M}"
    if name == "exceptions":
        known = dict(DayException.choices)
        return ", ".join(str(known.get(item, item)) for item in value) or "–"
    return value or "–"


def _side(figures: Figures | None, names: list[str], zone: str) -> list[tuple[str, str]]:
    if figures is None:
        return [(_("no record"), "")]
    return [(str(_LABELS[name]), _said(name, figures.get(name, 0), zone)) for name in names]


def change_line(change: Change) -> dict[str, Any]:
    """Return a change as the page shows it: who, when, and the figures that differ."""
    before, after = change.before or {}, change.after or {}
    names = [name for name in FIGURES if before.get(name) != after.get(name)]
    # The code says again what the status says, unless halves stand behind it.
    if "status" in names and "code" in names:
        names.remove("code")
    return {
        "person": change.employee.name,
        "code": change.employee.code,
        "date": date_format(change.date, "D j M Y"),
        "before": _side(change.before, names, change.zone),
        "after": _side(change.after, names, change.zone),
    }


def difference_context(difference: Difference) -> dict[str, Any]:
    """Return what the list of changes shows."""
    return {
        "difference": difference,
        "lines": [change_line(change) for change in difference.shown],
        "left_out": difference.days - len(difference.shown),
    }


def reopening_card(period: AttendancePeriod, request: HttpRequest) -> str:
    """Return the card that says what a month's reopening would change at once."""
    difference = recompute.reopen_preview(
        period=period,
        now=timezone.now(),
        by=request.actor,  # type: ignore[attr-defined]
    )
    return render_to_string("attendance/admin/reopening.html", difference_context(difference))


def _date_field(label: Any) -> DayField:
    attrs = {"type": "date", "class": " ".join(INPUT_CLASSES)}
    return DayField(label=label, widget=forms.TextInput(attrs))


class StretchForm(forms.Form):
    """Whose days, and which: everybody's unless narrowed."""

    first = _date_field(gettext_lazy("From"))
    last = _date_field(gettext_lazy("To"))
    person = forms.CharField(
        label=gettext_lazy("Person"),
        required=False,
        max_length=120,
        help_text=gettext_lazy("Name or employee code; empty: everybody."),
        widget=forms.TextInput({"class": " ".join(INPUT_CLASSES)}),
    )
    office = forms.ModelChoiceField(
        Office.objects.none(), label=gettext_lazy("Office"), required=False,
        to_field_name="public_id", empty_label=gettext_lazy("Every office"),
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    department = forms.ModelChoiceField(
        Department.objects.none(), label=gettext_lazy("Department"), required=False,
        to_field_name="public_id", empty_label=gettext_lazy("Every department"),
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["office"].queryset = Office.objects.all()  # type: ignore[attr-defined]
        self.fields["department"].queryset = Department.objects.all()  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is None or last is None:
            return cleaned
        if last < first:
            self.add_error("last", _("The last day is before the first."))
            return cleaned
        count = ((last - first).days + 1) * self.people().count()
        if count > MOST_DAYS:
            raise ValidationError(
                _("These are %(count)s days. Choose a person, an office or fewer dates: "
                  "at most %(most)s at a time."),
                params={"count": count, "most": MOST_DAYS},
            )  # fmt: skip
        return cleaned

    def people(self) -> QuerySet[Employee]:
        """Return the people who were chosen: employed on these dates, or with days that stand."""
        people: QuerySet[Employee] = Employee.objects.all()
        text = self.cleaned_data.get("person", "").strip()
        if text:
            people = people.filter(Q(code__iexact=text) | Q(name__icontains=text))
        for name in ("office", "department"):
            row = self.cleaned_data.get(name)
            if row is not None:
                people = placed_now(people, name, row.public_id)
        first, last = self.cleaned_data["first"], self.cleaned_data["last"]
        is_employed = Q(joined_on__lte=last) & (Q(left_on__isnull=True) | Q(left_on__gte=first))
        standing = AttendanceDay.objects.filter(date__range=(first, last))
        return people.filter(is_employed | Q(pk__in=standing.values("employee")))


class ApplyForm(ReasonForm):
    """Why the difference that was seen is written."""

    fingerprint = forms.CharField(widget=forms.HiddenInput, max_length=64)


def recompute_view(model_admin: BaseAdmin, request: HttpRequest) -> HttpResponse:
    """Ask which days; show what judging them anew would change; write it when HR says so."""
    if not model_admin.may_act(request):
        raise PermissionDenied
    asked = StretchForm(request.GET) if request.GET else StretchForm()
    if not asked.is_valid():
        return _page(model_admin, request, asked)
    actor: Actor = request.actor  # type: ignore[attr-defined]
    said = {
        "company": actor.company, "employees": asked.people(), "first": asked.cleaned_data["first"],
        "last": asked.cleaned_data["last"], "now": timezone.now(), "by": actor,
    }  # fmt: skip

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        bound = ApplyForm(request.POST) if request.method == "POST" else None
        if bound is not None and bound.is_valid():
            try:
                done = recompute.recompute_apply(**said, **bound.cleaned_data)
            except MusterError as error:
                bound.add_error(None, str(error))
            else:
                return _done(model_admin, request, done)
        return _page(model_admin, request, asked, recompute.recompute_preview(**said), bound)

    return answer(request)


def _done(model_admin: BaseAdmin, request: HttpRequest, done: Difference) -> HttpResponse:
    sentence = ngettext("One day was judged anew.", "%(count)s days were judged anew.", done.days)
    model_admin.message_user(request, sentence % {"count": done.days})
    return HttpResponseRedirect(model_admin.address("changelist"))


def _page(
    model_admin: BaseAdmin,
    request: HttpRequest,
    asked: StretchForm,
    difference: Difference | None = None,
    form: ApplyForm | None = None,
) -> HttpResponse:
    site = model_admin.admin_site
    context = {
        **site.each_context(request),
        "title": _("Judge days anew"),
        "trail": model_admin._trail(),
        "asked": asked,
        "opts": model_admin.opts,
        "back_url": model_admin.address("changelist"),
    }
    if difference is not None:
        context |= difference_context(difference)
        context["judged"] = asked.people().count()
        context["form"] = form or ApplyForm()
        # What was seen is what is written: a difference that changed is looked at again.
        context["fingerprint"] = difference.fingerprint
    request.current_app = site.name
    return TemplateResponse(request, "attendance/admin/recompute.html", context)
