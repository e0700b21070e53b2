"""A credit is taken back by a line that stands beside it; no run ever gives it again."""

from __future__ import annotations

from django.db import transaction

from attendance.services import days
from companies import audit
from companies.actor import Actor
from companies.errors import ReasonMissing
from leave import wording
from leave.enums import UNDONE, EntryKind
from leave.errors import CreditUndone, CreditUsed
from leave.models import LedgerEntry
from leave.rules.ahead import taken
from leave.rules.amounts import ZERO
from leave.selectors.books import loaded_of
from leave.selectors.ledger import undo_key
from leave.services.books import refuse_closed, refuse_right


@transaction.atomic
def credit_undo(*, entry: LedgerEntry, reason: str, by: Actor) -> LedgerEntry:
    """Take an accrued credit back, in force from its own date; its key stays used.

    Raises:
        NotAllowed, OwnRecord, ReasonMissing, YearClosed
        CreditUndone: it is no credit, or was taken back before.
        CreditUsed: leave that was approved or asked for, or a carry-over, has drawn on it.
    """
    refuse_right(by, entry.employee)
    if not reason.strip():
        raise ReasonMissing
    locked = days.lock_person(entry.employee)
    if entry.kind != EntryKind.ACCRUAL or entry.amount <= ZERO:
        raise CreditUndone
    refuse_closed(entry.leave_type_id, entry.effective_on)
    loaded, key = loaded_of(locked, entry.leave_type_id), undo_key(entry)
    if key in loaded.entry_keys:
        raise CreditUndone
    left = loaded.books.with_entries(taken(loaded.reserved)).left().get(entry.source, ZERO)
    if left < entry.amount:
        raise CreditUsed(left=wording.amount(max(ZERO, left)))
    row = LedgerEntry(
        company=locked.company, employee=locked, leave_type=entry.leave_type, key=key,
        kind=EntryKind.ADJUSTMENT, amount=-entry.amount, effective_on=entry.effective_on,
        source=entry.source, reason=f"{UNDONE}{reason.strip()}"[:300],
        by_kind=by.kind, by_id=by.id, by_name=by.name,
    )  # fmt: skip
    row.save()
    audit.record(
        by=by, verb="leave_credit_undone", subject=row, reason=reason.strip(),
        changes={"amount": [str(entry.amount), "0"]},
    )  # fmt: skip
    return row
