"""What AWS calls: each kind of event finds its way, and whatever is not listed is refused."""

from __future__ import annotations

import json
import logging
import os
import random
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from django.core.management import get_commands
from django.test import override_settings

from integrations import aws, lambda_http, tasks
from portal import doctor, events, jobs, lambda_entry, logs
from portal.lambda_entry import JobFailed, Refused, handler

pytestmark = pytest.mark.django_db
TASK = {
    "command": "zappa.asynchronous.route_lambda_task",
    "task_path": "integrations.tasks.run_task",
    "args": ["outbox"],
    "kwargs": {},
    "capture_response": False,
    "response_id": None,
}


@pytest.fixture(autouse=True)
def _django_is_ready(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_http, "start", lambda: None)


def scheduled(job: str, rule: str = "muster-dev-x-portal.lambda_entry.scheduled") -> dict[str, Any]:
    """Return an event as Zappa's rules send it."""
    return {
        "detail-type": "Scheduled Event",
        "resources": [f"arn:aws:events:eu-central-1:123456789012:rule/{rule}"],
        "kwargs": {"job": job},
    }


# --- what is refused ------------------------------------------------------------------------------
@pytest.mark.parametrize(
    "event",
    [
        {"raw_command": "import os"},
        {"raw_command": "", "httpMethod": "GET"},
        {"command": "os.system"},
        {"command": "zappa.asynchronous.route_sns_task", "Records": []},
        {**TASK, "task_path": "os.system"},
        {**TASK, "task_path": "integrations.tasks.defer"},
        {**TASK, "args": ["unknown"]},
        {**TASK, "args": []},
        {"manage": "shell -c 1"},
        {"manage": "dumpdata"},
        {"manage": "flush --no-input"},
    ],
)
def test_what_is_not_listed_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(Refused):
        handler(event, None)


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"hello": "world"},
        {"detail-type": "EC2 Instance State-change Notification", "source": "aws.ec2"},
        {"Records": [{"eventSource": "aws:kinesis"}]},
        {"Records": [{"eventSource": "aws:dynamodb", "eventSourceARN": "arn:x:table/other/s"}]},
        {"triggerSource": "PostConfirmation_ConfirmSignUp"},
        {"detail-type": "Scheduled Event", "resources": ["arn:rule/x"]},
        scheduled("unknown"),
    ],
)
def test_what_nobody_takes_is_an_error(event: dict[str, Any]) -> None:
    """An answer would acknowledge it, and it would be lost."""
    with pytest.raises(events.Unroutable):
        handler(event, None)


