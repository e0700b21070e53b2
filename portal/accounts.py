"""How sign-in behaves here: nobody signs up by themselves; mail leaves through the outbox."""

from __future__ import annotations

from allauth.account.adapter import DefaultAccountAdapter
from django.http import HttpRequest


class AccountAdapter(DefaultAccountAdapter):
    """allauth's way, closed."""

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False
