"""The engine in processes of its own: what a picture can end, and what it cannot."""

from __future__ import annotations

import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from integrations import faces
from integrations.errors import (
    EngineLost,
    IntegrationError,
    Misconfigured,
    Rejected,
    Unavailable,
)
from integrations.faces import dlib_parts, wire, worker, workers
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import Advice, FacePose, FaceReading, Outcome, Purpose
from integrations.faces.workers import WorkerEngine
from tests.integrations import pictures
from tests.integrations.faces.odd_worker import QUALITY, OddEngine
from tests.portraits import portrait

ODD = "tests.integrations.faces.odd_worker"
Make = Callable[..., WorkerEngine]


@pytest.fixture
def make() -> Iterator[Make]:
    made: list[WorkerEngine] = []

    def engine(module: str = ODD, *, count: int = 1, seconds: float = 20) -> WorkerEngine:
        made.append(WorkerEngine(count=count, seconds=seconds, module=module))
        return made[-1]

    yield engine
    for item in made:
        item.close()


def _ask(engine: WorkerEngine, word: str, purpose: Purpose = Purpose.CHECK) -> FaceReading:
    return engine.read(word.encode(), purpose=purpose)


def _lost(engine: WorkerEngine, word: str) -> str:
    with pytest.raises(EngineLost) as caught:
        _ask(engine, word)
    return str(caught.value)


def _is_gone(pid: int) -> bool:
    """Return whether there is no such process, not even one that nobody waited for."""
    return not Path(f"/proc/{pid}").exists()


# --- the real engine --------------------------------------------------------------------------
def test_a_worker_reads_as_the_engine_does(make: Make, dlib_engine: DlibEngine) -> None:
    engine = make(workers.WORKER)
    for picture in (portrait("obama"), pictures.jpeg(pictures.plain(640, 480))):
        for purpose in Purpose:
            assert engine.read(picture, purpose=purpose) == dlib_engine.read(
                picture, purpose=purpose
            )
    with pytest.raises(Rejected, match="picture_not_image"):
        engine.read(b"no picture", purpose=Purpose.CHECK)
    (pid,) = engine.pids
    roster = engine.roster([("obama", [_template(engine, "obama2")]), ("nobody", [])])
    match = engine.match(_seen(engine, "obama"), person="obama", roster=roster)
    assert match.outcome == Outcome.VERIFIED
    assert engine.same_person(_template(engine, "obama"), _template(engine, "biden")) is False
    assert (engine.name, engine.version) == (dlib_engine.name, dlib_engine.version)
    assert engine.pids == [pid]


def test_a_worker_says_where_a_face_points_as_the_engine_does(
    make: Make, dlib_engine: DlibEngine
) -> None:
    engine = make(workers.WORKER)
    for picture in (portrait("obama"), pictures.jpeg(pictures.plain(640, 480))):
        assert engine.pose(picture) == dlib_engine.pose(picture)
    with pytest.raises(Rejected, match="picture_not_image"):
        engine.pose(b"no picture")
    assert len(engine.pids) == 1


def _seen(engine: WorkerEngine, name: str) -> FaceReading:
    return engine.read(portrait(name), purpose=Purpose.CHECK)


def _template(engine: WorkerEngine, name: str) -> bytes:
    found = _seen(engine, name).template
    assert found is not None
    return found


