"""The form by which HR takes a candidate in: filled in by what the application says."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminDecimalFieldWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextInputWidget,
)

from companies.admin_fields import RowSelect
from companies.enums import EmploymentType, StipendPer
from companies.models import Application, Department, Employee, Internship, Office, Placement, Shift


def _date(label: Any, **kwargs: Any) -> forms.DateField:
    return forms.DateField(
        label=label, widget=UnfoldAdminTextInputWidget({"type": "date"}), **kwargs
    )


def _row(model: Any, label: Any, initial: Any = None) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        model.objects.all(), label=label, required=False, to_field_name="public_id",
        initial=initial.public_id if initial is not None else None, widget=UnfoldAdminSelectWidget,
    )  # fmt: skip


def _person(key: Any, site: Any, **kwargs: Any) -> forms.ModelChoiceField:
    return forms.ModelChoiceField(
        Employee.objects.all(), label=capfirst(key.verbose_name), required=False,
        to_field_name="public_id", widget=RowSelect(key, site), **kwargs,
    )  # fmt: skip


def _free_code() -> str:
    """Return an employee code that is free, after the last number; HR may write another."""
    taken = set(Employee.objects.values_list("code", flat=True))
    number = len(taken) + 1
    while f"E{number:03}" in taken:
        number += 1
    return f"E{number:03}"


def hire_form(row: Application, site: Any) -> type[forms.Form]:
    """Return the form with what the application and its opening say."""
    opening = row.opening

    class HireForm(forms.Form):
        name = forms.CharField(
            label=gettext_lazy("Name"), max_length=120, initial=row.name,
            widget=UnfoldAdminTextInputWidget,
        )  # fmt: skip
        email = forms.EmailField(
            label=gettext_lazy("E-mail"), initial=row.email, widget=UnfoldAdminEmailInputWidget,
            help_text=gettext_lazy("The link to sign in goes there."),
        )  # fmt: skip
        code = forms.CharField(
            label=gettext_lazy("Employee code"), max_length=30, initial=_free_code(),
            widget=UnfoldAdminTextInputWidget,
        )  # fmt: skip
        employment_type = forms.ChoiceField(
            label=gettext_lazy("Employment type"), choices=EmploymentType.choices,
            initial=opening.kind, widget=UnfoldAdminSelectWidget,
        )  # fmt: skip
        joined_on = _date(gettext_lazy("Joins on"))
        office = _row(Office, gettext_lazy("Office"), opening.office)
        department = _row(Department, gettext_lazy("Department"), opening.department)
        manager = _person(Placement._meta.get_field("manager"), site)
        default_shift = _row(Shift, gettext_lazy("Default shift"))
        ends_on = _date(
            gettext_lazy("Last day of the internship"), required=False,
            help_text=gettext_lazy("This and what follows: for interns only."),
        )  # fmt: skip
        mentor = _person(Internship._meta.get_field("mentor"), site)
        stipend_per = forms.ChoiceField(
            label=gettext_lazy("Stipend"), choices=StipendPer.choices,
            widget=UnfoldAdminSelectWidget,
        )  # fmt: skip
        stipend_amount = forms.DecimalField(
            label=gettext_lazy("Amount"), max_digits=12, decimal_places=2, min_value=0,
            required=False, widget=UnfoldAdminDecimalFieldWidget,
            help_text=gettext_lazy("In the currency that you pay in. Empty: none."),
        )  # fmt: skip

        def clean_stipend_per(self) -> StipendPer:
            return StipendPer(self.cleaned_data["stipend_per"])

        def clean_code(self) -> str:
            code: str = self.cleaned_data["code"]
            if Employee.objects.filter(code=code).exists():
                raise forms.ValidationError(_("Another person has this employee code."))
            return code

    return HireForm
