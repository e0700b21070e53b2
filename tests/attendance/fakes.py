"""A face engine of which tests say what it sees; the real one has tests of its own."""

from __future__ import annotations

import datetime as dt
import io
import itertools
from collections.abc import Iterable, Sequence

from django.utils import timezone
from PIL import Image

from integrations.errors import Unavailable
from integrations.faces.liveness import SessionResult, SessionState
from integrations.faces.protocol import (
    Advice,
    FaceMatch,
    FacePose,
    FaceReading,
    KeptFace,
    Outcome,
    Purpose,
    Reason,
    Reference,
)

_numbers = itertools.count(1)


class FakeEngine:
    """Answers `outcome` for people it has templates of; raises while `failures` remain."""

    name = "fake"
    version = "1"
    is_hosted = False
    most_a_second: int | None = None

    def __init__(self, outcome: Outcome = Outcome.VERIFIED, reason: str = Reason.NONE) -> None:
        self.outcome, self.reason = outcome, reason
        self.failures = 0
        self.advice = Advice.OK
        self.is_same_person = True
        self.reads = 0
        # What the next looks at a pose see, one after the other; straight when they run out.
        self.poses: list[FacePose] = []

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        self.reads += 1
        if self.failures:
            self.failures -= 1
            raise Unavailable("engine_down")
        if self.advice != Advice.OK:
            return FaceReading(self.advice)
        return FaceReading(Advice.OK, b"template")

    def pose(self, jpeg: bytes) -> FacePose:
        if self.failures:
            self.failures -= 1
            raise Unavailable("engine_down")
        return self.poses.pop(0) if self.poses else FacePose(Advice.OK, 0.0, 0.7)

    def match(
        self,
        reading: FaceReading,
        *,
        person: str,
        roster: frozenset[str],
        reference: Reference | None = None,
    ) -> FaceMatch:
        if person not in roster:
            return FaceMatch(Outcome.UNVERIFIABLE, Reason.NOT_ENROLLED)
        return FaceMatch(self.outcome, self.reason, 93.5)

    def roster(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> frozenset[str]:
        return frozenset(person for person, templates in entries if templates)

    def same_person(self, first: bytes, second: bytes) -> bool:
        return self.is_same_person

    def forget(self, external_ids: Sequence[str]) -> None:
        """Keep nothing, so there is nothing to forget."""

    def kept(self, gallery: str) -> list[KeptFace]:
        return []


class FakeSessions:
    """Sessions of which tests say what came of them; raises what it is told to."""

    def __init__(self) -> None:
        self.results: dict[str, SessionResult] = {}
        self.tokens: list[str] = []
        self.error: Exception | None = None

    def start(self, token: str) -> str:
        if self.error is not None:
            raise self.error
        self.tokens.append(token)
        session_id = f"session-{len(self.tokens)}"
        self.results[session_id] = SessionResult(SessionState.OPEN)
        return session_id

    def result(self, session_id: str) -> SessionResult:
        if self.error is not None:
            raise self.error
        return self.results[session_id]


class HostedFake(FakeEngine):
    """A fake that keeps every face of an enrolment by an id until it is told to forget it."""

    name = "hosted"
    is_hosted = True

    def __init__(self, outcome: Outcome = Outcome.VERIFIED, reason: str = Reason.NONE) -> None:
        super().__init__(outcome, reason)
        self.faces: dict[str, tuple[str, dt.datetime]] = {}
        self.is_away = False
        self.sessions: FakeSessions | None = None
        # Pictures handed over as references, and how often it was asked to forget.
        self.references: list[bytes | None] = []
        self.forgotten: list[tuple[str, ...]] = []

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        reading = super().read(jpeg, purpose=purpose)
        if reading.template is None or purpose == Purpose.CHECK:
            return reading
        name = f"{gallery}:{next(_numbers)}"
        self.faces[name] = (gallery, timezone.now())
        return FaceReading(reading.advice, name.encode(), external_id=name)

    def match(
        self,
        reading: FaceReading,
        *,
        person: str,
        roster: frozenset[str],
        reference: Reference | None = None,
    ) -> FaceMatch:
        self.references.append(reference() if reference else None)
        return super().match(reading, person=person, roster=roster)

    def forget(self, external_ids: Sequence[str]) -> None:
        self.forgotten.append(tuple(external_ids))
        if self.is_away:
            raise Unavailable("hosted_down")
        for name in external_ids:
            self.faces.pop(name, None)

    def kept(self, gallery: str) -> list[KeptFace]:
        if self.is_away:
            raise Unavailable("hosted_down")
        found = self.faces.items()
        return [KeptFace(name, since) for name, (where, since) in found if where == gallery]


def jpeg(width: int = 640, height: int = 480) -> bytes:
    """Return a grey picture of that size; nobody is on it, and like a camera's it comes once."""
    stream = io.BytesIO()
    comment = f"picture {next(_numbers)}"
    Image.new("RGB", (width, height), (120, 120, 120)).save(stream, "JPEG", comment=comment)
    return stream.getvalue()
