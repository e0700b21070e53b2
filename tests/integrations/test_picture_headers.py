"""Kind and size from the first bytes of a file."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from integrations import picture_headers
from integrations.picture_headers import Header
from tests.integrations import pictures

WHOLE = {
    "jpeg": (pictures.jpeg(pictures.plain(321, 123)), "JPEG"),
    "progressive jpeg": (pictures.jpeg(pictures.plain(321, 123), progressive=True), "JPEG"),
    "grey jpeg": (pictures.jpeg(pictures.plain(321, 123).convert("L")), "JPEG"),
    "png": (pictures.encoded(pictures.plain(321, 123), "PNG"), "PNG"),
    "lossy webp": (pictures.encoded(pictures.plain(321, 123), "WEBP"), "WEBP"),
    "lossless webp": (pictures.encoded(pictures.plain(321, 123), "WEBP", lossless=True), "WEBP"),
    "extended webp": (
        pictures.encoded(pictures.plain(321, 123), "WEBP", exif=b"Exif\0\0II*\0\x08\0\0\0\0\0"),
        "WEBP",
    ),
}
WEBP_KINDS = {"lossy webp": b"VP8 ", "lossless webp": b"VP8L", "extended webp": b"VP8X"}


@pytest.mark.parametrize(("data", "kind"), WHOLE.values(), ids=WHOLE)
def test_header_of_whole_file(data: bytes, kind: str) -> None:
    header = picture_headers.read(data)

    assert header == Header(kind, 321, 123)
    assert picture_headers.is_whole(data, header)


@pytest.mark.parametrize(("name", "chunk"), WEBP_KINDS.items(), ids=WEBP_KINDS)
def test_every_kind_of_webp_is_among_the_files(name: str, chunk: bytes) -> None:
    assert WHOLE[name][0][12:16] == chunk


@pytest.mark.parametrize("data", [data for data, _kind in WHOLE.values()], ids=WHOLE)
def test_header_cut_short_is_no_picture(data: bytes) -> None:
    assert [picture_headers.read(data[:length]) for length in range(24)] == [None] * 24


@pytest.mark.parametrize(("data", "kind"), WHOLE.values(), ids=WHOLE)
@pytest.mark.parametrize("change", ["cut", "appended"])
def test_file_with_another_end_is_not_whole(data: bytes, kind: str, change: str) -> None:
    changed = data[:-1] if change == "cut" else data + b"PK\x03\x04"

    assert not picture_headers.is_whole(changed, Header(kind, 321, 123))


def test_jpeg_of_nothing_but_segments_is_no_picture() -> None:
    empty = b"\xff\xfe\x00\x02"
    tail = pictures.jpeg(pictures.plain(100, 100))[2:]

    assert picture_headers.read(b"\xff\xd8" + empty * 50 + tail) == Header("JPEG", 100, 100)
    assert picture_headers.read(b"\xff\xd8" + empty * 200 + tail) is None


@pytest.mark.parametrize("table", [0xC4, 0xC8, 0xCC])
def test_jpeg_table_is_not_taken_for_its_size(table: int) -> None:
    before = struct.pack(">BBHBHH", 0xFF, table, 7, 8, 9000, 9000)
    data = pictures.jpeg(pictures.plain(100, 90))

    assert picture_headers.read(data[:2] + before + data[2:]) == Header("JPEG", 100, 90)


def test_jpeg_with_a_scan_before_its_size_is_no_picture() -> None:
    data = b"\xff\xd8" + struct.pack(">BBH", 0xFF, 0xDA, 8) + b"\0" * 40

    assert picture_headers.read(data) is None


def test_jpeg_with_hundreds_of_scans_is_not_whole() -> None:
    data = pictures.jpeg(pictures.plain(100, 100))
    scans = data[:-2] + b"\xff\xda\x00\x08" * 200 + data[-2:]

    assert not picture_headers.is_whole(scans, Header("JPEG", 100, 100))


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"GIF89a" + b"\0" * 40,
        b"BM" + b"\0" * 40,
        b"<html><script>alert(1)</script></html>" + b" " * 40,
        b"RIFF\x40\0\0\0WEBPJUNK" + b"\0" * 40,
        b"RIFF\x40\0\0\0WAVEfmt " + b"\0" * 40,
        b"\x89PNG\r\n\x1a\n" + struct.pack(">I4sII", 13, b"tEXt", 100, 100),
        b"\xff\xd8\xff\xe0\x00\x01" + b"\0" * 40,
    ],
)
def test_other_files_are_no_picture(data: bytes) -> None:
    assert picture_headers.read(data) is None


@given(
    start=st.sampled_from([b"", *(data[:30] for data, _kind in WHOLE.values())]),
    rest=st.binary(max_size=200),
)
def test_reading_never_raises(start: bytes, rest: bytes) -> None:
    header = picture_headers.read(start + rest)

    assert header is None or picture_headers.is_whole(start + rest, header) in (True, False)
