"""What the house asks of a face engine; every engine stands behind these types.

A *template* is opaque: bytes that only the engine which made them understands (dlib: a vector;
a hosted service: the id of a face it keeps, or the picture it will search with). Templates of
different engines, or of different versions of one engine, are never compared.
"""

from __future__ import annotations

import datetime as dt
import enum
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Protocol


class Purpose(enum.StrEnum):
    """What a picture is read for; enrolment asks for better ones than a check-in."""

    ENROL = "enrol"
    CHECK = "check"


class Advice(enum.StrEnum):
    """The one thing to tell the person in front of the camera."""

    OK = "ok"
    NO_FACE = "no_face"
    SEVERAL_FACES = "several_faces"
    MOVE_CLOSER = "move_closer"
    MORE_LIGHT = "more_light"
    LESS_LIGHT = "less_light"
    HOLD_STILL = "hold_still"
    LOOK_STRAIGHT = "look_straight"


class Outcome(enum.StrEnum):
    """What a comparison came to; a person decides about anything but VERIFIED."""

    VERIFIED = "verified"
    REVIEW = "review"
    MISMATCH = "mismatch"
    UNVERIFIABLE = "unverifiable"


class Reason(enum.StrEnum):
    """Why an outcome is not VERIFIED; an UNVERIFIABLE picture has its advice as the reason."""

    NONE = ""
    UNSURE = "unsure"
    NOT_NEAREST = "not_nearest"
    ANOTHER_FACE = "another_face"
    NOT_ENROLLED = "not_enrolled"


@dataclass(frozen=True)
class Quality:
    """Figures of one face, for the engine and its tests; never shown or logged.

    `width` in pixels of the picture looked at; `score` the detector's own; `luma` 0..255;
    `sharpness` a variance on the engine's own scale; `turn` and `drop` the place of the nose
    between the eyes, in eye distances: `turn` > 0 is towards the person's own left.
    """

    width: int
    score: float
    luma: float
    sharpness: float
    turn: float
    drop: float


@dataclass(frozen=True)
class FaceReading:
    """What an engine saw in one picture.

    `template` is None where the picture cannot serve its purpose; `advice` then says why. With
    a template, advice other than OK is a hint for a better next picture. `external_id` names the
    face that a hosted engine now keeps, to be handed to `FaceEngine.forget` one day; else empty.
    """

    advice: Advice
    template: bytes | None = field(default=None, repr=False)
    quality: Quality | None = field(default=None, repr=False)
    external_id: str = field(default="", repr=False)


@dataclass(frozen=True)
class FacePose:
    """Where one face points; figures only where `advice` is OK.

    `turn` and `drop` are those of `Quality`: the nose between the eyes, in eye distances, `turn`
    > 0 towards the person's own left. They are compared with another picture's, never shown.
    """

    advice: Advice
    turn: float = field(default=0.0, repr=False)
    drop: float = field(default=0.0, repr=False)


@dataclass(frozen=True)
class FaceMatch:
    """What comparing a reading with a person came to.

    `similarity` is a percentage (0..100) for HR's eyes only: engines scale it differently, and
    it decides nothing. None where nothing was compared.
    """

    outcome: Outcome
    reason: str = Reason.NONE
    similarity: float | None = None


@dataclass(frozen=True)
class KeptFace:
    """A face that a hosted engine keeps, and since when; None where the service cannot say."""

    external_id: str
    since: dt.datetime | None


# Hands over the picture that a person's enrolment keeps, None where there is none.
Reference = Callable[[], bytes | None]


class Roster(Protocol):
    """Everybody a reading may be compared with, prepared by one engine for its own use."""

    def __len__(self) -> int:
        """Return how many people it holds."""

    def __contains__(self, person: object) -> bool:
        """Return whether the person (a key given to `FaceEngine.roster`) is enrolled."""


class FaceEngine(Protocol):
    """A way to read faces and to compare them.

    Every method raises `Unavailable` where a later try may succeed.
    """

    @property
    def name(self) -> str:
        """Return the engine's short name, at most 20 characters."""

    @property
    def version(self) -> str:
        """Return what its templates depend on, at most 40 characters; stored beside each."""

    @property
    def is_hosted(self) -> bool:
        """Return whether pictures leave this installation, and faces are kept elsewhere."""

    @property
    def most_a_second(self) -> int | None:
        """Return how many pictures a second the service admits to compare; None for any number."""

    def read(self, jpeg: bytes, *, purpose: Purpose, gallery: str = "") -> FaceReading:
        """Look for the one dominant face in a picture.

        A hosted engine keeps the face of an enrolment from then on, apart for each `gallery` (the
        company's public id), until it is told to forget it.

        Raises:
            Rejected: the bytes are no picture that may be looked at (codes of `photos`).
        """

    def pose(self, jpeg: bytes) -> FacePose:
        """Say where the one dominant face points: quickly, and without making a template.

        Raises:
            Rejected: the bytes are no picture that may be looked at (codes of `photos`).
        """

    def match(
        self,
        reading: FaceReading,
        *,
        person: str,
        roster: Roster,
        reference: Reference | None = None,
    ) -> FaceMatch:
        """Say whether a reading shows the person, as one of all people of the roster.

        `roster` must come from this engine's own `roster()`. `reference` is asked by an engine
        that compares two pictures.
        """

    def roster(self, entries: Iterable[tuple[str, Sequence[bytes]]]) -> Roster:
        """Prepare (person key, templates) pairs for matching; people without any are left out.

        Raises:
            Misconfigured: `template_unreadable`, a template is not of this engine and version.
        """

    def same_person(self, first: bytes, second: bytes) -> bool:
        """Return whether two templates of one capture show one person."""

    def forget(self, external_ids: Sequence[str]) -> None:
        """Have faces deleted that a hosted engine keeps; again, or of unknown ones, is no error.

        Raises:
            Misconfigured: the service keeps one all the same.
        """

    def kept(self, gallery: str) -> list[KeptFace]:
        """Return every face that is kept elsewhere for a company."""
