"""What a form asks while one fills it in: kinds of leave, what is left after, who else is off."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from django.db.models import Q

from companies.models import Employee
from companies.selectors import teammates_of
from leave.enums import RequestState
from leave.models import LeaveDay, LeaveType
from leave.rules.ahead import Ahead, taken
from leave.rules.amounts import ZERO
from leave.rules.years import DAY, Dates
from leave.selectors.balances import loss_of
from leave.selectors.books import Loaded, factor_of, load_books
from leave.selectors.requests import Off
from leave.selectors.scenes import Look
from leave.terms import TypeOn, leave_settings


@dataclass(frozen=True)
class Offer:
    """A kind of leave that the person may ask for, and what they have of it, in its unit.

    `available` is None where there is no limit.
    """

    leave_type: LeaveType
    rules: TypeOn
    available: Decimal | None = None


@dataclass(frozen=True)
class Left:
    """What is left once a request is granted, in its unit; `lapsing` of it only to a date."""

    amount: Decimal | None
    lapsing: Decimal = ZERO
    lapses_after: dt.date | None = None


def kinds(employee: Employee, *, on: dt.date) -> list[Offer]:
    """Return what the person may ask for, by name; none where the settings are in memory."""
    settings = leave_settings(employee.company)
    found = []
    for pk, leave_type in settings.types.items():
        rules = settings.type_on(pk, on)
        if rules is None or not leave_type.is_offered:
            continue
        only_for = rules.rules.employment_types
        if not only_for or employee.employment_type in only_for:
            found.append(Offer(leave_type, rules))
    return found


def offers(employee: Employee, *, on: dt.date) -> list[Offer]:
    """Return what the person may ask for and has; four statements more."""
    chosen = kinds(employee, on=on)
    settings = leave_settings(employee.company)
    books = load_books([employee.pk], {offer.rules.books_type_id for offer in chosen})
    found = []
    for offer in chosen:
        rules = offer.rules
        if not rules.rules.needs_allocation:
            found.append(offer)
            continue
        loaded = books.get((employee.pk, rules.books_type_id), Loaded())
        has = loaded.ahead(employee, settings).available(
            [on], reserved=loaded.reserved, negative_limit=rules.rules.negative_limit
        )
        factor = factor_of(rules, settings)
        found.append(replace(offer, available=None if has is None else has / factor))
    return found


def left_after(look: Look) -> Left | None:
    """Return what a request would leave on its last day; None where it draws on nothing."""
    if look.answer.drawn is None or not isinstance(look.scene.books, Ahead):
        return None
    ahead = look.scene.books
    drawn = (*look.scene.reserved, *look.answer.drawn.draws)
    factor = factor_of(look.rules, look.settings)
    amount = ahead.available(
        [look.asked.last_on], reserved=drawn, negative_limit=look.rules.rules.negative_limit
    )
    if amount is None:
        return Left(None)
    after = Loaded(books=look.loaded.books.with_entries(taken(drawn)))
    loss = loss_of(ahead, after, look.today)
    if loss is None or loss.date <= look.asked.last_on or amount <= ZERO:
        return Left(amount / factor)
    return Left(amount / factor, min(loss.amount, amount) / factor, loss.date - DAY)


def off_beside(employee: Employee, dates: Dates, *, on: dt.date) -> list[Off]:
    """Return who stands beside the person and is off on some of the dates, or asks to be.

    Never why. One statement; by name and date.
    """
    rows = (
        LeaveDay.objects.filter(
            employee__in=teammates_of(employee, on=on).values("pk"), amount__gt=0,
            date__range=(dates.first, dates.last),
        )
        .filter(Q(is_held=True) | Q(request__status__state__in=RequestState.reserving))
        .select_related("employee", "request__status")
        .order_by("date", "id")
    )  # fmt: skip
    by_request: dict[int, list[LeaveDay]] = {}
    for row in rows:
        by_request.setdefault(row.request_id, []).append(row)
    found = [
        Off(
            days[0].employee,
            Dates(days[0].date, days[-1].date),
            days[0].request.status.state in RequestState.granted,
        )
        for days in by_request.values()
    ]
    return sorted(found, key=lambda each: (each.employee.name, each.dates.first))
