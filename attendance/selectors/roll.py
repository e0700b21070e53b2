"""People × dates as a register shows them, for many at once (`attendance.rules.roll`).

Made for long lists: it reads plain columns, not rows of models.
"""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any

from django.db.models import TextField
from django.db.models.functions import Cast

from attendance.enums import DayStatus, PeriodState
from attendance.models import AttendanceDay, AttendancePeriod, OvertimeDay, PeriodLine
from attendance.rules import roll as rules
from attendance.rules.person import PersonCalendar
from attendance.rules.roll import Record, RollDay, RollRow, Span
from attendance.selectors import people as selectors
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee


@lru_cache(maxsize=4096)
def _judged(status: str, code: str, flags: str) -> RollDay:
    found = tuple(json.loads(flags)) if flags and flags != "[]" else ()
    return rules.judged(DayStatus(status) if status else None, code, found)


def roll(
    *, company: Company, people: Sequence[Employee], first: dt.date, last: dt.date, now: dt.datetime
) -> list[RollRow]:
    """Return each person's dates from `first` to `last`, in the people's order.

    Eight statements with the settings in memory, whatever the number of people; nine in a company
    with overtime. Where no month is locked, one less.
    """
    calendars = selectors.person_calendars(
        company, people, settings=company_settings(company), first=first, last=last
    )
    return roll_by(calendars, people=people, first=first, last=last, now=now)


def roll_by(
    calendars: dict[int, PersonCalendar],
    *,
    people: Sequence[Employee],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
) -> list[RollRow]:
    """Return the same by calendars that are loaded already; three to five statements.

    Locked months are as they were locked: what is said of their dates later changes no register.
    """
    manuals = selectors.manual_verdicts(calendars, first=first, last=last)
    for key, found in manuals.items():
        calendars[key].manuals = found
    span = Span(first, last, now)
    rows, kept = _records(calendars, span), _kept(calendars, first, last)
    extra = _overtime(calendars, span)
    made = []
    for person in people:
        own, records = calendars[person.pk], rows.get(person.pk, ())
        row = rules.row_of(own, records, span, extra.get(person.pk, {}))
        months = kept.get(person.pk)
        made.append(rules.with_kept(row, span, months) if months else row)
    return made


def _kept(
    keys: Iterable[int], first: dt.date, last: dt.date
) -> dict[int, list[tuple[dt.date, dict[str, Any] | None]]]:
    """Return of each person the locked months that reach into the dates; two statements.

    A month in which they have no line comes with nothing.
    """
    span = (first.replace(day=1), last)
    locked = list(
        AttendancePeriod.objects.filter(state=PeriodState.LOCKED, starts_on__range=span)
        .order_by("starts_on")
        .values_list("starts_on", flat=True)
    )
    lines = PeriodLine.objects.filter(employee__in=list(keys), period__starts_on__in=locked)
    rolls = {
        (key, month): row
        for key, month, row in lines.values_list("employee_id", "period__starts_on", "roll")
    }
    return {key: [(month, rolls.get((key, month))) for month in locked] for key in keys}


def _overtime(calendars: dict[int, PersonCalendar], span: Span) -> dict[int, dict[int, int]]:
    """Return the people's extra minutes that count, by place; one statement, or none."""
    if not any(own.settings.overtime for own in calendars.values()):
        return {}
    found: dict[int, dict[int, int]] = {}
    rows = OvertimeDay.objects.filter(
        employee__in=list(calendars), date__range=(span.dates[0], span.dates[-1]),
        counted_extra__gt=0,
    )  # fmt: skip
    for key, date, extra in rows.values_list("employee_id", "date", "counted_extra"):
        found.setdefault(key, {})[span.place(date)] = extra
    return found


def _records(keys: Iterable[int], span: Span) -> dict[int, list[Record]]:
    """Return what is recorded of the people's dates; one statement, plain columns only.

    Dates and marks come as text: turning each into an object would cost more than reading it.
    """
    found = (
        AttendanceDay.objects.filter(
            employee__in=list(keys), date__range=(span.dates[0], span.dates[-1]), slot=0
        )
        .annotate(on=Cast("date", TextField()), flags=Cast("exceptions", TextField()))
        .order_by()
        .values_list(
            "employee_id", "on", "status", "code", "flags",
            "worked_minutes", "late_minutes", "early_minutes",
        )
    )  # fmt: skip
    rows: dict[int, list[Record]] = {}
    places = span.places
    for key, on, status, code, flags, worked, late, early in found.iterator(chunk_size=5000):
        record = (places[on], _judged(status, code, flags), worked, late, early)
        mine = rows.get(key)
        if mine is None:
            rows[key] = [record]
        else:
            mine.append(record)
    return rows
