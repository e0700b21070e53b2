"""Judging one person's days again: from all punches, under the person's lock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping

from django.db import transaction
from django.db.models import QuerySet

from attendance.models import AttendanceDay
from attendance.rules import zones
from attendance.services import judging
from attendance.services.judging import NOTHING, Amend
from companies.models import Employee


def lock_person(employee: Employee) -> Employee:
    """Take the person's lock: whatever changes their days or books goes through it, one by one.

    Rows that only name the person are let in meanwhile (`no_key`): a punch is recorded first,
    however long a judging takes.
    """
    locked: Employee = (
        Employee.objects.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .get(pk=employee.pk)
    )
    return locked


def lock_people(employees: QuerySet[Employee]) -> list[Employee]:
    """Take many people's locks, always in one order: two changes cannot hold up each other."""
    return list(
        employees.select_for_update(of=("self",), no_key=True)
        .select_related("company")
        .order_by("pk")
    )


def days_recompute(
    *,
    employee: Employee,
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
    amend: Mapping[int, Amend] = NOTHING,
) -> list[AttendanceDay]:
    """Judge the person's rows from `first` to `last` again and return those that changed.

    Inside a transaction, with the person locked (`lock_person`). What is judged and what is kept
    says `judging.judge_people`; `amend` changes punch states as they stand under the lock, and
    they are saved with the rest.
    """
    works = judging.judge_people(
        employee.company, [employee], first=first, last=last, now=now, amend=amend
    )
    judging.save(works, amended=amend.keys())
    return works[0].written


def around(calendar_zone: str, instant: dt.datetime) -> tuple[dt.date, dt.date]:
    """Return the dates whose rows a punch at this instant may touch."""
    date = zones.local_date(instant, calendar_zone)
    return date - dt.timedelta(days=1), date + dt.timedelta(days=1)


@transaction.atomic
def person_recompute(
    *, employee: Employee, first: dt.date, last: dt.date, now: dt.datetime
) -> list[AttendanceDay]:
    """Judge one person's stretch of dates again, in a transaction of its own."""
    locked = lock_person(employee)
    return days_recompute(employee=locked, first=first, last=last, now=now)
