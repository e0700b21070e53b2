"""The product in this process, asked as gunicorn asks it: ready-made bytes in, an answer out.

Django's test client would do work of its own on every request; this does next to none. It is
imported by the fresh interpreters of section 5, so it imports little itself.
"""

from __future__ import annotations

import io
import json
from dataclasses import dataclass
from typing import Any
from wsgiref.util import setup_testing_defaults

from django.core.wsgi import get_wsgi_application


@dataclass(frozen=True)
class Answer:
    """Status and body."""

    status: int
    body: bytes

    def json(self) -> Any:
        return json.loads(self.body)


class Site:
    """The WSGI application, and a way to ask it."""

    def __init__(self) -> None:
        self._application = get_wsgi_application()

    def ask(
        self, path: str, *, cookie: str = "", body: bytes | None = None, content_type: str = ""
    ) -> Answer:
        """Return the answer to a GET, or to a POST of the body, as its script sends it."""
        path, _mark, query = path.partition("?")
        environ = {
            "REQUEST_METHOD": "GET" if body is None else "POST",
            "PATH_INFO": path,
            "QUERY_STRING": query,
            "REMOTE_ADDR": "127.0.0.1",
            "CONTENT_TYPE": content_type,
            "CONTENT_LENGTH": str(len(body or b"")),
            "HTTP_ACCEPT": "text/html" if body is None else "application/json",
            "HTTP_COOKIE": cookie,
            "wsgi.input": io.BytesIO(body or b""),
        }
        setup_testing_defaults(environ)
        statuses: list[str] = []
        response = self._application(environ, lambda status, _headers: statuses.append(status))
        try:
            answer = b"".join(response)
        finally:
            response.close()
        return Answer(int(statuses[0].split()[0]), answer)
