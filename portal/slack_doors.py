"""What Slack sends: commands, buttons and forms, events. Its signature says that it is Slack.

Nobody is signed in here and no cookie is read. Slack waits three seconds: what arrives is written
down, answered, and worked on by the outbox. Only forms are opened, renewed and taken at once: what
lets Muster open one runs out after those three seconds, and what is wrong with one can be said in
it only then.
"""

from __future__ import annotations

import hashlib
import json
import logging
import time
from collections.abc import Callable
from typing import Any

from django.conf import settings
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from companies import selectors, services, slack_work, throttle
from companies.enums import SlackKind
from companies.errors import MusterError, SlackNoAnswer, TooMany
from companies.models import SlackWorkspace
from companies.scoping import company_scope
from companies.slack import Ask, Form, Said, offers
from integrations.errors import IntegrationError, Misconfigured
from integrations.slack import blocks, client, signature

log = logging.getLogger(__name__)

A_MINUTE = 60
ASKS_A_MINUTE = 60
# A button that opens a form where Slack was too slow for the first try.
OPENS = "opens:"
_View = Callable[[HttpRequest], HttpResponse]


def signed(view: _View) -> _View:
    """Let in what Slack signed within five minutes; where Slack is off there is no such page."""

    @require_POST
    def wrapper(request: HttpRequest) -> HttpResponse:
        if not client.is_set_up():
            raise Http404
        # What comes in parts may have been read before this, and Slack sends none.
        is_slacks = request.content_type != "multipart/form-data" and signature.is_signed(
            secret=str(settings.MUSTER_SLACK_SIGNING_SECRET), body=request.body,
            timestamp=request.headers.get("X-Slack-Request-Timestamp", ""),
            signature=request.headers.get("X-Slack-Signature", ""), now=time.time(),
        )  # fmt: skip
        if not is_slacks:
            return JsonResponse({"title": _("Slack did not sign this.")}, status=401)
        return view(request)

    return wrapper


def _key(body: bytes) -> str:
    """Return what is the same for every arrival: each request of Slack has a trigger of its own."""
    return hashlib.sha256(body).hexdigest()


def _said(said: Said) -> HttpResponse:
    return JsonResponse(slack_work.body_of(said))


def _unknown() -> HttpResponse:
    return _said(Said(_("This workspace is not connected to Muster. Ask your HR to connect it.")))


def _within(workspace: SlackWorkspace, slack_user: str) -> bool:
    key = f"slack:{workspace.public_id}:{slack_user}"
    return throttle.hit(key, limit=ASKS_A_MINUTE, seconds=A_MINUTE)


# --- commands -------------------------------------------------------------------------------------
@signed
def commands(request: HttpRequest) -> HttpResponse:
    """Take `/muster …`."""
    sent = request.POST
    workspace = selectors.slack_workspace_of_team(sent.get("team_id", "-"))
    if workspace is None:
        return _unknown()
    user = sent.get("user_id", "")
    with company_scope(workspace.company):
        if not _within(workspace, user):
            return _said(Said(str(TooMany())))
        word, _space, words = sent.get("text", "").strip().partition(" ")
        key = _key(request.body)
        form = offers().forms.get(word.lower())
        if form is not None and form.help:
            ask = slack_work.ask_of(workspace, user, key=key, at=timezone.now())
            if ask is not None:
                return _opened(ask, word.lower(), form, sent.get("trigger_id", ""))
        services.slack_take(
            workspace=workspace, key=key, kind=SlackKind.COMMAND, now=timezone.now(),
            payload={"user": user, "word": word.lower(), "words": words,
                     "response_url": sent.get("response_url", "")},
        )  # fmt: skip
    return _said(Said(_("One moment…")))


def _opened(ask: Ask, name: str, form: Form, trigger: str) -> HttpResponse:
    """Open a form; where Slack does not take it in time, offer a button that does."""
    with slack_work.speaking_to(ask.identity):
        problem = _open(ask, form, trigger)
        if problem is None:
            return HttpResponse()
        again = blocks.actions(blocks.button(str(form.button), f"{OPENS}{name}", name))
        return _said(Said(problem, [blocks.section(problem), again]))


def _open(ask: Ask, form: Form, trigger: str) -> str | None:
    """Open a form, and return the sentence of what stands against it."""
    try:
        view = form.opens(ask)
    except MusterError as error:
        return str(error)
    return _call(ask.workspace, "views.open", trigger_id=trigger, view=view)


def _call(workspace: SlackWorkspace, method: str, **values: Any) -> str | None:
    """Ask Slack at once, with little patience; return what to say where it did not work."""
    try:
        services.slack_client(workspace, seconds=client.AT_ONCE).call(method, **values)
    except IntegrationError as error:
        log.warning("slack: %s did not work: %s", method, error)
        if isinstance(error, Misconfigured):
            services.slack_refused(workspace, error, timezone.now())
        return str(SlackNoAnswer())
    return None


