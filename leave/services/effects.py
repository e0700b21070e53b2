"""What a request does to days, books and sheets: held, taken, given back; under the person's lock.

Callers have decided that it may; they write the step and tell the audit.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Collection, Iterable, Mapping
from decimal import Decimal

from django.db.models import Sum

from attendance.enums import MarkKind, Portion
from attendance.services.marks import NewMark, marks_write
from companies import services
from companies.actor import Actor
from leave.enums import StepKind
from leave.errors import YearClosed
from leave.models import (
    LeaveDay,
    LeaveRequest,
    LeaveRequestState,
    LedgerEntry,
    RequestDraw,
    RequestStep,
)
from leave.notifications import SLACK_KIND
from leave.rules.amounts import ZERO
from leave.rules.books import Draw
from leave.rules.changes import difference
from leave.rules.counting import BOTH, Count, CountedDay
from leave.selectors.scenes import Look, closed_to
from leave.terms import TypeOn

Dates = Callable[[dt.date], bool]


def always(date: dt.date) -> bool:
    """Return that every date is meant."""
    return True


def step_add(
    *,
    request: LeaveRequest,
    kind: StepKind,
    by: Actor,
    now: dt.datetime,
    place: int | None = None,
    reason: str = "",
    values: Mapping[str, object] | None = None,
) -> RequestStep:
    """Write down what somebody did about a request, at the next number."""
    number = RequestStep.objects.filter(request=request).count() + 1
    made: RequestStep = RequestStep.objects.create(
        company=request.company, request=request, number=number, kind=kind, place=place,
        reason=reason.strip()[:300], values=dict(values or {}), by_kind=by.kind, by_id=by.id,
        by_name=by.name, on_behalf_of=by.on_behalf_of, happened_at=now,
    )  # fmt: skip
    services.slack_messages_update(
        company=request.company, kind=SLACK_KIND, subject=request.public_id,
        nth=str(made.public_id),
    )  # fmt: skip
    return made


# --- days and draws -------------------------------------------------------------------------------
def portion_of(day: CountedDay, *, is_by_hour: bool) -> Portion:
    """Return which part of its date a counted day takes."""
    if is_by_hour:
        return Portion.HOURS
    if day.halves == BOTH:
        return Portion.FULL
    return Portion.AM if Portion.AM in day.halves else Portion.PM


def days_write(*, request: LeaveRequest, count: Count, free: Dates = always) -> list[LeaveDay]:
    """Write the dates that a request counts; those that are `free` and count are held."""
    is_by_hour = request.starts_at is not None
    rows: list[LeaveDay] = LeaveDay.objects.bulk_create(
        LeaveDay(
            company=request.company,
            request=request,
            employee=request.employee,
            date=day.date,
            portion=portion_of(day, is_by_hour=is_by_hour),
            # Hours of one date may be several requests: the rules compare their stretches.
            takes_am=Portion.AM in day.halves and not is_by_hour,
            takes_pm=Portion.PM in day.halves and not is_by_hour,
            amount=day.amount,
            why=day.why,
            is_held=bool(day.amount) and free(day.date),
        )
        for day in count.days
    )
    return rows


def draws_write(*, request: LeaveRequest, books_type: int, draws: Iterable[Draw]) -> None:
    """Write what a request reserves, by date and source."""
    sums: dict[tuple[dt.date, str], Decimal] = {}
    for draw in draws:
        key = (draw.date, draw.source or "")
        sums[key] = sums.get(key, ZERO) + draw.amount
    RequestDraw.objects.bulk_create(
        RequestDraw(
            company=request.company, request=request, employee=request.employee,
            leave_type_id=books_type, date=date, source=source, amount=amount,
        )
        for (date, source), amount in sums.items()
    )  # fmt: skip


def hold(*, request: LeaveRequest, look: Look, free: Dates = always) -> list[LeaveDay]:
    """Hold what a request asks for: its days, and what it draws on."""
    assert look.answer.count is not None  # noqa: S101  # a refused request is never held
    rows = days_write(request=request, count=look.answer.count, free=free)
    if look.answer.drawn is not None:
        draws_write(
            request=request, books_type=look.rules.books_type_id, draws=look.answer.drawn.draws
        )
    return rows


def let_go(*, request: LeaveRequest) -> None:
    """Free what a request holds and reserves; nothing was taken yet."""
    LeaveDay.objects.filter(request=request, is_held=True).update(is_held=False)
    RequestDraw.objects.filter(request=request).delete()


# --- books ----------------------------------------------------------------------------------------
def draws_of(request: LeaveRequest) -> dict[int, list[Draw]]:
    """Return what a request draws now, by the type of the books."""
    found: dict[int, list[Draw]] = {}
    for row in RequestDraw.objects.filter(request=request).order_by("date", "id"):
        draw = Draw(row.date, row.source or None, row.amount)
        found.setdefault(row.leave_type_id, []).append(draw)
    return found


def entries_write(
    *,
    request: LeaveRequest,
    before: Mapping[int, list[Draw]],
    number: int,
    by: Actor,
    reason: str = "",
) -> None:
    """Write the lines that lead from what the request drew before to what it draws now.

    One a source, on the first date that draws on it; each mends the line of that date, so that
    every balance is as if what is drawn now alone had been written.
    """
    now = draws_of(request)
    LedgerEntry.objects.bulk_create(
        LedgerEntry(
            company=request.company,
            employee=request.employee,
            leave_type_id=books_type,
            key=f"request:{request.public_id}:{number}#{place}",
            kind=entry.kind,
            amount=entry.amount,
            effective_on=entry.effective_on,
            source=entry.source or "",
            request=request,
            reason=reason,
            by_kind=by.kind,
            by_id=by.id,
            by_name=by.name,
        )
        for books_type in sorted({*before, *now})
        for place, entry in enumerate(
            difference(before.get(books_type, ()), now.get(books_type, ()))
        )
    )


def take(*, request: LeaveRequest, rules: TypeOn, number: int, by: Actor) -> None:
    """Take what a request reserves: lines in the books, marks in the sheet, days judged anew."""
    LeaveDay.objects.filter(request=request, amount__gt=0).update(is_held=True)
    entries_write(request=request, before={}, number=number, by=by)
    days = LeaveDay.objects.filter(request=request, is_held=True).order_by("date")
    mark(request=request, rules=rules, added=list(days), by=by)


def give_back(
    *,
    request: LeaveRequest,
    rules: TypeOn,
    dates: Dates,
    number: int,
    by: Actor,
    reason: str = "",
) -> Decimal:
    """Give back what a request took on these dates; return how much it counts less.

    Raises:
        YearClosed, PeriodLocked
    """
    days = [
        day
        for day in LeaveDay.objects.filter(request=request, is_held=True).order_by("date")
        if dates(day.date)
    ]
    gone = {day.date for day in days}
    _refuse_closed(rules, gone)
    before = draws_of(request)
    RequestDraw.objects.filter(request=request, date__in=gone).delete()
    entries_write(request=request, before=before, number=number, by=by, reason=reason)
    LeaveDay.objects.filter(pk__in=[day.pk for day in days]).update(is_held=False)
    mark(request=request, rules=rules, withdrawn=gone, by=by)
    return sum((day.amount for day in days), ZERO)


def _refuse_closed(rules: TypeOn, dates: Collection[dt.date]) -> None:
    """Refuse to give back what a closed leave year has carried or let lapse."""
    until = closed_to(rules.books_type_id) if dates else None
    if until is not None and min(dates) <= until:
        raise YearClosed(date=until.isoformat())


def mark(
    *,
    request: LeaveRequest,
    rules: TypeOn,
    by: Actor,
    added: Collection[LeaveDay] = (),
    withdrawn: Collection[dt.date] = (),
) -> None:
    """Cover the sheet's dates, or uncover them; the days are judged anew."""
    marks_write(
        employee=request.employee,
        kind=MarkKind.LEAVE,
        source_ref=source_ref(request),
        by=by,
        added=[_new_mark(request, day) for day in added],
        withdrawn=withdrawn,
        code=request.leave_type.code,
        is_paid=rules.row.is_paid,
    )


