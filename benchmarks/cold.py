"""What a web process costs before its first answer, against Django that does nothing."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

from benchmarks import meter, stand

PAIRS = 9
_WHICH = ("bare", "product")


def _start(which: str) -> float:
    """Return the CPU seconds of one fresh interpreter."""
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.first_page", which],
        cwd=stand.ROOT, capture_output=True, text=True, check=True,
    )  # fmt: skip
    return float(done.stdout)


def measure() -> dict[str, list[float]]:
    """Start both in turn; the first pair only writes and reads the compiled files."""
    found: dict[str, list[float]] = {which: [] for which in _WHICH}
    for pair in range(PAIRS + 1):
        for which in _WHICH if pair % 2 else reversed(_WHICH):
            seconds = _start(which)
            if pair:
                found[which].append(seconds)
    return found


def report(found: dict[str, list[float]]) -> Iterator[str]:
    """Say it in lines."""
    product, bare = found["product"], found["bare"]
    yield f"CPU, first sign-in page : bare django.setup() = {meter.ratio(product, bare)}"
    yield (
        f"a fresh web process up to its first sign-in page: CPU {meter.middle(product):.2f} s; "
        f"Django with contrib apps only, set up: {meter.middle(bare):.2f} s"
    )
