"""What each constraint of Slack's tables refuses, and what comes close."""

from __future__ import annotations

import uuid
from collections.abc import Callable

from companies.models import SlackDelivery, SlackIdentity, SlackMessage, SlackWorkspace
from companies.scoping import no_scope
from tests.attendance.world import World, at, make_company

Case = tuple[str, Callable[[World], object]]
NOW = at("2026-03-02 09:00")
ENDED = {"ended_at": NOW, "ended_why": "by_hand", "token": ""}


def workspace(world: World, team: str = "", **columns: object) -> SlackWorkspace:
    """Write a workspace past every service."""
    made: SlackWorkspace = SlackWorkspace.objects.create(
        **{
            "company": world.company, "team_id": team or f"T{world.company.pk}",
            "team_name": "Tea", "token": "sealed", "bot_user_id": "B1", "scopes": "commands",
            "connected_at": NOW, **columns,
        }
    )  # fmt: skip
    return made


def identity(
    row: SlackWorkspace, world: World, key: str = "U1", **columns: object
) -> SlackIdentity:
    """Write whose account somebody's is there."""
    made: SlackIdentity = SlackIdentity.objects.create(
        **{
            "company": row.company, "workspace": row, "slack_user_id": key, "slack_name": "Maya",
            "user": world.maya.user, "asked_at": NOW, **columns,
        }
    )  # fmt: skip
    return made


def delivery(row: SlackWorkspace, key: str = "k") -> SlackDelivery:
    """Write that something came."""
    made: SlackDelivery = SlackDelivery.objects.create(
        company=row.company, workspace=row, key=key, kind="command", received_at=NOW
    )
    return made


def message(row: SlackIdentity, kind: str = "leave_request") -> SlackMessage:
    """Write a message to somebody."""
    made: SlackMessage = SlackMessage.objects.create(
        company=row.company, identity=row, kind=kind, subject=uuid.UUID(int=1)
    )
    return made


def _deliveries(world: World, *keys: str) -> None:
    row = workspace(world)
    for key in keys:
        delivery(row, key)


def _messages(world: World, *kinds: str) -> None:
    row = identity(workspace(world), world)
    for kind in kinds:
        message(row, kind)


def _identities(world: World, *keys: str, **columns: object) -> None:
    row = workspace(world)
    for key in keys:
        identity(row, world, key, **columns)


def _elsewhere(world: World, **columns: object) -> None:
    """Connect the workspace of another company."""
    workspace(world, "T9", **columns)
    with no_scope("another company"):
        SlackWorkspace.objects.create(
            company=make_company("another"), team_id="T9", team_name="Tea", token="sealed",
            connected_at=NOW,
        )  # fmt: skip


def fill_slack(world: World) -> None:
    """Leave a row of each kind."""
    row = workspace(world)
    delivery(row)
    message(identity(row, world, confirmed_at=NOW))


REFUSED: list[Case] = [
    ("companies_slackworkspace_once", lambda w: [workspace(w, "T1", **ENDED) for _n in range(2)]),
    ("companies_slackworkspace_one_connected", lambda w: [workspace(w, t) for t in ("T1", "T2")]),
    ("companies_slackworkspace_one_owner", _elsewhere),
    ("companies_slackworkspace_no_token_once_ended", lambda w: workspace(
        w, ended_at=NOW, ended_why="by_hand")),
    ("companies_slackworkspace_no_token_once_ended", lambda w: workspace(w, ended_why="by_hand")),
    ("companies_slackworkspace_no_token_once_ended", lambda w: workspace(
        w, ended_at=NOW, token="")),
    ("companies_slackworkspace_digest_has_a_channel", lambda w: workspace(w, has_digest=True)),
    ("companies_slackidentity_once", lambda w: _identities(w, "U1", "U1")),
    ("companies_slackidentity_one_account", lambda w: _identities(
        w, "U1", "U2", confirmed_at=NOW)),
    ("companies_slackidentity_link_used", lambda w: _identities(
        w, "U1", confirmed_at=NOW, link_key=uuid.UUID(int=1))),
    ("companies_slackdelivery_once", lambda w: _deliveries(w, "k", "k")),
    ("companies_slackmessage_once", lambda w: _messages(w, "leave_request", "leave_request")),
]  # fmt: skip
ALLOWED: list[Case] = [
    ("companies_slackworkspace_once", lambda w: [workspace(w, t, **ENDED) for t in ("T1", "T2")]),
    ("companies_slackworkspace_one_connected", lambda w: [
        workspace(w, "T1", **ENDED), workspace(w, "T2")]),
    ("companies_slackworkspace_one_owner", lambda w: _elsewhere(w, **ENDED)),
    ("companies_slackworkspace_no_token_once_ended", lambda w: workspace(w, **ENDED)),
    ("companies_slackworkspace_digest_has_a_channel", lambda w: workspace(
        w, has_digest=True, digest_channel="C1")),
    ("companies_slackidentity_once", lambda w: _identities(w, "U1", "U2")),
    ("companies_slackidentity_one_account", lambda w: _identities(w, "U1", "U2")),
    ("companies_slackidentity_link_used", lambda w: [
        _identities(w, "U1", link_key=uuid.UUID(int=1))]),
    ("companies_slackdelivery_once", lambda w: _deliveries(w, "k", "l")),
    ("companies_slackmessage_once", lambda w: _messages(w, "leave_request", "other")),
]  # fmt: skip
