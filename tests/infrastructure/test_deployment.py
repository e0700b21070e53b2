"""`make manage`: what a command in the function said, and how it ended."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.response import StreamingBody
from botocore.stub import Stubber

from infrastructure import deployment

Answers = Callable[..., Stubber]


@pytest.fixture
def function(monkeypatch: pytest.MonkeyPatch) -> Answers:
    """A function that lets Lambda answer one invocation so."""

    def answers(said: Any, **more: Any) -> Stubber:
        client = boto3.client(
            "lambda", region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t"
        )
        stub = Stubber(client)
        body = json.dumps(said).encode()
        stub.add_response(
            "invoke",
            {"Payload": StreamingBody(io.BytesIO(body), len(body)), **more},
            {"FunctionName": "muster-dev", "Payload": b'{"manage": "job outbox --now"}'},
        )
        stub.activate()
        monkeypatch.setattr(deployment, "_client", lambda service, **more: client)
        return stub

    return answers


@pytest.mark.parametrize("status", [0, 1])
def test_what_it_said_is_printed_and_its_status_kept(
    function: Answers, capsys: pytest.CaptureFixture[str], status: int
) -> None:
    stub = function({"output": "Here is a link.\n", "status": status})

    assert deployment.main(["dev", "manage", "job outbox --now"]) == status
    assert capsys.readouterr().out == "Here is a link.\n"
    stub.assert_no_pending_responses()


def test_an_error_of_the_function_is_a_sentence(
    function: Answers, capsys: pytest.CaptureFixture[str]
) -> None:
    function({"errorType": "Refused", "errorMessage": "not among"}, FunctionError="Unhandled")

    assert deployment.main(["dev", "manage", "job", "outbox", "--now"]) == 1
    assert capsys.readouterr().err == "Refused: not among\n"


def test_a_stage_without_a_function_is_a_sentence(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    client = boto3.client(
        "lambda", region_name="eu-central-1", aws_access_key_id="t", aws_secret_access_key="t"
    )
    monkeypatch.setattr(deployment, "_client", lambda service, **more: client)
    with Stubber(client) as stub:
        stub.add_client_error("invoke", "ResourceNotFoundException")
        assert deployment.main(["dev", "manage", "doctor"]) == 1
    assert capsys.readouterr().err == "There is no function muster-dev: make deploy STAGE=dev.\n"
