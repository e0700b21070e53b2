"""What many people have at once: for lists of a team, in a constant number of statements."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal

from companies.models import Company, Employee
from leave.models import LeaveType
from leave.selectors.balances import Account
from leave.selectors.books import Loaded, Whose, load_books
from leave.terms import leave_settings


def available(
    company: Company, people: Collection[Employee], *, on: dt.date
) -> tuple[list[LeaveType], dict[Whose, Decimal | None]]:
    """Return the types that have books of their own, and what each person may still take.

    That is after all that is pending; None where there is no limit. Four statements.
    """
    settings = leave_settings(company)
    types = [
        kind
        for pk, kind in settings.types.items()
        if (rules := settings.type_on(pk, on)) is not None
        and kind.is_offered and rules.rules.needs_allocation and rules.books_type_id == pk
    ]  # fmt: skip
    books = load_books([person.pk for person in people], [kind.pk for kind in types])
    found: dict[Whose, Decimal | None] = {}
    for person in people:
        person.company = company
        for kind in types:
            loaded = books.get((person.pk, kind.pk), Loaded())
            account = Account(person, kind, loaded, settings)
            found[person.pk, kind.pk] = account.figures(on=on, today=on).available
    return types, found
