"""How HR's pages of the books say amounts, dates and allocations."""

from __future__ import annotations

from decimal import Decimal

from django.utils.formats import date_format
from django.utils.translation import gettext as _

from leave import wording
from leave.models import Allocation, LeaveRequest


def signed(amount: Decimal) -> str:
    """Return an amount with its sign: "+1.5", "−2"."""
    text = wording.amount(abs(amount))
    return f"−{text}" if amount < 0 else f"+{text}" if amount else text


def dates_words(request: LeaveRequest) -> str:
    """Return the dates of a request, with their weekdays."""
    first, last = (date_format(date, "D j M Y") for date in (request.first_on, request.last_on))
    return first if first == last else f"{first} – {last}"


def allocation_words(row: Allocation) -> str:
    """Return from when to when an allocation may be used: "from 1 Jan 2026 to 31 Mar 2026"."""
    first = date_format(row.starts_on, "j M Y")
    if row.ends_on is None:
        return _("from %(first)s") % {"first": first}
    return _("from %(first)s to %(last)s") % {
        "first": first,
        "last": date_format(row.ends_on, "j M Y"),
    }
