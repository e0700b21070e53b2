"""The end of a leave year for HR: what is carried, lapses and is paid, per person; then done."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string
from django.template.response import TemplateResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget

from companies.actor import Actor
from companies.admin_base import ReadOnlyAdmin, on_row
from companies.admin_filters import DateFilter, row_filter
from companies.admin_forms import ReasonForm
from companies.errors import MusterError
from companies.once import once
from leave import permissions, wording
from leave.admin.grants import text_input
from leave.models import LeaveType, LeaveYearClose
from leave.rules.years import DAY
from leave.selectors.ledger import types_with_books
from leave.services import year_end
from leave.services.closing import PersonYear
from leave.terms import leave_settings

# So many people on a page; what is done is always done for all.
A_PAGE = 100
_YEARS_BACK = 3


def year_choices(types: list[LeaveType], today: dt.date) -> dict[str, tuple[LeaveType, dt.date]]:
    """Return the leave years that may be looked at, the present one first: type and last day."""
    found: dict[str, tuple[LeaveType, dt.date]] = {}
    for leave_type in types:
        settings = leave_settings(leave_type.company)
        date = today
        for _year in range(1 + _YEARS_BACK):
            rules = settings.type_on(leave_type.pk, date)
            assert rules is not None  # noqa: S101  # it has books
            year = rules.leave_year.of(date)
            found[f"{leave_type.public_id}:{year.last.isoformat()}"] = (leave_type, year.last)
            date = year.first - DAY
    return found


class _YearForm(forms.Form):
    """Which year ends, and whether what would lapse is paid."""

    pays = forms.BooleanField(
        label=gettext_lazy("Pay out what would lapse"), required=False,
        help_text=gettext_lazy("As far as the type allows it, above what always stays."),
    )  # fmt: skip
    rate = forms.DecimalField(
        label=gettext_lazy("Paid for each"), required=False, min_value=0, max_digits=14,
        decimal_places=4, widget=text_input(inputmode="decimal"),
        help_text=gettext_lazy("Written beside what is paid; 0 if payroll knows it."),
    )  # fmt: skip
    field_order = ("year", "pays", "rate")

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or {}
        if cleaned.get("pays") and cleaned.get("rate") is None and "rate" not in self.errors:
            self.add_error("rate", _("Say what is paid for each; 0 if payroll knows it."))
        return cleaned

    @property
    def paid_at(self) -> Decimal | None:
        return self.cleaned_data["rate"] if self.cleaned_data["pays"] else None


class LeaveYearCloseAdmin(ReadOnlyAdmin):
    """Leave years that were closed; they are closed and opened again by services."""

    list_display = ("leave_type", "until", "carried", "lapsed", "closed_at", "closed_by")
    list_select_related = ("leave_type", "closed_by")
    list_filter = (
        row_filter("leave_type", LeaveType, gettext_lazy("Leave type")),
        ("closed_to", DateFilter),
    )
    ordering = ("-closed_to", "leave_type__name")
    fields = ("leave_type", "closed_to", "closed_at", "closed_by")
    change_form_template = "leave/admin/closed_year.html"
    empty_words = gettext_lazy(
        "No leave year is closed. Look at what the end of one does, then close it."
    )
    actions_list = ("close_year",)
    actions_detail = ("reopen",)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("leave_type__company", "closed_by")

    @display(description=gettext_lazy("closed up to and with"), ordering="closed_to")
    def until(self, row: LeaveYearClose) -> str:
        return date_format(row.closed_to, "D j M Y")

    @display(description=gettext_lazy("carried"))
    def carried(self, row: LeaveYearClose) -> str:
        return _total(row, "carried")

    @display(description=gettext_lazy("lapsed"))
    def lapsed(self, row: LeaveYearClose) -> str:
        return _total(row, "lapsed")

    def words_of(self, row: LeaveYearClose) -> str:
        return f"{row.leave_type} · {self.until(row)}"

    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: LeaveYearClose = kwargs["obj"]
        context |= {
            "closed": row,
            "until": self.until(row),
            "totals": [(label, _total(row, name)) for name, label in _TOTALS],
        }
        return super().render_change_form(request, context, **kwargs)

    def offers(self, request: HttpRequest, action: str, row: LeaveYearClose) -> bool:
        by = request.actor  # type: ignore[attr-defined]
        later = LeaveYearClose.objects.filter(
            leave_type=row.leave_type_id, closed_to__gt=row.closed_to
        )
        return permissions.can_manage_leave(by, row) and not later.exists()

    @action(description=gettext_lazy("End of a leave year"), url_path="end", icon="event_available")
    def close_year(self, request: HttpRequest) -> HttpResponse:
        """Show what the end of a leave year does, per person; do it when HR says so."""
        return year_page(self, request)

    @action(description=gettext_lazy("Open again"), url_path="reopen", icon="lock_open")
    @on_row
    def reopen(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Show what would change at once, ask why, then open the year again."""
        by: Actor = request.actor  # type: ignore[attr-defined]
        found = year_end.reopen_preview(closed=row, by=by)

        class ReopenForm(ReasonForm):
            fingerprint = forms.CharField(
                widget=forms.HiddenInput, required=False, initial=found.fingerprint
            )

        def act(cleaned: dict[str, Any]) -> str:
            count = year_end.year_reopen(closed=row, by=by, **cleaned)
            words = _("The year is open again. ")
            return words + (
                ngettext("The books of one person changed.",
                         "The books of %(count)s people changed.", count) % {"count": count}
            )  # fmt: skip

        shown = {"people": [_line(each.year) for each in found.endings[:A_PAGE]],
                 "left_out": max(0, len(found.endings) - A_PAGE),
                 "count": len(found.endings)}  # fmt: skip
        return self.ask(
            request, row=row, form=ReopenForm, act=act, done_url=self.address("changelist"),
            title=_("Open this leave year again"), submit=_("Open it again"), is_danger=True,
            above=render_to_string("leave/admin/reopening.html", shown),
            sentence=_("Leave and grants of the year may be changed again. What is carried and "
                       "lapses follows when you close it once more."),
        )  # fmt: skip


