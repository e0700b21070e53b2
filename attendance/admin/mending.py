"""HR's ways of mending a day: set it by hand, skip it, leave it to the rules again."""

from __future__ import annotations

import datetime as dt
import re
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from attendance import permissions, wording
from attendance.admin.difference import recompute_view
from attendance.admin.entering import ask_enter
from attendance.enums import DayStatus, ManualAction
from attendance.fields import DayField
from attendance.models import AttendanceDay, ManualVerdict
from attendance.services import verdicts
from companies.admin_base import BaseAdmin, ReadOnlyAdmin, on_row
from companies.admin_filters import DateFilter, PersonFilter
from companies.admin_forms import ReasonForm
from companies.models import Employee

_HOURS = re.compile(r"(\d{1,2}):([0-5]\d)\Z")
_MOST_MINUTES = 48 * 60
_TONES = {"set": "info", "skipped": "warning", "released": ""}


def _input(**attrs: str) -> forms.TextInput:
    return forms.TextInput({"class": " ".join(INPUT_CLASSES), **attrs})


def _choices() -> list[tuple[str, Any]]:
    return [(status.value, status.label) for status in verdicts.SETTABLE]


class SetForm(ReasonForm):
    """What the day is, and why."""

    status = forms.TypedChoiceField(
        label=gettext_lazy("The day is"),
        choices=_choices,
        coerce=DayStatus,
        widget=UnfoldAdminSelectWidget,
    )
    second = forms.TypedChoiceField(
        label=gettext_lazy("Its second half is"),
        choices=lambda: [("", gettext_lazy("the same")), *_choices()],
        coerce=DayStatus,
        required=False,
        empty_value=None,
        widget=UnfoldAdminSelectWidget,
    )
    worked = forms.CharField(
        label=gettext_lazy("Worked"),
        required=False,
        max_length=5,
        help_text=gettext_lazy("Hours and minutes, such as 7:30; empty: none."),
        widget=_input(placeholder="0:00"),
    )
    field_order = ("date", "status", "second", "worked", "reason")

    def clean_worked(self) -> int:
        text = self.cleaned_data["worked"].strip()
        if not text:
            return 0
        found = _HOURS.match(text)
        minutes = 60 * int(found[1]) + int(found[2]) if found else _MOST_MINUTES + 1
        if minutes > _MOST_MINUTES:
            raise ValidationError(_("Write hours and minutes, such as 7:30; at most 48:00."))
        return minutes


class DatedSetForm(SetForm):
    """The same for a date that has no record yet."""

    date = DayField(label=gettext_lazy("Date"), widget=_input(type="date"))


def _set(employee: Employee, date: dt.date, cleaned: dict[str, Any], request: HttpRequest) -> str:
    first = cleaned["status"]
    verdicts.day_set(
        employee=employee,
        date=date,
        halves=(first, cleaned["second"] or first),
        worked_minutes=cleaned["worked"],
        reason=cleaned["reason"],
        by=request.actor,  # type: ignore[attr-defined]
    )
    return _("%(date)s of %(name)s is set by hand.") % {
        "date": date_format(date, "D j M Y"),
        "name": employee.name,
    }


