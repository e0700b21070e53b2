"""What SES tells of a mail that was sent: whether its address may be written to again."""

from __future__ import annotations

import datetime as dt
import email.utils
from dataclasses import dataclass
from typing import Any, Final

from integrations.mail import TAG

# A reader may also say that a mail was taken for unwanted by mistake.
_PRAISE: Final = "not-spam"


@dataclass(frozen=True)
class Returned:
    """One address that a mail came back from (`bounced`), or whose reader `complained`.

    `reference` names the message, where it was sent with one; `event_id` the report itself.
    """

    problem: str
    address: str
    detail: str
    event_id: str
    sent_at: dt.datetime
    reference: str


def read(event: dict[str, Any]) -> list[Returned]:
    """Return the addresses that must not be written to again; none for any other report.

    A mailbox that is full, a server that is away and the like are no reason: SES tries again.

    Raises:
        ValueError: a bounce or a complaint that does not say what it must.
    """
    kind = event.get("eventType") or event.get("notificationType")
    try:
        if kind == "Bounce" and event["bounce"]["bounceType"] == "Permanent":
            return _each(event, "bounced", event["bounce"], "bouncedRecipients")
        if kind == "Complaint" and event["complaint"].get("complaintFeedbackType") != _PRAISE:
            return _each(event, "complained", event["complaint"], "complainedRecipients")
    except (KeyError, TypeError, IndexError, AttributeError) as error:
        raise ValueError(f"a report of kind {kind} lacks {error}") from error
    return []


def _each(
    event: dict[str, Any], problem: str, told: dict[str, Any], recipients: str
) -> list[Returned]:
    mail = event["mail"]
    tags = (mail.get("tags") or {}).get(TAG) or [""]
    return [
        Returned(
            problem=problem,
            address=email.utils.parseaddr(item["emailAddress"])[1].lower(),
            detail=" ".join(str(item.get("diagnosticCode", "")).split())[:300],
            event_id=str(told["feedbackId"]),
            sent_at=dt.datetime.fromisoformat(mail["timestamp"]),
            reference=str(tags[0]),
        )
        for item in told[recipients]
    ]
