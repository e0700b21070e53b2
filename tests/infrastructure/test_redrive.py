"""`make redrive`: each kind of dead letter goes back its own way, and none is lost on it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from botocore.stub import Stubber

from infrastructure import redrive
from integrations import aws

TASK = {"command": "zappa.asynchronous.route_lambda_task", "task_path": "x", "kwargs": {}}
SCHEDULE = {"source": "aws.events", "detail-type": "Scheduled Event", "resources": []}
MAIL_EVENT = {"Records": [{"EventSource": "aws:sns", "Sns": {"Message": "{}"}}]}
NOTIFICATION = {"Type": "Notification", "TopicArn": "arn:aws:sns:x:1:m", "Message": "{}"}
UPLOAD = {"Records": [{"eventSource": "aws:s3", "s3": {"object": {"key": "uploads/a/b"}}}]}
STREAM = {"DDBStreamBatchInfo": {"shardId": "s", "startSequenceNumber": "1"}}


@pytest.fixture
def dead(cloud: None) -> str:
    """Make the queues of a stage; return the address of the dead letters."""
    aws.client("sqs").create_queue(QueueName="muster-staging-uploads")
    made = aws.client("sqs").create_queue(QueueName="muster-staging-dead-letters")
    return str(made["QueueUrl"])


def _put(queue: str, *bodies: Any) -> None:
    for body in bodies:
        text = body if isinstance(body, str) else json.dumps(body)
        aws.client("sqs").send_message(QueueUrl=queue, MessageBody=text)


def _count(queue: str) -> int:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = aws.client("sqs").get_queue_attributes(QueueUrl=queue, AttributeNames=names)
    return sum(int(found["Attributes"][name]) for name in names)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (TASK, redrive.TASK),
        (SCHEDULE, redrive.TASK),
        (MAIL_EVENT, redrive.TASK),
        (NOTIFICATION, redrive.MAIL),
        (UPLOAD, redrive.UPLOAD),
        (STREAM, redrive.STREAM),
        ({"Records": []}, redrive.UNKNOWN),
        ({"raw_command": "import os"}, redrive.UNKNOWN),
        (["a"], redrive.UNKNOWN),
        (None, redrive.UNKNOWN),
    ],
)
def test_a_message_is_told_by_its_shape(body: Any, kind: str) -> None:
    assert redrive.kind_of(body) == kind


def test_looking_sends_and_removes_nothing(dead: str) -> None:
    _put(dead, TASK, UPLOAD, UPLOAD)
    found = redrive.redrive("staging", is_sent=False)
    assert found == {redrive.TASK: 1, redrive.UPLOAD: 2}
    assert _count(dead) == 3


def test_what_was_looked_at_is_sent_at_once(dead: str) -> None:
    """Somebody looks, then sends: the queue must not seem empty for its minutes of hiding."""
    _put(dead, STREAM, "no json")
    for is_sent in (False, True):
        assert redrive.redrive("staging", is_sent=is_sent) == {
            redrive.STREAM: 1,
            redrive.UNKNOWN: 1,
        }
    assert redrive.redrive("staging", is_sent=False) == {redrive.UNKNOWN: 1}


def test_tasks_and_mail_events_go_to_the_function_as_they_came(dead: str) -> None:
    _put(dead, TASK, NOTIFICATION)
    wrapped = {"Records": [{"EventSource": "aws:sns", "EventVersion": "1.0", "Sns": NOTIFICATION}]}
    with Stubber(aws.client("lambda")) as stub:
        for payload in (TASK, wrapped):
            stub.add_response(
                "invoke",
                {"StatusCode": 202},
                {
                    "FunctionName": "muster-staging",
                    "InvocationType": "Event",
                    "Payload": json.dumps(payload).encode(),
                },
            )
        redrive.redrive("staging", is_sent=True)
        stub.assert_no_pending_responses()
    assert _count(dead) == 0


def test_uploads_go_back_to_their_queue_and_places_of_the_stream_go(dead: str) -> None:
    _put(dead, UPLOAD, STREAM)
    redrive.redrive("staging", is_sent=True)
    queue = aws.client("sqs").get_queue_url(QueueName="muster-staging-uploads")["QueueUrl"]
    (message,) = aws.client("sqs").receive_message(QueueUrl=queue)["Messages"]
    assert json.loads(message["Body"]) == UPLOAD
    assert _count(dead) == 0


def test_what_nobody_knows_stays(dead: str) -> None:
    _put(dead, "no json", {"raw_command": "import os"})
    assert redrive.redrive("staging", is_sent=True) == {redrive.UNKNOWN: 2}
    assert _count(dead) == 2


def test_what_the_function_refuses_stays(dead: str) -> None:
    _put(dead, TASK)
    with Stubber(aws.client("lambda")) as stub:
        stub.add_client_error("invoke", "TooManyRequestsException", http_status_code=429)
        with pytest.raises(Exception, match="TooManyRequestsException"):
            redrive.redrive("staging", is_sent=True)
    assert _count(dead) == 1


def test_the_command_says_what_was_there(dead: str, capsys: pytest.CaptureFixture[str]) -> None:
    redrive.main("staging")
    _put(dead, UPLOAD, STREAM, "no json")
    redrive.main("staging", "1")
    assert capsys.readouterr().out.splitlines() == [
        "The queue is empty.",
        "1 of no known kind: left there",
        "1 place in the journal's stream: removed; the job journal_replay takes its records from"
        " the table",
        "1 upload: handed on",
    ]
