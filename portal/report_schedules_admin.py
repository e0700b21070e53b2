"""HR's pages of reports by mail: which one, when, of whom and to whom; services write them."""

from __future__ import annotations

from typing import Any

from django import forms
from django.core.exceptions import PermissionDenied
from django.db import models
from django.http import HttpRequest, HttpResponse
from django.utils import dates, timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import action, display
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from attendance.selectors.settings import company_today
from companies import permissions, services
from companies.admin_base import BaseAdmin, ReadOnlyAdmin, on_row
from companies.admin_fields import RowSelect, RowsSelect
from companies.admin_forms import ConfirmForm
from companies.models import (
    MOST_WORKING_DAYS,
    Employee,
    ReportReader,
    ReportSchedule,
)
from companies.services import Wanted
from integrations.tables import FORMATS
from portal.reports import reports


def _when_choices() -> list[tuple[str, str]]:
    """Return `w0` to `w6` and `d1` to `d15` in words."""
    weekdays = [
        (f"w{number}", _("Every %(weekday)s") % {"weekday": name})
        for number, name in dates.WEEKDAYS.items()
    ]
    days = [
        (f"d{number}", _("Working day %(number)d of the month") % {"number": number})
        for number in range(2, MOST_WORKING_DAYS + 1)
    ]
    return [("d1", _("First working day of the month")), *days, *weekdays]


def _when_of(row: ReportSchedule) -> str:
    return f"d{row.working_day}" if row.weekday is None else f"w{row.weekday}"


