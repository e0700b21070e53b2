"""QR codes: as drawings that a page holds in itself, and as squares for a paper."""

from __future__ import annotations


def svg(text: str) -> str:
    """Return the code of a text as an `<svg>`; it stands still when a corner is smudged."""
    import qrcode  # noqa: PLC0415  # cold start: only a page that is printed needs it
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415
    from qrcode.image.svg import SvgPathImage  # noqa: PLC0415

    code = qrcode.QRCode(image_factory=SvgPathImage, border=2, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    drawn: str = code.make_image().to_string(encoding="unicode")
    return drawn


def modules(text: str) -> list[list[bool]]:
    """Return the code of a text as its squares, row by row, dark ones true; without a margin."""
    import qrcode  # noqa: PLC0415  # cold start: only a paper that is printed needs it
    from qrcode.constants import ERROR_CORRECT_M  # noqa: PLC0415

    code = qrcode.QRCode(border=0, error_correction=ERROR_CORRECT_M)
    code.add_data(text)
    code.make()
    found: list[list[bool]] = code.get_matrix()
    return found
