"""The journal's stream: each record names a tap, and the records get it as the journal has it now.

So the order of the records, and how often they come, changes nothing. A record is acknowledged when
its tap is brought or parked; while journal or database are away, the batch stops at the first that
could not be (`batchItemFailures`), and AWS sends it again from there.
"""

from __future__ import annotations

import logging
from typing import Any

from django.utils import timezone

from attendance.services import replaying
from integrations.errors import Rejected
from integrations.journal.dynamo import read_key
from integrations.journal.protocol import MALFORMED, TapKey

log = logging.getLogger(__name__)


def on_records(event: dict[str, Any], _context: Any) -> dict[str, Any]:
    """Bring what the stream tells of; return where it must be sent again from, if anywhere."""
    done: set[TapKey] = set()
    for record in event["Records"]:
        try:
            _bring(record, done)
        except replaying.PASSING as error:
            log.warning("the stream waits: %s", type(error).__name__)
            return {"batchItemFailures": [{"itemIdentifier": _number(record)}]}
    return {"batchItemFailures": []}


def _number(record: dict[str, Any]) -> str:
    return str(record["dynamodb"]["SequenceNumber"])


def _bring(record: dict[str, Any], done: set[TapKey]) -> None:
    # What ended by its date or by an erasure stays in the records as they say it.
    if record.get("eventName") == "REMOVE":
        return
    keys = record["dynamodb"].get("Keys", {})
    who, what = (str(keys.get(name, {}).get("S", "")) for name in ("who", "what"))
    now = timezone.now()
    try:
        listed = read_key(who, what)
    except Rejected:
        replaying.tap_park(who=who, tap=what, error=MALFORMED, now=now)
        return
    if listed is not None and listed.key not in done:
        replaying.tap_bring(key=listed.key, now=now)
        done.add(listed.key)
