"""Punches that somebody enters for another: the instant is what they say, the source says who."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils import timezone

from attendance.enums import Direction, FaceState, Source
from attendance.models import Punch, PunchState
from attendance.selectors import people
from attendance.selectors.settings import company_settings
from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.models import Employee


@dataclass(frozen=True)
class Entered:
    """An instant and what it was."""

    at: dt.datetime
    direction: Direction


@transaction.atomic
def punches_enter(
    *,
    employee: Employee,
    entered: Sequence[Entered],
    source: Source,
    reason: str,
    by: Actor,
    token: uuid.UUID,
) -> list[Punch]:
    """Record punches with a reason and judge the days they touch; a token counts once.

    The caller has decided that it may, and that they fit the punches that are there.
    """
    locked, now = days.lock_person(employee), timezone.now()
    made = []
    for number, item in enumerate(entered):
        punch = _write(locked, item, source, uuid.uuid5(token, str(number)))
        audit.record(by=by, verb="punch_entered", subject=punch, reason=reason)
        first, last = days.around(punch.zone, item.at)
        days.days_recompute(employee=locked, first=first, last=last, now=now)
        made.append(punch)
    return made


def _write(employee: Employee, item: Entered, source: Source, tap_id: uuid.UUID) -> Punch:
    company, date = employee.company, item.at.date()
    calendars = people.person_calendars(
        company, [employee], settings=company_settings(company), first=date, last=date
    )
    zone = calendars[employee.pk].zone_at(item.at)
    offset = item.at.astimezone(ZoneInfo(zone)).utcoffset() or dt.timedelta()
    punch: Punch = Punch.objects.create(
        company=company,
        employee=employee,
        tap_id=tap_id,
        occurred_at=item.at,
        zone=zone,
        utc_offset_minutes=int(offset.total_seconds() // 60),
        direction=item.direction,
        source=source,
    )
    PunchState.objects.create(
        company=company,
        punch=punch,
        employee=employee,
        occurred_at=item.at,
        direction=item.direction,
        face=FaceState.NOT_CHECKED,
        face_reason="entered",
    )
    return punch
