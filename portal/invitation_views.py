"""Accepting an invitation: by a printed card, or of a company that asks before it connects."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies import selectors, services
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import Employee, Invitation
from companies.once import once
from companies.scoping import company_scope
from companies.services.pins import is_pin
from portal import browsers
from portal.accounts import caller_of
from portal.forms import PasswordForm
from portal.sign_in_forms import PinForm
from portal.sign_in_views import enter, login_of


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def welcome(request: HttpRequest, token: str) -> HttpResponse:
    """Choose a PIN or a password by a printed card, and be signed in."""
    invitation = selectors.invitation_of_token(token, now=timezone.now())
    invited = invitation.employee if invitation is not None else None
    sent = request.POST if request.method == "POST" else None
    if invited is None:
        again = _again(request, token) if sent is not None else None
        return again or render(request, "portal/welcome_over.html", status=410)
    is_password = sent is not None and sent.get("way") == "password"
    pins = PinForm(None if is_password else sent)
    passwords = PasswordForm(sent if is_password else None)
    form: PinForm | PasswordForm = passwords if is_password else pins
    if sent is not None and form.is_valid():
        employee = _use(token, form)
        if employee is not None:
            messages.success(request, _("Welcome! From now on you sign in with your codes."))
            method = "password" if is_password else "pin"
            is_shared = "shared" in sent or bool(browsers.people_of(request))
            return enter(request, employee, method=method, is_shared=is_shared)
    context = {
        "invitation": invitation,
        "pins": pins,
        "passwords": passwords if selectors.card_opens_password(invited) else None,
        "is_password": is_password,
    }
    return render(request, "portal/welcome.html", context)


def _again(request: HttpRequest, token: str) -> HttpResponse | None:
    """Sign in who sends the form a second time (a double tap): the card is used, the PIN is right.

    It is a sign-in like any other, counted as one; a wrong PIN finds the card used up.
    """
    employee = selectors.employee_of_used_card(token)
    is_password = request.POST.get("way") == "password"
    secret = request.POST.get("password1" if is_password else "pin1", "")
    if employee is None or is_pin(secret) is is_password:
        return None
    login = login_of(employee.company.code, employee.code)
    try:
        known = services.sign_in_by_codes(
            company_code=employee.company.code, employee_code=employee.code, secret=secret,
            caller=caller_of(request, login), now=timezone.now(),
        )  # fmt: skip
    except MusterError:
        return None
    if known is None:
        return None
    is_shared = "shared" in request.POST or bool(browsers.people_of(request))
    method = "password" if is_password else "pin"
    return enter(request, known, method=method, is_shared=is_shared)


def _use(token: str, form: PinForm | PasswordForm) -> Employee | None:
    """Use the card; what is wrong is said beside its field."""
    name = "pin1" if isinstance(form, PinForm) else "password1"
    chosen = {"pin" if name == "pin1" else "password": form.cleaned_data[name]}
    try:
        return services.invitation_use(token=token, now=timezone.now(), **chosen)
    except ValidationError as error:
        form.add_error(name, error)
    except MusterError as error:
        form.add_error(name, str(error))
    return None


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_GET
def invitations(request: HttpRequest) -> HttpResponse:
    """Show which companies invite the person who is signed in."""
    user = _actor(request).user
    assert user is not None  # noqa: S101  # signed in
    found = selectors.invitations_for(user, now=timezone.now())
    return render(request, "portal/invitations.html", {"invitations": found})


@require_POST
@once
def invitation_answer(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Accept the invitation, or say that one is not meant."""
    actor, now = _actor(request), timezone.now()
    assert actor.user is not None  # noqa: S101  # signed in
    mine: dict[uuid.UUID, Any] = {
        row.public_id: row for row in selectors.invitations_for(actor.user, now=now)
    }
    invitation = mine.get(public_id)
    if invitation is None:
        raise Http404
    is_accepted = request.POST.get("answer") == "accept"
    company = invitation.company
    try:
        with company_scope(company):
            _answer(invitation, is_accepted=is_accepted, by=actor, now=now)
    except MusterError as error:
        messages.error(request, str(error))
        return redirect("portal:invitations")
    if invitation.employee is None:
        return _audits(request, invitation, is_accepted=is_accepted, by=actor)
    if not is_accepted:
        sentence = _("%(company)s is told that you are not meant.")
        messages.success(request, sentence % {"company": company.name})
        return redirect("portal:invitations")
    request.session["company"] = str(company.public_id)
    messages.success(request, _("Welcome to %(company)s!") % {"company": company.name})
    return redirect("attendance:today")


def _answer(invitation: Invitation, *, is_accepted: bool, by: Actor, now: dt.datetime) -> None:
    if invitation.employee is None:
        services.auditor_answer(offer=invitation, is_accepted=is_accepted, by=by, now=now)
        return
    services.invitation_answer(invitation=invitation, is_accepted=is_accepted, by=by, now=now)


def _audits(
    request: HttpRequest, offer: Invitation, *, is_accepted: bool, by: Actor
) -> HttpResponse:
    """Lead who audits from now on to what they read; say it to who begins later, or never."""
    company, words = offer.company, {"company": offer.company.name}
    if not is_accepted:
        messages.success(request, _("%(company)s is told that you do not audit it.") % words)
        return redirect("portal:invitations")
    assert by.user is not None  # noqa: S101  # they answered
    mine = selectors.memberships(by.user, now=timezone.now())
    if company not in [item.company for item in mine]:
        assert offer.starts_on is not None  # noqa: S101  # what is offered for a time has dates
        words["first"] = date_format(offer.starts_on, "j F Y")
        sentence = _("You read the records of %(company)s from %(first)s on.")
        messages.success(request, sentence % words)
        return redirect("portal:invitations")
    request.session["company"] = str(company.public_id)
    messages.success(request, _("You read the records of %(company)s.") % words)
    return redirect("admin:index")
