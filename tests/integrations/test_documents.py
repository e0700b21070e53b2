"""Files that come with a request: told by what they begin with, pictures made anew."""

from __future__ import annotations

import hashlib

import pytest
from PIL import Image

from integrations import documents
from integrations.errors import Rejected
from tests.integrations import pictures

PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def _refusal(data: bytes) -> str:
    with pytest.raises(Rejected) as caught:
        documents.clean(data)
    return caught.value.code


def test_a_pdf_is_kept_as_it_came() -> None:
    kept = documents.clean(PDF)
    assert (kept.data, kept.content_type) == (PDF, "application/pdf")
    assert kept.sha256 == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_picture_is_made_anew_without_what_it_says_of_its_maker(kind: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "a maker"
    sent = pictures.encoded(pictures.plain(3000, 1500), kind, exif=exif)
    kept = documents.clean(sent)
    made = pictures.opened(kept.data)
    assert (kept.content_type, made.size) == ("image/jpeg", (2400, 1200))
    assert kept.data.startswith(b"\xff\xd8\xff")
    assert not made.getexif()
    assert b"a maker" in sent
    assert b"a maker" not in kept.data


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "document_empty"),
        (b"%PDF-" + b"x" * documents.MOST_BYTES, "document_too_large"),
        (b"%PDF-1.4 cut off", "document_damaged"),
        (b"\xff\xd8\xff and nothing of a picture", "document_damaged"),
        (b"<html><script>alert(1)</script>", "document_unknown"),
        (b"GIF89a", "document_unknown"),
        (b"PK\x03\x04 a spreadsheet", "document_unknown"),
        (b"MZ a program, called letter.pdf", "document_unknown"),
        (b" %PDF-1.4\n%%EOF", "document_unknown"),
    ],
)
def test_what_is_none_is_refused(data: bytes, code: str) -> None:
    assert _refusal(data) == code