def _new_mark(request: LeaveRequest, day: LeaveDay) -> NewMark:
    if day.portion == Portion.HOURS:
        return NewMark(day.date, Portion.HOURS, request.starts_at, request.ends_at)
    return NewMark(day.date, Portion(day.portion))


def source_ref(request: LeaveRequest) -> str:
    """Return by what the marks of a request name it."""
    return f"leave:{request.public_id}"


# --- where it stands ------------------------------------------------------------------------------
def held_amount(request: LeaveRequest) -> Decimal:
    """Return what a request counts of what it still holds."""
    rows = LeaveDay.objects.filter(request=request, is_held=True)
    found: Decimal | None = rows.aggregate(sum=Sum("amount"))["sum"]
    return found or ZERO


def state_end(*, status: LeaveRequestState, state: str, now: dt.datetime) -> None:
    """Put a request into a state in which it waits for nobody."""
    status.state, status.place, status.since, status.cancel_from = state, None, now, None
    status.waits_for_manager = status.waits_for_hr = False
    status.passed_to, status.reach, status.reminded = None, 0, 0
    status.save(update_fields=[
        "state", "place", "since", "cancel_from", "waits_for_manager", "waits_for_hr", "passed_to",
        "reach", "reminded", "amount", "first_on", "last_on", "calendar_revision",
    ])  # fmt: skip
