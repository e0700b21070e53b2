"""HR grants leave to a person, or puts a balance right; always with a reason."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import INPUT_CLASSES, UnfoldAdminSelectWidget

from attendance.fields import DayField
from companies.admin_base import BaseAdmin
from companies.admin_forms import ReasonForm
from companies.models import Employee
from leave import wording
from leave.admin.words import allocation_words
from leave.models import Allocation, LeaveType, PlanAssignment
from leave.selectors.books import load_books
from leave.selectors.ledger import types_with_books
from leave.services import books
from leave.services.requests import today_of


def text_input(**attrs: str) -> forms.TextInput:
    """Return an input that looks as unfold's do."""
    return forms.TextInput({"class": " ".join(INPUT_CLASSES), **attrs})


def type_field(types: list[LeaveType]) -> forms.TypedChoiceField:
    """Return a choice of leave types, by public id."""
    by_id = {str(row.public_id): row for row in types}
    return forms.TypedChoiceField(
        label=gettext_lazy("Leave type"),
        choices=[(key, row.name) for key, row in by_id.items()],
        coerce=by_id.__getitem__,
        widget=UnfoldAdminSelectWidget,
    )


def amount_field(help_text: Any = "", **limits: Any) -> forms.DecimalField:
    """Return a field for days or hours, as the books hold them."""
    return forms.DecimalField(
        label=gettext_lazy("Amount"), max_digits=10, decimal_places=4, help_text=help_text,
        widget=text_input(inputmode="decimal"), **limits,
    )  # fmt: skip


def books_url(model_admin: BaseAdmin, employee: Employee) -> str:
    """Return the address of a person's lines."""
    address = reverse(f"{model_admin.admin_site.name}:leave_ledgerentry_changelist")
    return f"{address}?person={employee.public_id}"


class _GrantForm(ReasonForm):
    """How much of what, and when it may be used."""

    amount = amount_field(
        gettext_lazy("In days, or in hours where the type is kept so."), min_value=Decimal("0.0001")
    )
    starts_on = DayField(label=gettext_lazy("May be used from"), widget=text_input(type="date"))
    ends_on = DayField(
        label=gettext_lazy("to"), required=False, widget=text_input(type="date"),
        help_text=gettext_lazy("The last day on which it may be used. Empty: for good."),
    )  # fmt: skip
    is_protected = forms.BooleanField(
        label=gettext_lazy("Never lapses"), required=False,
        help_text=gettext_lazy("Bought days, for example: no carry-over and no end takes them."),
    )  # fmt: skip


def ask_grant(model_admin: BaseAdmin, request: HttpRequest, employee: Employee) -> HttpResponse:
    """Ask how much leave a person is given, from when to when, and why."""
    today = today_of(employee, timezone.now())
    plans = {
        str(row.public_id): row
        for row in PlanAssignment.objects.filter(employee=employee).select_related("plan")
    }

    class GrantForm(_GrantForm):
        leave_type = type_field(types_with_books(employee.company, today))
        under = forms.TypedChoiceField(
            label=gettext_lazy("Counts to the caps of"), required=False, empty_value=None,
            choices=[("", gettext_lazy("no plan")),
                     *((key, row.plan.name) for key, row in plans.items())],
            coerce=plans.__getitem__, widget=UnfoldAdminSelectWidget,
        )  # fmt: skip
        field_order = (
            "leave_type", "amount", "starts_on", "ends_on", "is_protected", "under", "reason",
        )  # fmt: skip

        def clean(self) -> dict[str, Any]:
            cleaned: dict[str, Any] = super().clean() or {}
            under, kind = cleaned.get("under"), cleaned.get("leave_type")
            if under is not None and kind is not None and under.plan.leave_type_id != kind.pk:
                self.add_error("under", _("This plan is of another leave type."))
            return cleaned

    def act(cleaned: dict[str, Any]) -> str:
        books.grant_give(employee=employee, by=request.actor, **cleaned)  # type: ignore[attr-defined]
        return _("%(amount)s of %(type)s granted to %(name)s.") % {
            "amount": wording.amount(cleaned["amount"]),
            "type": cleaned["leave_type"].name,
            "name": employee.name,
        }

    return model_admin.ask(
        request, row=employee, form=GrantForm, act=act, done_url=books_url(model_admin, employee),
        title=_("Grant leave"), submit=_("Grant it"),
        sentence=_("For %(name)s. It stands in the books from its first day on.")
        % {"name": employee.name},
    )  # fmt: skip


class _AdjustForm(ReasonForm):
    """By how much a balance is wrong."""

    amount = amount_field(gettext_lazy("Such as 1.5, or -2 to take two away."))
    effective_on = DayField(
        label=gettext_lazy("In force from"), required=False, widget=text_input(type="date"),
        help_text=gettext_lazy("Empty: today."),
    )  # fmt: skip


def ask_adjust(model_admin: BaseAdmin, request: HttpRequest, employee: Employee) -> HttpResponse:
    """Ask by how much a person's balance is changed, and why."""
    today = today_of(employee, timezone.now())
    found = _adjustable(employee, today)

    class AdjustForm(_AdjustForm):
        leave_type = type_field(types_with_books(employee.company, today))
        allocation = forms.TypedChoiceField(
            label=gettext_lazy("Of what was granted"), required=False, empty_value=None,
            choices=[("", gettext_lazy("in the order of use")),
                     *((key, words) for key, (_row, words) in found.items())],
            coerce=lambda key: found[key][0], widget=UnfoldAdminSelectWidget,
        )  # fmt: skip
        field_order = ("leave_type", "amount", "allocation", "effective_on", "reason")

        def clean(self) -> dict[str, Any]:
            cleaned: dict[str, Any] = super().clean() or {}
            row, kind = cleaned.get("allocation"), cleaned.get("leave_type")
            if row is not None and kind is not None and row.leave_type_id != kind.pk:
                self.add_error("allocation", _("This was granted of another leave type."))
            return cleaned

    def act(cleaned: dict[str, Any]) -> str:
        by, row = request.actor, cleaned.pop("allocation")  # type: ignore[attr-defined]
        if row is None:
            books.adjustment_spread(employee=employee, by=by, **cleaned)
        else:
            books.adjustment_add(employee=employee, by=by, allocation=row.key, **cleaned)
        return _("The balance of %(name)s is adjusted.") % {"name": employee.name}

    return model_admin.ask(
        request, row=employee, form=AdjustForm, act=act, done_url=books_url(model_admin, employee),
        title=_("Adjust leave"), submit=_("Adjust it"),
        sentence=_("For %(name)s. An adjustment is valid as long as what it adjusts, and never "
                   "takes what approved leave draws on.") % {"name": employee.name},
    )  # fmt: skip


def _adjustable(employee: Employee, today: dt.date) -> dict[str, tuple[Allocation, str]]:
    """Return what is left of what was granted, by public id, with words that tell them apart."""
    rows = Allocation.objects.filter(employee=employee).select_related("leave_type")
    loaded = load_books([employee.pk])
    found = {}
    for row in rows.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=today)):
        left = loaded[(employee.pk, row.leave_type_id)].books.left()[row.key]
        if not left:
            continue
        words = _("%(type)s %(dates)s: %(left)s left") % {
            "type": row.leave_type.name, "dates": allocation_words(row),
            "left": wording.amount(left),
        }  # fmt: skip
        found[str(row.public_id)] = (row, words)
    return found
