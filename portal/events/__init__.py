"""Events that AWS hands to the function besides pages: who takes which.

Sources are told apart by the *name* of the table, bucket, queue or topic, never by a whole ARN: a
table that was made anew has another stream. What nobody takes is an error, so that AWS tries again
and parks it; silence would acknowledge it and lose it.
"""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from typing import Any

from django.conf import settings

Handler = Callable[[dict[str, Any], Any], Any]


class Unroutable(ValueError):
    """An event of no known kind or source."""


# (service, setting that names the resource) → who takes its records.
SOURCES: dict[tuple[str, str], str] = {
    ("aws:dynamodb", "MUSTER_JOURNAL_TABLE"): "portal.events.journal:on_records",
    ("aws:sns", "MUSTER_MAIL_TOPIC"): "portal.events.mail:handle",
    ("aws:s3", "MUSTER_PHOTO_BUCKET"): "portal.events.uploads:handle",
    ("aws:sqs", "MUSTER_UPLOAD_QUEUE"): "portal.events.queues:handle",
}
# Triggers of the user pool.
TRIGGERS: dict[str, str] = {
    "PreSignUp_SignUp": "portal.events.cognito:pre_sign_up",
    "PreSignUp_ExternalProvider": "portal.events.cognito:pre_sign_up",
    "PreSignUp_AdminCreateUser": "portal.events.cognito:pre_sign_up",
}


def source_of(record: dict[str, Any]) -> tuple[str, str]:
    """Return the service and the resource's name that a record comes from.

    Raises:
        Unroutable: it does not say.
    """
    service = record.get("eventSource") or record.get("EventSource") or ""
    try:
        if service == "aws:s3":
            return service, record["s3"]["bucket"]["name"]
        if service == "aws:sns":
            return service, record["Sns"]["TopicArn"].rsplit(":", 1)[-1]
        if service == "aws:dynamodb":
            return service, record["eventSourceARN"].split("/")[1]
        if service == "aws:sqs":
            return service, record["eventSourceARN"].rsplit(":", 1)[-1]
    except (KeyError, IndexError) as error:
        raise Unroutable(f"a record of {service} names no source") from error
    raise Unroutable(f"records of {service or 'nothing known'}")


def handler_of(event: dict[str, Any]) -> Handler:
    """Return who takes an event of records or of a trigger.

    Raises:
        Unroutable: nobody does.
    """
    if trigger := event.get("triggerSource"):
        if trigger not in TRIGGERS:
            raise Unroutable(f"trigger {trigger}")
        return _load(TRIGGERS[trigger])
    sources = {source_of(record) for record in event.get("Records") or ()}
    if len(sources) != 1:
        raise Unroutable(f"records of {len(sources)} sources")
    service, name = sources.pop()
    for (kind, setting), target in SOURCES.items():
        if kind == service and name and name == getattr(settings, setting):
            return _load(target)
    raise Unroutable(f"records of {service} {name}")


def _load(target: str) -> Handler:
    module, _colon, function = target.partition(":")
    found: Handler = getattr(import_module(module), function)
    return found
