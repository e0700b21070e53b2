"""The job that backs the records up: a copy of SQLite, or a snapshot of an Aurora cluster, a date.

Seven days are kept and the last copy of four weeks. `docs/backup.md` says what a backup holds, what
it does not, and how to restore one. Any other PostgreSQL server has backups of its own.
"""

from __future__ import annotations

import datetime as dt
import logging
import os
import re
import sqlite3
import time
from collections.abc import Iterable
from pathlib import Path
from typing import Any, cast

from django.conf import settings
from django.db import connection
from django.utils import timezone

from integrations import snapshots

log = logging.getLogger(__name__)

DAYS, WEEKS = 7, 4
_MOST_SECONDS = 60.0
_LOCKED = frozenset({sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED})
_NAME = re.compile(r"muster-(\d{4}-\d{2}-\d{2})\.sqlite3\Z")


class BackupUnsound(Exception):
    """The copy is no whole database; the one before it stays."""


def backup() -> int:
    """Back up as of today, and delete what has had its time; return how many backups stand."""
    today = timezone.now().date()
    if settings.MUSTER_BACKUP_CLUSTER:
        return _snapshot(settings.MUSTER_BACKUP_CLUSTER, today)
    if connection.vendor == "sqlite":
        connection.ensure_connection()
        return copy(cast(Any, connection.connection), folder(), today)
    log.info("backup: the database server's own backups are in charge (docs/backup.md)")
    return 0


def folder() -> Path:
    """Return where copies of SQLite stand."""
    return Path(settings.VAR_DIR) / "backups"


def dates(place: Path) -> list[dt.date]:
    """Return the dates of which a copy stands in the folder, oldest first."""
    names = (_NAME.match(path.name) for path in place.glob("muster-*.sqlite3"))
    return sorted(dt.date.fromisoformat(found[1]) for found in names if found)


def kept(found: Iterable[dt.date]) -> set[dt.date]:
    """Return which of these dates stay: the newest seven, and the last of each of four weeks."""
    newest = sorted(found, reverse=True)
    weeks: dict[tuple[int, int], dt.date] = {}
    for date in newest:
        weeks.setdefault(date.isocalendar()[:2], date)
    return {*newest[:DAYS], *list(weeks.values())[:WEEKS]}


def _file(place: Path, date: dt.date) -> Path:
    return place / f"muster-{date.isoformat()}.sqlite3"


def copy(source: sqlite3.Connection, place: Path, today: dt.date) -> int:
    """Copy the database into the folder as today's, and return how many copies stand there.

    Raises:
        BackupUnsound, OSError: nothing has changed in the folder.
    """
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = place / f".draft-{os.getpid()}"
    try:
        _write(source, draft)
        draft.replace(_file(place, today))
    finally:
        draft.unlink(missing_ok=True)
    found = dates(place)
    for date in set(found) - kept(found):
        _file(place, date).unlink()
    return len(kept(found))


def _write(source: sqlite3.Connection, draft: Path) -> None:
    """Copy the database as it stands at one moment, whoever writes meanwhile, and look at it."""
    os.close(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
    target = sqlite3.connect(draft)
    last = time.monotonic() + _MOST_SECONDS

    def in_time(status: int, _left: int, _of: int) -> None:
        # Python tries a locked database for ever; an exception ends it.
        if status in _LOCKED and time.monotonic() > last:
            raise BackupUnsound("the database is locked")

    try:
        source.backup(target, progress=in_time)
        # One file, without a log beside it: it is moved and copied as such.
        target.execute("PRAGMA journal_mode=DELETE")
        (answer,) = target.execute("PRAGMA quick_check").fetchone()
    except sqlite3.DatabaseError as error:
        raise BackupUnsound(str(error)) from error
    finally:
        target.close()
    if answer != "ok":
        raise BackupUnsound(answer)
    with draft.open("rb") as file:
        os.fsync(file.fileno())


def _snapshot(cluster: str, today: dt.date) -> int:
    snapshots.make(cluster, today)
    found = {today, *snapshots.dates(cluster)}
    stays = kept(found)
    for date in found - stays:
        snapshots.delete(cluster, date)
    return len(stays)
