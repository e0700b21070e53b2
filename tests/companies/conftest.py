"""Fixtures of companies."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from django.db import connection

from tests.attendance.world import World, make_world

Together = Callable[..., list[Any]]


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def other(db: None) -> World:
    return make_world(code="other")


@contextmanager
def in_a_file(folder: Path) -> Iterator[str]:
    """Give the test's database a place that other connections reach, and yield its address.

    SQLite tests live in memory, where connections share locks that no file has; here they get a
    copy in a file, as in production.
    """
    name, kept = connection.settings_dict["NAME"], connection.connection
    if connection.vendor != "sqlite":
        where = {
            **connection.settings_dict,
            "PASSWORD": quote(connection.settings_dict["PASSWORD"]),
        }
        yield "postgres://{USER}:{PASSWORD}@{HOST}:{PORT}/{NAME}".format_map(where)
        return
    file = folder / "together.sqlite3"
    with sqlite3.connect(file) as copy:
        kept.backup(copy)
    copy.close()
    connection.connection, connection.settings_dict["NAME"] = None, str(file)
    yield f"sqlite:///{file}"
    connection.close()
    connection.connection, connection.settings_dict["NAME"] = kept, name


@pytest.fixture
def together(transactional_db: None, tmp_path: Path) -> Iterator[Together]:
    """A function that makes its calls at the same moment and returns what each gave or raised.

    Every call has a thread and a connection of its own.
    """
    with in_a_file(tmp_path):
        yield _at_once


def _at_once(*calls: Callable[[], Any]) -> list[Any]:
    start = threading.Barrier(len(calls))
    answers: list[Any] = [None] * len(calls)

    def run(number: int, call: Callable[[], Any]) -> None:
        start.wait()
        try:
            answers[number] = call()
        except Exception as error:  # noqa: BLE001  # it is what the test looks at
            answers[number] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(calls)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return answers
