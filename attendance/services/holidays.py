"""Optional holidays: a person picks some of those offered, up to the company's quota a year."""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.utils import timezone

from attendance import permissions
from attendance.errors import HolidayNotOffered, HolidayOver, HolidayQuotaUsed
from attendance.models import OptionalHolidayPick
from attendance.selectors import holidays
from attendance.services import days
from attendance.services.decisions import refuse_locked
from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import CalendarDay, Employee
from companies.permissions import can_manage_hr


def _check(employee: Employee, date: dt.date, by: Actor, today: dt.date) -> None:
    """Refuse who may not, what is over, and what lies in a locked month."""
    if not permissions.can_pick_holiday(by, employee):
        raise NotAllowed
    # A day that has begun is mended, and nobody mends their own: not even HR.
    if date <= today and (permissions.is_self(by, employee) or not can_manage_hr(by)):
        raise HolidayOver
    refuse_locked(date)


@transaction.atomic
def holiday_pick(
    *, employee: Employee, calendar_day: CalendarDay, by: Actor, now: dt.datetime | None = None
) -> OptionalHolidayPick:
    """Make an optional holiday one for this person; picking it twice is picking it once.

    Raises:
        NotAllowed, HolidayOver, PeriodLocked, HolidayNotOffered, HolidayQuotaUsed
    """
    moment = now or timezone.now()
    locked = days.lock_person(employee)
    year = holidays.year_of(employee=locked, year=calendar_day.date.year, now=moment)
    _check(locked, calendar_day.date, by, year.today)
    offer = next((item for item in year.offers if item.day.pk == calendar_day.pk), None)
    if offer is None:
        raise HolidayNotOffered
    if offer.pick is not None:
        return offer.pick
    if year.left(calendar_day.date) <= 0:
        raise HolidayQuotaUsed(year=calendar_day.date.year)
    pick: OptionalHolidayPick = OptionalHolidayPick.objects.create(
        company=locked.company, employee=locked, calendar_day=calendar_day
    )
    audit.record(
        by=by, verb="holiday_picked", subject=pick,
        changes=audit.difference({}, audit.snapshot(pick)),
    )  # fmt: skip
    _judge(locked, calendar_day.date, moment)
    return pick


@transaction.atomic
def holiday_unpick(
    *, employee: Employee, calendar_day: CalendarDay, by: Actor, now: dt.datetime | None = None
) -> None:
    """Make it an ordinary day for this person again; where it was not picked, nothing happens.

    Raises:
        NotAllowed, HolidayOver
    """
    moment = now or timezone.now()
    locked = days.lock_person(employee)
    year = holidays.year_of(employee=locked, year=calendar_day.date.year, now=moment)
    _check(locked, calendar_day.date, by, year.today)
    pick = OptionalHolidayPick.objects.filter(employee=locked, calendar_day=calendar_day).first()
    if pick is None:
        return
    audit.record(
        by=by, verb="holiday_unpicked", subject=pick,
        changes=audit.difference(audit.snapshot(pick), {}),
    )  # fmt: skip
    pick.delete()
    _judge(locked, calendar_day.date, moment)


def _judge(employee: Employee, date: dt.date, now: dt.datetime) -> None:
    days.days_recompute(employee=employee, first=date, last=date, now=now)
