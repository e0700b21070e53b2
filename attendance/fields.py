"""Fields of attendance's forms."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.core.exceptions import ValidationError


def has_neighbours(date: dt.date) -> bool:
    """Return whether the dates and months around it exist too: days and pages need them."""
    return dt.MINYEAR + 1 < date.year < dt.MAXYEAR - 1


class DayField(forms.DateField):
    """A date on which a day can be judged."""

    def to_python(self, value: Any) -> dt.date | None:
        date: dt.date | None = super().to_python(value)
        if date is not None and not has_neighbours(date):
            raise ValidationError(self.error_messages["invalid"], code="invalid")
        return date
