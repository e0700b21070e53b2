"""What HR's ledger shows beside its lines: sums up to a line, and what an allocation holds."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from decimal import Decimal

from django.db.models import OuterRef, Q, Subquery, Sum
from django.db.models.functions import Coalesce

from companies.models import Company
from leave.models import Allocation, LeaveType, LedgerEntry
from leave.models.types import amount_field
from leave.terms import leave_settings

_AMOUNT = amount_field("")


def running_of(entries: Collection[int]) -> dict[int, Decimal]:
    """Return, by primary key, what all lines of the same books up to each line add up to."""
    earlier = LedgerEntry.objects.filter(
        Q(effective_on__lt=OuterRef("effective_on"))
        | Q(effective_on=OuterRef("effective_on"), id__lte=OuterRef("id")),
        employee=OuterRef("employee"),
        leave_type=OuterRef("leave_type"),
    )
    sums = earlier.order_by().values("employee").annotate(total=Sum("amount")).values("total")
    rows = LedgerEntry.objects.filter(pk__in=list(entries)).order_by()
    found = rows.annotate(running=Coalesce(Subquery(sums), Decimal(0), output_field=_AMOUNT))
    return dict(found.values_list("pk", "running"))


def left_of(allocation: Allocation) -> Decimal:
    """Return what is left in an allocation once everything written is drawn."""
    lines = LedgerEntry.objects.filter(
        employee=allocation.employee_id,
        leave_type=allocation.leave_type_id,
        source=allocation.key,
    )
    total: Decimal | None = lines.aggregate(total=Sum("amount"))["total"]
    return total or Decimal(0)


def undo_key(entry: LedgerEntry) -> str:
    """Return the natural key of the line that takes a credit back."""
    return f"undo:{entry.key}"


def is_undone(entry: LedgerEntry) -> bool:
    """Return whether a credit was taken back by hand."""
    rows = LedgerEntry.objects.filter(
        employee=entry.employee_id, leave_type=entry.leave_type_id, key=undo_key(entry)
    )
    return bool(rows.exists())


def types_with_books(company: Company, on: dt.date) -> list[LeaveType]:
    """Return the types that have books of their own: what is granted of others counts for nothing.

    `company` must be freshly loaded.
    """
    settings = leave_settings(company)
    return [
        row
        for pk, row in settings.types.items()
        if (rules := settings.type_on(pk, on)) is not None
        and rules.rules.needs_allocation
        and rules.row.draws_on_id is None
    ]
