"""`make release`: an alarm, a failed `doctor` or migration takes it back; nothing else does."""

from __future__ import annotations

import json
from collections.abc import Sequence

import pytest

from infrastructure import release
from integrations import aws

DEPLOY = ["make", "deploy", "STAGE=staging"]
MIGRATE = ["make", "manage", "STAGE=staging", "COMMAND=migrate --noinput"]
DOCTOR = ["make", "manage", "STAGE=staging", "COMMAND=doctor"]
BACK = [*DEPLOY, "RELEASE=abc"]
LOOKS = release.WATCHED_MINUTES * 60 // release.SECONDS_BETWEEN_LOOKS


class Stage:
    """A stage with an alarm, an API and a release that runs; keeps what was asked of it."""

    def __init__(self, *, alarm_at: int = -1, failing: Sequence[str] = ()) -> None:
        self.ran: list[list[str]] = []
        self.looks = 0
        self.alarm_at = alarm_at
        self.failing = failing

    def run(self, command: Sequence[str]) -> bool:
        self.ran.append(list(command))
        return list(command) != list(self.failing)

    def wait(self, _seconds: float) -> None:
        self.looks += 1
        if self.looks == self.alarm_at:
            alarm("ALARM")


def alarm(state: str) -> None:
    aws.client("cloudwatch").set_alarm_state(
        AlarmName="muster-staging-release", StateValue=state, StateReason="test"
    )


@pytest.fixture
def api(cloud: None) -> str:
    """Make what `release` asks for; return the API's id."""
    body = {
        "Resources": {"Queue": {"Type": "AWS::SQS::Queue"}},
        "Outputs": {"DeployBucket": {"Value": "muster-staging-deploy"}},
    }
    aws.client("cloudformation").create_stack(
        StackName="muster-staging-base", TemplateBody=json.dumps(body)
    )
    aws.client("s3").create_bucket(
        Bucket="muster-staging-deploy",
        CreateBucketConfiguration={"LocationConstraint": "eu-central-1"},
    )
    aws.client("s3").put_object(Bucket="muster-staging-deploy", Key=release.CURRENT, Body=b"abc\n")
    aws.client("cloudwatch").put_metric_alarm(
        AlarmName="muster-staging-release", Namespace="x", MetricName="x", Period=60,
        EvaluationPeriods=1, Threshold=1, ComparisonOperator="GreaterThanThreshold",
        Statistic="Sum",
    )  # fmt: skip
    gateway = aws.client("apigateway")
    made = str(gateway.create_rest_api(name="muster-staging")["id"])
    (root,) = gateway.get_resources(restApiId=made)["items"]
    gateway.put_method(
        restApiId=made, resourceId=root["id"], httpMethod="GET", authorizationType="NONE"
    )
    gateway.put_integration(restApiId=made, resourceId=root["id"], httpMethod="GET", type="MOCK")
    gateway.create_deployment(restApiId=made, stageName="staging")
    return made


def test_a_release_without_an_alarm_stands(api: str) -> None:
    stage = Stage()
    outcome = release.release("staging", run=stage.run, wait=stage.wait)
    assert outcome == release.Outcome("abc")
    assert stage.ran == [DEPLOY, MIGRATE, DOCTOR]
    assert stage.looks == LOOKS


def test_the_whole_stage_is_held_to_its_rate(api: str) -> None:
    release.limit("staging")
    found = aws.client("apigateway").get_stage(restApiId=api, stageName="staging")
    settings = found["methodSettings"]["*/*"]
    assert (settings["throttlingRateLimit"], settings["throttlingBurstLimit"]) == (100.0, 50)


def test_an_alarm_takes_the_release_back(api: str) -> None:
    stage = Stage(alarm_at=3)
    outcome = release.release("staging", run=stage.run, wait=stage.wait)
    assert outcome == release.Outcome("abc", "the alarm muster-staging-release went off")
    assert stage.ran == [DEPLOY, MIGRATE, DOCTOR, BACK]
    assert stage.looks == 3


@pytest.mark.parametrize(
    ("failing", "reason", "ran"),
    [
        (DEPLOY, "the deployment failed", [DEPLOY, BACK]),
        (MIGRATE, "migrate failed", [DEPLOY, MIGRATE, BACK]),
        (DOCTOR, "doctor failed", [DEPLOY, MIGRATE, DOCTOR, BACK]),
    ],
)
def test_a_step_that_fails_takes_the_release_back(
    api: str, failing: list[str], reason: str, ran: list[list[str]]
) -> None:
    stage = Stage(failing=failing)
    outcome = release.release("staging", run=stage.run, wait=stage.wait)
    assert outcome == release.Outcome("abc", reason)
    assert stage.ran == ran
    assert stage.looks == 0


def test_a_first_release_has_nothing_to_go_back_to(api: str) -> None:
    aws.client("s3").delete_object(Bucket="muster-staging-deploy", Key=release.CURRENT)
    stage = Stage(failing=DOCTOR)
    outcome = release.release("staging", run=stage.run, wait=stage.wait)
    assert outcome == release.Outcome("", "doctor failed")
    assert stage.ran == [DEPLOY, MIGRATE, DOCTOR]


def test_a_stage_that_is_not_well_gets_no_release(api: str) -> None:
    alarm("ALARM")
    stage = Stage()
    with pytest.raises(release.NotWell, match="muster-staging-release is on"):
        release.release("staging", run=stage.run, wait=stage.wait)
    assert stage.ran == []


def test_an_api_that_is_not_there_is_told(api: str) -> None:
    with pytest.raises(LookupError, match="There are 0 APIs named muster-production"):
        release.api_of("production")


@pytest.mark.parametrize(
    ("outcome", "code", "printed"),
    [
        (release.Outcome("abc"), 0, "staging runs abc.\n"),
        (
            release.Outcome("abc", "doctor failed"),
            1,
            "The release was taken back, because doctor failed; staging runs abc again.\n",
        ),
        (
            release.Outcome("", "doctor failed"),
            1,
            "The release was taken back, because doctor failed; there is none before it.\n",
        ),
    ],
)
def test_the_command_says_how_it_went(
    api: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    outcome: release.Outcome,
    code: int,
    printed: str,
) -> None:
    monkeypatch.setattr(release, "release", lambda *_args, **_more: outcome)
    assert release.main("staging") == code
    assert capsys.readouterr().out == printed
