"""Form fields of HR's leave pages: lists, dates and months as people write them, never as JSON."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.db import models
from django.utils import dates
from django.utils.formats import date_format
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminColorInputWidget,
    UnfoldAdminSelectWidget,
    UnfoldAdminTextareaWidget,
    UnfoldAdminTextInputWidget,
)

from companies.enums import EmploymentType
from leave import wording
from leave.rules.years import on_day

_BETWEEN = re.compile(r"[\s,;]+")
_LAST = 31


class DatesField(forms.CharField):
    """`["2026-11-09"]` as one date a line."""

    widget = UnfoldAdminTextareaWidget

    def prepare_value(self, value: Any) -> Any:
        return "\n".join(value) if isinstance(value, list) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list) or not value:
            return value or None
        found = []
        for text in filter(None, _BETWEEN.split(str(value))):
            try:
                found.append(dt.date.fromisoformat(text).isoformat())
            except ValueError:
                raise ValidationError(
                    _("%(text)s is no date. Write each like 2026-11-09, one a line."),
                    params={"text": text},
                ) from None
        return sorted(set(found)) or None

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or None))
        except ValidationError:
            return True


class MonthDaysField(forms.CharField):
    """`[1, 31]` as "1, last"."""

    widget = UnfoldAdminTextInputWidget

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, list):
            return value
        return ", ".join(_("last") if day == _LAST else str(day) for day in value)

    def to_python(self, value: Any) -> Any:
        if isinstance(value, list):
            return value
        found = []
        for text in filter(None, _BETWEEN.split(str(value or ""))):
            if text.lower() in ("last", _("last").lower()):
                found.append(_LAST)
            elif text.isdecimal() and 1 <= int(text) <= _LAST:
                found.append(int(text))
            else:
                raise ValidationError(_("Write days of the month like 1, or 1, 16, or last."))
        return found

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return bool(self.to_python(data) != (initial or []))
        except ValidationError:
            return True


def _labelled(db_field: models.Field[Any, Any], **options: Any) -> dict[str, Any]:
    return {"label": capfirst(db_field.verbose_name), "help_text": db_field.help_text, **options}


def _employment_types(db_field: models.Field[Any, Any]) -> forms.Field:
    return forms.MultipleChoiceField(
        choices=EmploymentType.choices, required=False, initial=[],
        widget=UnfoldAdminCheckboxSelectMultipleWidget,
        **_labelled(db_field, help_text=gettext_lazy("None ticked: everybody.")),
    )  # fmt: skip


def _dates(db_field: models.Field[Any, Any]) -> forms.Field:
    words = gettext_lazy(
        "One date a line, such as 2026-11-09; each may be asked for as one day. Empty: on any "
        "date. Optional public holidays stand in the calendar instead."
    )
    return DatesField(
        required=False, widget=UnfoldAdminTextareaWidget({"rows": 3}),
        **_labelled(db_field, help_text=words),
    )  # fmt: skip


def _month_days(db_field: models.Field[Any, Any]) -> forms.Field:
    words = gettext_lazy(
        "On which a period begins: 1, or last. Two for twice a month: 1, 16. Not for daily and "
        "weekly credits, nor those by work."
    )
    return MonthDaysField(initial=db_field.get_default(), **_labelled(db_field, help_text=words))


def _number_of(names: Callable[[], list[tuple[int, Any]]], help_text: Any = "") -> Any:
    def make(db_field: models.Field[Any, Any]) -> forms.Field:
        return forms.TypedChoiceField(
            choices=names, coerce=int, initial=db_field.get_default(),
            widget=UnfoldAdminSelectWidget, **_labelled(db_field, help_text=help_text),
        )  # fmt: skip

    return make


def _months() -> list[tuple[int, Any]]:
    return list(dates.MONTHS.items())


def _weekdays() -> list[tuple[int, Any]]:
    return list(dates.WEEKDAYS.items())


def _colour(db_field: models.Field[Any, Any]) -> forms.Field:
    return forms.CharField(
        max_length=7, initial=db_field.get_default(), widget=UnfoldAdminColorInputWidget,
        **_labelled(db_field, help_text=gettext_lazy("In calendars, beside the code.")),
    )  # fmt: skip


def _hidden(db_field: models.Field[Any, Any]) -> forms.Field:
    """Return a field whose value the form's rows make."""
    return forms.Field(required=False, label=capfirst(db_field.verbose_name))


_MAKE: dict[str, Callable[[models.Field[Any, Any]], forms.Field]] = {
    "employment_types": _employment_types,
    "only_on": _dates,
    "milestones": _hidden,
    "days": _month_days,
    "colour": _colour,
    "year_month": _number_of(_months),
    "carry_month": _number_of(_months),
    "month": _number_of(
        _months, gettext_lazy("For quarters, halves and years: one in which a period begins.")
    ),
    "weekday": _number_of(_weekdays, gettext_lazy("For weekly credits.")),
}


def human(db_field: models.Field[Any, Any]) -> forms.Field | None:
    """Return the form field in words of a column of leave, or none where Django's will do."""
    make = _MAKE.get(db_field.name)
    return make(db_field) if make is not None else None


def shown(value: Any) -> Any:
    """Return a value as a form shows it at first: amounts without zeros that say nothing."""
    return wording.amount(value) if isinstance(value, Decimal) else value


def month_day(month: int, day: int) -> str:
    """Return a day of the year in words: "1 April"."""
    # 2000 has every date there is.
    return date_format(on_day(2000, month, day), "j F")


def dates_words(dates_: list[str] | None) -> str:
    """Return dates with their weekdays, in a row."""
    found = (dt.date.fromisoformat(text) for text in dates_ or ())
    return ", ".join(date_format(date, "D j M Y") for date in found)
