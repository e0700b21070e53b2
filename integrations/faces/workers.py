"""The dlib engine in processes of its own, so that a picture can end none but those.

dlib holds the interpreter's lock for most of a picture, and what goes wrong in it ends the
process. Here a picture that hangs or ends its worker costs the web process an `EngineLost`; the
next one gets a new worker. Readings come from the workers; comparing them, a millisecond of numpy,
is done here.
"""

from __future__ import annotations

import atexit
import contextlib
import logging
import os
import queue
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TypeVar

from integrations.errors import EngineLost, IntegrationError, Misconfigured, Unavailable
from integrations.faces import dlib_parts, wire
from integrations.faces.dlib_engine import VectorEngine
from integrations.faces.protocol import FacePose, FaceReading, Purpose

log = logging.getLogger(__name__)

_Said = TypeVar("_Said", FaceReading, FacePose)

WORKER: Final = "integrations.faces.worker"
_ROOT: Final = Path(__file__).resolve().parents[2]
# Waiting for a turn, starting and looking must together end before the lease of a minute does.
_PATIENCE: Final = 10
_START_SECONDS: Final = 20
MOST_SECONDS: Final = 25
# All that a worker gets of the environment: no key, no address of a database.
_KEPT_NAMES: Final = frozenset({"HOME", "LANG", "PATH", "TMPDIR"})
_KEPT_STARTS: Final = ("LC_", "LD_", "DYLD_", "OMP_", "OPENBLAS_", "PYTHON")


class Worker:
    """One process with an engine in it: started when it is first asked, and again after its end."""

    def __init__(self, module: str = WORKER) -> None:
        self._module = module
        self._process: subprocess.Popen[bytes] | None = None
        self._channel: socket.socket | None = None

    @property
    def pid(self) -> int | None:
        """Return the id of the process, None while there is none."""
        return self._process.pid if self._process else None

    def read(self, jpeg: bytes, *, purpose: Purpose, seconds: float) -> FaceReading:
        """Let it look at a picture for so many seconds; raises as `pose` does."""
        return self._ask(jpeg, str(purpose), seconds, wire.reading)

    def pose(self, jpeg: bytes, *, seconds: float) -> FacePose:
        """Let it say where a face points, within so many seconds.

        Raises:
            EngineLost: `engine_hung`, `engine_died`, `engine_garbled`.
            Unavailable: `engine_start_failed`, or what the engine raised.
        """
        return self._ask(jpeg, wire.POSE, seconds, lambda head, _body: wire.pose(head))

    def _ask(
        self, jpeg: bytes, look: str, seconds: float, said: Callable[[wire.Head, bytes], _Said]
    ) -> _Said:
        channel = self._running()
        try:
            until = time.monotonic() + seconds
            wire.send(channel, {"look": look, "seconds": seconds}, jpeg, until=until)
            return said(*wire.receive(channel, until=until))
        except IntegrationError:
            raise
        except BaseException as error:
            # Also where the thread was interrupted: the answer would be taken for the next one's.
            ended = self.end()
            if isinstance(error, TimeoutError):
                raise EngineLost("engine_hung", seconds=int(seconds)) from error
            if isinstance(error, EOFError | OSError):
                raise EngineLost("engine_died", ended=ended) from error
            if isinstance(error, wire.Garbled):
                raise EngineLost("engine_garbled") from error
            raise

    def _running(self) -> socket.socket:
        if self._channel is None or self._process is None or self._process.poll() is not None:
            self.end()
            self._start()
        assert self._channel is not None  # noqa: S101  # `_start` raises otherwise
        return self._channel

    def _start(self) -> None:
        """Start the process and wait until its engine is loaded.

        Raises:
            Misconfigured: what the engine says of the installation.
            Unavailable: `engine_start_failed`.
        """
        self._channel, theirs = socket.socketpair()
        try:
            with theirs:
                # A session of its own: what ends a group of processes leaves it to end by itself,
                # after the picture that it looks at.
                self._process = subprocess.Popen(  # noqa: S603  # our own module
                    [sys.executable, "-m", self._module],
                    stdin=theirs.fileno(), stdout=subprocess.DEVNULL, cwd=_ROOT, env=_environment(),
                    start_new_session=True,
                )  # fmt: skip
            head, _body = wire.receive(self._channel, until=time.monotonic() + _START_SECONDS)
            if not head.get("is_ready"):
                wire.reading(head, b"")
        except Misconfigured:
            self.end()
            raise
        except (IntegrationError, EOFError, OSError, wire.Garbled) as error:
            raise Unavailable("engine_start_failed", ended=self.end()) from error
        except BaseException:
            self.end()
            raise

    def end(self) -> str:
        """End the process, whatever it is doing, and return how it had ended if it had."""
        process, channel = self._process, self._channel
        self._process = self._channel = None
        if channel is not None:
            channel.close()
        if process is None:
            return ""
        # Who died of a picture has closed its socket a moment before it can be waited for.
        with contextlib.suppress(subprocess.TimeoutExpired):
            return _manner(process.wait(timeout=0.2))
        process.kill()
        process.wait()
        return "killed"

    def forget(self) -> None:
        """Leave the process to the one that it was started by: this is a fork of that."""
        if self._channel is not None:
            self._channel.close()
        if self._process is not None:
            # Not ours to wait for; it would be told so at the end.
            self._process.returncode = 0
        self._process = self._channel = None


