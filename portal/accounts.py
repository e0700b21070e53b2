"""How sign-in behaves here: nobody signs up by themselves; mail leaves through the outbox."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _

from companies.models import User


class AccountAdapter(DefaultAccountAdapter):
    """allauth's way, closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def respond_user_inactive(self, request: HttpRequest, user: User) -> HttpResponse:
        """Say it to whoever knows the password; to anybody else it is a wrong one."""
        messages.error(request, _("This account is closed. Ask your HR to open it again."))
        return redirect("account_login")