_TOTALS = (
    ("before", gettext_lazy("Rest")),
    ("carried", gettext_lazy("Carried")),
    ("lapsed", gettext_lazy("Lapsed")),
    ("encashed", gettext_lazy("Paid out")),
    ("after", gettext_lazy("New year opens with")),
)


def _total(row: LeaveYearClose, name: str) -> str:
    return wording.amount(abs(Decimal(row.totals.get(name, "0"))))


def _line(year: PersonYear) -> dict[str, str]:
    """Return one person's year as the table shows it."""
    amounts = {
        name: wording.amount(getattr(year, name))
        for name in ("before", "carried", "encashed", "after")
    }
    lost = -year.lapsed
    return {
        "person": year.employee.name,
        "code": year.employee.code,
        "lapsed": wording.amount(lost),
        **amounts,
    }


def year_page(model_admin: LeaveYearCloseAdmin, request: HttpRequest) -> HttpResponse:
    """Show the end of a leave year, and close it when HR says so."""
    if not model_admin.may_act(request):
        raise PermissionDenied
    by: Actor = request.actor  # type: ignore[attr-defined]
    assert by.company is not None  # noqa: S101  # HR acts in one
    today = timezone.now().date()
    years = year_choices(types_with_books(by.company, today), today)

    class YearForm(_YearForm):
        year = forms.TypedChoiceField(
            label=gettext_lazy("Leave year"), coerce=years.__getitem__,
            choices=[(key, _year_words(*each)) for key, each in years.items()],
            widget=UnfoldAdminSelectWidget,
        )  # fmt: skip

    asked = YearForm(request.GET) if "year" in request.GET else YearForm()
    if not asked.is_valid():
        return _page(model_admin, request, {"asked": asked})
    leave_type, closed_to = asked.cleaned_data["year"]
    said = {"leave_type": leave_type, "closed_to": closed_to, "by": by, "rate": asked.paid_at}

    @once
    def answer(request: HttpRequest) -> HttpResponse:
        problem = ""
        if request.method == "POST":
            try:
                year_end.year_end(
                    is_written=True, fingerprint=request.POST.get("fingerprint", ""), **said
                )
            except MusterError as error:
                problem = str(error)
            else:
                messages.success(
                    request, _("%(year)s is closed.") % {"year": _year_words(leave_type, closed_to)}
                )
                return HttpResponseRedirect(model_admin.address("changelist"))
        found = year_end.year_end(**said)
        return _page(
            model_admin, request,
            {"asked": asked, "problem": problem, **_shown(request, found, today)},
        )  # fmt: skip

    return answer(request)


def _year_words(leave_type: LeaveType, last: dt.date) -> str:
    return _("%(type)s, year to %(date)s") % {
        "type": leave_type.name,
        "date": date_format(last, "j F Y"),
    }


def _shown(request: HttpRequest, found: year_end.YearEnd, today: dt.date) -> dict[str, Any]:
    page = Paginator(
        sorted(found.people, key=lambda each: (each.employee.name, each.employee.pk)), A_PAGE
    ).get_page(request.GET.get("p"))
    pages = request.GET.copy()
    pages.pop("p", None)
    is_closed = LeaveYearClose.objects.filter(
        leave_type=found.leave_type, closed_to__gte=found.closed_to
    ).exists()
    totals = found.totals
    return {
        "found": found,
        "heading": _year_words(found.leave_type, found.closed_to),
        "totals": [(label, wording.amount(abs(Decimal(totals[name])))) for name, label in _TOTALS],
        "lines": [_line(each) for each in page],
        "page": page,
        "query": pages.urlencode(),
        "fingerprint": found.fingerprint,
        "is_closed": is_closed,
        "is_over": found.closed_to < today,
    }


def _page(
    model_admin: LeaveYearCloseAdmin, request: HttpRequest, page: dict[str, Any]
) -> HttpResponse:
    context = {
        **model_admin.admin_site.each_context(request),
        "title": _("End of a leave year"),
        "trail": model_admin._trail(),
        "opts": model_admin.opts,
        "back_url": model_admin.address("changelist"),
        **page,
    }
    request.current_app = model_admin.admin_site.name
    return TemplateResponse(request, "leave/admin/year_end.html", context)
