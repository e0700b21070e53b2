"""How log lines look, and what never stands in them."""

from __future__ import annotations

import logging
import re

# Django names the address of what it refuses; this one signs its reader in.
_LINK = re.compile(r"(/set-password/[0-9A-Fa-f-]+/)[^/\s]+")


class LineFormatter(logging.Formatter):
    """One line, in which sign-in links have lost what makes them work."""

    def format(self, record: logging.LogRecord) -> str:
        return _LINK.sub(r"\1…", super().format(record))
