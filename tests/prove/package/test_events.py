"""Everything that reaches the packaged function besides pages, from AWS's own shapes."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from infrastructure.package import build
from portal import jobs
from tests.prove.local_lambda import REGION, Function, process_environment, to_queue
from tests.prove.package.conftest import Stand


def scheduled(job: str) -> dict[str, Any]:
    """Return an event as EventBridge sends it by the rule that Zappa makes."""
    rule = f"muster-dev-{job}-portal.lambda_entry.scheduled"
    return {
        "time": "2026-11-26T06:00:00Z",
        "detail-type": "Scheduled Event",
        "source": "aws.events",
        "account": "123456789012",
        "region": REGION,
        "detail": {},
        "version": "0",
        "resources": [f"arn:aws:events:{REGION}:123456789012:rule/{rule}"],
        "id": "cdc73f9d-aea9-11e3-9d5a-835b769c0d9c",
        "kwargs": {"job": job},
    }


@pytest.mark.parametrize("name", [job.name for job in jobs.JOBS])
def test_every_schedule_runs_its_job(stand: Stand, name: str) -> None:
    done = stand.function.invoke(scheduled(name))

    assert (done.error, done.json()) == ("", None), done.log


def test_a_schedule_of_no_job_is_an_error(stand: Stand) -> None:
    done = stand.function.invoke(scheduled("unknown"))

    assert (done.error, done.json()["errorType"]) == ("Unhandled", "Unroutable")


def test_keeping_warm_is_answered_by_nothing(stand: Stand) -> None:
    event = scheduled("zappa-keep-warm")
    event["resources"][0] = event["resources"][0].replace(
        "portal.lambda_entry.scheduled", "handler.keep_warm_callback"
    )
    del event["kwargs"]

    done = stand.function.invoke(event)

    assert (done.error, done.json()) == ("", None)


@pytest.mark.parametrize(
    ("event", "kind"),
    [
        ({"raw_command": "open('/tmp/was-here', 'w')"}, "Refused"),
        ({"command": "os.getcwd"}, "Refused"),
        ({"manage": "shell"}, "Refused"),
        ({"Records": [{"eventSource": "aws:kinesis", "kinesis": {}}]}, "Unroutable"),
        (
            {
                "Records": [
                    {
                        "EventSource": "aws:sns",
                        "Sns": {
                            "TopicArn": f"arn:aws:sns:{REGION}:123456789012:not-ours",
                            "Message": json.dumps({"command": "os.getcwd"}),
                        },
                    }
                ]
            },
            "Unroutable",
        ),
        ({"triggerSource": "PostAuthentication_Authentication"}, "Unroutable"),
        ({"detail-type": "EC2 Spot Instance Interruption Warning"}, "Unroutable"),
        ({"httpMethod": "GET", "path": "/", "requestContext": {"elb": {}}}, "NoClient"),
        ({}, "Unroutable"),
    ],
)
def test_what_is_not_ours_fails_so_that_aws_keeps_it(
    stand: Stand, event: dict[str, Any], kind: str
) -> None:
    done = stand.function.invoke(event)

    assert (done.error, done.json()["errorType"]) == ("Unhandled", kind), done.log


# --- commands, tasks and what becomes of those that fail ------------------------------------------
def test_a_command_is_run_and_answered(stand: Stand) -> None:
    payload = json.dumps({"manage": "showmigrations --plan companies"}).encode()

    answer = stand.client("lambda").invoke(FunctionName="muster-dev", Payload=payload)

    assert "FunctionError" not in answer
    said = json.loads(answer["Payload"].read())
    assert "[X]  companies.0001_start" in said["output"]


def test_the_link_of_the_first_operator_is_answered_and_never_logged(stand: Stand) -> None:
    done = stand.function.invoke({"manage": "operator_create 'Olga O.' olga@prove.example"})

    assert done.error == "", done.log
    assert "/set-password/" in done.json()["output"]
    token = done.json()["output"].rstrip("/\n").rpartition("/")[2]
    assert token not in "\n".join(stand.function.logs)


def test_whoever_runs_it_reads_what_a_command_said(stand: Stand) -> None:
    """`make manage`, which a release asks too: all of the answer, and its exit status."""
    well, unwell = (
        _manage(stand, line) for line in ("operator_create Olaf olaf@prove.example", "job x")
    )

    assert (well.returncode, well.stderr) == (0, "")
    assert "/set-password/" in well.stdout
    assert "…" not in well.stdout
    assert unwell.returncode == 1
    assert "x" in unwell.stdout


def test_doctor_may_be_asked(stand: Stand) -> None:
    found = _manage(stand, "doctor --json")

    said = {item["name"]: item for item in json.loads(found.stdout)}
    assert said["Database"]["is_fine"], found.stdout
    assert found.returncode == (0 if all(item["is_fine"] for item in said.values()) else 1)


def _manage(stand: Stand, line: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(  # noqa: S603  # our own
        [sys.executable, "-m", "infrastructure.deployment", "dev", "manage", line],
        cwd=build.ROOT, capture_output=True, text=True,
        env=process_environment(**stand.environment, AWS_DEFAULT_REGION=REGION),
    )  # fmt: skip


TASK = {
    "command": "zappa.asynchronous.route_lambda_task",
    "task_path": "integrations.tasks.run_task",
    "kwargs": {},
    "capture_response": False,
    "response_id": None,
}


def test_a_task_that_is_invoked_twice_does_its_work_once(stand: Stand) -> None:
    function = stand.function
    function.tries.clear()
    for _time in range(2):
        answer = stand.client("lambda").invoke(
            FunctionName="muster-dev",
            InvocationType="Event",
            Payload=json.dumps({**TASK, "args": ["outbox"]}).encode(),
        )
        assert answer["StatusCode"] == 202
    function.settle()

    assert [done.error for done in function.tries] == ["", ""]


@pytest.fixture
def failing(stand: Stand) -> Iterator[tuple[Function, Callable[[], list[dict[str, Any]]]]]:
    """Return a function whose failures end in a queue, and what reads that queue."""
    sqs = stand.client("sqs")
    url = sqs.create_queue(QueueName="muster-dev-dead-letters")["QueueUrl"]
    function = Function(
        "muster-failing",
        stand.function.root,
        stand.function.python,
        environment=stand.environment,
        dead_letters=to_queue(sqs, url),
    )
    stand.api.functions[function.name] = function

    def letters() -> list[dict[str, Any]]:
        found = sqs.receive_message(
            QueueUrl=url, MaxNumberOfMessages=10, MessageAttributeNames=["All"]
        )
        return list(found.get("Messages", []))

    yield function, letters
    del stand.api.functions[function.name]
    function.stop()
    sqs.delete_queue(QueueUrl=url)


def test_what_fails_three_times_is_parked_with_its_reason(
    stand: Stand, failing: tuple[Function, Callable[[], list[dict[str, Any]]]]
) -> None:
    function, letters = failing
    payload = json.dumps({**TASK, "args": ["unknown"]})

    stand.client("lambda").invoke(
        FunctionName=function.name, InvocationType="Event", Payload=payload.encode()
    )
    function.settle()

    assert [done.json()["errorType"] for done in function.tries] == ["Refused"] * 3
    (letter,) = letters()
    assert json.loads(letter["Body"]) == json.loads(payload)
    attributes = {n: v["StringValue"] for n, v in letter["MessageAttributes"].items()}
    assert attributes == {
        "RequestID": function.tries[-1].id,
        "ErrorCode": "200",
        "ErrorMessage": "unknown is no task",
    }


def test_a_call_over_the_limit_never_reaches_the_function(stand: Stand) -> None:
    asked = stand.client("lambda")
    large = json.dumps({"manage": "x" * (1024 * 1024)}).encode()

    with pytest.raises(asked.exceptions.RequestTooLargeException):
        asked.invoke(FunctionName="muster-dev", InvocationType="Event", Payload=large)


def test_a_function_that_dies_is_started_anew(stand: Stand) -> None:
    """Nothing of an environment is needed by the next one."""
    before = stand.browser().get("/sign-in/").status
    stand.function.kill()

    assert (before, stand.browser().get("/sign-in/").status) == (200, 200)


def test_the_time_out_ends_a_process_that_hangs(stand: Stand) -> None:
    hanging = Function(
        "muster-hanging",
        stand.function.root,
        stand.function.python,
        # This stands in the runtime's place and never asks for an event.
        prefix=("/bin/sh", "-c", "exec sleep 60"),
        timeout=0.5,
    )
    done = hanging.invoke({"manage": "check"})
    hanging.stop()

    assert (done.error, done.json()["errorType"]) == ("Unhandled", "Sandbox.Timedout")
