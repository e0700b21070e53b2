"""What tests of HR's leave pages share: what a form would send as it stands."""

from __future__ import annotations

from html.parser import HTMLParser
from typing import Any

from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.test.utils import CaptureQueriesContext

from companies.once import FIELD
from companies.templatetags import same_company
from tests.http import post_once

Sent = dict[str, Any]
_UNSENT = ("submit", "file", "button")


class _Reader(HTMLParser):
    """Reads off a page what a browser would send of its last form's fields."""

    def __init__(self) -> None:
        super().__init__()
        self.sent: Sent = {}
        self._select = self._area = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        found = dict(attrs)
        name = found.get("name") or ""
        if tag == "select":
            self._select = name
        elif tag == "textarea":
            self._area, self.sent[name] = name, ""
        elif tag == "option" and self._select and "selected" in found:
            self.sent[self._select] = found.get("value") or ""
        elif tag == "input" and name and found.get("type") not in _UNSENT:
            is_box = found.get("type") in ("checkbox", "radio")
            if not is_box:
                self.sent[name] = found.get("value") or ""
            elif "checked" in found:
                self.sent.setdefault(name, []).append(found.get("value") or "on")

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data.lstrip("\n")

    def handle_endtag(self, tag: str) -> None:
        self._select = "" if tag == "select" else self._select
        self._area = "" if tag == "textarea" else self._area


def fields_of(answer: HttpResponse) -> Sent:
    """Return the fields of a page as they stand, without its tokens."""
    reader = _Reader()
    reader.feed(answer.content.decode())
    left_out = {FIELD, same_company.FIELD, "csrfmiddlewaretoken", "theme", "q"}
    return {name: value for name, value in reader.sent.items() if name not in left_out}


def send(client: Client, path: str, **changes: Any) -> HttpResponse:
    """Open the form, change some of it, and send it."""
    return post_once(client, path, fields_of(client.get(path)) | changes)


def errors_of(answer: HttpResponse) -> dict[str, list[str]]:
    """Return what the form of a page says is wrong, by field."""
    context: Any = answer.context  # type: ignore[attr-defined]
    form = context["adminform"].form if "adminform" in context else context["form"]
    return {name: [str(error) for error in found] for name, found in form.errors.items()}


def statements(client: Client, path: str) -> int:
    """Return how many statements a page takes once settings are in memory."""
    client.get(path)
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
