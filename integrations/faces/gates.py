"""What any engine asks of the faces in a picture, whatever found them; needs no library."""

from __future__ import annotations

from collections.abc import Sequence

from integrations.faces import thresholds


def is_dominant(widths: Sequence[float]) -> bool:
    """Return whether the widest face is more than twice as wide as any other."""
    widest, *others = sorted(widths, reverse=True)
    return all(width < widest * thresholds.RIVAL_WIDTH for width in others)
