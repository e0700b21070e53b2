"""Reads the mail that was written to files, for the demo's page."""

from __future__ import annotations

import datetime as dt
import email
import email.policy
import re
from dataclasses import dataclass
from pathlib import Path

_LINK = re.compile(r"https?://\S+")
_MOST = 50


@dataclass(frozen=True)
class Mail:
    """One mail as it lies in its file."""

    when: dt.datetime
    to: str
    subject: str
    body: str

    @property
    def links(self) -> list[str]:
        return _LINK.findall(self.body)


def newest(folder: Path) -> list[Mail]:
    """Return the newest mails, the last one first; none when nothing was ever sent."""
    if not folder.is_dir():
        return []
    files = sorted(folder.glob("*.log"), key=lambda path: path.stat().st_mtime_ns, reverse=True)
    return [_read(path) for path in files[:_MOST]]


def _read(path: Path) -> Mail:
    # The file backend ends each message with a line of dashes.
    text = path.read_bytes().rsplit(b"\n" + b"-" * 79, 1)[0]
    message = email.message_from_bytes(text, policy=email.policy.default)
    return Mail(
        when=dt.datetime.fromtimestamp(path.stat().st_mtime, dt.UTC),
        to=str(message["To"]),
        subject=str(message["Subject"]),
        body=str(message.get_content()),
    )
