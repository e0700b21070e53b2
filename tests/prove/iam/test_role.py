"""The function's role against the calls of its code: none is missing, none is unused.

moto enforces actions, so each deed runs with the role's and with none. What moto does not look at
(keys, and all of Rekognition, which it cannot stand for) is compared by name.
"""

from __future__ import annotations

import re

import pytest

from integrations.faces.rekognition_calls import MENDS
from tests.prove.iam.calls import actions_of, recorded
from tests.prove.iam.conftest import Enforced, allowed
from tests.prove.iam.deeds import DEEDS, UNENFORCED

REFUSED = re.compile("AccessDenied|not authorized")
# Lambda itself does these with the role: it writes logs and traces, places the function in the
# network, reads stream and queue, and parks what failed. No code of ours calls them.
BY_LAMBDA = {
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
    "ec2:AssignPrivateIpAddresses",
    "ec2:CreateNetworkInterface",
    "ec2:DeleteNetworkInterface",
    "ec2:DescribeNetworkInterfaces",
    "ec2:DescribeSubnets",
    "ec2:UnassignPrivateIpAddresses",
    "logs:CreateLogStream",
    "logs:PutLogEvents",
    "sqs:DeleteMessage",
    "sqs:GetQueueAttributes",
    "sqs:ReceiveMessage",
    "sqs:SendMessage",
    "xray:PutTelemetryRecords",
    "xray:PutTraceSegments",
}
REKOGNITION = {f"rekognition:{operation}" for operation in MENDS}


def test_what_lambda_does_with_the_role_is_all_of_the_policy_runtime() -> None:
    assert allowed("runtime") == BY_LAMBDA


@pytest.mark.parametrize("name", DEEDS)
def test_a_deed_is_refused_without_its_actions(
    name: str, enforced: Enforced, caplog: pytest.LogCaptureFixture
) -> None:
    """Or the test below would show nothing."""
    said = ""
    with enforced({"s3:GetBucketLocation"}):
        try:
            DEEDS[name]()
        except Exception as error:  # noqa: BLE001  # whatever an adapter makes of a refusal
            said = f"{error} {error.__cause__} {error.__context__}"
    assert REFUSED.search(said + caplog.text)


def test_the_role_allows_what_the_code_calls_and_nothing_else(
    enforced: Enforced, caplog: pytest.LogCaptureFixture
) -> None:
    with recorded() as unenforced:
        for deed in UNENFORCED:
            deed()
    with enforced(allowed("application")), recorded() as calls:
        for deed in DEEDS.values():
            deed()
    assert not REFUSED.search(caplog.text)
    needed = {action for call in calls | unenforced for action in actions_of(call)}
    assert needed | REKOGNITION == allowed("application")
