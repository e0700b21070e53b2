"""Messages to the outside: written in the transaction of what they tell, sent after it.

A template `app/email/event` stands for two files, `…_subject.txt` and `…_body.txt`. What must not
lie in a table (a sign-in link) is made only when the message is sent: `PREPARE` says how.
"""

from __future__ import annotations

import datetime as dt
import logging
import time
from collections.abc import Callable
from functools import partial
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import connection, transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation
from django.utils.module_loading import import_string

from companies import links, selectors
from companies.enums import Channel, OutboxState
from companies.models import Company, OutboxMessage
from companies.scoping import no_scope
from integrations import announce as announce_to
from integrations import journal, mail, metrics, tasks
from integrations.errors import Misconfigured, Rejected, Unavailable
from integrations.journal.protocol import from_json

log = logging.getLogger(__name__)

MOST_ATTEMPTS = 8
# A message whose sender died is taken again after this long.
_CLAIM = dt.timedelta(minutes=5)
_LONGEST_WAIT = dt.timedelta(hours=1)
# A run ends by itself before a function on AWS would be ended; the rest waits for the next one.
_A_RUN_SECONDS = 20
_ANNOUNCEMENTS = "announcements"
# What a message by Slack is: work on what came from there, a message of ours, a newer text of it.
SLACK_DELIVERY = "slack/delivery"
SLACK_POST = "slack/post"
SLACK_UPDATE = "slack/update"
SLACK_DIGEST = "slack/digest"

PREPARE: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "companies/email/sign_in_link": links.prepare,
    "companies/email/audit_link": links.prepare,
    "companies/email/password_reset": links.prepare,
    "companies/email/email_change_link": links.prepare_change,
    "companies/email/email_change_notice": links.prepare_change,
    "companies/email/email_change_taken": links.prepare_change,
    "companies/email/sign_in_reset_done": links.prepare,
    "companies/email/join_approved": links.prepare,
    "companies/email/join_confirm": links.prepare_join,
    "companies/email/join_asked_back": links.prepare_join,
    "companies/email/join_refused": links.prepare_join,
    "companies/email/application_confirm": links.prepare_application,
    "companies/email/application_again": links.prepare_application,
    "companies/email/application_moved": links.prepare_application,
    "companies/email/application_asked": links.prepare_application,
    "companies/email/visitor_answered": links.prepare_visitor,
}
# What somebody needs to come in, or to notice that somebody else does.
_SECURITY = {
    *PREPARE, "companies/email/sign_in_changed", "companies/email/sign_in_reset_asked",
}  # fmt: skip


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
    is_awaited: bool = False,
) -> None:
    """Write a message in the caller's transaction; one with a known dedupe key does nothing.

    For one that `is_awaited` somebody sits before an empty mailbox: it need not wait for the sweep.
    """
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
    if is_awaited:
        transaction.on_commit(partial(tasks.want, "outbox"))


def announce(
    *, company: Company, kind: str, dedupe_key: str, at: dt.datetime, data: dict[str, Any]
) -> None:
    """Write an event for other systems in the caller's transaction, if there is a topic for it.

    `kind` says what happened (`punch.recorded`), `data` holds opaque ids and plain values only;
    the schema is documented and other people's programs read it (docs/announcements.md).
    """
    if not settings.MUSTER_ANNOUNCE_TOPIC:
        return
    enqueue(
        company=company,
        dedupe_key=dedupe_key,
        to=_ANNOUNCEMENTS,
        template=f"announcements/{kind.replace('.', '_')}",
        values={"schema": 1, "type": kind, "company": str(company.public_id),
                "at": at.isoformat(), "data": data},
        channel=Channel.SNS,
    )  # fmt: skip


def _claim(now: dt.datetime, *, is_journal: bool) -> OutboxMessage | None:
    """Take the message longest due for this process: one statement decides between several."""
    of_kind = "=" if is_journal else "<>"
    table = OutboxMessage._meta.db_table
    skip = "FOR UPDATE SKIP LOCKED" if connection.vendor == "postgresql" else ""
    adapt = connection.ops.adapt_datetimefield_value
    statement = f"""
        UPDATE {table} SET attempts = attempts + 1, next_at = %s
        WHERE id = (
            SELECT id FROM {table} WHERE state = %s AND next_at <= %s AND channel {of_kind} %s
            ORDER BY next_at, id LIMIT 1 {skip}
        ) RETURNING id
    """  # noqa: S608  # only the table's own name and one of two signs are put in
    due = [adapt(now + _CLAIM), OutboxState.QUEUED, adapt(now), Channel.JOURNAL]
    with connection.cursor() as cursor:
        cursor.execute(statement, due)
        taken = cursor.fetchone()
    return OutboxMessage.objects.get(pk=taken[0]) if taken else None


