"""Forms of coming in without a mailbox."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

_CODE = {"autocapitalize": "none", "autocorrect": "off", "spellcheck": "false"}
_DIGITS = {"inputmode": "numeric", "maxlength": "6"}


def _pin_field(label: Any, **kwargs: Any) -> forms.CharField:
    # No pattern: what is wrong with a PIN is said in one sentence, by the service.
    widget = forms.PasswordInput(attrs={**_DIGITS, "autocomplete": "new-password"})
    return forms.CharField(label=label, widget=widget, max_length=20, **kwargs)


class CodeForm(forms.Form):
    """Who one is by two codes, and the proof."""

    company = forms.CharField(
        label=_("Company code"), max_length=40, widget=forms.TextInput(attrs=_CODE)
    )
    code = forms.CharField(
        label=_("Employee code"),
        max_length=30,
        widget=forms.TextInput(attrs={**_CODE, "autocomplete": "username"}),
    )
    secret = forms.CharField(
        label=_("PIN or password"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    shared = forms.BooleanField(label=_("This phone is shared"), required=False)


class SecretForm(forms.Form):
    """The proof alone, where a name was tapped."""

    secret = forms.CharField(
        label=_("PIN"),
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"inputmode": "numeric", "autocomplete": "off"}),
    )


class PinForm(forms.Form):
    """A new PIN, twice."""

    pin1 = _pin_field(_("New PIN"), help_text=_("Six digits that nobody guesses."))
    pin2 = _pin_field(_("Once more"))

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        first, second = cleaned.get("pin1"), cleaned.get("pin2")
        if first and second and first != second:
            self.add_error("pin2", _("The two PINs differ. Type them again."))
        return cleaned


class ChangePinForm(PinForm):
    """A new PIN, and the proof that it is the person who asks."""

    secret = forms.CharField(
        max_length=128,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    field_order = ("secret", "pin1", "pin2")
