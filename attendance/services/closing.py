"""The closing of a month: looked through, locked with what it comes to, opened again for a reason.

A locked month keeps, beside its days, what each person is paid for and the columns of the payroll
file, so that this file is the same each time; its SHA-256 stands with the lock.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

from django.db import transaction
from django.utils import timezone

from attendance import permissions
from attendance.enums import PeriodState
from attendance.errors import (
    PeriodHasOpenDays,
    PeriodInReview,
    PeriodLocked,
    PeriodNotBegun,
    PeriodNotLast,
    PeriodNotLocked,
    PeriodNotOver,
    PeriodUnresolved,
)
from attendance.models import AttendanceDay, AttendancePeriod, PeriodLine
from attendance.rules import payable, zones
from attendance.rules.expected import Expectation
from attendance.rules.payable import Payable
from attendance.rules.roll import to_json
from attendance.selectors.closed import is_last_locked
from attendance.selectors.payable import MonthTotals, month_of_company
from attendance.selectors.recorded import calendars_of
from attendance.selectors.roll import roll_by
from attendance.selectors.settings import company_settings, company_today
from attendance.selectors.stipends import stipend_moneys
from attendance.selectors.unresolved import unresolved
from attendance.services import days, judging, payroll
from attendance.services.decisions import month_name, month_of
from companies import audit
from companies.actor import Actor, job_actor
from companies.errors import NotAllowed, ReasonMissing
from companies.models import Company, Employee
from companies.selectors import Placed

_LONGEST_REASON = 300


@transaction.atomic
def period_review(*, company: Company, starts_on: dt.date, by: Actor) -> AttendancePeriod:
    """Say that HR looks a month through before it is locked.

    Raises:
        NotAllowed, PeriodNotBegun, PeriodLocked, PeriodInReview
    """
    if not permissions.can_close_month(by, company):
        raise NotAllowed
    first, _last = month_of(starts_on)
    if first > company_today(company, timezone.now()):
        raise PeriodNotBegun(month=month_name(first))
    # The second of two people waits here for the first.
    Company.objects.select_for_update().get(pk=company.pk)
    period, _made = AttendancePeriod.objects.get_or_create(company=company, starts_on=first)
    if period.state == PeriodState.LOCKED:
        raise PeriodLocked(month=month_name(first))
    if period.state == PeriodState.REVIEW:
        raise PeriodInReview(month=month_name(first))
    period.state = PeriodState.REVIEW
    period.save(update_fields=["state"])
    audit.record(by=by, verb="month_reviewed", subject=period)
    found: AttendancePeriod = period
    return found


def period_lock(
    *, company: Company, starts_on: dt.date, reason: str = "", by: Actor
) -> AttendancePeriod:
    """Lock a month: its days stand as they are until HR reopens it.

    What is due by now is judged first, for nothing reaches the rows any more; a day that still
    waits (a night that goes on, an absence not written yet) holds the month open. What else is
    unresolved needs a reason.

    Raises:
        NotAllowed, PeriodLocked, PeriodHasOpenDays, PeriodUnresolved
    """
    if not permissions.can_close_month(by, company):
        raise NotAllowed
    return _lock(company, starts_on, reason.strip()[:_LONGEST_REASON], by, must_say_why=True)


def refuse_lock(period: AttendancePeriod, last: dt.date, *, now: dt.datetime) -> None:
    """Raise what is known before anything is judged: it is locked, or not over.

    Raises:
        PeriodLocked, PeriodNotOver
    """
    if period.state == PeriodState.LOCKED:
        raise PeriodLocked(month=month_name(period.starts_on))
    if last >= company_today(period.company, now):
        raise PeriodNotOver(month=month_name(period.starts_on))


@transaction.atomic
def _lock(
    company: Company, starts_on: dt.date, reason: str, by: Actor, *, must_say_why: bool
) -> AttendancePeriod:
    now = timezone.now()
    first, last = month_of(starts_on)
    people = _lock_everybody(company, last)
    period: AttendancePeriod
    period, _made = AttendancePeriod.objects.get_or_create(company=company, starts_on=first)
    if period.state == PeriodState.LOCKED:
        raise PeriodLocked(month=month_name(first))
    still_open = _finish(company, people, first, last, now)
    if still_open:
        raise PeriodHasOpenDays(month=month_name(first), count=still_open)
    if last >= company_today(company, now):
        raise PeriodNotOver(month=month_name(first))
    paid = list(month_of_company(company, first=first, last=last, now=now))
    paid = list(_with_moneys(company, paid, first, last, now))
    totals = MonthTotals.of(month for _placed, month in paid)
    period.unresolved = unresolved(first, last, totals.unmarked_halves)
    if period.unresolved and must_say_why and not reason:
        raise PeriodUnresolved(month=month_name(first))
    period.state, period.locked_at, period.locked_by = PeriodState.LOCKED, now, by.user
    period.lock_reason, period.ask_problem = reason, ""
    _keep(period, paid, totals, now)
    period.save()
    changes = {name: [None, getattr(period, name)] for name in ("totals", "unresolved")}
    changes["fingerprint"] = [None, period.fingerprint]
    audit.record(by=by, verb="month_locked", subject=period, reason=reason, changes=changes)
    return period


def _with_moneys(
    company: Company,
    paid: list[tuple[Placed, Payable]],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
) -> Iterator[tuple[Placed, Payable]]:
    """Yield the months with what the stipends of interns come to, which stands from the lock on."""
    interns = [each for each in paid if each[1].stipend_basis is not None]
    moneys = stipend_moneys(
        company=company, people=[placed.employee for placed, _month in interns],
        months={placed.employee.pk: month for placed, month in interns},
        first=first, last=last, now=now,
    )  # fmt: skip
    for placed, month in paid:
        yield placed, replace(month, stipend_money=moneys.get(placed.employee.pk))


def _lock_everybody(company: Company, until: dt.date) -> list[Employee]:
    """Wait for every judging under way, and hold new ones until the transaction ends."""
    everybody = days.lock_people(Employee.objects.filter(company=company))
    return [employee for employee in everybody if employee.joined_on <= until]


def _finish(
    company: Company, people: list[Employee], first: dt.date, last: dt.date, now: dt.datetime
) -> int:
    """Judge everybody's month as it stands now; return how many days still wait."""
    waiting = 0
    for start in range(0, len(people), judging.PEOPLE_A_BATCH):
        batch = people[start : start + judging.PEOPLE_A_BATCH]
        works = judging.judge_people(company, batch, first=first, last=last, now=now)
        judging.save(works)
        for work in works:
            waits = {date for date in work.waiting if first <= date <= last}
            waiting += len(waits | _going_on(work, last))
    return waiting