# --- buttons and forms ----------------------------------------------------------------------------
@signed
def interactions(request: HttpRequest) -> HttpResponse:
    """Take what somebody pressed, chose or sent."""
    try:
        sent = json.loads(request.POST.get("payload", ""))
        team, user, kind = sent["team"]["id"], sent["user"]["id"], sent["type"]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"title": _("This is nothing that Slack sends.")}, status=400)
    workspace = selectors.slack_workspace_of_team(team)
    if workspace is None:
        return _unknown()
    with company_scope(workspace.company):
        if kind == "view_submission":
            return _sent_form(workspace, sent)
        if kind == "block_actions" and sent.get("actions") and _within(workspace, user):
            return _acted(workspace, sent, _key(request.body))
    return HttpResponse()


def _acted(workspace: SlackWorkspace, sent: dict[str, Any], key: str) -> HttpResponse:
    action, user = sent["actions"][0], sent["user"]["id"]
    value = str(action.get("value", ""))
    name = str(action.get("action_id", "")).removeprefix(OPENS)
    opened, view = offers().forms.get(name), sent.get("view")
    ask = slack_work.ask_of(
        workspace, user, key=key, at=timezone.now(), value=value, view=view or {}
    )
    if view is None and (opened is None or ask is None):
        # Who is not known is offered the link, whatever the button.
        services.slack_take(
            workspace=workspace, key=key, kind=SlackKind.BUTTON, now=timezone.now(),
            payload={"user": user, "action": name, "value": value,
                     "response_url": sent.get("response_url", "")},
        )  # fmt: skip
    elif ask is not None:
        with slack_work.speaking_to(ask.identity):
            if view is not None:
                _renew(ask, view)
            elif opened is not None:
                problem = _open(ask, opened, sent.get("trigger_id", ""))
                if problem is not None:
                    _answer(sent.get("response_url", ""), problem)
    return HttpResponse()


def _renew(ask: Ask, view: dict[str, Any]) -> None:
    """Show a form as it stands by what was chosen; what comes late is not shown."""
    form = offers().forms.get(view.get("callback_id", ""))
    if form is None or form.change is None:
        return
    try:
        found = form.change(ask)
    except MusterError as error:
        # It stays as it is: sending it says what stands against it.
        log.info("slack: a form was not renewed: %s", error.code)
        return
    _call(ask.workspace, "views.update", view_id=view["id"], hash=view.get("hash", ""), view=found)


def _answer(url: str, sentence: str) -> None:
    body = {"replace_original": False, **slack_work.body_of(Said(sentence))}
    try:
        client.answer(url, body, seconds=client.AT_LAST)
    except IntegrationError as error:
        log.warning("slack: an answer was not taken: %s", error)


def _sent_form(workspace: SlackWorkspace, sent: dict[str, Any]) -> HttpResponse:
    """Take a form, once; what is wrong with it is said beside its fields."""
    view, user = sent["view"], sent["user"]["id"]
    name = view.get("callback_id", "")
    form = offers().forms.get(name)
    key = f"view:{view.get('id', '')}"
    ask = slack_work.ask_of(workspace, user, key=key, at=timezone.now(), view=view)
    if form is None:
        return HttpResponse()
    if ask is None:
        return _not_taken(view)
    kept = {part: view.get(part) for part in ("state", "private_metadata", "callback_id")}
    with slack_work.speaking_to(ask.identity), transaction.atomic():
        is_first = services.slack_take(
            workspace=workspace, key=key, kind=SlackKind.FORM, now=timezone.now(),
            payload={"user": user, "form": name, "view": kept},
        )  # fmt: skip
        errors = form.send(ask) if is_first else {}
        if errors:
            # Nothing of it was taken: the same form may be mended and sent again.
            transaction.set_rollback(True)
            return JsonResponse({"response_action": "errors", "errors": errors})
    return HttpResponse()


def _not_taken(view: dict[str, Any]) -> HttpResponse:
    """Keep a form open that nobody known sent: closed, it would look as if it had been taken."""
    first = [*view.get("state", {}).get("values", {})][:1]
    words = _("Muster does not know you here. Write /muster status, confirm, and send this again.")
    return JsonResponse({"response_action": "errors", "errors": dict.fromkeys(first, words)})


# --- events ---------------------------------------------------------------------------------------
@signed
def events(request: HttpRequest) -> HttpResponse:
    """Take what Slack tells by itself: whether this address is ours, and that the app is gone."""
    try:
        sent = json.loads(request.body)
        kind = sent["type"]
    except (ValueError, KeyError, TypeError):
        return JsonResponse({"title": _("This is nothing that Slack sends.")}, status=400)
    if kind == "url_verification":
        return JsonResponse({"challenge": str(sent.get("challenge", ""))})
    workspace = selectors.slack_workspace_of_team(str(sent.get("team_id", "-")))
    if workspace is None or kind != "event_callback":
        return HttpResponse()
    with company_scope(workspace.company):
        services.slack_take(
            workspace=workspace, key=f"event:{sent.get('event_id', '')}", kind=SlackKind.EVENT,
            payload={"type": _event_of(sent, workspace), "at": sent.get("event_time")},
            now=timezone.now(),
        )  # fmt: skip
    return HttpResponse()


def _event_of(sent: dict[str, Any], workspace: SlackWorkspace) -> str:
    """Return what happened; people's own tokens, which Muster has none of, are nothing to it."""
    event = sent.get("event") or {}
    if event.get("type") == "tokens_revoked" and not (event.get("tokens") or {}).get("bot"):
        return "tokens_of_people_revoked"
    return str(event.get("type", ""))[:60]
