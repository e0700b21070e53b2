"""HR's dated settings, which tell of settled days: they keep what they were judged by."""

from __future__ import annotations

import datetime as dt
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import format_html
from django.utils.translation import gettext as _

from attendance.models import AttendanceDay
from companies.admin.people import PlacementAdmin
from companies.admin.places import CalendarDayAdmin, OfficeVersionAdmin, PolicyVersionAdmin
from companies.admin.work import ShiftVersionAdmin
from companies.admin_base import BaseAdmin
from companies.admin_records import RecordAdmin


def difference_link(
    model_admin: BaseAdmin, first: dt.date, last: dt.date, whose: dict[str, str]
) -> str:
    """Return a link to what judging these days anew would change."""
    query = {"first": first.isoformat(), "last": last.isoformat(), **whose}
    address = reverse(f"{model_admin.admin_site.name}:attendance_attendanceday_recompute")
    return format_html(
        '<a href="{}?{}">{}</a>', address, urlencode(query), _("See what would change")
    )


class TellsOfSettledDays(RecordAdmin):
    """After saving, leads to the difference that the change would make to settled days."""

    since_column: ClassVar[str] = "starts_on"

    def _saved(self, request: HttpRequest, row: Any) -> HttpResponse:
        since: dt.date = getattr(row, self.since_column)
        days = self._settled_days(row, since)
        last = days.order_by("-date").values_list("date", flat=True).first()
        if last is not None:
            link = difference_link(self, since, last, self._whose(row))
            sentence = _("Days from {} on that have settled keep what they were judged by. {}")
            messages.info(request, format_html(sentence, date_format(since, "j F Y"), link))
        return super()._saved(request, row)

    def _settled_days(self, row: Any, since: dt.date) -> Any:
        return AttendanceDay.objects.filter(
            date__gte=since, date__lte=timezone.localdate(), settled_at__isnull=False
        )

    def _whose(self, row: Any) -> dict[str, str]:
        return {}


class DatedPolicyAdmin(TellsOfSettledDays, PolicyVersionAdmin):
    """The company's policy."""


class DatedShiftAdmin(TellsOfSettledDays, ShiftVersionAdmin):
    """The knobs of a shift."""


class DatedOfficeAdmin(TellsOfSettledDays, OfficeVersionAdmin):
    """Zone, country and weekly off of an office."""


class DatedPlacementAdmin(TellsOfSettledDays, PlacementAdmin):
    """Where one person stands: only their days are concerned."""

    def _settled_days(self, row: Any, since: dt.date) -> Any:
        return super()._settled_days(row, since).filter(employee=row.employee_id)

    def _whose(self, row: Any) -> dict[str, str]:
        return {"person": row.employee.code}


class DatedCalendarAdmin(TellsOfSettledDays, CalendarDayAdmin):
    """One date of the work calendar."""

    since_column = "date"

    def _settled_days(self, row: Any, since: dt.date) -> Any:
        return super()._settled_days(row, since).filter(date=since)
