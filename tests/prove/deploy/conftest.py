"""An account at moto as the stacks before Zappa leave it, and Lambda's API with its recorder."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import boto3
import pytest

from infrastructure import stages
from infrastructure.package import build
from tests.prove.local_lambda import ACCOUNT, REGION, Call, LocalLambda, process_environment
from tests.prove.own_moto import own_moto

ROLE = f"arn:aws:iam::{ACCOUNT}:role/muster-dev-function"
DEAD_LETTERS = f"arn:aws:sqs:{REGION}:{ACCOUNT}:muster-dev-dead-letters"


@dataclass
class Account:
    """An account of AWS, and the release command line of stage `dev` in it."""

    boto: Callable[[str], Any]
    api: LocalLambda
    environment: dict[str, str]
    outputs: dict[str, str]

    def release(self, *arguments: str) -> str:
        """Run the release command line and return what it said.

        Raises:
            AssertionError: it failed.
        """
        done = self.run("dev", *arguments)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    def run(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run the release command line of any stage."""
        return subprocess.run(  # noqa: S603  # our own
            [sys.executable, "-m", "infrastructure.deployment", *arguments],
            cwd=build.ROOT, capture_output=True, text=True,
            env=process_environment(**self.environment),
        )  # fmt: skip

    def calls(self, method: str, ending: str) -> list[Call]:
        """Return the calls of Lambda's API whose path ends so."""
        return [c for c in self.api.calls if c.method == method and c.path.endswith(ending)]

    def function(self) -> dict[str, Any]:
        """Return the function as Lambda knows it."""
        found: dict[str, Any] = self.boto("lambda").get_function(FunctionName="muster-dev")
        return found


@pytest.fixture(scope="module")
def account() -> Iterator[Account]:
    """Return an account in which `dev` is deployed; every test leaves it so."""
    with own_moto() as url, _account(url) as account:
        account.release("deploy")
        yield account


@contextmanager
def _account(url: str) -> Iterator[Account]:
    """Yield an account with the role, the bucket, the network and the two stacks of `dev`."""
    api = LocalLambda(url)
    environment = {
        "AWS_ENDPOINT_URL": url,
        "AWS_ENDPOINT_URL_LAMBDA": api.url,
        "AWS_ACCESS_KEY_ID": "testing",
        "AWS_SECRET_ACCESS_KEY": "testing",
        "AWS_DEFAULT_REGION": REGION,
    }

    def boto(service: str) -> Any:
        return boto3.client(
            service,
            region_name=REGION,
            endpoint_url=api.url if service == "lambda" else url,
            aws_access_key_id="testing",
            aws_secret_access_key="testing",
        )

    trust = {"Version": "2012-10-17", "Statement": []}
    boto("iam").create_role(
        RoleName="muster-dev-function", AssumeRolePolicyDocument=json.dumps(trust)
    )
    for bucket in ("muster-dev-deploy", "muster-dev-static"):
        boto("s3").create_bucket(
            Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION}
        )
    network = _network(boto("ec2"))
    outputs = {
        word: f"the-{word}" for word in stages.words(stages.settings("dev")) if word != "Region"
    } | {
        "DeployBucket": "muster-dev-deploy",
        "StaticBucket": "muster-dev-static",
        "RoleArn": ROLE,
        "DeadLetterQueueArn": DEAD_LETTERS,
        "PublicHost": "muster.example",
        **network,
    }
    _stacks(boto("cloudformation"), outputs, network)
    yield Account(boto, api, environment, outputs)
    api.stop()


def _network(ec2: Any) -> dict[str, str]:
    vpc = ec2.create_vpc(CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"]
    subnets = [
        ec2.create_subnet(VpcId=vpc, CidrBlock=f"10.0.{number}.0/24")["Subnet"]["SubnetId"]
        for number in (1, 2)
    ]
    group = ec2.create_security_group(GroupName="function", Description="it", VpcId=vpc)
    return {"SubnetIds": ",".join(subnets), "FunctionSecurityGroupId": group["GroupId"]}


def _stacks(cloudformation: Any, outputs: dict[str, str], network: dict[str, str]) -> None:
    """Make stacks that say what ours say: moto leaves out the outputs of what it does not make."""
    of_database = {"DatabaseUrl", "DatabaseSecretArn", "DatabaseCluster", *network}
    for part, names in (
        ("base", outputs.keys() - of_database),
        ("database", of_database),
    ):
        template = {
            "Resources": {"Topic": {"Type": "AWS::SNS::Topic"}},
            "Outputs": {name: {"Value": outputs[name]} for name in sorted(names)},
        }
        cloudformation.create_stack(
            StackName=f"muster-dev-{part}", TemplateBody=json.dumps(template)
        )
