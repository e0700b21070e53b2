"""HR's pages of dates and numbers about leave: blocked ones, closures, the least cover."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar

from django import forms
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.decorators import action, display

from companies.actor import Actor
from companies.admin_base import on_row
from companies.admin_fields import RowsSelect
from companies.admin_filters import DateFilter, row_filter
from companies.admin_forms import ConfirmForm, RecordForm
from companies.admin_records import RecordAdmin
from companies.models import Department, Employee, Office, Placement
from leave import permissions, wording
from leave.admin.served import ServedAdmin, ServedForm
from leave.inbox import dates_text
from leave.models import BlockDate, BlockExemption, Closure, LeaveType
from leave.selectors.closures import Concerned, closure_preview
from leave.services import blocks, closures
from leave.terms import leave_settings

# Of those for whom nothing could be booked, so many are named.
_MOST_NAMED = 20
_MOST_SHOWN = 200


class BlockForm(ServedForm):
    """Block dates with whom they do not bind."""

    site: ClassVar[Any]
    exempt = forms.ModelMultipleChoiceField(
        Employee.objects.none(), label=gettext_lazy("Not for these people"), required=False,
        to_field_name="public_id",
    )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field: Any = self.fields["exempt"]
        # Any key to a person will do: the box asks the site which people fit.
        field.widget = RowsSelect(Placement._meta.get_field("employee"), self.site)
        field.queryset = Employee.objects.all()
        if self.instance.pk:
            exempt = Employee.objects.filter(block_exemptions__block=self.instance)
            self.initial["exempt"] = list(exempt.values_list("public_id", flat=True))

    def write(self) -> models.Model:
        company = self.actor.company
        assert company is not None  # noqa: S101  # by permission
        names = ("name", "first_on", "last_on", "leave_type", "department", "exempt")
        block = BlockDate.objects.filter(pk=self.instance.pk).first()
        return blocks.block_save(company=company, block=block, by=self.actor, **self.values(names))


def _dates(row: BlockDate | Closure) -> str:
    return f"{dates_text(row.first_on, row.last_on)} {row.last_on.year}"


class BlockDateAdmin(ServedAdmin):
    """Dates on which nobody takes leave."""

    form = BlockForm
    can_delete = True
    list_display = ("name", "when", "leave_type", "department", "exempt_people")
    list_select_related = ("leave_type", "department")
    list_filter = (
        ("first_on", DateFilter),
        row_filter("leave_type", LeaveType, gettext_lazy("Leave type")),
        row_filter("department", Department, gettext_lazy("Department")),
    )
    search_fields = ("name",)
    ordering = ("-first_on", "name")
    fields = ("name", ("first_on", "last_on"), ("leave_type", "department"), "exempt")
    empty_words = gettext_lazy("Dates on which everybody is needed, such as a stock-taking.")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.annotate(
            # No join: a row is locked when it is changed.
            exempt_count=models.Subquery(
                BlockExemption.objects.filter(block=models.OuterRef("pk"))
                .order_by()
                .values("block")
                .annotate(count=models.Count("pk"))
                .values("count")
            )
        )

    def get_form(
        self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any
    ) -> Any:
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.site = self.admin_site
        return form

    @display(description=gettext_lazy("dates"), ordering="first_on")
    def when(self, row: BlockDate) -> str:
        return _dates(row)

    @display(description=gettext_lazy("exempt people"), ordering="exempt_count")
    def exempt_people(self, row: Any) -> int:
        count: int = row.exempt_count or 0
        return count

    def get_deleted_objects(self, objs: Any, request: HttpRequest) -> Any:
        """Return what a deletion takes along: whom the dates did not bind means nothing then."""
        return [str(row) for row in objs], {}, set(), []

    def delete_model(self, request: HttpRequest, obj: Any) -> None:
        blocks.block_delete(block=obj, by=request.actor)  # type: ignore[attr-defined]


class LeastCoverAdmin(RecordAdmin):
    """How many of a department are to be there; whoever decides about leave is told."""

    list_display = ("department", "people")
    list_select_related = ("department",)
    ordering = ("department__name",)
    fields = ("department", "people")
    empty_words = gettext_lazy(
        "Say how many of a department must be there: whoever decides about leave is warned."
    )

    def manages(self, actor: Actor, row: Any = None) -> bool:
        return permissions.can_manage_leave(actor, row)


class ClosureForm(RecordForm):
    """A closure of a type that has rules."""

    def clean(self) -> dict[str, Any] | None:
        cleaned = super().clean() or {}
        kind = cleaned.get("leave_type")
        company = self.actor.company
        if kind is not None and company is not None:
            date: dt.date = cleaned.get("first_on") or timezone.now().date()
            if leave_settings(company).type_on(kind.pk, date) is None:
                self.add_error("leave_type", ValidationError(_("This kind has no rules yet.")))
        return cleaned


class ClosureAdmin(RecordAdmin):
    """Dates on which the company, an office or a department is closed; leave is booked for all."""

    form = ClosureForm
    list_display = ("name", "when", "leave_type", "for_whom", "state")
    list_select_related = ("leave_type", "office", "department")
    list_filter = (("first_on", DateFilter), row_filter("office", Office, gettext_lazy("Office")))
    search_fields = ("name",)
    ordering = ("-first_on", "name")
    fields = ("name", ("first_on", "last_on"), "leave_type", ("office", "department"))
    empty_words = gettext_lazy("A week in which everybody is off, on their own days of leave.")
    actions_detail = ("book",)

    def manages(self, actor: Actor, row: Any = None) -> bool:
        """HR changes a closure until leave was booked for it."""
        return permissions.can_manage_leave(actor, row) and (row is None or row.booked_at is None)

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("leave_type", "office", "department")

    @display(description=gettext_lazy("dates"), ordering="first_on")
    def when(self, row: Closure) -> str:
        return _dates(row)

    @display(description=gettext_lazy("for"))
    def for_whom(self, row: Closure) -> str:
        parts = (str(row.office or ""), str(row.department or ""))
        return " · ".join(filter(None, parts)) or _("everyone")

    @display(description=gettext_lazy("leave"), label={"booked": "success", "open": "warning"})
    def state(self, row: Closure) -> tuple[str, str]:
        return ("booked", _("Booked")) if row.booked_at else ("open", _("Not booked yet"))

    def words_of(self, row: Closure) -> str:
        return f"{row.name} · {_dates(row)}"

    @action(description=gettext_lazy("Book leave…"), url_path="book", icon="event_available")
    @on_row
    def book(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Show who is concerned and what is charged, then book it."""
        found = closure_preview(row, list(closures.concerned(row)))

        def act(_cleaned: dict[str, Any]) -> str:
            booked = closures.closure_book(closure=row, by=request.actor)  # type: ignore[attr-defined]
            _tell_refused(request, booked)
            made = sum(item.request is not None for item in booked)
            words = ngettext(
                "Leave is booked by %(count)s request.", "Leave is booked by %(count)s requests.",
                made,
            )  # fmt: skip
            return words % {"count": made}

        return self.ask(
            request, row=row, form=ConfirmForm, act=act, done_url=self.row_url(row),
            title=_("Book leave for this closure"), submit=_("Book it"),
            above=render_to_string("leave/admin/_closure.html", _preview(row, found)),
            sentence=_("Everybody concerned gets approved leave then, and is told by mail. "
                       "Booking again books only what is new: whoever joined since."),
        )  # fmt: skip


