"""Messages of a queue: what the bucket told is handed on, and what cannot be taken stays there."""

from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from portal import events
from portal.events import queues

QUEUE_ARN = "arn:aws:sqs:eu-central-1:1:muster-test-uploads"
TAKEN: list[Any] = []


def take(event: dict[str, Any], context: Any) -> None:
    """Stand for whoever takes what the bucket tells; refuses one key."""
    (record,) = event["Records"]
    key = record["s3"]["object"]["key"]
    if key == "uploads/bad":
        raise OSError("not now")
    TAKEN.append((key, context))


@pytest.fixture(autouse=True)
def sources(monkeypatch: pytest.MonkeyPatch, settings: Any) -> None:
    """Let the test's bucket and queue be known."""
    TAKEN.clear()
    monkeypatch.setitem(events.SOURCES, ("aws:s3", "TEST_BUCKET"), f"{__name__}:take")
    settings.TEST_BUCKET = "pictures"
    settings.MUSTER_UPLOAD_QUEUE = "muster-test-uploads"


def told(key: str, bucket: str = "pictures") -> str:
    record = {
        "eventSource": "aws:s3",
        "s3": {"bucket": {"name": bucket}, "object": {"key": key}},
    }
    return json.dumps({"Records": [record]})


def messages(*bodies: str) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": str(number),
                "eventSource": "aws:sqs",
                "eventSourceARN": QUEUE_ARN,
                "body": body,
            }
            for number, body in enumerate(bodies)
        ]
    }


def test_what_the_bucket_told_goes_to_who_takes_the_buckets_events() -> None:
    event = messages(told("uploads/a"), told("uploads/b"))
    answer = events.handler_of(event)(event, "context")
    assert answer == {"batchItemFailures": []}
    assert TAKEN == [("uploads/a", "context"), ("uploads/b", "context")]


def test_the_queue_keeps_only_what_could_not_be_taken(caplog: pytest.LogCaptureFixture) -> None:
    event = messages(told("uploads/a"), told("uploads/bad"), told("uploads/c"))
    with caplog.at_level(logging.ERROR):
        assert queues.handle(event, None) == {"batchItemFailures": [{"itemIdentifier": "1"}]}
    assert [key for key, _context in TAKEN] == ["uploads/a", "uploads/c"]
    assert "message 1 of a queue could not be taken" in caplog.text


@pytest.mark.parametrize("body", ["no json", "[]", "{}", told("uploads/a", bucket="another")])
def test_the_queue_keeps_what_nobody_knows(body: str) -> None:
    answer = queues.handle(messages(body), None)
    assert answer == {"batchItemFailures": [{"itemIdentifier": "0"}]}


def test_the_message_by_which_s3_tries_the_queue_is_taken() -> None:
    body = json.dumps({"Service": "Amazon S3", "Event": "s3:TestEvent", "Bucket": "pictures"})
    assert queues.handle(messages(body), None) == {"batchItemFailures": []}
    assert TAKEN == []
