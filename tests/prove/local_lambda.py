"""Lambda on this machine: the real runtime client in a process of its own, fed as Lambda feeds it.

It speaks the Runtime API to `awslambdaric` and the Invoke API to everybody else (with retries of
asynchronous calls and a dead-letter queue), and hands every other call of Lambda's API on to moto,
keeping what was asked. Two answers that moto lacks are given here, see `_mended`.

What it does not show: the target's C library, its memory limit, its network, its rights.
"""

from __future__ import annotations

import base64
import http.client
import json
import os
import queue
import re
import select
import subprocess
import tempfile
import threading
import time
import urllib.parse
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import IO, Any, Final

REGION: Final = "eu-central-1"
ACCOUNT: Final = "123456789012"
# What Lambda takes for a call that waits, and for one that does not.
MOST_SYNCHRONOUS: Final = 6 * 1024 * 1024
MOST_ASYNCHRONOUS: Final = 1024 * 1024
_JSON: Final = (("Content-Type", "application/json"),)

DeadLetters = Callable[[str, dict[str, str]], None]


@dataclass
class Invocation:
    """One event on its way through the function, and what came of it."""

    payload: bytes
    deadline: float
    id: str = field(default_factory=lambda: str(uuid.uuid4()))
    done: threading.Event = field(default_factory=threading.Event)
    body: bytes = b""
    error: str = ""
    log: str = ""

    def finish(self, body: bytes, error: str = "") -> None:
        """Set the answer, once."""
        self.body, self.error = body, error
        self.done.set()

    def json(self) -> Any:
        """Return the answer, or what the error says."""
        return json.loads(self.body or b"null")


class _Handler(BaseHTTPRequestHandler):
    """What both APIs share."""

    protocol_version = "HTTP/1.1"
    # Unbuffered, each header would be a packet of its own, and wait for the last one's receipt.
    wbufsize = -1

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""

    def body(self) -> bytes:
        """Return the body that was sent, in one piece or in chunks."""
        if "chunked" not in (self.headers.get("Transfer-Encoding") or ""):
            return self.rfile.read(int(self.headers.get("Content-Length") or 0))
        found = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            found += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return found

    def reply(
        self, status: int, body: bytes = b"", headers: tuple[tuple[str, str], ...] = ()
    ) -> None:
        """Send an answer."""
        self.send_response(status)
        for name, value in headers:
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)


class _RuntimeHandler(_Handler):
    """The Runtime API, as the function's own process asks it."""

    server: _RuntimeServer

    def do_GET(self) -> None:
        """Hand out the next event; the runtime waits for it here."""
        sandbox = self.server.sandbox
        invocation = sandbox.waiting.get()
        if invocation is None:
            self.reply(500)
            return
        sandbox.running = invocation
        self.reply(
            200,
            invocation.payload,
            (
                ("Lambda-Runtime-Aws-Request-Id", invocation.id),
                ("Lambda-Runtime-Deadline-Ms", str(int(invocation.deadline * 1000))),
                ("Lambda-Runtime-Invoked-Function-Arn", sandbox.function.arn),
                *_JSON,
            ),
        )

    def do_POST(self) -> None:
        """Take an answer, an error, or an error at start."""
        sandbox, body = self.server.sandbox, self.body()
        parts = self.path.split("/")
        if parts[3] == "init":
            sandbox.start_error = body
        elif sandbox.running and sandbox.running.id == parts[4]:
            sandbox.running.finish(body, "Unhandled" if parts[5] == "error" else "")
        self.reply(202)


