"""Time that was spent: of a block, or within it by the functions that spent it."""

from __future__ import annotations

import datetime as dt
import functools
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from unittest import mock

from django.db import connection
from django.utils import timezone


@dataclass(frozen=True)
class Cost:
    """Milliseconds: on the wall, and of the processor for the whole of this process."""

    wall: float = 0.0
    cpu: float = 0.0

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.wall + other.wall, self.cpu + other.cpu)

    def __sub__(self, other: Cost) -> Cost:
        return Cost(self.wall - other.wall, self.cpu - other.cpu)


def now() -> Cost:
    """Return both clocks, for differences."""
    return Cost(time.perf_counter() * 1000, time.process_time() * 1000)


def cost(work: Callable[..., object], *args: object) -> Cost:
    """Return what one call of it cost."""
    start = now()
    work(*args)
    return now() - start


def middle(figures: Iterable[float]) -> float:
    """Return the median."""
    return statistics.median(figures)


def median(costs: Iterable[Cost]) -> Cost:
    """Return the medians of either clock, each by itself."""
    every = list(costs)
    return Cost(
        middle(item.wall for item in every),
        middle(item.cpu for item in every),
    )


def ratio(mine: Sequence[float], its: Sequence[float]) -> str:
    """Say the ratio of two medians, and between what the middle half of the pairs' ratios lies."""
    low, _middle, high = statistics.quantiles(
        (one / other for one, other in zip(mine, its, strict=True)), n=4
    )
    whole = middle(mine) / middle(its)
    return f"{whole:.2f} ({low:.2f} to {high:.2f} in the middle half of {len(mine)} pairs)"


class Parts:
    """What functions spent themselves: what one of them calls is booked on that one alone."""

    def __init__(self) -> None:
        self._spent: defaultdict[str, Cost] = defaultdict(Cost)
        self._inner: list[Cost] = []

    def watch(self, part: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with its time booked on the part."""

        @functools.wraps(function)
        def watched(*args: Any, **kwargs: Any) -> Any:
            self._inner.append(Cost())
            start = now()
            try:
                return function(*args, **kwargs)
            finally:
                whole = now() - start
                self._spent[part] += whole - self._inner.pop()
                if self._inner:
                    self._inner[-1] += whole

        return watched

    def take(self) -> dict[str, Cost]:
        """Return what was spent since the last time."""
        spent = dict(self._spent)
        self._spent.clear()
        return spent


@contextmanager
def watching(parts: Parts, functions: Iterable[tuple[str, Any, str]]) -> Iterator[None]:
    """Book functions, each by its part, its owner and its name there, for the time of the block."""
    with ExitStack() as stack:
        for part, owner, name in functions:
            watched = parts.watch(part, getattr(owner, name))
            stack.enter_context(mock.patch.object(owner, name, watched))
        yield


@contextmanager
def clock(moment: dt.datetime) -> Iterator[None]:
    """Let it be this moment for the product: what it does must not depend on when it is run."""
    with mock.patch.object(timezone, "now", lambda: moment):
        yield


def server_cpu() -> float | None:
    """Return the milliseconds that PostgreSQL's own process has worked for our connection.

    None where it runs elsewhere, or on a system that does not say.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid(), inet_server_addr() = inet_client_addr()")
        process, is_here = cursor.fetchone()
    if is_here is False:
        return None
    try:
        return int(Path(f"/proc/{process}/schedstat").read_text().split()[0]) / 1e6
    except OSError:
        return None
