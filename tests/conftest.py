"""What every test stands on: no network but this machine's own, and flushes that triggers allow."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import pytest_socket
from botocore import loaders
from django.db import connections
from django.test import TransactionTestCase
from hypothesis import HealthCheck, settings

from companies import integrity

# Tests forget their AWS clients, sessions and all; what botocore reads from its own files stays.
loaders.create_loader = functools.cache(loaders.create_loader)

ROOT = Path(__file__).resolve().parents[1]
# How long an example takes is no result: a machine that is busy makes it longer.
settings.register_profile("muster", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("muster")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Refuse a test that asks for a database where `make test-postgres` does not look; sort."""
    said = re.search(r"^WITHOUT_DATABASE = ((?:.*\\\n)*.*)$", (ROOT / "Makefile").read_text(), re.M)
    assert said is not None
    folders = [ROOT / name for name in said[1].replace("\\", "").split()]
    assert all(folder.is_dir() for folder in folders), folders
    for item in items:
        asks = item.get_closest_marker("django_db") is not None or {"db", "transactional_db"} & {
            *getattr(item, "fixturenames", ())
        }
        if asks and any(folder in item.path.parents for folder in folders):
            raise pytest.UsageError(f"{item.nodeid} asks for a database: move it to its app")
    # The longest walks first: no worker waits for one of them at the end.
    items.sort(key=lambda item: ROOT / "tests" / "rights" not in item.path.parents)


def pytest_runtest_setup() -> None:
    """Refuse every connection but those to this machine."""
    pytest_socket.socket_allow_hosts(["127.0.0.1", "::1", "localhost"], allow_unix_socket=True)


@pytest.fixture(autouse=True, scope="session")
def _flush_past_the_triggers() -> Iterator[None]:
    """Let tests with real transactions empty the tables, by DELETE or by TRUNCATE."""
    flush = TransactionTestCase._fixture_teardown

    def teardown(case: Any) -> None:
        for connection in connections.all():
            if connection.vendor == "sqlite":
                integrity.drop(connection)
            else:
                connection.cursor().execute("SET muster.purge = 'on'")
        flush(case)
        for connection in connections.all():
            if connection.vendor == "sqlite":
                integrity.install(connection)
            else:
                connection.cursor().execute("RESET muster.purge")

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = flush  # type: ignore[method-assign]
