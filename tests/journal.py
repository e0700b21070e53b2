"""A punch journal for tests: moto's DynamoDB inside this process, and the table as it is on AWS."""

from __future__ import annotations

import datetime as dt
import os
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import OperationalError, connection
from django.test import override_settings

from integrations import aws
from integrations.journal import dynamo
from integrations.journal.protocol import EntryItem, FrameItem, PunchItem

TABLE = "muster-test-journal"
WHEN = dt.datetime(2026, 3, 2, 3, 19, 4, 123456, tzinfo=dt.UTC)
COMPANY, EMPLOYEE, TAP = (str(uuid.UUID(int=number, version=4)) for number in (11, 12, 13))
# Not moto's own: it is switched on by the first call, and must not reach out before.
_ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-central-1",
}


def make_table(client: Any, name: str = TABLE) -> None:
    """Make the journal's table as `infrastructure/` does."""
    client.create_table(
        TableName=name,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[
            {"AttributeName": key, "AttributeType": "S"}
            for key in ("who", "what", "day", "occurred_at")
        ],
        KeySchema=[
            {"AttributeName": "who", "KeyType": "HASH"},
            {"AttributeName": "what", "KeyType": "RANGE"},
        ],
        GlobalSecondaryIndexes=[
            {
                "IndexName": dynamo.INDEX,
                "KeySchema": [
                    {"AttributeName": "day", "KeyType": "HASH"},
                    {"AttributeName": "occurred_at", "KeyType": "RANGE"},
                ],
                "Projection": {"ProjectionType": "KEYS_ONLY"},
            }
        ],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )


@contextmanager
def journal_in_process() -> Iterator[Any]:
    """Let the block have a journal of its own, empty; yields boto3's client of DynamoDB."""
    import boto3
    from moto import mock_aws

    before = {name: os.environ.get(name) for name in _ENVIRONMENT}
    os.environ.update(_ENVIRONMENT)
    aws.forget_clients()
    try:
        with mock_aws(), override_settings(MUSTER_JOURNAL_TABLE=TABLE):
            client = boto3.client("dynamodb")
            make_table(client)
            yield client
    finally:
        aws.forget_clients()
        for name, value in before.items():
            os.environ.pop(name)
            if value is not None:
                os.environ[name] = value


def rows(client: Any) -> list[dict[str, Any]]:
    """Return every item of the table, as DynamoDB says it."""
    found: list[dict[str, Any]] = client.scan(TableName=TABLE, ConsistentRead=True)["Items"]
    return found


def punch_item(**changes: Any) -> PunchItem:
    """Return a check-in of nobody in particular."""
    values: dict[str, Any] = {
        "company": COMPANY,
        "employee": EMPLOYEE,
        "tap_id": TAP,
        "public_id": str(uuid.UUID(int=14, version=4)),
        "occurred_at": WHEN,
        "zone": "Asia/Kathmandu",
        "utc_offset_minutes": 345,
        "device_at": None,
        "direction": "in",
        "source": "web",
        "no_frame": "",
        "has_frame": True,
    }
    return PunchItem(**values | changes)


def frame_item(**changes: Any) -> FrameItem:
    """Return where its picture lies."""
    values: dict[str, Any] = {
        "company": COMPANY,
        "employee": EMPLOYEE,
        "tap_id": TAP,
        "occurred_at": WHEN,
        "storage_key": "raw/2026-03-02/0123",
        "sha256": "0" * 64,
        "size": 1234,
        "problem": "",
        "expires_at": WHEN.replace(microsecond=0) + dt.timedelta(days=14),
    }
    return FrameItem(**values | changes)


def entry_item(**changes: Any) -> EntryItem:
    """Return a decision about it."""
    values: dict[str, Any] = {
        "company": COMPANY,
        "employee": EMPLOYEE,
        "tap_id": TAP,
        "key_of_entry": "voided:1",
        "kind": "voided",
        "values": {"was_flagged": True},
        "by_kind": "person",
        "by_id": str(uuid.UUID(int=15, version=4)),
        "occurred_at": WHEN + dt.timedelta(hours=1),
    }
    return EntryItem(**values | changes)


@contextmanager
def records_away() -> Iterator[None]:
    """Let every statement of the block fail as if the database were away."""

    def refuse(*_args: Any) -> Any:
        raise OperationalError("the connection was closed")

    with connection.execute_wrapper(refuse):
        yield


@contextmanager
def journal_away() -> Iterator[None]:
    """Let every call of the block to the journal find nobody there."""
    from botocore.exceptions import EndpointConnectionError
    from moto.core import botocore_stubber

    def refuse(*_args: Any, **_more: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://journal.test")

    answer = botocore_stubber.BotocoreStubber.__call__
    botocore_stubber.BotocoreStubber.__call__ = refuse  # type: ignore[method-assign]
    try:
        yield
    finally:
        botocore_stubber.BotocoreStubber.__call__ = answer  # type: ignore[method-assign]


@contextmanager
def journal_breaks_off(
    what: str, *, is_written: bool = False, times: int | None = None
) -> Iterator[None]:
    """Let writing the tap's item `what` fail half-way: lost on the way there, or on the way back.

    Everything else of the journal works. `is_written` says that the item stands there all the
    same, `times` how many requests are lost so: each, or the first few, until a retry gets through.
    """
    from botocore.exceptions import ReadTimeoutError
    from moto.core import botocore_stubber

    answer = botocore_stubber.BotocoreStubber.__call__
    lost = 0

    def break_off(stubber: Any, event_name: str, request: Any, **more: Any) -> Any:
        nonlocal lost
        is_put = request.headers.get("X-Amz-Target", b"").endswith(b"PutItem")
        if not (is_put and f"#{what}".encode() in request.body) or lost == times:
            return answer(stubber, event_name, request, **more)
        lost += 1
        if is_written:
            answer(stubber, event_name, request, **more)
        raise ReadTimeoutError(endpoint_url="https://journal.test")

    botocore_stubber.BotocoreStubber.__call__ = break_off  # type: ignore[method-assign]
    try:
        yield
    finally:
        botocore_stubber.BotocoreStubber.__call__ = answer  # type: ignore[method-assign]
