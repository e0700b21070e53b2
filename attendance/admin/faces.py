"""HR's pages of consents and enrolments: to read; templates are never shown."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.contrib.filters.admin import BooleanRadioFilter, ChoicesDropdownFilter
from unfold.decorators import display

from attendance.models import FaceConsent, FaceEnrolment
from companies.admin_base import ReadOnlyAdmin
from companies.admin_filters import DateFilter, OfficeOfPersonFilter, PersonFilter


class EnrolmentAdmin(ReadOnlyAdmin):
    """Who has reference pictures, since when; the person makes and ends them."""

    list_display = ("employee", "standing", "started_at", "activated_at", "ended_at")
    list_select_related = ("employee",)
    list_filter = (("state", ChoicesDropdownFilter), PersonFilter, OfficeOfPersonFilter)
    search_fields = ("employee__name", "employee__code")
    fields = ("employee", "state", "started_at", "activated_at", "ended_at")
    empty_words = gettext_lazy("People enrol themselves: Me → Face check.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee")

    @display(
        description=gettext_lazy("state"),
        ordering="state",
        label={"active": "success", "capturing": "info", "ended": ""},
    )
    def standing(self, row: FaceEnrolment) -> tuple[str, str]:
        return row.state, row.get_state_display()


class ConsentAdmin(ReadOnlyAdmin):
    """Who agreed to face data or refused, and to which text."""

    list_display = ("employee", "answer", "text_version", "locale", "decided_at")
    list_select_related = ("employee",)
    list_filter = (("is_given", BooleanRadioFilter), ("decided_at", DateFilter), PersonFilter)
    search_fields = ("employee__name", "employee__code")
    fields = ("employee", "is_given", "text_version", "text_sha256", "locale", "decided_at")
    empty_words = gettext_lazy("People are asked before their first face check.")

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).select_related("employee")

    @display(description=gettext_lazy("answer"), label={"yes": "success", "no": "warning"})
    def answer(self, row: FaceConsent) -> tuple[str, str]:
        return ("yes", _("Agreed")) if row.is_given else ("no", _("Refused"))
