"""Sign-in and security: one's own password, address, second steps, and where one is signed in."""

from __future__ import annotations

import uuid
from typing import Any
from zoneinfo import ZoneInfo

from allauth.mfa.app_settings import RECOVERY_CODE_COUNT
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies import links, selectors, services
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import SlackIdentity, User
from companies.once import once
from portal.forms import EmailChangeForm, PasswordChangeForm
from portal.own_cells import zone_of

HOME = "portal:security"


def _actor(request: HttpRequest) -> tuple[Actor, User]:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.user is None:
        raise Http404
    return actor, actor.user


@require_GET
def security(request: HttpRequest) -> HttpResponse:
    """Show how the person signs in, and where they are signed in now."""
    actor, user = _actor(request)
    context = {
        "email": user.email,
        "has_password": user.has_usable_password(),
        "sessions": selectors.sessions_of(user, current=request.session.session_key or ""),
        "is_asked": selectors.second_factor_is_asked_of(user),
        "slack": _slack_accounts(actor, user),
        **_second_steps(user),
    }
    zone = zone_of(actor, now=timezone.now()) if actor.company is not None else "UTC"
    with timezone.override(ZoneInfo(zone)):
        return render(request, "portal/security.html", context | {"zone": zone.replace("_", " ")})


def _slack_accounts(actor: Actor, user: User) -> list[SlackIdentity]:
    """Return the person's accounts in the company's Slack."""
    if actor.company is None or actor.is_limited:
        return []
    return list(selectors.slack_accounts(user, actor.company))


def _second_steps(user: User) -> dict[str, Any]:
    """Return the person's app, passkeys, and how many recovery codes are left."""
    found: dict[str, Any] = {"app": None, "passkeys": [], "codes_left": None}
    for row in Authenticator.objects.filter(user=user).order_by("pk"):
        if row.type == Authenticator.Type.WEBAUTHN:
            found["passkeys"].append(row)
        elif row.type == Authenticator.Type.TOTP:
            found["app"] = row
        else:
            found["codes_left"] = RECOVERY_CODE_COUNT - int(row.data["used_mask"]).bit_count()
    return found | {"has_second_step": bool(found["app"] or found["passkeys"])}


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def password(request: HttpRequest) -> HttpResponse:
    """Change the password, by the present one; other sessions end."""
    actor, user = _actor(request)
    form = PasswordChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _change_password(form, user, actor):
        before = request.session.session_key or ""
        update_session_auth_hash(request, user)
        services.session_moved(before=before, after=request.session.session_key or "")
        services.sessions_end(user=user, by=actor, but=request.session.session_key or "")
        messages.success(
            request, _("Your password is changed. Everywhere else you are signed out.")
        )
        return redirect(HOME)
    return render(request, "portal/security_password.html", {"form": form})


def _change_password(form: PasswordChangeForm, user: User, actor: Actor) -> bool:
    try:
        services.password_confirm(
            user=user, password=form.cleaned_data["password"], now=timezone.now()
        )
        services.password_change(user=user, password=form.cleaned_data["password1"], by=actor)
    except ValidationError as error:
        form.add_error("password1", error)
    except MusterError as error:
        form.add_error("password", str(error))
    else:
        return True
    return False


@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def email(request: HttpRequest) -> HttpResponse:
    """Ask to sign in with another address; a link there decides."""
    actor, user = _actor(request)
    form = EmailChangeForm(request.POST or None)
    if request.method == "POST" and form.is_valid() and _ask_email(form, user, actor):
        messages.success(
            request,
            _("Look into the mail of %(email)s: the address changes when you open the link there.")
            % {"email": form.cleaned_data["email"]},
        )
        return redirect(HOME)
    return render(request, "portal/security_email.html", {"form": form, "email": user.email})


def _ask_email(form: EmailChangeForm, user: User, actor: Actor) -> bool:
    now = timezone.now()
    try:
        services.password_confirm(user=user, password=form.cleaned_data["password"], now=now)
    except MusterError as error:
        form.add_error("password", str(error))
        return False
    try:
        services.email_change_ask(user=user, address=form.cleaned_data["email"], by=actor, now=now)
    except MusterError as error:
        form.add_error("email", str(error))
        return False
    return True


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def email_change(request: HttpRequest, token: str) -> HttpResponse:
    """Confirm a change of address by the link sent to the new one."""
    return _by_link(request, token, purpose=links.CONFIRM)


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def email_change_stop(request: HttpRequest, token: str) -> HttpResponse:
    """Stop a change of address by the link sent to the old one."""
    return _by_link(request, token, purpose=links.STOP)


def _by_link(request: HttpRequest, token: str, *, purpose: str) -> HttpResponse:
    """Show what a link is about; the button does it, once."""
    change = links.change_of_link(token, purpose)
    deed = services.email_change_confirm if purpose == links.CONFIRM else services.email_change_stop
    error, is_done = "", False
    if request.method == "POST":
        try:
            deed(token=token, now=timezone.now())
            is_done = True
        except MusterError as refusal:
            error = str(refusal)
    is_good = is_done or (change is not None and services.change_is_open(change, purpose))
    context = {
        "change": change, "is_stop": purpose == links.STOP, "is_good": is_good and not error,
        "is_done": is_done,
    }  # fmt: skip
    return render(
        request, "portal/email_change.html", context, status=200 if context["is_good"] else 410
    )


@require_POST
@once
def end_one(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Sign out of one other browser."""
    actor, user = _actor(request)
    if not services.session_end(user=user, public_id=public_id, by=actor):
        raise Http404
    messages.success(request, _("You are signed out there."))
    return redirect(HOME)


@require_POST
@once
def end_others(request: HttpRequest) -> HttpResponse:
    """Sign out everywhere but here."""
    actor, user = _actor(request)
    ended = services.sessions_end(user=user, by=actor, but=request.session.session_key or "")
    messages.success(
        request,
        ngettext("You are signed out in %(n)d other place.",
                 "You are signed out in %(n)d other places.", ended) % {"n": ended},
    )  # fmt: skip
    return redirect(HOME)
