"""Which workspace is whose, and who somebody in Slack is."""

from __future__ import annotations

import datetime as dt
from collections.abc import Collection
from typing import Any

from django.db.models import QuerySet

from companies.models import Company, Employee, SlackIdentity, SlackMessage, SlackWorkspace, User
from companies.scoping import no_scope
from companies.selectors.pool import has_pool_account


def slack_workspace(company: Company) -> SlackWorkspace | None:
    """Return the workspace that is connected to the company."""
    found: SlackWorkspace | None = SlackWorkspace.objects.filter(
        company=company, ended_at__isnull=True
    ).first()
    return found


def slack_last_workspace(company: Company) -> SlackWorkspace | None:
    """Return the workspace that is connected, else the one that was last."""
    rows = SlackWorkspace.objects.filter(company=company).order_by("-ended_at", "-connected_at")
    found: SlackWorkspace | None = rows.filter(ended_at__isnull=True).first() or rows.first()
    return found


def slack_workspace_of_team(team_id: str) -> SlackWorkspace | None:
    """Return the connected workspace of this id, whosever it is."""
    with no_scope("slack: whose workspace this is"):
        rows = SlackWorkspace.objects.select_related("company")
        found: SlackWorkspace | None = rows.filter(team_id=team_id, ended_at__isnull=True).first()
    return found


def slack_identity(workspace: SlackWorkspace, slack_user_id: str) -> SlackIdentity | None:
    """Return whose account this is, if they confirmed it."""
    rows = SlackIdentity.objects.select_related("user", "workspace__company")
    found: SlackIdentity | None = rows.filter(
        workspace=workspace, slack_user_id=slack_user_id, confirmed_at__isnull=False
    ).first()
    return found


def slack_identity_asked(public_id: Any) -> SlackIdentity | None:
    """Return the account that a link names, whosever it is; it opens nothing by itself."""
    with no_scope("slack: whose account this link names"):
        rows = SlackIdentity.objects.select_related("user", "workspace", "company")
        found: SlackIdentity | None = rows.filter(public_id=public_id).first()
    return found


def slack_identities_of(
    workspace: SlackWorkspace, users: Collection[User]
) -> QuerySet[SlackIdentity]:
    """Return the confirmed accounts of these people."""
    found: QuerySet[SlackIdentity] = SlackIdentity.objects.filter(
        workspace=workspace, user__in=[user.pk for user in users], confirmed_at__isnull=False
    )
    return found.order_by("pk")


def slack_accounts(user: User, company: Company) -> QuerySet[SlackIdentity]:
    """Return the person's confirmed accounts, of workspaces that are connected."""
    found: QuerySet[SlackIdentity] = SlackIdentity.objects.filter(
        user=user, company=company, confirmed_at__isnull=False, workspace__ended_at__isnull=True
    )
    return found.select_related("workspace").order_by("pk")


def slack_messages_about(kind: str, subject: Any) -> QuerySet[SlackMessage]:
    """Return the messages about a subject, of the workspace that is connected."""
    found: QuerySet[SlackMessage] = SlackMessage.objects.filter(
        kind=kind, subject=subject, identity__workspace__ended_at__isnull=True,
        identity__confirmed_at__isnull=False,
    )  # fmt: skip
    return found.order_by("pk")


def user_of_verified_address(address: str, company: Company, *, now: dt.datetime) -> User | None:
    """Return who works in the company and signs in with this address, which they have shown theirs.

    They did by a password, which only a link mailed there sets, or by the user pool. An address
    that HR alone wrote down is nobody's yet.
    """
    user = User.objects.filter(email__iexact=address, is_active=True).first()
    if user is None or not user.email or not address:
        return None
    # Without case, databases take some letters for others, which mail does not.
    is_same = user.email == address or (address.isascii() and user.email.isascii())
    if not is_same or not (user.has_usable_password() or has_pool_account(user)):
        return None
    engaged = Employee.objects.filter(user=user, company=company)
    return user if any(not row.has_left(now) for row in engaged) else None
