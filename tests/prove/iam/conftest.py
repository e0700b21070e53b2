"""A stage in moto that enforces permissions; what the code is allowed is the template's role."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import boto3
import pytest

from integrations import aws, parameters
from tests.infrastructure.templates import of, statements
from tests.prove.conftest import REGION
from tests.prove.iam import deeds


def policy(name: str) -> list[dict[str, Any]]:
    """Return the statements of one of the role's policies that allow something."""
    (found,) = [
        item["PolicyDocument"]
        for item in of("base", "FunctionRole")["Policies"]
        if item["PolicyName"] == name
    ]
    return [item for item in statements(found) if item["Effect"] == "Allow"]


def allowed(name: str) -> set[str]:
    """Return the actions that one of the role's policies allows."""
    return {action for statement in policy(name) for action in statement["Action"]}


# moto checks this action by the name of its call.
NAMED_OTHERWISE = {"lambda:InvokeFunction": "lambda:Invoke"}
Enforced = Callable[[set[str]], Any]


@pytest.fixture
def enforced(stage: None, moto_url: str, monkeypatch: pytest.MonkeyPatch) -> Enforced:
    """Return a context in which moto lets this process do these actions and nothing else.

    Resources are widened to `*`, and conditions left out: moto knows them for S3 only, so a policy
    as it stands would be refused. They are asserted on the template (tests/infrastructure).
    """
    iam, sts = boto3.client("iam"), boto3.client("sts")
    trust = {"Version": "2012-10-17", "Statement": []}
    iam.create_role(RoleName="function", AssumeRolePolicyDocument=json.dumps(trust))

    @contextmanager
    def enter(actions: set[str]) -> Iterator[None]:
        named = sorted(NAMED_OTHERWISE.get(action, action) for action in actions)
        document = {
            "Version": "2012-10-17",
            "Statement": [{"Effect": "Allow", "Action": named, "Resource": "*"}],
        }
        iam.put_role_policy(
            RoleName="function", PolicyName="all", PolicyDocument=json.dumps(document)
        )
        given = sts.assume_role(
            RoleArn="arn:aws:iam::123456789012:role/function", RoleSessionName="proof"
        )["Credentials"]
        with monkeypatch.context() as patch:
            patch.setenv("AWS_ACCESS_KEY_ID", given["AccessKeyId"])
            patch.setenv("AWS_SECRET_ACCESS_KEY", given["SecretAccessKey"])
            patch.setenv("AWS_SESSION_TOKEN", given["SessionToken"])
            _forget()
            _enforce(moto_url, "0")
            try:
                yield
            finally:
                _enforce(moto_url, "inf")
        _forget()

    return enter


@pytest.fixture
def stage(aws_environment: dict[str, str], settings: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Make what the base would hold, as far as the code calls on it."""
    table = of("base", "Journal")
    boto3.client("dynamodb").create_table(
        TableName=deeds.TABLE,
        **{
            name: table[name]
            for name in (
                "AttributeDefinitions", "BillingMode", "GlobalSecondaryIndexes", "KeySchema",
            )
        },
    )  # fmt: skip
    boto3.client("s3").create_bucket(
        Bucket=deeds.BUCKET, CreateBucketConfiguration={"LocationConstraint": REGION}
    )
    boto3.client("sns").create_topic(Name=deeds.TOPIC.rpartition(":")[2])
    boto3.client("sesv2").create_email_identity(EmailIdentity="muster.example")
    boto3.client("ssm").put_parameter(
        Name=f"{deeds.PATH}/SECRET_KEY", Value="x", Type="SecureString"
    )
    boto3.client("secretsmanager").create_secret(
        Name=deeds.SECRET, SecretString=json.dumps({"password": "y"})
    )
    boto3.client("rds").create_db_cluster(
        DBClusterIdentifier=deeds.STAGE, Engine="aurora-postgresql", MasterUsername="muster",
        MasterUserPassword="long-enough-1",
    )  # fmt: skip
    # Tasks go to the function itself, by the name that Lambda tells it.
    monkeypatch.setenv("AWS_LAMBDA_FUNCTION_NAME", deeds.STAGE)
    settings.EMAIL_BACKEND = "integrations.ses.SesBackend"
    settings.MUSTER_MAIL = "ses"
    settings.DEFAULT_FROM_EMAIL = deeds.SENDER
    settings.MUSTER_PARAMETERS = deeds.PATH
    settings.MUSTER_TASKS = "lambda"
    settings.MUSTER_JOURNAL_TABLE = deeds.TABLE
    settings.MUSTER_PHOTO_BUCKET = deeds.BUCKET


def _forget() -> None:
    aws.forget_clients()
    parameters.forget()
    boto3.setup_default_session()


def _enforce(url: str, after: str) -> None:
    """Let moto check permissions after so many requests more; `inf` is never."""
    request = urllib.request.Request(  # noqa: S310  # our own
        f"{url}/moto-api/reset-auth",
        data=after.encode(),
        headers={"Content-Type": "text/plain"},
        method="POST",
    )
    with urllib.request.urlopen(request) as answer:  # noqa: S310  # our own
        assert answer.status == 200
