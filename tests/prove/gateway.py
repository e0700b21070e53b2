"""The five forms in which a page's request reaches a function, and what a browser gets back."""

from __future__ import annotations

import base64
import json
import urllib.parse
from dataclasses import dataclass, field
from typing import Any, Final

from tests.prove.local_lambda import Function, Invocation

CLIENT: Final = "203.0.113.7"
STAGE: Final = "dev"
DOMAIN: Final = "muster.example"
REST_HOST: Final = "abc123.execute-api.eu-central-1.amazonaws.com"
HTTP_HOST: Final = "def456.execute-api.eu-central-1.amazonaws.com"
URL_HOST: Final = "ghi789.lambda-url.eu-central-1.on.aws"
# Form → the host that the browser asks.
HOSTS: Final = {
    "rest": REST_HOST,
    "rest, own domain": DOMAIN,
    "http": HTTP_HOST,
    "http, own domain": DOMAIN,
    "function url": URL_HOST,
}
Pairs = list[tuple[str, str]]


@dataclass
class Answer:
    """What a browser gets."""

    status: int
    headers: Pairs
    body: bytes

    def header(self, name: str) -> str:
        """Return the value of a header that comes once at most; "" for none."""
        found = self.all(name)
        assert len(found) <= 1, found
        return found[0] if found else ""

    def all(self, name: str) -> list[str]:
        """Return every value of a header."""
        return [value for known, value in self.headers if known.lower() == name.lower()]

    @property
    def text(self) -> str:
        """Return the body as text."""
        return self.body.decode("utf-8")

    def json(self) -> Any:
        """Return the body as data."""
        return json.loads(self.body)


class GatewayFailed(AssertionError):
    """The function failed; a browser would see a bare 502."""


