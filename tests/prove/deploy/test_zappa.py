"""What `zappa deploy`, `update`, `schedule` and `undeploy` ask of AWS, and what stands then."""

from __future__ import annotations

import json
from typing import Any

from infrastructure import stages
from infrastructure.package import build
from tests.prove.deploy.conftest import DEAD_LETTERS, ROLE, Account
from tests.prove.local_lambda import REGION

SETTINGS = stages.settings("dev")["dev"]
RULES = {
    f"muster-dev-{event['name']}-portal.lambda_entry.scheduled": event["expression"]
    for event in SETTINGS["events"]
} | {"muster-dev-zappa-keep-warm-handler.keep_warm_callback": "rate(4 minutes)"}


def rules(account: Account) -> dict[str, dict[str, Any]]:
    """Return the rules that stand, by name."""
    found = account.boto("events").list_rules(NamePrefix="muster-dev")["Rules"]
    return {rule["Name"]: rule for rule in found}


def statements(account: Account) -> list[dict[str, Any]]:
    """Return the statements of the function's own policy."""
    policy = account.boto("lambda").get_policy(FunctionName="muster-dev")["Policy"]
    found: list[dict[str, Any]] = json.loads(policy)["Statement"]
    return found


def apis(account: Account) -> list[dict[str, Any]]:
    """Return the REST APIs that stand."""
    found: list[dict[str, Any]] = account.boto("apigateway").get_rest_apis()["items"]
    return found


def test_the_function_is_made_as_the_settings_say(account: Account) -> None:
    asked = account.calls("POST", "/functions")[0].json()
    variables = asked["Environment"]["Variables"]
    assert {name: value for name, value in asked.items() if name != "Environment"} == {
        "FunctionName": "muster-dev",
        "Runtime": "python3.13",
        "Handler": "portal.lambda_entry.handler",
        "PackageType": "Zip",
        "Architectures": ["x86_64"],
        "Code": {
            "S3Bucket": "muster-dev-deploy",
            "S3Key": f"releases/dev-{build.fingerprint()}.zip",
        },
        "Role": ROLE,
        "Description": "Muster dev",
        "MemorySize": 1024,
        "Timeout": 300,
        "EphemeralStorage": {"Size": 512},
        "Publish": True,
        "VpcConfig": {
            "SubnetIds": account.outputs["SubnetIds"].split(","),
            "SecurityGroupIds": [account.outputs["FunctionSecurityGroupId"]],
        },
        # moto drops this one; the call shows it.
        "DeadLetterConfig": {"TargetArn": DEAD_LETTERS},
        "FileSystemConfigs": [],
        "KMSKeyArn": "",
        "TracingConfig": {"Mode": "Active"},
        "SnapStart": {"ApplyOn": "None"},
        "Layers": [],
    }
    assert variables.keys() == SETTINGS["aws_environment_variables"].keys()
    assert variables["MUSTER_PUBLIC_URL"] == "https://muster.example"
    assert not {"SECRET_KEY", "MUSTER_FACE_KEYS"} & variables.keys()

    found = account.function()["Configuration"]
    assert (found["Runtime"], found["MemorySize"], found["Timeout"]) == ("python3.13", 1024, 300)
    assert found["TracingConfig"] == {"Mode": "Active"}
    assert account.function()["Tags"] == {"project": "muster", "stage": "dev"}


def test_schedules_stand_and_nothing_else_is_wired(account: Account) -> None:
    assert {name: rule["ScheduleExpression"] for name, rule in rules(account).items()} == RULES
    for event in SETTINGS["events"]:
        name = f"muster-dev-{event['name']}-portal.lambda_entry.scheduled"
        (target,) = account.boto("events").list_targets_by_rule(Rule=name)["Targets"]
        assert target["Arn"].endswith(":function:muster-dev")
        template = target["InputTransformer"]["InputTemplate"]
        assert f'"kwargs": {json.dumps(event["kwargs"])}' in template
    # Streams and queues without a start position, open addresses, topics: none of Zappa's.
    assert account.calls("POST", "/event-source-mappings") == []
    assert account.calls("POST", "/event-source-mappings/") == []
    assert account.calls("POST", "/url") == []
    principals = {one["Principal"]["Service"] for one in statements(account)}
    assert principals == {"events.amazonaws.com"}


