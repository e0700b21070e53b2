"""Errors that a person reads: code, status, and a sentence with its values."""

from __future__ import annotations

from typing import Any

import pytest
from django.utils import translation
from django.utils.translation import gettext_lazy

from companies import errors
from companies.errors import MusterError

_TABLE: list[tuple[type[MusterError], dict[str, Any], str, int, str]] = [
    (errors.MusterError, {}, "error", 400, "This did not work."),
    (errors.NotAllowed, {}, "not_allowed", 403, "You may not do this."),
    (
        errors.InvalidTransition, {}, "invalid_transition", 409,
        "This was already decided. Reload the page to see how.",
    ),
    (errors.ReasonMissing, {}, "reason_missing", 400, "Please give a reason."),
    (
        errors.TooMany, {}, "too_many", 429,
        "Too many attempts. Wait a minute and try again.",
    ),
    (
        errors.CodeTaken, {"code": "100%"}, "code_taken", 409,
        "Another company has the code 100%. Choose another one.",
    ),
    (
        errors.EmailMissing, {"name": "Nima"}, "email_missing", 400,
        "Nima has no e-mail address. Write one first, then send the link.",
    ),
    (
        errors.EmailTaken, {"email": "n@x.example"}, "email_taken", 409,
        "Another person of the company signs in with n@x.example.",
    ),
    (
        errors.RoleOutOfReach, {"name": "Nima"}, "role_out_of_reach", 403,
        "Nima has a role that you may not give to this address. Ask a company admin to end "
        "the role first, then send the link.",
    ),
    (
        errors.LinkInvalid, {}, "link_invalid", 410,
        "This link was used already or has run out. Ask for a new one.",
    ),
]  # fmt: skip


@pytest.mark.parametrize(
    ("error", "values", "code", "status", "sentence"), _TABLE, ids=[row[2] for row in _TABLE]
)
def test_an_error_has_code_status_and_sentence(
    error: type[MusterError], values: dict[str, Any], code: str, status: int, sentence: str
) -> None:
    raised = error(**values)
    assert (raised.code, raised.status, str(raised)) == (code, status, sentence)
    assert (raised.values, raised.args) == (values, (code,))


def test_every_error_of_this_floor_stands_in_the_table() -> None:
    here = {
        found
        for found in vars(errors).values()
        if isinstance(found, type) and issubclass(found, MusterError)
    }
    assert here == {row[0] for row in _TABLE}
    assert len({row[2] for row in _TABLE}) == len(_TABLE)


def test_an_error_speaks_the_language_of_where_it_is_shown() -> None:
    class Closed(MusterError):
        code = "closed"
        # A word that Django itself brings in German.
        sentence = gettext_lazy("Monday")

    raised = Closed()
    with translation.override("de"):
        assert str(raised) == "Montag"
    assert str(raised) == "Monday"