class MendingDays(BaseAdmin):
    """The actions on a judged day; a part of `DayAdmin`."""

    actions_list: tuple[str, ...] = ("recompute",)
    actions_detail = ("add_punch", "set_by_hand", "skip", "release")

    def offers(self, request: HttpRequest, action: str, row: AttendanceDay) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        if not permissions.can_judge_by_hand(actor, row.employee):
            return False
        return row.is_by_hand if action == "release" else True

    @action(description=gettext_lazy("Judge days anew"), url_path="recompute", icon="refresh")
    def recompute(self, request: HttpRequest) -> HttpResponse:
        """Show what the settings now in force would change, then write it."""
        return recompute_view(self, request)

    @action(description=gettext_lazy("Add a punch"), url_path="add-punch", icon="more_time")
    @on_row
    def add_punch(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask when the person came and left that day, and why."""
        return ask_enter(self, request, row=row, employee=row.employee, date=row.date)

    @action(description=gettext_lazy("Set by hand"), url_path="set", icon="edit_calendar")
    @on_row
    def set_by_hand(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask what the day is, and why."""
        return self.ask(
            request, row=row, form=SetForm, done_url=self.row_url(row),
            title=_("Set this day by hand"), submit=_("Set the day"),
            sentence=_("Its punches stay recorded, marked as not used. What the rules would have "
                       "said is kept beside it."),
            act=lambda cleaned: _set(row.employee, row.date, cleaned, request),
        )  # fmt: skip

    @action(description=gettext_lazy("Skip"), url_path="skip", icon="event_busy")
    @on_row
    def skip(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then let the day have no record."""

        def act(cleaned: dict[str, Any]) -> str:
            verdicts.day_skip(
                employee=row.employee, date=row.date, reason=cleaned["reason"],
                by=request.actor,  # type: ignore[attr-defined]
            )  # fmt: skip
            return _("The day is skipped. It stands under “Days set by hand”.")

        return self.ask(
            request, row=row, form=ReasonForm, act=act, done_url=self.address("changelist"),
            title=_("Skip this day"), submit=_("Skip the day"), is_danger=True,
            sentence=_("It will have no record: neither present nor absent. Its punches stay "
                       "recorded, marked as not used."),
        )  # fmt: skip

    @action(description=gettext_lazy("Leave to the rules"), url_path="release", icon="undo")
    @on_row
    def release(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then judge the day by its punches again."""
        return _ask_release(self, request, row)


def _ask_release(
    model_admin: BaseAdmin, request: HttpRequest, row: AttendanceDay | ManualVerdict
) -> HttpResponse:
    def act(cleaned: dict[str, Any]) -> str:
        verdicts.day_release(
            employee=row.employee, date=row.date, reason=cleaned["reason"],
            by=request.actor,  # type: ignore[attr-defined]
        )  # fmt: skip
        return _("The day is judged by the rules again.")

    return model_admin.ask(
        request, row=row, form=ReasonForm, act=act, done_url=model_admin.address("changelist"),
        title=_("Leave this day to the rules"), submit=_("Judge it by the rules"),
        sentence=_("Its punches count again, and the day gets the status that they make."),
    )  # fmt: skip


class ManualAdmin(ReadOnlyAdmin):
    """What HR said of days by hand, the skipped ones too; the last row of a date holds."""

    list_display = ("employee", "on", "what", "said", "holds", "by_name", "created_at")
    list_select_related = ("employee", "replacement")
    list_filter = (("date", DateFilter), ("action", ChoicesDropdownFilter), PersonFilter)
    search_fields = ("employee__name", "employee__code", "reason")
    search_help_text = gettext_lazy("Name, code or reason")
    ordering = ("-date", "-id")
    fields = (
        "employee", "date", "action", "status", "code", "worked_minutes", "reason", "by_name",
        "created_at",
    )  # fmt: skip
    empty_words = gettext_lazy("Set a day by hand from its page, or from a person's.")
    actions_detail = ("release",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee", "replacement")

    @display(description=gettext_lazy("date"), ordering="date")
    def on(self, row: ManualVerdict) -> str:
        return date_format(row.date, "D j M Y")

    @display(description=gettext_lazy("what"), ordering="action", label=_TONES)
    def what(self, row: ManualVerdict) -> tuple[str, str]:
        return row.action, row.get_action_display()

    @display(description=gettext_lazy("status"))
    def said(self, row: ManualVerdict) -> str:
        if row.action != ManualAction.SET:
            return "–"
        worked = f", {wording.minutes(row.worked_minutes)}" if row.worked_minutes else ""
        return f"{row.code or row.status} {row.get_status_display()}{worked}"

    @display(description=gettext_lazy("in force"), boolean=True)
    def holds(self, row: ManualVerdict) -> bool:
        return not hasattr(row, "replacement") and row.action != ManualAction.RELEASED

    def words_of(self, row: ManualVerdict) -> str:
        return f"{row.employee.name} · {self.on(row)}"

    def offers(self, request: HttpRequest, action: str, row: ManualVerdict) -> bool:
        actor = request.actor  # type: ignore[attr-defined]
        return self.holds(row) and permissions.can_judge_by_hand(actor, row.employee)

    @action(description=gettext_lazy("Leave to the rules"), url_path="release", icon="undo")
    @on_row
    def release(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then judge the day by its punches again."""
        return _ask_release(self, request, row)


def ask_set_day(model_admin: BaseAdmin, request: HttpRequest, employee: Employee) -> HttpResponse:
    """Ask for a date of the person, what it is, and why."""
    return model_admin.ask(
        request, row=employee, form=DatedSetForm, done_url=model_admin.row_url(employee),
        title=_("Set a day by hand"), submit=_("Set the day"),
        sentence=_("For a date that has no record, or to change one whatever its punches say."),
        act=lambda cleaned: _set(employee, cleaned["date"], cleaned, request),
    )  # fmt: skip
