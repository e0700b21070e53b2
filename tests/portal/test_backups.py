"""Backups: a whole copy a date, kept for its time, that Muster starts from again."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import time_machine
from django.db import connection
from moto import mock_aws

from integrations import aws, snapshots
from integrations.errors import Misconfigured
from portal import backups
from tests.repository import ROOT

DAY = dt.timedelta(days=1)
THURSDAY = dt.date(2026, 11, 26)


def _dates(*days: str) -> set[dt.date]:
    return {dt.date.fromisoformat(day) for day in days}


def test_seven_days_stay_and_the_last_copy_of_four_weeks() -> None:
    every_day = [THURSDAY - n * DAY for n in range(60)]
    assert backups.kept(every_day) == _dates(
        "2026-11-26", "2026-11-25", "2026-11-24", "2026-11-23", "2026-11-22", "2026-11-21",
        "2026-11-20", "2026-11-15", "2026-11-08",
    )  # fmt: skip


def test_deleting_day_by_day_leaves_the_same() -> None:
    """What is kept today may not hang on what an earlier run deleted."""
    stands: set[dt.date] = set()
    for n in reversed(range(60)):
        stands = backups.kept(stands | {THURSDAY - n * DAY})
    assert stands == backups.kept([THURSDAY - n * DAY for n in range(60)])


def test_after_a_long_pause_the_newest_stay() -> None:
    found = _dates("2025-01-01", "2025-02-01", "2025-03-01", "2026-11-26")
    assert backups.kept(found) == found


# --- SQLite ---------------------------------------------------------------------------------------
@pytest.fixture
def place(tmp_path: Path) -> Path:
    return tmp_path / "var" / "backups"


@pytest.fixture
def source(tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """A database in a file, with a row that is written and one that is not yet."""
    file = tmp_path / "muster.sqlite3"
    writer = sqlite3.connect(file)
    writer.execute("PRAGMA journal_mode=WAL")
    writer.execute("CREATE TABLE punches (name)")
    writer.execute("INSERT INTO punches VALUES ('Maya')")
    writer.commit()
    writer.execute("INSERT INTO punches VALUES ('Ravi')")
    reader = sqlite3.connect(file)
    yield reader
    reader.close()
    writer.close()


def test_a_copy_holds_what_was_committed_while_somebody_writes(
    source: sqlite3.Connection, place: Path
) -> None:
    assert backups.copy(source, place, THURSDAY) == 1
    with sqlite3.connect(place / "muster-2026-11-26.sqlite3") as found:
        assert found.execute("SELECT name FROM punches").fetchall() == [("Maya",)]
    found.close()


def test_one_copy_a_date_readable_by_its_owner_alone(
    source: sqlite3.Connection, place: Path
) -> None:
    counts = [backups.copy(source, place, date) for date in (THURSDAY - DAY, THURSDAY, THURSDAY)]
    assert counts == [1, 2, 2]
    assert sorted(path.name for path in place.iterdir()) == [
        "muster-2026-11-25.sqlite3",
        "muster-2026-11-26.sqlite3",
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in place.iterdir()} == {0o600}
    assert stat.S_IMODE(place.stat().st_mode) == 0o700


def test_what_has_had_its_time_is_deleted_and_nothing_else(
    source: sqlite3.Connection, place: Path
) -> None:
    place.mkdir(parents=True)
    for n in range(1, 60):
        (place / f"muster-{THURSDAY - n * DAY}.sqlite3").touch()
    (place / "muster-by-hand.sqlite3").touch()
    assert backups.copy(source, place, THURSDAY) == 9
    assert len(list(place.iterdir())) == 10
    assert (place / "muster-by-hand.sqlite3").exists()


def test_a_copy_that_is_not_whole_takes_no_earlier_ones_place(
    source: sqlite3.Connection, place: Path, tmp_path: Path
) -> None:
    """The second database has a page that is no page: SQLite copies it, and the look finds it."""
    backups.copy(source, place, THURSDAY)
    (before,) = place.iterdir()
    with sqlite3.connect(tmp_path / "broken.sqlite3") as broken:
        broken.execute("CREATE TABLE t (x)")
        broken.executemany("INSERT INTO t VALUES (?)", [("x" * 400,)] * 100)
    broken.close()
    file = tmp_path / "broken.sqlite3"
    pages = bytearray(file.read_bytes())
    pages[8192:12288] = b"\xff" * 4096
    file.write_bytes(pages)
    with sqlite3.connect(file) as broken, pytest.raises(backups.BackupUnsound):
        backups.copy(broken, place, THURSDAY)
    broken.close()
    with sqlite3.connect(before) as found:
        assert found.execute("SELECT count(*) FROM punches").fetchone() == (1,)
    found.close()
    assert [path.name for path in place.iterdir()] == [before.name]


def test_a_database_that_stays_locked_is_given_up(
    place: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(backups, "_MOST_SECONDS", -1.0)
    busy = sqlite3.connect(tmp_path / "busy.sqlite3")
    busy.execute("CREATE TABLE t (x)")
    busy.execute("BEGIN IMMEDIATE")
    busy.execute("INSERT INTO t VALUES (1)")
    with pytest.raises(backups.BackupUnsound, match="locked"):
        backups.copy(busy, place, THURSDAY)
    busy.close()
    assert list(place.iterdir()) == []


def _python(code: str, var: Path) -> str:
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", "import django; django.setup()\n" + code],
        capture_output=True,
        text=True,
        cwd=ROOT,
        env={
            "PATH": os.environ["PATH"],
            "DJANGO_SETTINGS_MODULE": "tests.settings",
            "MUSTER_VAR": str(var),
        },
    )
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


_MAKE = """
import logging; logging.disable()
from django.core.management import call_command
call_command("migrate", verbosity=0)
call_command("createcachetable", verbosity=0)
call_command(
    "company_create", "Kettle", zone="Asia/Kathmandu", hr_name="Hari", hr_email="h@k.example",
    stdout=open("/dev/null", "w"),
)
call_command("job", "backup")
"""
_READ = """
from django.core.management import call_command
from django.db import connection
from companies import integrity
from companies.models import Company, JobRun, User
call_command("migrate", verbosity=0)
print(Company.objects.get().name, User.objects.get().name, integrity.missing(connection))
"""


def test_muster_starts_from_a_copy(tmp_path: Path) -> None:
    """As docs/backup.md says: the copy takes the database's place, then `migrate`."""
    _python(_MAKE, tmp_path)
    (copy,) = (tmp_path / "backups").iterdir()
    for name in ("muster.sqlite3", "muster.sqlite3-wal", "muster.sqlite3-shm"):
        (tmp_path / name).unlink(missing_ok=True)
    shutil.copy(copy, tmp_path / "muster.sqlite3")
    assert _python(_READ, tmp_path) == "Kettle Hari set()\n"


