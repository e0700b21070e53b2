"""The form by which a company asks to join."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from django import forms
from django.utils.translation import gettext_lazy as _

from companies.countries import countries
from companies.enums import CompanySize
from companies.validators import validate_mail_domain, validate_name_of_a_stranger
from portal.tickets import TicketForm


class JoinForm(TicketForm):
    """What is asked of a company that wants to join."""

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

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["country"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101  # as it stands above
        field.choices = [("", _("Choose…")), *countries().items()]

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


class AnswerForm(forms.Form):
    """What the platform asked back, answered."""

    answer = forms.CharField(
        label=_("Your answer"), max_length=1000, widget=forms.Textarea(attrs={"rows": 4})
    )
