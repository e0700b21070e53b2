"""PDF: its texts as a reader finds them, its pages, and its fonts."""

from __future__ import annotations

from pathlib import Path

import pytest

from integrations import photos
from integrations.tables import Column, Kind, LineKind, Paper, Row, shown
from integrations.tables import pdf as writer
from integrations.tables.pdf_text import REGULAR, register, width, wrapped
from tests.integrations import pictures
from tests.integrations.tables.pdf import Reader
from tests.integrations.tables.tables import COLUMNS, table, written

FONTS = Path(writer.__file__).parent / "fonts"


def test_pdf_says_what_the_page_says() -> None:
    (page,) = Reader(written("pdf", table())).pages()
    texts = page.texts
    assert texts[:3] == ["Kettle & Söhne", "Muster roll, March 2026", "3 people"]
    for line in table().lines():
        expected = [
            shown(cell, column.kind) for column, cell in zip(COLUMNS, line.cells, strict=False)
        ]
        for text in expected:
            # A joined letter has no letter of its own; that one is looked at below.
            if text and "क्ष" not in text:
                assert text in texts, (line.kind, text)
    assert texts[-2:] == [
        "Kettle & Söhne · Muster roll, March 2026 · Made on 2 April", "Page 1 of 1",
    ]  # fmt: skip
    assert "P Present" in texts and "Prepared by" in texts and "Underlined: to clear up." in texts


def test_devanagari_is_shaped() -> None:
    """Six letters of क्षेत्री make four shapes; unshaped they would stand as eight signs."""
    columns = (Column(key="name", label="Name", width=20),)
    data = written("pdf", table([Row(("क्षेत्री माया",))], columns=columns, is_grouped=False))
    (page,) = Reader(data).pages()
    joined = next(text for text in page.texts if "े" in text)
    assert len(joined) == 4
    assert "माया" in page.texts
    assert "्" not in "".join(page.texts)


def test_pages_are_numbered_and_repeat_their_heads() -> None:
    rows = [Row((f"Person {n}", "P", n, *[None] * 7), group="A") for n in range(120)]
    pages = Reader(written("pdf", table(rows))).pages()
    assert len(pages) == 5
    for n, page in enumerate(pages, 1):
        assert page.texts[-1] == f"Page {n} of 5"
        assert {"Name", "Mo", "1", "Late"} <= set(page.texts)
    found = [text for page in pages for text in page.texts if text.startswith("Person ")]
    assert found == [f"Person {n}" for n in range(120)]
    assert "Made on 2 April" in pages[2].texts[-2]


def test_a_groups_name_never_ends_a_page() -> None:
    rows = [Row((f"Person {n}", *[None] * 9), group=f"G{n}") for n in range(200)]
    for page in Reader(written("pdf", table(rows))).pages():
        last = [text for text in page.texts if text.startswith(("G", "Person"))][-1]
        assert not (last.startswith("G") and "together" not in last)


@pytest.mark.parametrize(
    ("paper", "box"), [(Paper.A4, b"841.89 595.28"), (Paper.A3, b"1190.55 841.89")]
)
def test_paper_lies_across(paper: Paper, box: bytes) -> None:
    assert b"/MediaBox [ 0 0 " + box in written("pdf", table(paper=paper))


def test_the_same_table_makes_the_same_file() -> None:
    assert written("pdf", table()) == written("pdf", table())


def test_a_long_text_is_wrapped_and_then_cut() -> None:
    register()
    long = "A very long name of a department that nobody would ever print on one line of paper"
    lines = wrapped(long, REGULAR, 8, 80, 3)
    assert len(lines) == 3
    assert lines[-1].endswith("…")
    assert all(width(line, REGULAR, 8) <= 80 for line in lines)
    assert wrapped("", REGULAR, 8, 80, 3) == [""]
    assert wrapped("Donaudampfschifffahrt", REGULAR, 8, 40, 3) == ["Donaud…"]


def test_a_wide_table_gets_small_letters_not_a_second_page() -> None:
    columns = (
        Column(key="name", label="Name", width=22),
        *(Column(key=f"d{n}", label=str(n), kind=Kind.CODE, width=5) for n in range(1, 32)),
        *(Column(key=f"t{n}", label=f"T{n}", kind=Kind.DAYS, width=7) for n in range(12)),
    )
    rows = [Row(("Maya Gurung", *["½CL·½P"] * 31, *[1] * 12))]
    (page,) = Reader(
        written("pdf", table(rows, columns=columns, is_grouped=False, paper=Paper.A3))
    ).pages()
    assert page.texts.count("½CL·½P") == 31


def test_fonts_are_small_and_come_with_their_licence() -> None:
    sizes = {file.name: file.stat().st_size for file in FONTS.iterdir()}
    assert sizes.keys() == {
        "NotoSans-Regular.ttf", "NotoSans-Bold.ttf", "NotoSansDevanagari-Regular.ttf",
        "NotoSansDevanagari-Bold.ttf", "OFL.txt",
    }  # fmt: skip
    assert sum(sizes.values()) < 1_500_000
    assert "SIL OPEN FONT LICENSE Version 1.1" in (FONTS / "OFL.txt").read_text()


def test_signatures_go_to_a_fresh_page_where_there_is_no_room() -> None:
    for count in range(30, 44):
        rows = [Row((f"Person {n}", *[None] * 9)) for n in range(count)]
        pages = Reader(written("pdf", table(rows, is_grouped=False))).pages()
        assert "Prepared by" in pages[-1].texts
    assert LineKind.TOTAL.value == "total"


def test_a_logo_takes_a_corner_that_the_title_leaves_free() -> None:
    logo = photos.logo(pictures.encoded(pictures.plain(300, 96), "PNG"))
    title = "A title that would reach into the corner where the logo is " * 3
    bare = written("pdf", table(title=title))
    data = written("pdf", table(title=title, logo=logo))
    assert (bare.count(b"/Subtype /Image"), data.count(b"/Subtype /Image")) == (0, 1)
    assert written("pdf", table(title=title, logo=logo)) == data
    (page,), (without,) = Reader(data).pages(), Reader(bare).pages()
    assert len(page.texts[1]) < len(without.texts[1])
    # Wrapped earlier, nothing of it lost.
    assert f"{page.texts[1]} {page.texts[2]}" == f"{without.texts[1]} {without.texts[2]}"
    assert f"{page.texts[1]} {page.texts[2]}" == title.strip()
