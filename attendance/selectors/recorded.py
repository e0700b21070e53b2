"""Recorded days with their times, for lists of many people: plain columns, no models."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from zoneinfo import ZoneInfo

from django.db.models import Q

from attendance.models import AttendanceDay
from attendance.rules.person import PersonCalendar
from attendance.rules.types import DayKind, DayType
from attendance.selectors import people as selectors
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee


@dataclass(frozen=True, slots=True)
class Recorded:
    """One recorded row of a person's date; `zone` is that of its clocks."""

    employee_id: int
    date: dt.date
    status: str
    code: str
    exceptions: list[str]
    shift_name: str
    zone: str
    starts_at: dt.datetime | None
    ends_at: dt.datetime | None
    in_at: dt.datetime | None
    out_at: dt.datetime | None
    worked_minutes: int
    late_minutes: int
    early_minutes: int
    # What the calendar made of the date when it was judged: it may say another thing today.
    day_kind: DayKind

    def clock(self, instant: dt.datetime | None) -> dt.time | None:
        """Return the time of day there, without its seconds."""
        if instant is None:
            return None
        return self._local(instant).time().replace(second=0, microsecond=0)

    def other_date(self, instant: dt.datetime | None) -> dt.date | None:
        """Return the date there where it is another than the row's."""
        if instant is None:
            return None
        date = self._local(instant).date()
        return None if date == self.date else date

    def _local(self, instant: dt.datetime) -> dt.datetime:
        return instant.astimezone(ZoneInfo(self.zone))


IS_LATE_OR_EARLY = Q(late_minutes__gt=0) | Q(early_minutes__gt=0)
HAS_SHIFT = Q(scheduled_start_at__isnull=False)
HAS_PUNCH = Q(first_in_at__isnull=False) | Q(last_out_at__isnull=False)
NEEDS_SOMEBODY = ~Q(exceptions=[])
WAS_OFF = Q(input__day_kind__type__in=[DayType.WEEKLY_OFF, DayType.HOLIDAY])


@lru_cache(maxsize=1024)
def _day_kind(kind: str | None, name: str | None) -> DayKind:
    return DayKind(DayType(kind or DayType.WORKING), name or "")


_COLUMNS = (
    "employee_id", "date", "status", "code", "exceptions", "shift_name", "zone",
    "scheduled_start_at", "scheduled_end_at", "first_in_at", "last_out_at",
    "worked_minutes", "late_minutes", "early_minutes",
)  # fmt: skip
_DAY_KIND = ("input__day_kind__type", "input__day_kind__name")


def recorded(
    keys: Iterable[int], first: dt.date, last: dt.date, which: Q, *, with_day_kind: bool = False
) -> dict[int, list[Recorded]]:
    """Return the rows of the people that are wanted, by person in order of dates; one statement.

    The kind of day lies in the stored input, which is most of a row: it is read where asked for,
    and a working day everywhere else.
    """
    rows = AttendanceDay.objects.filter(
        which, employee__in=list(keys), date__range=(first, last)
    ).order_by("date", "slot")
    found: dict[int, list[Recorded]] = {}
    names = (*_COLUMNS, *_DAY_KIND) if with_day_kind else _COLUMNS
    for values in rows.values_list(*names).iterator(chunk_size=2000):
        own, kind = values[: len(_COLUMNS)], values[len(_COLUMNS) :]
        row = Recorded(*[*own, _day_kind(*(kind or (None, None)))])
        found.setdefault(row.employee_id, []).append(row)
    return found


def calendars_of(
    company: Company, people: Collection[Employee], first: dt.date, last: dt.date
) -> dict[int, PersonCalendar]:
    """Return the people's calendars; four statements at most, whatever their number."""
    return selectors.person_calendars(
        company, people, settings=company_settings(company), first=first, last=last
    )
