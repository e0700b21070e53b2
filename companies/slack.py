"""What apps offer to people in Slack: commands, forms, buttons, and messages to who decides.

Each app brings an `Offers` (`MUSTER_SLACK_OFFERS` names them); who asks has been found and is an
actor like any other, so what is offered asks the same permissions and services as the pages.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any
from uuid import UUID

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from companies.actor import Actor
from companies.models import Employee, SlackIdentity, SlackWorkspace

Blocks = list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Ask:
    """What somebody does in Slack. `key` is the same for every arrival of it.

    `at` is when it arrived. `value` is a button's, `words` what follows a command, `view` a form.
    """

    identity: SlackIdentity
    workspace: SlackWorkspace
    actor: Actor
    employee: Employee
    key: str
    at: dt.datetime
    words: str = ""
    value: str = ""
    view: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Said:
    """What is answered: a text, and where that is not all, its blocks."""

    text: str
    blocks: Blocks | None = None


@dataclass(frozen=True)
class Told:
    """A message to somebody about what they decide; `is_open` while they still can."""

    text: str
    blocks: Blocks
    is_open: bool


@dataclass(frozen=True)
class Command:
    """A word after `/muster`, and what its line of help says."""

    help: str | Promise
    run: Callable[[Ask], Said]


@dataclass(frozen=True)
class Form:
    """A form that a word or a button opens; `button` is what opens it where Slack was too slow.

    `change` makes it anew while it is filled in. `send` takes it: what is wrong is returned by
    field, and `done` is then said to the person; one that is not `is_at_once` only checks, and
    `finish` does the work after the answer.
    """

    opens: Callable[[Ask], dict[str, Any]]
    button: str | Promise
    send: Callable[[Ask], dict[str, str]]
    change: Callable[[Ask], dict[str, Any]] | None = None
    finish: Callable[[Ask], Said | None] | None = None
    help: str | Promise = ""


@dataclass(frozen=True, kw_only=True)
class Offers:
    """What one app brings; `forms` are also opened by the command of that word."""

    commands: Mapping[str, Command] = field(default_factory=dict)
    forms: Mapping[str, Form] = field(default_factory=dict)
    buttons: Mapping[str, Callable[[Ask], Said | None]] = field(default_factory=dict)
    messages: Mapping[str, Callable[[SlackIdentity, UUID, dt.datetime], Told]] = field(
        default_factory=dict
    )


@cache
def offers() -> Offers:
    """Return what all apps bring, in the order of the setting."""
    found = [import_string(name) for name in settings.MUSTER_SLACK_OFFERS]
    return Offers(
        commands={name: item for each in found for name, item in each.commands.items()},
        forms={name: item for each in found for name, item in each.forms.items()},
        buttons={name: item for each in found for name, item in each.buttons.items()},
        messages={name: item for each in found for name, item in each.messages.items()},
    )


def page(path: str) -> str:
    """Return the whole address of a page."""
    return f"{settings.PUBLIC_URL}{path}"
