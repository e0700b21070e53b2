"""HR's columns of the payroll file: what they are called, in which order, what stands in them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from attendance.enums import PayrollSource
from attendance.selectors.leave_codes import known_codes
from companies.admin_forms import RecordForm
from companies.admin_records import RecordAdmin

_MOST_PERCENT = 1000


class PayrollColumnForm(RecordForm):
    """A rate is a number, so that the file can be made of it; a code is one that somebody has."""

    def clean_value(self) -> str:
        value: str = self.cleaned_data["value"].strip()
        source = self.cleaned_data.get("source")
        if not value:
            return value
        if source == PayrollSource.OVERTIME_AT_RATE:
            return _rate(value)
        if source == PayrollSource.LEAVE_OF_TYPE:
            return _leave_code(value, known_codes(self.instance.company))
        return value


def _rate(value: str) -> str:
    if not (value.isascii() and value.isdigit() and int(value) <= _MOST_PERCENT):
        raise ValidationError(_("A rate is a number of percent: 150."))
    return str(int(value))


def _leave_code(value: str, known: Sequence[str]) -> str:
    """Return the code as it is written; of another one the file would hold nothing but 0."""
    if value in known:
        return value
    if value.upper() in known:
        return value.upper()
    if not known:
        raise ValidationError(_("There is no leave type yet. Add one first."))
    raise ValidationError(
        _("No leave has the code “%(code)s”. There are: %(codes)s."),
        params={"code": value, "codes": ", ".join(known)},
    )


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
