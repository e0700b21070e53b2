"""Dates on which nobody takes leave, and whom they do not bind."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from django.db import transaction

from companies import audit
from companies.actor import Actor
from companies.errors import NotAllowed
from companies.models import Company, Employee
from leave import permissions
from leave.models import BlockDate, BlockExemption


def _snapshot(row: BlockDate) -> audit.Snapshot:
    exempt = BlockExemption.objects.filter(block=row).order_by("employee__name")
    names = list(exempt.values_list("employee__name", flat=True))
    return {**audit.snapshot(row), "exemptions": names}


@transaction.atomic
def block_save(
    *,
    company: Company,
    by: Actor,
    exempt: Collection[Employee] = (),
    block: BlockDate | None = None,
    **columns: Any,
) -> BlockDate:
    """Write block dates, or change them, with the people whom they do not bind.

    Raises:
        NotAllowed; ValidationError: columns that do not fit.
    """
    if not permissions.can_manage_leave(by, block) or by.company != company:
        raise NotAllowed
    before = _snapshot(block) if block is not None else {}
    row = BlockDate(company=company)
    if block is not None:
        row = BlockDate.objects.select_for_update(of=("self",)).get(pk=block.pk)
    for name, value in columns.items():
        setattr(row, name, value)
    row.full_clean()
    row.save()
    _exempt(row, exempt)
    changes = audit.difference(before, _snapshot(row))
    if changes:
        verb = "block_date_changed" if block is not None else "block_date_added"
        audit.record(by=by, verb=verb, subject=row, changes=changes)
    return row


def _exempt(row: BlockDate, people: Collection[Employee]) -> None:
    wanted = {person.pk for person in people}
    standing = BlockExemption.objects.filter(block=row)
    known = set(standing.values_list("employee", flat=True))
    standing.exclude(employee__in=wanted).delete()
    BlockExemption.objects.bulk_create(
        BlockExemption(company=row.company, block=row, employee_id=pk)
        for pk in sorted(wanted - known)
    )


@transaction.atomic
def block_delete(*, block: BlockDate, by: Actor) -> None:
    """Delete block dates; leave may be taken on them again.

    Raises:
        NotAllowed
    """
    if not permissions.can_manage_leave(by, block):
        raise NotAllowed
    changes = audit.difference(_snapshot(block), {})
    audit.record(by=by, verb="block_date_deleted", subject=block, changes=changes)
    block.delete()
