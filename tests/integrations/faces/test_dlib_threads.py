"""One engine in several threads, as a web server with threads uses it."""

from __future__ import annotations

import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest

from integrations.errors import Unavailable
from integrations.faces import dlib_engine as module
from integrations.faces.dlib_engine import DlibEngine
from integrations.faces.protocol import Advice, FaceReading, Purpose
from tests.integrations import pictures

# A process of its own: without turns, dlib's detector writes past its memory and ends it.
_FOUR_THREADS = """
import threading
from django.conf import settings
settings.configure(MUSTER_FACE_WORKERS=0)
from integrations import faces
from integrations.faces.protocol import Purpose
from tests.integrations import pictures

engine = faces.engine()
start = threading.Barrier(4)
seen = []

def look(width, height):
    picture = pictures.jpeg(pictures.plain(width, height))
    start.wait()
    seen.extend(engine.read(picture, purpose=Purpose.CHECK).advice for _n in range(4))

sizes = [(640, 480), (320, 240), (480, 640), (200, 600)]
threads = [threading.Thread(target=look, args=size) for size in sizes]
for thread in threads:
    thread.start()
for thread in threads:
    thread.join()
print(len(seen), set(seen) == {"no_face"})
"""


def test_four_threads_look_at_pictures_of_four_sizes() -> None:
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", _FOUR_THREADS], capture_output=True, text=True
    )

    assert (done.returncode, done.stderr, done.stdout) == (0, "", "16 True\n")


class _Slow:
    """A detector that stays in its work until it is let go."""

    def __init__(self) -> None:
        self.entered, self.let_go = threading.Event(), threading.Event()

    def run(self, *_args: Any) -> tuple[list[Any], list[float], list[int]]:
        self.entered.set()
        self.let_go.wait()
        return [], [], []


def _look(engine: DlibEngine) -> FaceReading:
    picture = pictures.jpeg(pictures.plain(640, 480))
    return engine.read(picture, purpose=Purpose.CHECK)


def test_who_waits_too_long_for_a_turn_is_told_so(
    dlib_engine: DlibEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = _Slow()
    monkeypatch.setattr(dlib_engine, "_detector", slow)
    monkeypatch.setattr(module, "_PATIENCE", 0)
    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(_look, dlib_engine)
        slow.entered.wait()
        with pytest.raises(Unavailable) as caught:
            _look(dlib_engine)
        slow.let_go.set()
        assert first.result().advice == Advice.NO_FACE

    assert caught.value.code == "engine_busy"
    assert _look(dlib_engine).advice == Advice.NO_FACE
