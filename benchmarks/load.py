"""A load generator that costs little: keep-alive connections, ready-made bytes, one thread each.

What it spends on a request counts against both sides of a ratio alike, and so flatters the slower
one: it therefore does no more than send bytes and look for the end of the answer.
"""

from __future__ import annotations

import re
import socket
import time
from collections import Counter
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_STATUS = slice(9, 12)


@dataclass(frozen=True)
class Round:
    """What came of one round: seconds it took, answers by status, seconds of each request."""

    seconds: float
    answers: Counter[str]
    waits: list[float]

    @property
    def rate(self) -> float:
        return self.answers.total() / self.seconds

    def wait(self, share: float) -> float:
        """Return the time within which this share of the requests was answered, in ms."""
        return sorted(self.waits)[int(share * (len(self.waits) - 1))] * 1000


def request(path: str, headers: dict[str, str], body: bytes) -> bytes:
    """Return the bytes of a POST."""
    lines = [f"POST {path} HTTP/1.1", "Host: 127.0.0.1", f"Content-Length: {len(body)}"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    return "\r\n".join([*lines, "", ""]).encode() + body


def run(port: int, make: Callable[[], bytes], *, seconds: float, connections: int) -> Round:
    """Send what `make` returns over so many connections for so long, one at a time on each.

    Raises:
        OSError: the server closed a connection, or did not answer within 30 seconds.
    """
    start = time.perf_counter()
    end = start + seconds
    with ThreadPoolExecutor(connections) as threads:
        parts = [threads.submit(_one, port, make, end) for _n in range(connections)]
        waits, answers = [], Counter[str]()
        for part in parts:
            some, statuses = part.result()
            waits += some
            answers += statuses
    return Round(time.perf_counter() - start, answers, waits)


def _one(port: int, make: Callable[[], bytes], end: float) -> tuple[list[float], Counter[str]]:
    """Keep one connection busy until the end."""
    waits, answers = [], Counter[str]()
    with socket.create_connection(("127.0.0.1", port), timeout=30) as line:
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        while (start := time.perf_counter()) < end:
            line.sendall(make())
            answers[_answer(line)] += 1
            waits.append(time.perf_counter() - start)
    return waits, answers


def _answer(line: socket.socket) -> str:
    """Read one answer to its end; return its status."""
    data = b""
    while (split := data.find(b"\r\n\r\n")) < 0:
        data += _more(line)
    found = _LENGTH.search(data, 0, split + 2)
    if found is None:
        # In chunks: no answer here has an empty line of its own.
        while not data.endswith(b"\r\n0\r\n\r\n"):
            data += _more(line)
    else:
        while len(data) < split + 4 + int(found[1]):
            data += _more(line)
    return data[_STATUS].decode()


def _more(line: socket.socket) -> bytes:
    data = line.recv(65536)
    if not data:
        raise ConnectionError("the server closed the connection")
    return data
