"""Telling an SNS topic what happened: one JSON document an event, for whoever listens there."""

from __future__ import annotations

import json
from typing import Any, Final

from integrations import aws

_BUSY: Final = frozenset({"Throttled", "KMSThrottling"})


def publish(*, topic: str, event: dict[str, Any]) -> None:
    """Publish one event; its `type` stands beside it, for subscriptions that want some only.

    Raises:
        Unavailable, Misconfigured
    """
    with aws.translated(busy=_BUSY):
        aws.client("sns", connect=1.0, read=3.0, attempts=2).publish(
            TopicArn=topic,
            Message=json.dumps(event, sort_keys=True),
            MessageAttributes={"type": {"DataType": "String", "StringValue": event["type"]}},
        )
