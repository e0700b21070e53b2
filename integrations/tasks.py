"""Work that somebody waits for, handed on after the answer: the one `defer` over one list.

On one machine the scheduler looks every second, so nothing needs handing on. On AWS
(`MUSTER_TASKS=lambda`) the function invokes itself through Zappa. A task is at-least-once and may
get lost: whatever it does is also found by a scheduled sweep, and doing it twice changes nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from importlib import import_module
from typing import Any, Final

from django.conf import settings

from integrations import aws

log = logging.getLogger(__name__)

# Name → `module:function`. The entry point on AWS runs nothing that is not listed here.
TASKS: Final = {
    "outbox": "companies.outbox:drain",
    "month_asks": "attendance.tasks:month_asks",
    "report_exports": "portal.report_exports:drain",
}
# What the request under way wants started once it is answered; none outside of a request.
_wanted: ContextVar[dict[str, None] | None] = ContextVar("tasks_wanted", default=None)


class TaskFailed(RuntimeError):
    """A task raised a `TypeError`; under that name Zappa would take it for a call gone wrong."""


class _Quick:
    """What Zappa asks for its client of Lambda: one that gives up soon, for somebody waits."""

    def client(self, _service: str) -> Any:
        return aws.client("lambda", connect=0.5, read=1.5, attempts=2)


@contextmanager
def one_request() -> Iterator[None]:
    """Start what the block wants, each task once and after everything else, however it ends."""
    wanted: dict[str, None] = {}
    before = _wanted.set(wanted)
    try:
        yield
    finally:
        _wanted.reset(before)
        for name in wanted:
            defer(name)


def want(name: str) -> None:
    """Let a task start when the request under way is over; call it once its work is committed.

    Outside of a request nobody waits: the sweep does it.
    """
    wanted = _wanted.get()
    if wanted is not None:
        wanted[name] = None


def defer(name: str, **ids: str) -> None:
    """Start a task elsewhere, after the transaction; whatever goes wrong is left to the sweep.

    Raises:
        KeyError: no such task.
    """
    target = TASKS[name]
    if settings.MUSTER_TASKS != "lambda":
        return
    try:
        from zappa.asynchronous import run  # noqa: PLC0415  # lazy: it makes four clients

        handed = run(run_task, args=[name], kwargs=ids, boto_session=_Quick())
    except Exception:  # the sweep finds it
        log.exception("task %s (%s) could not be handed on", name, target)
    else:
        if not handed.sent:
            log.error("task %s (%s) was not taken", name, target)


def run_task(name: str, **ids: str) -> Any:
    """Run a task of the list now.

    Raises:
        KeyError: no such task.
        TaskFailed: it raised a `TypeError`.
    """
    module, _colon, function = TASKS[name].partition(":")
    task = getattr(import_module(module), function)
    try:
        return task(**ids)
    except TypeError as error:
        raise TaskFailed(f"task {name}: {error}") from error
