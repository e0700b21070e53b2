"""Kinds of mail that a person may switch off, as an app brings them (`portal.notices` names who).

A mail without a kind is always sent: it lets somebody in, or tells them that somebody else came in.
"""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy


@dataclass(frozen=True, kw_only=True)
class Notice:
    """One kind: `title` says when it comes.

    Those `for_deciders` come to who answers for others, those `for_mentors` to mentors and HR,
    those `for_hr` to HR and company admins.
    """

    kind: str
    title: str | Promise
    about: str | Promise = ""
    for_deciders: bool = False
    for_mentors: bool = False
    for_hr: bool = False


INTERNSHIP_ENDS = Notice(
    kind="internship_ends",
    title=gettext_lazy("An internship ends soon"),
    about=gettext_lazy("14 days and 3 days before: to its mentor, and to HR."),
    for_mentors=True,
)
CAREERS = Notice(
    kind="careers_news",
    title=gettext_lazy("Somebody applies or asks on the careers page"),
    about=gettext_lazy("Or answers what was asked of a candidate. HR's pages have it too."),
    for_hr=True,
)
NOTICES = (INTERNSHIP_ENDS, CAREERS)


def foot() -> str:
    """Return the last line of every mail that has a kind, in the language of the moment."""
    return _("Choose which of these mails you get: %(link)s") % {
        "link": f"{settings.PUBLIC_URL}{reverse('portal:notices')}"
    }
