"""What `manage.py doctor` looks at: one check a part, and a plain sentence of what it found.

A part that is not in use says so, and is fine. A check returns its sentence, or raises `Wrong`
with one that says what to do; whatever else it raises is told by its kind, never by its text, which
may quote a secret. Parts that come later add their check to `CHECKS`.
"""

from __future__ import annotations

import datetime as dt
import logging
import shutil
import time
import uuid
from collections.abc import Callable
from dataclasses import asdict, dataclass
from email.utils import parseaddr, parsedate_to_datetime
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.mail import get_connection
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from companies import integrity
from companies.models import JobRun
from integrations import faces, parameters, probes
from integrations.errors import IntegrationError
from integrations.faces import vault
from integrations.slack import client as slack_client
from portal import jobs
from portal.cognito_views import is_offered

log = logging.getLogger(__name__)

CLOCK_MAY_DIFFER = dt.timedelta(seconds=30)
LEAST_FREE_BYTES = 1024**3
# A schedule may be stretched on AWS, where a database should sleep: an hour's job runs in time.
_LATE_AT_LEAST = dt.timedelta(hours=3)


class Wrong(Exception):
    """A part does not do; the text says what is wrong and what to do about it."""


@dataclass(frozen=True)
class Finding:
    """What one check came to."""

    name: str
    is_fine: bool
    sentence: str
    milliseconds: int

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


# --- the records ----------------------------------------------------------------------------------
def database() -> str:
    """Look whether the database answers and stands as this version of Muster wants it."""
    started = time.perf_counter()
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    took = _ms(started)
    executor = MigrationExecutor(connection)
    waiting = len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
    if waiting:
        raise Wrong(f"{waiting} migrations were not applied: run `manage.py migrate`.")
    if settings.CACHES["default"]["LOCATION"] not in connection.introspection.table_names():
        raise Wrong("the cache table is missing: run `manage.py createcachetable`.")
    return f"{connection.vendor} answers in {took} ms and is migrated."


def triggers() -> str:
    """Look whether the triggers that keep records and companies apart are in place."""
    _has_tables()
    missing = integrity.missing(connection)
    if missing:
        raise Wrong(f"{len(missing)} are missing: run `manage.py migrate`, which installs them.")
    return f"all {len(integrity.expected(connection.vendor))} are in place."


def _has_tables() -> None:
    """Say that the database was never migrated, rather than call what is not there in place."""
    if JobRun._meta.db_table not in connection.introspection.table_names():
        raise Wrong("there are no tables yet: run `manage.py migrate`.")


def journal() -> str:
    """Look whether the journal of punches answers."""
    table = str(getattr(settings, "MUSTER_JOURNAL_TABLE", ""))
    if not table:
        return "none; punches are written to the database at once."
    started = time.perf_counter()
    probes.journal_answers(table)
    return f"table {table} answers in {_ms(started)} ms."


def files() -> str:
    """Write a file where pictures stand, read it, and delete it."""
    started, content = time.perf_counter(), uuid.uuid4().bytes
    name = default_storage.save(f"doctor/{uuid.uuid4().hex}", ContentFile(content))
    try:
        with default_storage.open(name) as file:
            is_same = file.read() == content
    finally:
        default_storage.delete(name)
    if not is_same:
        raise Wrong("a file came back with other content than it was written with.")
    where = getattr(settings, "MUSTER_PHOTO_BUCKET", "") or "the folder"
    return f"{where} takes, gives and deletes a file in {_ms(started)} ms."


# --- services -------------------------------------------------------------------------------------
def face_service() -> str:
    """Look whether faces can be compared, and templates sealed."""
    reason = faces.available()
    if reason == "face_engine_off":
        return "switched off; check-ins count as “face not checked”."
    if reason is not None:
        raise Wrong(f"there is no engine ({reason}); `manage.py check` says more.")
    name = settings.MUSTER_FACE_ENGINE
    started = time.perf_counter()
    # Only an engine at a service has something to be asked.
    kept: Callable[[str], Any] | None = (
        getattr(faces.engine(), "kept", None) if name == "rekognition" else None
    )
    if kept is None:
        return f"{name} is installed."
    kept("doctor")
    return f"{name} answers in {_ms(started)} ms."


def mail() -> str:
    """Look whether mails can leave."""
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    if getattr(settings, "MUSTER_MAIL", "") == "ses":
        domain = sender.rpartition("@")[2]
        said = probes.mail_identity(domain)
        if said == "verified":
            return f"SES sends from {domain}."
        told = "knows no such identity" if said == "unknown" else "has not verified it yet"
        raise Wrong(f"SES {told}: verify {domain} there, or set MUSTER_MAIL_FROM.")
    if settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        return "written to files; set EMAIL_URL as soon as people should get it."
    server = get_connection()
    server.open()
    server.close()
    return "the mail server answers."


def pool() -> str:
    """Look whether the user pool answers from here, which signing in by it needs."""
    if not is_offered():
        return "none; people sign in with passwords."
    started = time.perf_counter()
    probes.pool_answers(settings.MUSTER_COGNITO_ISSUER)
    return f"{settings.MUSTER_COGNITO_ISSUER} answers in {_ms(started)} ms."


