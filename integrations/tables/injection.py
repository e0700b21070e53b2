"""Text from people that a spreadsheet would take for a formula."""

from __future__ import annotations

# A cell that begins so is a formula for a spreadsheet; full-width forms are read alike.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")


def harmless(text: str) -> str:
    """Return the text so that every spreadsheet takes it for one: led by an apostrophe if need be.

    Where a file says itself which cells are text (XLSX), none is needed.
    """
    return f"'{text}" if text.lstrip(" ").startswith(_FORMULA) else text