class _RuntimeServer(ThreadingHTTPServer):
    daemon_threads = True

    def __init__(self, sandbox: Sandbox) -> None:
        self.sandbox = sandbox
        super().__init__(("127.0.0.1", 0), _RuntimeHandler)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Say nothing of a process that was ended while it waited for its next event."""


class Sandbox:
    """One execution environment: a process that handles one event at a time."""

    def __init__(self, function: Function) -> None:
        self.function = function
        self.waiting: queue.Queue[Invocation | None] = queue.Queue()
        self.running: Invocation | None = None
        self.start_error = b""
        self.process: subprocess.Popen[bytes] | None = None
        self._reading = threading.Lock()
        self._unfinished = b""
        self._server = _RuntimeServer(self)
        threading.Thread(
            target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    def run(self, payload: bytes) -> Invocation:
        """Return an event when it is done, failed, out of time, or its process is dead."""
        if self.process is None or self.process.poll() is not None:
            self._start()
        invocation = Invocation(payload, time.time() + self.function.timeout)
        self.waiting.put(invocation)
        while not invocation.done.wait(0.01):
            if time.time() > invocation.deadline:
                self.kill()
                said = f"Task timed out after {self.function.timeout:.2f} seconds"
                invocation.finish(_error("Sandbox.Timedout", said), "Unhandled")
            elif self.process is not None and self.process.poll() is not None:
                said = f"exit status {self.process.returncode}"
                body = self.start_error or _error("Runtime.ExitError", said)
                invocation.finish(body, "Unhandled")
        if self.process is not None and self.process.stdout is not None:
            self.read_log(self.process.stdout)
        return invocation

    def kill(self) -> None:
        """End the process at once, as Lambda does when the time is over."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()
            self._reader.join()

    def stop(self) -> None:
        """End the process and its Runtime API."""
        self.kill()
        self.waiting.put(None)
        self._server.shutdown()
        self._server.server_close()

    def _start(self) -> None:
        self.start_error = b""
        # What a dead process still waits for must not take the next one's event.
        old, self.waiting = self.waiting, queue.Queue()
        old.put(None)
        host, port = self._server.server_address[:2]
        function = self.function
        environment = {
            "PATH": "/usr/bin:/bin", "LANG": "en_US.UTF-8", "TZ": ":UTC",
            "HOME": tempfile.gettempdir(),
            "AWS_LAMBDA_RUNTIME_API": f"{host!s}:{port}",
            "_HANDLER": function.handler, "LAMBDA_TASK_ROOT": str(function.root),
            "AWS_LAMBDA_FUNCTION_NAME": function.name, "AWS_LAMBDA_FUNCTION_VERSION": "$LATEST",
            "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(function.memory),
            "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
            "AWS_REGION": REGION, "AWS_DEFAULT_REGION": REGION,
            # The package is read-only there, and compiled already.
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONNOUSERSITE": "1", "PYTHONUNBUFFERED": "1",
            **function.environment,
        }  # fmt: skip
        self.process = subprocess.Popen(  # noqa: S603  # our own package
            [*function.prefix, str(function.python), "-m", "awslambdaric", function.handler],
            cwd=function.root, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )  # fmt: skip
        assert self.process.stdout is not None
        os.set_blocking(self.process.stdout.fileno(), False)
        self._unfinished = b""
        self._reader = threading.Thread(
            target=self._read_log, args=(self.process.stdout,), daemon=True
        )
        self._reader.start()

    def _read_log(self, pipe: IO[bytes]) -> None:
        """Read what the process says for as long as it lives, so that it never waits for us."""
        is_open = True
        while is_open:
            select.select([pipe], [], [])
            is_open = self.read_log(pipe)
        with self._reading:
            pipe.close()

    def read_log(self, pipe: IO[bytes]) -> bool:
        """Take what the process has said up to now; return whether it may say more.

        A process writes its lines before it gives its answer, but the thread that reads them may
        come later than the answer: whoever looks at a log reads first.
        """
        with self._reading:
            while not pipe.closed:
                try:
                    piece = os.read(pipe.fileno(), 1 << 16)
                except BlockingIOError:
                    return True
                if not piece and not self._unfinished:
                    return False
                # A process that dies in the middle of a line said that, too.
                *lines, self._unfinished = (self._unfinished + (piece or b"\n")).split(b"\n")
                for line in lines:
                    text = line.decode("utf-8", "replace")
                    self.function.logs.append(text.rstrip())
                    if self.running is not None:
                        self.running.log += f"{text}\n"
        return False


