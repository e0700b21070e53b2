"""What stands in a line of the log, and what never does."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest
from django.test import Client

from companies.scoping import company_scope
from portal import logs
from tests.attendance.world import make_world

REFUSED = (
    'null value in column "x" violates not-null constraint\n'
    "DETAIL:  Failing row contains (1, Maya Rai, maya@kettle.example).\nLINE 1"
)


def _record(message: str, *args: Any, error: BaseException | None = None, **extra: Any) -> Any:
    info = (type(error), error, error.__traceback__) if error else None
    record = logging.LogRecord("muster", logging.INFO, __file__, 1, message, args, info)
    record.__dict__.update(extra)
    return record


@pytest.mark.parametrize(
    ("text", "seen"),
    [
        ("Not Found: /i/abcde-fghjk/", "Not Found: /i/…/"),
        ("Not Found: /leave/feeds/0192af.s-e_c.ics", "Not Found: /leave/feeds/…"),
        ("Gone: /set-password/0192-af/secret-token/", "Gone: /set-password/0192-af/…/"),
        ("mail to Maya.R+x@kettle.example failed", "mail to …@… failed"),
        ("Key (email)=(maya@kettle.example) exists", "Key (email)=(…@…) exists"),
        (REFUSED, 'null value in column "x" violates not-null constraint\nDETAIL: …\nLINE 1'),
        ("metric outbox_age=1.5", "metric outbox_age=1.5"),
    ],
)
def test_no_line_has_links_addresses_or_rows(text: str, seen: str) -> None:
    assert logs.masked(text) == seen
    assert logs.LineFormatter("{message}", style="{").format(_record(text)) == seen
    assert json.loads(logs.JsonFormatter().format(_record(text)))["message"] == seen


@pytest.mark.django_db
def test_a_line_is_a_document_with_the_ids_of_request_company_and_trace(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("_X_AMZN_TRACE_ID", "Root=1-67-abc;Parent=def;Sampled=1")
    company = make_world().company
    with logs.of_request("a1b2c3d4"), company_scope(company):
        found = json.loads(logs.JsonFormatter().format(_record("job %s failed", "outbox")))
    assert found.pop("timestamp").endswith("+00:00")
    assert found.pop("location") == "None:1"
    assert found == {
        "level": "INFO",
        "logger": "muster",
        "message": "job outbox failed",
        "request_id": "a1b2c3d4",
        "company_id": str(company.public_id),
        "service": "muster",
        "xray_trace_id": "1-67-abc",
    }


def test_outside_of_requests_and_companies_a_line_names_none() -> None:
    found = json.loads(logs.JsonFormatter().format(_record("started")))
    assert {"request_id", "company_id", "xray_trace_id"} & found.keys() == set()


def test_what_a_library_hangs_on_a_record_is_left_out() -> None:
    line = logs.JsonFormatter().format(_record("refused", request="<Maya>", params=["Maya"]))
    assert "Maya" not in line


def test_an_error_is_told_whole_but_for_what_is_nobodys() -> None:
    try:
        raise ValueError(REFUSED)
    except ValueError as error:
        found = json.loads(logs.JsonFormatter().format(_record("a job failed", error=error)))
    assert found["exception_name"] == "ValueError"
    assert found["exception"].startswith("Traceback (most recent call last):")
    assert "DETAIL: …" in found["exception"]
    assert "Maya" not in found["exception"]


@pytest.mark.django_db
def test_what_is_logged_inside_a_request_names_it(client: Client, caplog: Any) -> None:
    seen: list[str] = []

    class Seeing(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            seen.append(logs.JsonFormatter().format(record))

    handler = Seeing()
    logging.getLogger("django.request").addHandler(handler)
    try:
        client.get("/i/no-such-card/", headers={"X-Request-ID": "caller-1234"})
        client.get("/nothing-here/", headers={"X-Request-ID": "caller-5678"})
    finally:
        logging.getLogger("django.request").removeHandler(handler)
    assert [json.loads(line)["request_id"] for line in seen] == ["caller-1234", "caller-5678"]
    assert "no-such-card" not in seen[0]


def test_powertools_waits_for_the_first_line() -> None:
    import subprocess

    start = (
        "import os, sys; os.environ |= {'MUSTER_LOGS': 'json', 'MUSTER_METRICS': 'emf'}; "
        "import django; django.setup(); import logging; "
        "before = 'aws_lambda_powertools' in sys.modules; logging.getLogger('a').warning('x'); "
        "print(before, 'aws_lambda_powertools' in sys.modules)"
    )
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", start],
        capture_output=True,
        text=True,
        env={"DJANGO_SETTINGS_MODULE": "tests.settings"},
    )
    assert (done.returncode, done.stdout) == (0, "False True\n")
    assert json.loads(done.stderr)["message"] == "x"
