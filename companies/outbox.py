"""Messages to the outside: written in the transaction of what they tell, sent after it.

A template `app/email/event` stands for two files, `…_subject.txt` and `…_body.txt`. What must not
lie in a table (a sign-in link) is made only when the message is sent: `PREPARE` says how.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable
from typing import Any

from django.core.mail import EmailMessage
from django.db import connection
from django.template.loader import render_to_string
from django.utils import timezone, translation

from companies import links
from companies.enums import Channel, OutboxState
from companies.models import Company, OutboxMessage
from companies.scoping import no_scope

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
# A message whose sender died is taken again after this long.
_CLAIM = dt.timedelta(minutes=5)
_LONGEST_WAIT = dt.timedelta(hours=1)

PREPARE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "companies/email/sign_in_link": links.prepare,
    "companies/email/password_reset": links.prepare,
}


def enqueue(
    *,
    company: Company | None,
    dedupe_key: str,
    to: str,
    template: str,
    values: dict[str, Any],
    channel: Channel = Channel.MAIL,
    locale: str = "",
    not_before: dt.datetime | None = None,
) -> None:
    """Write a message in the caller's transaction; one with a known dedupe key does nothing."""
    moment = not_before or timezone.now()
    row = OutboxMessage(
        company=company,
        dedupe_key=dedupe_key,
        channel=channel,
        to=to,
        template=template,
        values=values,
        locale=locale,
        not_before=moment,
        next_at=moment,
    )
    with no_scope("outbox: a message may belong to no company"):
        OutboxMessage.objects.bulk_create([row], ignore_conflicts=True)


def _claim(now: dt.datetime) -> OutboxMessage | None:
    """Take the message longest due for this process: one statement decides between several."""
    table = OutboxMessage._meta.db_table
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    adapt = connection.ops.adapt_datetimefield_value
    statement = f"""
        UPDATE {table} SET attempts = attempts + 1, next_at = %s
        WHERE id = (
            SELECT id FROM {table} WHERE state = %s AND next_at <= %s
            ORDER BY next_at, id LIMIT 1 {skip}
        ) RETURNING id
    """  # noqa: S608  # only the table's own name is put in
    with connection.cursor() as cursor:
        cursor.execute(statement, [adapt(now + _CLAIM), OutboxState.QUEUED, adapt(now)])
        taken = cursor.fetchone()
    return OutboxMessage.objects.get(pk=taken[0]) if taken else None


def drain(*, now: dt.datetime | None = None, limit: int = 50) -> int:
    """Send what is due, oldest first; return how many were sent.

    Each message is taken when its turn comes, so that a slow mail server cannot make a claim run
    out that nobody works on yet. A sender that dies between sending and writing it down leaves
    the message to be sent again: at least once, never lost.
    """
    sent = 0
    with no_scope("outbox: messages of every company"):
        for _n in range(limit):
            moment = now or timezone.now()
            row = _claim(moment)
            if row is None:
                break
            sent += _send(row, moment)
    return sent


def _send(row: OutboxMessage, now: dt.datetime) -> bool:
    if row.attempts > MOST_ATTEMPTS:
        _give_up(row)
        return False
    try:
        _SENDERS[row.channel](row)
    except Exception as error:  # noqa: BLE001  # one bad message must not hold up the others
        _postpone(row, error, now)
        return False
    row.state, row.sent_at, row.last_error = OutboxState.SENT, now, ""
    row.save(update_fields=["state", "sent_at", "last_error"])
    return True


def _mail(row: OutboxMessage) -> None:
    prepare = PREPARE.get(row.template)
    with translation.override(row.locale or None):
        values = prepare(row.values) if prepare else row.values
        subject = render_to_string(f"{row.template}_subject.txt", values)
        body = render_to_string(f"{row.template}_body.txt", values)
    # A mail to nobody is no error for Django.
    if not EmailMessage(subject=" ".join(subject.split()), body=body, to=[row.to]).send():
        raise ValueError("nobody took the mail")


_SENDERS: dict[str, Callable[[OutboxMessage], None]] = {Channel.MAIL: _mail}


def _give_up(row: OutboxMessage) -> None:
    """Stop at a message over which every sender died: none of them wrote down why."""
    row.state = OutboxState.FAILED
    row.last_error = row.last_error or "no attempt came to an end"
    row.save(update_fields=["state", "last_error"])


def _postpone(row: OutboxMessage, error: Exception, now: dt.datetime) -> None:
    log.warning("message %s was not sent: %s", row.public_id, type(error).__name__)
    row.last_error = f"{type(error).__name__}: {error}"[:500]
    row.next_at = now + min(dt.timedelta(seconds=15 * 2**row.attempts), _LONGEST_WAIT)
    if row.attempts >= MOST_ATTEMPTS:
        row.state = OutboxState.FAILED
    row.save(update_fields=["last_error", "next_at", "state"])
