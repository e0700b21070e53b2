"""The stacks of a stage: `make stack STAGE=staging PART=wiring` deploys one.

A parameter of a template that has the name of an output of an earlier stack takes its value from
there, so that nobody copies an ARN by hand.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any, Final

from infrastructure import sentences
from integrations import aws
from integrations.errors import Misconfigured, Rejected

FOLDER: Final = Path(__file__).resolve().parent
# Those that stand before Zappa, in their order.
BEFORE: Final = ("base", "database")
PARTS: Final = (*BEFORE, "wiring", "alarms")
_NOTHING_NEW: Final = "No updates are to be performed"
# Aurora takes a quarter of an hour, a distribution a few minutes.
_SECONDS_BETWEEN_LOOKS: Final = 15
_MOST_LOOKS: Final = 240


class LackingParameter(LookupError):
    """The template asks for what neither the caller nor an earlier stack says."""


class UnknownPart(LookupError):
    """There is no such stack."""


class StackFailed(RuntimeError):
    """CloudFormation could not make what the template says, and went back."""


def outputs(stage: str, *parts: str) -> dict[str, str]:
    """Return the outputs of the stacks `muster-<stage>-<part>` together; of `BEFORE` by default.

    Raises:
        Misconfigured: there is no such stack.
        Unavailable: CloudFormation does not answer.
    """
    found: dict[str, str] = {}
    for part in parts or BEFORE:
        with aws.translated():
            answer = aws.client("cloudformation").describe_stacks(
                StackName=f"muster-{stage}-{part}"
            )
        (stack,) = answer["Stacks"]
        found |= {item["OutputKey"]: item["OutputValue"] for item in stack.get("Outputs", ())}
    return found


def deploy(stage: str, part: str, given: dict[str, str]) -> bool:
    """Create or update a stack and wait for it; return whether anything changed.

    On an update, what is not given stays as it is.

    Raises:
        UnknownPart: with those there are.
        LackingParameter: with the names of what is lacking.
        StackFailed: it went back; the stack's events say why.
        Misconfigured: CloudFormation refuses; it says why.
        Unavailable: it does not answer.
    """
    if part not in PARTS:
        raise UnknownPart(f"There is no stack {part}; there are {', '.join(PARTS)}.")
    name, body = f"muster-{stage}-{part}", (FOLDER / f"{part}.yaml").read_text("utf-8")
    is_there = _is_there(name)
    request = {
        "StackName": name,
        "TemplateBody": body,
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
        "Parameters": _parameters(stage, body, given, is_there=is_there),
        "Tags": [{"Key": "project", "Value": "muster"}, {"Key": "stage", "Value": stage}],
    }
    client = aws.client("cloudformation")
    try:
        with aws.translated(rejected=frozenset({"ValidationError"})):
            client.update_stack(**request) if is_there else client.create_stack(**request)
    except Rejected as error:
        if _NOTHING_NEW in str(error.__cause__):
            return False
        raise Misconfigured("stack_refused", reason=str(error.__cause__)) from error
    waiter = client.get_waiter("stack_update_complete" if is_there else "stack_create_complete")
    _wait(waiter, name)
    return True


def _wait(waiter: Any, name: str) -> None:
    try:
        with aws.translated():
            waiter.wait(
                StackName=name,
                WaiterConfig={"Delay": _SECONDS_BETWEEN_LOOKS, "MaxAttempts": _MOST_LOOKS},
            )
    except Misconfigured as error:
        if error.code != "WaiterError":
            raise
        raise StackFailed(
            f"{name} did not come to be. Why: aws cloudformation describe-stack-events "
            f"--stack-name {name}. One that was never made must be deleted before the next try."
        ) from error


def _is_there(name: str) -> bool:
    try:
        with aws.translated(rejected=frozenset({"ValidationError"})):
            aws.client("cloudformation").describe_stacks(StackName=name)
    except Rejected:
        return False
    return True


def _parameters(
    stage: str, body: str, given: dict[str, str], *, is_there: bool
) -> list[dict[str, Any]]:
    with aws.translated():
        asked = aws.client("cloudformation").get_template_summary(TemplateBody=body)["Parameters"]
    known = {"Stage": stage, **_said(stage), **given}
    found, lacking = [], []
    for item in asked:
        name = item["ParameterKey"]
        if name in known:
            found.append({"ParameterKey": name, "ParameterValue": known[name]})
        elif is_there:
            found.append({"ParameterKey": name, "UsePreviousValue": True})
        elif "DefaultValue" not in item:
            lacking.append(name)
    if lacking:
        raise LackingParameter(f'Say what is lacking: PARAMETERS="{"=… ".join(lacking)}=…"')
    return found


def _said(stage: str) -> dict[str, str]:
    """Return what the earlier stacks say, as far as they are there."""
    there = [part for part in BEFORE if _is_there(f"muster-{stage}-{part}")]
    return outputs(stage, *there) if there else {}


def main(stage: str, part: str, *given: str) -> None:
    """Deploy a stack of a stage by `Name=value` parameters and say how it went."""
    pairs = (item.partition("=") for item in given)
    changed = deploy(stage, part, {name: value for name, _sign, value in pairs})
    sys.stdout.write(f"muster-{stage}-{part} {'is deployed' if changed else 'is as it was'}.\n")


if __name__ == "__main__":
    sys.exit(sentences.run(main, *sys.argv[1:]))
