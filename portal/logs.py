"""How log lines look, and what never stands in them."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from companies.scoping import open_company
from integrations import json_lines

# Django names the address of what it refuses; these sign their reader in, or open a calendar.
_LINK = re.compile(r"(/set-password/[0-9A-Fa-f-]+/|/i/|/leave/feeds/)[^/\s]+")
_ADDRESS = re.compile(r"[^\s@<>()\"',;:=]+@[^\s@<>()\"',;:=]+\.[^\s@<>()\"',;:=]+")
# PostgreSQL quotes the row that it refuses.
_ROW = re.compile(r"^(DETAIL:).*$", re.MULTILINE)
_request_id: ContextVar[str] = ContextVar("request_id", default="")
_PLAIN = frozenset(logging.makeLogRecord({}).__dict__)


def masked(text: str) -> str:
    """Return the text without what signs somebody in, mail addresses, and quoted rows."""
    return _ROW.sub(r"\1 …", _ADDRESS.sub("…@…", _LINK.sub(r"\1…", text)))


@contextmanager
def of_request(request_id: str) -> Iterator[None]:
    """Name the request, event or run that everything logged inside belongs to."""
    token = _request_id.set(request_id)
    try:
        yield
    finally:
        _request_id.reset(token)


class LineFormatter(logging.Formatter):
    """One line a message, and the lines of an error below it."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


class JsonFormatter(logging.Formatter):
    """One JSON document a message, with the ids of request, company and trace.

    A library may hang anything on a record (Django its request, a database its parameters): what
    is not the message's own is left out.
    """

    def format(self, record: logging.LogRecord) -> str:
        values: dict[str, Any] = {k: v for k, v in record.__dict__.items() if k in _PLAIN}
        values |= {"msg": masked(record.getMessage()), "args": None, "exc_info": None}
        values |= {"exc_text": None, "stack_info": None}
        if record.exc_info and record.exc_info[0] is not None:
            values["exception"] = masked(self.formatException(record.exc_info))
            values["exception_name"] = record.exc_info[0].__name__
        values |= {"logger": record.name} | _ids(record)
        line: str = json_lines.formatter().format(logging.makeLogRecord(values))
        return line


def _ids(record: logging.LogRecord) -> dict[str, str]:
    # Django tells of what it refused after every middleware has ended, by the request itself.
    asked = getattr(getattr(record, "request", None), "request_id", "")
    company = open_company()
    found = {
        "request_id": asked or _request_id.get(),
        "company_id": str(company.public_id) if company is not None else "",
    }
    return {name: value for name, value in found.items() if value}
