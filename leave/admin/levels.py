"""The levels of a plan as a form's rows: since when, how much, up to where, what moves on."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminIntegerFieldWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
    UnfoldBooleanWidget,
)

from leave import wording
from leave.enums import Carry

MOST_ROWS = 20
_SPARE_ROWS = 3
_Rows: Any = forms.BaseFormSet
_STEPS = (
    ("", gettext_lazy("not rounded")),
    ("0.25", gettext_lazy("to quarters")),
    ("0.5", gettext_lazy("to halves")),
    ("1", gettext_lazy("to whole ones")),
)
# The names of numbers and amounts are those of the rules' plain data.
_NUMBERS = ("after_years", "after_months", "after_days", "carry_valid_days", "carry_valid_months")
_AMOUNTS = ("amount", "yearly", "balance_cap", "yearly_cap", "carry_most", "carry_debt_limit")
_VALID = ("carry_valid_days", "carry_valid_months", "carry_valid_until")


def _number(label: Any, help_text: Any = "") -> forms.IntegerField:
    return forms.IntegerField(
        label=label, help_text=help_text, min_value=0, max_value=36600, required=False,
        widget=UnfoldAdminIntegerFieldWidget,
    )  # fmt: skip


def _amount(label: Any, help_text: Any = "") -> forms.DecimalField:
    return forms.DecimalField(
        label=label, help_text=help_text, min_value=0, max_digits=10, decimal_places=4,
        required=False, widget=UnfoldAdminDecimalFieldWidget,
    )  # fmt: skip


class LevelForm(forms.Form):
    """One level of a plan; a row without any amount is left out."""

    after_years = _number(gettext_lazy("Begins after years"), gettext_lazy("Empty: at once."))
    after_months = _number(gettext_lazy("and months"))
    after_days = _number(gettext_lazy("and days"))
    amount = _amount(gettext_lazy("Each period credits"))
    yearly = _amount(
        gettext_lazy("or a year credits"), gettext_lazy("Spread over the periods of the year.")
    )
    round_to = forms.ChoiceField(
        label=gettext_lazy("Each credit is rounded"), choices=_STEPS, required=False,
        widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    balance_cap = _amount(
        gettext_lazy("Highest balance"),
        gettext_lazy("Credits stop there; taking leave makes room."),
    )
    yearly_cap = _amount(
        gettext_lazy("Most a leave year"), gettext_lazy("Without what is carried.")
    )
    carry = forms.ChoiceField(
        label=gettext_lazy("When the rest is cut"), choices=Carry.choices, initial=Carry.ALL,
        required=False, widget=UnfoldAdminSelectWidget,
    )  # fmt: skip
    carry_most = _amount(gettext_lazy("Moves on at most"))
    carry_valid_days = _number(
        gettext_lazy("Carried days are valid for days"), gettext_lazy("Empty: for good.")
    )
    carry_valid_months = _number(gettext_lazy("or for months"))
    carry_valid_until = forms.DateField(
        label=gettext_lazy("or until a day of the year"), required=False,
        widget=UnfoldAdminTextInputWidget({"type": "date"}),
        help_text=gettext_lazy("Day and month count, not the year."),
    )  # fmt: skip
    carry_debt_limit = _amount(
        gettext_lazy("Debt that moves on at most"), gettext_lazy("Empty: all of it.")
    )

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if self.errors or not self.is_level:
            return cleaned
        if cleaned.get("amount") is None and cleaned.get("yearly") is None:
            self.add_error("amount", _("Say what a period credits, or a year."))
        elif cleaned.get("amount") is not None and cleaned.get("yearly") is not None:
            self.add_error("yearly", _("Only one of the two: each period's, or the year's."))
        if cleaned.get("carry") == Carry.UP_TO and cleaned.get("carry_most") is None:
            self.add_error("carry_most", _("Say how much moves on at most."))
        if sum(cleaned.get(name) is not None for name in _VALID) > 1:
            self.add_error("carry_valid_days", _("Only one of: days, months, a day of the year."))
        return cleaned

    @property
    def is_level(self) -> bool:
        """Return whether the row says something and stays."""
        cleaned = getattr(self, "cleaned_data", {})
        if cleaned.get("DELETE"):
            return False
        said = {name: value for name, value in cleaned.items() if value not in (None, "", False)}
        return bool(said.keys() - {"carry"}) or said.get("carry", Carry.ALL) != Carry.ALL

    @property
    def is_open(self) -> bool:
        """Return whether the page shows it at once: what says something, or is wrong."""
        return bool(self.initial) or (self.is_bound and (bool(self.errors) or self.is_level))

    def plain(self) -> dict[str, Any]:
        """Return the level as it is stored (`leave.rules.plan_form`)."""
        cleaned = self.cleaned_data
        found: dict[str, Any] = {name: cleaned[name] for name in _NUMBERS if cleaned[name]}
        # Zero days of validity and zero days after the start are told apart from nothing.
        found |= {name: 0 for name in _VALID[:2] if cleaned[name] == 0}
        amounts = ((name, cleaned[name]) for name in _AMOUNTS)
        found |= {name: wording.amount(value) for name, value in amounts if value is not None}
        if cleaned["round_to"]:
            found["round_to"] = cleaned["round_to"]
        if cleaned["carry_valid_until"]:
            found["carry_valid_until"] = cleaned["carry_valid_until"].isoformat()
        carry = cleaned["carry"] or Carry.ALL
        return found if carry == Carry.ALL else {**found, "carry": carry}


class LevelRows(_Rows):
    """The levels of a plan, the first one first."""

    deletion_widget = UnfoldBooleanWidget

    def add_fields(self, form: forms.Form, index: int | None) -> None:
        super().add_fields(form, index)
        form.fields["DELETE"].label = _("Leave this milestone out")

    def levels(self) -> list[LevelForm]:
        """Return the rows that say something."""
        return [form for form in self.forms if form.is_level]


level_rows: Any = forms.formset_factory(
    LevelForm, formset=LevelRows, extra=_SPARE_ROWS, max_num=MOST_ROWS, validate_max=True,
    can_delete=True,
)  # fmt: skip


def rows_of(milestones: list[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Return what the rows of a form show of levels that stand."""
    return [
        {
            name: dt.date.fromisoformat(value) if name == "carry_valid_until" else value
            for name, value in level.items()
        }
        for level in milestones
    ]
