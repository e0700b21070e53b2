"""What Slack's Web API says over HTTP, as far as Muster asks it; and Slack as it knocks at Muster.

It stands in for Slack on this machine: it keeps every call, knows who has which token, and refuses
or is away where a test says so. `Town.command` and its like send what Slack sends, signed.
"""

from __future__ import annotations

import hashlib
import hmac
import itertools
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from django.http import HttpResponse
from django.test import Client

SECRET = "a-signing-secret-of-no-worth"
TEAM, TOKEN, CODE = "T0KETTLE", "xoxb-of-no-worth", "code-1"
Call = tuple[str, dict[str, Any]]


def signed(body: str, *, secret: str = SECRET, at: float | None = None) -> dict[str, str]:
    """Return the headers by which Slack signs a body."""
    stamp = str(int(time.time() if at is None else at))
    made = hmac.new(secret.encode(), f"v0:{stamp}:{body}".encode(), hashlib.sha256).hexdigest()
    return {"X-Slack-Request-Timestamp": stamp, "X-Slack-Signature": f"v0={made}"}


@dataclass
class Town:
    """Slack: `users` by id, `codes` by what they are worth, `calls` in order.

    `answers` are given first, by method: (status, headers, body).
    """

    url: str
    users: dict[str, dict[str, Any]] = field(default_factory=dict)
    codes: dict[str, dict[str, Any]] = field(default_factory=dict)
    tokens: set[str] = field(default_factory=lambda: {TOKEN})
    calls: list[Call] = field(default_factory=list)
    answers: dict[str, list[tuple[int, dict[str, str], Any]]] = field(default_factory=dict)
    numbers: Iterator[int] = field(default_factory=itertools.count)
    posts: Iterator[int] = field(default_factory=itertools.count)

    def user(self, key: str, email: str, **more: Any) -> str:
        profile = {"email": email, "real_name": more.pop("name", key.title())}
        found = {"id": key, "team_id": TEAM, "profile": profile, "is_email_confirmed": True}
        self.users[key] = {**found, **more}
        return key

    def of(self, method: str) -> list[dict[str, Any]]:
        """Return what a method was called with."""
        return [body for name, body in self.calls if name == method]

    def texts(self, method: str = "answer") -> list[str]:
        return [body["text"] for body in self.of(method)]

    def answer(self, method: str, body: dict[str, Any], token: str) -> tuple[int, Any]:
        if method == "answer":
            return 200, "ok"
        if method == "oauth.v2.access":
            found = self.codes.pop(body.get("code", ""), None)
            return 200, {"ok": True, **found} if found else {"ok": False, "error": "invalid_code"}
        if method != "api.test" and token not in self.tokens:
            return 200, {"ok": False, "error": "token_revoked"}
        return 200, {"ok": True, **self._said(method, body)}

    def _said(self, method: str, body: dict[str, Any]) -> dict[str, Any]:
        if method == "users.info":
            return {"user": self.users[body["user"]]}
        if method == "conversations.open":
            return {"channel": {"id": f"D{body['users']}"}}
        if method == "chat.postMessage":
            return {"channel": body["channel"], "ts": f"17.{next(self.posts)}"}
        return {}

    # --- what Slack sends -------------------------------------------------------------------------
    def post(self, path: str, body: str, kind: str = "application/x-www-form-urlencoded",
             **more: Any) -> HttpResponse:  # fmt: skip
        headers = signed(body, **more)
        return Client().post(path, data=body, content_type=kind, headers=headers)  # type: ignore[return-value]

    def command(self, user: str, text: str, *, team: str = TEAM, trigger: str = "") -> HttpResponse:
        body = {
            "command": "/muster", "text": text, "team_id": team, "user_id": user,
            "trigger_id": trigger or f"trigger.{next(self.numbers)}",
            "response_url": f"{self.url}/answer",
        }  # fmt: skip
        return self.post("/slack/commands", urlencode(body))

    def interaction(self, user: str, kind: str, **more: Any) -> HttpResponse:
        sent = {
            "type": kind, "team": {"id": TEAM}, "user": {"id": user},
            "trigger_id": f"trigger.{next(self.numbers)}", **more,
        }  # fmt: skip
        return self.post("/slack/interactions", urlencode({"payload": json.dumps(sent)}))

    def press(self, user: str, action: str, value: str, **more: Any) -> HttpResponse:
        pressed = [{"action_id": action, "value": value}]
        where = {"response_url": f"{self.url}/answer", "actions": pressed}
        return self.interaction(user, "block_actions", **where, **more)

    def event(
        self, name: str, *, key: str = "Ev1", told_at: int | None = None, **event: Any
    ) -> HttpResponse:
        sent = {
            "type": "event_callback", "team_id": TEAM, "event_id": key,
            "event_time": int(time.time()) if told_at is None else told_at,
            "event": {"type": name, **event},
        }  # fmt: skip
        return self.post("/slack/events", json.dumps(sent), "application/json")


def view_of(callback: str, values: dict[str, str], **more: Any) -> dict[str, Any]:
    """Return a form as Slack sends it, filled in."""
    state = {name: {name: _element(name, value)} for name, value in values.items()}
    return {
        "id": "V1", "hash": "h1", "callback_id": callback, "private_metadata": "",
        "state": {"values": state}, **more,
    }  # fmt: skip


def _element(name: str, value: str) -> dict[str, Any]:
    if name in ("first_on", "last_on"):
        return {"type": "datepicker", "selected_date": value}
    if name in ("note", "reason"):
        return {"type": "plain_text_input", "value": value}
    return {"type": "static_select", "selected_option": {"value": value}}


@contextmanager
def standing() -> Iterator[Town]:
    """Serve Slack for a while."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            query = parse_qs(urlsplit(self.path).query)
            self._answer({name: values[0] for name, values in query.items()})

        def do_POST(self) -> None:
            text = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if "json" in self.headers.get("Content-Type", ""):
                self._answer(json.loads(text or "{}"))
            else:
                self._answer({name: values[0] for name, values in parse_qs(text).items()})

        def _answer(self, body: dict[str, Any]) -> None:
            method = urlsplit(self.path).path.rpartition("/")[2]
            town.calls.append((method, body))
            waiting = town.answers.get(method)
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            if waiting:
                status, headers, said = waiting.pop(0)
            else:
                headers = {}
                status, said = town.answer(method, body, token)
            text = said if isinstance(said, str) else json.dumps(said)
            self.send_response(status)
            kind = "text/plain" if isinstance(said, str) else "application/json"
            for name, value in {"Content-Type": kind, **headers}.items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(text.encode())))
            self.end_headers()
            self.wfile.write(text.encode())

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its own name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    town = Town(f"http://127.0.0.1:{server.server_port}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield town
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
