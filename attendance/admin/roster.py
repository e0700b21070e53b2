"""HR's pages of the roster."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from attendance.admin.dated import TellsOfSettledDays
from attendance.models import ShiftAssignment
from attendance.services import roster
from companies import permissions
from companies.actor import Actor
from companies.admin_filters import (
    DateFilter,
    OfficeOfPersonFilter,
    PersonFilter,
    row_filter,
)
from companies.admin_forms import RecordForm
from companies.errors import MusterError
from companies.models import Shift


class AssignmentForm(RecordForm):
    """A person on a shift; the service checks and writes it, under the person's lock."""

    def _post_clean(self) -> None:
        """Write by the service, where all is well so far; what it refuses is told in the form."""
        super()._post_clean()
        if self.errors:
            return
        cleaned = self.cleaned_data
        current = ShiftAssignment.objects.filter(pk=self.instance.pk).first()
        try:
            with transaction.atomic():
                self.instance = roster.assignment_save(
                    employee=cleaned.get("employee") or self.instance.employee,
                    shift=cleaned["shift"],
                    starts_on=cleaned["starts_on"],
                    ends_on=cleaned["ends_on"],
                    by=self.actor,
                    assignment=current,
                )
        except MusterError as error:
            self.add_error(None, ValidationError(str(error), code=error.code))


class AssignmentAdmin(TellsOfSettledDays):
    """Who works which shift from when to when; nothing overlaps."""

    form = AssignmentForm
    list_display = ("employee", "shift", "starts_on", "ends_on")
    list_select_related = ("employee", "shift")
    list_filter = (
        PersonFilter,
        row_filter("shift", Shift, gettext_lazy("Shift")),
        ("starts_on", DateFilter),
        OfficeOfPersonFilter,
    )
    search_fields = ("employee__name", "employee__code")
    ordering = ("-starts_on", "employee__name")
    autocomplete_fields = ("employee",)
    fields = ("employee", "shift", "starts_on", "ends_on")
    empty_words = gettext_lazy("Without one, people work the default shift of their placement.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee", "shift")

    def manages(self, actor: Actor, row: Any = None) -> bool:
        if row is None:
            return super().manages(actor)
        return permissions.can_manage_person(actor, row.employee)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The form's service has saved and audited it."""

    def _settled_days(self, row: Any, since: dt.date) -> Any:
        days = super()._settled_days(row, since).filter(employee=row.employee_id)
        return days.filter(date__lte=row.ends_on) if row.ends_on else days

    def _whose(self, row: Any) -> dict[str, str]:
        return {"person": row.employee.code}

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        roster.assignment_delete(assignment=obj, by=request.actor)  # type: ignore[attr-defined]
