"""Where the benchmarks stand: a database, a folder and a server of their own, left no trace of."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import psycopg
from psycopg import sql

DATABASE = "muster_bench"
DEFAULT_SERVER = "postgres://postgres@127.0.0.1/postgres"
ROOT = Path(__file__).resolve().parent.parent
HOST = "127.0.0.1"
WORKERS = 2
THREADS = 4


class CannotMeasure(Exception):
    """Something that the benchmarks need is not there; says what."""


@contextmanager
def database() -> Iterator[None]:
    """Make the benchmarks' own database beside the one that `DATABASE_URL` names; drop it after.

    Raises:
        CannotMeasure: no server answers, or another run is using the database.
    """
    server = os.environ.get("DATABASE_URL") or DEFAULT_SERVER
    name = sql.Identifier(DATABASE)
    try:
        # Left by a run that was killed; one that is still going on keeps it, and us out.
        _execute(server, sql.SQL("DROP DATABASE IF EXISTS {}").format(name))
        _execute(server, sql.SQL("CREATE DATABASE {}").format(name))
    except psycopg.Error as error:
        raise CannotMeasure(f"PostgreSQL ({DATABASE}): {error}") from error
    os.environ["DATABASE_URL"] = urlunsplit(urlsplit(server)._replace(path=f"/{DATABASE}"))
    try:
        yield
    finally:
        _execute(server, sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))


def _execute(server: str, statement: sql.Composed) -> None:
    with psycopg.connect(server, autocommit=True) as connection:
        connection.execute(statement)


@contextmanager
def folder() -> Iterator[Path]:
    """Give the product a folder for pictures and secrets; remove it after."""
    path = tempfile.mkdtemp(prefix="muster-bench-")
    os.environ["MUSTER_VAR"] = path
    os.environ.setdefault("MUSTER_LOG_LEVEL", "WARNING")
    try:
        yield Path(path)
    finally:
        shutil.rmtree(path, ignore_errors=True)


@contextmanager
def server(port: int) -> Iterator[None]:
    """Run the product as `make run` does: gunicorn, two workers with four threads each.

    Raises:
        CannotMeasure: it does not start, or something else listens there.
    """
    if _listens(port):
        raise CannotMeasure(f"Something listens on port {port}; choose another with --port.")
    command = [
        sys.executable, "-m", "gunicorn", "portal.wsgi:application", "--bind", f"{HOST}:{port}",
        "--workers", str(WORKERS), "--threads", str(THREADS), "--chdir", str(ROOT),
        "--log-level", "warning", "--no-control-socket",
    ]  # fmt: skip
    process = subprocess.Popen(command)
    try:
        _wait_for(process, port)
        yield
    finally:
        process.terminate()
        process.wait(timeout=30)


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex((HOST, port)) == 0


def _wait_for(process: subprocess.Popen[bytes], port: int) -> None:
    for _try in range(300):
        if process.poll() is not None:
            raise CannotMeasure("gunicorn ended before it answered.")
        if _listens(port):
            return
        time.sleep(0.1)
    raise CannotMeasure("gunicorn did not listen within 30 seconds.")
