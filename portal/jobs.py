"""The one registry of scheduled jobs: what, how often, and what to call."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from importlib import import_module

from django.db import DatabaseError, connection
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from companies.models import JobRun
from integrations import metrics

log = logging.getLogger(__name__)


@dataclass(frozen=True)
class Job:
    """`target` is `module:function`, imported when it first runs; `title` is for people.

    After `most_seconds` the scheduler takes the job for hung and interrupts it.
    """

    name: str
    every_seconds: int
    target: str
    most_seconds: int = 3600
    title: str | Promise = ""

    @property
    def rate(self) -> str:
        """Return how often AWS runs it: its own schedule, of whole minutes at least."""
        minutes = max(1, self.every_seconds // 60)
        return f"rate({minutes} minute{'s' if minutes > 1 else ''})"

    def load(self) -> Callable[[], int]:
        module, _colon, function = self.target.partition(":")
        found: Callable[[], int] = getattr(import_module(module), function)
        return found


JOBS = (
    Job("outbox", 1, "companies.outbox:drain", most_seconds=600, title=_("Sending mails")),
    Job(
        "report_exports", 5, "portal.report_exports:drain", most_seconds=600,
        title=_("Making long reports"),
    ),
    Job(
        "report_schedules", 3600, "portal.report_schedules:send",
        title=_("Sending reports on their dates"),
    ),
    Job(
        "pending_verify", 15, "attendance.tasks:pending_verify", most_seconds=600,
        title=_("Looking at pictures"),
    ),
    Job("settle_open", 60, "attendance.tasks:settle_open", title=_("Settling days")),
    Job("absence_sweep", 15 * 60, "attendance.tasks:absence_sweep", title=_("Writing absences")),
    Job(
        "month_asks", 60, "attendance.tasks:month_asks",
        title=_("Locking and reopening months that are asked for"),
    ),
    Job("auto_lock", 3600, "attendance.tasks:auto_lock", title=_("Locking months that are due")),
    Job("leave_run", 3600, "leave.tasks:leave_run", title=_("Crediting leave")),
    Job(
        "leave_files", 6 * 3600, "leave.tasks:leave_files",
        title=_("Deleting files of leave on their date"),
    ),
    Job(
        "correction_files", 6 * 3600, "attendance.tasks:correction_files",
        title=_("Deleting files of corrections on their date"),
    ),
    Job(
        "leave_reminders", 3600, "leave.tasks:leave_reminders",
        title=_("Reminding of leave that waits"),
    ),
    Job("leave_lapses", 24 * 3600, "leave.tasks:leave_lapses", title=_("Telling what lapses")),
    Job(
        "slack_digest", 5 * 60, "leave.slack.digests:slack_digest",
        title=_("Posting the morning digest in Slack"),
    ),
    Job(
        "internships_end", 24 * 3600, "attendance.tasks:internships_end",
        title=_("Telling which internships end"),
    ),
    Job(
        "careers_purge", 3600, "portal.careers_job:careers_purge",
        title=_("Forgetting candidates on their date"),
    ),
    Job(
        "face_retention", 3600, "attendance.tasks:face_retention",
        title=_("Deleting face data of who left"),
    ),
    Job(
        "face_erasures", 5 * 60, "attendance.tasks:face_erasures",
        title=_("Finishing the deletion of face data"),
    ),
    Job(
        "photo_retention", 6 * 3600, "attendance.tasks:photo_retention",
        title=_("Deleting pictures on their date"),
    ),
    Job(
        "journal_outbox", 60, "companies.outbox:drain_journal", most_seconds=600,
        title=_("Bringing what was decided to the punch journal"),
    ),
    Job(
        "journal_replay", 5 * 60, "attendance.tasks:journal_replay",
        title=_("Bringing punches from the journal"),
    ),
    Job(
        "retention", 24 * 3600, "portal.retention:retention",
        title=_("Deleting what has had its days"),
    ),
    Job("backup", 24 * 3600, "portal.backups:backup", title=_("Backing up the records")),
)  # fmt: skip


class Interrupted(KeyboardInterrupt):
    """A job was told to end at once: it hangs, or the process is to stop.

    No `Exception`, so that nothing on the way takes it for a failure of its own and goes on; a
    `KeyboardInterrupt`, because psycopg then ends the statement that is under way.
    """


def by_name(name: str) -> Job:
    """Return the job of that name.

    Raises:
        KeyError: there is none.
    """
    return {job.name: job for job in JOBS}[name]


def run(job: Job, *, is_recorded: bool = True) -> bool:
    """Run a job now, record how it went, and return whether it did without error."""
    started = timezone.now()
    error = _error_of(job)
    if is_recorded or error:
        moment = "failed_at" if error else "succeeded_at"
        found = {"started_at": started, moment: timezone.now(), "last_error": error}
        try:
            JobRun.objects.update_or_create(name=job.name, defaults=found)
        except DatabaseError:
            # What stopped the job stops the record of it; the next run makes up for both.
            log.exception("the run of job %s could not be recorded", job.name)
            return False
        if not error:
            metrics.count("job_succeeded", job=job.name)
    return not error


def _error_of(job: Job) -> str:
    """Run the job and return the kind of error that it raised, "" for none.

    Operators read it, and the text of an unforeseen error may quote a row of a company.
    """
    try:
        job.load()()
    except Interrupted:
        log.error("job %s was interrupted", job.name)
        # Whatever it was in the middle of is undone.
        connection.close()
        return "Interrupted"
    except Exception as error:  # one job's failure must not stop the others
        log.exception("job %s failed", job.name)
        return f"{type(error).__name__}; the log says why"
    return ""
