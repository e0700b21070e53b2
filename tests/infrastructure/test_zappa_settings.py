"""The settings of the stages: what holds for each, and how their words are filled."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infrastructure import stages
from portal import jobs

STAGES = ["dev", "staging", "production"]
LEAST = {"dev": 60, "staging": 60, "production": 1}


def _of(stage: str) -> dict[str, Any]:
    found: dict[str, Any] = stages.settings(stage)[stage]
    return found


def _outputs(stage: str) -> dict[str, str]:
    return {word: f"the-{word}" for word in stages.words(stages.settings(stage))}


def test_there_are_three_stages() -> None:
    assert stages.names() == STAGES


@pytest.mark.parametrize("stage", STAGES)
def test_what_holds_for_every_stage(stage: str) -> None:
    found = _of(stage)
    expected = {
        "runtime": "python3.13",
        "lambda_handler": "portal.lambda_entry.handler",
        "django_settings": "portal.settings",
        "debug": False,
        "log_level": "INFO",
        "xray_tracing": True,
        "manage_roles": False,
        "role_arn": "${RoleArn}",
        "dead_letter_arn": "${DeadLetterQueueArn}",
        "use_precompiled_packages": False,
        "endpoint_configuration": ["REGIONAL"],
        "keep_warm": True,
        "keep_warm_expression": "rate(4 minutes)",
    }
    assert {name: found[name] for name in expected} == expected
    # `exclude` matches names at any depth, and took django.contrib.staticfiles away once.
    forbidden = {
        "exclude", "environment_variables", "function_url_enabled", "remote_env", "cognito",
        "slim_handler", "async_source", "async_response_table", "jobs_at_least_minutes", "extends",
    }  # fmt: skip
    assert forbidden & found.keys() == set()
    assert found["aws_environment_variables"]["INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT"] == "1"


@pytest.mark.parametrize("stage", STAGES)
def test_every_job_has_its_schedule_and_nothing_else_is_an_event(stage: str) -> None:
    """Streams, queues and topics are wired by CloudFormation: Zappa forgets where they start."""

    def rate(job: jobs.Job) -> str:
        minutes = max(LEAST[stage], 1, job.every_seconds // 60)
        return job.rate if minutes == 1 else f"rate({minutes} minutes)"

    assert _of(stage)["events"] == [
        {
            "name": job.name,
            "function": "portal.lambda_entry.scheduled",
            "expression": rate(job),
            "kwargs": {"job": job.name},
        }
        for job in jobs.JOBS
    ]


@pytest.mark.parametrize("stage", STAGES)
def test_a_rule_of_a_job_has_a_name_that_aws_takes_as_it_is(stage: str) -> None:
    longest = max(len(event["name"]) for event in _of(stage)["events"])
    assert len(f"muster-{stage}-") + longest + len("-portal.lambda_entry.scheduled") <= 64


def test_no_secret_stands_in_the_template() -> None:
    """What is secret comes from the parameters and the secret that two variables name."""
    variables = stages.read(stages.TEMPLATE)["dev"]["aws_environment_variables"]
    secret = {"SECRET_KEY", "SECRET_KEY_FALLBACKS", "MUSTER_FACE_KEYS", "EMAIL_URL",
              "MUSTER_COGNITO_CLIENT_SECRET"}  # fmt: skip
    assert secret & variables.keys() == set()
    assert variables["MUSTER_PARAMETERS"] == "${ParametersPath}"
    assert variables["DATABASE_URL"] == "${DatabaseUrl}"


@pytest.mark.parametrize("stage", STAGES)
def test_rendered_settings_leave_no_word_unfilled(stage: str) -> None:
    outputs = {**_outputs(stage), "SubnetIds": "subnet-1,subnet-2"}

    found = stages.rendered(stage, outputs, region="eu-central-1")

    assert "${" not in json.dumps(found)
    assert found[stage]["aws_region"] == "eu-central-1"
    assert found[stage]["role_arn"] == "the-RoleArn"
    assert found[stage]["vpc_config"] == {
        "SubnetIds": ["subnet-1", "subnet-2"],
        "SecurityGroupIds": ["the-FunctionSecurityGroupId"],
    }
    assert found[stage]["tags"] == {"project": "muster", "stage": stage}


def test_an_output_that_lacks_is_named() -> None:
    outputs = _outputs("dev")
    del outputs["RoleArn"], outputs["JournalTable"]

    with pytest.raises(stages.MissingOutput, match="no output JournalTable, RoleArn. Deploy them"):
        stages.rendered("dev", outputs, region="eu-central-1")


def test_an_unknown_stage_is_named() -> None:
    with pytest.raises(
        stages.UnknownStage, match=r"There is no stage test; there are dev, staging, production\."
    ):
        stages.settings("test")
