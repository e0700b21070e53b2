"""Whom a closure would book leave for, and how much; nothing is written."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import Q

from attendance.enums import Portion
from attendance.rules.person import PersonCalendar
from attendance.selectors.people import person_calendars
from attendance.selectors.settings import company_settings
from companies.models import Company, Employee
from leave.enums import RequestState, Taken, Unit
from leave.models import Closure, LeaveDay
from leave.rules.amounts import ZERO
from leave.rules.counting import BOTH, Count, Halves, count
from leave.rules.years import Dates
from leave.selectors.books import Loaded, factor_of, load_books
from leave.selectors.scenes import NEAR, Asked, ask_of, day_of, others_of
from leave.terms import LeaveSettings, TypeOn, leave_settings


@dataclass(frozen=True)
class Concerned:
    """What a closure would charge one person, in the type's unit, and how much of it lacks cover.

    `is_off` says that part of it is leave already, which is not charged again.
    """

    employee: Employee
    amount: Decimal
    is_off: bool
    lacking: Decimal


def stretches(
    closure: Closure, halves: Mapping[dt.date, Halves], settings: LeaveSettings
) -> Iterator[Asked]:
    """Yield what is left to book beside other leave: whole stretches, and halves of dates."""
    stretch: list[dt.date] = []
    for date in Dates(closure.first_on, closure.last_on):
        taken = halves.get(date, frozenset())
        if not taken:
            stretch.append(date)
            continue
        if stretch:
            yield _asked(closure, stretch)
        stretch = []
        rules = settings.type_on(closure.leave_type_id, date)
        if taken != BOTH and rules is not None and rules.rules.unit != Unit.DAY:
            yield _asked(closure, [date], Taken.PM if Portion.AM in taken else Taken.AM)
    if stretch:
        yield _asked(closure, stretch)


def _asked(closure: Closure, dates: list[dt.date], part: Taken = Taken.FULL) -> Asked:
    return Asked(
        leave_type=closure.leave_type, first_on=dates[0], last_on=dates[-1], first_part=part,
        last_part=part, note=closure.name,
    )  # fmt: skip


def closure_preview(closure: Closure, people: Sequence[Employee]) -> list[Concerned]:
    """Return what booking would charge these people; the statements do not grow with them.

    What else could refuse a person's leave (a limit, a block date) is said once it is booked.
    """
    company = Company.objects.get(pk=closure.company_id)
    settings = leave_settings(company)
    rules = settings.type_on(closure.leave_type_id, closure.first_on)
    if rules is None or not people:
        return []
    first, last = closure.first_on - NEAR, closure.last_on + NEAR
    calendars = person_calendars(
        company, people, settings=company_settings(company), first=first, last=last
    )
    keys = [employee.pk for employee in people]
    days = _live(keys, first, last)
    books = load_books(keys, [rules.books_type_id])
    return [
        _concerned(
            closure, employee, rules, settings, calendars[employee.pk], days.get(employee.pk, []),
            books.get((employee.pk, rules.books_type_id), Loaded()),
        )
        for employee in people
    ]  # fmt: skip


def _live(keys: Sequence[int], first: dt.date, last: dt.date) -> dict[int, list[LeaveDay]]:
    rows = LeaveDay.objects.filter(
        Q(is_held=True) | Q(request__status__state__in=RequestState.reserving),
        employee__in=keys, date__range=(first, last), amount__gt=0,
    )  # fmt: skip
    found: dict[int, list[LeaveDay]] = {}
    for row in rows.order_by("date", "id"):
        found.setdefault(row.employee_id, []).append(row)
    return found


def _concerned(
    closure: Closure,
    employee: Employee,
    rules: TypeOn,
    settings: LeaveSettings,
    calendar: PersonCalendar,
    days: list[LeaveDay],
    loaded: Loaded,
) -> Concerned:
    others = others_of(days)
    counts: list[Count] = [
        count(
            ask_of(asked, calendar), day_of(calendar), unit=rules.rules.unit,
            counts_days_off=rules.rules.counts_days_off, others=others,
        )
        for asked in stretches(closure, others.halves, settings)
    ]  # fmt: skip
    amount = sum((each.total for each in counts), ZERO)
    is_off = any(date in others.halves for date in Dates(closure.first_on, closure.last_on))
    dates = [day.date for each in counts for day in each.days if day.amount]
    lacking = _lacking(employee, rules, settings, loaded, dates, amount)
    return Concerned(employee, amount, is_off, lacking)


def _lacking(
    employee: Employee,
    rules: TypeOn,
    settings: LeaveSettings,
    loaded: Loaded,
    dates: list[dt.date],
    amount: Decimal,
) -> Decimal:
    """Return how much of the amount is not there on the dates."""
    if not dates or not rules.rules.needs_allocation:
        return ZERO
    available = loaded.ahead(employee, settings).available(
        dates, reserved=loaded.reserved, negative_limit=rules.rules.negative_limit
    )
    if available is None:
        return ZERO
    return max(ZERO, amount - available / factor_of(rules, settings))
