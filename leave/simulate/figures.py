"""What moved in some books between two dates."""

from __future__ import annotations

from decimal import Decimal

from leave.enums import EntryKind
from leave.rules.amounts import ZERO
from leave.rules.books import Books
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