# --- what is done ---------------------------------------------------------------------------------
def test_a_request_is_answered(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(lambda_http, "answer", lambda event, context: (event["path"], context))

    assert handler({"httpMethod": "GET", "path": "/today"}, "context") == ("/today", "context")


def taken(event: dict[str, Any], context: Any) -> dict[str, Any]:
    """Return what came in: a stand-in for who takes an event."""
    return {"taken": event, "by": context}


@override_settings(MUSTER_TASKS="the-table")
def test_records_and_triggers_go_to_who_takes_them(monkeypatch: pytest.MonkeyPatch) -> None:
    here = f"{__name__}:taken"
    monkeypatch.setitem(events.SOURCES, ("aws:dynamodb", "MUSTER_TASKS"), here)
    monkeypatch.setitem(events.TRIGGERS, "Test_Trigger", here)
    arn = "arn:aws:dynamodb:eu-central-1:123456789012:table/the-table/stream/made-anew"
    for event in (
        {"Records": [{"eventSource": "aws:dynamodb", "eventSourceARN": arn}]},
        {"triggerSource": "Test_Trigger"},
    ):
        assert handler(event, "context") == {"taken": event, "by": "context"}


def test_a_task_of_the_list_runs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(tasks.TASKS, "probe", "tests.portal.test_lambda_entry:probe")

    assert handler({**TASK, "args": ["probe"], "kwargs": {"row": "7"}}, None) == "did 7"


def probe(*, row: str) -> str:
    """Return a word that shows that it ran."""
    return f"did {row}"


def test_a_task_is_asked_for_as_zappa_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    """The path that Zappa writes is the one that the entry takes."""
    # Zappa makes clients when it is imported, and looks for credentials then.
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_DEFAULT_REGION"):
        monkeypatch.setenv(name, "us-east-1")
    from zappa.asynchronous import get_func_task_path

    monkeypatch.setitem(tasks.TASKS, "probe", "tests.portal.test_lambda_entry:probe")
    path = get_func_task_path(tasks.run_task)

    assert handler({**TASK, "task_path": path, "args": ["probe"], "kwargs": {"row": "1"}}, None)


def test_a_schedule_runs_its_job(monkeypatch: pytest.MonkeyPatch) -> None:
    ran: list[str] = []
    monkeypatch.setattr(jobs, "run", lambda job: ran.append(job.name) or True)

    for job in jobs.JOBS:
        assert handler(scheduled(job.name), None) is None

    assert ran == [job.name for job in jobs.JOBS]


def test_a_job_that_failed_is_seen_by_aws(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(jobs, "run", lambda job: False)

    with pytest.raises(JobFailed, match="outbox"):
        handler(scheduled("outbox"), None)


def test_keeping_warm_does_nothing_but_start(monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[str] = []
    monkeypatch.setattr(lambda_http, "start", lambda: started.append("yes"))
    event = scheduled("", rule="muster-dev-zappa-keep-warm-handler.keep_warm_callback")
    del event["kwargs"]

    assert handler(event, None) is None
    assert started == ["yes"]


# --- commands -------------------------------------------------------------------------------------
def test_every_command_that_may_run_exists() -> None:
    assert lambda_entry.COMMANDS <= get_commands().keys()


def test_a_command_answers_what_it_said(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO"):
        assert handler({"manage": "check"}, None) == {
            "output": "System check identified no issues (0 silenced).\n", "status": 0,
        }  # fmt: skip
    assert "check ended with 0: System check identified no issues" in caplog.text


@pytest.mark.django_db(transaction=True)  # an event lets go of its connection
def test_a_name_in_quotes_is_one_argument() -> None:
    found = handler({"manage": "operator_create 'Olga Operator' olga@muster.example"}, None)

    assert found["output"].startswith("Olga Operator signs in first by this link:\n")


@pytest.mark.parametrize(
    ("line", "said"),
    [("job unknown", "unknown"), ("job", "required"), ("migrate --no-such-option", "no-such")],
)  # fmt: skip
def test_a_command_that_fails_says_so_and_why(line: str, said: str) -> None:
    answer = handler({"manage": line}, None)
    assert answer["status"] == 1
    assert said in answer["output"]


def test_doctor_says_what_is_wrong_and_ends_with_1(monkeypatch: pytest.MonkeyPatch) -> None:
    """A release asks it: all of its findings come back, and that it is not well."""
    monkeypatch.setattr(doctor, "CHECKS", {"Mail": lambda: "fine.", "Clock": _wrong})
    assert handler({"manage": "doctor"}, None) == {
        "output": "  Mail: fine.\n✗ Clock: an hour off.\n", "status": 1,
    }  # fmt: skip


def _wrong() -> str:
    raise doctor.Wrong("an hour off.")


# --- the log --------------------------------------------------------------------------------------
def test_every_line_of_an_event_has_the_id_that_aws_gave_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    told: list[str] = []

    def run(job: jobs.Job) -> bool:
        record = logging.makeLogRecord({"msg": job.name})
        told.append(json.loads(logs.JsonFormatter().format(record))["request_id"])
        return True

    monkeypatch.setattr(jobs, "run", run)
    for number in ("one", "two"):
        handler(scheduled("outbox"), SimpleNamespace(aws_request_id=number))

    assert told == ["one", "two"]


# --- at import and after a snapshot ---------------------------------------------------------------
_IMPORT = """
import os, secrets, socket, sys, uuid

def no(*_arguments, **_keywords):
    raise AssertionError("not at import")

import boto3.session
import random
socket.socket.connect = socket.create_connection = socket.getaddrinfo = no
os.urandom = uuid.uuid4 = secrets.token_bytes = secrets.token_hex = secrets.choice = no
random.SystemRandom.getrandbits = random.SystemRandom.random = no
boto3.session.Session.client = boto3.session.Session.resource = no
import zappa_settings
import portal.lambda_entry
from django.db import connection
from django.conf import settings
print(settings.configured, connection.connection if settings.configured else None)
"""
# What Zappa writes into every package.
_ZAPPA_SETTINGS = """
APP_TYPE = None
LOG_LEVEL = "INFO"
DEBUG = False
BINARY_SUPPORT = True
ENVIRONMENT_VARIABLES = {}
API_STAGE = "dev"
PROJECT_NAME = "muster"
DJANGO_SETTINGS = "portal.settings"
EXCEPTION_HANDLER = None
CONTEXT_HEADER_MAPPINGS = {}
DOMAIN = None
BASE_PATH = None
"""


@pytest.mark.parametrize(
    ("variables", "expected"),
    [
        ({}, "False None"),
        ({"INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT": "1"}, "True None"),
        (
            {
                "INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT": "1",
                "AWS_LAMBDA_INITIALIZATION_TYPE": "snap-start",
            },
            "False None",
        ),
    ],
)
def test_import_makes_nothing_random_and_no_connection(
    tmp_path: Path, variables: dict[str, str], expected: str
) -> None:
    """A snapshot of it may be restored a thousand times; settings wait for the first event then."""
    (tmp_path / "zappa_settings.py").write_text(_ZAPPA_SETTINGS)
    (tmp_path / "snapshot_restore_py.py").write_text("def register_after_restore(hook): pass\n")
    done = subprocess.run(  # noqa: S603  # constant
        [sys.executable, "-c", _IMPORT],
        capture_output=True,
        text=True,
        env={
            "PYTHONPATH": f"{tmp_path}:{os.getcwd()}",
            "SECRET_KEY": "of-no-worth",
            "MUSTER_FACE_KEYS": '{"a": "MDEyMzQ1Njc4OWFiY2RlZjAxMjM0NTY3ODlhYmNkZWY="}',
            "MUSTER_VAR": str(tmp_path / "var"),
            # Nothing is collected in a checkout.
            "PYTHONWARNINGS": "ignore:No directory at:UserWarning",
            **variables,
        },
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.splitlines()[-1] == expected
    assert not (tmp_path / "var").exists()


def test_after_a_restore_nothing_of_the_other_life_is_left(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(lambda_entry.connections, "close_all", lambda: closed.append("database"))
    monkeypatch.setattr(aws, "forget_clients", lambda: closed.append("clients"))
    random.seed(1)
    of_the_snapshot = random.getrandbits(64)
    random.seed(1)

    lambda_entry._after_restore()

    assert closed == ["database", "clients"]
    assert random.getrandbits(64) != of_the_snapshot
