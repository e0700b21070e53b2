"""What an engine's worker and its web process say to each other, over a pair of sockets.

A message is two lengths, a head in JSON and a body of bytes: nothing in it can be run, whatever a
picture made of the process at the other end.
"""

from __future__ import annotations

import json
import socket
import struct
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict
from typing import Any, Final

from integrations.errors import IntegrationError, Misconfigured, Rejected, Unavailable
from integrations.faces.protocol import Advice, FacePose, FaceReading, Quality

Head = dict[str, Any]

# What is asked of a picture: where the face points, or a reading for one of the purposes.
POSE: Final = "pose"
_LENGTHS: Final = struct.Struct(">II")
_MOST_BYTES: Final = 8 * 1024 * 1024
_KINDS: Final = {kind.__name__: kind for kind in (Unavailable, Rejected, Misconfigured)}


class Garbled(Exception):
    """What came is no message: the process at the other end is not to be trusted any more."""


def send(channel: socket.socket, head: Head, body: bytes = b"", *, until: float = 0) -> None:
    """Send a message; `until` is a moment of the monotonic clock, 0 waits for ever.

    Raises:
        TimeoutError: it was not taken until then.
        OSError: nobody is there.
    """
    text = json.dumps(head).encode()
    _limit(channel, until)
    channel.sendall(_LENGTHS.pack(len(text), len(body)) + text + body)


def receive(channel: socket.socket, *, until: float = 0) -> tuple[Head, bytes]:
    """Return the next message.

    Raises:
        EOFError: the other end is gone.
        TimeoutError: it did not come until then.
        Garbled: it is none.
    """
    lengths = _LENGTHS.unpack(_exactly(channel, _LENGTHS.size, until))
    if max(lengths) > _MOST_BYTES:
        raise Garbled
    text, body = (_exactly(channel, length, until) for length in lengths)
    try:
        head = json.loads(text)
    except ValueError as error:
        raise Garbled from error
    if not isinstance(head, dict):
        raise Garbled
    return head, body


def _exactly(channel: socket.socket, length: int, until: float) -> bytes:
    found = bytearray()
    while len(found) < length:
        _limit(channel, until)
        piece = channel.recv(min(length - len(found), 1024 * 1024))
        if not piece:
            raise EOFError
        found += piece
    return bytes(found)


def _limit(channel: socket.socket, until: float) -> None:
    left = until - time.monotonic() if until else None
    if left is not None and left <= 0:
        raise TimeoutError
    channel.settimeout(left)


def of_reading(reading: FaceReading) -> tuple[Head, bytes]:
    """Return a reading as head and body."""
    quality = None if reading.quality is None else asdict(reading.quality)
    is_usable = reading.template is not None
    head = {"advice": reading.advice, "quality": quality, "is_usable": is_usable}
    return head, reading.template or b""


def of_pose(pose: FacePose) -> tuple[Head, bytes]:
    """Return a pose as a head, and no body."""
    return asdict(pose), b""


def of_error(error: Exception) -> Head:
    """Return an error as a head; one that no adapter should raise says its kind only."""
    if isinstance(error, IntegrationError) and type(error).__name__ in _KINDS:
        return {"error": type(error).__name__, "code": error.code, "values": error.values}
    return {
        "error": "Unavailable",
        "code": "engine_raised",
        "values": {"kind": type(error).__name__},
    }


def reading(head: Head, body: bytes) -> FaceReading:
    """Return the reading that an answer tells of.

    Raises:
        IntegrationError: the error that it tells of.
        Garbled: it tells of nothing known.
    """
    with _understood(head):
        quality = None if head["quality"] is None else Quality(**head["quality"])
        return FaceReading(Advice(head["advice"]), body if head["is_usable"] else None, quality)


def pose(head: Head) -> FacePose:
    """Return the pose that an answer tells of; raises as `reading` does."""
    with _understood(head):
        return FacePose(Advice(head["advice"]), float(head["turn"]), float(head["drop"]))


@contextmanager
def _understood(head: Head) -> Iterator[None]:
    try:
        if "error" in head:
            raise _KINDS[head["error"]](head["code"], **head["values"])
        yield
    except (KeyError, TypeError, ValueError) as error:
        raise Garbled from error
