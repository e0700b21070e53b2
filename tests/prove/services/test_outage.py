"""The database is really killed under load, and the function between journal and database.

Figures go to the test's properties and its output; asserted is only what is exact: every tap is
answered, stands in the journal, and after the replay in the records, once.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import socket
import subprocess
import sys
import threading
import time
import uuid
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import psycopg
import pytest

from tests.attendance.fakes import jpeg
from tests.faults.conftest import Server
from tests.journal import TABLE, make_table
from tests.prove.services.postgres import Postgres, make_cluster
from tests.repository import ROOT

WARMING = str(uuid.uuid4())
log = logging.getLogger(__name__)

PEOPLE, TAPS_EACH, AT_ONCE = 60, 4, 10
KILLED_AT, STARTED_AT, BACK_AT = 80, 160, 200


@pytest.fixture
def postgres() -> Iterator[Postgres]:
    made = make_cluster()
    yield made
    made.stop()
    shutil.rmtree(made.folder, ignore_errors=True)


@pytest.fixture
def surroundings(
    postgres: Postgres, aws_environment: dict[str, str], boto: Callable[[str], Any], tmp_path: Path
) -> dict[str, str]:
    """The environment of a process with that database and a journal."""
    make_table(boto("dynamodb"))
    return {
        **os.environ,
        **aws_environment,
        "DJANGO_SETTINGS_MODULE": "tests.settings",
        "DATABASE_URL": postgres.address,
        "MUSTER_JOURNAL_TABLE": TABLE,
        "MUSTER_VAR": str(tmp_path),
    }


@pytest.fixture
def server(surroundings: dict[str, str], tmp_path: Path) -> Iterator[Server]:
    with socket.create_server(("127.0.0.1", 0), backlog=64) as listener:
        made = Server(surroundings, listener, tmp_path / "server.log", threads=AT_ONCE)
        yield made
        made.stop()


def _run(surroundings: dict[str, str], *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603  # our own
        [sys.executable, *arguments], env=surroundings, cwd=ROOT, capture_output=True, text=True,
        check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout


def _world(surroundings: dict[str, str], *arguments: str) -> Any:
    return json.loads(_run(surroundings, "-m", "tests.prove.services.outage_world", *arguments))


def _replay(surroundings: dict[str, str]) -> None:
    _run(surroundings, "manage.py", "job", "journal_replay")


def _in_journal(client: Any) -> dict[str, dict[str, Any]]:
    """Return the punches of the journal by tap."""
    found: dict[str, dict[str, Any]] = {}
    for page in client.get_paginator("scan").paginate(TableName=TABLE):
        for row in page["Items"]:
            tap, _sign, item = row["what"]["S"].partition("#")
            if item == "punch":
                assert tap not in found
                found[tap] = json.loads(row["says"]["S"])
    return found


def _tap(person: dict[str, str], tap: str) -> dict[str, Any]:
    picture = jpeg()
    return {**person, "tap_id": tap, "direction": "in", "frame": picture}


def test_no_punch_is_lost_or_doubled_while_the_database_is_killed_under_load(
    surroundings: dict[str, str],
    server: Server,
    postgres: Postgres,
    boto: Callable[[str], Any],
    tmp_path: Path,
    record_property: Callable[[str, object], None],
) -> None:
    people = _world(surroundings, "make", str(PEOPLE))
    server.start()
    # A new process imports what it needs with its first answer, and is not in question here.
    status, warm = server.ask("/punch", _tap(people[0], WARMING))
    assert status == 201
    taps = [(person, str(uuid.uuid4())) for _n in range(TAPS_EACH) for person in people]
    is_back = threading.Event()

    def start() -> None:
        postgres.start()
        is_back.set()

    events = {KILLED_AT: postgres.kill, STARTED_AT: start}

    def punch(number: int) -> tuple[int, str, float]:
        person, tap = taps[number]
        events.get(number, lambda: None)()
        if number >= BACK_AT:
            is_back.wait()
        data = _tap(person, tap)
        started = time.monotonic()
        status, body = server.ask("/punch", data)
        return status, body.get("id", ""), time.monotonic() - started

    with ThreadPoolExecutor(AT_ONCE) as pool:
        answers = list(pool.map(punch, range(len(taps))))
    statuses = Counter(status for status, _id, _seconds in answers)
    for status in statuses:
        _tell(record_property, status, [answer[2] for answer in answers if answer[0] == status])
    assert len(answers) == PEOPLE * TAPS_EACH
    assert set(statuses) == {201, 202}, statuses
    by_tap = {WARMING: warm["id"]} | {
        tap: answer[1] for (_person, tap), answer in zip(taps, answers, strict=True)
    }
    told = _in_journal(boto("dynamodb"))
    assert {tap: said["public_id"] for tap, said in told.items()} == by_tap
    for _n in range(2):
        _replay(surroundings)
    rows = _world(surroundings, "read")
    assert len(rows) == len(taps) + 1
    assert {row["tap"]: row["id"] for row in rows} == by_tap
    kept = {path.relative_to(tmp_path / "photos").as_posix() for path in _files(tmp_path)}
    assert {row["frame"] for row in rows} == kept
    assert {row["face"] for row in rows} == {"pending"}


def _files(folder: Path) -> list[Path]:
    return [path for path in (folder / "photos").rglob("*") if path.is_file()]


def _tell(
    record_property: Callable[[str, object], None], status: int, seconds: list[float]
) -> None:
    ordered = [round(1000 * one) for one in sorted(seconds)]
    figures = {
        "answers": len(ordered),
        "median_ms": ordered[len(ordered) // 2],
        "p95_ms": ordered[int(len(ordered) * 0.95)],
        "most_ms": ordered[-1],
    }
    record_property(str(status), json.dumps(figures))
    log.info("outage: %s %s", status, json.dumps(figures))


def test_a_function_that_dies_after_the_journal_write_loses_nothing(
    surroundings: dict[str, str], server: Server, postgres: Postgres, boto: Callable[[str], Any]
) -> None:
    (person,) = _world(surroundings, "make", "1")
    server.start()
    tap = str(uuid.uuid4())
    answers: list[object] = []

    def punch() -> None:
        try:
            answers.append(server.ask("/punch", _tap(person, tap)))
        except OSError as error:
            answers.append(type(error))

    with psycopg.connect(postgres.address) as holder:
        # The records' row waits for this; the journal's does not.
        holder.execute("LOCK TABLE attendance_punch IN ACCESS EXCLUSIVE MODE")
        phone = threading.Thread(target=punch)
        phone.start()
        client = boto("dynamodb")
        while tap not in _in_journal(client):
            assert phone.is_alive()
        server.kill()
        phone.join()
    assert answers == [ConnectionResetError]
    assert _world(surroundings, "read") == []
    _replay(surroundings)
    told = _in_journal(client)[tap]
    assert [row["id"] for row in _world(surroundings, "read")] == [told["public_id"]]
    # The phone never got an answer: it sends the tap again, and gets the first one's.
    server.start()
    status, body = server.ask("/punch", _tap(person, tap))
    assert (status, body["id"]) == (200, told["public_id"])
    assert [row["tap"] for row in _world(surroundings, "read")] == [tap]


def test_a_database_that_takes_connections_and_says_nothing_holds_up_no_punch(
    surroundings: dict[str, str],
    server: Server,
    boto: Callable[[str], Any],
    record_property: Callable[[str, object], None],
) -> None:
    (person,) = _world(surroundings, "make", "1")
    tap = str(uuid.uuid4())
    with socket.create_server(("127.0.0.1", 0), backlog=64) as dumb:
        port = dumb.getsockname()[1]
        server.environment = {
            **surroundings, "DATABASE_URL": f"postgres://nobody@127.0.0.1:{port}/resuming",
        }  # fmt: skip
        server.start()
        started = time.monotonic()
        status, body = server.ask("/punch", _tap(person, tap))
        record_property("silent_database_ms", round(1000 * (time.monotonic() - started)))
    assert (status, body["direction"]) == (202, "in")
    assert _in_journal(boto("dynamodb"))[tap]["public_id"] == body["id"]
    _replay(surroundings)
    assert [row["tap"] for row in _world(surroundings, "read")] == [tap]
