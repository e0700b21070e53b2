"""Tasks are handed on once a request, when it is over, and never hold anybody up."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.stub import Stubber
from django.core import mail
from django.db import transaction
from django.test import Client

from companies import outbox
from companies.models import OutboxMessage
from companies.scoping import no_scope
from integrations import aws, tasks
from portal import jobs
from tests.attendance.world import World, make_world
from tests.integrations.aws import in_process

FUNCTION = "muster-test"


@pytest.fixture(autouse=True)
def _on_aws(settings: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    settings.MUSTER_TASKS = "lambda"
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", FUNCTION)
    with in_process(monkeypatch):
        yield


@pytest.fixture
def invoked(_on_aws: None) -> Iterator[list[dict[str, Any]]]:
    """What the function was invoked with, each time that AWS took it."""
    calls: list[dict[str, Any]] = []
    client = aws.client("lambda", connect=0.5, read=1.5, attempts=2)
    client.meta.events.register(
        "before-parameter-build.lambda.Invoke", lambda params, **_rest: calls.append(dict(params))
    )
    with Stubber(client) as stubber:
        for _n in range(9):
            stubber.add_response("invoke", {"StatusCode": 202})
        yield calls


@pytest.fixture
def world(db: None) -> World:
    return make_world()


@pytest.fixture
def committing(transactional_db: None) -> World:
    """A world whose transactions are committed, as a request's are."""
    return make_world()


def _enqueue(key: str, **more: Any) -> None:
    outbox.enqueue(
        company=None, dedupe_key=key, to="maya@kettle.example",
        template="companies/email/password_reset", values={}, is_awaited=True, **more,
    )  # fmt: skip


# --- handing on -------------------------------------------------------------------------------
def test_a_task_is_handed_to_the_function_itself(invoked: list[dict[str, Any]]) -> None:
    tasks.defer("outbox")
    (call,) = invoked
    assert (call["FunctionName"], call["InvocationType"]) == (FUNCTION, "Event")
    assert json.loads(call["Payload"]) == {
        "task_path": "integrations.tasks.run_task", "args": ["outbox"], "kwargs": {},
        "command": "zappa.asynchronous.route_lambda_task", "capture_response": False,
        "response_id": None,
    }  # fmt: skip


def test_on_one_machine_nothing_is_handed_on(settings: Any, invoked: list[dict[str, Any]]) -> None:
    settings.MUSTER_TASKS = "none"
    tasks.defer("outbox")
    assert invoked == []


def test_only_what_is_listed_is_a_task() -> None:
    for call in (tasks.defer, tasks.run_task):
        with pytest.raises(KeyError):
            call("os:system")


@pytest.mark.parametrize("answer", ["refused", "not taken"])
def test_a_task_that_cannot_be_handed_on_is_left_to_the_sweep(
    answer: str, caplog: pytest.LogCaptureFixture
) -> None:
    client = aws.client("lambda", connect=0.5, read=1.5, attempts=2)
    with Stubber(client) as stubber:
        if answer == "refused":
            stubber.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
        else:
            stubber.add_response("invoke", {"StatusCode": 200})
        tasks.defer("outbox")
        stubber.assert_no_pending_responses()
    (record,) = [record for record in caplog.records if record.levelname == "ERROR"]
    assert "task outbox (companies.outbox:drain)" in record.getMessage()


def test_handing_on_gives_up_soon() -> None:
    config = tasks._Quick().client("lambda").meta.config
    assert (config.connect_timeout, config.read_timeout) == (0.5, 1.5)


# --- one nudge a request ----------------------------------------------------------------------
def test_many_mails_of_a_request_are_one_nudge_after_it(
    committing: World, invoked: list[dict[str, Any]]
) -> None:
    with tasks.one_request():
        for number in range(3):
            with transaction.atomic():
                _enqueue(f"k{number}")
                _enqueue(f"l{number}")
        assert invoked == []
    assert len(invoked) == 1


def test_what_is_rolled_back_nudges_nobody(
    committing: World, invoked: list[dict[str, Any]]
) -> None:
    class Stop(Exception):
        pass

    with tasks.one_request(), pytest.raises(Stop), transaction.atomic():
        _enqueue("k")
        raise Stop
    assert invoked == []


def test_a_request_that_fails_after_its_mail_was_written_nudges_all_the_same(
    committing: World, invoked: list[dict[str, Any]]
) -> None:
    with pytest.raises(ZeroDivisionError), tasks.one_request():
        _enqueue("k")
        raise ZeroDivisionError
    assert len(invoked) == 1


def test_mail_that_nobody_waits_for_nudges_nobody(
    committing: World, invoked: list[dict[str, Any]]
) -> None:
    with tasks.one_request():
        outbox.enqueue(
            company=None, dedupe_key="k", to="m@k.example", template="t", values={}
        )  # fmt: skip
    assert invoked == []


def test_a_job_nudges_nobody(committing: World, invoked: list[dict[str, Any]]) -> None:
    _enqueue("k")
    assert all(jobs.run(job) for job in jobs.JOBS if job.name in ("outbox", "settle_open"))
    assert invoked == []


def test_a_page_that_sends_a_link_nudges_once(
    committing: World, invoked: list[dict[str, Any]]
) -> None:
    Client().post("/password-reset/", {"email": "maya@kettle.example"})
    assert len(invoked) == 1
    Client().get("/sign-in/")
    Client().post("/password-reset/", {"email": "nobody@kettle.example"})
    assert len(invoked) == 1


# --- running ----------------------------------------------------------------------------------
def test_a_task_that_runs_twice_sends_once(world: World) -> None:
    _enqueue("k")
    with no_scope("the message under test"):
        OutboxMessage.objects.update(values={"user": str(world.maya.user.public_id)})
    assert [tasks.run_task("outbox"), tasks.run_task("outbox")] == [1, 0]
    assert len(mail.outbox) == 1


def test_an_error_of_types_in_a_task_is_not_taken_for_a_wrong_call() -> None:
    with pytest.raises(tasks.TaskFailed, match="unexpected keyword argument 'company'"):
        tasks.run_task("outbox", company="c")
