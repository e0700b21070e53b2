"""What the rules refuse."""

from __future__ import annotations

Scalar = str | int | bool | None


class InvalidInput(ValueError):
    """Data that the rules cannot take.

    `code` is stable; `values` holds what a sentence about it needs.
    """

    def __init__(self, code: str, **values: Scalar) -> None:
        super().__init__(code, values)
        self.code = code
        self.values = values
