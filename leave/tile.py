"""What the first page says of somebody's leave: what is left of each kind, in short."""

from __future__ import annotations

import datetime as dt

from attendance.rules.zones import local_date
from attendance.selectors.people import zone_of
from companies.models import Employee
from leave.phrases import amount_text
from leave.selectors.balances import accounts, drawn_on


def balances_line(employee: Employee, *, now: dt.datetime) -> list[dict[str, str]]:
    """Return what is available of each type with a limit, after all that is asked for, in short."""
    today = local_date(now, zone_of(employee, now))
    found = [
        account.figures(on=today, today=today)
        for account in accounts(employee, on=today)
        if account.loaded.books.entries and not drawn_on(account, today)
    ]
    return [
        {
            "name": each.leave_type.name,
            "figure": amount_text(each.available, is_in_hours=each.is_in_hours),
        }
        for each in found
        if each.needs_allocation and each.available is not None
    ]
