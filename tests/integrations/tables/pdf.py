"""Reads a PDF that reportlab wrote: the texts of each page, by the fonts' own tables."""

from __future__ import annotations

import base64
import re
import zlib
from dataclasses import dataclass

_OBJECT = re.compile(rb"(\d+) 0 obj\s(.*?)endobj", re.DOTALL)
_STREAM = re.compile(rb"stream\r?\n(.*?)endstream", re.DOTALL)
_SHOW = re.compile(
    rb"/(F\d+\+\d+|F\d+) [\d.]+ Tf|\((?P<text>(?:\\.|[^\\)])*)\) Tj|\[(?P<parts>.*?)\] TJ"
    rb"|/(?P<form>\S+) Do",
    re.DOTALL,
)
_ESCAPED = re.compile(rb"\\([0-7]{1,3}|.)", re.DOTALL)
_TEXT = re.compile(rb"\((?:\\.|[^\\)])*\)")
_NAMES = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}


@dataclass
class Page:
    """What stands on a page: each text that was drawn, in order.

    Joined Devanagari letters have no letter of their own: each is one of the private ones.
    """

    texts: list[str]


def _stream(body: bytes) -> bytes:
    found = _STREAM.search(body)
    assert found is not None
    raw = found[1]
    if b"/ASCII85Decode" in body:
        raw = base64.a85decode(b"<~" + raw.strip(), adobe=True)
    return zlib.decompress(raw) if b"/FlateDecode" in body else raw


def _unescaped(raw: bytes) -> bytes:
    def one(match: re.Match[bytes]) -> bytes:
        code = match[1]
        return bytes([int(code, 8)]) if code[:1].isdigit() else _NAMES.get(code, code)

    return _ESCAPED.sub(one, raw)


def _letters(cmap: bytes) -> dict[int, str]:
    """Return what each byte of a font stands for, from its table for readers."""
    pairs = re.findall(rb"^<(\w\w)> <(\w{4})>$", cmap, re.MULTILINE)
    return {int(code, 16): chr(int(letter, 16)) for code, letter in pairs if letter != b"0000"}


class Reader:
    """The objects of one file."""

    def __init__(self, data: bytes) -> None:
        self._objects = {int(number): body for number, body in _OBJECT.findall(data)}
        self._fonts: dict[str, dict[int, str]] = {}
        for body in self._objects.values():
            self._font(body)

    def _font(self, body: bytes) -> None:
        name = re.search(rb"/Name /(\S+)", body)
        table = re.search(rb"/ToUnicode (\d+) 0 R", body)
        if name and table:
            self._fonts[name[1].decode()] = _letters(_stream(self._objects[int(table[1])]))

    def pages(self) -> list[Page]:
        """Return the pages in order."""
        found = []
        for body in self._objects.values():
            if not re.search(rb"/Type /Page\b(?!s)", body):
                continue
            contents = re.search(rb"/Contents (\d+) 0 R", body)
            assert contents is not None
            forms = dict(re.findall(rb"/(FormXob\.\S+) (\d+) 0 R", body))
            found.append(Page(self._texts(int(contents[1]), forms)))
        return found

    def _texts(self, number: int, forms: dict[bytes, bytes]) -> list[str]:
        texts, letters = [], {}
        for match in _SHOW.finditer(_stream(self._objects[number])):
            if match["form"]:
                texts += self._texts(int(forms[match["form"]]), {})
            elif match[1]:
                letters = self._fonts.get(match[1].decode(), {})
            else:
                raw = match["text"]
                parts = (
                    [raw] if raw is not None else [t[1:-1] for t in _TEXT.findall(match["parts"])]
                )
                codes = b"".join(_unescaped(part) for part in parts)
                texts.append("".join(letters.get(code, chr(code)) for code in codes))
        return texts
