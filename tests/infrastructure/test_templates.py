"""All templates: the schema (cfn-lint), names, and what must hold for every resource of a kind."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.infrastructure.templates import (
    FOLDER,
    NAMES,
    everywhere,
    of,
    statements,
    template,
    words,
)

# What CloudFormation takes without a bucket to put the template in.
MOST_BYTES = 51_200
TLS_ONLY = {"Bool": {"aws:SecureTransport": "false"}}
PRIVATE = {
    "BlockPublicAcls": True,
    "BlockPublicPolicy": True,
    "IgnorePublicAcls": True,
    "RestrictPublicBuckets": True,
}


def test_every_template_is_looked_at() -> None:
    assert sorted(path.stem for path in FOLDER.glob("*.yaml")) == sorted([*NAMES, "scan"])


def test_the_templates_fit_their_schema() -> None:
    files = [str(FOLDER / f"{name}.yaml") for name in NAMES]
    done = subprocess.run(  # noqa: S603  # our own
        [str(Path(sys.executable).with_name("cfn-lint")), *files],
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (0, "")


@pytest.mark.parametrize("name", NAMES)
def test_a_template_needs_no_bucket(name: str) -> None:
    assert len((FOLDER / f"{name}.yaml").read_bytes()) <= MOST_BYTES


@pytest.mark.parametrize("name", ["alarms", "base", "database", "wiring"])
def test_every_name_carries_its_stage(name: str) -> None:
    named = [
        value
        for resource in template(name)["Resources"].values()
        for key, value in resource.get("Properties", {}).items()
        if key in {"AlarmName", "BucketName", "DashboardName", "DBClusterIdentifier",
                   "DBProxyName", "LogGroupName", "QueueName", "RoleName", "TableName",
                   "TopicName", "UserPoolName"}
        and "Ref" not in value
    ]  # fmt: skip
    assert named
    assert [value for value in named if "muster-${Stage}" not in value["Fn::Sub"]] == []


def test_nothing_of_one_account_stands_in_a_template() -> None:
    for name in NAMES:
        text = (FOLDER / f"{name}.yaml").read_text()
        assert re.findall(r"\b\d{12}\b|\b(?:eu|us|ap)-[a-z]+-\d\b", text) == []


# --- buckets --------------------------------------------------------------------------------------
BUCKETS = everywhere("AWS::S3::Bucket")


def test_there_are_these_buckets() -> None:
    assert set(BUCKETS) == {"base.Photos", "base.Static", "base.Deploy", "pipeline.Artifacts"}


@pytest.mark.parametrize("name", BUCKETS)
def test_a_bucket_is_private_encrypted_and_spoken_to_by_tls_only(name: str) -> None:
    bucket = BUCKETS[name]
    assert bucket["PublicAccessBlockConfiguration"] == PRIVATE
    assert bucket["OwnershipControls"] == {"Rules": [{"ObjectOwnership": "BucketOwnerEnforced"}]}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] in {"aws:kms", "AES256"}
    stack, _, key = name.partition(".")
    policy = of(stack, f"{key}Policy")
    assert policy["Bucket"] == {"Ref": key}
    first = statements(policy["PolicyDocument"])[0]
    assert (first["Effect"], first["Principal"], first["Action"]) == ("Deny", "*", ["s3:*"])
    assert first["Condition"] == TLS_ONLY
    assert first["Resource"] == [{"Fn::GetAtt": [key, "Arn"]}, {"Fn::Sub": f"${{{key}.Arn}}/*"}]


# --- queues, topics, keys, logs -------------------------------------------------------------------
def test_every_queue_is_encrypted_and_every_queue_but_the_last_has_a_dead_letter_queue() -> None:
    queues = everywhere("AWS::SQS::Queue")
    assert set(queues) == {"base.DeadLetters", "base.Uploads"}
    assert all(queue["SqsManagedSseEnabled"] is True for queue in queues.values())
    assert queues["base.Uploads"]["RedrivePolicy"] == {
        "deadLetterTargetArn": {"Fn::GetAtt": ["DeadLetters", "Arn"]},
        "maxReceiveCount": 5,
    }
    assert queues["base.DeadLetters"]["MessageRetentionPeriod"] == 14 * 24 * 3600


@pytest.mark.parametrize("name", everywhere("AWS::SNS::Topic"))
def test_a_topic_is_encrypted_and_takes_messages_by_tls_from_one_sender(name: str) -> None:
    stack, _, key = name.partition(".")
    assert everywhere("AWS::SNS::Topic")[name]["KmsMasterKeyId"]
    policy = of(stack, f"{key}Policy")
    assert policy["Topics"] == [{"Ref": key}]
    allowed, denied = statements(policy["PolicyDocument"])
    assert (allowed["Effect"], allowed["Action"]) == ("Allow", ["sns:Publish"])
    assert allowed["Principal"] != "*"
    assert (denied["Effect"], denied["Condition"]) == ("Deny", TLS_ONLY)


@pytest.mark.parametrize("name", everywhere("AWS::KMS::Key"))
def test_a_key_is_changed_by_itself_every_year(name: str) -> None:
    assert everywhere("AWS::KMS::Key")[name]["EnableKeyRotation"] is True


@pytest.mark.parametrize("name", everywhere("AWS::Logs::LogGroup"))
def test_logs_are_encrypted_and_end(name: str) -> None:
    group = everywhere("AWS::Logs::LogGroup")[name]
    assert group["RetentionInDays"] in {30, 90}
    assert group["KmsKeyId"]


# --- what must not be there -----------------------------------------------------------------------
def test_there_is_no_function_url_and_nobody_else_may_invoke() -> None:
    assert everywhere("AWS::Lambda::Url") == {}
    permissions = everywhere("AWS::Lambda::Permission")
    assert {item["Principal"] for item in permissions.values()} == {
        "sns.amazonaws.com",
        "cognito-idp.amazonaws.com",
    }
    assert all(item["SourceArn"] for item in permissions.values())


def test_no_secret_stands_in_a_template() -> None:
    """Passwords are made by Secrets Manager and only ever referred to."""
    said = {word for name in NAMES for word in words(template(name)) if "assword" in word}
    assert said == {
        "MasterUserPassword",
        "PasswordLength",
        "PasswordPolicy",
        "TemporaryPasswordValidityDays",
        "password",
        "{{resolve:secretsmanager:${DatabaseSecret}:SecretString:password}}",
    }
