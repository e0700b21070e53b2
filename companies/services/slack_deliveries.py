"""What Slack sends is written down once, answered at once, and worked on by the outbox."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db import transaction

from companies import outbox, selectors
from companies.enums import Channel, SlackKind
from companies.models import (
    Company,
    SlackDelivery,
    SlackIdentity,
    SlackMessage,
    SlackWorkspace,
    User,
)
from companies.outbox import SLACK_DELIVERY, SLACK_POST, SLACK_UPDATE
from integrations.slack.client import is_set_up


@transaction.atomic
def slack_take(
    *, workspace: SlackWorkspace, key: str, kind: SlackKind, payload: dict[str, Any],
    now: dt.datetime,
) -> bool:  # fmt: skip
    """Keep something to be worked on after the answer; return whether it is the first arrival."""
    row = _first(workspace, key, kind, payload, now)
    if row is None:
        return False
    outbox.enqueue(
        company=workspace.company, dedupe_key=f"slack:{row.public_id}", to="Slack",
        template=SLACK_DELIVERY, values={"delivery": str(row.public_id)}, channel=Channel.SLACK,
        is_awaited=True,
    )  # fmt: skip
    return True


def _first(
    workspace: SlackWorkspace, key: str, kind: SlackKind, payload: dict[str, Any], now: dt.datetime
) -> SlackDelivery | None:
    row = SlackDelivery(
        company=workspace.company, workspace=workspace, key=key[:120], kind=kind, payload=payload,
        received_at=now,
    )  # fmt: skip
    SlackDelivery.objects.bulk_create([row], ignore_conflicts=True)
    found: SlackDelivery | None = SlackDelivery.objects.filter(public_id=row.public_id).first()
    return found


def slack_done(*, delivery: SlackDelivery, now: dt.datetime) -> None:
    """Note that the work is done; what it needed is not kept."""
    delivery.payload, delivery.done_at = {}, now
    delivery.save(update_fields=["payload", "done_at"])


# --- messages about what somebody decides ---------------------------------------------------------
def slack_messages_want(
    *, company: Company, kind: str, subject: UUID, users: Iterable[User], nth: str
) -> None:
    """Have a message about the subject posted to each of these who is connected; once each `nth`.

    Where Slack is not set up, this reads nothing.
    """
    workspace = selectors.slack_workspace(company) if is_set_up() else None
    if workspace is None:
        return
    for identity in selectors.slack_identities_of(workspace, list(users)):
        row, _made = SlackMessage.objects.get_or_create(
            company=company, identity=identity, kind=kind, subject=subject
        )
        slack_post_want(message=row, nth=nth)


def slack_post_want(
    *, message: SlackMessage, nth: str, not_before: dt.datetime | None = None
) -> None:
    """Have the message posted, below what stands there; at once or later."""
    _want(message, SLACK_POST, nth, not_before)


def slack_update_want(*, message: SlackMessage) -> None:
    """Have the message say how it stands, where it stands now."""
    _want(message, SLACK_UPDATE, f"posted:{message.ts}", None)


def slack_messages_update(*, company: Company, kind: str, subject: UUID, nth: str) -> None:
    """Have every message about the subject say how it stands; once each `nth`."""
    if not is_set_up():
        return
    for row in selectors.slack_messages_about(kind, subject):
        _want(row, SLACK_UPDATE, nth, None)


def _want(message: SlackMessage, template: str, nth: str, not_before: dt.datetime | None) -> None:
    values = {"message": str(message.public_id)}
    if not_before is not None:
        values["until"] = not_before.isoformat()
    outbox.enqueue(
        company=message.company, dedupe_key=f"{template}:{message.public_id}:{nth}", to="Slack",
        template=template, values=values, channel=Channel.SLACK, not_before=not_before,
        is_awaited=not_before is None,
    )  # fmt: skip


@transaction.atomic
def slack_snooze(*, message: SlackMessage, until: dt.datetime) -> SlackMessage:
    """Put a message off: it says so, and is posted anew at that time; the last word holds."""
    row: SlackMessage = SlackMessage.objects.select_for_update().get(pk=message.pk)
    row.snoozed_until = until
    row.save(update_fields=["snoozed_until"])
    slack_post_want(message=row, nth=f"snooze:{until.timestamp()}", not_before=until)
    return row


@transaction.atomic
def slack_posted(*, message: SlackMessage, channel: str, ts: str) -> SlackMessage:
    """Note where the message stands now; a snooze ends with it."""
    row: SlackMessage = SlackMessage.objects.select_for_update().get(pk=message.pk)
    row.channel, row.ts, row.snoozed_until = channel, ts, None
    row.save(update_fields=["channel", "ts", "snoozed_until"])
    return row


def slack_dm_noted(*, identity: SlackIdentity, channel: str) -> None:
    """Note the conversation with somebody, so that it is opened once."""
    identity.dm_channel = channel
    identity.save(update_fields=["dm_channel"])
