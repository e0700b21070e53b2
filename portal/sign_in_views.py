"""Coming in by codes, on a phone of one's own or a shared one; and choosing a PIN."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.internal.flows.login import perform_login
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from companies import selectors, services
from companies.actor import Actor
from companies.errors import MusterError
from companies.models import Employee
from companies.services.pins import is_pin
from portal import browsers, sign_ins
from portal.accounts import caller_of
from portal.sign_in_forms import ChangePinForm, CodeForm, SecretForm


def _wrong() -> str:
    return _("These codes, PIN or password do not fit together. Look at your card and try again.")


def login_of(company_code: str, employee_code: str) -> str:
    """Return two codes as the one login that tries are counted by."""
    return f"{company_code.strip()}/{employee_code.strip()}"


def _next(request: HttpRequest) -> str | None:
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    is_safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if is_safe else None


def _try(
    request: HttpRequest, form: Any, *, company_code: str, employee_code: str, wrong: str = ""
) -> Employee | None:
    """Return who that is; what is wrong, and when to come back, is said on the form."""
    login = login_of(company_code, employee_code)
    try:
        employee = services.sign_in_by_codes(
            company_code=company_code,
            employee_code=employee_code,
            secret=form.cleaned_data["secret"],
            caller=caller_of(request, login),
            now=timezone.now(),
        )
    except MusterError as error:
        form.add_error(None, str(error))
        return None
    if employee is None:
        form.add_error("secret" if wrong else None, wrong or _wrong())
    return employee


def enter(
    request: HttpRequest, employee: Employee, *, method: str, is_shared: bool = False
) -> HttpResponse:
    """Sign the person in by allauth's own way, which asks for a second factor where one is set."""
    user = employee.user
    assert user is not None  # noqa: S101  # whoever has no user has no PIN and no password
    sign_ins.record(request, user, method=method, employee=employee, is_shared=is_shared)
    login = Login(
        user=user,
        redirect_url=_next(request),
        signal_kwargs={"login": login_of(employee.company.code, employee.code)},
    )
    response: HttpResponse = perform_login(request, login)
    if is_shared:
        browsers.remember_person(request, response, employee)
    request.session.set_expiry(
        int(sign_ins.PIN_SESSION.total_seconds())
        if method == "pin" or is_shared
        else settings.SESSION_COOKIE_AGE
    )
    request.session["company"] = str(employee.company.public_id)
    return response


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def sign_in_code(request: HttpRequest) -> HttpResponse:
    """Sign in by company code, employee code, and a PIN or a password."""
    if request.user.is_authenticated:
        return redirect(_next(request) or "attendance:today")
    has_people = bool(browsers.people_of(request))
    asked = {"company": request.GET.get("company", ""), "shared": has_people}
    form = CodeForm(request.POST or None, initial=asked)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        employee = _try(request, form, company_code=typed["company"], employee_code=typed["code"])
        if employee is not None:
            method = "pin" if is_pin(typed["secret"]) else "password"
            return enter(request, employee, method=method, is_shared=typed["shared"])
    context = {
        "form": form,
        "next": _next(request),
        "has_people": has_people,
        "is_ended": "ended" in request.GET,
    }
    return render(request, "portal/sign_in_code.html", context)


@login_not_required
@never_cache
@require_GET
def phone(request: HttpRequest) -> HttpResponse:
    """Ask "Who are you?" on a shared phone: the names of who signed in here, nothing else."""
    if request.user.is_authenticated:
        return redirect("attendance:today")
    people = browsers.people_of(request)
    if not people:
        return redirect("portal:sign-in-code")
    context = {"people": people, "is_ended": "ended" in request.GET}
    return render(request, "portal/phone.html", context)


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def phone_person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """Let who tapped their name on a shared phone prove it."""
    if not browsers.is_one_of(request, public_id):
        raise Http404
    if request.user.is_authenticated:
        return redirect("attendance:today")
    form = SecretForm(request.POST or None)
    name = next(each.name for each in browsers.people_of(request) if each.id == str(public_id))
    if request.method == "POST" and form.is_valid():
        found = selectors.employee_by_id(public_id)
        company_code, code = (found.company.code, found.code) if found else ("", str(public_id))
        wrong = _("That is not your PIN. Try again.")
        employee = _try(request, form, company_code=company_code, employee_code=code, wrong=wrong)
        if employee is not None:
            method = "pin" if is_pin(form.cleaned_data["secret"]) else "password"
            return enter(request, employee, method=method, is_shared=True)
    return render(request, "portal/phone_person.html", {"form": form, "name": name})


@login_not_required
@require_POST
def phone_forget(request: HttpRequest) -> HttpResponse:
    """Forget everybody whom this phone knows."""
    response = redirect("portal:sign-in-code")
    browsers.forget_people(response)
    messages.success(request, _("This phone knows nobody any more."))
    return response


@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def pin(request: HttpRequest) -> HttpResponse:
    """Choose a PIN, or another one; the present PIN or the password proves who asks."""
    actor: Actor = request.actor  # type: ignore[attr-defined]
    if actor.employee is None:
        raise Http404
    form = ChangePinForm(request.POST or None)
    has_pin = selectors.has_pin(actor.employee)
    if request.method == "POST" and form.is_valid() and _set_pin(actor, form, request):
        messages.success(request, _("Your PIN is set."))
        return redirect("portal:me")
    context = {"form": form, "has_pin": has_pin}
    return render(request, "portal/pin.html", context)


def _set_pin(actor: Actor, form: ChangePinForm, request: HttpRequest) -> bool:
    """Set the PIN; what is wrong is said beside its field."""
    employee = actor.employee
    assert employee is not None  # noqa: S101  # asked before
    company_code, code = employee.company.code, employee.code
    wrong = _("That is not your present PIN or password.")
    if _try(request, form, company_code=company_code, employee_code=code, wrong=wrong) is None:
        return False
    try:
        services.pin_set(employee=employee, pin=form.cleaned_data["pin1"], by=actor)
    except MusterError as error:
        form.add_error("pin1", str(error))
        return False
    return True
