"""Corrections: what a day with a forgotten check-out asks for, and what an answer makes of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db.models import QuerySet

from attendance.enums import DayException, Direction, Source
from attendance.models import AttendanceDay, CorrectionDecision, CorrectionRequest
from attendance.rules import judge as judging
from attendance.rules import pairing, schema, zones
from attendance.rules.steps import Trail
from attendance.rules.types import DayInput, Tap, Verdict
from attendance.selectors.people import judged_days
from companies.enums import HoursMode, Pairing

_DAY = dt.timedelta(days=1)
_ANSWER = "correction"


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


def effect(row: AttendanceDay, out_at: dt.datetime, *, now: dt.datetime) -> Verdict:
    """Return what the day becomes with a check-out then; by the rules, nothing is written."""
    day = schema.from_json(row.input)
    answer = Tap(_ANSWER, out_at, Direction.OUT, Source.REGULARISATION)
    return judging.judge(replace(day, taps=(*day.taps, answer)), now=now)


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


def days_of(requests: Collection[CorrectionRequest]) -> dict[tuple[int, dt.date], AttendanceDay]:
    """Return the judged days that the requests are about, by person and date; one statement."""
    if not requests:
        return {}
    dates = [request.date for request in requests]
    people = {request.employee_id for request in requests}
    return judged_days(people, first=min(dates), last=max(dates))


def decision_of(request: CorrectionRequest) -> CorrectionDecision:
    """Return how a decided request was decided."""
    decision: CorrectionDecision = CorrectionDecision.objects.get(request=request)
    return decision


def of_date(employee: int, date: dt.date) -> QuerySet[CorrectionRequest]:
    """Return all that the person asked for of a date, with what was decided, oldest first."""
    rows: QuerySet[CorrectionRequest] = (
        CorrectionRequest.objects.filter(employee=employee, date=date)
        .select_related("decision", "employee")
        .order_by("created_at", "id")
    )
    return rows
