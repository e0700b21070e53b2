"""The process in which the dlib engine looks at pictures, one at a time, for one web process.

Started by `integrations.faces.workers` with a socket as its standard input. It holds no key, no
database and no setting; it ends when the other end closes, and by itself when a picture takes too
long, even where its interpreter is stuck: a web process that was killed leaves nobody behind.
"""

from __future__ import annotations

import resource
import signal
import socket
import sys

from integrations.faces import wire
from integrations.faces.protocol import FaceEngine, Purpose

# Beyond what the web process waits: it should be the one to end this, and to say so.
_LATER = 2


def main() -> None:
    """Make the engine, say so, and serve until the other end is gone."""
    # A core file would hold somebody's face.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    # As it was born with: the alarm ends the process whatever holds the interpreter's lock.
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    with socket.socket(fileno=0) as channel:
        try:
            from integrations.faces.dlib_engine import DlibEngine  # noqa: PLC0415  # what fails is told

            engine = DlibEngine()
        except Exception as error:  # noqa: BLE001  # it is told to who started this
            wire.send(channel, wire.of_error(error))
            sys.exit(1)
        serve(channel, engine)


def serve(channel: socket.socket, engine: FaceEngine) -> None:
    """Answer one picture after another until the other end is gone."""
    try:
        wire.send(channel, {"is_ready": True})
        while True:
            asked, jpeg = wire.receive(channel)
            signal.setitimer(signal.ITIMER_REAL, asked["seconds"] + _LATER)
            head, body = _answer(engine, jpeg, asked["look"])
            signal.setitimer(signal.ITIMER_REAL, 0)
            wire.send(channel, head, body)
    except (EOFError, BrokenPipeError, ConnectionResetError):
        return


def _answer(engine: FaceEngine, jpeg: bytes, look: str) -> tuple[wire.Head, bytes]:
    try:
        if look == wire.POSE:
            return wire.of_pose(engine.pose(jpeg))
        return wire.of_reading(engine.read(jpeg, purpose=Purpose(look)))
    except Exception as error:  # noqa: BLE001  # whatever it is, the next picture may be fine
        return wire.of_error(error), b""


if __name__ == "__main__":
    main()
