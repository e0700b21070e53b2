"""The kinds of mail about leave; each person switches them off for themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.notices import Notice

DECIDED = Notice(
    kind="leave_decided",
    title=_("Your leave is decided"),
    about=_("Approved, refused, or somebody asks you something first."),
)
CANCELLED = Notice(
    kind="leave_cancelled",
    title=_("Somebody changes your leave"),
    about=_("It is cancelled, or asked for or taken back in your name."),
)
RECOUNTED = Notice(
    kind="leave_recounted",
    title=_("Your leave counts something else"),
    about=_("A holiday was added, for example, and days come back to you."),
)
LAPSING = Notice(
    kind="leave_lapsing",
    title=_("Days of yours are about to lapse"),
    about=_("In time to take them."),
)
ASKED = Notice(
    kind="leave_asked",
    title=_("Somebody asks for leave"),
    about=_("Or to cancel it, or claims extra work, and you decide. Your inbox has it too."),
    for_deciders=True,
)
WAITING = Notice(
    kind="leave_waiting",
    title=_("Leave waits for you"),
    about=_("A reminder after some days, and what comes to you because nobody has decided."),
    for_deciders=True,
)
WITHDRAWN = Notice(
    kind="leave_withdrawn",
    title=_("Leave of your team is off"),
    about=_("Somebody took back what waited for you, or approved leave was cancelled."),
    for_deciders=True,
)
NOTICES = (DECIDED, CANCELLED, RECOUNTED, LAPSING, ASKED, WAITING, WITHDRAWN)
