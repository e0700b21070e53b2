"""Fixtures of the hosted engine: the service is botocore's stub."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from integrations import aws
from integrations.faces import rekognition_calls
from integrations.faces.rekognition import RekognitionEngine
from tests.integrations.faces.stubbed import Service


@pytest.fixture
def service(monkeypatch: pytest.MonkeyPatch) -> Iterator[Service]:
    """The service as far as a test has queued answers; all of them must have been asked for."""
    for name, value in {
        "AWS_ACCESS_KEY_ID": "testing", "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_REGION": "eu-central-1", "AWS_DEFAULT_REGION": "eu-central-1",
    }.items():  # fmt: skip
        monkeypatch.setenv(name, value)
    aws.forget_clients()
    made = Service(rekognition_calls._client())
    with made.stub:
        yield made
        made.stub.assert_no_pending_responses()
    aws.forget_clients()


@pytest.fixture
def searching() -> RekognitionEngine:
    return RekognitionEngine(prefix="muster-test", match="search", most_a_second=5)


@pytest.fixture
def comparing() -> RekognitionEngine:
    return RekognitionEngine(prefix="muster-test", match="compare", most_a_second=25)
