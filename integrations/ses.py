"""SES behind Django's mail, by anymail: what it refuses is told apart by who can mend it.

Django imports this module when the first mail is sent (`EMAIL_BACKEND`), never earlier.
"""

from __future__ import annotations

from typing import Any, Final

from anymail.backends.amazon_ses import EmailBackend
from anymail.exceptions import AnymailInvalidAddress
from django.core.mail import EmailMessage

from integrations import aws
from integrations.errors import Misconfigured, Rejected

# What no later try sends. `MessageRejected` is not of these: mostly it stands for a sender whom
# nobody has verified yet, so mails wait for the operator.
_OF_THE_MAIL: Final = frozenset({"BadRequestException"})
# An operator's switch, or AWS's: mails wait until it is turned back.
_PAUSED: Final = frozenset({"SendingPausedException", "AccountSuspendedException"})


class SesBackend(EmailBackend):  # type: ignore[misc]  # the library has no types
    """Sends by the process's one client, with its time-outs; nothing of boto comes out."""

    client: Any

    def open(self) -> bool:
        """Take the process's client; there is nothing for the caller to close."""
        if self.client is None:
            with aws.translated():
                self.client = aws.client("sesv2", connect=1.0, read=5.0, attempts=2)
        return False

    def close(self) -> None:
        self.client = None

    def _send(self, message: EmailMessage) -> bool:
        try:
            return bool(super()._send(message))
        except AnymailInvalidAddress as error:
            raise Rejected("address_invalid", reason=_line(error)) from error

    def post_to_esp(self, payload: Any, message: EmailMessage) -> Any:
        """Send what anymail made of the message.

        Raises:
            Unavailable, Rejected, Misconfigured
        """
        payload.finalize_payload()
        try:
            with aws.translated(rejected=_OF_THE_MAIL, busy=_PAUSED):
                return self.client.send_email(**payload.params)
        except Rejected as error:
            raise Rejected("mail_rejected", reason=_line(error.__cause__)) from error
        except Misconfigured as error:
            raise Misconfigured(error.code, reason=_line(error.__cause__)) from error


def _line(text: object) -> str:
    return " ".join(str(text).split())[:300]
