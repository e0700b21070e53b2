"""The consent text for face data: numbered, so that an answer names what was read.

Where a service compares the faces, pictures leave this system: that is another text, of another
version, and everybody is asked again before the next enrolment.
"""

from __future__ import annotations

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from integrations import faces

# A change of meaning is a new version: everybody is asked again before the next enrolment.
VERSION = "2026-11-c"

PARAGRAPHS = (
    _(
        "When you check in, the page can take one picture and compare your face with reference "
        "pictures, so that nobody else can check in for you. If your company wants it, the page "
        "asks you to turn your head and takes a second picture of that."
    ),
    _(
        "What is kept: from your reference pictures numbers that describe your face, encrypted, "
        "and one of the pictures, for as long as they are in use. Of each check-in, its "
        "pictures, for as many days as your company has set."
    ),
    _(
        "Who sees it: the numbers, nobody. The pictures, you, HR of your company and auditors it "
        "has named. Where a check-in is unsure, also whoever answers for you, to compare its "
        "picture with the reference picture. Nobody else, and nothing leaves this system. On the "
        "page Me you see who looked."
    ),
    _(
        "Where the comparison is unsure, a person looks at the picture; your check-in counts "
        "meanwhile. Only if your company has chosen so, a check-in does not count that shows "
        "another face or none, or comes without the head turn: the page says so, you can try "
        "again or use your PIN, and HR can accept it all the same."
    ),
    _(
        "You are free to refuse, and may withdraw at any time on the page Me: the numbers, the "
        "reference picture and every other picture are then deleted at once, and you get a "
        "receipt. Without the face check you check in with a PIN, which counts the same."
    ),
)


# What is said in place of the second and the third paragraph where a service compares.
_HOSTED = {
    1: _(
        "Where it is done: your reference pictures and those of your check-ins are sent to Amazon "
        "Rekognition, a service of Amazon Web Services, in the region that your company's "
        "operator has chosen. It keeps numbers that describe your face, without your name, for as "
        "long as your reference pictures are in use. Kept here: one of the reference pictures, "
        "also so long, and the pictures of each check-in for as many days as your company has set."
    ),
    2: _(
        "Who sees it: the numbers, nobody. The pictures, you, HR of your company and auditors it "
        "has named. Where a check-in is unsure, also whoever answers for you, to compare its "
        "picture with the reference picture. Nobody else, and nothing else leaves this system. On "
        "the page Me you see who looked."
    ),
}


def version() -> str:
    """Return the number of the text that holds here now."""
    return f"{VERSION}-hosted" if faces.is_hosted() else VERSION


def paragraphs() -> tuple[str | Promise, ...]:
    """Return the text that holds here now."""
    said = _HOSTED if faces.is_hosted() else {}
    return tuple(said.get(number, text) for number, text in enumerate(PARAGRAPHS))


def plain() -> str:
    """Return the whole text in the active language, as it was shown."""
    return "\n\n".join(str(paragraph) for paragraph in paragraphs())
