"""Files that people send with what they ask for: PDF, JPEG or PNG, told by what they begin with.

Names and types that a browser says are not believed. Pictures are decoded and made anew
(`photos`). A PDF is kept as it came, for it may be signed: whoever shows it hands it out as a file
to be saved, never as a page. Codes of `Rejected`, each the user's to mend: `document_empty`,
`document_too_large`, `document_unknown`, `document_damaged`.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Final

from integrations import photos
from integrations.errors import Rejected

# Encoded for Lambda's six megabytes, with the rest of its form.
MOST_BYTES: Final = 4 * 1024 * 1024
PDF: Final = "application/pdf"
JPEG: Final = "image/jpeg"
ENDINGS: Final = {PDF: "pdf", JPEG: "jpg"}
# What a form offers to choose from.
ACCEPTED: Final = "application/pdf,image/jpeg,image/png"
# A sheet of paper photographed by a phone stays readable.
_SIDE: Final = 2400
_PICTURES: Final = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n")
_PDF_START: Final = b"%PDF-"
_PDF_END: Final = b"%%EOF"
# Some programs write a few bytes behind the end.
_NEAR_THE_END: Final = 1024


@dataclass(frozen=True)
class Document:
    """A file as it is kept."""

    data: bytes
    content_type: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.data).hexdigest()


def clean(data: bytes) -> Document:
    """Return the file as it may be kept.

    Raises:
        Rejected: see the module.
    """
    if not data:
        raise Rejected("document_empty")
    if len(data) > MOST_BYTES:
        raise Rejected("document_too_large", megabytes=MOST_BYTES // 1024**2)
    if data.startswith(_PDF_START):
        if _PDF_END not in data[-_NEAR_THE_END:]:
            raise Rejected("document_damaged")
        return Document(data, PDF)
    if not data.startswith(_PICTURES):
        raise Rejected("document_unknown")
    try:
        return Document(photos.from_original(data, _SIDE), JPEG)
    except Rejected as error:
        # Whatever is wrong with a picture, its sender can do one thing: send another.
        raise Rejected("document_damaged") from error
