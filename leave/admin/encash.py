"""HR pays leave out: what may be paid is shown with its reasons, then the sum, then it is done."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.admin_base import BaseAdmin
from companies.errors import MusterError
from companies.models import Employee
from companies.once import once
from leave import permissions, wording
from leave.admin.grants import amount_field, books_url, text_input, type_field
from leave.errors import PaidTooMuch
from leave.rules.earned import pay
from leave.selectors.paying import Payable, payable
from leave.services import books
from leave.services.requests import today_of


class _PayForm(forms.Form):
    """How much, and what each is worth."""

    amount = amount_field(min_value=Decimal("0.0001"))
    rate = forms.DecimalField(
        label=gettext_lazy("Paid for each"), min_value=0, max_digits=14, decimal_places=4,
        widget=text_input(inputmode="decimal"),
        help_text=gettext_lazy("A day, or an hour where the type is kept so."),
    )  # fmt: skip
    field_order = ("leave_type", "amount", "rate")


def pay_page(model_admin: BaseAdmin, request: HttpRequest, employee: Employee) -> HttpResponse:
    """Show what may be paid out and what a payment comes to; pay it when HR says so."""
    if not permissions.can_manage_books(request.actor, employee):  # type: ignore[attr-defined]
        raise PermissionDenied
    today = today_of(employee, timezone.now())
    found = payable(employee, today)

    class PayForm(_PayForm):
        leave_type = type_field([each.leave_type for each in found])

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        if request.method != "POST":
            return _page(model_admin, request, employee, found, PayForm())
        form = PayForm(request.POST)
        # What was looked at is what is paid: an amount that was changed since is looked at again.
        is_seen = form.is_valid() and request.POST.get("seen") == _seen(form)
        if is_seen and request.POST.get("step") == "do":
            try:
                books.encash(employee=employee, by=request.actor, **form.cleaned_data)  # type: ignore[attr-defined]
            except MusterError as error:
                form.add_error("amount", str(error))
            else:
                messages.success(request, _("%(sum)s is paid out.") % _said(form))
                return HttpResponseRedirect(books_url(model_admin, employee))
        return _page(model_admin, request, employee, found, form)

    return answer(request)


def _seen(form: forms.Form) -> str:
    cleaned = form.cleaned_data
    return f"{cleaned['leave_type'].public_id}:{cleaned['amount']}:{cleaned['rate']}"


def _said(form: forms.Form) -> dict[str, Any]:
    cleaned = form.cleaned_data
    return {
        "amount": wording.amount(cleaned["amount"]),
        "rate": wording.amount(cleaned["rate"]),
        "sum": wording.amount(pay(cleaned["amount"], cleaned["rate"])),
        "type": cleaned["leave_type"].name,
    }


def _page(
    model_admin: BaseAdmin, request: HttpRequest, employee: Employee, found: list[Payable],
    form: forms.Form,
) -> HttpResponse:  # fmt: skip
    looked: dict[str, Any] = {}
    if form.is_bound and form.is_valid():
        looked = {**_said(form), "seen": _seen(form)}
        (most,) = (each.most for each in found
                   if each.leave_type == form.cleaned_data["leave_type"])  # fmt: skip
        if form.cleaned_data["amount"] > most:
            form.add_error("amount", str(PaidTooMuch(most=wording.amount(most))))
            looked = {}
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("Pay leave out"),
        "trail": model_admin._trail(employee),
        "employee": employee,
        "found": [_line(each) for each in found],
        "form": form,
        "looked": looked,
        "back_url": model_admin.row_url(employee),
        "opts": model_admin.opts,
        "object": employee,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "leave/admin/pay.html", context)


def _line(each: Payable) -> dict[str, str]:
    names = ("there", "keeps", "a_year", "paid", "most")
    return {
        "type": each.leave_type.name,
        **{name: wording.amount(getattr(each, name)) for name in names},
    }
