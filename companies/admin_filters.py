"""List filters of the admin that know nothing outside the own company."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db import models
from django.db.models import OuterRef, Subquery
from django.http import HttpRequest
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import RangeDateFilter
from unfold.contrib.filters.admin.mixins import DropdownMixin
from unfold.contrib.filters.forms import DropdownForm
from unfold.widgets import INPUT_CLASSES

from companies.admin_fields import RowSelect
from companies.models import Department, Employee, Office, Placement


class WordsFilter(DropdownMixin, admin.SimpleListFilter):
    """A choice among words; subclasses give `title`, `parameter_name` and `lookups`."""

    def choices(self, changelist: Any) -> Any:
        yield {
            "form": DropdownForm(
                label=self.title,
                name=self.parameter_name,
                choices=[self.all_option, *self.lookup_choices],
                data={self.parameter_name: self.value()},
            ),
        }


class RowFilter(WordsFilter):
    """A choice among rows of the own company, by public id.

    What is not among them, because it is another company's or never was, filters to nothing and
    shows no name: only choices that were offered are ever printed.
    """

    model: ClassVar[type[models.Model]]
    lookup: ClassVar[str]

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        rows = self.model._default_manager.all()
        return [(str(row.public_id), str(row)) for row in rows]  # type: ignore[attr-defined]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        value = self.value()
        if not value:
            return None
        try:
            return self.narrow(queryset, uuid.UUID(value))
        except ValueError:
            return queryset.none()

    def narrow(self, queryset: Any, row_id: uuid.UUID) -> Any:
        """Return the rows that belong to the chosen one."""
        return queryset.filter(**{f"{self.lookup}__public_id": row_id})


def placed_now(employees: Any, name: str, row_id: uuid.UUID) -> Any:
    """Return the employees whose placement in force today has this office, department, …"""
    in_force = Placement.objects.filter(
        employee=OuterRef("pk"), starts_on__lte=timezone.localdate()
    ).order_by("-starts_on")
    column = f"{name}_in_force"
    return employees.annotate(
        **{column: Subquery(in_force.values(f"{name}__public_id")[:1])}
    ).filter(**{column: row_id})


class PlaceFilter(RowFilter):
    """The people who stand somewhere today, or (`lookup`) the rows of these people."""

    place: ClassVar[str]
    lookup = ""

    def narrow(self, queryset: Any, row_id: uuid.UUID) -> Any:
        if not self.lookup:
            return placed_now(queryset, self.place, row_id)
        people = placed_now(Employee.objects.all(), self.place, row_id)
        return queryset.filter(**{f"{self.lookup}__in": people.values("pk")})


class OfficeFilter(PlaceFilter):
    title = gettext_lazy("Office")
    parameter_name = "office"
    model = Office
    place = "office"


class DepartmentFilter(PlaceFilter):
    title = gettext_lazy("Department")
    parameter_name = "department"
    model = Department
    place = "department"


class OfficeOfPersonFilter(OfficeFilter):
    lookup = "employee"


class DepartmentOfPersonFilter(DepartmentFilter):
    lookup = "employee"


def row_filter(
    name: str, model: type[models.Model], title: str | Promise, lookup: str = ""
) -> type[RowFilter]:
    """Return a `RowFilter` class over `model`, read from the parameter `name`."""
    members = {"parameter_name": name, "model": model, "title": title, "lookup": lookup or name}
    return type(f"{name.title()}RowFilter", (RowFilter,), members)


class _PersonForm(forms.Form):
    """One search box over the people of the own company."""

    def __init__(self, name: str, label: Any, model_admin: Any, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # Any key to a person will do: the box asks the site which people fit.
        key = Placement._meta.get_field("employee")
        attrs = {"class": "unfold-filter-autocomplete"}
        self.fields[name] = forms.ModelChoiceField(
            label=label,
            required=False,
            queryset=Employee.objects.all(),
            to_field_name="public_id",
            widget=RowSelect(key, model_admin.admin_site, attrs=attrs),
        )

    class Media(DropdownForm.Media):
        """The search box needs select2, as unfold's own filters do."""


class PersonFilter(RowFilter):
    """The rows of one person, found by name or code."""

    title = gettext_lazy("Person")
    parameter_name = "person"
    model = Employee
    lookup = "employee"
    form_class = _PersonForm

    def __init__(self, request: HttpRequest, params: Any, model: Any, model_admin: Any) -> None:
        self.model_admin = model_admin
        super().__init__(request, params, model, model_admin)

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return []

    def has_output(self) -> bool:
        return True

    def choices(self, changelist: Any) -> Any:
        yield {
            "form": _PersonForm(
                self.parameter_name, self.title, self.model_admin,
                data={self.parameter_name: self.value()},
            )
        }  # fmt: skip


class _DatesForm(forms.Form):
    """Two native date inputs; unfold's own need its calendar script."""

    def __init__(self, name: str, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for suffix, label in (("_from", gettext_lazy("From")), ("_to", gettext_lazy("To"))):
            attrs = {"type": "date", "aria-label": label, "class": " ".join(INPUT_CLASSES)}
            self.fields[name + suffix] = forms.DateField(
                label="", required=False, widget=forms.TextInput(attrs)
            )


class DateFilter(RangeDateFilter):
    """From a date to a date; what is no date is left out."""

    form_class = _DatesForm

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for key, value in list(self.used_parameters.items()):
            try:
                dt.date.fromisoformat(value)
            except ValueError:
                del self.used_parameters[key]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        column = self.parameter_name
        if isinstance(self.field, models.DateTimeField):
            column = f"{column}__date"
        limits = {"_from": "gte", "_to": "lte"}
        return queryset.filter(
            **{
                f"{column}__{limits[suffix]}": dt.date.fromisoformat(value)
                for suffix in limits
                if (value := self.used_parameters.get(f"{self.parameter_name}{suffix}"))
            }
        )
