"""Punches entered by hand: by HR, by a manager who attests, by an approved correction.

Nothing is edited in place: each is a punch of its own, whose source and first entry say by whom
and why.
"""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.formats import date_format

from attendance import announcements, permissions
from attendance.enums import Direction, EntryKind, FaceState, Source
from attendance.errors import (
    CLASHES,
    DayNotEmployed,
    EntryInFuture,
    NothingEntered,
    OwnEntry,
)
from attendance.models import Punch, PunchState
from attendance.rules import byhand, zones
from attendance.rules.person import PersonCalendar
from attendance.rules.types import Tap
from attendance.selectors import people
from attendance.services import days, journalling
from attendance.services.decisions import refuse_locked
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Employee

BY_HAND: Final = "by_hand"


@dataclass(frozen=True)
class Entered:
    """An instant, and what the person did then."""

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

    An in and the out after it are meant as a pair. The same token again returns what it wrote
    the first time, whatever came with it.

    Raises:
        OwnEntry, NotAllowed, ReasonMissing, NothingEntered, EntryInFuture, DayNotEmployed,
        PeriodLocked, or a clash (`errors.CLASHES`)
    """
    if permissions.is_self(by, employee):
        raise OwnEntry
    if not reason.strip():
        raise ReasonMissing
    if not entered:
        raise NothingEntered
    locked, now = days.lock_person(employee), timezone.now()
    tap_ids = [_tap_id(token, number) for number in range(len(entered))]
    calendar = _calendar(locked, entered)
    _refuse_right(by, locked, source, {calendar.date_at(item.at) for item in entered})
    if first := list(Punch.objects.filter(employee=locked, tap_id__in=tap_ids)):
        return sorted(first, key=lambda punch: tap_ids.index(punch.tap_id))
    _refuse_entered(locked, entered, calendar, now)
    made = [
        _write(locked, item, source, calendar.zone_at(item.at), tap_id)
        for item, tap_id in zip(entered, tap_ids, strict=True)
    ]
    _judge(locked, made, now)
    for punch in made:
        _tell(punch, reason.strip(), by, now)
    return made


def entered_refuse(
    *, employee: Employee, entered: Sequence[Entered], without: Collection[str], now: dt.datetime
) -> None:
    """Refuse punches that could not be entered, were those `without` voided; nothing is written.

    Raises:
        EntryInFuture, DayNotEmployed, or a clash (`errors.CLASHES`)
    """
    if entered:
        _refuse_entered(employee, entered, _calendar(employee, entered), now, without)


def punches_entered(*, employee: Employee, token: uuid.UUID, count: int) -> list[Punch]:
    """Return the punches that were entered for the person with this token, of so many at most."""
    tap_ids = [_tap_id(token, number) for number in range(count)]
    return list(
        Punch.objects.filter(employee=employee, tap_id__in=tap_ids)
        .select_related("employee__company", "state")
        .order_by("occurred_at", "id")
    )


def was_entered(*, employee: Employee, token: uuid.UUID) -> bool:
    """Return whether punches were entered for the person with this token."""
    found: bool = Punch.objects.filter(employee=employee, tap_id=_tap_id(token, 0)).exists()
    return found


def _tap_id(token: uuid.UUID, number: int) -> uuid.UUID:
    return uuid.uuid5(token, str(number))


def _calendar(employee: Employee, entered: Sequence[Entered]) -> PersonCalendar:
    dates = [item.at.date() for item in entered]
    return people.calendar_of(employee, min(dates), max(dates))


def _refuse_right(
    by: Actor, employee: Employee, source: Source, dates: Collection[dt.date]
) -> None:
    if not all(permissions.can_enter_punch(by, employee, source, on=date) for date in dates):
        raise NotAllowed


def _refuse_entered(
    employee: Employee,
    entered: Sequence[Entered],
    calendar: PersonCalendar,
    now: dt.datetime,
    without: Collection[str] = (),
) -> None:
    for item in entered:
        _refuse_instant(employee, item, calendar, now)
    _refuse_clash(employee, entered, calendar, without)


def _refuse_instant(
    employee: Employee, item: Entered, calendar: PersonCalendar, now: dt.datetime
) -> None:
    if item.at > now:
        raise EntryInFuture(time=_wall(item.at, calendar))
    date = calendar.date_at(item.at)
    if not employee.is_employed_on(date):
        raise DayNotEmployed(name=employee.name, date=date_format(date, "j F Y"))


def _refuse_clash(
    employee: Employee,
    entered: Sequence[Entered],
    calendar: PersonCalendar,
    without: Collection[str],
) -> None:
    """Hold what is entered against the punches around it that count."""
    first, last = (pick(item.at for item in entered) for pick in (min, max))
    policy = calendar.policy_on(calendar.date_at(first)).rules
    # Twice as far as a presence reaches: what lies around must itself be paired rightly.
    reach = 2 * dt.timedelta(hours=policy.max_presence_hours)
    around = people.punch_states([employee.pk], since=first - reach, until=last + reach)
    clash = byhand.check_entered(
        [
            tap
            for state in around[employee.pk]
            if state.voided_at is None and (tap := people.tap_of(state)).key not in without
        ],
        [Tap(str(number), item.at, item.direction) for number, item in enumerate(entered)],
        allow_overlap=policy.allow_overlap,
        repeat_seconds=policy.repeat_seconds,
        max_presence_hours=policy.max_presence_hours,
    )
    if clash is not None:
        raise CLASHES[clash.code](
            time=_wall(clash.tap.at, calendar),
            other=" – ".join(_wall(tap.at, calendar) for tap in clash.others),
            hours=policy.max_presence_hours,
        )


def _wall(instant: dt.datetime, calendar: PersonCalendar) -> str:
    local = zones.local(instant, calendar.zone_at(instant))
    return f"{local:%H:%M} ({date_format(local, 'j M')})"


def _write(
    employee: Employee, item: Entered, source: Source, zone: str, tap_id: uuid.UUID
) -> Punch:
    offset = zones.local(item.at, zone).utcoffset() or dt.timedelta()
    punch: Punch = Punch.objects.create(
        company=employee.company,
        employee=employee,
        tap_id=tap_id,
        occurred_at=item.at,
        zone=zone,
        utc_offset_minutes=int(offset.total_seconds() // 60),
        direction=item.direction,
        source=source,
    )
    PunchState.objects.create(
        company=employee.company,
        punch=punch,
        employee=employee,
        occurred_at=item.at,
        direction=item.direction,
        face=FaceState.NOT_CHECKED,
        face_reason=BY_HAND,
    )
    journalling.punch_send(punch=punch, employee=employee)
    announcements.punch_recorded(punch)
    return punch


def _judge(employee: Employee, made: list[Punch], now: dt.datetime) -> None:
    """Judge the days they touch; refuse where a punch came to lie in a locked month."""
    dates = [date for punch in made for date in days.around(punch.zone, punch.occurred_at)]
    days.days_recompute(employee=employee, first=min(dates), last=max(dates), now=now)
    states = PunchState.objects.filter(punch__in=made).exclude(attendance_date=None)
    for date in states.values_list("attendance_date", flat=True):
        refuse_locked(date)


def _tell(punch: Punch, reason: str, by: Actor, now: dt.datetime) -> None:
    """Write who entered the punch and why, beside it and to the audit."""
    journalling.entry_write(
        punch=punch,
        employee=punch.employee,
        kind=EntryKind.ENTERED,
        key=f"{EntryKind.ENTERED}:{punch.public_id}",
        now=now,
        author=journalling.Author(by.kind, by.id, by.name),
        reason=reason,
    )
    changes = {
        "occurred_at": [None, zones.local_iso(punch.occurred_at, punch.zone)],
        "direction": [None, punch.direction],
        "source": [None, punch.source],
    }
    audit.record(by=by, verb="punch_entered", subject=punch, reason=reason, changes=changes)
