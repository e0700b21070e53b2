"""Addresses that take no mail: blocked by what the mail service tells, cleared by HR."""

from __future__ import annotations

import datetime as dt
import uuid
from contextlib import suppress

from django.db import transaction
from django.db.models import Q

from companies import audit, notifications, permissions, selectors
from companies.actor import Actor, job_actor
from companies.enums import MailProblem, OutboxState
from companies.errors import NotAllowed
from companies.models import BlockedAddress, Employee, OutboxMessage
from companies.scoping import company_scope, no_scope
from integrations.mail_events import Returned


@transaction.atomic
def address_block(*, returned: Returned, now: dt.datetime) -> bool:
    """Send no more mail to an address, and tell HR of each company; return whether it was news.

    The same report twice, or one of a mail from before HR cleared the address, changes nothing.
    """
    _mark_message(returned)
    row, is_new = BlockedAddress.objects.select_for_update().get_or_create(
        address=returned.address,
        defaults={
            "problem": returned.problem, "detail": returned.detail,
            "event_id": returned.event_id, "blocked_at": now,
        },
    )  # fmt: skip
    if not is_new:
        if not _is_news(row, returned):
            return False
        row.problem, row.detail = returned.problem, returned.detail
        row.event_id, row.blocked_at, row.cleared_at = returned.event_id, now, None
        row.save(update_fields=["problem", "detail", "event_id", "blocked_at", "cleared_at"])
    for employee in _people(returned.address, now):
        with company_scope(employee.company):
            audit.record(
                by=job_actor("mail_events", employee.company),
                verb="address_blocked",
                subject=employee,
                changes={"mail": [None, returned.problem]},
            )
            notifications.address_blocked(employee, row, selectors.hr_of(on=now.date()))
    return True


def _is_news(row: BlockedAddress, returned: Returned) -> bool:
    if row.event_id == returned.event_id:
        return False
    if row.cleared_at is not None:
        return returned.sent_at > row.cleared_at
    # Who complained got mails still; an address that takes none gets nothing at all.
    return row.problem == MailProblem.COMPLAINED and returned.problem == MailProblem.BOUNCED


def _mark_message(returned: Returned) -> None:
    """Say beside the message that it did not arrive."""
    if returned.problem != MailProblem.BOUNCED:
        return
    with suppress(ValueError), no_scope("mail events: the message that came back"):
        OutboxMessage.objects.filter(
            public_id=uuid.UUID(returned.reference), to__iexact=returned.address
        ).update(state=OutboxState.FAILED, last_error=f"bounced: {returned.detail}")


def _people(address: str, now: dt.datetime) -> list[Employee]:
    """Return the engagements that this address belongs to, of every company."""
    with no_scope("mail events: whose address this is"):
        found = Employee.objects.filter(
            Q(email__iexact=address) | Q(user__email__iexact=address)
        ).select_related("company", "user")
        return [employee for employee in found.order_by("pk") if not employee.has_left(now)]


@transaction.atomic
def address_clear(*, employee: Employee, by: Actor, now: dt.datetime) -> int:
    """Let mail go to the person's addresses again; return how many were blocked.

    Raises:
        NotAllowed: the actor is not HR of the person's company.
    """
    if not permissions.can_manage_records(by, employee):
        raise NotAllowed
    cleared = 0
    for row in selectors.blocks_of(employee).select_for_update():
        row.cleared_at = now
        row.save(update_fields=["cleared_at"])
        audit.record(
            by=by, verb="address_cleared", subject=employee, changes={"mail": [row.problem, None]}
        )
        cleared += 1
    return cleared
