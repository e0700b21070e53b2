"""`manage.py scheduler`: runs every job when it is due, until it is told to stop."""

from __future__ import annotations

import fcntl
import signal
import threading
import time
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import close_old_connections

from portal import jobs

# Runs of a job that is due every few seconds are recorded only this often.
_RECORD_EVERY = 60
# A job that failed waits so many seconds at least: an outage fills no disk with its log.
_AFTER_FAILURE = 15
# What a job under way may still take when the scheduler is told to stop.
_GRACE_SECONDS = 5


class Command(BaseCommand):
    help = "Run the scheduled jobs, one process a machine, until SIGTERM or SIGINT."

    def handle(self, *args: Any, **options: Any) -> None:
        settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
        with open(settings.VAR_DIR / "scheduler.lock", "w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise CommandError("Another scheduler runs on this machine already.") from error
            self._loop()

    def _loop(self) -> None:
        stop = threading.Event()
        _listen(stop)
        due = dict.fromkeys(jobs.JOBS, 0.0)
        recorded = dict.fromkeys(jobs.JOBS, float("-inf"))
        while not stop.is_set():
            for job in [job for job, moment in due.items() if moment <= time.monotonic()]:
                if stop.is_set():
                    break
                now = time.monotonic()
                is_recorded = now - recorded[job] >= min(_RECORD_EVERY, job.every_seconds * 60)
                is_fine = _run(job, stop, is_recorded=is_recorded)
                if is_recorded:
                    recorded[job] = now
                due[job] = now + (job.every_seconds if is_fine else _pause(job))
            stop.wait(max(0.05, min(due.values()) - time.monotonic()))
        signal.setitimer(signal.ITIMER_REAL, 0)


def _pause(job: jobs.Job) -> int:
    return max(job.every_seconds, _AFTER_FAILURE)


def _listen(stop: threading.Event) -> None:
    """Stop at SIGTERM and SIGINT: between two jobs at once, within a job after some grace."""

    def end(*_: object) -> None:
        stop.set()
        signal.setitimer(signal.ITIMER_REAL, _GRACE_SECONDS)

    def interrupt(*_: object) -> None:
        raise jobs.Interrupted

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)
    signal.signal(signal.SIGALRM, interrupt)


def _run(job: jobs.Job, stop: threading.Event, *, is_recorded: bool) -> bool:
    """Run a job within its time; return whether it did without error."""
    signal.setitimer(signal.ITIMER_REAL, job.most_seconds)
    if stop.is_set():
        signal.setitimer(signal.ITIMER_REAL, _GRACE_SECONDS)
    try:
        close_old_connections()
        return jobs.run(job, is_recorded=is_recorded)
    except jobs.Interrupted:
        # At the very end, while it was being recorded.
        return False
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
