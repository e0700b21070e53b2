"""The form by which a company asks to join, and what keeps machines from filling it in."""

from __future__ import annotations

import datetime as dt
import uuid
from typing import Any, Final
from urllib.parse import urlsplit

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from companies.countries import countries
from companies.enums import CompanySize
from companies.validators import validate_mail_domain, validate_name_of_a_stranger

_SALT: Final = "join-form"
# Nobody fills it in within this time.
LEAST = dt.timedelta(seconds=3)
_MOST = dt.timedelta(days=1)


def new_ticket() -> str:
    """Return what a form carries: its one-time token and when it was shown, signed."""
    return signing.dumps(str(uuid.uuid4()), salt=_SALT)


def _token_of(ticket: str, *, max_age: dt.timedelta | None = None) -> uuid.UUID | None:
    try:
        return uuid.UUID(signing.loads(ticket, salt=_SALT, max_age=max_age))
    except signing.BadSignature:
        return None


class JoinForm(forms.Form):
    """What is asked of a company that wants to join.

    `fax` is shown to nobody: whatever fills it in is no person.
    """

    company_name = forms.CharField(
        label=_("Company"), max_length=120, validators=[validate_name_of_a_stranger],
        widget=forms.TextInput(attrs={"autocomplete": "organization"}),
    )  # fmt: skip
    country = forms.ChoiceField(
        label=_("Country"), widget=forms.Select(attrs={"autocomplete": "country"})
    )
    size = forms.ChoiceField(
        label=_("About how many people"), choices=[("", _("Choose…")), *CompanySize.choices]
    )
    name = forms.CharField(
        label=_("Your name"), max_length=120, validators=[validate_name_of_a_stranger],
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )  # fmt: skip
    email = forms.EmailField(
        label=_("Your work e-mail"), max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=_("We send a link there to confirm it, and write about this only."),
    )  # fmt: skip
    domain = forms.CharField(
        label=_("Website or mail domain, if you have one"), max_length=300, required=False,
        widget=forms.TextInput(
            attrs={"autocapitalize": "none", "inputmode": "url", "spellcheck": "false"}
        ),
        help_text=_("Such as kettle.example."),
    )  # fmt: skip
    message = forms.CharField(
        label=_("Anything we should know? (optional)"), max_length=1000, required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )  # fmt: skip
    fax = forms.CharField(
        label=_("Leave this empty"), required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )  # fmt: skip
    ticket = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as it stands above
        field.choices = [("", _("Choose…")), *countries().items()]

    @property
    def is_of_a_machine(self) -> bool:
        """Whether what nobody sees was filled in."""
        return bool(self.data.get("fax"))

    @property
    def token(self) -> uuid.UUID:
        """The form's one-time token, once the form is valid."""
        token = _token_of(self.cleaned_data["ticket"])
        assert token is not None  # noqa: S101  # it was cleaned
        return token

    @property
    def asked(self) -> dict[str, str]:
        """What is asked for, once the form is valid."""
        return {name: text for name, text in self.cleaned_data.items()
                if name not in ("fax", "ticket")}  # fmt: skip

    def visible(self) -> list[Any]:
        """Return the fields that a person sees, in order."""
        return [self[name] for name in self.fields if name not in ("fax", "ticket")]

    def clean_domain(self) -> str:
        """Take a website's address for its domain."""
        said = self.cleaned_data["domain"].strip().lower()
        if not said:
            return ""
        try:
            host = urlsplit(said if "//" in said else f"//{said}").hostname or said
        except ValueError:
            host = said
        domain = host.rpartition("@")[2].removeprefix("www.")
        validate_mail_domain(domain)
        return domain

    def clean_ticket(self) -> str:
        """Refuse what was sent faster than anybody types, and a form that lay open for a day."""
        ticket: str = self.cleaned_data["ticket"]
        if _token_of(ticket, max_age=_MOST) is None:
            raise ValidationError(
                _("This form is out of date. Look it over and send it again."), code="stale"
            )
        if _token_of(ticket, max_age=LEAST) is not None:
            raise ValidationError(_("That was quick. Look it over and send it again."))
        return ticket


class AnswerForm(forms.Form):
    """What the platform asked back, answered."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
