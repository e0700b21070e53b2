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
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: stop.set())
        due = dict.fromkeys(jobs.JOBS, 0.0)
        recorded = dict.fromkeys(jobs.JOBS, float("-inf"))
        while not stop.is_set():
            now = time.monotonic()
            for job in [job for job, moment in due.items() if moment <= now]:
                is_recorded = now - recorded[job] >= min(_RECORD_EVERY, job.every_seconds * 60)
                close_old_connections()
                jobs.run(job, is_recorded=is_recorded)
                if is_recorded:
                    recorded[job] = now
                due[job] = now + job.every_seconds
            stop.wait(max(0.05, min(due.values()) - time.monotonic()))
