"""Day marks: what covers a date for a person; written only here, judged at once."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import transaction
from django.utils import timezone

from attendance.enums import MarkKind, Portion
from attendance.errors import MarkReversed
from attendance.models import DayMark
from attendance.selectors import people
from attendance.services import days
from attendance.services.decisions import refuse_locked
from companies import audit
from companies.actor import Actor
from companies.models import Employee


@dataclass(frozen=True)
class NewMark:
    """What is to cover a date: all of it, a half, or some hours."""

    date: dt.date
    portion: Portion = Portion.FULL
    starts_at: dt.time | None = None
    ends_at: dt.time | None = None


def _refuse_reversed(
    employee: Employee, date: dt.date, start: dt.time | None, end: dt.time | None
) -> None:
    """Refuse hours that end before they start; in a shift over midnight they may."""
    if start is None or end is None or start < end:
        return
    pattern = people.calendar_of(employee, date, date).pattern_on(date)
    if start == end or pattern is None or not pattern.on(date).is_overnight:
        raise MarkReversed


@transaction.atomic
def mark_add(
    *,
    employee: Employee,
    date: dt.date,
    kind: MarkKind,
    source_ref: str,
    by: Actor,
    portion: Portion = Portion.FULL,
    starts_at: dt.time | None = None,
    ends_at: dt.time | None = None,
    code: str = "",
    is_paid: bool = True,
) -> DayMark:
    """Cover a date, or a part of it, and judge it again.

    The caller has decided that it may: leave and corrections have permissions of their own.

    Raises:
        PeriodLocked; MarkReversed: hours that end before they start, unless a shift runs over
            midnight on the date.
    """
    locked = days.lock_person(employee)
    refuse_locked(date)
    _refuse_reversed(locked, date, starts_at, ends_at)
    mark: DayMark = DayMark.objects.create(
        company=locked.company,
        employee=locked,
        date=date,
        kind=kind,
        portion=portion,
        starts_at=starts_at,
        ends_at=ends_at,
        code=code,
        is_paid=is_paid,
        source_ref=source_ref,
    )
    audit.record(by=by, verb="day_marked", subject=mark)
    days.days_recompute(employee=locked, first=date, last=date, now=timezone.now())
    return mark


@transaction.atomic
def mark_withdraw(*, mark: DayMark, source_ref: str, by: Actor) -> DayMark:
    """Take a mark back by a row of its own, and judge the date again.

    Raises:
        PeriodLocked
    """
    locked = days.lock_person(mark.employee)
    refuse_locked(mark.date)
    withdrawal: DayMark = DayMark.objects.create(
        company=locked.company,
        employee=locked,
        date=mark.date,
        kind=mark.kind,
        portion=mark.portion,
        starts_at=mark.starts_at,
        ends_at=mark.ends_at,
        code=mark.code,
        is_paid=mark.is_paid,
        source_ref=source_ref,
        withdraws=mark,
    )
    audit.record(by=by, verb="day_mark_withdrawn", subject=mark)
    days.days_recompute(employee=locked, first=mark.date, last=mark.date, now=timezone.now())
    return withdrawal


@transaction.atomic
def marks_write(
    *,
    employee: Employee,
    kind: MarkKind,
    source_ref: str,
    by: Actor,
    added: Sequence[NewMark] = (),
    withdrawn: Collection[dt.date] = (),
    code: str = "",
    is_paid: bool = True,
) -> None:
    """Cover dates, and take back what the same source covers on others; all are judged once.

    The caller has decided that it may. The number of statements does not grow with the dates.

    Raises:
        PeriodLocked; MarkReversed: see `mark_add`.
    """
    locked = days.lock_person(employee)
    live = _live(locked, source_ref, withdrawn)
    dates = sorted({*(mark.date for mark in live), *(mark.date for mark in added)})
    if not dates:
        return
    for month in sorted({date.replace(day=1) for date in dates}):
        refuse_locked(month)
    for mark in added:
        _refuse_reversed(locked, mark.date, mark.starts_at, mark.ends_at)
    fixed = {"company": locked.company, "employee": locked, "kind": kind, "source_ref": source_ref}
    DayMark.objects.bulk_create(
        DayMark(
            date=mark.date, portion=mark.portion, starts_at=mark.starts_at, ends_at=mark.ends_at,
            code=mark.code, is_paid=mark.is_paid, withdraws=mark, **fixed,
        )
        for mark in live
    )  # fmt: skip
    new = DayMark.objects.bulk_create(
        DayMark(
            date=mark.date, portion=mark.portion, starts_at=mark.starts_at, ends_at=mark.ends_at,
            code=code, is_paid=is_paid, **fixed,
        )
        for mark in added
    )  # fmt: skip
    _tell(by, "day_mark_withdrawn", live)
    _tell(by, "day_marked", new)
    days.days_recompute(employee=locked, first=dates[0], last=dates[-1], now=timezone.now())


def _live(employee: Employee, source_ref: str, dates: Collection[dt.date]) -> list[DayMark]:
    rows = DayMark.objects.filter(
        employee=employee, source_ref=source_ref, date__in=list(dates), withdraws__isnull=True,
        withdrawal__isnull=True,
    )  # fmt: skip
    return list(rows.select_related("employee", "company").order_by("id")) if dates else []


def _tell(by: Actor, verb: str, rows: Sequence[DayMark]) -> None:
    audit.record_many(by=by, verb=verb, reason="", subjects=[(row, {}) for row in rows])