def slack() -> str:
    """Look whether Slack is set up, all of it or nothing, and answers from here."""
    given = [
        name
        for name in ("CLIENT_ID", "CLIENT_SECRET", "SIGNING_SECRET")
        if str(getattr(settings, f"MUSTER_SLACK_{name}"))
    ]
    if not given:
        return "not set up; docs/slack.md says how."
    if not slack_client.is_set_up():
        raise Wrong(
            "one of MUSTER_SLACK_CLIENT_ID, MUSTER_SLACK_CLIENT_SECRET and "
            "MUSTER_SLACK_SIGNING_SECRET is missing: set all three."
        )
    started = time.perf_counter()
    slack_client.Slack().call("api.test")
    return f"{settings.MUSTER_SLACK_API} answers in {_ms(started)} ms."


def clock() -> str:
    """Compare this machine's clock with the database's, or with AWS's."""
    other, whose = _other_clock()
    if other is None:
        return "there is no other clock to compare with; keep NTP running."
    differs = abs(timezone.now() - other)
    if differs > CLOCK_MAY_DIFFER:
        seconds = int(differs.total_seconds())
        raise Wrong(f"{seconds} s away from {whose}: set this machine's clock (NTP).")
    return f"agrees with {whose}."


def _other_clock() -> tuple[dt.datetime | None, str]:
    if settings.MUSTER_PARAMETERS:
        said = parameters.answer_date(settings.MUSTER_PARAMETERS)
        return parsedate_to_datetime(said), "AWS's clock"
    if connection.vendor != "postgresql":
        return None, ""
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        return cursor.fetchone()[0], "the database's clock"


# --- this installation ----------------------------------------------------------------------------
def secrets() -> str:
    """Look whether the keys that sign and seal are there."""
    if len(str(settings.SECRET_KEY)) < 32:
        raise Wrong("SECRET_KEY is shorter than 32 characters: make a longer one.")
    problem = vault.problem()
    if problem is not None:
        raise Wrong(f"MUSTER_FACE_KEYS does not do ({problem}).")
    where = settings.MUSTER_PARAMETERS or "the environment or secrets.json"
    return f"all are there, from {where}."


def last_jobs() -> str:
    """Look whether each job succeeded lately, or has not had the time to since the set-up."""
    _has_tables()
    now = timezone.now()
    first = MigrationRecorder(connection).migration_qs.order_by("applied").first()
    set_up = first.applied if first is not None else now
    runs = {run.name: run for run in JobRun.objects.all()}
    late = [told for job in jobs.JOBS if (told := _late(job, runs.get(job.name), set_up, now))]
    if late:
        raise Wrong("; ".join([*late, "the log says why, or the scheduler does not run."]))
    new = [job.name for job in jobs.JOBS if job.name not in runs]
    if new:
        return f"none is late; these have not run yet since the set-up: {', '.join(new)}."
    return f"each of {len(jobs.JOBS)} has done its work."


def _late(job: jobs.Job, run: JobRun | None, set_up: dt.datetime, now: dt.datetime) -> str:
    done = run.succeeded_at if run is not None else None
    failed = run.failed_at if run is not None else None
    if run is not None and failed is not None and (done is None or failed > done):
        return f"{job.name} failed on {failed:%Y-%m-%d at %H:%M} UTC ({run.last_error})"
    allowed = max(3 * dt.timedelta(seconds=job.every_seconds), _LATE_AT_LEAST)
    if now - (done or set_up) <= allowed:
        return ""
    when = f"last succeeded on {done:%Y-%m-%d at %H:%M} UTC" if done else "has never succeeded"
    return f"{job.name} {when}"


def disk() -> str:
    """Look whether there is room where this machine keeps its own."""
    place = Path(settings.VAR_DIR)
    if not place.exists():
        return "nothing is kept on this machine."
    free = shutil.disk_usage(place).free
    if free < LEAST_FREE_BYTES:
        raise Wrong(f"{free // 1024**2} MB are free in {place}: make room.")
    return f"{free // 1024**3} GB are free in {place}."


CHECKS: dict[str, Callable[[], str]] = {
    "Database": database,
    "Triggers": triggers,
    "Journal": journal,
    "Files": files,
    "Faces": face_service,
    "Mail": mail,
    "User pool": pool,
    "Slack": slack,
    "Clock": clock,
    "Secrets": secrets,
    "Jobs": last_jobs,
    "Disk": disk,
}


def examine() -> list[Finding]:
    """Run every check and return what each came to, in order; one that breaks stops no other."""
    return [_finding(name, check) for name, check in CHECKS.items()]


def _finding(name: str, check: Callable[[], str]) -> Finding:
    started = time.perf_counter()
    try:
        is_fine, said = True, check()
    except Wrong as wrong:
        is_fine, said = False, str(wrong)
    except IntegrationError as error:
        is_fine, said = False, f"does not answer as it should: {error}."
    except Exception as error:  # whatever is broken is what doctor is asked to tell
        log.exception("doctor: the check of %s broke", name)
        is_fine, said = False, f"does not answer ({type(error).__name__}); the log says why."
    return Finding(name, is_fine, f"{name}: {said}", _ms(started))


def _ms(started: float) -> int:
    return round((time.perf_counter() - started) * 1000)
