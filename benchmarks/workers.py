"""What it costs that pictures are looked at in a process of their own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from benchmarks import meter
from integrations import photos
from integrations.faces.protocol import FaceEngine, Purpose
from integrations.faces.workers import WorkerEngine

RUNS = 40


@dataclass(frozen=True)
class Measured:
    """Time of every reading in ms, there and here; of the first, which starts the process."""

    there: list[float]
    here: list[float]
    first: float
    memory: int


def measure(frame: bytes, engine: FaceEngine) -> Measured:
    """Let both look at one picture in turn, A B B A …"""
    clean = photos.sanitise(frame)
    worker = WorkerEngine(count=1, seconds=20)
    there: list[float] = []
    here: list[float] = []

    def look(which: FaceEngine) -> None:
        assert which.read(clean, purpose=Purpose.CHECK).template

    first = meter.cost(look, worker).wall
    look(engine)
    for number in range(RUNS):
        both = ((worker, there), (engine, here))
        for which, figures in both if number % 2 else both[::-1]:
            figures.append(meter.cost(look, which).wall)
    status = Path(f"/proc/{worker.pids[0]}/status").read_text()
    memory = next(line for line in status.splitlines() if line.startswith("VmHWM:")).split()[1]
    worker.close()
    return Measured(there, here, first, int(memory) // 1024)


def report(measured: Measured) -> Iterator[str]:
    """Say it in lines."""
    yield f"time, read by a worker : in this process = {meter.ratio(measured.there, measured.here)}"
    yield f"a worker: {measured.memory} MiB; the picture that starts it: {measured.first:.0f} ms"