@dataclass
class Browser:
    """Somebody who asks by one form, and keeps cookies."""

    function: Function
    form: str
    client: str = CLIENT
    cookies: dict[str, str] = field(default_factory=dict)

    @property
    def prefix(self) -> str:
        """Return what stands before every path in the browser's address line."""
        return f"/{STAGE}" if self.form in ("rest", "http") else ""

    @property
    def origin(self) -> str:
        """Return the origin of the pages."""
        return f"https://{HOSTS[self.form]}"

    def get(self, path: str, headers: Pairs | None = None) -> Answer:
        """Ask for a page."""
        return self.ask("GET", path, headers or [], b"")

    def post(self, path: str, body: bytes, kind: str, headers: Pairs | None = None) -> Answer:
        """Send a body of that content type."""
        more = [("Content-Type", kind), ("Origin", self.origin), *(headers or [])]
        return self.ask("POST", path, more, body)

    def post_form(self, path: str, fields: dict[str, str]) -> Answer:
        """Send a form as browsers do."""
        body = urllib.parse.urlencode(fields).encode()
        return self.post(path, body, "application/x-www-form-urlencoded")

    def ask(self, method: str, path: str, headers: Pairs, body: bytes) -> Answer:
        """Send a request and return its answer.

        Raises:
            GatewayFailed: the function failed.
        """
        invocation = self.function.invoke(self.event(method, path, headers, body))
        answer = self._answer(invocation)
        for cookie in answer.all("Set-Cookie"):
            name, _sign, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        return answer

    def event(self, method: str, path: str, headers: Pairs, body: bytes) -> dict[str, Any]:
        """Return the event that the gateway makes of a request."""
        sent = [
            ("Host", HOSTS[self.form]),
            ("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Firefox/140.0"),
            *headers,
        ]
        if self.cookies:
            sent.append(("Cookie", "; ".join(f"{n}={v}" for n, v in self.cookies.items())))
        # A gateway adds whom it saw to whatever the client claims.
        claimed = [value for name, value in sent if name.lower() == "x-forwarded-for"]
        sent = [(name, value) for name, value in sent if name.lower() != "x-forwarded-for"]
        sent += [
            ("X-Forwarded-For", ", ".join([*claimed, self.client])),
            ("X-Forwarded-Proto", "https"),
            ("X-Forwarded-Port", "443"),
        ]
        of_rest = self.form.startswith("rest")
        return (self._first if of_rest else self._second)(method, path, sent, body)

    def _first(self, method: str, path: str, headers: Pairs, body: bytes) -> dict[str, Any]:
        """Return the event of a REST API (version 1.0); its path has lost the stage."""
        path, _mark, query = path.partition("?")
        parameters = urllib.parse.parse_qs(query, keep_blank_values=True)
        several: dict[str, list[str]] = {}
        for name, value in headers:
            several.setdefault(name, []).append(value)
        return {
            "resource": "/{proxy+}",
            "path": urllib.parse.unquote(path),
            "httpMethod": method,
            "headers": {name: values[-1] for name, values in several.items()},
            "multiValueHeaders": several,
            "queryStringParameters": {n: v[-1] for n, v in parameters.items()} or None,
            "multiValueQueryStringParameters": parameters or None,
            "pathParameters": {"proxy": path.lstrip("/")},
            "stageVariables": None,
            "requestContext": {
                "stage": STAGE,
                "path": f"{self.prefix}{path}",
                "httpMethod": method,
                "requestId": "b1c6e5f0",
                "identity": {"sourceIp": self.client},
            },
            **_body_of(body),
        }

    def _second(self, method: str, path: str, headers: Pairs, body: bytes) -> dict[str, Any]:
        """Return the event of an HTTP API or a function URL (version 2.0); cookies stand aside."""
        path, _mark, query = path.partition("?")
        joined: dict[str, str] = {}
        for name, value in headers:
            low = name.lower()
            if low != "cookie":
                joined[low] = f"{joined[low]},{value}" if low in joined else value
        raw = f"{self.prefix}{path}"
        event = {
            "version": "2.0",
            "routeKey": "$default",
            "rawPath": urllib.parse.unquote(raw),
            "rawQueryString": query,
            "headers": joined,
            "requestContext": {
                "stage": "$default" if self.form == "function url" else STAGE,
                "http": {
                    "method": method,
                    "path": raw,
                    "protocol": "HTTP/1.1",
                    "sourceIp": self.client,
                },
                "requestId": "b1c6e5f0",
            },
            **_body_of(body),
        }
        if self.cookies:
            event["cookies"] = [f"{name}={value}" for name, value in self.cookies.items()]
        return event

    def _answer(self, invocation: Invocation) -> Answer:
        said = invocation.json()
        if invocation.error or not isinstance(said, dict) or "statusCode" not in said:
            raise GatewayFailed(f"{said}\n{invocation.log}")
        body = said.get("body") or ""
        data = base64.b64decode(body) if said.get("isBase64Encoded") else body.encode()
        # A gateway joins both forms; the same name in both counts once.
        several = {name: values for name, values in (said.get("multiValueHeaders") or {}).items()}
        names = {name.lower() for name in several}
        headers = [(name, value) for name, values in several.items() for value in values]
        headers += [
            (name, value)
            for name, value in (said.get("headers") or {}).items()
            if name.lower() not in names
        ]
        headers += [("Set-Cookie", cookie) for cookie in said.get("cookies") or []]
        return Answer(said["statusCode"], headers, data)


def _body_of(body: bytes) -> dict[str, Any]:
    if not body:
        return {"body": None, "isBase64Encoded": False}
    return {"body": base64.b64encode(body).decode(), "isBase64Encoded": True}


def multipart(fields: dict[str, str], files: dict[str, tuple[str, bytes]]) -> tuple[bytes, str]:
    """Return a form with files as browsers send it, and its content type."""
    mark = "----muster-proof"
    parts = [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in fields.items()
    ]
    parts += [
        f'--{mark}\r\nContent-Disposition: form-data; name="{name}"; filename="{name}.jpg"\r\n'
        f"Content-Type: {kind}\r\n\r\n".encode()
        + content
        + b"\r\n"
        for name, (kind, content) in files.items()
    ]
    return b"".join(parts) + f"--{mark}--\r\n".encode(), f"multipart/form-data; boundary={mark}"