def test_pages_come_by_a_regional_api(account: Account) -> None:
    api = apis(account)[-1]
    assert api["name"] == "muster-dev"
    # moto keeps nothing of the endpoint; the template that Zappa had deployed says it.
    template = account.boto("cloudformation").get_template(StackName="muster-dev")["TemplateBody"]
    assert template["Resources"]["Api"]["Properties"]["EndpointConfiguration"] == {
        "Types": ["REGIONAL"]
    }
    stages_of_it = account.boto("apigateway").get_stages(restApiId=api["id"])["item"]
    assert [stage["stageName"] for stage in stages_of_it] == ["dev"]


def test_the_stage_is_held_to_its_rate_from_the_first_deployment_on(account: Account) -> None:
    (api,) = apis(account)
    stage = account.boto("apigateway").get_stage(restApiId=api["id"], stageName="dev")
    settings = stage["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (100.0, 50)


def test_updates_leave_what_the_first_release_left(account: Account) -> None:
    """A policy that grew with each release would end at its limit after a dozen of them."""
    release = f"dev-{build.fingerprint()}"
    once = len(statements(account))
    for _time in range(2):
        said = account.release("deploy", "--release", release)
        assert "update of dev by release" in said
        assert "is live" in said

    assert len(statements(account)) == once
    assert {name: rule["ScheduleExpression"] for name, rule in rules(account).items()} == RULES
    changed = account.calls("PUT", "/code")[-1].json()
    assert changed["S3Key"] == f"releases/{release}.zip"


def test_schedules_are_taken_away_and_put_back(account: Account) -> None:
    account.release("unschedule")
    assert rules(account) == {}

    account.release("schedule")
    assert {name: rule["ScheduleExpression"] for name, rule in rules(account).items()} == RULES


def test_a_stage_is_removed_and_made_again_under_the_same_names(account: Account) -> None:
    before = account.function()["Configuration"]["FunctionArn"]
    account.release("undeploy", "--yes")

    assert rules(account) == {}
    # moto keeps the API of a stack that is gone; AWS does not.
    (api,) = apis(account)
    account.boto("apigateway").delete_rest_api(restApiId=api["id"])
    left = account.boto("cloudformation").list_stacks()["StackSummaries"]
    assert {s["StackName"]: s["StackStatus"] for s in left}["muster-dev"] == "DELETE_COMPLETE"
    assert account.boto("lambda").list_functions()["Functions"] == []

    said = account.release("deploy", "--release", f"dev-{build.fingerprint()}")
    assert "deploy of dev by release dev-" in said
    assert "Deployment complete" in said
    assert account.function()["Configuration"]["FunctionArn"] == before
    assert before == f"arn:aws:lambda:{REGION}:123456789012:function:muster-dev"
    assert rules(account).keys() == RULES.keys()


def test_a_stage_whose_stacks_are_not_there_is_a_sentence(account: Account) -> None:
    done = account.run("production", "deploy")

    assert done.returncode == 1
    assert done.stderr.startswith("The stacks of production do not answer (ValidationError).")


def test_the_release_stays_in_the_bucket(account: Account) -> None:
    """It is what a stage is rolled back by; Zappa removes only what it has uploaded itself."""
    s3 = account.boto("s3")
    kept = s3.list_objects_v2(Bucket="muster-dev-deploy")["Contents"]
    release = f"dev-{build.fingerprint()}"

    assert [item["Key"] for item in kept] == ["releases/current", f"releases/{release}.zip"]
    current = s3.get_object(Bucket="muster-dev-deploy", Key="releases/current")
    assert current["Body"].read().decode() == release
