"""What the outbox does of Slack: works on what came from there, and brings messages there.

Work first, then the answer: an answer that Slack does not take is tried again, and what was done is
done once, by the key of what arrived.
"""

from __future__ import annotations

import datetime as dt
import logging
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.module_loading import import_string
from django.utils.translation import gettext as _

from companies import selectors, services
from companies.enums import SlackEnd, SlackKind
from companies.errors import MusterError
from companies.models import SlackDelivery, SlackIdentity, SlackMessage, SlackWorkspace
from companies.outbox import SLACK_DELIVERY, SLACK_DIGEST, SLACK_POST, SLACK_UPDATE
from companies.scoping import company_scope, no_scope
from companies.slack import Ask, Said, Told, offers, page
from integrations.errors import IntegrationError, Misconfigured, Rejected
from integrations.slack import blocks, client

log = logging.getLogger(__name__)

# By an event of these Slack tells that the app, or its token, is gone.
_GONE = {"app_uninstalled": SlackEnd.UNINSTALLED, "tokens_revoked": SlackEnd.REVOKED}


def send(template: str, values: dict[str, Any]) -> None:
    """Do what a message of the outbox says.

    Raises:
        Unavailable: later once more; Rejected: never.
    """
    _SENDERS[template](values)


# --- who asks -------------------------------------------------------------------------------------
def ask_of(
    workspace: SlackWorkspace, slack_user: str, *, key: str, at: dt.datetime, **more: Any
) -> Ask | None:
    """Return what somebody does, as the person whose account it is; none of who has not confirmed.

    Who works here no more is nobody here, whatever they confirmed.
    """
    identity = selectors.slack_identity(workspace, slack_user)
    if identity is None:
        return None
    actor = selectors.actor_of(
        identity.user, workspace.company, now=timezone.now(), channel="slack"
    )
    if actor.employee is None or not identity.user.is_active:
        return None
    return Ask(
        identity=identity, workspace=workspace, actor=replace(actor, request_id=key[:40]),
        employee=actor.employee, key=key, at=at, **more,
    )  # fmt: skip


@contextmanager
def speaking_to(identity: SlackIdentity) -> Iterator[None]:
    """Speak the person's language inside the block."""
    with translation.override(identity.user.locale or None):
        yield


# --- what came ------------------------------------------------------------------------------------
def _delivery(values: dict[str, Any]) -> None:
    with no_scope("slack: what came, of every company"):
        row: SlackDelivery | None = (
            SlackDelivery.objects.select_related("workspace__company")
            .filter(public_id=values["delivery"])
            .first()
        )
    if row is None or row.done_at is not None:
        return
    with company_scope(row.workspace.company), _told_of_a_lost_token(row.workspace):
        _WORK[row.kind](row)
        services.slack_done(delivery=row, now=timezone.now())


@contextmanager
def _told_of_a_lost_token(workspace: SlackWorkspace) -> Iterator[None]:
    """End the workspace whose token Slack refuses: no later attempt would help."""
    try:
        yield
    except Misconfigured as error:
        services.slack_refused(workspace, error, timezone.now())
        if error.code == "slack_token":
            raise Rejected("slack_disconnected") from error
        raise


def _ask(row: SlackDelivery, **more: Any) -> Ask | None:
    return ask_of(
        row.workspace, row.payload["user"], key=str(row.public_id), at=row.received_at, **more
    )


def _command(row: SlackDelivery) -> None:
    payload = row.payload
    ask = _ask(row, words=payload["words"])
    if ask is None:
        _answer(payload, link_offer(row.workspace, payload["user"]))
        return
    with speaking_to(ask.identity):
        command = offers().commands.get(payload["word"])
        _answer(payload, said_by(command.run, ask) if command else help_said())


def said_by(run: Any, ask: Ask) -> Said | None:
    """Return what the work says; of what may not be, the sentence that says why."""
    try:
        found: Said | None = run(ask)
    except MusterError as error:
        return Said(str(error))
    return found


