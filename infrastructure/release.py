"""One release of a stage that takes itself back: `make release STAGE=production`.

Build and update (`make deploy`), migrations, `doctor`; then the stage's alarm
`muster-<stage>-release` is watched. If `doctor` finds something wrong or the alarm goes off, the
release before is deployed again. Migrations are not taken back: they are written so that the code
before them still runs (docs/deploy.md).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

from infrastructure import sentences, stacks
from integrations import aws

RATE: Final = 100
BURST: Final = 50
WATCHED_MINUTES: Final = 15
SECONDS_BETWEEN_LOOKS: Final = 15
# Deploying writes here what runs.
CURRENT: Final = "releases/current"
# What the function is asked after an update, in this order.
COMMANDS: Final = ("migrate --noinput", "doctor")

Run = Callable[[Sequence[str]], bool]


class NotWell(RuntimeError):
    """The stage has an alarm before anything was released; whoever releases must look first."""


@dataclass(frozen=True)
class Outcome:
    """What became of a release; `reason` says why it was taken back, "" if it stands."""

    before: str
    reason: str = ""


def release(stage: str, *, run: Run, wait: Callable[[float], None]) -> Outcome:
    """Release what is checked out, and go back if it does the stage no good.

    `run` runs a command and returns whether it ended well.

    Raises:
        NotWell: the alarm is on already; nothing was done.
        Misconfigured, Unavailable: AWS refuses or does not answer.
    """
    if _is_alarmed(stage):
        raise NotWell(
            f"The alarm muster-{stage}-release is on. Look at the dashboard first: what a release "
            "breaks could not be told from what is wrong already."
        )
    before = current(stage)
    reason = _reason_against(stage, run, wait)
    if reason and before:
        run(["make", "deploy", f"STAGE={stage}", f"RELEASE={before}"])
    return Outcome(before, reason)


def _reason_against(stage: str, run: Run, wait: Callable[[float], None]) -> str:
    if not run(["make", "deploy", f"STAGE={stage}"]):
        return "the deployment failed"
    for command in COMMANDS:
        if not run(["make", "manage", f"STAGE={stage}", f"COMMAND={command}"]):
            return f"{command.split()[0]} failed"
    for _look in range(WATCHED_MINUTES * 60 // SECONDS_BETWEEN_LOOKS):
        wait(SECONDS_BETWEEN_LOOKS)
        if _is_alarmed(stage):
            return f"the alarm muster-{stage}-release went off"
    return ""


def current(stage: str) -> str:
    """Return which release the stage runs, "" for none yet.

    Raises:
        Misconfigured, Unavailable
    """
    bucket = stacks.outputs(stage, "base")["DeployBucket"]
    with aws.translated():
        client = aws.client("s3")
        try:
            answer = client.get_object(Bucket=bucket, Key=CURRENT)
        except client.exceptions.NoSuchKey:
            return ""
    return str(answer["Body"].read().decode().strip())


def limit(stage: str) -> None:
    """Hold all requests of the stage's API to the rate, also those without a key of a plan.

    Raises:
        Misconfigured, Unavailable
    """
    with aws.translated():
        client = aws.client("apigateway")
        client.update_stage(
            restApiId=api_of(stage),
            stageName=stage,
            patchOperations=[
                {"op": "replace", "path": "/*/*/throttling/rateLimit", "value": str(RATE)},
                {"op": "replace", "path": "/*/*/throttling/burstLimit", "value": str(BURST)},
            ],
        )


def api_of(stage: str) -> str:
    """Return the id of the API that Zappa made for the stage.

    Raises:
        LookupError: there is none.
        Misconfigured, Unavailable
    """
    with aws.translated():
        pages = aws.client("apigateway").get_paginator("get_rest_apis").paginate()
        found = [
            api["id"] for page in pages for api in page["items"] if api["name"] == f"muster-{stage}"
        ]
    if len(found) != 1:
        raise LookupError(f"There are {len(found)} APIs named muster-{stage}; there should be one.")
    return str(found[0])


def _is_alarmed(stage: str) -> bool:
    with aws.translated():
        answer = aws.client("cloudwatch").describe_alarms(
            AlarmNames=[f"muster-{stage}-release"], AlarmTypes=["CompositeAlarm", "MetricAlarm"]
        )
    alarms = [*answer.get("CompositeAlarms", ()), *answer.get("MetricAlarms", ())]
    return any(alarm["StateValue"] == "ALARM" for alarm in alarms)


def _run(command: Sequence[str]) -> bool:
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603  # commands of our own


def main(stage: str) -> int:
    """Release a stage, say how it went, and return the exit code."""
    outcome = release(stage, run=_run, wait=time.sleep)
    if not outcome.reason:
        sys.stdout.write(f"{stage} runs {current(stage)}.\n")
        return 0
    back = f"{stage} runs {outcome.before} again" if outcome.before else "there is none before it"
    sys.stdout.write(f"The release was taken back, because {outcome.reason}; {back}.\n")
    return 1


if __name__ == "__main__":
    sys.exit(sentences.run(main, *sys.argv[1:]))