def _going_on(work: judging.Work, last: dt.date) -> set[dt.date]:
    """Return the last day while it goes on where the person is: not all of them are judged."""
    today = work.stretch.calendar.date_at(work.now)
    return {last} if today <= last and work.employee.is_employed_on(last) else set()


def _keep(
    period: AttendancePeriod,
    people: list[tuple[Placed, Payable]],
    totals: MonthTotals,
    now: dt.datetime,
) -> None:
    """Write what each person is paid for, their row of the register, and what these come to.

    With the totals stands the fingerprint of the payroll file.
    """
    rows = _register(period, [placed.employee for placed, _month in people], now)
    lines = [
        _line(period, placed, month, row) for (placed, month), row in zip(people, rows, strict=True)
    ]
    PeriodLine.objects.bulk_create(lines, batch_size=500)
    company, layout = period.company, payroll.layout_now()
    content = payroll.payroll_bytes(
        company=company, first=period.starts_on, layout=layout, lines=lines
    )
    period.totals = totals.plain()
    period.layout, period.fingerprint = payroll.layout_to_json(layout), payroll.fingerprint(content)


def _register(
    period: AttendancePeriod, people: list[Employee], now: dt.datetime
) -> Iterator[dict[str, Any]]:
    first, last = month_of(period.starts_on)
    expectation = Expectation(first, last)
    for start in range(0, len(people), judging.PEOPLE_A_BATCH):
        batch = people[start : start + judging.PEOPLE_A_BATCH]
        calendars = calendars_of(period.company, batch, first, last)
        rows = roll_by(calendars, people=batch, first=first, last=last, now=now)
        for person, row in zip(batch, rows, strict=True):
            yield to_json(row, expectation.hours(row, calendars[person.pk]))


