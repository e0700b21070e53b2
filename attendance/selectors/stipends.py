"""What the stipends of interns come to in a month, in money."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from attendance.rules.payable import Payable
from attendance.rules.stipend import Term, stipend_money
from attendance.selectors.payable import Window, locked_month, stipends_within
from companies.enums import StipendPer
from companies.models import Company, Employee
from companies.selectors import internships_between


def stipends_of(
    *,
    company: Company,
    people: Sequence[Employee],
    months: Mapping[int, Payable],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
) -> dict[int, Decimal]:
    """Return what each person's stipend comes to: as a locked month keeps it, else as of now."""
    if locked_month(company, first) is None:
        return stipend_moneys(
            company=company, people=people, months=months, first=first, last=last, now=now
        )
    kept = ((key, month.stipend_money) for key, month in months.items())
    return {key: money for key, money in kept if money is not None}


def stipend_moneys(
    *,
    company: Company,
    people: Sequence[Employee],
    months: Mapping[int, Payable],
    first: dt.date,
    last: dt.date,
    now: dt.datetime,
) -> dict[int, Decimal]:
    """Return what each person's stipend comes to, by primary key; who has no amount is left out.

    `months` are those of `payable.paid_months`: an internship that covers all of the month in which
    the person was employed takes the stipend days from there.
    """
    by_key = {person.pk: person for person in people}
    found_rows = [
        row
        for row in internships_between(months, first, last)
        if row.employee_id in by_key and row.stipend_amount is not None
    ]
    parts = {row.pk: _part(row, by_key[row.employee_id], first, last) for row in found_rows}
    # One may reach beyond a last day that was written later: what lies there was never worked.
    paid = [row for row in found_rows if parts[row.pk].first <= parts[row.pk].last]
    halves = {row.pk: months[row.employee_id].stipend for row in paid}
    asked = [row for row in paid if _needs_window(row, parts[row.pk], first, last)]
    if asked:
        found = stipends_within(
            company=company, windows=[parts[row.pk] for row in asked], first=first, last=last,
            now=now,
        )  # fmt: skip
        halves |= dict(zip([row.pk for row in asked], found, strict=True))
    terms: dict[int, list[Term]] = defaultdict(list)
    for row in paid:
        part = parts[row.pk]
        terms[row.employee_id].append(
            Term(
                first=part.first, last=part.last, per=StipendPer(row.stipend_per),
                amount=row.stipend_amount, halves=halves[row.pk],
            )
        )  # fmt: skip
    days_of_month = (last - first).days + 1
    return {key: stipend_money(mine, days_of_month) for key, mine in terms.items()}


def _part(row: Any, person: Employee, first: dt.date, last: dt.date) -> Window:
    begins = max(row.starts_on, first, person.joined_on)
    return Window(person, begins, min(row.ends_on, last, person.left_on or last))


def _needs_window(row: Any, part: Window, first: dt.date, last: dt.date) -> bool:
    """Return whether the internship leaves out days of the month on which it could be earned."""
    begins = max(first, part.employee.joined_on)
    ends = min(last, part.employee.left_on or last)
    is_whole = part.first <= begins and ends <= part.last
    return row.stipend_per == StipendPer.DAY and not is_whole
