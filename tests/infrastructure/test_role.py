"""What the function may do: on its own resources, and on `*` only where AWS knows nothing else."""

from __future__ import annotations

from typing import Any

from tests.infrastructure.templates import everywhere, of, statements, words

ROLE = of("base", "FunctionRole")
POLICIES = {policy["PolicyName"]: policy["PolicyDocument"] for policy in ROLE["Policies"]}
# AWS's own list says of these that they take no resource.
WITHOUT_RESOURCE = {
    "dynamodb:ListStreams",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    "rekognition:CompareFaces",
    "rekognition:CreateFaceLivenessSession",
    "rekognition:DetectFaces",
    "rekognition:GetFaceLivenessSessionResults",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}


def _all() -> list[dict[str, Any]]:
    return [statement for document in POLICIES.values() for statement in statements(document)]


def test_only_lambda_takes_the_role() -> None:
    (trust,) = ROLE["AssumeRolePolicyDocument"]["Statement"]
    assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}
    assert "ManagedPolicyArns" not in ROLE


def test_no_action_is_a_pattern() -> None:
    assert [action for item in _all() for action in item["Action"] if "*" in action] == []


def test_a_star_as_resource_stands_only_where_aws_knows_no_other() -> None:
    found = {
        action
        for item in _all()
        if item["Effect"] == "Allow" and "*" in item["Resource"]
        for action in item["Action"]
    }
    assert found == WITHOUT_RESOURCE


def test_every_other_resource_is_of_this_stage() -> None:
    for item in _all():
        for resource in item["Resource"]:
            if resource == "*":
                continue
            named = "muster-${Stage}" in str(resource) or "muster/${Stage}" in str(resource)
            mail = "identity/${MailDomain}" in str(resource)
            referred = {"Fn::GetAtt", "Ref"} & resource.keys() or "Arn}" in str(resource)
            assert named or mail or referred, resource


def test_the_functions_code_has_no_hand_in_the_network() -> None:
    """Lambda needs those actions to place the function; code inside it is denied them again."""
    by_name = {item["Sid"]: item for item in statements(POLICIES["runtime"])}
    denied = by_name["NoNetworkForItsCode"]
    assert denied["Effect"] == "Deny"
    assert denied["Action"] == by_name["Network"]["Action"]
    assert denied["Condition"]["ArnEquals"]["lambda:SourceFunctionArn"]["Fn::Sub"].endswith(
        ":function:muster-${Stage}"
    )


def test_keys_serve_by_their_services_only() -> None:
    by_name = {item["Sid"]: item for item in statements(POLICIES["application"])}
    for name, services in (("PhotoKey", ["s3"]), ("DataKey", ["ssm", "secretsmanager", "sns"])):
        via = by_name[name]["Condition"]["StringEquals"]["kms:ViaService"]
        said = [word.partition(".")[0] for word in words(via) if word.endswith(".amazonaws.com")]
        assert said == services


def test_every_role_is_taken_by_a_service_and_nobody_is_allowed_everything() -> None:
    roles = everywhere("AWS::IAM::Role")
    assert len(roles) == 6
    for name, role in roles.items():
        for trust in role["AssumeRolePolicyDocument"]["Statement"]:
            assert list(trust["Principal"]) == ["Service"], name
        for policy in role["Policies"]:
            for statement in statements(policy["PolicyDocument"]):
                assert not any(action.endswith("*") for action in statement["Action"]), name


def test_what_runs_unapproved_code_cannot_touch_a_stage() -> None:
    """The tests of the pipeline run before anybody has approved."""
    test = of("pipeline", "TestRole")
    assert [policy["PolicyName"] for policy in test["Policies"]] == ["build"]
    services = {
        action.partition(":")[0]
        for policy in test["Policies"]
        for statement in statements(policy["PolicyDocument"])
        for action in statement["Action"]
    }
    assert services == {"codeconnections", "codestar-connections", "kms", "logs", "s3"}


def test_a_release_to_production_waits_for_somebody() -> None:
    stages = of("pipeline", "Pipeline")["Stages"]
    assert [stage["Name"] for stage in stages] == [
        "Source", "Test", "Staging", "Approval", "Production",
    ]  # fmt: skip
    (approval,) = stages[3]["Actions"]
    assert approval["ActionTypeId"]["Provider"] == "Manual"
    assert approval["Configuration"]["NotificationArn"] == {"Ref": "Approvals"}
