"""HR's page of Slack, the way there and back, and whose Slack account somebody's is."""

from __future__ import annotations

import logging
import uuid
from dataclasses import replace
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from companies import permissions, selectors, services
from companies.actor import Actor
from companies.errors import MusterError, SlackNoAnswer, SlackOff, SlackStateStale
from companies.models import Company, SlackIdentity, SlackWorkspace
from companies.once import once
from companies.scoping import company_scope
from integrations.errors import IntegrationError
from integrations.slack.client import Slack, authorize_url, is_set_up
from leave.slack.digests import last_unposted
from portal.slack_forms import SlackForm

log = logging.getLogger(__name__)

SCOPES = ("commands", "chat:write", "users:read", "users:read.email", "im:write")
STATE_SECONDS = 600
_SESSION, _SALT = "slack_state", "muster.slack-state"


def _hr(request: HttpRequest) -> tuple[Actor, Company]:
    """Return who manages Slack, of which company; for others there is no such page."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.company is None or not permissions.can_manage_slack(actor):
        raise Http404
    return actor, actor.company


@never_cache
@require_http_methods(["GET", "POST"])
def slack(request: HttpRequest) -> HttpResponse:
    """Show how Slack stands for the company; take what HR lets it do."""
    actor, company = _hr(request)
    workspace = selectors.slack_last_workspace(company)
    is_connected = workspace is not None and workspace.ended_at is None
    form = SlackForm(request.POST or None, instance=workspace if is_connected else None)
    if request.method == "POST" and _configured(form, workspace, actor):
        messages.success(request, _("Saved."))
        return redirect("portal:slack")
    context = {
        "is_set_up": is_set_up(), "workspace": workspace, "is_connected": is_connected,
        "form": form,
        "unposted": last_unposted(workspace, timezone.now()) if workspace else None,
    }  # fmt: skip
    response = render(request, "portal/slack.html", context, status=400 if form.errors else 200)
    if is_set_up():
        # Connecting is a form, and browsers judge where its answer leads too.
        response._csp_update = {"form-action": [settings.MUSTER_SLACK_ORIGIN]}  # type: ignore[attr-defined]
    return response


def _configured(form: SlackForm, workspace: SlackWorkspace | None, actor: Actor) -> bool:
    if workspace is None or not form.is_valid():
        return False
    try:
        services.slack_configure(workspace=workspace, by=actor, **form.cleaned_data)
    except ValidationError as error:
        form.add_error(None, error.messages[0])
    except MusterError as error:
        form.add_error(None, str(error))
    else:
        return True
    return False


# --- to Slack and back ----------------------------------------------------------------------------
def _back_url() -> str:
    return f"{settings.PUBLIC_URL}{reverse('portal:slack-oauth')}"


@require_POST
def connect(request: HttpRequest) -> HttpResponse:
    """Lead to Slack, where somebody who may says yes to the app."""
    actor, company = _hr(request)
    if not is_set_up():
        messages.error(request, str(SlackOff()))
        return redirect("portal:slack")
    nonce = uuid.uuid4().hex
    request.session[_SESSION] = nonce
    state = signing.dumps([nonce, str(company.public_id), actor.id], salt=_SALT)
    asked = {
        "client_id": str(settings.MUSTER_SLACK_CLIENT_ID), "scope": ",".join(SCOPES),
        "redirect_uri": _back_url(), "state": state,
    }  # fmt: skip
    return redirect(f"{authorize_url()}?{urlencode(asked)}")


@never_cache
@require_http_methods(["GET", "POST"])
def oauth(request: HttpRequest) -> HttpResponse:
    """Come back from Slack: ask once more which company it is, and connect by the button.

    The state holds for ten minutes, in this session, for this company, and for one try.
    """
    actor, company = _hr(request)
    if not is_set_up():
        raise Http404
    sent = request.POST if request.method == "POST" else request.GET
    state, code = sent.get("state", ""), sent.get("code", "")
    if not _is_ours(request, state, actor, company):
        messages.error(request, str(SlackStateStale()))
        return redirect("portal:slack")
    if not code:
        messages.info(request, _("Nothing was connected: Slack was not told yes."))
        return redirect("portal:slack")
    if request.method == "GET":
        context = {"company": company, "state": state, "code": code}
        return render(request, "portal/slack_connect.html", context)
    del request.session[_SESSION]
    _connect(request, code, actor)
    return redirect("portal:slack")


def _is_ours(request: HttpRequest, state: str, actor: Actor, company: Company) -> bool:
    try:
        said = signing.loads(state, salt=_SALT, max_age=STATE_SECONDS)
    except signing.BadSignature:
        return False
    wanted = [request.session.get(_SESSION), str(company.public_id), actor.id]
    return bool(said == wanted)


def _connect(request: HttpRequest, code: str, actor: Actor) -> None:
    try:
        answer = Slack().exchange(code=code, redirect_uri=_back_url())
        row = services.slack_connect(answer=answer, by=actor, now=timezone.now())
    except IntegrationError as error:
        log.warning("slack: the code was not exchanged: %s", error)
        messages.error(request, str(SlackNoAnswer()))
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("Connected to %(team)s.") % {"team": row.team_name})


@require_POST
@once
def disconnect(request: HttpRequest) -> HttpResponse:
    """Take the workspace off; who is who there is kept for another day."""
    actor, company = _hr(request)
    workspace = selectors.slack_workspace(company)
    if workspace is not None:
        services.slack_disconnect(workspace=workspace, by=actor, now=timezone.now())
        messages.success(request, _("Disconnected. Muster can do nothing in Slack any more."))
    return redirect("portal:slack")


# --- whose account it is --------------------------------------------------------------------------
def _as_of(request: HttpRequest, identity: SlackIdentity) -> Actor:
    """Return who is signed in, acting in the company of the account, whichever one is open now."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.user is None:
        raise Http404
    now = timezone.now()
    found = selectors.actor_of(actor.user, identity.company, now=now, channel=actor.channel)
    return replace(found, is_limited=actor.is_limited, request_id=actor.request_id)


@never_cache
@require_http_methods(["GET", "POST"])
def link(request: HttpRequest, token: str) -> HttpResponse:
    """Ask the person whom a Slack account matched whether it is theirs; the button says yes, once.

    To anybody else the link is one that ran out.
    """
    if not is_set_up():
        raise Http404
    identity = services.slack_link_of(token, now=timezone.now())
    if identity is None:
        return render(request, "portal/slack_link_over.html", status=410)
    with company_scope(identity.company):
        actor = _as_of(request, identity)
        if not permissions.can_confirm_slack(actor, identity):
            return render(request, "portal/slack_link_over.html", {"is_other": True}, status=410)
        if request.method == "GET":
            return render(request, "portal/slack_link.html", {"identity": identity})
        return _confirm(request, token, actor)


def _confirm(request: HttpRequest, token: str, actor: Actor) -> HttpResponse:
    try:
        row = services.slack_link_confirm(token=token, by=actor, now=timezone.now())
    except MusterError as error:
        messages.error(request, str(error))
    else:
        messages.success(
            request,
            _("%(name)s in Slack is you. Write /muster help there to see what you can do.")
            % {"name": row.slack_name},
        )
    return redirect("portal:security")


@require_POST
@once
def unlink(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let one's own Slack account go."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.company is None or actor.user is None:
        raise Http404
    own = selectors.slack_accounts(actor.user, actor.company)
    identity = get_object_or_404(own, public_id=public_id)
    services.slack_link_remove(identity=identity, by=actor)
    messages.success(request, _("Your Slack account is not connected any more."))
    return redirect("portal:security")
