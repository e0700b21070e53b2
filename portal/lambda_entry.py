"""What AWS calls: one function for pages, events, tasks, schedules and commands.

Zappa's own entry runs whatever an event names, down to raw code, and takes what it does not know
for done. This one runs what is listed and raises at the rest, so that AWS tries again, parks it
and somebody sees it. Zappa still translates requests (`integrations.lambda_http`).
"""

from __future__ import annotations

import importlib
import io
import logging
import os
import random
import shlex
from typing import Any, Final

from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import close_old_connections, connections

from integrations import aws, lambda_http, tasks
from portal import events, logs

log = logging.getLogger(__name__)

Event = dict[str, Any]

# Commands that operators may run by `make manage`.
COMMANDS: Final = frozenset(
    {
        "check", "company_create", "createcachetable", "doctor", "job", "migrate",
        "operator_create", "showmigrations", "sign_in_reset_confirm",
    }
)  # fmt: skip
# How `zappa.asynchronous` asks for a task, and the one function that it may ask for.
_TASK_COMMAND: Final = "zappa.asynchronous.route_lambda_task"
_TASK_PATH: Final = f"{tasks.run_task.__module__}.{tasks.run_task.__name__}"
_KEEP_WARM: Final = "keep_warm_callback"


class Refused(PermissionError):
    """The event asks for what nobody may ask for."""


class JobFailed(RuntimeError):
    """A scheduled job ended with an error; the log says which."""


def handler(event: Event, context: Any) -> Any:
    """Do what an event of AWS asks for and return what its sender expects.

    Raises:
        Refused: it asks for code, for a task or for a command that is not listed.
        Unroutable: nobody takes it.
        JobFailed: the scheduled job ended with an error.
    """
    # Every line of the log then says which event it belongs to; a page's lines name its own id.
    with logs.of_request(str(getattr(context, "aws_request_id", ""))):
        return _answer(event, context)


def _answer(event: Event, context: Any) -> Any:
    if "raw_command" in event:
        raise Refused("raw commands are never run")
    if lambda_http.is_request(event):
        return lambda_http.answer(event, context)
    lambda_http.start()
    # A request does this by itself.
    close_old_connections()
    try:
        return _beside_pages(event, context)
    finally:
        close_old_connections()


def scheduled(event: Event, context: Any) -> None:
    """Run the job that a schedule names; Zappa's rule for keeping warm needs no more than a start.

    Raises:
        Unroutable: there is no such job.
        JobFailed: it ended with an error.
    """
    from portal import jobs  # noqa: PLC0415  # apps: models must be loaded

    if str((event.get("resources") or [""])[0]).endswith(_KEEP_WARM):
        return
    name = str((event.get("kwargs") or {}).get("job"))
    try:
        job = jobs.by_name(name)
    except KeyError as error:
        raise events.Unroutable(f"a schedule of job {name}") from error
    if not jobs.run(job):
        raise JobFailed(job.name)


def _beside_pages(event: Event, context: Any) -> Any:
    if event.get("Records") or event.get("triggerSource"):
        return events.handler_of(event)(event, context)
    if event.get("detail-type") == "Scheduled Event":
        return scheduled(event, context)
    if event.get("command"):
        return _task(event)
    if event.get("manage"):
        return _manage(str(event["manage"]))
    raise events.Unroutable(f"an event of {', '.join(sorted(event)) or 'nothing'}")


def _task(event: Event) -> Any:
    if (event["command"], event.get("task_path")) != (_TASK_COMMAND, _TASK_PATH):
        raise Refused(f"{event['command']} is no task")
    (name,) = event.get("args") or ("",)
    if name not in tasks.TASKS:
        raise Refused(f"{name} is no task")
    return tasks.run_task(name, **(event.get("kwargs") or {}))


def _manage(line: str) -> dict[str, Any]:
    """Run a command and return what it said and how it ended, as a shell would have it.

    The log gets it without links that sign in, so that only who asked reads them.
    """
    name, *arguments = shlex.split(line)
    if name not in COMMANDS:
        raise Refused(f"{name} is not among the commands that may be run here")
    said, status = io.StringIO(), 0
    try:
        call_command(name, *arguments, stdout=said, stderr=said, no_color=True)
    except SystemExit as error:
        status = error.code if isinstance(error.code, int) else 1
    except CommandError as error:
        said.write(f"{error}\n")
        status = error.returncode
    log.info("%s ended with %s: %s", name, status, said.getvalue())
    return {"output": said.getvalue(), "status": status}


def _after_restore() -> None:
    """Let go of what a snapshot has kept: connections of another life, and the same randomness."""
    connections.close_all()
    aws.forget_clients()
    random.seed()


def _before_first_event() -> None:
    # Where Lambda takes a snapshot, settings (and the secrets in them) are read after it.
    if os.environ.get("AWS_LAMBDA_INITIALIZATION_TYPE") == "snap-start":
        # The runtime brings this module.
        importlib.import_module("snapshot_restore_py").register_after_restore(_after_restore)
    elif os.environ.get("INSTANTIATE_LAMBDA_HANDLER_ON_IMPORT"):
        lambda_http.start()


_before_first_event()
