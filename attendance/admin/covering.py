"""HR puts somebody on duty, or lets them have worked from home, for a day or several."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from attendance.enums import CorrectionKind
from attendance.fields import DayField
from attendance.rules.corrections import MARKS, Wanted
from attendance.services.corrections import correction_give
from companies.admin_base import BaseAdmin
from companies.admin_forms import ReasonForm
from companies.models import Employee


def _date() -> forms.TextInput:
    return forms.TextInput({"class": " ".join(INPUT_CLASSES), "type": "date"})


class CoverForm(ReasonForm):
    """Where the person was, from when to when, and how HR knows."""

    kind = forms.TypedChoiceField(
        label=gettext_lazy("The person was"),
        choices=lambda: [(kind.value, kind.label) for kind in MARKS],
        coerce=CorrectionKind,
        widget=UnfoldAdminSelectWidget,
    )
    first = DayField(label=gettext_lazy("First day"), widget=_date())
    last = DayField(
        label=gettext_lazy("Last day"), required=False, widget=_date(),
        help_text=gettext_lazy("Empty: one day. Days of leave are left out."),
    )  # fmt: skip
    with_days_off = forms.BooleanField(label=gettext_lazy("Days off too"), required=False)
    field_order = ("kind", "first", "last", "with_days_off", "reason")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first is not None and last is not None and last < first:
            self.add_error("last", ValidationError(_("The last day is before the first.")))
        return cleaned


def ask_cover(model_admin: BaseAdmin, request: HttpRequest, employee: Employee) -> HttpResponse:
    """Ask where the person was, and why HR writes it down; the person is told."""

    def act(cleaned: dict[str, Any]) -> str:
        wanted = Wanted(
            kind=cleaned["kind"],
            first=cleaned["first"],
            last=cleaned["last"] or cleaned["first"],
            with_days_off=cleaned["with_days_off"],
        )
        correction_give(
            employee=employee,
            wanted=wanted,
            reason=cleaned["reason"],
            by=request.actor,  # type: ignore[attr-defined]
        )
        return _("The days are marked and judged again. %(name)s is told.") % {
            "name": employee.name
        }

    return model_admin.ask(
        request, row=employee, form=CoverForm, act=act, done_url=model_admin.row_url(employee),
        title=_("On duty or from home"), submit=_("Mark the days"),
        sentence=_("The days count as present. It can be taken back from the person's day, in the "
                   "team's pages; punches stay as they are."),
    )  # fmt: skip
