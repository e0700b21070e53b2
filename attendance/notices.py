"""The kinds of mail about attendance; each person switches them off for themselves."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from companies.notices import Notice

CORRECTION_DECIDED = Notice(
    kind="correction_decided",
    title=_("Your correction is decided"),
    about=_("What you asked to have corrected was approved, refused, or taken back."),
)
CORRECTION_ASKED = Notice(
    kind="correction_asked",
    title=_("Somebody asks for a correction"),
    about=_("And you decide. Your inbox has it too."),
    for_deciders=True,
)
OVERTIME_DECIDED = Notice(
    kind="overtime_decided",
    title=_("Your extra minutes are decided"),
    about=_("What counts of the extra and missing minutes of a day."),
)
OVERTIME_ASKED = Notice(
    kind="overtime_asked",
    title=_("Extra minutes wait for your approval"),
    about=_("At most once a day. Your inbox has them too."),
    for_deciders=True,
)
NOTICES = (CORRECTION_DECIDED, CORRECTION_ASKED, OVERTIME_DECIDED, OVERTIME_ASKED)
