"""`make parameters`: makes what is lacking, keeps what is there, prints no value."""

from __future__ import annotations

import base64
import json

import pytest

from infrastructure import parameters, stacks
from integrations import aws
from integrations.errors import Misconfigured

PATH = "/muster/staging"


@pytest.fixture
def pool(cloud: None) -> dict[str, str]:
    """Return what `create` needs to know of the account."""
    key = aws.client("kms").create_key()["KeyMetadata"]["Arn"]
    users = aws.client("cognito-idp").create_user_pool(PoolName="muster-staging")["UserPool"]["Id"]
    made = aws.client("cognito-idp").create_user_pool_client(
        UserPoolId=users, ClientName="muster", GenerateSecret=True
    )["UserPoolClient"]
    return {"path": PATH, "key": key, "pool": users, "client": made["ClientId"], "since": "2026"}


def _values() -> dict[str, str]:
    answer = aws.client("ssm").get_parameters_by_path(Path=PATH, WithDecryption=True)
    return {item["Name"].rpartition("/")[2]: item["Value"] for item in answer["Parameters"]}


def test_what_is_lacking_is_made_and_sealed_by_the_stages_key(pool: dict[str, str]) -> None:
    assert parameters.create(**pool) == {
        "SECRET_KEY": "made",
        "MUSTER_FACE_KEYS": "made",
        "MUSTER_COGNITO_CLIENT_SECRET": "copied",
    }
    values = _values()
    assert len(values["SECRET_KEY"]) >= 50
    ((since, key),) = json.loads(values["MUSTER_FACE_KEYS"]).items()
    assert (since, len(base64.b64decode(key))) == ("2026", 32)
    described = aws.client("ssm").describe_parameters()["Parameters"]
    assert {(item["Type"], item["KeyId"]) for item in described} == {("SecureString", pool["key"])}


def test_a_second_time_changes_nothing(pool: dict[str, str]) -> None:
    parameters.create(**pool)
    values = _values()
    assert set(parameters.create(**pool).values()) == {"kept"}
    assert _values() == values


def test_the_secret_of_a_client_that_was_made_anew_is_copied_again(pool: dict[str, str]) -> None:
    parameters.create(**pool)
    made = aws.client("cognito-idp").create_user_pool_client(
        UserPoolId=pool["pool"], ClientName="another", GenerateSecret=True
    )["UserPoolClient"]
    done = parameters.create(**{**pool, "client": made["ClientId"]})
    assert done["MUSTER_COGNITO_CLIENT_SECRET"] == "copied"
    assert _values()["MUSTER_COGNITO_CLIENT_SECRET"] == made["ClientSecret"]


def test_all_pages_of_parameters_are_read(pool: dict[str, str]) -> None:
    for number in range(12):
        aws.client("ssm").put_parameter(Name=f"{PATH}/A{number:02}", Value="x", Type="String")
    parameters.create(**pool)
    assert set(parameters.create(**pool).values()) == {"kept"}


def test_the_command_names_what_it_made_and_tells_no_value(
    pool: dict[str, str], capsys: pytest.CaptureFixture[str]
) -> None:
    # A stack that says of itself what the real one does.
    said = {
        "ParametersPath": PATH, "DataKeyArn": pool["key"],
        "UserPoolId": pool["pool"], "UserPoolClientId": pool["client"],
    }  # fmt: skip
    body = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {name: {"Value": value} for name, value in said.items()},
    }
    aws.client("cloudformation").create_stack(
        StackName="muster-staging-base", TemplateBody=json.dumps(body)
    )
    assert stacks.outputs("staging", "base") == said
    parameters.main("staging", "2026")
    printed = capsys.readouterr().out
    assert printed.splitlines() == [
        "/muster/staging/SECRET_KEY: made",
        "/muster/staging/MUSTER_FACE_KEYS: made",
        "/muster/staging/MUSTER_COGNITO_CLIENT_SECRET: copied",
    ]


def test_without_a_stack_it_says_so(cloud: None) -> None:
    with pytest.raises(Misconfigured):
        parameters.main("staging", "2026")