class ReportScheduleAdmin(ReadOnlyAdmin):
    """Which reports are sent by themselves."""

    list_display = ("name", "report_title", "when", "people", "standing")
    search_fields = ("name",)
    ordering = ("name", "pk")
    fields = (
        "name", "report_title", "file_format", "when", "office", "department", "people",
        "is_on",
    )  # fmt: skip
    readonly_fields = ("report_title", "when", "people")
    empty_words = gettext_lazy(
        "Have a report sent by itself: the muster roll to each manager on the first working day."
    )
    actions_detail = ("change_it", "switch_off", "switch_on")

    def get_queryset(self, request: HttpRequest) -> Any:
        rows = super().get_queryset(request).select_related("office", "department")
        return rows.prefetch_related("readers__employee")

    @display(description=gettext_lazy("report"))
    def report_title(self, row: ReportSchedule) -> str:
        return str(reports()[row.report].title)

    @display(description=gettext_lazy("when"))
    def when(self, row: ReportSchedule) -> str:
        return dict(_when_choices())[_when_of(row)]

    @display(description=gettext_lazy("to"))
    def people(self, row: ReportSchedule) -> str:
        return ", ".join(sorted(reader.employee.name for reader in row.readers.all()))

    @display(description=gettext_lazy("state"), label={"on": "success", "off": ""})
    def standing(self, row: ReportSchedule) -> tuple[str, str]:
        return ("on", _("Sent")) if row.is_on else ("off", _("Switched off"))

    def has_add_permission(self, request: HttpRequest) -> bool:
        actor = self._actor(request)
        return actor is not None and permissions.can_manage_records(actor)

    def offers(self, request: HttpRequest, action: str, row: ReportSchedule) -> bool:
        return {"switch_off": row.is_on, "switch_on": not row.is_on}.get(action, True)

    def add_view(
        self, request: HttpRequest, form_url: str = "", extra_context: Any = None
    ) -> HttpResponse:
        """Ask what is sent when and to whom, and let the service write it."""
        if not self.has_add_permission(request):
            raise PermissionDenied
        return self._ask_for(request, None)

    @action(description=gettext_lazy("Change"), url_path="change-it", icon="edit")
    @on_row
    def change_it(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask the same again, with what stands filled in."""
        return self._ask_for(request, row)

    def _ask_for(self, request: HttpRequest, row: ReportSchedule | None) -> HttpResponse:
        def act(cleaned: dict[str, Any]) -> str:
            by = request.actor  # type: ignore[attr-defined]
            saved = services.schedule_save(
                schedule=row, report=reports()[cleaned["report"]], wanted=_wanted(cleaned),
                readers=list(cleaned["readers"].select_related("user", "company")),
                today=company_today(by.company, timezone.now()), by=by,
            )  # fmt: skip
            return _("“%(name)s” is sent: %(when)s.") % {
                "name": saved.name,
                "when": dict(_when_choices())[_when_of(saved)],
            }

        return self.ask(
            request,
            title=_("Have a report sent") if row is None else _("Change this report by mail"),
            sentence=_("Everybody gets a mail with a link to a file of whom they may see, of the "
                       "month before, or weekly of the seven days before. Working days are the "
                       "company's: no office's own holidays count."),
            form=_form(self, row),
            submit=_("Save"),
            act=act,
            done_url=self.address("changelist") if row is None else self.row_url(row),
            row=row,
        )  # fmt: skip

    @action(description=gettext_lazy("Switch off"), url_path="off", icon="notifications_off")
    @on_row
    def switch_off(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then send it no more."""
        return self._switch(
            request, row, is_on=False, title=_("Switch this report off"),
            sentence=_("It is sent to nobody until somebody switches it on."),
            submit=_("Switch it off"), said=_("“%(name)s” is switched off."),
        )  # fmt: skip

    @action(description=gettext_lazy("Switch on"), url_path="on", icon="notifications_active")
    @on_row
    def switch_on(self, request: HttpRequest, row: Any) -> HttpResponse:
        """Ask, then send it from today."""
        return self._switch(
            request, row, is_on=True, title=_("Switch this report on"),
            sentence=_("It is sent from today; what was missed meanwhile is not sent late."),
            submit=_("Switch it on"), said=_("“%(name)s” is switched on."),
        )  # fmt: skip

    def _switch(
        self, request: HttpRequest, row: Any, *, is_on: bool, title: str, sentence: str,
        submit: str, said: str,
    ) -> HttpResponse:  # fmt: skip
        def act(_cleaned: dict[str, Any]) -> str:
            today = company_today(row.company, timezone.now())
            services.schedule_switch(schedule=row, is_on=is_on, today=today, by=request.actor)  # type: ignore[attr-defined]
            return said % {"name": row.name}

        return self.ask(
            request, title=title, sentence=sentence, form=ConfirmForm, submit=submit, act=act,
            done_url=self.row_url(row), row=row,
        )  # fmt: skip


def _wanted(cleaned: dict[str, Any]) -> Wanted:
    kind, number = cleaned["when"][0], int(cleaned["when"][1:])
    return Wanted(
        name=cleaned["name"], file_format=cleaned["file_format"],
        working_day=number if kind == "d" else None, weekday=number if kind == "w" else None,
        office=cleaned["office"], department=cleaned["department"],
    )  # fmt: skip


def _form(admin: ReportScheduleAdmin, row: ReportSchedule | None) -> type[forms.Form]:
    """Return the form; of a row, with what stands there."""
    standing = Employee.objects.filter(scheduled_reports__schedule=row)

    class ReportScheduleForm(forms.Form):
        name = forms.CharField(
            label=gettext_lazy("Name"), max_length=120, initial=row.name if row else "",
            help_text=gettext_lazy("The mail says it."), widget=UnfoldAdminTextInputWidget,
        )  # fmt: skip
        report = _choice(
            gettext_lazy("Report"),
            [(report.slug, str(report.title)) for report in reports().values()],
            row.report if row else "",
        )
        file_format = _choice(
            gettext_lazy("File"), [(name, name.upper()) for name in FORMATS],
            row.file_format if row else "xlsx",
        )  # fmt: skip
        when = _choice(gettext_lazy("When"), _when_choices(), _when_of(row) if row else "d1")
        office = _one(admin, "office", row)
        department = _one(admin, "department", row)
        readers = forms.ModelMultipleChoiceField(
            Employee.objects.all(), label=gettext_lazy("To"), to_field_name="public_id",
            initial=list(standing.values_list("public_id", flat=True)) if row else [],
            help_text=gettext_lazy("Managers get their own people."),
            widget=RowsSelect(ReportReader._meta.get_field("employee"), admin.admin_site),
        )  # fmt: skip

    return ReportScheduleForm


def _choice(label: Any, choices: list[tuple[str, str]], initial: str) -> forms.ChoiceField:
    return forms.ChoiceField(
        label=label, choices=choices, initial=initial, widget=UnfoldAdminSelectWidget
    )


def _one(admin: BaseAdmin, name: str, row: ReportSchedule | None) -> forms.ModelChoiceField:
    field: Any = ReportSchedule._meta.get_field(name)
    chosen = getattr(row, name) if row else None
    return forms.ModelChoiceField(
        field.related_model.objects.all(), label=capfirst(field.verbose_name), required=False,
        to_field_name="public_id", initial=chosen.public_id if chosen else None,
        widget=RowSelect(field, admin.admin_site),
    )  # fmt: skip


HR: dict[type[models.Model], type[BaseAdmin]] = {ReportSchedule: ReportScheduleAdmin}
