"""Counting leave anew: a holiday was added later, or another setting changed what a day is.

Days that count less are given back, with a line and a notice; a request left with nothing is over.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

from django.db import models, transaction
from django.utils import timezone

from attendance.selectors import people
from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.models import Employee
from leave import notifications
from leave.enums import RequestState, StepKind
from leave.models import LeaveDay, LeaveRequest, LeaveRequestState, RequestDraw
from leave.rules.amounts import ZERO, written
from leave.rules.counting import Count, count
from leave.selectors.scenes import (
    NEAR,
    Released,
    ask_of,
    closed_to,
    day_of,
    live_days,
    locked_months,
    others_of,
)
from leave.services import effects
from leave.services.decisions import asked_of, settle
from leave.terms import TypeOn, leave_settings

# Days further back than this stay as they were counted.
_LOOK_BACK = dt.timedelta(days=366)


def stale(now: dt.datetime) -> list[LeaveRequestState]:
    """Return the live requests of the open scope that were counted by older settings."""
    rows = LeaveRequestState.objects.filter(
        state__in=RequestState.live, last_on__gte=now.date() - _LOOK_BACK
    ).exclude(calendar_revision=models.F("company__settings_revision"))
    return list(rows.select_related("request__employee__company").order_by("employee", "id"))


@transaction.atomic
def request_recount(*, request: LeaveRequest, by: Actor, now: dt.datetime | None = None) -> Decimal:
    """Count a live request anew by the calendar as it is; return how much it counts less.

    What counts more than before is not taken: nobody asked for it. Days of a locked month, and of
    closed years, stay as they are.
    """
    moment, locked = now or timezone.now(), days.lock_person(request.employee)
    status = LeaveRequestState.objects.select_related(
        "request__employee__company", "request__employee__user", "request__leave_type"
    ).get(request=request)
    if status.state not in RequestState.live:
        return ZERO
    rules = leave_settings(locked.company).by_version[request.version_id]
    fresh = {day.date: day.amount for day in _count(status.request, locked, rules).days}
    held = LeaveDay.objects.filter(request=request, amount__gt=0).order_by("date")
    is_fixed = fixed_dates(rules, status)
    less = {
        day.date: day.amount - fresh.get(day.date, ZERO)
        for day in held
        if fresh.get(day.date, ZERO) < day.amount and not is_fixed(day.date)
    }
    status.calendar_revision = locked.company.settings_revision
    if not less:
        status.save(update_fields=["calendar_revision"])
        return ZERO
    return _give(status, rules, less, by=by, now=moment)


def fixed_dates(rules: TypeOn, status: LeaveRequestState) -> Callable[[dt.date], bool]:
    """Return whether a date lies in a locked month, or in a leave year that is closed."""
    locked, until = locked_months(status.first_on, status.last_on), closed_to(rules.books_type_id)
    return lambda date: date in locked or (until is not None and date <= until)


def _count(request: LeaveRequest, employee: Employee, rules: TypeOn) -> Count:
    first, last = request.first_on - NEAR, request.last_on + NEAR
    calendar = people.calendar_of(employee, first, last)
    asked = asked_of(request)
    near = live_days(employee, first, last, Released(frozenset({request.pk})))
    return count(
        ask_of(asked, calendar), day_of(calendar), unit=rules.rules.unit,
        counts_days_off=rules.rules.counts_days_off, others=others_of(near),
    )  # fmt: skip


def _give(
    status: LeaveRequestState,
    rules: TypeOn,
    less: dict[dt.date, Decimal],
    *,
    by: Actor,
    now: dt.datetime,
) -> Decimal:
    """Take so much less on these dates: draws, lines, marks, days, and the words about it."""
    request, before = status.request, status.amount
    total = sum(less.values(), ZERO)
    step = effects.step_add(
        request=request, kind=StepKind.RECOUNTED, by=by, now=now,
        values={date.isoformat(): str(amount) for date, amount in less.items()},
    )  # fmt: skip
    drawn = effects.draws_of(request)
    _fewer_draws(request, less)
    if status.state in RequestState.granted:
        effects.entries_write(
            request=request, before=drawn, number=step.number, by=by, reason="recounted"
        )
    gone = _fewer_days(request, less)
    is_granted = status.state in RequestState.granted
    if is_granted:
        effects.mark(request=request, rules=rules, withdrawn=gone, by=by)
        settle(status, now=now, over=RequestState.CANCELLED)
    else:
        status.amount = before - total
        if status.amount > ZERO:
            status.save(update_fields=["amount", "calendar_revision"])
        else:
            effects.let_go(request=request)
            effects.state_end(status=status, state=RequestState.CANCELLED, now=now)
    audit.record(
        by=by, verb="leave_recounted", subject=request,
        changes={"amount": [str(before), str(status.amount)]},
    )  # fmt: skip
    notifications.leave_recounted(status, rules, step, before=before)
    return total


def _fewer_draws(request: LeaveRequest, less: dict[dt.date, Decimal]) -> None:
    """Let go of what the dates draw too much, the last drawn first."""
    counted = {
        day.date: day.amount for day in LeaveDay.objects.filter(request=request, date__in=less)
    }
    rows = RequestDraw.objects.filter(request=request, date__in=less).order_by("date", "-id")
    by_date: dict[dt.date, list[RequestDraw]] = {}
    for row in rows:
        by_date.setdefault(row.date, []).append(row)
    for date, drawn in by_date.items():
        # In the unit of the books: the same share of what was drawn.
        share = less[date] / counted[date]
        wanted = written(sum((row.amount for row in drawn), ZERO) * share)
        for row in drawn:
            part = min(wanted, row.amount)
            if part <= ZERO:
                continue
            wanted -= part
            row.amount -= part
            if row.amount:
                row.save(update_fields=["amount"])
            else:
                row.delete()


def _fewer_days(request: LeaveRequest, less: dict[dt.date, Decimal]) -> list[dt.date]:
    """Write what the dates count by now; return those that count nothing any more."""
    gone = []
    for day in LeaveDay.objects.filter(request=request, date__in=less):
        day.amount -= less[day.date]
        if not day.amount:
            day.is_held = False
            gone.append(day.date)
        day.save(update_fields=["amount", "is_held"])
    return gone