@dataclass
class Function:
    """A function: a package, the interpreter that runs it, its settings, its environments."""

    name: str
    root: Path
    python: Path
    handler: str = "portal.lambda_entry.handler"
    environment: Mapping[str, str] = field(default_factory=dict)
    timeout: float = 60
    memory: int = 1024
    retries: int = 2
    dead_letters: DeadLetters | None = None
    # What stands before the interpreter, to bound its processor for instance.
    prefix: tuple[str, ...] = ()
    logs: list[str] = field(default_factory=list)
    # The answers of asynchronous calls, each try.
    tries: list[Invocation] = field(default_factory=list)
    _free: list[Sandbox] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _threads: list[threading.Thread] = field(default_factory=list)

    @property
    def arn(self) -> str:
        """Return the name by which AWS knows it."""
        return f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:{self.name}"

    def invoke(self, event: Any) -> Invocation:
        """Hand an event to a free environment, or to a new one, and wait."""
        payload = event if isinstance(event, bytes) else json.dumps(event).encode()
        with self._lock:
            sandbox = self._free.pop() if self._free else Sandbox(self)
        try:
            return sandbox.run(payload)
        finally:
            with self._lock:
                self._free.append(sandbox)

    def invoke_later(self, payload: bytes) -> None:
        """Hand an event over without waiting; failures are tried again, then dead-lettered."""
        thread = threading.Thread(target=self._try, args=(payload,), daemon=True)
        self._threads.append(thread)
        thread.start()

    def settle(self) -> None:
        """Wait until every asynchronous event is done or given up."""
        while self._threads:
            self._threads.pop().join()

    def kill(self) -> None:
        """End every process, as Lambda may at any time; the next event starts anew."""
        for sandbox in self._free:
            sandbox.kill()

    def stop(self) -> None:
        """End every environment."""
        self.settle()
        for sandbox in self._free:
            sandbox.stop()
        self._free.clear()

    def _try(self, payload: bytes) -> None:
        for _number in range(self.retries + 1):
            invocation = self.invoke(payload)
            self.tries.append(invocation)
            if not invocation.error:
                return
        if self.dead_letters is not None:
            said = str(invocation.json().get("errorMessage", ""))[:1024]
            self.dead_letters(
                payload.decode(),
                {"RequestID": invocation.id, "ErrorCode": "200", "ErrorMessage": said},
            )


@dataclass(frozen=True)
class Call:
    """A call of Lambda's API that was handed on to moto."""

    method: str
    path: str
    body: bytes
    status: int

    def json(self) -> Any:
        """Return what was asked."""
        return json.loads(self.body or b"null")


class LocalLambda(ThreadingHTTPServer):
    """Lambda's API on a port of its own (`AWS_ENDPOINT_URL_LAMBDA`), before a moto server."""

    daemon_threads = True
    request_queue_size = 64

    def __init__(self, moto_url: str, functions: tuple[Function, ...] = ()) -> None:
        self.functions = {function.name: function for function in functions}
        self.upstream = urllib.parse.urlsplit(moto_url).netloc
        self.calls: list[Call] = []
        super().__init__(("127.0.0.1", 0), _ApiHandler)
        threading.Thread(
            target=self.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True
        ).start()

    @property
    def url(self) -> str:
        """Return the address to give to clients."""
        host, port = self.server_address[:2]
        return f"http://{host!s}:{port}"

    def stop(self) -> None:
        """End the functions and the server."""
        for function in self.functions.values():
            function.stop()
        self.shutdown()
        self.server_close()


