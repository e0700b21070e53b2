"""Errors that a person can read: a stable code, values, and the sentence made of both."""

from __future__ import annotations

from typing import Any, ClassVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _


class MusterError(Exception):
    """Base of every error that a door shows to its user.

    `code` is stable and meant for programs; `sentence` is translated where it is shown, with
    `values` filled in; `status` is the HTTP status that fits.
    """

    code: ClassVar[str] = "error"
    sentence: ClassVar[str | Promise] = _("This did not work.")
    status: ClassVar[int] = 400

    def __init__(self, **values: Any) -> None:
        self.values = values
        super().__init__(self.code)

    def __str__(self) -> str:
        return str(self.sentence) % self.values


class NotAllowed(MusterError):
    code = "not_allowed"
    sentence = _("You may not do this.")
    status = 403


class InvalidTransition(MusterError):
    code = "invalid_transition"
    sentence = _("This was already decided. Reload the page to see how.")
    status = 409


class ReasonMissing(MusterError):
    code = "reason_missing"
    sentence = _("Please give a reason.")


class TooMany(MusterError):
    code = "too_many"
    sentence = _("Too many attempts. Wait a minute and try again.")
    status = 429


class CodeTaken(MusterError):
    code = "code_taken"
    sentence = _("Another company has the code %(code)s. Choose another one.")
    status = 409


class EmailMissing(MusterError):
    code = "email_missing"
    sentence = _("%(name)s has no e-mail address. Write one first, then send the link.")


class EmailTaken(MusterError):
    code = "email_taken"
    sentence = _("Another person of the company signs in with %(email)s.")
    status = 409


class RoleOutOfReach(MusterError):
    code = "role_out_of_reach"
    sentence = _(
        "%(name)s has a role that you may not give to this address. Ask a company admin to end "
        "the role first, then send the link."
    )
    status = 403


class LinkInvalid(MusterError):
    code = "link_invalid"
    sentence = _("This link was used already or has run out. Ask for a new one.")
    status = 410