def test_the_web_process_has_no_dlib(tmp_path: Path) -> None:
    """And the worker ends with it, though nobody closes anything."""
    code = (
        "import os, sys; from django.conf import settings; settings.configure(); "
        "from integrations import faces; from integrations.faces.protocol import Purpose; "
        "from tests.integrations import pictures; engine = faces.engine(); "
        "engine.read(pictures.jpeg(pictures.plain(200, 200)), purpose=Purpose.CHECK); "
        "print('dlib' in sys.modules, *engine.pids, flush=True); os.kill(os.getpid(), 9)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)  # noqa: S603  # constant
    # The worker holds the other end of what was read to its end just now: it is gone, too.
    has_dlib, pid = done.stdout.split()
    assert (done.returncode, done.stderr, has_dlib) == (-signal.SIGKILL, "", "False")
    assert _ends(int(pid))


def _ends(pid: int) -> bool:
    """Return whether the process ends: it closes its files a moment before it is through."""
    try:
        process = os.pidfd_open(pid)
    except ProcessLookupError:
        return True
    try:
        return bool(select.select([process], [], [], 20)[0])
    finally:
        os.close(process)


@pytest.mark.parametrize(("count", "kind"), [(0, DlibEngine), (1, WorkerEngine)])
def test_the_setting_says_where_pictures_are_looked_at(
    settings: Any, monkeypatch: pytest.MonkeyPatch, count: int, kind: type
) -> None:
    monkeypatch.setattr(faces, "_made", {})
    settings.MUSTER_FACE_WORKERS = count
    assert type(faces.engine()) is kind
    assert faces.engine() is faces.engine()


@pytest.mark.parametrize("lacking", ["no_avx", "models_missing"])
def test_what_the_machine_lacks_is_said_before_any_process(
    monkeypatch: pytest.MonkeyPatch, make: Make, lacking: str
) -> None:
    monkeypatch.setattr(dlib_parts, "lacking", lambda: lacking)
    with pytest.raises(Misconfigured, match=lacking):
        make()


# --- what a picture can do --------------------------------------------------------------------
def test_all_of_a_reading_comes_back(make: Make) -> None:
    engine = make()
    for purpose in Purpose:
        assert _ask(engine, "well", purpose) == FaceReading(
            Advice.HOLD_STILL, purpose.encode(), QUALITY
        )
    assert _ask(engine, "nobody") == FaceReading(Advice.NO_FACE)
    assert _ask(engine, "chatter").advice == Advice.HOLD_STILL
    assert engine.read(b"large".ljust(2**21, b"."), purpose=Purpose.CHECK).quality == QUALITY


LOST = {
    "hang": "engine_hung (seconds=1)",
    "crash": "engine_died (ended=SIGSEGV)",
    "leave": "engine_died (ended=exit 3)",
    "garble": "engine_garbled",
    "mangle": "engine_garbled",
    "babble": "engine_garbled",
}


@pytest.mark.parametrize("word", sorted(LOST))
def test_a_picture_ends_its_worker_and_nothing_else(make: Make, word: str) -> None:
    engine = make(seconds=1 if word == "hang" else 20)
    first = int(_ask(engine, "pid").template or b"")
    assert _lost(engine, word) == LOST[word]
    assert (_is_gone(first), engine.pids) == (True, [])
    second = int(_ask(engine, "pid").template or b"")
    assert engine.pids == [second] != [first]


RAISED: dict[str, tuple[type[IntegrationError], str]] = {
    "refuse": (Rejected, "picture_too_small (pixels=80)"),
    "misset": (Misconfigured, "template_unreadable"),
    "stray": (Unavailable, "engine_raised (kind=ValueError)"),
}


@pytest.mark.parametrize("word", sorted(RAISED))
def test_what_the_engine_raises_ends_no_worker(make: Make, word: str) -> None:
    engine = make()
    kind, text = RAISED[word]
    with pytest.raises(kind) as caught:
        _ask(engine, word)
    assert (type(caught.value), str(caught.value)) == (kind, text)
    (pid,) = engine.pids
    assert _ask(engine, "pid").template == str(pid).encode()


def test_a_worker_that_stopped_reading_is_lost_while_it_is_being_told(make: Make) -> None:
    engine = make(seconds=1)
    _ask(engine, "well")
    (pid,) = engine.pids
    os.kill(pid, signal.SIGSTOP)
    with pytest.raises(EngineLost, match="engine_hung"):
        engine.read(b"large".ljust(2**21, b"."), purpose=Purpose.CHECK)
    assert (_is_gone(pid), _ask(engine, "well").advice) == (True, Advice.HOLD_STILL)


def test_a_worker_that_ended_between_two_pictures_costs_nothing(make: Make) -> None:
    engine = make()
    _ask(engine, "well")
    (pid,) = engine.pids
    os.kill(pid, signal.SIGKILL)
    os.waitid(os.P_PID, pid, os.WEXITED | os.WNOWAIT)
    assert _ask(engine, "well").advice == Advice.HOLD_STILL
    assert engine.pids != [pid]


def test_a_thread_that_is_interrupted_leaves_no_answer_for_the_next(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    engine = make()
    _ask(engine, "well")
    (pid,) = engine.pids

    def interrupted(*_args: Any, **_kwargs: Any) -> Any:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(wire, "receive", interrupted)
        with pytest.raises(KeyboardInterrupt):
            _ask(engine, "well")
    assert (_is_gone(pid), _ask(engine, "nobody").advice) == (True, Advice.NO_FACE)


# --- starting ---------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("module", "ended"),
    [("crashing_worker", "SIGILL"), ("stuck_worker", "killed"), ("no_such_worker", "exit 1")],
)
def test_a_worker_that_does_not_start_costs_no_attempt(
    make: Make, monkeypatch: pytest.MonkeyPatch, module: str, ended: str
) -> None:
    if module == "stuck_worker":
        monkeypatch.setattr(workers, "_START_SECONDS", 1)
    engine = make(f"tests.integrations.faces.{module}")
    with pytest.raises(Unavailable) as caught:
        _ask(engine, "well")
    assert type(caught.value) is Unavailable
    assert str(caught.value) == f"engine_start_failed (ended={ended})"
    assert engine.pids == []


@pytest.mark.parametrize(
    ("said", "kind", "code"),
    [
        (wire.of_error(Misconfigured("model_changed", file="x")), Misconfigured, "model_changed"),
        (wire.of_error(ImportError("libstdc++")), Unavailable, "engine_start_failed"),
        ({"is_ready": False}, Unavailable, "engine_start_failed"),
    ],
)
def test_what_a_worker_says_instead_of_being_ready(
    make: Make, monkeypatch: pytest.MonkeyPatch, said: Any, kind: type, code: str
) -> None:
    monkeypatch.setattr(wire, "receive", lambda *_args, **_kwargs: (said, b""))
    engine = make()
    with pytest.raises(kind, match=code):
        _ask(engine, "well")
    assert engine.pids == []


def test_a_worker_says_what_hinders_its_engine() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        code = "import sys; sys.modules['dlib'] = None; from integrations.faces import worker; "
        done = subprocess.run(  # noqa: S603  # constant
            [sys.executable, "-c", f"{code}worker.main()"], stdin=theirs.fileno(),
            capture_output=True, text=True,
        )  # fmt: skip
        head, _body = wire.receive(ours)
    assert (done.returncode, done.stderr, head["error"]) == (1, "", "Misconfigured")
    assert head["code"] == "face_packages_missing"


def test_a_worker_knows_no_secret(make: Make, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("SECRET_KEY", "MUSTER_FACE_KEYS", "DATABASE_URL", "EMAIL_URL", "PYTHONX"):
        monkeypatch.setenv(name, "x")
    names = set(json.loads(_ask(make(), "environment").template or b""))
    assert "PYTHONX" in names
    assert {name for name in names if not name.startswith(workers._KEPT_STARTS)} <= {
        *workers._KEPT_NAMES, "__CF_USER_TEXT_ENCODING",
    }  # fmt: skip


# --- threads and forks ------------------------------------------------------------------------
def test_many_threads_share_a_worker(make: Make) -> None:
    engine = make()
    with ThreadPoolExecutor(8) as pool:
        words = ["well", "nobody"] * 12
        answers = list(pool.map(lambda word: _ask(engine, word).advice, words))
    assert answers == [Advice.HOLD_STILL, Advice.NO_FACE] * 12
    assert len(engine.pids) == 1


def test_a_second_worker_is_started_when_the_first_is_at_work(make: Make) -> None:
    engine = make(count=2, seconds=1)
    _ask(engine, "well")
    assert len(engine.pids) == 1
    with ThreadPoolExecutor(2) as pool:
        hanging = [pool.submit(_lost, engine, "hang") for _n in range(2)]
        assert [item.result() for item in hanging] == ["engine_hung (seconds=1)"] * 2
    assert engine.pids == []


def test_who_waits_too_long_for_a_turn_is_told_so(
    make: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(workers, "_PATIENCE", 0)
    engine = make()
    entered, let_go = threading.Event(), threading.Event()

    def slow(*_args: Any, **_kwargs: Any) -> FaceReading:
        entered.set()
        let_go.wait()
        return FaceReading(Advice.OK)

    monkeypatch.setattr(workers.Worker, "read", slow)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_ask, engine, "well")
        entered.wait()
        with pytest.raises(Unavailable, match="engine_busy") as caught:
            _ask(engine, "well")
        let_go.set()
        assert first.result().advice == Advice.OK
    assert type(caught.value) is Unavailable


_FORKED = """
import os, sys
from integrations.faces.protocol import Purpose
from integrations.faces.workers import WorkerEngine

engine = WorkerEngine(count=1, seconds=20, module="tests.integrations.faces.odd_worker")
engine.read(b"pid", purpose=Purpose.CHECK)
before = engine.pids
child = os.fork()
if child == 0:
    assert engine.pids == []
    own = int(engine.read(b"pid", purpose=Purpose.CHECK).template)
    assert engine.pids == [own] != before
    engine.close()
    os._exit(0)
assert os.waitpid(child, 0)[1] == 0
assert engine.read(b"pid", purpose=Purpose.CHECK).template == str(before[0]).encode()
engine.close()
"""


def test_a_forked_process_has_a_worker_of_its_own() -> None:
    done = subprocess.run([sys.executable, "-c", _FORKED], capture_output=True, text=True)  # noqa: S603  # constant
    assert (done.returncode, done.stderr) == (0, "")


def test_a_face_that_points_somewhere_is_told_whole(make: Make) -> None:
    engine = make()
    assert engine.pose(b"well") == FacePose(Advice.OK, -0.25, 0.5)
    with pytest.raises(EngineLost, match="engine_died"):
        engine.pose(b"crash")
    with pytest.raises(EngineLost, match="engine_garbled"):
        engine.pose(b"babble")
    assert engine.pose(b"well") == FacePose(Advice.OK, -0.25, 0.5)


# --- the other end, here ----------------------------------------------------------------------
def test_a_worker_serves_until_nobody_asks() -> None:
    ours, theirs = socket.socketpair()
    thread = threading.Thread(target=_serve, args=(theirs,))
    with theirs:
        with ours:
            thread.start()
            assert wire.receive(ours) == ({"is_ready": True}, b"")
        thread.join()


def _serve(channel: socket.socket) -> None:
    worker.serve(channel, OddEngine(channel))


def test_a_time_that_is_over_is_not_waited_for() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs, pytest.raises(TimeoutError):
        wire.receive(ours, until=0.001)


def test_no_head_is_taken_that_is_no_text() -> None:
    ours, theirs = socket.socketpair()
    with ours, theirs:
        theirs.sendall(b"\0\0\0\x02\0\0\0\0{]")
        with pytest.raises(wire.Garbled):
            wire.receive(ours)
