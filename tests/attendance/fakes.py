"""A face engine of which tests say what it sees; the real one has tests of its own."""

from __future__ import annotations

import io
from collections.abc import Iterable, Sequence

from PIL import Image

from integrations.errors import Unavailable
from integrations.faces.protocol import (
    Advice,
    FaceMatch,
    FaceReading,
    Outcome,
    Purpose,
    Reason,
)


class FakeEngine:
    """Answers `outcome` for people it has templates of; raises while `failures` remain."""

    name = "fake"
    version = "1"

    def __init__(self, outcome: Outcome = Outcome.VERIFIED, reason: str = Reason.NONE) -> None:
        self.outcome, self.reason = outcome, reason
        self.failures = 0
        self.advice = Advice.OK
        self.is_same_person = True
        self.reads = 0

    def read(self, jpeg: bytes, *, purpose: Purpose) -> FaceReading:
        self.reads += 1
        if self.failures:
            self.failures -= 1
            raise Unavailable("engine_down")
        if self.advice != Advice.OK:
            return FaceReading(self.advice)
        return FaceReading(Advice.OK, b"template")

    def match(self, reading: FaceReading, *, person: str, roster: frozenset[str]) -> FaceMatch:
        if person not in roster:
            return FaceMatch(Outcome.UNVERIFIABLE, Reason.NOT_ENROLLED)
        return FaceMatch(self.outcome, self.reason, 93.5)

    def roster(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> frozenset[str]:
        return frozenset(person for person, templates in entries if templates)

    def same_person(self, first: bytes, second: bytes) -> bool:
        return self.is_same_person


def jpeg(width: int = 640, height: int = 480) -> bytes:
    """Return a grey picture of that size; nobody is on it."""
    stream = io.BytesIO()
    Image.new("RGB", (width, height), (120, 120, 120)).save(stream, "JPEG")
    return stream.getvalue()
