"""The headers of JPEG, PNG and WebP: kind and size of a picture, without decoding it."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Final

# A camera writes about a dozen segments; a file of nothing but segments is an attack on time.
_MOST_SEGMENTS: Final = 200
# A progressive JPEG has about ten scans; each further one costs a pass over the whole picture.
_MOST_SCANS: Final = 32
_START_OF_FRAME: Final = frozenset(range(0xC0, 0xD0)) - {0xC4, 0xC8, 0xCC}
_START_OF_SCAN: Final = 0xDA
_PNG_START: Final = b"\x89PNG\r\n\x1a\n"
_PNG_END: Final = b"\x00\x00\x00\x00IEND\xaeB`\x82"


@dataclass(frozen=True)
class Header:
    """Kind (`JPEG`, `PNG`, `WEBP`) and size in pixels, as the file claims."""

    format: str
    width: int
    height: int


def read(data: bytes) -> Header | None:
    """Return what the file claims to be, None where it is none of the three kinds."""
    try:
        if data.startswith(b"\xff\xd8\xff"):
            return _jpeg(data)
        if data.startswith(_PNG_START):
            return _png(data)
        if data.startswith(b"RIFF") and data[8:12] == b"WEBP":
            return _webp(data)
    except (struct.error, IndexError):
        return None
    return None


def is_whole(data: bytes, header: Header, *, may_have_more: bool = False) -> bool:
    """Return whether the file ends where its kind says it ends.

    It does not when it was cut off, or when something else was put behind the picture; behind a
    JPEG straight from a phone something is (`may_have_more`).
    """
    if header.format == "JPEG":
        ends = b"\xff\xd9" in data if may_have_more else data.endswith(b"\xff\xd9")
        return ends and data.count(b"\xff\xda") <= _MOST_SCANS
    if header.format == "PNG":
        return data.endswith(_PNG_END)
    (length,) = struct.unpack_from("<I", data, 4)
    return bool(length + 8 == len(data))


def _jpeg(data: bytes) -> Header | None:
    position = 2
    for _segment in range(_MOST_SEGMENTS):
        marker, kind, length = struct.unpack_from(">BBH", data, position)
        if marker != 0xFF or kind == _START_OF_SCAN or length < 2:
            return None
        if kind in _START_OF_FRAME:
            height, width = struct.unpack_from(">HH", data, position + 5)
            return Header("JPEG", width, height)
        position += 2 + length
    return None


def _png(data: bytes) -> Header | None:
    length, kind, width, height = struct.unpack_from(">I4sII", data, len(_PNG_START))
    return Header("PNG", width, height) if (length, kind) == (13, b"IHDR") else None


def _webp(data: bytes) -> Header | None:
    match data[12:16]:
        case b"VP8X":
            width = int.from_bytes(data[24:27], "little") + 1
            height = int.from_bytes(data[27:30], "little") + 1
        case b"VP8L" if data[20] == 0x2F:
            (bits,) = struct.unpack_from("<I", data, 21)
            width, height = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
        case b"VP8 " if data[23:26] == b"\x9d\x01\x2a":
            width, height = (side & 0x3FFF for side in struct.unpack_from("<HH", data, 26))
        case _:
            return None
    # A slice past the end is short, not an error: a cut header has no size.
    return Header("WEBP", width, height) if len(data) >= 30 else None
