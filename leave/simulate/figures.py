"""Amounts, lines of books, and what moved in them, as the answers write them."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from attendance.simulate.answers import Words
from leave.enums import EntryKind
from leave.rules.amounts import ZERO
from leave.rules.books import Books, Entry
from leave.rules.lapse import REASONS
from leave.rules.years import DAY, Dates

_NAMES = {
    EntryKind.GRANT: "granted",
    EntryKind.ACCRUAL: "granted",
    EntryKind.COMP_OFF: "granted",
    EntryKind.ADJUSTMENT: "adjusted",
    EntryKind.CARRIED: "carried",
    EntryKind.TAKEN: "taken",
    EntryKind.RETURNED: "taken",
    EntryKind.LAPSED: "lapsed",
    EntryKind.ENCASHED: "encashed",
}
_OUTGOING = frozenset({"taken", "lapsed", "encashed"})


def text(amount: Decimal) -> str:
    """An amount as the answers write it: no more zeros than needed, and never an exponent."""
    plain = f"{amount:f}"
    return (plain.rstrip("0").rstrip(".") if "." in plain else plain) or "0"


def line(entry: Entry, words: Words) -> dict[str, Any]:
    """A line of the books."""
    said = entry.reason if entry.reason in REASONS else entry.kind.value
    return {
        "on": entry.effective_on.isoformat(),
        "kind": entry.kind.value,
        "amount": text(entry.amount),
        "allocation": entry.source,
        "reason": entry.reason,
        "words": words(f"entry.{said}", {}),
    }


def movements(books: Books, dates: Dates) -> dict[str, Decimal]:
    """Opening + granted + adjusted + carried − taken − lapsed − encashed = closing.

    The opening balance is that before the first day: that day's grants are movement. What is
    carried moves from one allocation to another and is none, but over the edge of the dates. Of
    dates to come it closes with what is written: what lapses by then is no movement yet.
    """
    names = ("granted", "adjusted", "carried", "taken", "lapsed", "encashed")
    found, moved = dict.fromkeys(names, ZERO), ZERO
    for entry in books.entries:
        if entry.effective_on in dates:
            name = _NAMES[entry.kind]
            found[name] += -entry.amount if name in _OUTGOING else entry.amount
            moved += entry.amount
    opening = books.balance_on(dates.first - DAY)
    return {"opening": opening, **found, "closing": opening + moved}
