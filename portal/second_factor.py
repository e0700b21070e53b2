"""Who must have a second step at sign-in has it before anything else opens."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Any

from allauth.account.internal.flows.login import get_authentication_records
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from companies import selectors
from companies.actor import Actor
from companies.models import User
from companies.selectors import second_factor_is_asked, second_factor_is_asked_of

# Where somebody sets one up, shows the one they have, or leaves.
_OPEN = frozenset(
    {
        "portal:security", "portal:choose-company", "account_logout", "account_reauthenticate",
        "mfa_reauthenticate", "mfa_reauthenticate_webauthn", "portal:pool-again",
    }
)  # fmt: skip
# Open to who has no second step yet. Who has one shows it first: in a session from before it was
# set up, somebody with the password could add one of their own, or read the codes.
_SETTING_UP = frozenset(
    {
        "mfa_activate_totp", "mfa_add_webauthn", "mfa_deactivate_totp", "mfa_edit_webauthn",
        "mfa_generate_recovery_codes", "mfa_remove_webauthn", "mfa_view_recovery_codes",
    }
)  # fmt: skip
# How somebody shows who they are; a PIN, typed on a phone that others hold too, is not among them.
_PROOFS = frozenset({"password", "mfa", "socialaccount"})


def is_fresh(request: HttpRequest) -> bool:
    """Return whether the person showed who they are within the last minutes, signing in or since.

    allauth counts only what was shown on its page for it: who has just signed in would be asked
    for the same password again.
    """
    earliest = time.time() - settings.ACCOUNT_REAUTHENTICATION_TIMEOUT
    user: Any = request.user
    return any(
        record["method"] in _PROOFS and record["at"] > earliest
        for record in get_authentication_records(request, user)
    )


def has_shown(request: HttpRequest, user: User) -> bool:
    """Return whether a second step was shown in this session."""
    return any(record["method"] == "mfa" for record in get_authentication_records(request, user))


def is_asked(request: HttpRequest, actor: Actor) -> bool:
    """Return whether the actor needs a second step for what they are about to open."""
    if actor.company is not None and second_factor_is_asked(actor.company, roles=actor.roles):
        return True
    return (
        settings.MUSTER_OPERATOR_SECOND_FACTOR
        and request.path_info.startswith("/operator/")
        and actor.user is not None
        and selectors.is_operator(actor.user, now=timezone.now())
    )


def _may_not_set_up(user: User) -> bool:
    """Return whether the user has a second step, and any company or the platform asks for it."""
    from allauth.mfa.utils import is_mfa_enabled  # noqa: PLC0415  # needs the loaded apps

    return is_mfa_enabled(user) and second_factor_is_asked_of(user)


class SecondFactorRequired:
    """Lead who must have a second step, and has shown none, to where they set it up."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Any, _args: Any, _kwargs: Any
    ) -> HttpResponse | None:
        actor: Actor | None = getattr(request, "actor", None)
        if actor is None or actor.user is None or not getattr(view, "login_required", True):
            return None
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        if name in _OPEN or has_shown(request, actor.user):
            return None
        asks = _may_not_set_up(actor.user) if name in _SETTING_UP else is_asked(request, actor)
        return _lead(request, actor) if asks else None


def _lead(request: HttpRequest, actor: Actor) -> HttpResponse:
    from allauth.mfa.utils import is_mfa_enabled  # noqa: PLC0415  # needs the loaded apps

    if actor.is_limited:
        # A PIN changes nothing of a sign-in.
        return render(request, "portal/mfa/password_first.html", status=403)
    if is_mfa_enabled(actor.user):
        there = request.get_full_path() if request.method == "GET" else "/"
        return redirect(f"{reverse('mfa_reauthenticate')}?{urlencode({'next': there})}")
    messages.warning(
        request,
        _("You need a second step to sign in here. Set one up now; it takes a minute."),
    )
    return redirect("portal:security")
