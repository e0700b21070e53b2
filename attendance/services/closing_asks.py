"""Closing of a company so large that a page could not wait for it: asked for, then done by a job.

Everybody's month is judged once more before it is locked, and again when it is opened. Whoever
asks may leave: it is done as theirs, with the rights they have by then, and the page of the month
says how it went.
"""

from __future__ import annotations

import datetime as dt

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone

from attendance import permissions
from attendance.enums import PeriodAsk
from attendance.errors import PeriodBusy, PeriodGivenUp
from attendance.models import AttendancePeriod
from attendance.services import closing
from attendance.services.decisions import month_name
from companies import audit
from companies.actor import Actor
from companies.errors import MusterError, NotAllowed
from companies.models import Company, Employee
from companies.selectors import actor_of

# Of so many people a page can wait: some ten seconds.
MOST_AT_ONCE = 500
# A process that dies over one each time must not do so for ever.
_MOST_ATTEMPTS = 5
# Longer than a process on AWS may live.
_LEASE = dt.timedelta(minutes=16)


def is_large(company: Company) -> bool:
    """Return whether a month of the company is closed by the job."""
    count: int = Employee.objects.filter(company=company).count()
    return count > MOST_AT_ONCE


def month_lock(*, company: Company, starts_on: dt.date, reason: str, by: Actor) -> bool:
    """Lock a month now, or ask for it where that takes long; return whether it is locked.

    Raises:
        what `closing.period_lock` raises; PeriodBusy
    """
    if not is_large(company):
        closing.period_lock(company=company, starts_on=starts_on, reason=reason, by=by)
        return True
    _ask(company, starts_on, PeriodAsk.LOCK, reason, by)
    return False


def month_reopen(*, period: AttendancePeriod, reason: str, by: Actor) -> bool:
    """Reopen a month now, or ask for it where that takes long; return whether it is open.

    Raises:
        what `closing.period_reopen` raises; PeriodBusy
    """
    if not is_large(period.company):
        closing.period_reopen(period=period, reason=reason, by=by)
        return True
    _ask(period.company, period.starts_on, PeriodAsk.REOPEN, reason, by)
    return False


@transaction.atomic
def _ask(company: Company, starts_on: dt.date, what: PeriodAsk, reason: str, by: Actor) -> None:
    if not permissions.can_close_month(by, company):
        raise NotAllowed
    # The second of two people waits here for the first.
    Company.objects.select_for_update(of=("self",), no_key=True).get(pk=company.pk)
    first, last = closing.month_of(starts_on)
    period: AttendancePeriod
    period, _made = AttendancePeriod.objects.get_or_create(company=company, starts_on=first)
    if period.asked_for:
        raise PeriodBusy(month=month_name(first))
    if what == PeriodAsk.LOCK:
        closing.refuse_lock(period, last, now=timezone.now())
    else:
        closing.refuse_reopening(period, reason, by=by)
    period.asked_for, period.asked_at, period.asked_by = what, timezone.now(), by.user
    period.asked_reason, period.ask_problem, period.ask_attempts = reason.strip()[:300], "", 0
    period.save()
    audit.record(by=by, verb=f"month_{what}_asked", subject=period, reason=period.asked_reason)


def asks_due() -> list[AttendancePeriod]:
    """Return the months of the company that somebody waits for, the first asked first."""
    waiting = AttendancePeriod.objects.exclude(asked_for="")
    return list(waiting.select_related("asked_by", "company").order_by("asked_at", "pk"))


def ask_carry_out(*, period: AttendancePeriod, now: dt.datetime) -> bool:
    """Do what was asked for, as whoever asked; return whether it was done.

    What stands against it by now is kept for the page of the month.
    """
    mine = AttendancePeriod.objects.filter(pk=period.pk).exclude(asked_for="")
    free = Q(ask_leased_until__isnull=True) | Q(ask_leased_until__lte=now)
    # Of two workers one goes on; after one that died another does, in time.
    if not mine.filter(free).update(
        ask_leased_until=now + _LEASE, ask_attempts=F("ask_attempts") + 1
    ):
        return False
    assert period.asked_by is not None  # noqa: S101  # a constraint
    period.refresh_from_db()
    by = actor_of(period.asked_by, period.company, now=now, channel="job")
    try:
        if period.ask_attempts > _MOST_ATTEMPTS:
            raise PeriodGivenUp(month=month_name(period.starts_on))
        with transaction.atomic():
            _do(period, by)
            _over(period)
    except MusterError as error:
        with transaction.atomic():
            _over(period, problem=str(error))
            audit.record(by=by, verb="month_ask_refused", subject=period, reason=str(error))
        return False
    return True


def _over(period: AttendancePeriod, *, problem: str = "") -> None:
    AttendancePeriod.objects.filter(pk=period.pk).update(
        asked_for="", asked_at=None, asked_by=None, asked_reason="", ask_leased_until=None,
        ask_attempts=0, ask_problem=problem[:300],
    )  # fmt: skip


def _do(period: AttendancePeriod, by: Actor) -> None:
    if period.asked_for == PeriodAsk.LOCK:
        closing.period_lock(
            company=period.company, starts_on=period.starts_on, reason=period.asked_reason, by=by
        )
    else:
        closing.period_reopen(period=period, reason=period.asked_reason, by=by)
