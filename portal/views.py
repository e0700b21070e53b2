"""The front door's own pages: sign-in links, companies, me, health, and the demo's mail."""

from __future__ import annotations

import uuid
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import perform_login, record_authentication
from allauth.account.models import Login
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import ValidationError
from django.db import connection
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.templatetags.static import static
from django.urls import reverse
from django.utils import timezone
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import TemplateView

from attendance import pages
from companies import links, selectors, services, throttle
from companies.actor import Actor
from companies.enums import EmploymentType, Role
from companies.errors import MusterError, TooMany
from companies.models import User
from companies.once import once
from companies.scoping import company_scope
from portal import dev_mail as mails
from portal import sign_ins
from portal.forms import PasswordForm, ResetForm
from portal.own_cells import Whose, zone_of

RESETS_OF_A_CLIENT = 60


def _actor(request: HttpRequest) -> Actor:
    actor: Actor = request.actor  # type: ignore[attr-defined]
    return actor


@require_GET
def me(request: HttpRequest) -> HttpResponse:
    """The person's own page: who they are here, and what is kept of their face."""
    actor = _actor(request)
    if actor.company is None:
        return redirect("portal:choose-company")
    context: dict[str, Any] = {
        "companies_count": len(selectors.memberships(request.user, now=timezone.now()))  # type: ignore[arg-type]
    }
    if actor.employee is not None:
        context |= pages.me_context(actor.employee, now=timezone.now())
        # Who was hired since keeps the way to the certificate.
        is_intern = actor.employee.employment_type == EmploymentType.INTERN
        context["is_intern"] = is_intern or selectors.internships_of(actor.employee).exists()
        context["is_mentor"] = selectors.is_mentor(actor.employee)
    return render(request, "portal/me.html", context)


@require_POST
def own_data(request: HttpRequest) -> HttpResponseBase:
    """Hand out everything that is kept of the person in this company, as one file."""
    actor, now = _actor(request), timezone.now()
    if actor.company is None or actor.user is None:
        raise Http404
    try:
        services.own_data_export(by=actor, now=now)
    except MusterError as error:
        messages.error(request, str(error))
        return redirect("portal:me")
    from portal.own_data import download  # noqa: PLC0415  # cold start: a page needs no export

    return download(Whose(actor.user, actor.company, zone_of(actor, now=now)), now=now)


@require_http_methods(["GET", "POST"])
@once
def choose_company(request: HttpRequest) -> HttpResponse:
    """Let a person of several companies say in which one they act."""
    mine = selectors.memberships(request.user, now=timezone.now())  # type: ignore[arg-type]
    if not mine:
        is_operator = selectors.is_operator(request.user, now=timezone.now())  # type: ignore[arg-type]
        if is_operator:
            return redirect("operator:index")
        if selectors.former_companies(request.user, now=timezone.now()):  # type: ignore[arg-type]
            return redirect("portal:former")
        return render(request, "portal/no_company.html", status=403)
    if request.method == "POST":
        wanted = request.POST.get("company", "")
        if wanted not in {str(item.company.public_id) for item in mine}:
            raise Http404
        request.session["company"] = wanted
        return redirect("attendance:today")
    return render(request, "portal/choose_company.html", {"memberships": mine})


@login_not_required
@never_cache
@require_http_methods(["GET", "POST"])
def password_reset(request: HttpRequest) -> HttpResponse:
    """Ask for a link by mail; the answer is the same whether or not the address is known."""
    form = ResetForm(request.POST or None)
    is_sent = False
    if request.method == "POST" and form.is_valid():
        try:
            _count_reset(request)
            services.password_reset_request(email=form.cleaned_data["email"], now=timezone.now())
            is_sent = True
        except MusterError as error:
            form.add_error("email", str(error))
    return render(request, "portal/password_reset.html", {"form": form, "sent": is_sent})


def _count_reset(request: HttpRequest) -> None:
    """Count by who asks what the service counts by address: nobody mails a whole list of people.

    Raises:
        TooMany: more than a whole office would ask for.
    """
    client = get_adapter(request).get_client_ip(request)
    if not throttle.hit(f"reset-from:{client}", limit=RESETS_OF_A_CLIENT, seconds=3600):
        raise TooMany


@login_not_required
@never_cache
@sensitive_post_parameters()
@require_http_methods(["GET", "POST"])
def set_password(request: HttpRequest, public_id: uuid.UUID, token: str) -> HttpResponse:
    """Choose a password by a link, and be signed in."""
    user = links.user_of_link(public_id, token)
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and user is not None and form.is_valid():
        done = _take_password(public_id, token, form)
        if done is not None:
            messages.success(request, _("Your password is set. Welcome!"))
            return _enter(request, done)
        user = links.user_of_link(public_id, token)
    context = {"form": form, "valid": user is not None, "name": user.name if user else ""}
    status = 200 if user is not None else 410
    return render(request, "portal/set_password.html", context, status=status)


def _enter(request: HttpRequest, user: User) -> HttpResponse:
    """Sign in whoever chose a password by a link, by allauth's own way: a second step is asked."""
    sign_ins.leave_other(request, user)
    record_authentication(request, user, method="password")
    login = Login(user=user, redirect_url=_to_set_up(user))
    response: HttpResponse = perform_login(request, login)
    return response


def _to_set_up(user: User) -> str | None:
    """Return the page of what is left to set up, for who begins a company and works in none."""
    now = timezone.now()
    mine = selectors.memberships(user, now=now)
    if len(mine) != 1 or mine[0].employee or Role.COMPANY_ADMIN not in mine[0].roles:
        return None
    from portal.setup_steps import left, setup_steps  # noqa: PLC0415  # cold start: one page needs it

    with company_scope(mine[0].company):
        steps = setup_steps(mine[0].company, today=now.date())
    return reverse("portal:setup") if left(steps) else None


def _take_password(public_id: uuid.UUID, token: str, form: PasswordForm) -> User | None:
    try:
        return services.password_set(
            public_id=public_id, token=token, password=form.cleaned_data["password1"]
        )
    except ValidationError as error:
        form.add_error("password1", error)
    except MusterError as error:
        form.add_error(None, str(error))
    return None


@login_not_required
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Say whether this process and its database answer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")
    return JsonResponse({"status": "ok"})


@login_not_required
@require_GET
def dev_mail(request: HttpRequest) -> HttpResponse:
    """Show the mail that the demo wrote to files; anywhere else there is no such page."""
    if not settings.DEMO:
        raise Http404
    return render(request, "portal/dev_mail.html", {"mails": mails.newest(settings.MAIL_DIR)})


@login_not_required
@require_GET
def favicon(request: HttpRequest) -> HttpResponse:
    """Answer the browser that asks for an icon by its old name, as beside a picture alone."""
    return redirect(static("muster/icons/favicon.svg"))


@method_decorator(login_not_required, name="dispatch")
class Styleguide(TemplateView):
    """All tokens and components on one page."""

    template_name = "portal/styleguide.html"