def drain(*, now: dt.datetime | None = None, limit: int = 1000) -> int:
    """Send what is due to people and programs, oldest first; return how many were sent.

    Each message is taken when its turn comes, so that a slow mail server cannot make a claim run
    out that nobody works on yet. A sender that dies between sending and writing it down leaves
    the message to be sent again: at least once, never lost.
    """
    return _drain(now, limit, is_journal=False)


def drain_journal(*, now: dt.datetime | None = None, limit: int = 2000) -> int:
    """Bring to the journal what was written to the database alone; return how much it was.

    Apart from `drain`: a morning's check-ins must not hold up a mail.
    """
    return _drain(now, limit, is_journal=True)


def _drain(now: dt.datetime | None, limit: int, *, is_journal: bool) -> int:
    sent, age, begun = 0, 0.0, time.monotonic()
    with no_scope("outbox: messages of every company"):
        for _n in range(limit):
            if time.monotonic() - begun > _A_RUN_SECONDS:
                break
            moment = now or timezone.now()
            row = _claim(moment, is_journal=is_journal)
            if row is None:
                break
            age = max(age, (moment - row.not_before).total_seconds())
            sent += _send(row, moment)
    metrics.count("outbox_age", age)
    return sent


def _send(row: OutboxMessage, now: dt.datetime) -> bool:
    if row.attempts > MOST_ATTEMPTS:
        # Every sender died over it: none of them wrote down why.
        _give_up(row, row.last_error or "no attempt came to an end")
        return False
    try:
        _SENDERS[row.channel](row)
    except Rejected as error:
        _give_up(row, str(error))
        return False
    except Exception as error:  # noqa: BLE001  # one bad message must not hold up the others
        _postpone(row, error, now)
        return False
    if row.channel == Channel.JOURNAL:
        # It stands in the journal and in the table that it came from.
        row.delete()
        return True
    row.state, row.sent_at, row.last_error = OutboxState.SENT, now, ""
    row.save(update_fields=["state", "sent_at", "last_error"])
    return True


def _mail(row: OutboxMessage) -> None:
    if problem := selectors.is_blocked(row.to, is_security=row.template in _SECURITY):
        raise Rejected("address_blocked", problem=problem)
    prepare = PREPARE.get(row.template)
    with translation.override(row.locale or None):
        values = prepare(row.values) if prepare else row.values
        subject = render_to_string(f"{row.template}_subject.txt", values)
        body = render_to_string(f"{row.template}_body.txt", values)
    message = EmailMessage(subject=" ".join(subject.split()), body=body, to=[row.to])
    mail.send(message, reference=str(row.public_id))


def _publish(row: OutboxMessage) -> None:
    # The row's id stays the same however often it is sent: readers tell repeats by it.
    event = {"id": str(row.public_id), **row.values}
    announce_to.publish(topic=settings.MUSTER_ANNOUNCE_TOPIC, event=event)


def _journal(row: OutboxMessage) -> None:
    book = journal.journal()
    if book is None:
        raise Misconfigured("journal_off")
    book.put(from_json(row.values))


def _slack(row: OutboxMessage) -> None:
    # By name: what it does stands above this floor, and no other message needs it.
    import_string(settings.MUSTER_SLACK_SENDER)(row.template, row.values)


_SENDERS: dict[str, Callable[[OutboxMessage], None]] = {
    Channel.MAIL: _mail, Channel.SNS: _publish, Channel.JOURNAL: _journal, Channel.SLACK: _slack,
}  # fmt: skip


def _give_up(row: OutboxMessage, why: str) -> None:
    """Stop at a message that no further attempt helps."""
    row.state, row.last_error = OutboxState.FAILED, why[:500]
    row.save(update_fields=["state", "last_error"])


def _asked_to_wait(error: Exception) -> dt.timedelta:
    """Return how long a service asks not to be asked again."""
    values = error.values if isinstance(error, Unavailable) else {}
    return dt.timedelta(seconds=int(values.get("retry_after", 0)))


def _postpone(row: OutboxMessage, error: Exception, now: dt.datetime) -> None:
    log.warning("message %s was not sent: %s", row.public_id, type(error).__name__)
    row.last_error = f"{type(error).__name__}: {error}"[:500]
    row.next_at = now + max(
        min(dt.timedelta(seconds=15 * 2**row.attempts), _LONGEST_WAIT), _asked_to_wait(error)
    )
    if row.channel == Channel.JOURNAL and isinstance(error, Unavailable | Misconfigured):
        # Nobody writes it a second time: it waits for as long as the journal is away.
        row.attempts = min(row.attempts, MOST_ATTEMPTS - 1)
    if row.attempts >= MOST_ATTEMPTS:
        row.state = OutboxState.FAILED
    row.save(update_fields=["last_error", "next_at", "state", "attempts"])
