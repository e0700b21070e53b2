"""The one registry of scheduled jobs: what, how often, and what to call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from django.utils import timezone

from companies.models import JobRun

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`target` is `module:function`, imported when it first runs."""

    name: str
    every_seconds: int
    target: str

    def load(self) -> Callable[[], int]:
        module, _, function = self.target.partition(":")
        found: Callable[[], int] = getattr(import_module(module), function)
        return found


JOBS = (
    Job("outbox", 1, "companies.outbox:drain"),
    Job("pending_verify", 15, "attendance.tasks:pending_verify"),
    Job("settle_open", 60, "attendance.tasks:settle_open"),
    Job("absence_sweep", 15 * 60, "attendance.tasks:absence_sweep"),
    Job("photo_retention", 6 * 3600, "attendance.tasks:photo_retention"),
)


def by_name(name: str) -> Job:
    """Return the job of that name.

    Raises:
        KeyError: there is none.
    """
    return {job.name: job for job in JOBS}[name]


def run(job: Job, *, is_recorded: bool = True) -> bool:
    """Run a job now, record how it went, and return whether it did without error."""
    started = timezone.now()
    found: dict[str, Any]
    try:
        job.load()()
        found = {"succeeded_at": timezone.now(), "last_error": ""}
        is_fine = True
    except Exception as error:  # one job's failure must not stop the others
        log.exception("job %s failed", job.name)
        found = {"failed_at": timezone.now(), "last_error": f"{type(error).__name__}: {error}"}
        is_fine = False
    if is_recorded or not is_fine:
        JobRun.objects.update_or_create(name=job.name, defaults={"started_at": started, **found})
    return is_fine
