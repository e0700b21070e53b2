"""Sending a mail by whatever the installation sends mail with.

Files, a mail server and SES stand behind Django's `EMAIL_BACKEND`. `MUSTER_MAIL=ses` puts
`integrations.ses` there, the only one that tells what a mail server could not: whether another
try makes sense.
"""

from __future__ import annotations

from typing import Final

from django.core.mail import EmailMessage

# SES hands a message's tags back with every bounce; events find the message by this one.
TAG: Final = "outbox"


def send(message: EmailMessage, *, reference: str) -> None:
    """Send one mail; `reference` comes back in what is told of it later.

    Raises:
        Unavailable: try again later.
        Rejected: nobody will ever take this mail.
        Misconfigured: the operator must mend it.
        ValueError: it goes to nobody.
        OSError and the like, by mail servers.
    """
    # Only SES looks at it.
    message.esp_extra = {"EmailTags": [{"Name": TAG, "Value": reference}]}  # type: ignore[attr-defined]
    # A mail to nobody is no error for Django.
    if not message.send():
        raise ValueError("nobody took the mail")
