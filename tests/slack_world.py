"""A company with leave whose Slack workspace is connected, and people who are known there."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import time_machine

from companies import outbox, services
from companies.enums import Role
from companies.models import Employee, PolicyVersion, RoleGrant, SlackIdentity, SlackWorkspace
from companies.scoping import company_scope
from tests.attendance.world import START, ZONE, World
from tests.leave.world import NOW, Leave, make_leave
from tests.slack_stand_in import SECRET, TEAM, TOKEN, Town, standing

OFFICE, HR, MAYA, BIKRAM = "U0OFFICE", "U0HARI", "U0MAYA", "U0BIKRAM"


def answer_of(team: str = TEAM, name: str = "Kettle Tea", token: str = TOKEN) -> dict[str, Any]:
    """Return what Slack says to an installation."""
    return {
        "access_token": token, "bot_user_id": "B1", "scope": "commands,chat:write",
        "team": {"id": team, "name": name}, "is_enterprise_install": False,
    }  # fmt: skip


class SlackWorld:
    """Maya and Bikram, her manager, confirmed their accounts; Hari, HR, has not."""

    def __init__(self, town: Town, leave: Leave) -> None:
        self.town, self.leave, self.world = town, leave, leave.world
        self.workspace: SlackWorkspace = services.slack_connect(
            answer=answer_of(), by=leave.hr, now=NOW
        )
        self.maya = self.know(leave.maya, MAYA)
        self.bikram = self.know(self.world.bikram, BIKRAM)

    def know(self, employee: Employee, slack_user: str) -> SlackIdentity:
        """Let somebody confirm that an account in Slack is theirs."""
        assert employee.user is not None and employee.user.email
        self.town.user(slack_user, employee.user.email, name=employee.name)
        token = services.slack_link_ask(
            workspace=self.workspace, profile=self.town.users[slack_user], now=NOW
        )
        return services.slack_link_confirm(token=token, by=self.world.actor(employee), now=NOW)

    def configure(self, **knobs: Any) -> None:
        chosen: dict[str, Any] = {
            "allows_punches": False, "has_digest": False, "digest_channel": "",
            "digest_at": dt.time(9, 30),
        }  # fmt: skip
        self.workspace = services.slack_configure(
            workspace=self.workspace, by=self.leave.hr, **{**chosen, **knobs}
        )

    def policy(self, **knobs: Any) -> None:
        """Give the company another policy from the start on."""
        PolicyVersion.objects.create(
            company=self.world.company, starts_on=START, zone=ZONE, **knobs
        )

    def hr(self) -> None:
        """Give Hari the role that the tests let him act with."""
        RoleGrant.objects.create(
            company=self.world.company, user=self.world.hari.user, role=Role.HR, starts_on=START
        )

    def drain(self, now: dt.datetime | None = None) -> int:
        return outbox.drain(now=now)

    def say(self, user: str, text: str) -> str:
        """Write a command, let its work be done, and return what is answered in the end."""
        self.town.calls.clear()
        response = self.town.command(user, text)
        assert response.status_code == 200, response.content
        self.drain()
        return "\n".join(self.town.texts())


def set_up(settings: Any, town: Town) -> None:
    """Let the app be one of the stand-in's."""
    settings.MUSTER_SLACK_API = f"{town.url}/api/"
    settings.MUSTER_SLACK_ORIGIN = town.url
    settings.MUSTER_SLACK_CLIENT_ID = "client"
    settings.MUSTER_SLACK_CLIENT_SECRET = "client-secret-of-no-worth"
    settings.MUSTER_SLACK_SIGNING_SECRET = SECRET


@contextmanager
def slack_world(settings: Any, *, code: str = "kettle") -> Iterator[SlackWorld]:
    """Open a company with Slack, at noon of a Monday."""
    with standing() as town, time_machine.travel(NOW, tick=False):
        set_up(settings, town)
        leave = make_leave(code)
        with company_scope(leave.world.company):
            yield SlackWorld(town, leave)


__all__ = ["BIKRAM", "HR", "MAYA", "NOW", "OFFICE", "SlackWorld", "World", "slack_world"]
