"""A queue between the bucket and the function: each message holds what the bucket told.

The bucket cannot tell the function itself: its stack stands before the function does, and S3
refuses to tell what is not there. A queue also keeps what cannot be taken now, and parks what never
can.
"""

from __future__ import annotations

import json
import logging
from typing import Any

from portal import events

log = logging.getLogger(__name__)

# S3 says so once, when it is told to tell; there is nothing in it.
_TEST = "s3:TestEvent"


def handle(event: dict[str, Any], context: Any) -> dict[str, list[dict[str, str]]]:
    """Hand each message's event on to who takes it; return which messages the queue must keep."""
    return {
        "batchItemFailures": [
            {"itemIdentifier": message["messageId"]}
            for message in event["Records"]
            if not _is_taken(message, context)
        ]
    }


def _is_taken(message: dict[str, Any], context: Any) -> bool:
    try:
        told = json.loads(message["body"])
        if told.get("Event") != _TEST:
            events.handler_of(told)(told, context)
    except Exception:  # the queue keeps it, tries again, and parks it in the end
        log.exception("message %s of a queue could not be taken", message["messageId"])
        return False
    return True