def _button(row: SlackDelivery) -> None:
    payload = row.payload
    ask = _ask(row, value=payload["value"])
    if ask is None:
        _answer(payload, link_offer(row.workspace, payload["user"]))
        return
    with speaking_to(ask.identity):
        run = offers().buttons.get(payload["action"])
        said = said_by(run, ask) if run is not None else None
        if said is not None:
            _answer(payload, said)


def _form(row: SlackDelivery) -> None:
    payload = row.payload
    ask = _ask(row, view=payload["view"])
    form = offers().forms.get(payload["form"])
    if ask is None or form is None or form.finish is None:
        return
    with speaking_to(ask.identity):
        said = said_by(form.finish, ask)
        if said is not None:
            tell(ask.identity, said)


def _event(row: SlackDelivery) -> None:
    why, told_at = _GONE.get(row.payload["type"]), row.payload.get("at")
    at = dt.datetime.fromtimestamp(told_at, dt.UTC) if told_at else row.received_at
    if why is not None:
        services.slack_lost(workspace=row.workspace, why=why, at=at, now=timezone.now())


_WORK: dict[str, Callable[[SlackDelivery], None]] = {
    SlackKind.COMMAND: _command, SlackKind.BUTTON: _button, SlackKind.FORM: _form,
    SlackKind.EVENT: _event,
}  # fmt: skip


# --- what is answered -----------------------------------------------------------------------------
def _answer(payload: dict[str, Any], said: Said | None) -> None:
    """Answer where Slack waits for it, to the person alone."""
    if said is not None:
        client.answer(payload["response_url"], {"replace_original": False, **body_of(said)})


def body_of(said: Said) -> dict[str, Any]:
    """Return an answer to the person alone."""
    body: dict[str, Any] = {"response_type": "ephemeral", "text": said.text}
    return body | ({"blocks": said.blocks} if said.blocks else {})


def tell(identity: SlackIdentity, said: Said) -> None:
    """Write to somebody in their conversation with Muster."""
    slack = services.slack_client(identity.workspace)
    more = {"blocks": said.blocks} if said.blocks else {}
    slack.call("chat.postMessage", channel=_dm(slack, identity), text=said.text, **more)


def _dm(slack: client.Slack, identity: SlackIdentity) -> str:
    if not identity.dm_channel:
        opened = slack.call("conversations.open", users=identity.slack_user_id)
        services.slack_dm_noted(identity=identity, channel=str(opened["channel"]["id"]))
    return identity.dm_channel


def help_said() -> Said:
    """Return what can be written after `/muster`."""
    found = offers()
    lines = [(word, item.help) for word, item in found.commands.items()]
    lines += [(word, item.help) for word, item in found.forms.items() if item.help]
    text = "\n".join(f"`/muster {word}`  {text}" for word, text in lines)
    return Said(f"{text}\n`/muster help`  {_('This list')}")


def link_offer(workspace: SlackWorkspace, slack_user: str) -> Said:
    """Ask somebody who has not confirmed yet whether this is them, by a link."""
    now = timezone.now()
    token = services.slack_link_ask(
        workspace=workspace, profile=_profile(workspace, slack_user), now=now
    )
    if not token and ask_of(workspace, slack_user, key="", at=now) is not None:
        # They confirmed by an earlier link while Slack was asked who they are.
        return Said(_("Your account is connected now. Write the command once more."))
    if not token:
        return Said(
            _(
                "Muster does not know you by the e-mail of your Slack account. Sign in to Muster "
                "with that address first, or ask your HR."
            )
        )
    url = page(reverse("portal:slack-link", args=[token]))
    where = blocks.link(url, _("Open Muster to confirm"))
    return Said(_("Is this you? %(link)s. The link is good for 15 minutes.") % {"link": where})


