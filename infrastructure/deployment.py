"""Zappa's commands with a stage's settings; what it deploys is kept in the deploy bucket.

`python -m infrastructure.deployment STAGE deploy` builds the package, keeps it in the bucket under
its fingerprint, hands out its static files and lets Zappa make or update the function from there;
`--release` names one that is kept already, which is how a stage is rolled back. `manage "…"` asks
the function itself: Zappa's own shows the log in place of the answer, and links are masked there.
Every other command (`schedule`, `undeploy`, `status`, `tail`) is Zappa's.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any, Final

from infrastructure import release as releases
from infrastructure import stacks, stages
from infrastructure.package import build, gates, interpreter
from integrations.errors import IntegrationError

COMMANDS: Final = (
    "deploy", "manage", "schedule", "status", "tail", "undeploy", "unschedule",
)  # fmt: skip


# The function's own time-out, and what the answer needs to come.
MOST_SECONDS: Final = 320


class NotReleased(RuntimeError):
    """A release that cannot go out; the message says why."""


def said(stage: str) -> dict[str, str]:
    """Return what the stage's stacks say, by name.

    Raises:
        NotReleased: they do not answer.
    """
    try:
        return stacks.outputs(stage)
    except IntegrationError as error:
        told = f"The stacks of {stage} do not answer ({error})."
        raise NotReleased(f"{told} Deploy them first: docs/deploy.md says how.") from error


def write_settings(stage: str, folder: Path) -> dict[str, Any]:
    """Write the stage's settings where Zappa looks for them, and return them."""
    found = stages.rendered(stage, said(stage), region=_client("lambda").meta.region_name)
    folder.mkdir(parents=True, exist_ok=True)
    stages.write(found, folder / "zappa_settings.json")
    settings: dict[str, Any] = found[stage]
    return settings


def address(settings: dict[str, Any], release: str) -> str:
    """Return where a release is kept."""
    return f"s3://{settings['s3_bucket']}/releases/{release}.zip"


def upload(settings: dict[str, Any], stage: str) -> str:
    """Keep the package as it would be built now in the bucket, and return the release's name.

    Raises:
        NotReleased: the package has a fault.
    """
    package = build.cached(stage)
    if faults := gates.faults(package):
        raise NotReleased("\n".join(faults))
    release = f"{stage}-{build.fingerprint()}"
    bucket, _slash, key = address(settings, release).removeprefix("s3://").partition("/")
    _client("s3").upload_file(str(package.archive), bucket, key)
    return release


def publish_static(stage: str, found: dict[str, str]) -> None:
    """Put the static files where pages look for them, before a page names a new one.

    Raises:
        NotReleased: they could not be put there.
    """
    command = [sys.executable, "manage.py", "collectstatic", "--no-input", "--verbosity", "0"]
    with tempfile.TemporaryDirectory() as nowhere:
        variables = {
            "MUSTER_STATIC_BUCKET": found["StaticBucket"],
            "MUSTER_STATIC_URL": found["StaticUrl"],
            "MUSTER_VAR": nowhere,
        }
        done = subprocess.run(command, cwd=build.ROOT, env={**os.environ, **variables})  # noqa: S603  # our own
    if done.returncode:
        raise NotReleased(f"The static files of {stage} could not be put into the bucket.")


def zappa(stage: str, folder: Path, command: str, *arguments: str) -> int:
    """Run one of Zappa's commands with the stage's settings, and return its exit status."""
    tool = str(Path(sys.executable).parent / "zappa")
    done = subprocess.run([tool, command, stage, *arguments], cwd=folder)  # noqa: S603  # our own
    return done.returncode


def manage(stage: str, line: str) -> int:
    """Run a command in the stage's function, print what it said, and return its exit status.

    Raises:
        NotReleased: there is no such function, or it ended with an error of its own.
    """
    from botocore.config import Config  # noqa: PLC0415  # lazy: as boto3

    name = f"{stages.settings(stage)[stage]['project_name']}-{stage}"
    # Never asked twice: a command that goes on would run beside itself.
    client = _client(
        "lambda", config=Config(read_timeout=MOST_SECONDS, retries={"total_max_attempts": 1})
    )
    try:
        answer = client.invoke(FunctionName=name, Payload=json.dumps({"manage": line}).encode())
    except client.exceptions.ResourceNotFoundException as error:
        raise NotReleased(f"There is no function {name}: make deploy STAGE={stage}.") from error
    found = json.loads(answer["Payload"].read())
    if "FunctionError" in answer:
        raise NotReleased(f"{found.get('errorType', '')}: {found.get('errorMessage', '')}")
    sys.stdout.write(found["output"])
    status: int = found["status"]
    return status


def deploy(stage: str, folder: Path, release: str = "") -> int:
    """Let the function be made of a release, or updated to it; return Zappa's exit status."""
    settings = write_settings(stage, folder)
    if not release:
        release = upload(settings, stage)
        publish_static(stage, said(stage))
    client = _client("lambda")
    try:
        client.get_function(FunctionName=f"{settings['project_name']}-{stage}")
        command = "update"
    except client.exceptions.ResourceNotFoundException:
        command = "deploy"
    sys.stdout.write(f"{command} of {stage} by release {release}\n")
    sys.stdout.flush()
    status = zappa(stage, folder, command, "--zip", address(settings, release))
    if status == 0:
        # What a later release goes back to (infrastructure/release.py).
        bucket = settings["s3_bucket"]
        _client("s3").put_object(Bucket=bucket, Key=releases.CURRENT, Body=release.encode())
        releases.limit(stage)
    return status


def main(arguments: list[str] | None = None) -> int:
    """Do what the command line asks for; return 1 with a sentence where that cannot be."""
    parser = argparse.ArgumentParser(
        prog="python -m infrastructure.deployment", description=__doc__
    )
    parser.add_argument("stage", choices=stages.names())
    parser.add_argument("command", choices=COMMANDS)
    parser.add_argument("--release", default="", help="a release that the bucket keeps already")
    parser.add_argument("more", nargs="*", help="handed on to Zappa; for manage, the command")
    asked, more = parser.parse_known_args(arguments)
    folder = build.CACHE / f"release-{asked.stage}"
    try:
        if asked.command == "deploy":
            return deploy(asked.stage, folder, asked.release)
        if asked.command == "manage":
            return manage(asked.stage, " ".join([*asked.more, *more]))
        write_settings(asked.stage, folder)
        return zappa(asked.stage, folder, asked.command, *asked.more, *more)
    except (
        NotReleased,
        stages.MissingOutput,
        interpreter.NoInterpreter,
        build.BuildFailed,
        IntegrationError,
    ) as error:
        sys.stderr.write(f"{error}\n")
        return 1


def _client(service: str, **more: Any) -> Any:
    import boto3  # noqa: PLC0415  # lazy: tests point it elsewhere first

    return boto3.client(service, **more)


if __name__ == "__main__":
    sys.exit(main())
