"""A stand-in for Amazon Rekognition: its protocol over HTTP, answered by the dlib engine.

It proves protocol and flow, never the service's accuracy: likeness, brightness and sharpness are
on scales of their own, and `docs/deploy.md` lists what else AWS answers differently. Requests are
signed (Signature Version 4) and the signature is checked. It is a program too:

    python -m tests.prove.rekognition_stand_in --port 0

prints its address on the first line. Beside the service it answers `GET /calls` (what was asked)
and `POST /failures` (`[{"operation": "DetectFaces", "code": "ThrottlingException", "status": 400,
"times": 3}]`; without an operation any, without `times` until `[]` is sent; a `delay` in seconds
comes before the answer, and without a code before the right one).
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from tests.prove.rekognition_answers import Answers, Refused

TARGET: Final = "RekognitionService."
TYPE: Final = "application/x-amz-json-1.1"
_MOST_BYTES: Final = 20 * 1024 * 1024


@dataclass
class Failure:
    """A code that is answered instead; `times` counts down, None lasts."""

    code: str = ""
    status: int = 400
    operation: str = ""
    times: int | None = None
    delay: float = 0.0


@dataclass
class StandIn:
    """The service: what it keeps, what it was asked, and how it is to fail."""

    keys: dict[str, str] = field(default_factory=lambda: {"testing": "testing"})
    answers: Answers = field(default_factory=Answers)
    # Operations in order, each with its request but for pictures, which are named by their hash.
    calls: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    failures: list[Failure] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def counted(self, operation: str) -> int:
        """Return how often an operation was asked for, answered or not."""
        return sum(name == operation for name, _request in self.calls)

    def answer(self, operation: str, request: dict[str, Any]) -> dict[str, Any]:
        """Answer one signed request.

        Raises:
            Refused: the code that the service would answer.
        """
        with self._lock:
            self.calls.append((operation, _without_pictures(request)))
            failure = self._next_failure(operation)
        if failure is not None:
            time.sleep(failure.delay)
            if failure.code:
                raise Refused(failure.code, "as it was told to", failure.status)
        with self._lock:
            return self.answers.answer(operation, request)

    def _next_failure(self, operation: str) -> Failure | None:
        for failure in self.failures:
            if failure.operation in ("", operation) and failure.times != 0:
                if failure.times is not None:
                    failure.times -= 1
                return failure
        return None


def _without_pictures(request: dict[str, Any]) -> dict[str, Any]:
    return {
        name: hashlib.sha256(value["Bytes"].encode()).hexdigest()[:12]
        if isinstance(value, dict) and "Bytes" in value
        else value
        for name, value in request.items()
    }


def _signature_is_right(handler: BaseHTTPRequestHandler, body: bytes, keys: dict[str, str]) -> None:
    """Compute the request's signature anew.

    Raises:
        Refused: as AWS would say it.
    """
    from botocore.auth import SigV4Auth
    from botocore.awsrequest import AWSRequest
    from botocore.credentials import Credentials

    claimed = handler.headers.get("Authorization", "")
    if not claimed.startswith("AWS4-HMAC-SHA256 "):
        raise Refused("MissingAuthenticationTokenException", "Missing Authentication Token")
    parts = dict(
        item.strip().split("=", 1) for item in claimed.removeprefix("AWS4-HMAC-SHA256 ").split(",")
    )
    key, date, region, service, _end = parts["Credential"].split("/")
    if key not in keys:
        raise Refused("UnrecognizedClientException", "The security token is invalid.")
    names = parts["SignedHeaders"].split(";")
    request = AWSRequest(
        method=handler.command,
        url=f"http://{handler.headers['Host']}{handler.path}",
        headers={name: handler.headers[name] for name in names if name in handler.headers},
        data=body,
    )
    moment = handler.headers["X-Amz-Date"]
    request.context["timestamp"] = moment
    signer = SigV4Auth(Credentials(key, keys[key]), service, region)
    canonical = signer.canonical_request(request)
    text = signer.string_to_sign(request, canonical)
    if (service, moment[:8]) != ("rekognition", date) or signer.signature(text, request) != parts[
        "Signature"
    ]:
        raise Refused("InvalidSignatureException", "The request signature does not match.")


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: what was asked stands in `calls`."""

    def do_GET(self) -> None:
        service = self.server.service
        self._send(200, service.calls if self.path == "/calls" else {"is_ready": True})

    def do_POST(self) -> None:
        body = self.rfile.read(min(int(self.headers.get("Content-Length", 0)), _MOST_BYTES))
        service = self.server.service
        if self.path == "/failures":
            service.failures = [Failure(**item) for item in json.loads(body)]
            return self._send(200, {})
        try:
            _signature_is_right(self, body, service.keys)
            operation = self.headers.get("X-Amz-Target", "").removeprefix(TARGET)
            return self._send(200, service.answer(operation, json.loads(body)))
        except Refused as refused:
            said = {"__type": refused.code, "Message": refused.message}
            return self._send(refused.status, said)

    def _send(self, status: int, said: Any) -> None:
        text = json.dumps(said).encode()
        self.send_response(status)
        self.send_header("Content-Type", TYPE)
        self.send_header("x-amzn-RequestId", str(uuid.uuid4()))
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, port: int, service: StandIn) -> None:
        self.service = service
        super().__init__(("127.0.0.1", port), _Handler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a client that did not wait for its answer: it tries again."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"


@contextmanager
def serving(service: StandIn, port: int = 0) -> Iterator[str]:
    """Serve from a thread of this process for a while; gives the address."""
    server = _Server(port, service)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield server.url
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main(arguments: Sequence[str] | None = None) -> int:
    """Serve until the process is ended; the first line printed is the address."""
    parser = argparse.ArgumentParser(prog="python -m tests.prove.rekognition_stand_in")
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument(
        "--key", action="append", default=[], metavar="ID:SECRET",
        help="access keys that are known (testing:testing)",
    )  # fmt: skip
    chosen = parser.parse_args(arguments)
    known = dict(key.split(":", 1) for key in chosen.key) or {"testing": "testing"}
    server = _Server(chosen.port, StandIn(keys=known))
    sys.stdout.write(f"{server.url}\n")
    sys.stdout.flush()
    server.serve_forever()
    return 0


if __name__ == "__main__":
    sys.exit(main())