def _profile(workspace: SlackWorkspace, slack_user: str) -> dict[str, Any]:
    """Return what Slack says of somebody; of whom it tells nothing, that they are a stranger.

    So are people of other workspaces in a shared channel; they get an answer too.
    """
    slack = services.slack_client(workspace)
    try:
        found: dict[str, Any] = slack.look("users.info", user=slack_user)["user"]
    except Rejected as error:
        log.warning("slack: it does not say who somebody is: %s", error)
        return {"id": slack_user, "is_stranger": True}
    return found


# --- messages to who decides ----------------------------------------------------------------------
def _message(values: dict[str, Any]) -> SlackMessage | None:
    with no_scope("slack: a message of any company"):
        rows = SlackMessage.objects.select_related("identity__user", "identity__workspace__company")
        found: SlackMessage | None = rows.filter(public_id=values["message"]).first()
    if found is None or found.identity.confirmed_at is None:
        return None
    return found if found.identity.workspace.ended_at is None else None


def told_of(row: SlackMessage) -> Told:
    """Return what the message says now."""
    with speaking_to(row.identity):
        return offers().messages[row.kind](row.identity, row.subject, timezone.now())


def _post(values: dict[str, Any]) -> None:
    """Post a message anew while it is to be decided; the one before it goes."""
    row = _message(values)
    if row is None or _is_put_off_anew(row, values.get("until")):
        return
    workspace = row.identity.workspace
    with company_scope(workspace.company), _told_of_a_lost_token(workspace):
        told = told_of(row)
        if not told.is_open:
            return
        slack = services.slack_client(workspace)
        channel = _dm(slack, row.identity)
        made = slack.call("chat.postMessage", channel=channel, text=told.text, blocks=told.blocks)
        before = row.channel, row.ts
        row = services.slack_posted(message=row, channel=str(made["channel"]), ts=str(made["ts"]))
        if all(before):
            _forget(slack, *before)
        # Decided while it was on its way: whoever did found no message to update.
        if not told_of(row).is_open:
            services.slack_update_want(message=row)


def _is_put_off_anew(row: SlackMessage, until: str | None) -> bool:
    """Return whether a reminder of this time is wanted no more: another came, or was chosen."""
    return until is not None and row.snoozed_until != dt.datetime.fromisoformat(until)


def _forget(slack: client.Slack, channel: str, ts: str) -> None:
    """Delete an earlier message; one that stays has buttons which say how it stands."""
    try:
        slack.call("chat.delete", channel=channel, ts=ts)
    except IntegrationError:
        return


def _update(values: dict[str, Any]) -> None:
    row = _message(values)
    if row is None or not row.ts:
        return
    workspace = row.identity.workspace
    with company_scope(workspace.company), _told_of_a_lost_token(workspace):
        _say_anew(row, services.slack_client(workspace))


def _say_anew(row: SlackMessage, slack: client.Slack) -> None:
    told = told_of(row)
    slack.call("chat.update", channel=row.channel, ts=row.ts, text=told.text, blocks=told.blocks)


# --- the digest -----------------------------------------------------------------------------------
def _digest(values: dict[str, Any]) -> None:
    """Post what the app that made the digest says at this moment."""
    with no_scope("slack: the digest of any company"):
        rows = SlackWorkspace.objects.select_related("company")
        workspace: SlackWorkspace | None = rows.filter(public_id=values["workspace"]).first()
    if workspace is None or workspace.ended_at is not None or not workspace.has_digest:
        return
    with company_scope(workspace.company), _told_of_a_lost_token(workspace):
        said: Said = import_string(settings.MUSTER_SLACK_DIGEST)(workspace.company, timezone.now())
        services.slack_client(workspace).call(
            "chat.postMessage", channel=workspace.digest_channel, text=said.text,
            blocks=said.blocks,
        )  # fmt: skip


_SENDERS = {
    SLACK_DELIVERY: _delivery, SLACK_POST: _post, SLACK_UPDATE: _update, SLACK_DIGEST: _digest,
}  # fmt: skip
