"""A worker with an engine that does what the picture says: hang, die, or answer something odd."""

from __future__ import annotations

import ctypes
import json
import os
import signal
import socket

from integrations.errors import Misconfigured, Rejected
from integrations.faces import wire, worker
from integrations.faces.protocol import Advice, FacePose, FaceReading, Purpose, Quality

QUALITY = Quality(width=200, score=1.5, luma=120.25, sharpness=90.1, turn=-0.25, drop=float("inf"))


class OddEngine:
    """What is written on the picture happens."""

    def __init__(self, channel: socket.socket) -> None:
        self._channel = channel

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        word = jpeg[:20].rstrip(b".").decode()
        if word == "environment":
            return FaceReading(Advice.OK, json.dumps(sorted(os.environ)).encode())
        if word == "nobody":
            return FaceReading(Advice.NO_FACE)
        if word == "pid":
            return FaceReading(Advice.OK, str(os.getpid()).encode())
        getattr(self, f"_{word}", lambda: None)()
        return FaceReading(Advice.HOLD_STILL, purpose.encode(), QUALITY)

    def pose(self, jpeg: bytes) -> FacePose:
        getattr(self, f"_{jpeg.decode()}", lambda: None)()
        return FacePose(Advice.OK, -0.25, 0.5)

    def _hang(self) -> None:
        """Wait for ever without letting go of the interpreter's lock, as dlib would."""
        ctypes.PyDLL(None).pause()

    def _crash(self) -> None:
        os.kill(os.getpid(), signal.SIGSEGV)

    def _leave(self) -> None:
        os._exit(3)

    def _refuse(self) -> None:
        raise Rejected("picture_too_small", pixels=80)

    def _stray(self) -> None:
        raise ValueError("what nobody foresaw, with somebody's name in it")

    def _misset(self) -> None:
        raise Misconfigured("template_unreadable")

    def _chatter(self) -> None:
        print("a library says something")  # noqa: T201  # it must not get into the answer

    def _garble(self) -> None:
        self._channel.sendall(b"\xff" * 64)

    def _mangle(self) -> None:
        self._channel.sendall(b"\0\0\0\x02\0\0\0\0[]")

    def _babble(self) -> None:
        wire.send(self._channel, {"advice": "whatever"})


def main() -> None:
    """Serve as `integrations.faces.worker` does."""
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with socket.socket(fileno=0) as channel:
        worker.serve(channel, OddEngine(channel))


if __name__ == "__main__":
    main()
