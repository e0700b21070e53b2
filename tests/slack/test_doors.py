"""The doors at which Slack knocks: signed and fresh, once, and closed where Slack is not set up."""

from __future__ import annotations

import json
import time
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from companies.models import OutboxMessage, SlackDelivery, SlackWorkspace
from companies.scoping import no_scope
from tests.slack_stand_in import TEAM, signed
from tests.slack_world import BIKRAM, MAYA, SlackWorld

DOORS = ("commands", "interactions", "events")
FORM = "application/x-www-form-urlencoded"


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    "sent",
    [
        {"secret": "another-secret"},
        {"at": -301},
        {"at": 301},
    ],
)
def test_only_what_slack_signed_lately_comes_in(
    slack: SlackWorld, door: str, sent: dict[str, Any]
) -> None:
    if "at" in sent:
        sent = {"at": time.time() + sent["at"]}

    response = slack.town.post(f"/slack/{door}", "a=b", **sent)

    assert (response.status_code, response.json()) == (401, {"title": "Slack did not sign this."})
    assert not SlackDelivery.objects.exists()


def test_an_altered_body_does_not_come_in(slack: SlackWorld) -> None:
    headers = signed(urlencode({"team_id": TEAM, "user_id": MAYA, "text": "status"}))
    body = urlencode({"team_id": TEAM, "user_id": BIKRAM, "text": "status"})

    response = Client().post("/slack/commands", body, content_type=FORM, headers=headers)

    assert response.status_code == 401


@pytest.mark.parametrize("door", DOORS)
def test_what_a_signed_in_browser_sends_in_parts_does_not_come_in(
    slack: SlackWorld, door: str
) -> None:
    client = Client()
    client.force_login(slack.world.hari.user)

    # The form was read before, to see for which company it is: its bytes are gone.
    response = client.post(f"/slack/{door}", {"team_id": TEAM})

    assert response.status_code == 401


@pytest.mark.parametrize("door", DOORS)
def test_without_an_app_there_is_no_such_page(slack: SlackWorld, settings: Any, door: str) -> None:
    settings.MUSTER_SLACK_SIGNING_SECRET = ""

    assert slack.town.post(f"/slack/{door}", "a=b").status_code == 404


@pytest.mark.parametrize("door", DOORS)
def test_a_door_is_no_page(slack: SlackWorld, door: str) -> None:
    assert Client().get(f"/slack/{door}").status_code == 405


def test_what_arrives_again_is_the_same(slack: SlackWorld) -> None:
    for _n in range(2):
        slack.town.command(MAYA, "status", trigger="one")

    assert SlackDelivery.objects.count() == 1
    assert OutboxMessage.objects.filter(channel="slack").count() == 1
    slack.drain()
    assert len(slack.town.of("answer")) == 1


def test_a_workspace_that_nobody_connected_is_told_whom_to_ask(slack: SlackWorld) -> None:
    response = slack.town.command(MAYA, "status", team="T0OTHER")

    assert response.json()["text"] == (
        "This workspace is not connected to Muster. Ask your HR to connect it."
    )


def test_somebody_who_writes_all_the_time_is_asked_to_wait(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("portal.slack_doors.ASKS_A_MINUTE", 1)
    slack.town.command(MAYA, "status")

    response = slack.town.command(MAYA, "status")

    assert response.json()["text"] == "Too many attempts. Wait a minute and try again."


@pytest.mark.parametrize("payload", ["", "[]", "{}", '{"team": "T"}'])
def test_what_slack_never_sends_is_told_so(slack: SlackWorld, payload: str) -> None:
    response = slack.town.post("/slack/interactions", urlencode({"payload": payload}))

    assert response.status_code == 400


@pytest.mark.parametrize("body", ["", "[]", "{}", "7"])
def test_an_event_that_is_none_is_told_so(slack: SlackWorld, body: str) -> None:
    assert slack.town.post("/slack/events", body, "application/json").status_code == 400


def test_slack_is_shown_that_the_address_is_ours(slack: SlackWorld) -> None:
    body = json.dumps({"type": "url_verification", "challenge": "3eZbrw1a"})

    response = slack.town.post("/slack/events", body, "application/json")

    assert response.json() == {"challenge": "3eZbrw1a"}


@pytest.mark.parametrize(
    ("name", "event", "why"),
    [
        ("app_uninstalled", {}, "uninstalled"),
        ("tokens_revoked", {"tokens": {"bot": ["B1"]}}, "revoked"),
        ("tokens_revoked", {"tokens": {"oauth": ["U1"]}}, ""),
        ("app_home_opened", {}, ""),
    ],
)
def test_an_app_that_is_gone_in_slack_is_disconnected_and_hr_is_told_once(
    slack: SlackWorld, name: str, event: dict[str, Any], why: str
) -> None:
    for _n in range(2):
        assert slack.town.event(name, **event).status_code == 200
    slack.drain()

    slack.workspace.refresh_from_db()
    assert (slack.workspace.ended_why, bool(slack.workspace.token)) == (why, not why)
    mails = OutboxMessage.objects.filter(template="companies/email/slack_lost")
    assert [mail.to for mail in mails] == ([slack.world.hari.user.email] if why else [])


def test_an_event_of_a_workspace_that_nobody_connected_is_taken_and_left(
    slack: SlackWorld,
) -> None:
    with no_scope("the workspace is gone"):
        SlackWorkspace.objects.update(team_id="T0OTHER")

    assert slack.town.event("app_uninstalled").status_code == 200
    assert not SlackDelivery.objects.exists()


def test_a_token_that_slack_refuses_ends_the_workspace(slack: SlackWorld) -> None:
    slack.town.tokens.clear()
    slack.town.command("U0NOBODY", "status")

    slack.drain()

    slack.workspace.refresh_from_db()
    assert (slack.workspace.ended_why, slack.workspace.token) == ("revoked", "")
    message = OutboxMessage.objects.get(channel="slack")
    assert (message.state, message.last_error) == ("failed", "slack_disconnected")
