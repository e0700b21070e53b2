"""What a user pool's pages and token address say over HTTP, as far as signing in needs them.

It stands in for Cognito's hosted pages: it tells where things are, and hands out a token for a
code, once, to whoever proves by PKCE that they asked for it. Nobody types a password here: a test
says which token the code is worth.
"""

from __future__ import annotations

import base64
import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

CLIENT, SECRET = "muster-client", "a-client-secret-of-no-worth"


@dataclass
class Pool:
    """`codes` maps a code to (the challenge it was asked with, the token it is worth)."""

    url: str
    issuer: str
    jwks_uri: str
    keys: dict[str, Any] = field(default_factory=dict)
    codes: dict[str, tuple[str, str]] = field(default_factory=dict)
    is_down: bool = False

    def discovery(self) -> dict[str, Any]:
        return {
            "issuer": self.issuer,
            "authorization_endpoint": f"{self.url}/oauth2/authorize",
            "token_endpoint": f"{self.url}/oauth2/token",
            "jwks_uri": self.jwks_uri,
            "token_endpoint_auth_methods_supported": ["client_secret_basic", "client_secret_post"],
        }

    def code_for(self, location: str, token: str) -> dict[str, str]:
        """Return what the pool's page sends back with somebody who was led to `location`."""
        asked = {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}
        assert location.startswith(f"{self.url}/oauth2/authorize?")
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = f"code-{len(self.codes)}"
        self.codes[code] = (asked["code_challenge"], token)
        return {"code": code, "state": asked["state"]}

    def exchange(self, form: dict[str, str]) -> tuple[int, dict[str, Any]]:
        challenge, token = self.codes.pop(form.get("code", ""), ("", ""))
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        proved = base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
        if not token or proved != challenge or form.get("client_secret") != SECRET:
            return 400, {"error": "invalid_grant"}
        found = {"access_token": "no-token", "id_token": token, "token_type": "Bearer"}
        return 200, found | {"expires_in": 3600}


@contextmanager
def standing(issuer: str = "", jwks_uri: str = "") -> Iterator[Pool]:
    """Serve a pool for a while; without an issuer it is its own, with the keys of `Pool.keys`."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            path = urlsplit(self.path).path
            if pool.is_down:
                self._say(503, {})
            elif path.endswith("/.well-known/openid-configuration"):
                self._say(200, pool.discovery())
            elif path.endswith("/jwks.json"):
                self._say(200, pool.keys)
            else:
                self._say(404, {})

        def do_POST(self) -> None:
            length = int(self.headers["Content-Length"])
            form = parse_qs(self.rfile.read(length).decode())
            self._say(*pool.exchange({name: values[0] for name, values in form.items()}))

        def _say(self, status: int, answer: dict[str, Any]) -> None:
            body = json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002  # its own name
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    url = f"http://127.0.0.1:{server.server_port}"
    pool = Pool(url, issuer or f"{url}/pool", jwks_uri or f"{url}/pool/.well-known/jwks.json")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield pool
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
