"""Who somebody in Slack is: matched by a verified address, confirmed by the person alone."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.core import signing
from django.db import transaction

from companies import audit, permissions, selectors
from companies.actor import Actor
from companies.errors import NotAllowed, SlackLinkOver
from companies.models import SlackIdentity, SlackWorkspace

LINK_GOOD_FOR = dt.timedelta(minutes=15)
SALT = "muster.slack-link"


@transaction.atomic
def slack_link_ask(*, workspace: SlackWorkspace, profile: dict[str, Any], now: dt.datetime) -> str:
    """Return the token of a link by which the matched person confirms; empty where nobody matches.

    `profile` is what Slack says of its user. A link that was made before opens nothing any more.
    There is none for what they have confirmed meanwhile: that stands.
    """
    address = str(profile.get("profile", {}).get("email", "") or "")
    if not _is_member(profile, workspace):
        return ""
    user = selectors.user_of_verified_address(address, workspace.company, now=now)
    if user is None:
        return ""
    rows = SlackIdentity.objects.select_for_update()
    row = rows.filter(workspace=workspace, slack_user_id=profile["id"]).first()
    row = row or SlackIdentity(
        company=workspace.company, workspace=workspace, slack_user_id=profile["id"]
    )
    if row.confirmed_at is not None and row.user_id == user.pk:
        return ""
    row.user, row.slack_name = user, _name(profile)
    row.link_key, row.asked_at, row.confirmed_at = uuid.uuid4(), now, None
    row.save()
    return signing.dumps([str(row.public_id), str(row.link_key)], salt=SALT)


def _is_member(profile: dict[str, Any], workspace: SlackWorkspace) -> bool:
    """Return whether it is a person of this very workspace, whose address Slack has confirmed."""
    if profile.get("deleted") or profile.get("is_bot") or profile.get("is_stranger"):
        return False
    is_here = profile.get("team_id", workspace.team_id) == workspace.team_id
    return is_here and profile.get("is_email_confirmed") is not False


def _name(profile: dict[str, Any]) -> str:
    known = profile.get("profile", {})
    return str(known.get("real_name") or profile.get("name") or profile["id"])[:120]


def slack_link_of(token: str, *, now: dt.datetime) -> SlackIdentity | None:
    """Return the account that a link would connect; none if it was used, ran out or never was."""
    try:
        public_id, key = signing.loads(token, salt=SALT, max_age=LINK_GOOD_FOR)
    except signing.BadSignature:
        return None
    row = selectors.slack_identity_asked(public_id)
    if row is None or str(row.link_key) != key or row.workspace.ended_at is not None:
        return None
    return row if now - row.asked_at <= LINK_GOOD_FOR else None


@transaction.atomic
def slack_link_confirm(*, token: str, by: Actor, now: dt.datetime) -> SlackIdentity:
    """Connect the Slack account of a link to the person that it matched, once.

    Another Slack account of theirs in the workspace is let go.

    Raises:
        SlackLinkOver: used, ran out, or there never was one.
        NotAllowed: it matched somebody else, or they work there no more.
    """
    found = slack_link_of(token, now=now)
    if found is None:
        raise SlackLinkOver
    if not permissions.can_confirm_slack(by, found):
        raise NotAllowed
    row: SlackIdentity = SlackIdentity.objects.select_for_update().get(pk=found.pk)
    if row.link_key != found.link_key:
        raise SlackLinkOver
    others = SlackIdentity.objects.filter(workspace=row.workspace_id, user=row.user_id)
    for other in others.exclude(pk=row.pk).filter(confirmed_at__isnull=False):
        slack_link_remove(identity=other, by=by)
    row.link_key, row.confirmed_at = None, now
    row.save(update_fields=["link_key", "confirmed_at"])
    audit.record(by=by, verb="slack_account_connected", subject=row)
    return row


@transaction.atomic
def slack_link_remove(*, identity: SlackIdentity, by: Actor) -> None:
    """Forget whose account it is, with the messages that went there.

    Raises:
        NotAllowed
    """
    if not permissions.can_remove_slack(by, identity):
        raise NotAllowed
    audit.record(by=by, verb="slack_account_removed", subject=identity)
    identity.delete()
