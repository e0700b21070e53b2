"""What the proof suites stand on: AWS's protocols spoken over HTTP by moto, on this machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from moto.server import ThreadedMotoServer

from integrations import aws

REGION = "eu-central-1"


@pytest.fixture(scope="session")
def moto_url() -> Iterator[str]:
    """Return the address of a moto server that lasts as long as the session."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def aws_environment(moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, str]]:
    """Point every client of this process at an empty moto; return the variables that do so."""
    import boto3

    variables = {
        "AWS_ENDPOINT_URL": moto_url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
        "AWS_REGION": REGION,
    }
    for name, value in variables.items():
        monkeypatch.setenv(name, value)
    _reset(moto_url)
    aws.forget_clients()
    boto3.setup_default_session()
    yield variables
    aws.forget_clients()
    boto3.DEFAULT_SESSION = None


@pytest.fixture
def boto(aws_environment: dict[str, str]) -> Callable[[str], Any]:
    """Return clients of moto by name of the service."""
    import boto3

    return boto3.client


def _reset(url: str) -> None:
    import urllib.request

    request = urllib.request.Request(f"{url}/moto-api/reset", method="POST")  # noqa: S310  # our own
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # our own
        assert answer.status == 200
