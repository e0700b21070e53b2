"""Forms of the second step: tries are counted by one atomic statement, whatever process asks."""

from __future__ import annotations

from typing import Any

from allauth.mfa.base.forms import AuthenticateForm as AllauthAuthenticateForm
from allauth.mfa.base.forms import ReauthenticateForm as AllauthReauthenticateForm
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.webauthn.forms import (
    AddWebAuthnForm,
    AuthenticateWebAuthnForm,
    EditWebAuthnForm,
    LoginWebAuthnForm,
    ReauthenticateWebAuthnForm,
)
from django import forms
from django.utils.translation import gettext_lazy as _

from companies import throttle
from companies.errors import TooMany

TRIES = 10
WINDOW = 15 * 60
_LONGEST_NAME = 60
_MALFORMED = (AttributeError, KeyError, TypeError, ValueError)


class _Counted:
    """Count each try of a person, right or wrong, before the code is looked at."""

    user: Any

    def clean_code(self) -> str:
        key = f"second-step:{self.user.public_id}"
        if not throttle.hit(key, limit=TRIES, seconds=WINDOW):
            raise forms.ValidationError(str(TooMany()), code=TooMany.code)
        code: str = super().clean_code()  # type: ignore[misc]
        throttle.give_back(key)
        return code


def _dress(form: forms.Form) -> None:
    attributes = form.fields["code"].widget.attrs
    attributes.pop("placeholder", None)
    attributes |= {"autocomplete": "one-time-code", "autocapitalize": "off", "spellcheck": "false"}


class CodeForm(_Counted, AllauthAuthenticateForm):
    """A code of the app, or a recovery code, at sign-in."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)


class CodeAgainForm(_Counted, AllauthReauthenticateForm):
    """The same, asked again before something sensitive."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)


class AppForm(_Counted, ActivateTOTPForm):
    """The first code of a new app."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _dress(self)
        self.fields["code"].label = _("The six digits that the app shows")
        self.fields["code"].widget.attrs["inputmode"] = "numeric"


def _no_passkey() -> forms.ValidationError:
    return forms.ValidationError(_("The passkey did not fit. Try again."), code="passkey_unfit")


class _Parsed:
    """Say of what no browser would send that it does not fit, where the library would fail."""

    def clean_credential(self) -> Any:
        try:
            return super().clean_credential()  # type: ignore[misc]
        except _MALFORMED as error:
            raise _no_passkey() from error


class PasskeyStepForm(_Parsed, AuthenticateWebAuthnForm):
    """A passkey as the second step."""


class PasskeySignInForm(_Parsed, LoginWebAuthnForm):
    """A passkey alone."""


class PasskeyAgainForm(_Parsed, ReauthenticateWebAuthnForm):
    """A passkey, shown again."""


class PasskeyForm(AddWebAuthnForm):
    """A new passkey and its name; it may always sign in by itself."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields.pop("passwordless")
        self.fields["name"] = forms.CharField(
            label=_("Name"),
            required=False,
            max_length=_LONGEST_NAME,
            help_text=_("To know it by, for example “Phone” or “Blue key”."),
        )

    def clean(self) -> dict[str, Any]:
        try:
            cleaned: dict[str, Any] = super().clean()
        except _MALFORMED as error:
            raise _no_passkey() from error
        return cleaned


class PasskeyNameForm(EditWebAuthnForm):
    """Another name for a passkey."""

    name = forms.CharField(label=_("Name"), max_length=_LONGEST_NAME)
