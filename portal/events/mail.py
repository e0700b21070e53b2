"""What became of mails: SES tells a topic, the topic the function."""

from __future__ import annotations

import json
import logging
from typing import Any

from django.utils import timezone

from companies.services import address_block
from integrations import mail_events

log = logging.getLogger(__name__)

# What SES writes to a topic that it was just told of; no report, and no JSON.
_FIRST_WORDS = "Successfully validated SNS topic"


def handle(event: dict[str, Any], _context: Any) -> int:
    """Block the addresses that mails came back from; return how many were news.

    Raises:
        ValueError: a report that nobody can read; AWS tries it again, then parks it.
    """
    blocked = 0
    for record in event["Records"]:
        message = str(record["Sns"]["Message"])
        if message.startswith(_FIRST_WORDS):
            continue
        for returned in mail_events.read(json.loads(message)):
            is_news = address_block(returned=returned, now=timezone.now())
            log.info("a mail was %s%s", returned.problem, "" if is_news else ", as known before")
            blocked += is_news
    return blocked
