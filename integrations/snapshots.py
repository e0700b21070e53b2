"""Snapshots of an Aurora cluster: one a date, made and deleted by name, nobody else's touched."""

from __future__ import annotations

import datetime as dt
from typing import Any, Final

from integrations import aws
from integrations.errors import Rejected

_THERE: Final = frozenset({"DBClusterSnapshotAlreadyExistsFault", "DBClusterSnapshotAlreadyExists"})
_GONE: Final = frozenset({"DBClusterSnapshotNotFoundFault"})
# Waking up, being backed up by AWS itself: an hour later it is not.
_BUSY: Final = frozenset({"InvalidDBClusterStateFault", "InvalidDBClusterSnapshotStateFault"})


def _client() -> Any:
    return aws.client("rds", read=20.0)


def _name(cluster: str, date: dt.date) -> str:
    return f"{cluster}-daily-{date.isoformat()}"


def make(cluster: str, date: dt.date) -> bool:
    """Ask for the date's snapshot; return whether it is a new one (AWS makes it by itself).

    Raises:
        Unavailable, Misconfigured
    """
    try:
        with aws.translated(rejected=_THERE, busy=_BUSY):
            _client().create_db_cluster_snapshot(
                DBClusterIdentifier=cluster, DBClusterSnapshotIdentifier=_name(cluster, date)
            )
    except Rejected:
        return False
    return True


def dates(cluster: str) -> list[dt.date]:
    """Return the dates of which a snapshot of ours stands, oldest first.

    Raises:
        Unavailable, Misconfigured
    """
    prefix, found = f"{cluster}-daily-", []
    with aws.translated(busy=_BUSY):
        pages = _client().get_paginator("describe_db_cluster_snapshots")
        for page in pages.paginate(DBClusterIdentifier=cluster, SnapshotType="manual"):
            for item in page["DBClusterSnapshots"]:
                name = item["DBClusterSnapshotIdentifier"]
                if name.startswith(prefix):
                    found.append(dt.date.fromisoformat(name.removeprefix(prefix)))
    return sorted(found)


def delete(cluster: str, date: dt.date) -> None:
    """Delete the date's snapshot; one that is gone already is fine.

    Raises:
        Unavailable, Misconfigured
    """
    try:
        with aws.translated(rejected=_GONE, busy=_BUSY):
            _client().delete_db_cluster_snapshot(DBClusterSnapshotIdentifier=_name(cluster, date))
    except Rejected:
        return
