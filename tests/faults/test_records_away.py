"""The database is away for a while, in the middle of a request: said clearly, nothing half done."""

from __future__ import annotations

import sqlite3
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
import pytest
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest
from django.test import Client, RequestFactory

from attendance.models import FaceConsent, Punch
from companies.scoping import company_scope
from portal.error_views import failed
from tests.attendance.doorway import knock
from tests.attendance.world import World
from tests.faults.conftest import check_in
from tests.http import post_once

SENTENCE = "Our records cannot be reached just now. Wait a moment and try again."


@contextmanager
def records_away() -> Iterator[None]:
    """Let the database end our connection, or, where it is a file, let another hold it."""
    if connection.vendor == "postgresql":
        connection.ensure_connection()
        where = connection.get_connection_params()
        known = {name: where[name] for name in ("dbname", "user", "password", "host", "port")
                 if name in where}  # fmt: skip
        with psycopg.connect(**known, autocommit=True) as another:
            pid = connection.connection.info.backend_pid
            another.execute("SELECT pg_terminate_backend(%s, 5000)", [pid])
        try:
            yield
        finally:
            connection.close()
        return
    connection.cursor().execute("PRAGMA busy_timeout=1")
    another = sqlite3.connect(connection.settings_dict["NAME"], isolation_level=None)
    another.execute("BEGIN EXCLUSIVE")
    yield
    another.execute("ROLLBACK")
    another.close()


@pytest.fixture
def patient() -> Client:
    """A client that shows what a person would see."""
    return Client(raise_request_exception=False)


def test_a_check_in_is_asked_for_again_and_then_recorded_once(
    patient: Client, world: World
) -> None:
    form = check_in(world, world.maya, uuid.uuid4())
    with records_away():
        answer: Any = knock(patient, "/punch", form)
        assert (answer.status_code, answer["Content-Type"]) == (503, "application/problem+json")
        assert answer.json() == {"title": SENTENCE, "code": "records_away", "status": 503}
        assert (answer["Retry-After"], answer["Cache-Control"]) == ("5", "no-store")
        assert knock(patient, "/punch", form).status_code == 503
    assert knock(patient, "/punch", form).status_code == 201
    with company_scope(world.company):
        assert Punch.objects.count() == 1


def test_a_form_says_what_to_do_and_changes_nothing(patient: Client, world: World) -> None:
    patient.force_login(world.maya.user)
    assert patient.get("/face/consent/").status_code == 200
    with records_away():
        answer: Any = post_once(patient, "/face/consent/", {"answer": "no"})
        assert (answer.status_code, answer["Retry-After"]) == (503, "5")
        assert SENTENCE in answer.text
        assert answer["X-Frame-Options"] == "DENY"
        assert "default-src 'none'" in answer["Content-Security-Policy"]
    with company_scope(world.company):
        assert not FaceConsent.objects.filter(is_given=False).exists()
    assert post_once(patient, "/face/consent/", {"answer": "no"}).status_code == 302
    with company_scope(world.company):
        assert FaceConsent.objects.filter(is_given=False).count() == 1


@pytest.mark.parametrize(
    ("error", "status"),
    [(OperationalError, 503), (InterfaceError, 503), (RuntimeError, 500), (MemoryError, 500)],
)
def test_only_a_database_that_is_away_passes_by_itself(
    rf: RequestFactory, error: type[Exception], status: int
) -> None:
    request: HttpRequest = rf.get("/", headers={"accept": "text/html"})
    try:
        raise error("a secret of the server")
    except error:
        answer = failed(request)
    assert answer.status_code == status
    assert b"a secret of the server" not in answer.content
    assert b"<h1>" in answer.content
