"""Face vectors as bytes and as a matrix: 128 numbers each, one mean row per person.

Imported only together with the engine: numpy is heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from integrations.errors import Misconfigured

Vector = NDArray[np.float32]

LENGTH: Final = 128
_STORED: Final = np.dtype("<f4")


def to_bytes(vector: Iterable[float]) -> bytes:
    """Return a vector as the 512 bytes that are sealed and stored."""
    return np.asarray(vector, dtype=_STORED).tobytes()


def from_bytes(template: bytes) -> Vector:
    """Return the vector of a template.

    Raises:
        Misconfigured: `template_unreadable`, these bytes are no vector.
    """
    if len(template) != LENGTH * _STORED.itemsize:
        raise Misconfigured("template_unreadable")
    vector = np.frombuffer(template, dtype=_STORED).astype(np.float32)
    if not np.isfinite(vector).all():
        raise Misconfigured("template_unreadable")
    return vector


def distance(first: Vector, second: Vector) -> float:
    """Return the Euclidean distance between two vectors."""
    return float(np.linalg.norm(first - second))


class VectorRoster:
    """The mean vector of each person, as the rows of one float32 matrix."""

    def __init__(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> None:
        means = {person: _mean(templates) for person, templates in entries if templates}
        self._rows = {person: row for row, person in enumerate(means)}
        self._matrix = np.array(list(means.values()), dtype=np.float32).reshape(-1, LENGTH)

    def __len__(self) -> int:
        return len(self._rows)

    def __contains__(self, person: object) -> bool:
        return person in self._rows

    def __repr__(self) -> str:
        return f"<VectorRoster of {len(self)}>"

    def distances(self, probe: Vector, *, person: str) -> tuple[float, bool]:
        """Return how far the probe lies from the person, and whether nobody lies nearer.

        Raises:
            KeyError: the person is not in the roster.
        """
        every = np.linalg.norm(self._matrix - probe, axis=1)
        own = every[self._rows[person]]
        return float(own), bool(own <= every.min())


def _mean(templates: Sequence[bytes]) -> Vector:
    rows = np.stack([from_bytes(template) for template in templates])
    mean: Vector = rows.mean(axis=0, dtype=np.float64).astype(np.float32)
    return mean
