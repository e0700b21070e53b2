"""The rules of an overtime policy as a form: one block a rule, in words and numbers."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from attendance.overtime_pages import minutes_read, minutes_written
from companies.enums import Compensation, OvertimeBasis, OvertimeDays, ToleranceScope
from companies.validators import MOST_OVERTIME_RULES, validate_overtime_rules

_BLANKS = 2


class HoursField(forms.CharField):
    """A length of time as 8:00 or in minutes; empty is none."""

    widget = UnfoldAdminTextInputWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, max_length=6, **kwargs)

    def prepare_value(self, value: Any) -> Any:
        return minutes_written(value) if isinstance(value, int) else value

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        if not text:
            return None
        hours, _colon, rest = text.partition(":")
        # A week has more hours than a clock.
        if hours.isdigit() and rest.isdigit() and len(rest) == 2 and int(rest) < 60:
            return 60 * int(hours) + int(rest)
        found = minutes_read(text)
        if found is None:
            raise ValidationError(gettext_lazy("Write the time like 8:00, or as minutes: 480."))
        return found


def _choice(label: Any, choices: Any) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices.choices, widget=UnfoldAdminSelectWidget, required=False
    )


def _minutes(label: Any) -> forms.IntegerField:
    return forms.IntegerField(
        label=label, min_value=0, max_value=1440, required=False, initial=0,
        widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
    )  # fmt: skip


def _time(label: Any) -> forms.TimeField:
    return forms.TimeField(
        label=label, required=False, widget=UnfoldAdminTextInputWidget({"placeholder": "22:00"})
    )


class RuleForm(forms.Form):
    """One rule; a block without a name is none."""

    name = forms.CharField(
        label=gettext_lazy("Name"), required=False, max_length=60,
        widget=UnfoldAdminTextInputWidget,
        help_text=gettext_lazy("As people will read it. Empty: no such rule."),
    )  # fmt: skip
    basis = _choice(gettext_lazy("Which minutes"), OvertimeBasis)
    beyond_minutes = HoursField(
        label=gettext_lazy("Beyond (hours:minutes)"),
        help_text=gettext_lazy("Of a day or a week. Empty: what was scheduled."),
    )
    start = _time(gettext_lazy("From (time of day)"))
    end = _time(gettext_lazy("To (time of day)"))
    days = _choice(gettext_lazy("On"), OvertimeDays)
    rate_percent = forms.IntegerField(
        label=gettext_lazy("Rate (%)"), min_value=0, max_value=1000, required=False, initial=100,
        widget=UnfoldAdminTextInputWidget({"inputmode": "numeric"}),
    )  # fmt: skip
    compensation = _choice(gettext_lazy("Becomes"), Compensation)
    employer_tolerance_minutes = _minutes(gettext_lazy("Extra up to this is ignored (minutes)"))
    employee_tolerance_minutes = _minutes(gettext_lazy("Missing up to this is forgiven (minutes)"))
    tolerance = _choice(gettext_lazy("Tolerances hold"), ToleranceScope)
    daily_cap_minutes = HoursField(
        label=gettext_lazy("At most a day (hours:minutes)"),
        help_text=gettext_lazy("Empty: all of it."),
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if not cleaned.get("name"):
            return {}
        is_clock = cleaned.get("basis") == OvertimeBasis.CLOCK
        times = cleaned.get("start"), cleaned.get("end")
        if is_clock and (None in times or times[0] == times[1]):
            self.add_error("start", _("Give two different times of day."))
        return cleaned

    def rule(self) -> dict[str, Any]:
        """Return the rule as a version keeps it."""
        said = self.cleaned_data
        is_clock = said["basis"] == OvertimeBasis.CLOCK
        is_quantity = said["basis"] in (OvertimeBasis.DAY, OvertimeBasis.WEEK)
        return {
            "name": said["name"].strip(),
            "basis": said["basis"] or OvertimeBasis.DAY.value,
            "beyond_minutes": said["beyond_minutes"] if is_quantity else None,
            "start": _wall(said["start"]) if is_clock else None,
            "end": _wall(said["end"]) if is_clock else None,
            "days": said["days"] or OvertimeDays.WORKING.value,
            "rate_percent": 100 if said["rate_percent"] is None else said["rate_percent"],
            "compensation": said["compensation"] or Compensation.PAID.value,
            "employer_tolerance_minutes": said["employer_tolerance_minutes"] or 0,
            "employee_tolerance_minutes": said["employee_tolerance_minutes"] or 0,
            "tolerance": said["tolerance"] or ToleranceScope.DAY.value,
            "daily_cap_minutes": said["daily_cap_minutes"],
        }


def _wall(time: dt.time | None) -> str | None:
    return f"{time:%H:%M}" if time else None


RuleSet = forms.formset_factory(
    RuleForm, extra=_BLANKS, max_num=MOST_OVERTIME_RULES, absolute_max=MOST_OVERTIME_RULES
)


class RulesWidget(forms.Widget):
    """The blocks of all rules, and blank ones for more."""

    template_name = "attendance/admin/overtime_rules.html"

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        return RuleSet(data, prefix=name)

    def value_omitted_from_data(self, data: Any, files: Any, name: str) -> bool:
        return f"{name}-TOTAL_FORMS" not in data

    def get_context(self, name: str, value: Any, attrs: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context(name, None, attrs)
        is_bound = isinstance(value, forms.BaseFormSet)
        rules = value if is_bound else RuleSet(initial=_initial(value), prefix=name)
        context["rules"] = rules
        context["blocks"] = [(form, not form["name"].value()) for form in rules.forms]
        return context


def _initial(value: Any) -> list[dict[str, Any]]:
    # An address may bring any text as the first value of a field.
    return [item for item in value if isinstance(item, dict)] if isinstance(value, list) else []


class RulesField(forms.Field):
    """The rules of a policy, in order."""

    widget = RulesWidget

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(required=False, **kwargs)

    def clean(self, value: Any) -> list[dict[str, Any]]:
        if not isinstance(value, forms.BaseFormSet):
            return []
        if not value.is_valid():
            raise ValidationError(_("A rule is not complete; it says so itself."))
        rules = [form.rule() for form in value.forms if form.cleaned_data.get("name")]
        validate_overtime_rules(rules)
        return rules

    def has_changed(self, initial: Any, data: Any) -> bool:
        return True
