"""Text in a PDF, in the fonts that Muster brings: the function on AWS has none of its own.

Noto Sans holds Latin, Greek and Cyrillic, Noto Sans Devanagari what is written in Nepal and
India. Devanagari is shaped: its letters join and move. Of another script the place is shown.
"""

from __future__ import annotations

import functools
import re
from pathlib import Path
from typing import Any

_FONTS = Path(__file__).resolve().parent / "fonts"
_DEVANAGARI = re.compile(r"([ऀ-ॿ᳐-᳿꣠-ꣿ\u200c\u200d]+)")
REGULAR, BOLD = "NotoSans", "NotoSans-Bold"
_INDIC = {REGULAR: "NotoSansDevanagari", BOLD: "NotoSansDevanagari-Bold"}
_FILES = {
    REGULAR: "NotoSans-Regular.ttf",
    BOLD: "NotoSans-Bold.ttf",
    _INDIC[REGULAR]: "NotoSansDevanagari-Regular.ttf",
    _INDIC[BOLD]: "NotoSansDevanagari-Bold.ttf",
}


@functools.cache
def register() -> None:
    """Let reportlab know the fonts; once a process."""
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  # cold start: a page needs no PDF
    from reportlab.pdfbase.ttfonts import TTFont  # noqa: PLC0415

    for name, file in _FILES.items():
        pdfmetrics.registerFont(TTFont(name, _FONTS / file, shapable=name in _INDIC.values()))


def _runs(text: str, font: str) -> list[tuple[str, str]]:
    """Return the text in stretches of one font."""
    parts = _DEVANAGARI.split(text)
    return [(part, _INDIC[font] if n % 2 else font) for n, part in enumerate(parts) if part]


def width(text: str, font: str, size: float) -> float:
    """Return how much room the text takes."""
    return sum(_run_width(part, name, size) for part, name in _runs(text, font))


@functools.lru_cache(maxsize=20_000)
def _run_width(text: str, font: str, size: float) -> float:
    from reportlab.pdfbase import pdfmetrics  # noqa: PLC0415  # cold start: a page needs no PDF

    if font not in _INDIC.values():
        return float(pdfmetrics.stringWidth(text, font, size))
    glyphs = getattr(_shaped(text, font, size), "__shapeData__", None)
    if glyphs is None:  # nothing in it joins or moves
        return float(pdfmetrics.stringWidth(text, font, size))
    return float(sum(glyph.x_advance for glyph in glyphs) * size / 1000)


def _shaped(text: str, font: str, size: float) -> Any:
    """Return the text as the shaper places it; drawing takes it in the place of a text."""
    from reportlab.pdfbase.ttfonts import shapeStr  # noqa: PLC0415  # cold start: a page needs no PDF

    return shapeStr(text, font, size)


def draw(canvas: Any, x: float, y: float, text: str, font: str, size: float) -> None:
    """Draw the text from a point on, to the right."""
    for part, name in _runs(text, font):
        canvas.setFont(name, size)
        # `drawString` shapes only where a library for writing from right to left is there too.
        stretch = canvas.beginText(x, y)
        stretch.textOut(_shaped(part, name, size) if name in _INDIC.values() else part)
        canvas.drawText(stretch)
        x += _run_width(part, name, size)


def wrapped(
    text: str, font: str, size: float, room: float, most: int, *, is_cut: bool = True
) -> list[str]:
    """Return the text in lines that fit, at most so many; what is too much ends in an ellipsis.

    Not cut, a word that is too long stays: who draws it writes it smaller.
    """
    lines: list[str] = []
    for word in text.split():
        joined = f"{lines[-1]} {word}" if lines else word
        if lines and width(joined, font, size) <= room:
            lines[-1] = joined
        else:
            lines.append(word)
    if len(lines) > most:
        lines = [*lines[: most - 1], " ".join(lines[most - 1 :])]
    if is_cut:
        lines = [_fitted(line, font, size, room) for line in lines]
    return lines or [""]


def _fitted(text: str, font: str, size: float, room: float) -> str:
    if width(text, font, size) <= room:
        return text
    while len(text) > 1 and width(f"{text}…", font, size) > room:
        text = text[:-1]
    return f"{text.rstrip()}…"
