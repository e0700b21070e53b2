"""Judged days by what is odd about them."""

from __future__ import annotations

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from attendance.enums import DayException
from attendance.models import AttendanceDay


def days_with_exceptions() -> QuerySet[AttendanceDay]:
    """Return the days that need a human, to be searched by `is_of_kind`."""
    rows: QuerySet[AttendanceDay] = AttendanceDay.objects.exclude(exceptions=[])
    # The list of kinds as JSON text: what both databases can search.
    return rows.annotate(exceptions_text=Cast("exceptions", TextField()))


def is_of_kind(kind: DayException) -> Q:
    """Return the condition for days of `days_with_exceptions` that need a human for this."""
    return Q(exceptions_text__contains=f'"{kind.value}"')
