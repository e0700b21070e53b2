"""A certificate as a PDF to print: one page, with a code that a phone reads.

Nothing random and no clock in it: the same certificate makes the same file.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from integrations import qr
from integrations.tables import pdf_text
from integrations.tables.pdf_text import BOLD, REGULAR

_WIDTH, _HEIGHT = 841.89, 595.28
_MARGIN, _INSET = 56.0, 22.0
_LOGO_WIDTH, _LOGO_HEIGHT = 160.0, 48.0
_CODE_SIDE = 96.0
_TEXT, _MUTED, _ACCENT, _LINE = "#14201a", "#4a5750", "#0b5d3f", "#c9d4ce"


@dataclass(frozen=True, kw_only=True)
class CertificatePage:
    """What stands on it, in the reader's language; `rows` are (what, how much)."""

    company: str
    title: str
    before: str
    name: str
    period: str
    rows: Sequence[tuple[str, str]]
    remark: str
    issued: str
    code_words: str
    code: str
    address: str


def write(page: CertificatePage, *, logo: bytes = b"") -> bytes:
    """Return the certificate as a PDF; `logo` is a PNG, for the corner."""
    from reportlab.pdfgen.canvas import Canvas  # noqa: PLC0415  # cold start: a page needs no PDF

    pdf_text.register()
    file = BytesIO()
    canvas = Canvas(file, pagesize=(_WIDTH, _HEIGHT), invariant=1, pageCompression=1)
    canvas.setTitle(f"{page.title} · {page.name}")
    canvas.setAuthor(page.company)
    _Drawn(canvas).draw(page, logo)
    canvas.showPage()
    canvas.save()
    return file.getvalue()


class _Drawn:
    """The page, from its top down."""

    def __init__(self, canvas: Any) -> None:
        self._canvas, self._y = canvas, _HEIGHT - _MARGIN

    def draw(self, page: CertificatePage, logo: bytes) -> None:
        self._frame()
        self._logo(logo)
        self._put(page.company, REGULAR, 13, _MUTED, beside=_LOGO_WIDTH)
        self._y -= 14
        self._put(page.title, BOLD, 30, _ACCENT, beside=_LOGO_WIDTH)
        self._y -= 16
        self._put(page.before, REGULAR, 12, _MUTED)
        self._put(page.name, BOLD, 24, _TEXT)
        self._put(page.period, REGULAR, 13, _TEXT)
        self._y -= 14
        self._rows(page.rows)
        if page.remark:
            self._y -= 8
            self._put(page.remark, REGULAR, 11, _TEXT, most=6)
        self._foot(page)

    def _frame(self) -> None:
        self._canvas.setStrokeColor(_LINE)
        self._canvas.setLineWidth(1.5)
        self._canvas.rect(_INSET, _INSET, _WIDTH - 2 * _INSET, _HEIGHT - 2 * _INSET)

    def _logo(self, logo: bytes) -> None:
        """Put the logo into the corner, as large as it may be there."""
        if not logo:
            return
        from reportlab.lib.utils import ImageReader  # noqa: PLC0415  # cold start

        picture = ImageReader(BytesIO(logo))
        wide, high = picture.getSize()
        scale = min(_LOGO_WIDTH / wide, _LOGO_HEIGHT / high)
        x, y = _WIDTH - _MARGIN - wide * scale, _HEIGHT - _MARGIN - high * scale
        self._canvas.drawImage(picture, x, y, wide * scale, high * scale, mask="auto")

    def _put(
        self, text: str, font: str, size: float, ink: str, *, beside: float = 0, most: int = 2
    ) -> None:
        room = _WIDTH - 2 * _MARGIN - beside
        for line in pdf_text.wrapped(text, font, size, room, most):
            self._y -= size * 1.35
            self._write(_MARGIN, self._y, line, font, size, ink)

    def _write(self, x: float, y: float, text: str, font: str, size: float, ink: str) -> None:
        self._canvas.setFillColor(ink)
        pdf_text.draw(self._canvas, x, y, text, font, size)

    def _rows(self, rows: Sequence[tuple[str, str]]) -> None:
        """Write the figures beside each other, each below its word."""
        width = (_WIDTH - 2 * _MARGIN) / max(len(rows), 1)
        self._y -= 14
        for n, (what, value) in enumerate(rows):
            x, room = _MARGIN + n * width, width - 10
            (label,) = pdf_text.wrapped(what, REGULAR, 9.5, room, 1)
            (figure,) = pdf_text.wrapped(value, BOLD, 15, room, 1)
            self._write(x, self._y, label, REGULAR, 9.5, _MUTED)
            self._write(x, self._y - 20, figure, BOLD, 15, _TEXT)
        self._y -= 28

    def _foot(self, page: CertificatePage) -> None:
        base = _MARGIN
        self._code(page.address, _MARGIN, base)
        x, room = _MARGIN + _CODE_SIDE + 16, _WIDTH - 2 * _MARGIN - _CODE_SIDE - 16
        lines = (
            (page.issued, REGULAR, 11.0, _TEXT),
            (page.code_words, REGULAR, 9.5, _MUTED),
            (page.code, BOLD, 17.0, _TEXT),
            (page.address, REGULAR, 9.5, _MUTED),
        )
        y = base + _CODE_SIDE - 12
        for text, font, size, ink in lines:
            (line,) = pdf_text.wrapped(text, font, size, room, 1)
            self._write(x, y, line, font, size, ink)
            y -= 25

    def _code(self, text: str, x: float, y: float) -> None:
        rows = qr.modules(text)
        side = _CODE_SIDE / len(rows)
        self._canvas.setFillColor(_TEXT)
        for n, row in enumerate(rows):
            for place, is_dark in enumerate(row):
                if is_dark:
                    top = y + _CODE_SIDE - (n + 1) * side
                    # A hair wider, so that no printer leaves a line between two.
                    self._canvas.rect(
                        x + place * side, top, side + 0.05, side + 0.05, stroke=0, fill=1
                    )