def _environment() -> dict[str, str]:
    return {
        name: value
        for name, value in os.environ.items()
        if name in _KEPT_NAMES or name.startswith(_KEPT_STARTS)
    }


def _manner(code: int) -> str:
    return signal.Signals(-code).name if code < 0 else f"exit {code}"


class WorkerEngine(VectorEngine):
    """The engine of a web process whose pictures are looked at elsewhere.

    Any number of threads may use it; each picture has a worker to itself.

    Raises, when made:
        Misconfigured: the codes of `dlib_parts.lacking()`; `model_changed`.
    """

    def __init__(self, *, count: int, seconds: float, module: str = WORKER) -> None:
        lacking = dlib_parts.lacking()
        if lacking is not None:
            raise Misconfigured(lacking)
        for model in (dlib_parts.LANDMARKS, dlib_parts.EMBEDDING):
            model.verified()
        self._workers = [Worker(module) for _n in range(count)]
        self._seconds = min(seconds, MOST_SECONDS)
        self._idle = self._all_idle()
        _every.add(self)

    def _all_idle(self) -> queue.LifoQueue[Worker]:
        # The last one that worked comes first: others are started only when it is at work.
        idle: queue.LifoQueue[Worker] = queue.LifoQueue()
        for worker in self._workers:
            idle.put(worker)
        return idle

    @property
    def pids(self) -> list[int]:
        """Return the ids of the processes that there are."""
        return [worker.pid for worker in self._workers if worker.pid is not None]

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        """Have a worker look for the one dominant face; see `FaceEngine.read`.

        Raises:
            EngineLost: the picture was not looked at in time, or ended the worker.
            Unavailable: `engine_busy`, other threads have kept it so for long.
        """
        with self._turn() as worker:
            return worker.read(jpeg, purpose=purpose, seconds=self._seconds)

    def pose(self, jpeg: bytes) -> FacePose:
        """Have a worker say where the one dominant face points; raises as `read` does."""
        with self._turn() as worker:
            return worker.pose(jpeg, seconds=self._seconds)

    @contextmanager
    def _turn(self) -> Iterator[Worker]:
        idle = self._idle
        try:
            worker = idle.get(timeout=_PATIENCE)
        except queue.Empty as error:
            raise Unavailable("engine_busy") from error
        try:
            yield worker
        except EngineLost as error:
            log.error("a worker of the face engine was lost: %s", error)
            raise
        finally:
            idle.put(worker)

    def close(self) -> None:
        """End every worker; one is started again when a picture comes."""
        for worker in self._workers:
            worker.end()

    def after_fork(self) -> None:
        """Begin anew in a forked process: the workers, and who held them, stayed behind."""
        for worker in self._workers:
            worker.forget()
        self._idle = self._all_idle()


_every: weakref.WeakSet[WorkerEngine] = weakref.WeakSet()


def _after_fork() -> None:
    for engine in _every:
        engine.after_fork()


@atexit.register
def _close_all() -> None:
    for engine in list(_every):
        engine.close()


os.register_at_fork(after_in_child=_after_fork)
