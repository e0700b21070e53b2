"""How sign-in behaves here: nobody signs up by themselves; mail leaves through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.core.internal.ratelimit import get_ip
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies import selectors, services
from companies.errors import PasswordWrong, TooMany
from companies.models import User
from portal import browsers
from portal.cognito_views import is_offered
from portal.second_factor import is_fresh

_SIGNED_IN = "account/messages/logged_in.txt"


def caller_of(request: HttpRequest, login: str) -> services.Caller:
    """Return from where somebody tries to sign in by this login."""
    return services.Caller(client=get_ip(request), browser=browsers.browser_of(request, login))


class AccountAdapter(DefaultAccountAdapter):
    """allauth's way, closed."""

    error_messages = {  # noqa: RUF012  # allauth's own attribute
        **DefaultAccountAdapter.error_messages,
        "email_password_mismatch": gettext_lazy(
            "This address and password do not fit together. "
            "Type them again, or ask for a link below."
        ),
        "incorrect_password": PasswordWrong.sentence,
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Say it to whoever knows the password; to anybody else it is a wrong one."""
        messages.error(request, _("This account is closed. Ask your HR to open it again."))
        return redirect("account_login")

    def add_message(
        self,
        request: HttpRequest,
        level: int,
        message_template: str | None = None,
        *more: Any,
        **named: Any,
    ) -> None:
        """Leave what is said of signing in and of second steps to Muster's own pages."""
        told = message_template or ""
        if told != _SIGNED_IN and not told.startswith("mfa/"):
            super().add_message(request, level, message_template, *more, **named)

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        """Count the try, in place of allauth's own limits, which several processes get round."""
        login = str(credentials["email"])
        try:
            self._counted = services.sign_in_try(
                login=login, caller=caller_of(request, login), now=timezone.now()
            )
        except TooMany as error:
            raise ValidationError(str(error), code=error.code) from error

    def authenticate(self, request: HttpRequest, **credentials: Any) -> User | None:
        user: User | None = super().authenticate(request, **credentials)
        if user is not None:
            services.sign_in_worked(self._counted)
        return user

    def post_login(self, request: HttpRequest, user: User, **hints: Any) -> HttpResponse:
        """Know the browser from now on for the login that it was used with."""
        response: HttpResponse = super().post_login(request, user, **hints)
        login = (hints["signal_kwargs"] or {}).get("login") or hints["email"]
        if login:
            browsers.remember_login(request, response, login)
        return response

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Ask again for what changes a sign-in, but not who has just shown who they are."""
        request = context.request
        if request is not None and is_fresh(request):
            return False
        if request is not None and self._has_the_pool_alone(request):
            # allauth asks nothing of who has neither a password nor a second step.
            there = request.get_full_path() if request.method == "GET" else "/"
            query = urlencode({"next": there})
            raise ImmediateHttpResponse(redirect(f"{reverse('portal:pool-again')}?{query}"))
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def _has_the_pool_alone(self, request: HttpRequest) -> bool:
        user: Any = request.user
        if not user.is_authenticated or user.has_usable_password() or not is_offered():
            return False
        return not get_reauthentication_flows(user) and selectors.has_pool_account(user)

    def reauthenticate(self, user: User, password: str) -> bool:
        """Ask for the password alone: who signs in by codes has no address to look up."""
        try:
            services.password_confirm(user=user, password=password, now=timezone.now())
        except PasswordWrong:
            return False
        except TooMany as error:
            raise ValidationError(str(error), code=error.code) from error
        return True
