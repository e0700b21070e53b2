"""What keeps machines from filling in forms that are for everybody."""

from __future__ import annotations

import datetime as dt
import json
import uuid
from typing import Any, Final

from django import forms
from django.core import signing
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_SALT: Final = "public-form"
# Nobody fills it in within this time.
LEAST = dt.timedelta(seconds=3)
_MOST = dt.timedelta(days=1)
_UNSEEN: Final = ("fax", "ticket")


def new_ticket() -> str:
    """Return what a form carries: its one-time token and when it was shown, signed."""
    return signing.dumps(str(uuid.uuid4()), salt=_SALT)


def _token_of(ticket: str, *, max_age: dt.timedelta | None = None) -> uuid.UUID | None:
    try:
        return uuid.UUID(signing.loads(ticket, salt=_SALT, max_age=max_age))
    except signing.BadSignature:
        return None


class TicketForm(forms.Form):
    """A form for everybody, which carries a ticket.

    `fax` is shown to nobody: whatever fills it in is no person.
    """

    fax = forms.CharField(
        label=_("Leave this empty"), required=False,
        widget=forms.TextInput(attrs={"autocomplete": "off", "tabindex": "-1"}),
    )  # fmt: skip
    ticket = forms.CharField(widget=forms.HiddenInput, required=False)

    @property
    def is_of_a_machine(self) -> bool:
        """Whether what nobody sees was filled in."""
        return bool(self.data.get("fax"))

    def token_at(self, place: Any = "") -> uuid.UUID:
        """Return what names the form as it was sent, once it is valid: a second tap has the same.

        With other words, after a way back to correct an address, or at another company, it is
        another form: what is told to be on its way must not be dropped as sent already.
        """
        token = _token_of(self.cleaned_data["ticket"])
        assert token is not None  # noqa: S101  # it was cleaned
        typed = [self.data.get(name, "") for name in self.fields if name not in _UNSEEN]
        return uuid.uuid5(token, json.dumps([str(place), *typed]))

    @property
    def asked(self) -> dict[str, Any]:
        """What was typed, once the form is valid."""
        return {name: text for name, text in self.cleaned_data.items() if name not in _UNSEEN}

    @property
    def next_ticket(self) -> str:
        """The ticket to show: one that is out of date gets another, one that came too fast not."""
        is_kept = self.is_bound and not self.has_error("ticket", "stale")
        return str(self.data.get("ticket", "")) if is_kept else new_ticket()

    @property
    def wrong_ticket(self) -> list[str]:
        """What is said of the ticket."""
        return [str(error) for error in self.errors.get("ticket", ())]

    def visible(self) -> list[Any]:
        """Return the fields that a person sees, in order."""
        return [self[name] for name in self.fields if name not in _UNSEEN]

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
