"""How allauth's second factors behave here: secrets sealed, names in Muster's words."""

from __future__ import annotations

from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.mfa.models import Authenticator
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from companies.models import User
from companies.selectors import second_factor_is_asked_of
from integrations.sealing import open_text, seal_text

_PURPOSE = "second factor"


class MfaAdapter(DefaultMFAAdapter):
    """allauth's way, with secrets that a copy of the database does not tell."""

    error_messages = {  # noqa: RUF012  # allauth's own attribute
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": gettext_lazy("This code does not fit. Try the newest one."),
        "cannot_generate_recovery_codes": gettext_lazy(
            "Set up an app or a passkey first; the codes come with it."
        ),
        "cannot_delete_authenticator": gettext_lazy(
            "Your company asks you for a second step. Add another one first."
        ),
    }

    def _get_site_name(self) -> str:
        return "Muster"

    def encrypt(self, text: str) -> str:
        return seal_text(text, purpose=_PURPOSE)

    def decrypt(self, encrypted_text: str) -> str:
        return open_text(encrypted_text, purpose=_PURPOSE)

    def can_delete_authenticator(self, authenticator: Authenticator) -> bool:
        """Keep the last one of somebody who must have one."""
        user: User = authenticator.user
        others = Authenticator.objects.filter(user=user).exclude(pk=authenticator.pk)
        if others.exclude(type=Authenticator.Type.RECOVERY_CODES).exists():
            return True
        return not second_factor_is_asked_of(user)

    def generate_authenticator_name(self, user: User, type: str) -> str:  # noqa: A002
        count = Authenticator.objects.filter(user=user, type=type).count()
        return _("Passkey") if count == 0 else _("Passkey %(number)d") % {"number": count + 1}
