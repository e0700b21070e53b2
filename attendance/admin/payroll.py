"""HR's columns of the payroll file: what they are called, in which order, what stands in them."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.enums import PayrollSource
from companies.admin_forms import RecordForm
from companies.admin_records import RecordAdmin

_MOST_PERCENT = 1000


class PayrollColumnForm(RecordForm):
    """A rate is a number, so that the file can be made of it."""

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"].strip()
        if self.cleaned_data.get("source") != PayrollSource.OVERTIME_AT_RATE or not value:
            return value
        if not (value.isascii() and value.isdigit() and int(value) <= _MOST_PERCENT):
            raise ValidationError(_("A rate is a number of percent: 150."))
        return str(int(value))


class PayrollColumnAdmin(RecordAdmin):
    """The columns of the payroll file, in their order."""

    form = PayrollColumnForm
    list_display = ("heading", "place", "source", "value")
    search_fields = ("heading",)
    ordering = ("place", "pk")
    fields = ("heading", "place", "source", "value")
    empty_words = gettext_lazy(
        "Until you add columns, the file has code, name, month, days and hours."
    )

    def get_changeform_initial_data(self, request: Any) -> dict[str, Any]:
        """Offer the place after the last one."""
        last = self.get_queryset(request).order_by("-place").first()
        return {"place": last.place + 10 if last else 10}