def _preview(row: Closure, found: list[Concerned]) -> dict[str, Any]:
    """Return what the page shows before booking."""
    charged = [item for item in found if item.amount]
    return {
        "closure": row,
        "dates": _dates(row),
        "lines": [
            {
                "person": item.employee.name,
                "code": item.employee.code,
                "amount": wording.amount(item.amount),
                "is_off": item.is_off,
                "lacking": wording.amount(item.lacking) if item.lacking else "",
            }
            for item in charged[:_MOST_SHOWN]
        ],
        "left_out": max(0, len(charged) - _MOST_SHOWN),
        "charged": len(charged),
        "spared": len(found) - len(charged),
    }


def _tell_refused(request: HttpRequest, booked: list[closures.Booked]) -> None:
    """Name for whom nothing could be booked, and why."""
    refused = [item for item in booked if item.error is not None]
    for item in refused[:_MOST_NAMED]:
        said = f"{item.employee.name}, {dates_text(item.dates.first, item.dates.last)}"
        messages.warning(request, f"{said}: {item.error}")
    more = len(refused) - _MOST_NAMED
    if more > 0:
        words = ngettext("%(count)s more could not be booked.",
                         "%(count)s more could not be booked.", more)  # fmt: skip
        messages.warning(request, words % {"count": more})