# --- PostgreSQL -----------------------------------------------------------------------------------
def test_a_server_of_its_own_is_left_to_its_own_backups(
    settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: Any
) -> None:
    caplog.set_level("INFO")
    settings.VAR_DIR = tmp_path
    monkeypatch.setattr(connection, "vendor", "postgresql")
    assert backups.backup() == 0
    assert list(tmp_path.iterdir()) == []
    assert [record.getMessage() for record in caplog.records] == [
        "backup: the database server's own backups are in charge (docs/backup.md)"
    ]


@pytest.fixture
def rds(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    import boto3

    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    aws.forget_clients()
    with mock_aws():
        client = boto3.client("rds")
        client.create_db_cluster(
            DBClusterIdentifier="muster-test", Engine="aurora-postgresql",
            MasterUsername="muster", MasterUserPassword="a-password-of-no-worth",
        )  # fmt: skip
        yield client
    aws.forget_clients()


def test_a_cluster_has_a_snapshot_a_date_and_others_stay(rds: Any, settings: Any) -> None:
    settings.MUSTER_BACKUP_CLUSTER = "muster-test"
    rds.create_db_cluster_snapshot(
        DBClusterIdentifier="muster-test", DBClusterSnapshotIdentifier="before-the-upgrade"
    )
    counts = []
    for n in reversed(range(12)):
        with time_machine.travel(dt.datetime(2026, 11, 26, 1, tzinfo=dt.UTC) - n * DAY):
            counts.append(backups.backup())
    with time_machine.travel("2026-11-26T09:00:00Z"):
        assert backups.backup() == counts[-1]
    assert snapshots.dates("muster-test") == sorted(
        backups.kept([THURSDAY - n * DAY for n in range(12)])
    )
    names = [
        item["DBClusterSnapshotIdentifier"]
        for item in rds.describe_db_cluster_snapshots(SnapshotType="manual")["DBClusterSnapshots"]
    ]
    assert "before-the-upgrade" in names
    assert len(names) == counts[-1] + 1


def test_a_snapshot_that_is_gone_already_is_fine(rds: Any) -> None:
    snapshots.delete("muster-test", THURSDAY)
    assert snapshots.dates("muster-test") == []


def test_a_cluster_of_no_such_name_is_told(rds: Any, settings: Any) -> None:
    settings.MUSTER_BACKUP_CLUSTER = "muster-typo"
    with pytest.raises(Misconfigured, match="DBClusterNotFoundFault"):
        backups.backup()