class _ApiHandler(_Handler):
    """Lambda's API, as botocore asks it."""

    server: LocalLambda

    def _handle(self) -> None:
        body = self.body()
        path = urllib.parse.urlsplit(self.path).path
        match = re.fullmatch(r"/2015-03-31/functions/([^/]+)/invocations", path)
        if match:
            self._invoke(urllib.parse.unquote(match[1]), body)
        else:
            self._hand_on(path, body)

    do_GET = do_POST = do_PUT = do_DELETE = do_HEAD = do_PATCH = _handle

    def _invoke(self, name: str, body: bytes) -> None:
        function = self.server.functions.get(re.sub(r"^.*:function:|:[^:]*$", "", name))
        kind = self.headers.get("X-Amz-Invocation-Type", "RequestResponse")
        most = MOST_ASYNCHRONOUS if kind == "Event" else MOST_SYNCHRONOUS
        if function is None:
            self._refuse(404, "ResourceNotFoundException", "Function not found")
        elif len(body) > most:
            self._refuse(413, "RequestTooLargeException", f"Request must be smaller than {most}")
        elif kind == "DryRun":
            self.reply(204)
        elif kind == "Event":
            function.invoke_later(body or b"{}")
            self.reply(202)
        else:
            self._answer(function.invoke(body or b"{}"))

    def _answer(self, invocation: Invocation) -> None:
        log = base64.b64encode(invocation.log.encode()[-4096:]).decode()
        headers = (*_JSON, ("X-Amz-Executed-Version", "$LATEST"), ("X-Amz-Log-Result", log))
        if invocation.error:
            headers = (*headers, ("X-Amz-Function-Error", invocation.error))
        self.reply(200, invocation.body, headers)

    def _refuse(self, status: int, kind: str, said: str) -> None:
        body = json.dumps({"Message": said}).encode()
        self.reply(status, body, (*_JSON, ("x-amzn-ErrorType", kind)))

    def _hand_on(self, path: str, body: bytes) -> None:
        headers = {n: v for n, v in self.headers.items() if n.lower() != "connection"}
        moto = http.client.HTTPConnection(self.server.upstream)
        moto.request(self.command, self.path, body, headers)
        answer = moto.getresponse()
        said = answer.read()
        moto.close()
        self.server.calls.append(Call(self.command, self.path, body, answer.status))
        status, said = _mended(self.command, path, answer.status, said)
        dropped = {"content-length", "connection", "transfer-encoding", "server", "date"}
        kept = tuple((n, v) for n, v in answer.getheaders() if n.lower() not in dropped)
        self.reply(status, said, kept)


def _mended(method: str, path: str, status: int, body: bytes) -> tuple[int, bytes]:
    """Return what AWS answers where moto answers otherwise (both are listed in docs/deploy.md)."""
    # AddPermission: AWS says 201, and Zappa takes nothing else for success.
    if method == "POST" and path.endswith("/policy") and status == 200:
        return 201, body
    # ListFunctionUrlConfigs: moto has no such address; we make no function URL.
    if method == "GET" and path.startswith("/2021-10-31/functions/") and path.endswith("/urls"):
        return 200, b'{"FunctionUrlConfigs": []}'
    return status, body


def _error(kind: str, said: str) -> bytes:
    return json.dumps({"errorType": kind, "errorMessage": said}).encode()


def to_queue(sqs: Any, url: str) -> DeadLetters:
    """Return how a function hands what it gave up to a queue, as Lambda writes it."""

    def send(payload: str, attributes: dict[str, str]) -> None:
        sqs.send_message(
            QueueUrl=url,
            MessageBody=payload,
            MessageAttributes={
                name: {"DataType": "String", "StringValue": value or " "}
                for name, value in attributes.items()
            },
        )

    return send


def process_environment(**more: str) -> dict[str, str]:
    """Return this process's environment without Django's and AWS's variables, and `more`."""
    kept = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("AWS_", "DJANGO_", "MUSTER_", "DATABASE_", "COV_"))
    }
    return {**kept, **more}
