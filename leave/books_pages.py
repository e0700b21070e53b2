"""What the page of somebody's books shows: every line, the sums of each year, and both figures."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Iterator
from decimal import Decimal
from itertools import groupby
from typing import Any

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from companies.models import Employee
from leave import phrases, wording
from leave.enums import EntryKind
from leave.models import LedgerEntry
from leave.phrases import amount_text, date_text, signed
from leave.rules.books import Allocation
from leave.rules.movement import movement_of
from leave.rules.years import Dates
from leave.selectors.balances import Account, LedgerLine
from leave.selectors.outlook import Proof, proof

Row = dict[str, Any]
# Beside these it is said who wrote the line.
_BY_HAND = (EntryKind.GRANT, EntryKind.ADJUSTMENT, EntryKind.ENCASHED, EntryKind.COMP_OFF)


def context(
    account: Account, lines: list[LedgerLine], *, today: dt.date, person: Employee | None
) -> dict[str, Any]:
    """Return the context of leave/books.html; `person` is whose books they are, if another's."""
    found = proof(account, today=today)
    is_in_hours = account.settings.is_in_hours(account.leave_type.pk)
    return {
        "person": person,
        "name": account.leave_type.name,
        "colour": account.leave_type.colour,
        "unit": _("hours") if is_in_hours else _("days"),
        "figure": amount_text(
            found.balance if found.available is None else found.available, is_in_hours=is_in_hours
        ),
        "is_unlimited": found.available is None,
        "steps": list(_steps(found, today)),
        "years": _years(account, lines, today),
        "back": _back(person),
    }


def _back(person: Employee | None) -> dict[str, str]:
    if person is None:
        return {"url": reverse("leave:overview"), "text": _("Leave")}
    url = reverse("leave:person", args=[person.public_id])
    return {"url": url, "text": _("Leave of %(name)s") % {"name": person.name}}


# --- the figures ----------------------------------------------------------------------------------
def _steps(found: Proof, today: dt.date) -> Iterator[Row]:
    """Yield the steps from the sum of all lines to what is available."""
    date = date_text(today, today)
    yield phrases.step(_("All lines up to %(date)s") % {"date": date}, phrases.plain(found.lines))
    if found.validity:
        yield phrases.step(_("Of these not valid today"), signed(found.validity))
    yield from phrases.proof_steps(found)


# --- the lines ------------------------------------------------------------------------------------
def _years(account: Account, lines: list[LedgerLine], today: dt.date) -> list[Row]:
    """Return the leave years that have lines, the latest first."""
    entries = [line.entry for line in lines]
    allocations = {each.key: each for each in account.loaded.books.allocations}
    years = [
        _year(dates, list(group), entries, allocations, today)
        for dates, group in groupby(lines, key=lambda line: _year_of(account, line))
    ]
    for year in years[-2:] if len(years) > 1 and years[-1]["is_ahead"] else years[-1:]:
        year["is_open"] = True
    return years[::-1]


def _year_of(account: Account, line: LedgerLine) -> Dates:
    date: dt.date = line.entry.effective_on
    return account.rules_on(date).leave_year.of(date)


def _year(
    dates: Dates,
    lines: list[LedgerLine],
    entries: Iterable[LedgerEntry],
    allocations: dict[str, Allocation],
    today: dt.date,
) -> Row:
    moved = movement_of(entries, dates)
    sums = [
        (_("came"), moved.allocated), (_("taken"), -moved.taken), (_("lapsed"), -moved.lapsed),
    ]  # fmt: skip
    return {
        "title": _title(dates),
        "is_ahead": dates.first > today,
        "opening": phrases.plain(moved.opening),
        "closing": phrases.plain(moved.closing),
        "sums": [{"label": label, "value": signed(amount)} for label, amount in sums if amount],
        "lines": [_line(line, allocations, today) for line in lines],
    }


def _title(dates: Dates) -> str:
    if (dates.first.month, dates.first.day) == (1, 1):
        return date_format(dates.first, "Y")
    return _("%(first)s to %(last)s") % {
        "first": date_format(dates.first, "j F Y"), "last": date_format(dates.last, "j F Y"),
    }  # fmt: skip


def _line(line: LedgerLine, allocations: dict[str, Allocation], today: dt.date) -> Row:
    entry = line.entry
    request = entry.request
    return {
        "date": date_text(entry.effective_on, today),
        "is_ahead": entry.effective_on > today,
        "what": str(EntryKind(entry.kind).label),
        "notes": list(_notes(entry, allocations.get(entry.source), today)),
        "amount": signed(entry.amount),
        "running": phrases.plain(line.running),
        "is_debt": line.running < Decimal(0),
        "url": reverse("leave:request", args=[request.public_id]) if request is not None else None,
    }


def _notes(entry: LedgerEntry, source: Allocation | None, today: dt.date) -> Iterator[str]:
    """Yield why it was written, for which dates, by whom if by hand, until when it is good."""
    if entry.rate is not None:
        yield _("at %(rate)s each") % {"rate": phrases.plain(entry.rate)}
    elif entry.reason and entry.reason != entry.kind:
        yield wording.entry(entry.reason)
    if entry.request is not None:
        yield phrases.span_text(entry.request.first_on, entry.request.last_on, today)
    if entry.kind in _BY_HAND and entry.by_kind == "person" and entry.by_name:
        yield _("by %(name)s") % {"name": entry.by_name}
    if source is not None and source.ends_on is not None and entry.amount > 0:
        yield _("good until %(date)s") % {"date": date_text(source.ends_on, today)}
