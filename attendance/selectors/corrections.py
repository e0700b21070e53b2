"""Corrections: what a day with a forgotten check-out asks for, and what people asked for."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from attendance.enums import CorrectionKind, CorrectionOutcome, DayException
from attendance.models import AttendanceDay, CorrectionDecision, CorrectionRequest
from attendance.rules import pairing, schema, zones
from attendance.rules.steps import Trail
from attendance.rules.stretch import dates
from attendance.rules.types import DayInput, Tap
from companies.actor import Actor
from companies.enums import HoursMode, Pairing
from companies.models import Employee
from companies.selectors import answered_for

_DAY = dt.timedelta(days=1)


@dataclass(frozen=True)
class Question:
    """The check-out that is missing on a date: it lies after `in_at`, at `latest_at` at last."""

    date: dt.date
    zone: str
    in_at: dt.datetime
    latest_at: dt.datetime
    suggested_at: dt.datetime | None

    def instant(self, time: dt.time) -> dt.datetime:
        """Return the first moment from the check-in on when clocks there show this time."""
        date = zones.local_date(self.in_at, self.zone)
        found, _change = zones.resolve(date, time, self.zone)
        if found < zones.floor_minute(self.in_at, self.zone):
            return zones.resolve(date + _DAY, time, self.zone)[0]
        return found


def question(row: AttendanceDay | None) -> Question | None:
    """Return what the day asks for; none where no check-out is missing, or none can be named."""
    if row is None or DayException.MISSING_OUT.value not in row.exceptions:
        return None
    day = schema.from_json(row.input)
    tap = _open_in(day)
    if tap is None:
        return None
    ends_at = row.scheduled_end_at
    return Question(
        date=row.date,
        zone=row.zone,
        in_at=tap.at,
        latest_at=tap.at + dt.timedelta(hours=day.policy.max_presence_hours),
        suggested_at=ends_at if ends_at is not None and ends_at > tap.at else None,
    )


def _open_in(day: DayInput) -> Tap | None:
    """Return the latest check-in that no check-out closed."""
    pattern = day.occurrence.pattern if day.occurrence else None
    paired = pairing.pair_taps(
        day.taps,
        pairing=pattern.pairing if pattern else Pairing.BY_DIRECTION,
        hours_mode=pattern.hours_mode if pattern else HoursMode.SUM_OF_PAIRS,
        repeat_seconds=day.policy.repeat_seconds,
        trail=Trail(day.zone),
    )
    return max(paired.open_ins, key=pairing.order, default=None)


def waiting(people: Iterable[Any]) -> QuerySet[CorrectionRequest]:
    """Return the requests of these people that nobody has decided, oldest first.

    `people` are primary keys, or a query of them (`.values("pk")`), which then is part of this one.
    """
    rows: QuerySet[CorrectionRequest] = (
        CorrectionRequest.objects.filter(employee__in=people, decision__isnull=True)
        .select_related("employee")
        .order_by("created_at", "id")
    )
    return rows


def waiting_for(actor: Actor, *, team: QuerySet[Employee]) -> QuerySet[CorrectionRequest]:
    """Return what waits for the actor: of the team; for HR, of everybody else.

    Also of who has left: HR alone sees those.
    """
    return waiting(answered_for(actor, team).values("pk"))


def waiting_dates(employee: Employee, first: dt.date, last: dt.date) -> set[dt.date]:
    """Return the dates from `first` to `last` over which a request of the person waits."""
    return {
        date
        for request in over(waiting([employee.pk]), first, last)
        for date in dates(max(request.date, first), min(request.until, last))
    }


def over(
    rows: QuerySet[CorrectionRequest], first: dt.date, last: dt.date
) -> QuerySet[CorrectionRequest]:
    """Return those of the requests that concern a date from `first` to `last`."""
    found: QuerySet[CorrectionRequest] = rows.alias(until_on=Coalesce("last_on", "date")).filter(
        date__lte=last, until_on__gte=first
    )
    return found


def asked_in_month(employee: Employee, date: dt.date) -> int:
    """Return how many requests about the month wait or hold.

    An answer to our question is none, nor is what HR gave.
    """
    first = date.replace(day=1)
    rows = CorrectionRequest.objects.filter(
        Q(decision__isnull=True)
        | Q(decision__outcome=CorrectionOutcome.APPROVED, decision__cancellation__isnull=True),
        employee=employee,
        is_given=False,
        date__gte=first,
        date__lt=(first + dt.timedelta(days=32)).replace(day=1),
    )
    return int(rows.exclude(kind=CorrectionKind.MISSING_OUT).count())


def decision_of(request: CorrectionRequest) -> CorrectionDecision:
    """Return how a decided request was decided."""
    decision: CorrectionDecision = CorrectionDecision.objects.get(request=request)
    return decision


def full(rows: QuerySet[CorrectionRequest]) -> QuerySet[CorrectionRequest]:
    """Return requests with all that is shown of them, in three statements."""
    loaded: QuerySet[CorrectionRequest] = rows.select_related(
        "decision__cancellation", "employee__company", "employee__user", "file"
    ).prefetch_related("punches__voids")
    return loaded


def of_date(employee: int, date: dt.date) -> QuerySet[CorrectionRequest]:
    """Return all that the person asked for of a date, with what was decided, oldest first."""
    rows = over(CorrectionRequest.objects.filter(employee=employee), date, date)
    return full(rows.order_by("created_at", "id"))


def of_person(employee: Employee) -> QuerySet[CorrectionRequest]:
    """Return all that the person asked for, with what was decided, newest first."""
    rows = CorrectionRequest.objects.filter(employee=employee)
    return full(rows.order_by("-created_at", "-id"))
