"""Connecting a company's Slack workspace, what HR lets it do, and its end."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from django.db import transaction
from django.views.decorators.debug import sensitive_variables

from companies import audit, notifications, permissions, selectors
from companies.actor import Actor, job_actor
from companies.enums import SlackEnd
from companies.errors import (
    NotAllowed,
    SlackConnected,
    SlackNotConnected,
    SlackTeamTaken,
    SlackWholeOrganisation,
)
from companies.models import Company, SlackWorkspace
from companies.scoping import no_scope
from integrations import sealing
from integrations.errors import IntegrationError, Misconfigured, Rejected
from integrations.slack.client import AT_ONCE, IN_A_TASK, Slack


def _purpose(workspace: SlackWorkspace) -> str:
    return f"slack:{workspace.public_id}"


@sensitive_variables()
def slack_client(workspace: SlackWorkspace, *, seconds: int = IN_A_TASK) -> Slack:
    """Return Slack as the workspace lets Muster in; its token is opened for this alone.

    Raises:
        Rejected: it is disconnected.
        Misconfigured: the keyring does not open the token.
    """
    if not workspace.token:
        raise Rejected("slack_disconnected")
    token = sealing.open_text(workspace.token, purpose=_purpose(workspace))
    return Slack(token, seconds=seconds)


@sensitive_variables()
@transaction.atomic
def slack_connect(*, answer: dict[str, Any], by: Actor, now: dt.datetime) -> SlackWorkspace:
    """Keep the workspace that Slack's answer to an installation names, its token sealed.

    The same workspace again keeps what HR set and who is who there.

    Raises:
        NotAllowed, SlackWholeOrganisation, SlackConnected
        SlackTeamTaken: it is connected to another company.
    """
    if by.company is None or not permissions.can_manage_slack(by):
        raise NotAllowed
    team = answer.get("team") or {}
    if answer.get("is_enterprise_install") or not team.get("id"):
        raise SlackWholeOrganisation
    company = Company.objects.select_for_update().get(pk=by.company.pk)
    name = str(team.get("name") or team["id"])[:120]
    _refuse_taken(company, team["id"], name)
    rows = SlackWorkspace.objects.select_for_update()
    row = rows.filter(company=company, team_id=team["id"]).first()
    row = row or SlackWorkspace(company=company, team_id=team["id"])
    row.team_name, row.bot_user_id = name, str(answer.get("bot_user_id", ""))[:20]
    row.scopes, row.connected_at = str(answer.get("scope", ""))[:500], now
    row.ended_at, row.ended_why = None, SlackEnd.NONE
    row.token = sealing.seal_text(str(answer["access_token"]), purpose=_purpose(row))
    row.save()
    audit.record(by=by, verb="slack_connected", subject=row)
    return row


def _refuse_taken(company: Company, team_id: str, name: str) -> None:
    with no_scope("slack: whether another company has this workspace"):
        taken = SlackWorkspace.objects.filter(team_id=team_id, ended_at__isnull=True)
        if taken.exclude(company=company).exists():
            raise SlackTeamTaken(team=name)
    other = selectors.slack_workspace(company)
    if other is not None and other.team_id != team_id:
        raise SlackConnected(team=other.team_name)


@transaction.atomic
def slack_configure(
    *, workspace: SlackWorkspace, allows_punches: bool, has_digest: bool, digest_channel: str,
    digest_at: dt.time, by: Actor,
) -> SlackWorkspace:  # fmt: skip
    """Say what the workspace may do, and when and where the morning digest comes.

    Raises:
        NotAllowed, SlackNotConnected; ValidationError by field
    """
    if not permissions.can_manage_slack(by, workspace):
        raise NotAllowed
    row = _lock(workspace)
    if row.ended_at is not None:
        raise SlackNotConnected
    before = audit.snapshot(row)
    row.allows_punches, row.has_digest = allows_punches, has_digest
    row.digest_channel, row.digest_at = digest_channel.strip(), digest_at
    row.full_clean()
    row.save(update_fields=["allows_punches", "has_digest", "digest_channel", "digest_at"])
    changes = audit.difference(before, audit.snapshot(row))
    if changes:
        audit.record(by=by, verb="slack_configured", subject=row, changes=changes)
    return row


def slack_disconnect(*, workspace: SlackWorkspace, by: Actor, now: dt.datetime) -> SlackWorkspace:
    """Take the token back at Slack and forget it; who is who there is kept, and opens nothing.

    What Slack says to it changes nothing: here it is over either way. Again changes nothing.

    Raises:
        NotAllowed
    """
    if not permissions.can_manage_slack(by, workspace):
        raise NotAllowed
    if workspace.ended_at is None:
        # Slack away, or the token gone already: forgotten here, nobody uses it again.
        # With little patience, for the page that asks holds a transaction.
        with suppress(IntegrationError):
            slack_client(workspace, seconds=AT_ONCE).call("auth.revoke")
    return _end(workspace, SlackEnd.BY_HAND, by, now)


def slack_lost(
    *, workspace: SlackWorkspace, why: SlackEnd, at: dt.datetime, now: dt.datetime
) -> SlackWorkspace:
    """Note that Slack let Muster in no more `at` that time, and tell HR, once.

    What is told late of an earlier connection is nothing to the one that HR has made since.
    """
    if at < workspace.connected_at:
        return workspace
    return _end(workspace, why, job_actor("slack", workspace.company), now)


@transaction.atomic
def _end(workspace: SlackWorkspace, why: SlackEnd, by: Actor, now: dt.datetime) -> SlackWorkspace:
    row = _lock(workspace)
    if row.ended_at is not None:
        return row
    if why != SlackEnd.BY_HAND and row.token != workspace.token:
        # It was connected anew while somebody still asked with the token of before.
        return row
    row.ended_at, row.ended_why, row.token = now, why, ""
    row.save(update_fields=["ended_at", "ended_why", "token"])
    audit.record(by=by, verb="slack_disconnected", subject=row, changes={"ended_why": ["", why]})
    if why != SlackEnd.BY_HAND:
        notifications.slack_lost(row, selectors.hr_of(on=now.date()))
    return row


def _lock(workspace: SlackWorkspace) -> SlackWorkspace:
    rows = SlackWorkspace.objects.select_related("company")
    found: SlackWorkspace = rows.select_for_update(of=("self",)).get(pk=workspace.pk)
    return found


def slack_refused(workspace: SlackWorkspace, error: Misconfigured, now: dt.datetime) -> None:
    """End the workspace where Slack no longer accepts its token; any other error is none of it."""
    if error.code == "slack_token":
        slack_lost(workspace=workspace, why=SlackEnd.REVOKED, at=now, now=now)
