"""AWS in this process, by moto: for commands that need a few calls and no server."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from moto import mock_aws

from integrations import aws


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Stand for an empty account."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-central-1")
    aws.forget_clients()
    with mock_aws():
        yield
    aws.forget_clients()