def _line(
    period: AttendancePeriod, placed: Placed, month: Payable, row: dict[str, Any]
) -> PeriodLine:
    figures, steps = payable.to_json(month)
    person = placed.employee
    return PeriodLine(
        company=period.company, period=period, employee=person, code=person.code,
        name=person.name, department=placed.department, office=placed.office, figures=figures,
        steps=steps, roll=row,
    )  # fmt: skip


@transaction.atomic
def period_reopen(*, period: AttendancePeriod, reason: str, by: Actor) -> AttendancePeriod:
    """Open a locked month again, with a reason; what came meanwhile is judged at once.

    Raises:
        NotAllowed, PeriodNotLast, ReasonMissing, PeriodNotLocked
    """
    if not permissions.can_close_month(by, period.company):
        raise NotAllowed
    first, last = month_of(period.starts_on)
    now = timezone.now()
    people = _lock_everybody(period.company, last)
    locked: AttendancePeriod = AttendancePeriod.objects.select_for_update(of=("self",)).get(
        pk=period.pk
    )
    refuse_reopening(locked, reason, by=by)
    PeriodLine.objects.filter(period=locked).delete()
    # The payroll program may have read the file: the audit keeps which one it was.
    changes = {"fingerprint": [locked.fingerprint, None]}
    locked.state, locked.locked_at, locked.locked_by = PeriodState.OPEN, None, None
    locked.lock_reason, locked.fingerprint, locked.layout = "", "", []
    locked.ask_problem = ""
    locked.unresolved, locked.totals, locked.reopened_at = {}, {}, now
    locked.save()
    audit.record(
        by=by, verb="month_reopened", subject=locked, reason=reason.strip(), changes=changes
    )
    _finish(period.company, people, first, last, now)
    return locked


def refuse_reopening(period: AttendancePeriod, reason: str, *, by: Actor) -> None:
    """Raise whatever stands against reopening the month by somebody who may close months.

    Raises:
        ReasonMissing, PeriodNotLocked, PeriodNotLast
    """
    if not reason.strip():
        raise ReasonMissing
    if period.state != PeriodState.LOCKED:
        raise PeriodNotLocked(month=month_name(period.starts_on))
    if not permissions.can_reopen_month(by, period.company, is_last=is_last_locked(period)):
        raise PeriodNotLast(month=month_name(period.starts_on))


def months_due(company: Company, now: dt.datetime) -> list[dt.date]:
    """Return the months that are to lock by themselves, the earliest first.

    They are those with days; one that HR reopened has its days counted from then.
    """
    policy = company_settings(company).policy_on(now.date())
    wait = policy.auto_lock_days
    oldest = AttendanceDay.objects.order_by("date").values_list("date", flat=True).first()
    if wait is None or oldest is None:
        return []
    today = company_today(company, now)
    known = {row.starts_on: row for row in AttendancePeriod.objects.all()}
    found, (first, last) = [], month_of(oldest)
    while today - last > dt.timedelta(days=wait):
        if _is_due(known.get(first), today, wait, policy.zone):
            found.append(first)
        first, last = month_of(last + dt.timedelta(days=1))
    return found


def _is_due(period: AttendancePeriod | None, today: dt.date, wait: int, zone: str) -> bool:
    if period is None:
        return True
    if period.state == PeriodState.LOCKED:
        return False
    again = period.reopened_at
    return again is None or (today - zones.local_date(again, zone)).days > wait


def period_lock_due(*, company: Company, starts_on: dt.date) -> bool:
    """Lock a month by itself, whatever is unresolved; return whether its days let it.

    A day that still waits holds it open until the next run.
    """
    by = job_actor("auto_lock", company)
    try:
        _lock(company, starts_on, "", by, must_say_why=False)
    except (PeriodHasOpenDays, PeriodLocked):
        return False
    return True
