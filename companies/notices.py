"""Kinds of mail that a person may switch off, as an app brings them (`portal.notices` names who).

A mail without a kind is always sent: it lets somebody in, or tells them that somebody else came in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One kind: `title` says when it comes. Those `for_deciders` come to who answers for others."""

    kind: str
    title: str | Promise
    about: str | Promise = ""
    for_deciders: bool = False


def foot() -> str:
    """Return the last line of every mail that has a kind, in the language of the moment."""
    return _("Choose which of these mails you get: %(link)s") % {
        "link": f"{settings.PUBLIC_URL}{reverse('portal:notices')}"
    }
