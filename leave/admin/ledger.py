"""The ledger for HR: every line with what the lines up to it add up to; nothing is edited."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import ChoicesDropdownFilter
from unfold.decorators import action, display

from companies.admin_base import ReadOnlyAdmin, RowList, on_row
from companies.admin_filters import DateFilter, PersonFilter, RowFilter, WordsFilter, row_filter
from companies.enums import ActorKind
from leave import permissions, wording
from leave.admin import imports, runs
from leave.admin.words import allocation_words, dates_words, signed
from leave.enums import EntryKind
from leave.models import Allocation, LeaveRequest, LeaveType, LedgerEntry
from leave.selectors.ledger import is_undone, left_of, running_of

_TONES = {
    EntryKind.GRANT: "success", EntryKind.ACCRUAL: "success", EntryKind.TAKEN: "info",
    EntryKind.RETURNED: "info", EntryKind.CARRIED: "", EntryKind.LAPSED: "warning",
    EntryKind.ENCASHED: "", EntryKind.COMP_OFF: "success", EntryKind.ADJUSTMENT: "warning",
}  # fmt: skip


class RequestFilter(RowFilter):
    """The lines of one request; reached from its lines, offered only where it was asked for."""

    title = gettext_lazy("Request")
    parameter_name = "request"
    model = LeaveRequest
    lookup = "request"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        value = self.value()
        return [(value, _("This one alone"))] if value else []


class WriterFilter(WordsFilter):
    """Lines that rules wrote, and those that somebody wrote."""

    title = gettext_lazy("Written by")
    parameter_name = "writer"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, Any]]:
        return [("job", _("Scheduled runs")), ("person", _("People"))]

    def queryset(self, request: HttpRequest, queryset: Any) -> Any:
        return {
            "job": queryset.filter(by_kind=ActorKind.JOB),
            "person": queryset.filter(by_kind=ActorKind.PERSON),
        }.get(self.value() or "")


class LedgerList(RowList):
    """A page of lines, each with its running sum: one more statement."""

    result_list: Any

    def get_results(self, request: HttpRequest) -> None:
        super().get_results(request)
        rows: list[Any] = list(self.result_list)
        sums = running_of([row.pk for row in rows])
        for row in rows:
            row.running = sums[row.pk]
        self.result_list = rows


class LedgerAdmin(ReadOnlyAdmin):
    """Every line of everybody's books; a credit is taken back by another line."""

    change_form_template = "leave/admin/entry.html"
    list_display = ("employee", "leave_type", "on", "what", "how_much", "sum_so_far", "why", "who")
    list_select_related = ("employee", "leave_type")
    list_filter = (
        PersonFilter,
        row_filter("leave_type", LeaveType, gettext_lazy("Leave type")),
        ("kind", ChoicesDropdownFilter),
        ("effective_on", DateFilter),
        WriterFilter,
        ("created_at", DateFilter),
        RequestFilter,
    )
    search_fields = ("employee__name", "employee__code", "reason", "source")
    search_help_text = gettext_lazy("Name, code, reason or allocation")
    ordering = ("-effective_on", "-id")
    fields = ("effective_on",)
    empty_words = gettext_lazy(
        "Grant leave from a person's page, bring opening balances by a file, or put people on a "
        "plan."
    )
    actions_list = ("due_now", "by_file", "template")
    actions_detail = ("take_back",)

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request)
        return rows.select_related("employee__company", "leave_type", "request")

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[RowList]:
        return LedgerList

    # --- the list ------------------------------------------------------------------------------
    @display(description=gettext_lazy("date"), ordering="effective_on")
    def on(self, row: LedgerEntry) -> str:
        return date_format(row.effective_on, "D j M Y")

    @display(description=gettext_lazy("what"), ordering="kind", label=_TONES)
    def what(self, row: LedgerEntry) -> tuple[str, str]:
        return row.kind, row.get_kind_display()

    @display(description=gettext_lazy("amount"), ordering="amount")
    def how_much(self, row: LedgerEntry) -> str:
        return signed(row.amount)

    @display(description=gettext_lazy("sum so far"))
    def sum_so_far(self, row: Any) -> str:
        return wording.amount(row.running)

    @display(description=gettext_lazy("why"))
    def why(self, row: LedgerEntry) -> str:
        if row.request is None:
            return wording.entry(row.reason) or "–"
        query = urlencode({"request": row.request.public_id})
        return format_html(
            '<a href="{}?{}">{}</a>', self.address("changelist"), query, dates_words(row.request)
        )

    @display(description=gettext_lazy("by"), ordering="by_name")
    def who(self, row: LedgerEntry) -> str:
        return _("Scheduled run") if row.by_kind == ActorKind.JOB else row.by_name

    def words_of(self, row: LedgerEntry) -> str:
        return f"{row.employee.name} · {row.leave_type} · {self.on(row)}"

    # --- the page of one line ------------------------------------------------------------------
    def render_change_form(
        self, request: HttpRequest, context: dict[str, Any], **kwargs: Any
    ) -> HttpResponse:
        row: LedgerEntry = kwargs["obj"]
        context |= {
            "entry": row,
            "on": self.on(row),
            "amount": signed(row.amount),
            "running": wording.amount(running_of([row.pk])[row.pk]),
            "why": wording.entry(row.reason),
            "by": self.who(row),
            "request_words": dates_words(row.request) if row.request else "",
            **self._allocation(row),
        }
        site = self.admin_site
        context["person_url"] = site.get_model_admin(type(row.employee)).row_url(row.employee)
        context["request_url"] = self._lines(request=row.request and row.request.public_id)
        context["books_url"] = self._lines(
            person=row.employee.public_id, leave_type=row.leave_type.public_id
        )
        return super().render_change_form(request, context, **kwargs)

    def _lines(self, **asked: Any) -> str:
        return f"{self.address('changelist')}?{urlencode(asked)}"

    def _allocation(self, row: LedgerEntry) -> dict[str, Any]:
        """Return what the line draws on or fills: its dates, what is left, and its lines."""
        found = Allocation.objects.filter(
            employee=row.employee_id, leave_type=row.leave_type_id, key=row.source
        ).first()
        if found is None:
            return {"source": _("A credit that is still to come") if row.source else _("None")}
        return {
            "source": allocation_words(found),
            "source_left": wording.amount(left_of(found)),
            "source_url": self._lines(
                person=row.employee.public_id, leave_type=row.leave_type.public_id, q=row.source
            ),
        }

    # --- deeds ---------------------------------------------------------------------------------
    def offers(self, request: HttpRequest, action: str, row: LedgerEntry) -> bool:
        by = request.actor  # type: ignore[attr-defined]
        if row.kind != EntryKind.ACCRUAL or row.amount <= 0 or is_undone(row):
            return False
        return permissions.can_manage_books(by, row.employee)

    @action(description=gettext_lazy("What is due"), url_path="due", icon="play_circle")
    def due_now(self, request: HttpRequest) -> HttpResponse:
        """Show what is due up to a date, and write it when HR says so."""
        return runs.due_page(self, request)

    @action(description=gettext_lazy("By file"), url_path="file", icon="upload_file")
    def by_file(self, request: HttpRequest) -> HttpResponse:
        """Show what a file of grants, adjustments or opening balances does, then do it."""
        return imports.file_page(self, request)

    @action(description=gettext_lazy("Template"), url_path="template", icon="download")
    def template(self, request: HttpRequest) -> HttpResponse:
        """Send an empty file with everybody who works here."""
        return imports.template_file(self, request)

    @action(description=gettext_lazy("Take back"), url_path="take-back", icon="undo")
    @on_row
    def take_back(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask why, then take a credit back by a line that stands beside it."""
        return runs.ask_take_back(self, request, row)

    def page(self, request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
        """Return a page of its own below the list."""
        shared = {
            **self.admin_site.each_context(request),
            "trail": self._trail(),
            "opts": self.opts,
            "back_url": self.address("changelist"),
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, template, {**shared, **context})
