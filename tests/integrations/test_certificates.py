"""A certificate on paper: its words, its code, its logo, and one file for one content."""

from __future__ import annotations

import io
from dataclasses import replace

from PIL import Image

from integrations import qr
from integrations.certificates import CertificatePage, write
from tests.integrations.tables.pdf import Reader

ADDRESS = "https://muster.example/certificate/ACDE-FGHJ-KMNP/"
PAGE = CertificatePage(
    company="Kettle & Söhne",
    title="Certificate of attendance",
    before="This is to certify that",
    name="Maya माया",
    period="was an intern from Monday, 2 March 2026 to Friday, 13 March 2026.",
    rows=(("Present", "9½ days"), ("Worked", "76 h 30 min")),
    remark="Good hands. " * 90,
    issued="Issued on Monday, 16 March 2026 by Hari",
    code_words="Anybody can check this certificate by its code:",
    code="ACDE-FGHJ-KMNP",
    address=ADDRESS,
)


def _logo() -> bytes:
    file = io.BytesIO()
    Image.new("RGBA", (60, 30), (10, 90, 60, 128)).save(file, "PNG")
    return file.getvalue()


def test_it_says_all_of_it_on_one_page() -> None:
    (page,) = Reader(write(PAGE)).pages()
    said = page.texts
    for text in ("Kettle & Söhne", "Certificate of attendance", "9½ days", "76 h 30 min",
                 "ACDE-FGHJ-KMNP", ADDRESS, PAGE.issued, PAGE.period):  # fmt: skip
        assert text in said
    assert said[4:6] == ["माया", PAGE.period]
    # A long remark ends in an ellipsis.
    assert sum("hands." in text for text in said) == 6
    assert any(text.endswith("…") for text in said)
    assert len(Reader(write(replace(PAGE, remark="", rows=()))).pages()) == 1


def test_the_same_makes_the_same_file_and_another_word_another() -> None:
    assert write(PAGE) == write(PAGE)
    assert write(PAGE) != write(replace(PAGE, remark="Good hands."))


def test_a_logo_stands_in_the_corner() -> None:
    file = write(PAGE, logo=_logo())
    assert b"/Subtype /Image" in file
    assert b"/Subtype /Image" not in write(PAGE)
    assert file == write(PAGE, logo=_logo())


def test_the_squares_of_a_code_are_a_square_with_its_three_corners() -> None:
    rows = qr.modules(ADDRESS)
    side = len(rows)
    assert {len(row) for row in rows} == {side} and side % 4 == 1
    corner = [True] * 7
    assert rows[0][:7] == rows[0][-7:] == rows[-1][:7] == corner
    assert rows == qr.modules(ADDRESS) != qr.modules("another")
