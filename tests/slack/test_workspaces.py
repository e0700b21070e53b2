"""Connecting a workspace, what HR lets it do, and its end; whose account somebody's is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
import time_machine
from django.core.exceptions import ValidationError

from companies import permissions, selectors, services
from companies.enums import Role, SlackEnd
from companies.errors import (
    MusterError,
    NotAllowed,
    SlackConnected,
    SlackLinkOver,
    SlackNotConnected,
    SlackTeamTaken,
    SlackWholeOrganisation,
)
from companies.models import (
    AuditEvent,
    Employee,
    SlackIdentity,
    SlackMessage,
    SlackWorkspace,
    User,
)
from companies.scoping import company_scope
from integrations import sealing
from integrations.errors import Misconfigured, Rejected
from integrations.slack.client import AT_ONCE, Slack
from tests.attendance.world import make_world
from tests.leave.world import NOW
from tests.slack_stand_in import TOKEN
from tests.slack_world import MAYA, SlackWorld, answer_of

LATER = NOW + dt.timedelta(minutes=15)


def _link(slack: SlackWorld, employee: Employee, key: str = "U9", **profile: Any) -> str:
    assert employee.user is not None
    slack.town.user(key, employee.user.email or "", **profile)
    return services.slack_link_ask(
        workspace=slack.workspace, profile=slack.town.users[key], now=NOW
    )


# --- the workspace --------------------------------------------------------------------------------
def test_a_workspace_keeps_its_token_sealed(slack: SlackWorld) -> None:
    row = slack.workspace

    assert TOKEN not in row.token
    assert sealing.open_text(row.token, purpose=f"slack:{row.public_id}") == TOKEN
    assert (row.team_name, row.bot_user_id, row.scopes) == (
        "Kettle Tea", "B1", "commands,chat:write",
    )  # fmt: skip
    event = AuditEvent.objects.get(verb="slack_connected")
    assert TOKEN not in str(event.changes)


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answer_of(team="T9"), SlackConnected),
        ({**answer_of(), "is_enterprise_install": True}, SlackWholeOrganisation),
        ({**answer_of(), "team": None}, SlackWholeOrganisation),
    ],
)
def test_what_cannot_be_connected_is_refused(
    slack: SlackWorld, answer: dict[str, Any], error: type[MusterError]
) -> None:
    with pytest.raises(error):
        services.slack_connect(answer=answer, by=slack.leave.hr, now=NOW)


def test_only_hr_connects(slack: SlackWorld) -> None:
    for by in (slack.leave.me, slack.leave.boss, replace(slack.leave.hr, company=None)):
        with pytest.raises(NotAllowed):
            services.slack_connect(answer=answer_of(), by=by, now=NOW)


def test_a_workspace_belongs_to_one_company_until_that_lets_it_go(slack: SlackWorld) -> None:
    other = make_world("other")
    with company_scope(other.company), pytest.raises(SlackTeamTaken) as caught:
        services.slack_connect(answer=answer_of(), by=other.hr, now=NOW)
    assert caught.value.values == {"team": "Kettle Tea"}

    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    with company_scope(other.company):
        row = services.slack_connect(answer=answer_of(), by=other.hr, now=NOW)
    found = selectors.slack_workspace_of_team(row.team_id)
    assert found is not None and found.company == other.company


def test_disconnecting_forgets_the_token_and_connecting_again_finds_who_is_who(
    slack: SlackWorld,
) -> None:
    slack.configure(allows_punches=True)

    row = services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    assert (row.token, row.ended_why) == ("", SlackEnd.BY_HAND)
    assert slack.town.of("auth.revoke") == [{}]
    assert selectors.slack_workspace(slack.world.company) is None
    again = services.slack_connect(answer=answer_of(), by=slack.leave.hr, now=LATER)
    assert (again.pk, again.allows_punches, again.ended_at) == (row.pk, True, None)
    assert selectors.slack_identity(again, MAYA) == slack.maya


def test_disconnecting_twice_or_while_slack_is_away_is_disconnecting(slack: SlackWorld) -> None:
    slack.town.answers["auth.revoke"] = [(503, {}, "down")]

    for _n in range(2):
        row = services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)
        slack.workspace.refresh_from_db()

    assert row.token == ""
    assert AuditEvent.objects.filter(verb="slack_disconnected").count() == 1
    with pytest.raises(Rejected):
        services.slack_client(row)


def test_whoever_disconnects_does_not_wait_long_for_slack(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    patience = []

    def made(token: str, *, seconds: int) -> Slack:
        patience.append(seconds)
        return Slack(token, seconds=seconds)

    monkeypatch.setattr("companies.services.slack_workspaces.Slack", made)

    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    assert patience == [AT_ONCE]


def test_only_hr_says_what_it_may_do_and_disconnects(slack: SlackWorld) -> None:
    with pytest.raises(NotAllowed):
        services.slack_disconnect(workspace=slack.workspace, by=slack.leave.me, now=NOW)
    with pytest.raises(NotAllowed):
        services.slack_configure(
            workspace=slack.workspace, by=slack.leave.boss, allows_punches=True, has_digest=False,
            digest_channel="", digest_at=dt.time(9),
        )  # fmt: skip


def test_what_changed_stands_in_the_audit(slack: SlackWorld) -> None:
    for _n in range(2):
        slack.configure(allows_punches=True)

    event = AuditEvent.objects.get(verb="slack_configured")
    assert event.changes == {"allows_punches": [False, True]}


def test_a_digest_needs_a_channel(slack: SlackWorld) -> None:
    with pytest.raises(ValidationError, match="Say in which channel the digest is posted."):
        slack.configure(has_digest=True)


def test_what_is_disconnected_is_not_set(slack: SlackWorld) -> None:
    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    with pytest.raises(SlackNotConnected):
        slack.configure(allows_punches=True)


def test_another_error_of_the_operators_ends_nothing(slack: SlackWorld) -> None:
    services.slack_refused(slack.workspace, Misconfigured("slack_app", why="x"), NOW)

    slack.workspace.refresh_from_db()
    assert slack.workspace.ended_at is None


# --- whose account --------------------------------------------------------------------------------
def test_a_link_connects_once(slack: SlackWorld) -> None:
    token = _link(slack, slack.world.hari)

    row = services.slack_link_confirm(token=token, by=slack.leave.hr, now=NOW)

    assert (row.user, row.slack_name, row.confirmed_at, row.link_key) == (
        slack.world.hari.user, "U9", NOW, None,
    )  # fmt: skip
    assert AuditEvent.objects.filter(verb="slack_account_connected", actor_name="Hari").exists()
    with pytest.raises(SlackLinkOver):
        services.slack_link_confirm(token=token, by=slack.leave.hr, now=NOW)


def test_a_link_lasts_fifteen_minutes_and_until_the_next_one(slack: SlackWorld) -> None:
    first = _link(slack, slack.world.hari)
    assert services.slack_link_of(first, now=LATER) is not None
    assert services.slack_link_of(first, now=LATER + dt.timedelta(seconds=1)) is None
    second = _link(slack, slack.world.hari)

    assert services.slack_link_of(first, now=NOW) is None
    assert services.slack_link_of(second, now=NOW) is not None
    assert services.slack_link_of(second + "x", now=NOW) is None


def test_a_link_of_a_workspace_that_is_gone_connects_nothing(slack: SlackWorld) -> None:
    token = _link(slack, slack.world.hari)
    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    assert services.slack_link_of(token, now=NOW) is None


def test_only_whom_it_matched_confirms(slack: SlackWorld) -> None:
    token = _link(slack, slack.world.hari)
    by_pin = replace(slack.leave.hr, is_limited=True)

    for by in (slack.leave.me, by_pin, replace(slack.leave.hr, employee=None)):
        with pytest.raises(NotAllowed):
            services.slack_link_confirm(token=token, by=by, now=NOW)


def test_another_account_takes_the_place_of_the_first(slack: SlackWorld) -> None:
    token = _link(slack, slack.leave.maya)

    row = services.slack_link_confirm(token=token, by=slack.leave.me, now=NOW)

    assert [item.pk for item in selectors.slack_accounts(row.user, row.company)] == [row.pk]
    assert not SlackIdentity.objects.filter(pk=slack.maya.pk).exists()


@pytest.mark.parametrize(
    "profile",
    [
        {"deleted": True}, {"is_bot": True}, {"is_stranger": True}, {"team_id": "T0OTHER"},
        {"is_email_confirmed": False}, {"profile": {"real_name": "Hari"}},
        {"profile": {"email": "nobody@kettle.example"}},
        {"profile": {"email": "harı@kettle.example"}},
    ],
)  # fmt: skip
def test_who_is_nobody_of_the_workspace_gets_no_link(
    slack: SlackWorld, profile: dict[str, Any]
) -> None:
    assert _link(slack, slack.world.hari, **profile) == ""


@pytest.mark.parametrize(
    "change",
    [
        lambda user: user.set_unusable_password(),
        lambda user: setattr(user, "is_active", False),
        lambda user: Employee.objects.filter(user=user).update(is_active=False),
        lambda user: Employee.objects.filter(user=user).update(left_on=dt.date(2026, 2, 1)),
    ],
)
def test_an_address_that_is_not_shown_theirs_or_of_who_has_left_matches_nobody(
    slack: SlackWorld, change: Callable[[User], None]
) -> None:
    user = slack.world.hari.user
    change(user)
    user.save()

    assert _link(slack, slack.world.hari) == ""


def test_two_companies_with_one_address_know_their_own_people(slack: SlackWorld) -> None:
    other = make_world("other")
    with company_scope(other.company):
        place = services.slack_connect(answer=answer_of("T9"), by=other.hr, now=NOW)
        slack.town.user("U9", "hari@kettle.example", team_id="T9")

        token = services.slack_link_ask(workspace=place, profile=slack.town.users["U9"], now=NOW)

    assert token == ""
    assert _link(slack, slack.world.hari) != ""


def test_a_person_lets_their_account_go_and_so_does_hr(slack: SlackWorld) -> None:
    SlackMessage.objects.create(
        company=slack.world.company, identity=slack.maya, kind="leave_request",
        subject=slack.maya.public_id,
    )  # fmt: skip
    with pytest.raises(NotAllowed):
        services.slack_link_remove(identity=slack.maya, by=slack.leave.boss)

    services.slack_link_remove(identity=slack.maya, by=slack.leave.me)
    services.slack_link_remove(identity=slack.bikram, by=slack.leave.hr)

    assert not SlackIdentity.objects.exists()
    assert not SlackMessage.objects.exists()
    assert AuditEvent.objects.filter(verb="slack_account_removed").count() == 2


def test_the_last_workspace_is_shown_where_none_is_connected(slack: SlackWorld) -> None:
    company = slack.world.company
    assert selectors.slack_last_workspace(company) == slack.workspace

    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)

    assert selectors.slack_last_workspace(company) == slack.workspace
    assert selectors.slack_workspace(company) is None


def test_auditors_read_and_change_nothing_of_slack(slack: SlackWorld) -> None:
    auditor = replace(slack.leave.me, roles=frozenset({Role.AUDITOR}))

    assert not permissions.can_manage_slack(auditor)
    assert not permissions.can_remove_slack(auditor, slack.bikram)


def test_a_link_that_is_asked_for_late_takes_no_confirmed_account_away(
    slack: SlackWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    token = _link(slack, slack.world.hari)

    def look(_slack: Slack, method: str, *, user: str) -> dict[str, Any]:
        # By the first link, while Slack is asked for the second one.
        services.slack_link_confirm(token=token, by=slack.leave.hr, now=NOW)
        return {"user": slack.town.users[user]}

    monkeypatch.setattr(Slack, "look", look)

    said = slack.say("U9", "status")

    assert said == "Your account is connected now. Write the command once more."
    row = SlackIdentity.objects.get(slack_user_id="U9")
    assert (row.confirmed_at, row.link_key) == (NOW, None)


def test_whom_slack_tells_nothing_of_is_answered(slack: SlackWorld) -> None:
    unknown = (200, {}, {"ok": False, "error": "user_not_found"})
    slack.town.answers["users.info"] = [unknown]

    assert slack.say("U0X", "status").startswith("Muster does not know you by the e-mail")


# --- what comes late ------------------------------------------------------------------------------
def _connect_anew(slack: SlackWorld) -> SlackWorkspace:
    """Disconnect and connect again, and return the row as who began before still holds it."""
    before = SlackWorkspace.objects.get(pk=slack.workspace.pk)
    services.slack_disconnect(workspace=slack.workspace, by=slack.leave.hr, now=NOW)
    services.slack_connect(answer=answer_of(), by=slack.leave.hr, now=LATER)
    return before


def test_a_token_of_before_that_is_refused_ends_no_newer_connection(slack: SlackWorld) -> None:
    before = _connect_anew(slack)

    services.slack_refused(before, Misconfigured("slack_token"), LATER)

    slack.workspace.refresh_from_db()
    assert slack.workspace.ended_at is None


@pytest.mark.parametrize(("minutes", "is_over"), [(-1, False), (1, True)])
def test_what_slack_tells_late_ends_no_newer_connection(
    slack: SlackWorld, minutes: int, is_over: bool
) -> None:
    _connect_anew(slack)
    told_at = int((LATER + dt.timedelta(minutes=minutes)).timestamp())
    with time_machine.travel(LATER + dt.timedelta(minutes=2), tick=False):
        slack.town.event("app_uninstalled", told_at=told_at)
        slack.drain()

    slack.workspace.refresh_from_db()
    assert (slack.workspace.ended_at is not None) is is_over


def test_an_event_that_is_worked_on_late_ends_no_newer_connection(slack: SlackWorld) -> None:
    slack.town.event("app_uninstalled")
    _connect_anew(slack)

    slack.drain()

    slack.workspace.refresh_from_db()
    assert slack.workspace.ended_at is None
