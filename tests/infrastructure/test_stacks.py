"""`make stack`: an earlier stack's outputs become a later one's parameters; lacking ones are named.

That moto says CREATE_COMPLETE proves nothing of the templates themselves (docs/deploy.md).
"""

from __future__ import annotations

from pathlib import Path

import pytest
from botocore.stub import Stubber

from infrastructure import sentences, stacks
from integrations import aws
from integrations.errors import Misconfigured, Unavailable

BASE = """
Parameters:
  Stage: {Type: String}
  Host: {Type: String}
  Size: {Type: String, Default: small}
Resources:
  Queue: {Type: AWS::SQS::Queue, Properties: {QueueName: !Sub "${Stage}-${Host}"}}
Outputs:
  QueueName: {Value: !GetAtt Queue.QueueName}
  Sized: {Value: !Sub "${Host}:${Size}"}
"""
WIRING = """
Parameters:
  Stage: {Type: String}
  QueueName: {Type: String}
  Api: {Type: String}
Resources:
  Topic: {Type: AWS::SNS::Topic, Properties: {TopicName: !Sub "${QueueName}-${Api}"}}
Outputs:
  Topic: {Value: !GetAtt Topic.TopicName}
"""


@pytest.fixture(autouse=True)
def templates(cloud: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Put two small templates in place of ours."""
    (tmp_path / "base.yaml").write_text(BASE)
    (tmp_path / "wiring.yaml").write_text(WIRING)
    monkeypatch.setattr(stacks, "FOLDER", tmp_path)
    return tmp_path


def test_a_later_stack_takes_what_an_earlier_one_says() -> None:
    assert stacks.deploy("dev", "base", {"Host": "a"})
    assert stacks.outputs("dev", "base") == {"QueueName": "dev-a", "Sized": "a:small"}
    assert stacks.deploy("dev", "wiring", {"Api": "x"})
    assert stacks.outputs("dev", "wiring") == {"Topic": "dev-a-x"}


def test_an_update_keeps_what_is_not_given(templates: Path) -> None:
    stacks.deploy("dev", "base", {"Host": "a", "Size": "large"})
    (templates / "base.yaml").write_text(BASE.replace("${Host}:", "${Host}::"))
    assert stacks.deploy("dev", "base", {})
    assert stacks.outputs("dev", "base")["Sized"] == "a::large"


def test_what_is_lacking_is_named() -> None:
    with pytest.raises(stacks.LackingParameter, match='PARAMETERS="Host=…"'):
        stacks.deploy("dev", "base", {})
    with pytest.raises(stacks.LackingParameter, match='PARAMETERS="QueueName=… Api=…"'):
        stacks.deploy("dev", "wiring", {})


def test_a_stack_that_is_not_there_has_no_outputs() -> None:
    with pytest.raises(Misconfigured):
        stacks.outputs("dev")


def test_what_cloudformation_refuses_is_told() -> None:
    with pytest.raises(Misconfigured, match="InvalidParameterValue"):
        stacks.deploy("dev", "base", {"Host": "a name that no queue may have"})


def test_the_command_says_how_it_went(capsys: pytest.CaptureFixture[str]) -> None:
    stacks.main("dev", "base", "Host=a", "Size=b=c")
    assert capsys.readouterr().out == "muster-dev-base is deployed.\n"
    assert stacks.outputs("dev", "base")["Sized"] == "a:b=c"
    stacks.main("dev", "base", "Host=a")
    assert capsys.readouterr().out == "muster-dev-base is as it was.\n"


def test_a_reason_that_aws_gives_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    """moto takes almost anything; a stack that was rolled back takes no update on AWS."""
    stacks.deploy("dev", "base", {"Host": "a"})
    monkeypatch.setattr(stacks, "_parameters", lambda *_args, **_more: [])
    client = aws.client("cloudformation")
    there = {"StackName": "x", "CreationTime": "2026-01-01", "StackStatus": "ROLLBACK_COMPLETE"}
    with Stubber(client) as stub:
        stub.add_response("describe_stacks", {"Stacks": [there]})
        why = "Stack is in ROLLBACK_COMPLETE state and can not be updated."
        stub.add_client_error("update_stack", "ValidationError", why, 400)
        with pytest.raises(Misconfigured, match="can not be updated") as refused:
            stacks.deploy("dev", "base", {})
    assert refused.value.code == "stack_refused"


def test_a_stack_that_failed_says_where_the_reason_stands() -> None:
    client = aws.client("cloudformation")
    gone = {"StackName": "x", "CreationTime": "2026-01-01", "StackStatus": "ROLLBACK_COMPLETE"}
    asked = [{"ParameterKey": "Stage"}, {"ParameterKey": "Host"}]
    with Stubber(client) as stub:
        stub.add_client_error("describe_stacks", "ValidationError", "does not exist", 400)
        stub.add_response("get_template_summary", {"Parameters": asked})
        for _part in stacks.BEFORE:
            stub.add_client_error("describe_stacks", "ValidationError", "does not exist", 400)
        stub.add_response("create_stack", {"StackId": "x"})
        stub.add_response("describe_stacks", {"Stacks": [gone]})
        with pytest.raises(
            stacks.StackFailed, match="describe-stack-events --stack-name muster-dev"
        ):
            stacks.deploy("dev", "base", {"Host": "a"})


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("dev", "bas"), "There is no stack bas; there are base, database, wiring, alarms.\n"),
        (("dev", "base"), 'Say what is lacking: PARAMETERS="Host=…"\n'),
    ],
)
def test_what_the_command_refuses_is_a_sentence(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], said: str
) -> None:
    assert sentences.run(stacks.main, *arguments) == 1
    assert capsys.readouterr() == ("", said)


def test_what_aws_refuses_is_told_in_its_words(
    capsys: pytest.CaptureFixture[str],
) -> None:
    def without_an_account() -> None:
        raise Misconfigured("NoCredentialsError") from RuntimeError("Unable to locate credentials")

    assert sentences.run(without_an_account) == 1
    assert capsys.readouterr().err == "AWS refuses: Unable to locate credentials\n"

    def away() -> None:
        raise Unavailable("EndpointConnectionError")

    assert sentences.run(away) == 1
    assert capsys.readouterr().err == ("AWS does not answer; try again. EndpointConnectionError\n")
