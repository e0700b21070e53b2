"""Event source mappings on this machine: from moto's streams and queues into a function.

Both honour partial batch failures as AWS does: a stream goes on from the first record that failed,
a queue shows again those messages that did. moto itself must not know of the mappings: it would try
to run the function in a container.
"""

from __future__ import annotations

import base64
import datetime as dt
import json
from typing import Any

from tests.prove.local_lambda import REGION, Function


class StreamPump:
    """A mapping of a table's stream, from its beginning (TRIM_HORIZON)."""

    def __init__(
        self, streams: Any, arn: str, function: Function, *, batch: int = 25, retries: int = 2
    ) -> None:
        self._streams, self._arn, self._function = streams, arn, function
        self._batch, self._retries = batch, retries
        described = streams.describe_stream(StreamArn=arn)["StreamDescription"]
        self._iterator = streams.get_shard_iterator(
            StreamArn=arn,
            ShardId=described["Shards"][0]["ShardId"],
            ShardIteratorType="TRIM_HORIZON",
        )["ShardIterator"]
        self._seen: set[str] = set()

    def drain(self) -> list[dict[str, Any]]:
        """Deliver what has not been delivered; return what was given up after its retries."""
        given_up: list[dict[str, Any]] = []
        records = self._new()
        for start in range(0, len(records), self._batch):
            given_up += self._deliver(records[start : start + self._batch])
        return given_up

    def _new(self) -> list[dict[str, Any]]:
        found = self._streams.get_records(ShardIterator=self._iterator, Limit=1000)
        self._iterator = found.get("NextShardIterator") or self._iterator
        new = [
            {
                **record,
                "eventSource": "aws:dynamodb",
                "eventSourceARN": self._arn,
                "awsRegion": REGION,
            }
            for record in found["Records"]
            if record["dynamodb"]["SequenceNumber"] not in self._seen
        ]
        self._seen |= {record["dynamodb"]["SequenceNumber"] for record in new}
        return new

    def _deliver(self, records: list[dict[str, Any]]) -> list[dict[str, Any]]:
        given_up: list[dict[str, Any]] = []
        tries = 0
        while records:
            failed = self._failed(records)
            if failed is None:
                break
            tries = tries + 1 if failed == 0 else 1
            records = records[failed:]
            if tries > self._retries:
                given_up.append(records[0])
                records, tries = records[1:], 0
        return given_up

    def _failed(self, records: list[dict[str, Any]]) -> int | None:
        """Return the place of the first record that failed, None for none."""
        event = json.dumps({"Records": records}, default=_as_json).encode()
        failures = _failures(self._function, event)
        if failures is None:
            return 0
        numbers = [record["dynamodb"]["SequenceNumber"] for record in records]
        return min((numbers.index(failure) for failure in failures), default=None)


class QueuePump:
    """A mapping of a queue; its own redrive policy parks what fails too often."""

    def __init__(
        self, sqs: Any, url: str, arn: str, function: Function, *, batch: int = 10
    ) -> None:
        self._sqs, self._url, self._arn = sqs, url, arn
        self._function, self._batch = function, batch

    def drain(self, *, rounds: int = 10) -> int:
        """Deliver messages until none shows any more; return how many were taken."""
        taken = 0
        for _round in range(rounds):
            messages = self._sqs.receive_message(
                QueueUrl=self._url,
                MaxNumberOfMessages=self._batch,
                AttributeNames=["All"],
                VisibilityTimeout=30,
            ).get("Messages", [])
            if not messages:
                break
            taken += self._deliver(messages)
        return taken

    def _deliver(self, messages: list[dict[str, Any]]) -> int:
        records = [
            {
                "messageId": message["MessageId"],
                "receiptHandle": message["ReceiptHandle"],
                "body": message["Body"],
                "attributes": message["Attributes"],
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": self._arn,
                "awsRegion": REGION,
            }
            for message in messages
        ]
        failures = _failures(self._function, json.dumps({"Records": records}).encode())
        failed = {item["MessageId"] for item in messages} if failures is None else set(failures)
        for message in messages:
            which = {"QueueUrl": self._url, "ReceiptHandle": message["ReceiptHandle"]}
            if message["MessageId"] in failed:
                self._sqs.change_message_visibility(**which, VisibilityTimeout=0)
            else:
                self._sqs.delete_message(**which)
        return len(messages) - len(failed)


def _failures(function: Function, event: bytes) -> list[str] | None:
    """Return the records that the function said failed; None where the whole call did."""
    invocation = function.invoke(event)
    if invocation.error:
        return None
    answer = invocation.json() or {}
    return [failure["itemIdentifier"] for failure in answer.get("batchItemFailures", [])]


def _as_json(value: Any) -> Any:
    if isinstance(value, dt.datetime):
        return value.timestamp()
    if isinstance(value, bytes | bytearray):
        return base64.b64encode(value).decode()
    raise TypeError(type(value))
