"""The consent text for face data: numbered, so that an answer names what was read."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

# A change of meaning is a new version: everybody is asked again before the next enrolment.
VERSION = "2026-11"

PARAGRAPHS = (
    _(
        "When you check in, the page can take one picture and compare your face with reference "
        "pictures, so that nobody else can check in for you."
    ),
    _(
        "What is kept: from your reference pictures only numbers that describe your face, "
        "encrypted; the pictures themselves are not kept. Of each check-in, the picture, for as "
        "many days as your company has set."
    ),
    _(
        "Who sees it: the numbers, nobody. The pictures of your check-ins, you and HR of your "
        "company. Nobody else, and nothing leaves this system."
    ),
    _(
        "The comparison never decides by itself. Where it is unsure, a person looks at the "
        "picture; your check-in counts meanwhile."
    ),
    _(
        "You are free to refuse, and may withdraw at any time on the page Me: the numbers are then "
        "deleted at once. Without the face check you can still check in, without a picture."
    ),
)


def plain() -> str:
    """Return the whole text in the active language, as it was shown."""
    return "\n\n".join(str(paragraph) for paragraph in PARAGRAPHS)
