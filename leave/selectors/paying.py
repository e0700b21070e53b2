"""What may be paid out today, and why no more: floor, most of the year, what was paid already."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from companies.models import Employee
from leave.enums import EntryKind
from leave.models import LeaveType
from leave.rules.amounts import ZERO
from leave.rules.books import Books
from leave.rules.earned import most_encashable
from leave.rules.years import Dates
from leave.selectors.books import Loaded, load_books
from leave.terms import TypeOn, leave_settings


@dataclass(frozen=True)
class Payable:
    """A type of which leave is paid out, and the figures that say how much."""

    leave_type: LeaveType
    there: Decimal
    keeps: Decimal
    a_year: Decimal
    paid: Decimal
    most: Decimal


def paid_in(books: Books, dates: Dates) -> Decimal:
    """Return what was paid out on these dates."""
    paid = (
        entry.amount
        for entry in books.entries
        if entry.kind == EntryKind.ENCASHED and entry.effective_on in dates
    )
    return -sum(paid, ZERO)


def payable_of(leave_type: LeaveType, loaded: Loaded, rules: TypeOn, today: dt.date) -> Payable:
    """Return the figures of one type: what is there once what waits is taken."""
    a_year = rules.row.encash_most or ZERO
    there = loaded.books.available([today], reserved=loaded.reserved) or ZERO
    paid = paid_in(loaded.books, rules.leave_year.of(today))
    keeps = rules.row.encash_keep
    most = most_encashable(there, keeps=keeps, most=max(ZERO, a_year - paid))
    return Payable(leave_type, there, keeps, a_year, paid, most)


def payable(employee: Employee, today: dt.date) -> list[Payable]:
    """Return every type of which leave is paid out; four statements with settings in memory."""
    settings = leave_settings(employee.company)
    offering: Collection[tuple[LeaveType, TypeOn]] = [
        (row, rules)
        for pk, row in settings.types.items()
        if (rules := settings.type_on(pk, today)) is not None and rules.row.encash_most is not None
    ]
    books = load_books([employee.pk], [row.pk for row, _rules in offering])
    return [
        payable_of(row, books.get((employee.pk, row.pk), Loaded()), rules, today)
        for row, rules in offering
    ]
